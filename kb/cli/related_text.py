"""Related entries as a person reads them in a terminal. Pure: results in, lines out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from kb.cli.layout import counted, lines_of, plain, width, wrap
from kb.cli.markdown_text import inline

if TYPE_CHECKING:
    from datetime import date

    from kb.related import OpenFollowUp, RelatedEntries, RelatedEntry

_NAMES = 4
_FOLLOW_UPS = 3


def report(found: RelatedEntries, name: str, columns: int, today: date) -> Iterator[str]:
    """Each entry with why it is alike and what was to be done after it.

    Args:
        found: what was found; at least one entry.
        name: what to call the thing asked about.
        columns: the width to lay out in.
        today: the day that due days are compared with.
    """
    count = len(found.hits)
    head = (
        f"{counted(count, 'entry', 'entries')} {'is' if count == 1 else 'are'} like {plain(name)}"
    )
    for line in wrap(head, columns, "", "  "):
        yield click.style(line, bold=True)
    digits = len(str(count))
    for number, hit in enumerate(found.hits, 1):
        yield ""
        yield from _hit(hit, number, digits, columns, today)


def _hit(hit: RelatedEntry, number: int, digits: int, columns: int, today: date) -> Iterator[str]:
    indent = " " * (digits + 2)
    room = columns - len(indent)
    title = plain(hit.title) or hit.id
    for index, (start, end) in enumerate(lines_of(title, room)):
        before = indent if index else f"{number:>{digits}}  "
        yield before + click.style(title[start:end], bold=True)
    yield indent + click.style(plain(hit.id), fg="cyan")
    for line in _joined(_facts(hit), " · ", room):
        yield from wrap(line, columns, indent, indent)
    reasons = (plain(reason.text) for reason in hit.reasons)
    for line in _joined(reasons, "; ", room):
        for part in wrap(line, columns, indent, indent):
            yield click.style(part, fg="yellow")
    yield from _follow_ups(hit, columns, indent, today)


def _facts(hit: RelatedEntry) -> Iterator[str]:
    yield hit.date or "no date"
    if hit.services:
        more = f" +{len(hit.services) - _NAMES}" if len(hit.services) > _NAMES else ""
        yield plain(", ".join(hit.services[:_NAMES])) + more
    if hit.severity:
        yield plain(hit.severity)
    yield f"{hit.score:.0%} alike"
    if hit.overlaps:
        yield "at the same time"
    elif hit.is_recurrence:
        yield "the same happened before"
    elif not hit.earlier and hit.date:
        yield "later"


def _follow_ups(hit: RelatedEntry, columns: int, indent: str, today: date) -> Iterator[str]:
    """The first unfinished ones, those that are overdue before the others."""
    late = [item for item in hit.open_follow_ups if _is_late(item, today)]
    others = [item for item in hit.open_follow_ups if not _is_late(item, today)]
    for item in (*late, *others)[:_FOLLOW_UPS]:
        text = " ".join(inline(item.text).split()) or "—"
        about = ", ".join(_about(item, today))
        told = plain(f"{text} ({about})" if about else text)
        yield from wrap(told, columns, f"{indent}[ ] ", f"{indent}    ")
    more = len(hit.open_follow_ups) - _FOLLOW_UPS
    if more > 0:
        yield f"{indent}    and {counted(more, 'more open follow-up')}"


def _joined(parts: Iterable[str], between: str, columns: int) -> Iterator[str]:
    """The parts in lines that break between parts only."""
    line = ""
    for part in parts:
        longer = f"{line}{between}{part}" if line else part
        if line and width(longer) > columns:
            yield line
            longer = part
        line = longer
    if line:
        yield line


def _is_late(item: OpenFollowUp, today: date) -> bool:
    return item.due is not None and item.due < today.isoformat()


def _about(item: OpenFollowUp, today: date) -> Iterator[str]:
    if item.owner:
        yield item.owner
    if item.due:
        yield f"due {item.due}" + (", OVERDUE" if _is_late(item, today) else "")
    if item.ticket:
        yield item.ticket
