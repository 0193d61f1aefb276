"""A timeline written as a table: which column says when, whatever the columns are called."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from kb.moments import find_zone, read_moment, resolve_zone
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.document.markdown import Block, Row
    from kb.moments import Moment, Order

_WHEN = pattern(
    r"\b(?:time|date|when|timestamp|datetime|clock|hour|day)\b|시각|시간|일시|일자|날짜|時刻|時間|日時|日付",
    re.IGNORECASE,
)
_EVENT = pattern(
    r"\b(?:event|what|description|action|details?|activity|notes?|message|update|happened)\b|"
    r"이벤트|내용|사건|상황|조치|경과|설명|내역|出来事|内容|イベント",
    re.IGNORECASE,
)
_WEEKDAY = pattern(
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|[월화수목금토일](?:요일)?", re.IGNORECASE
)
_YEAR = pattern(r"(?<!\d)20\d\d(?!\d)")
_PLACEHOLDER = pattern(r"\?\?|\b[hH]{2}:[mM]{2}\b|^\W*$|미상|unknown|불명", re.IGNORECASE)


@record
class TimedRow:
    """One row: when (None where the cell does not tell) and what, as Markdown."""

    line: int
    moment: Moment | None
    text: str


def read_table(
    block: Block, context: date | None, order: Order, *, needed: bool = False
) -> tuple[TimedRow, ...]:
    """The rows of a table that is a timeline; none where no column says when.

    Args:
        block: the table.
        context: a day near the rows, for dates without a year.
        order: which of 01/02/2024 is the month.
        needed: whether a table headed as a timeline is one even though no time can be read.
    """
    head, body = block.rows[0], block.rows[1:]
    year = next((found for cell in head.cells if (found := _YEAR.search(cell))), None)
    context = context or (date(int(year[0]), 1, 1) if year else None)
    columns = _columns(head, body, context, order)
    when = sorted(place for place, kind in columns.items() if kind in {"date", "time"})
    if not when and needed:
        when = [place for place, cell in enumerate(head.cells) if _WHEN.search(cell)]
    if not when:
        return ()
    zone = _zone(head, when)
    if _is_data(head, when, context, order):
        body = block.rows
    told = _told(head, body, when, columns)
    rows = []
    for row in body:
        said = " ".join(_cell(row, place) for place in when).strip()
        moment = read_moment(said, context, order) if said else None
        if moment and zone and moment.zone is None:
            moment = replace(moment, zone=zone)
        if moment and moment.date:
            context = moment.date
        text = " — ".join(cell for place in told if (cell := _cell(row, place)))
        if text or moment:
            rows.append(TimedRow(row.line, moment, text))
    return tuple(rows)


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _columns(head: Row, body: Sequence[Row], context: date | None, order: Order) -> dict[int, str]:
    """The columns that say when, by what most of their cells hold: a date, a time, a weekday."""
    kinds: dict[int, str] = {}
    for place in range(len(head.cells)):
        cells = [cell for row in body if (cell := _cell(row, place))]
        sample = [cell for cell in cells[:50] if not _PLACEHOLDER.search(cell)]
        if cells and not sample and _WHEN.search(_cell(head, place)):
            kinds[place] = "time"
            continue
        kind = _kind(sample, context, order)
        if kind:
            kinds[place] = kind
        if kind == "time":
            break
    return kinds


def _kind(cells: Sequence[str], context: date | None, order: Order) -> str:
    if not cells:
        return ""
    weekdays = sum(1 for cell in cells if _WEEKDAY.fullmatch(cell.strip("* ")))
    if weekdays * 2 > len(cells):
        return "weekday"
    around = context or date(2000, 1, 1)
    moments = [
        moment
        for cell in cells
        if (moment := read_moment(cell, around, order)) and _fills(moment, cell)
    ]
    if len(moments) * 2 <= len(cells):
        return ""
    timed = sum(1 for moment in moments if moment.clock)
    return "time" if timed * 2 >= len(moments) else "date"


def _fills(moment: Moment, cell: str) -> bool:
    """Whether a cell holds little beside its moment; an event may begin with a time too."""
    return len(cell) - moment.end <= max(12, moment.end)


def _zone(head: Row, when: Iterable[int]) -> str | None:
    for place in when:
        cell = _cell(head, place)
        zone = find_zone(cell)
        if zone or (cell.strip() and resolve_zone(cell.strip())):
            return zone or cell.strip()
    return next((zone for cell in head.cells if (zone := find_zone(cell))), None)


def _is_data(head: Row, when: Sequence[int], context: date | None, order: Order) -> bool:
    """Whether a table's first row is an event already, not the names of its columns."""
    said = " ".join(_cell(head, place) for place in when)
    moment = read_moment(said, context, order)
    return moment is not None and moment.clock is not None and not _WHEN.search(said)


def _told(
    head: Row, body: Sequence[Row], when: Sequence[int], columns: dict[int, str]
) -> list[int]:
    """The columns that say what happened, the one named so first."""
    width = max((len(row.cells) for row in (head, *body)), default=0)
    rest = [
        place for place in range(width) if place not in when and columns.get(place) != "weekday"
    ]
    return sorted(rest, key=lambda place: not _EVENT.search(_cell(head, place)))
