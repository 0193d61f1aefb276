"""One entry as a person reads it in a terminal. Pure: an entry in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from kb.cli.layout import pad, plain, width, wrap
from kb.cli.markdown_text import block_lines, inline
from kb.cli.show_sections import Item, Lines, runs, sections
from kb.spans import short_duration

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from kb.model import FollowUp, Postmortem, Section, Source, TimelineEvent

INDENT = "  "
_FOR_PROGRAMS = ("imported_digest", "imported_text")
"""Keys by which a later import knows what it wrote: of no interest to a person."""
_TURNS = ("started", "detected", "declared", "mitigated", "resolved")


def report(entry: Postmortem, raw: str, place: str, columns: int, today: date) -> Iterator[str]:
    """The lines of one entry.

    Args:
        entry: what is shown.
        raw: the text of its file.
        place: where the file lies, as it is to be shown.
        columns: the width to lay out in.
        today: the day from which follow-ups count as overdue.
    """
    for line in wrap(plain(entry.title) or entry.id, columns):
        yield click.style(line, bold=True)
    yield click.style(entry.id, fg="cyan")
    yield ""
    yield from _facts(entry, place, columns)
    for section, lines in sections(entry, raw):
        shown = list(_section(entry, section, lines, columns, today))
        if shown or section.kind != "other":
            yield ""
            yield _heading(section)
            yield from shown or [INDENT + click.style("nothing written", dim=True)]
    if entry.sources:
        yield ""
        yield click.style("Sources", bold=True)
        for number, source in enumerate(entry.sources, 1):
            yield from _source(source, f"{INDENT}{f'[{number}]':>4} ", columns)
    if entry.findings:
        yield ""
        yield click.style("To be looked at", bold=True)
        for finding in entry.findings:
            where = f"line {finding.line}: " if finding.line else ""
            text = f"{where}{finding.message} {finding.help}"
            yield from wrap(plain(text), columns, f"{INDENT}{finding.level}: ", INDENT * 2)


def _heading(section: Section) -> str:
    heading = plain(inline(section.heading)) or section.kind.replace("-", " ").capitalize()
    return click.style(heading, bold=True)


def _facts(entry: Postmortem, place: str, columns: int) -> Iterator[str]:
    facts = [(name, value) for name, value in _named_facts(entry, place) if value]
    before = max(width(name) for name, _ in facts) + 2
    for name, value in facts:
        # A path is never broken: it could not be copied.
        room = columns if name != "File" else before + width(value)
        first, *rest = wrap(plain(value), room, pad(name, before), " " * before)
        yield click.style(first[: len(name)], dim=True) + first[len(name) :]
        yield from rest


def _named_facts(entry: Postmortem, place: str) -> Iterator[tuple[str, str]]:
    yield "Date", entry.date.isoformat() if entry.date else ""
    yield "Services", ", ".join(entry.services)
    yield "Causes", ", ".join(entry.causes)
    yield "Severity", entry.severity
    yield "Status", entry.status
    zone = _zone(entry.timezone)
    for turn in _TURNS:
        at: datetime | None = getattr(entry, turn)
        if at is not None:
            yield turn.capitalize(), _turn(entry, turn, at, zone)
    if entry.duration_minutes is not None:
        yield "Duration", short_duration(entry.duration_minutes)
    yield "Trigger", entry.trigger
    yield "Authors", ", ".join(entry.authors)
    yield "Tags", ", ".join(entry.tags)
    for key, values in entry.extra.items():
        if key in _FOR_PROGRAMS:
            continue
        yield key.replace("_", " ").replace("-", " ").capitalize(), ", ".join(values)
    yield "Also known as", ", ".join(entry.aliases)
    yield "File", place


def _turn(entry: Postmortem, turn: str, at: datetime, zone: tzinfo | None) -> str:
    """`2024-07-18 11:36 KST  +42 min`; the day only where it is not that of the start."""
    local = at.astimezone(zone) if zone else at
    text = f"{local:%H:%M}"
    start = entry.started
    if turn == "started" or start is None or local.date() != start.astimezone(zone).date():
        text = f"{local:%Y-%m-%d %H:%M}"
    if turn == "started" or start is None:
        text += f" {local.tzname() or ''}".rstrip()
    else:
        text += f"  {elapsed(start, at)}"
    by = f" (by {entry.detected_by})" if turn == "detected" and entry.detected_by else ""
    return text + by


def elapsed(start: datetime, at: datetime) -> str:
    """`+42 min`, `−5 min`: how long after (or before) the start."""
    minutes = int((at - start).total_seconds() // 60)
    return f"−{short_duration(-minutes)}" if minutes < 0 else f"+{short_duration(minutes)}"


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _section(
    entry: Postmortem, section: Section, lines: Lines, columns: int, today: date
) -> Iterator[str]:
    if section.kind == "timeline" and entry.timeline:
        events = entry.timeline
        told = [Item(event.line, event.text) for event in events]
        rows = _Events(entry, columns)
        for run in runs(lines, told):
            yield from _gap(run.text, columns)
            for place in run.items:
                yield from rows.lines(events[place])
    elif section.kind == "follow-ups" and entry.follow_ups:
        told = [Item(item.line, item.text) for item in entry.follow_ups]
        for run in runs(lines, told):
            yield from _gap(run.text, columns)
            for place in run.items:
                yield from _follow_up(entry.follow_ups[place], columns, today)
    else:
        yield from block_lines("\n".join(line for _, line in lines), columns, INDENT)


def _gap(text: str, columns: int) -> Iterator[str]:
    if text:
        yield from block_lines(text, columns, INDENT)


class _Events:
    """Lays out a timeline's events: `10:54  +0 min  text`, a line for each new day."""

    def __init__(self, entry: Postmortem, columns: int) -> None:
        events = entry.timeline
        self._columns = columns
        self._zone = _zone(entry.timezone)
        self._start = entry.started or next((event.at for event in events if event.at), None)
        self._clock_width = max(width(self._clock(event)) for event in events)
        self._elapsed_width = max(width(self._elapsed(event)) for event in events)
        self._day: date | None = None

    def lines(self, event: TimelineEvent) -> Iterator[str]:
        """The lines of one event."""
        if event.date and event.date != self._day:
            self._day = event.date
            zone = f" {event.zone}" if event.zone and event.time else ""
            yield INDENT + click.style(f"{event.date}{plain(zone)}", dim=True)
        clock = pad(self._clock(event), self._clock_width)
        since = pad(self._elapsed(event), self._elapsed_width, right=True)
        before = f"{INDENT}{clock}  {since}  " if since else f"{INDENT}{clock}  "
        mark = _mark(event)
        text = event.text if event.text.startswith(mark) else f"{mark} {event.text}"
        first, *rest = block_lines(text, max(20, self._columns - width(before))) or ["—"]
        if first.startswith(mark):
            first = click.style(mark, fg="green") + first[len(mark) :] if mark else first
        yield before + first
        for line in rest:
            yield " " * width(before) + line

    @staticmethod
    def _clock(event: TimelineEvent) -> str:
        if event.time is None:
            return ""
        about = "~" if event.approximate else ""
        until = ""
        if event.until is not None and event.at is not None:
            until = f"–{event.until.astimezone(event.at.tzinfo):%H:%M}"
        return f"{about}{event.time}{until}"

    def _elapsed(self, event: TimelineEvent) -> str:
        return elapsed(self._start, event.at) if self._start and event.at else ""


