"""What `kb stats` prints for people: a table of groups, the months as bars, the backlog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from kb.cli.layout import counted, cut, pad, plain, table, width, wrap

if TYPE_CHECKING:
    from kb.stats import Backlog, Group, Month, Spread, Statistics

_TIMES = ("detect", "mitigate", "resolve")
_BARS = "▁▂▃▄▅▆▇█"
_NONE, _OUTSIDE = "·", " "
_LEAST_NAME = 8
_LEAST_WIDTHS = (1, *(len("media"), len("90%"), len("of")) * len(_TIMES), len("open"))
"""Of the cells after the name; heads may reach one column into the gap before them."""
_NO_LIMIT = 1_000_000
_NOTE = (
    "Times count from the start: the median, what 90% stay within, and of how many entries that "
    "state them."
)


def report(statistics: Statistics, columns: int | None) -> Iterator[str]:
    """The lines; `columns` is the width, or None for as wide as it comes."""
    if not statistics.total.entries:
        yield f"No entries: {plain(statistics.understood)}"
        return
    if statistics.query.strip():
        yield from wrap(plain(statistics.understood), columns or _NO_LIMIT)
        yield ""
    yield from group_table(statistics, columns)
    yield ""
    yield from (_dim(line) for line in wrap(_NOTE, columns or _NO_LIMIT))
    if statistics.months:
        yield ""
        yield from month_bars(statistics.months)
    yield ""
    yield from backlog_lines(statistics.backlog, columns)


def group_table(statistics: Statistics, columns: int | None) -> Iterator[str]:
    """One line a group, the total last; names are cut where it is narrow, never numbers."""
    groups = (*statistics.groups, statistics.total)
    names = [plain(group.name) or "(none)" for group in statistics.groups]
    names.append(statistics.total.label)
    rows = [_cells(group) for group in groups]
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    widths = [max(size, least) for size, least in zip(widths, _LEAST_WIDTHS, strict=True)]
    gaps = _gaps(len(widths))
    taken = sum(widths) + sum(gaps)
    name_width = max(*map(width, names), len(statistics.by) + len(" entries"))
    if columns:
        name_width = max(min(name_width, columns - taken), _LEAST_NAME)
    yield from map(_dim, _heads(statistics.by, name_width, widths, gaps))
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        if number == len(statistics.groups):
            yield _dim("─" * (name_width + taken))
        line = pad(cut(name, name_width), name_width) + "".join(
            " " * gap + pad(cell, size, right=True)
            for gap, cell, size in zip(gaps, row, widths, strict=True)
        )
        yield line.rstrip()


def _cells(group: Group) -> list[str]:
    times = (group.detect, group.mitigate, group.resolve)
    cells = [cell for time in times for cell in _time_cells(time)]
    return [str(group.entries), *cells, str(group.open_follow_ups or "")]


def _time_cells(time: Spread) -> tuple[str, str, str]:
    if time.median is None or time.percentile_90 is None:
        return "", "", ""
    return tight_duration(time.median), tight_duration(time.percentile_90), str(time.stated)


def _gaps(cells: int) -> list[int]:
    """The spaces before each cell: two before a time and one inside it."""
    return [2 if at in {0, cells - 1} or at % 3 == 1 else 1 for at in range(cells)]


def _heads(by: str, name_width: int, widths: Sequence[int], gaps: Sequence[int]) -> Iterator[str]:
    """Two lines: which time, then what of it, each at the right end of its column."""
    ends = []
    at = name_width
    for gap, size in zip(gaps, widths, strict=True):
        at += gap + size
        ends.append(at)
    upper = [(name, ends[3 + 3 * number]) for number, name in enumerate(_TIMES)]
    lower = [("entries", ends[0]), ("open", ends[-1])]
    for number in range(len(_TIMES)):
        first = 1 + 3 * number
        lower += [("median", ends[first]), ("90%", ends[first + 1]), ("of", ends[first + 2])]
    yield _placed(upper, "")
    yield _placed(sorted(lower, key=lambda pair: pair[1]), by)


def _placed(texts: Sequence[tuple[str, int]], start: str) -> str:
    """Texts that end at these columns."""
    line = start
    for text, end in texts:
        line += text.rjust(end - len(line)) if end - len(line) > len(text) else f" {text}"
    return line


def tight_duration(minutes: int) -> str:
    """Minutes in five columns at most up to a thousand days: `45m`, `1h26m`, `12h`, `3d4h`.

    As `duration:` in a query takes it; above nine of a unit the smaller one is left out.
    """
    hours, rest = divmod(minutes, 60)
    days, hours_of_day = divmod(hours, 24)
    if days:
        return f"{days}d{hours_of_day}h" if hours_of_day and days < 10 else f"{days}d"
    if hours:
        return f"{hours}h{rest}m" if rest and hours < 10 else f"{hours}h"
    return f"{rest}m"


def month_bars(months: Sequence[Month]) -> Iterator[str]:
    """One line a year: twelve bars, and how many entries; the highest month has the full bar."""
    highest = max(month.total for month in months)
    years = groupby(months, key=lambda month: month.month[:4])
    rows = [("month", " ".join("JFMAMJJASOND"), "entries")]
    for year, of_year in years:
        totals = {int(month.month[5:]): month.total for month in of_year}
        bars = (_bar(totals.get(number), highest) for number in range(1, 13))
        rows.append((year, " ".join(bars), str(sum(totals.values()))))
    head, *lines = (f"{year:<5}  {bars}  {count:>7}" for year, bars, count in rows)
    yield _dim(head)
    yield from lines
    yield _dim(f"A full bar is {counted(highest, 'entry', 'entries')} in a month.")


def _bar(total: int | None, highest: int) -> str:
    if not total:
        return _OUTSIDE if total is None else _NONE
    return _BARS[-(-total * len(_BARS) // highest) - 1]


def backlog_lines(backlog: Backlog, columns: int | None) -> Iterator[str]:
    """What is left to do, and how old it is."""
    if not backlog.open:
        yield f"No open follow-ups; {backlog.done:,} done"
        return
    line = (
        f"{counted(backlog.open, 'open follow-up')}: {backlog.overdue:,} overdue, "
        f"{backlog.without_due:,} without a due day, {backlog.without_owner:,} without an owner; "
        f"{backlog.done:,} done"
    )
    yield from wrap(line, columns or _NO_LIMIT)
    rows = [("open", "overdue", "days since the incident")]
    rows += [
        (str(band.open), str(band.overdue), _age(band.from_days, band.to_days))
        for band in backlog.by_age
        if band.open
    ]
    head, *lines = table(rows, None, right=(0, 1))
    yield _dim(head)
    yield from lines


def _age(first: int | None, last: int | None) -> str:
    if first is None:
        return "undated"
    return f"{first} or more" if last is None else f"{first} to {last}"


def _dim(line: str) -> str:
    return click.style(line, dim=True)
