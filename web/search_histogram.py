"""When the entries found began: bars by month or by year, each a link that narrows to it.

Geometry is in percent across and pixels down, so that the drawing is as wide as the page
without its letters being stretched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.search.refine import values_of, with_value
from web.search_facets import without_values

if TYPE_CHECKING:
    from web.search_addresses import State

MOST_MONTHS = 24
"""A longer time is drawn by year."""
MOST_YEARS = 60
"""Years before the last sixty are not drawn."""
FEWEST_SLOTS = 8
"""Of fewer bars the rest of the width stays empty: a bar as wide as the page says nothing."""
TOP, BASE = 16, 60
"""Pixels from the top: of the tallest bar, and of the line that the bars stand on."""
ONE_LABEL, TWO_LABELS = 80, 94
"""Pixels of the whole drawing with one and with two lines of labels below."""
MOST_NUMBERED = 16
"""More bars than these have no number above them."""
MOST_LABELS = 9
SMALLEST_BAR = 3
"""Pixels: one entry among thousands is still seen."""

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Bar:
    """One month or year.

    Attributes:
        period: `2024-07` or `2024`.
        left, width: of its place, in percent.
        top, height: in pixels.
        number: what stands above it, or empty.
        label, second_label: what stands below it, or empty.
        address: the search narrowed to it; where it is chosen, the search without that.
    """

    period: str
    count: int
    chosen: bool
    left: float
    width: float
    top: int
    height: int
    number: str
    label: str
    second_label: str
    address: str


@dataclass(frozen=True, slots=True)
class Crumb:
    """A period that the search is narrowed to, and the address of the wider search around it."""

    period: str
    without: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """The drawing.

    Attributes:
        by_month: whether a bar is a month, else a year.
        first, last: the periods at both ends.
        most: the count of the tallest bar; its number stands at the side where bars have none.
        height: of the whole drawing, in pixels.
        crumbs: the year, or the year and the month, that the search is narrowed to.
    """

    by_month: bool
    first: str
    last: str
    most: int
    numbered: bool
    height: int
    bars: tuple[Bar, ...]
    crumbs: tuple[Crumb, ...]


def histogram(
    state: State,
    months: Sequence[tuple[str, int]],
    months_anew: Callable[[str], Sequence[tuple[str, int]]],
) -> Histogram | None:
    """The drawing for a search; None where no entry has a date.

    A search narrowed to a year shows its months, one narrowed to a month still the other
    months of that year. Any other condition on dates (`date:7d`, `after:2022`) leaves what it
    leaves.

    Args:
        state: the search.
        months: how many entries it has in each month (`2024-07`).
        months_anew: counts them for another query.
    """
    chosen = tuple(v for v in values_of(state.query, "date") if _YEAR.match(v))
    anywhere = without_values(state.query, "date")
    year = ""
    if len(chosen) == 1 and (_YEAR.fullmatch(chosen[0]) or _MONTH.fullmatch(chosen[0])):
        year = chosen[0][:4]
        if chosen[0] != year:
            months = months_anew(with_value(anywhere, "date", year))
    elif chosen and all(map(_YEAR.fullmatch, chosen)):
        months = months_anew(anywhere)
    counts = _periods(dict(months), year)
    if not counts:
        return None
    return _drawn(state, counts, chosen, anywhere, year)


def _periods(months: dict[str, int], year: str) -> dict[str, int]:
    """Every period between the first and the last with its count: of a year all months."""
    months = {month: count for month, count in months.items() if _MONTH.fullmatch(month)}
    if year:
        return {month: months.get(month, 0) for month in _months(f"{year}-01", f"{year}-12")}
    if not months:
        return {}
    every = list(_months(min(months), max(months), most=MOST_MONTHS + 1))
    if len(every) <= MOST_MONTHS:
        return {month: months.get(month, 0) for month in every}
    last = int(max(months)[:4])
    first = max(int(min(months)[:4]), last - MOST_YEARS + 1)
    years = {f"{number:04d}": 0 for number in range(first, last + 1)}
    for month, count in months.items():
        if month[:4] in years:
            years[month[:4]] += count
    return years


def _months(first: str, last: str, most: int = 12) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:])
    for _ in range(most):
        written = f"{year:04d}-{month:02d}"
        if written > last:
            return
        yield written
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _drawn(
    state: State, counts: dict[str, int], chosen: tuple[str, ...], anywhere: str, year: str
) -> Histogram:
    periods = list(counts)
    by_month = len(periods[0]) > 4
    slots = max(len(periods), FEWEST_SLOTS)
    most = max(1, *counts.values())
    numbered = slots <= MOST_NUMBERED and most < 1_000
    bars = []
    for number, (period, count) in enumerate(counts.items()):
        height = max(SMALLEST_BAR, round((BASE - TOP) * count / most)) if count else 0
        label, second = _labels(periods, number, named=bool(year))
        wider = year if by_month else ""
        narrowed = with_value(anywhere, "date", wider if period in chosen and wider else period)
        bars.append(
            Bar(
                period=period,
                count=count,
                chosen=period in chosen,
                left=round(100 * number / slots, 2),
                width=round(100 / slots, 2),
                top=BASE - height,
                height=height,
                number=str(count) if numbered and count else "",
                label=label,
                second_label=second,
                address=state.with_query(anywhere if period in chosen and not wider else narrowed),
            )
        )
    crumbs = [Crumb(year, state.with_query(anywhere))] if year else []
    if year and chosen[0] != year:
        crumbs.append(Crumb(chosen[0], state.with_query(with_value(anywhere, "date", year))))
    return Histogram(
        by_month=by_month,
        first=periods[0],
        last=periods[-1],
        most=most,
        numbered=numbered,
        height=TWO_LABELS if any(bar.second_label for bar in bars) else ONE_LABEL,
        bars=tuple(bars),
        crumbs=tuple(crumbs),
    )


def _labels(periods: Sequence[str], number: int, *, named: bool) -> tuple[str, str]:
    """What stands below a bar: years as many as fit; of months each or each third, and the year.

    Args:
        periods: of all bars.
        number: the bar's.
        named: whether the drawing names the year already.
    """
    period = periods[number]
    if len(period) == 4:
        step = -(-len(periods) // MOST_LABELS)
        from_last = len(periods) - 1 - number
        return (period if from_last % step == 0 else "", "")
    month = period[5:]
    label = month if len(periods) <= 12 or month in {"01", "04", "07", "10"} else ""
    begins = number == 0 or (month == "01" and number > 3)
    return label, period[:4] if begins and not named else ""