def _mark(event: TimelineEvent) -> str:
    """What marks a turn of the incident: its name, unless the text begins with it anyway."""
    kind = event.kind or ""
    return event.text[: len(kind)] if event.text.lower().startswith(kind) else f"[{kind}]"


def _follow_up(item: FollowUp, columns: int, today: date) -> Iterator[str]:
    box = "[x] " if item.done else "[ ] "
    first, *rest = block_lines(item.text, columns - 6) or ["—"]
    yield INDENT + (click.style(box, fg="green") if item.done else box) + first
    for line in rest:
        yield INDENT + "    " + line
    late = item.is_open and item.due is not None and item.due < today
    about = [
        f"owner {item.owner}" if item.owner else "",
        f"due {item.due}" if item.due else "",
        "OVERDUE" if late else "",
        f"ticket {item.ticket}" if item.ticket else "",
    ]
    text = " · ".join(part for part in about if part)
    for line in wrap(plain(text), columns, INDENT + "    ", INDENT + "    ") if text else ():
        yield click.style(line, fg="red" if late else None, dim=not late)


def _source(source: Source, before: str, columns: int) -> Iterator[str]:
    parts: Sequence[str] = (source.title, source.publisher, source.published)
    named = ", ".join(plain(part) for part in parts if part)
    indent = " " * width(before)
    yield from wrap(named or plain(source.url), columns, before, indent)
    if named and source.url:
        # An address is never broken: it could not be opened or copied.
        yield indent + click.style(plain(source.url), dim=True)
