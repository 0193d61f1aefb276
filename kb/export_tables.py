"""Entries as tables for spreadsheets: one row an entry, a follow-up, a timeline event.

A cell that a spreadsheet would take for a formula gets an apostrophe before it
(https://owasp.org/www-community/attacks/CSV_Injection). Several values stand in one cell, a
semicolon and a space between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Postmortem

Cell = str | int
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

ENTRIES = (
    "id path title date services causes severity status language timezone started detected "
    "declared mitigated resolved minutes_to_detect minutes_to_mitigate duration_minutes trigger "
    "detected_by authors tags follow_ups open_follow_ups sources summary"
).split()
FOLLOW_UPS = "entry_id entry_title entry_date text done owner due ticket line".split()
TIMELINE = "entry_id entry_title at until date time zone kind text line".split()


def entry_rows(entry: Postmortem) -> Iterator[list[Cell]]:
    """The row of one entry."""
    summary = next((one.text for one in entry.sections if one.kind == "summary"), "")
    yield _row(
        entry.id,
        entry.path,
        entry.title,
        entry.date,
        entry.services,
        entry.causes,
        entry.severity,
        entry.status,
        entry.language,
        entry.timezone,
        entry.started,
        entry.detected,
        entry.declared,
        entry.mitigated,
        entry.resolved,
        entry.minutes_to_detect,
        entry.minutes_to_mitigate,
        entry.duration_minutes,
        entry.trigger,
        entry.detected_by,
        entry.authors,
        entry.tags,
        len(entry.follow_ups),
        len(entry.open_follow_ups),
        [source.url for source in entry.sources],
        summary.strip(),
    )


def follow_up_rows(entry: Postmortem) -> Iterator[list[Cell]]:
    """A row for each follow-up; `done` is empty where the document does not say."""
    for item in entry.follow_ups:
        done = {True: "yes", False: "no", None: ""}[item.done]
        told = (item.text, done, item.owner, item.due, item.ticket, item.line)
        yield _row(entry.id, entry.title, entry.date, *told)


def timeline_rows(entry: Postmortem) -> Iterator[list[Cell]]:
    """A row for each event of the timeline."""
    for event in entry.timeline:
        moment = (event.at, event.until, event.date, event.time, event.zone)
        yield _row(entry.id, entry.title, *moment, event.kind, event.text, event.line)


Rows = Callable[["Postmortem"], Iterator[list[Cell]]]
TABLES: Mapping[str, tuple[Sequence[str], Rows]] = {
    "entries": (ENTRIES, entry_rows),
    "follow_ups": (FOLLOW_UPS, follow_up_rows),
    "timeline": (TIMELINE, timeline_rows),
}
"""Name -> the columns, and what an entry adds to it."""


def _row(*values: object) -> list[Cell]:
    return [_cell(value) for value in values]


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        text = value
    elif isinstance(value, Iterable):
        text = "; ".join(str(one) for one in value)
    else:  # a day or an instant
        text = str(getattr(value, "isoformat", value.__str__)())
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text
