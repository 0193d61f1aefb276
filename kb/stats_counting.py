"""How the figures of `kb.stats` are counted: one pass over the entries that match."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.stats import DEFINITIONS, AgeBand, Backlog, Group, Month, Spread, Statistics

if TYPE_CHECKING:
    from datetime import date

    from kb.search.answer import Listing
    from kb.search.engine import Listed
    from kb.vocabulary import Vocabulary

AGES = (0, 31, 91, 181, 366)
"""The first day of each band of ages."""
MOST_MONTHS = 1_200
"""Over a longer span, which only a wrong date makes, months without incidents are left out."""

_TIMES = ("detect-time", "mitigate-time", "duration")
_LABELS_WITHOUT = {
    "service": "without a service",
    "cause": "without a cause",
    "month": "without a date",
    "severity": "without a severity",
}


def statistics(listing: Listing, by: str, today: date, vocabulary: Vocabulary) -> Statistics:
    """The figures over the entries of a listing.

    Args:
        listing: the entries, and how the query that found them was understood.
        by: one of `GROUPINGS`.
        today: the day on which follow-ups are overdue or not.
        vocabulary: gives the labels.
    """
    return Counting(listing, today, vocabulary).by(by)


class Counting:
    """What is counted once of a listing, whatever it is grouped by; see `statistics`."""

    def __init__(self, listing: Listing, today: date, vocabulary: Vocabulary) -> None:
        self._listing = listing
        self._vocabulary = vocabulary
        backlog, total = _BacklogTally(today), _Tally()
        self._left = [backlog.take(entry) for entry in listing.entries]
        for entry, left in zip(listing.entries, self._left, strict=True):
            total.take(entry, *left)
        self._total = total.group("", "all entries")
        self._backlog = backlog.backlog()
        self._months = _months(listing.entries, vocabulary)
        self._week_hours = _week_hours(listing.entries)

    def by(self, by: str) -> Statistics:
        """The figures, grouped by one of `GROUPINGS`."""
        groups: dict[str, _Tally] = {}
        for entry, left in zip(self._listing.entries, self._left, strict=True):
            for name in entry.row.facets[by] or ("",):
                groups.setdefault(name, _Tally()).take(entry, *left)
        ranked = sorted(groups.items(), key=lambda pair: (-pair[1].entries, not pair[0], pair[0]))
        return Statistics(
            query=self._listing.query,
            understood=self._listing.understood,
            notices=self._listing.notices,
            by=by,
            total=self._total,
            groups=tuple(
                tally.group(name, _label(by, name, self._vocabulary)) for name, tally in ranked
            ),
            months=self._months,
            week_hours=self._week_hours,
            week_hours_stated=sum(map(sum, self._week_hours)),
            backlog=self._backlog,
            definitions=DEFINITIONS,
        )


def _label(by: str, name: str, vocabulary: Vocabulary) -> str:
    return vocabulary.label(by, name) if name else _LABELS_WITHOUT[by]


def spread(minutes: Sequence[int]) -> Spread:
    """Median and 90th percentile of these times.

    Both by linear interpolation between the two closest ranks (type 7 of Hyndman and Fan, "Sample
    Quantiles in Statistical Packages", 1996; what spreadsheets and NumPy do), rounded to whole
    minutes, halves up. The median is so the usual one.
    """
    ordered = sorted(minutes)
    return Spread(len(ordered), _quantile(ordered, 5), _quantile(ordered, 9))


def _quantile(ordered: Sequence[int], tenths: int) -> int | None:
    """The value that so many tenths of the ordered ones do not exceed; in whole numbers only."""
    if not ordered:
        return None
    at, over = divmod((len(ordered) - 1) * tenths, 10)
    low, high = ordered[at], ordered[min(at + 1, len(ordered) - 1)]
    return low + ((high - low) * over + 5) // 10


@dataclass(slots=True)
class _Tally:
    """The figures of one group while its entries are gone through."""

    entries: int = 0
    open: int = 0
    overdue: int = 0
    times: tuple[list[int], ...] = field(default_factory=lambda: tuple([] for _ in _TIMES))

    def take(self, entry: Listed, open_: int, overdue: int) -> None:
        """Count one entry."""
        self.entries += 1
        self.open += open_
        self.overdue += overdue
        numbers = entry.row.numbers
        for name, times in zip(_TIMES, self.times, strict=True):
            if name in numbers:
                times.append(numbers[name])

    def group(self, name: str, label: str) -> Group:
        """What was counted."""
        detect, mitigate, resolve = map(spread, self.times)
        return Group(name, label, self.entries, detect, mitigate, resolve, self.open, self.overdue)


@dataclass(slots=True)
class _BacklogTally:
    """The backlog while entries are gone through; ages as in `AGES`, the last one undated."""

    today: date
    day: str = field(init=False)
    done: int = 0
    without_due: int = 0
    without_owner: int = 0
    open: list[int] = field(default_factory=lambda: [0] * (len(AGES) + 1))
    overdue: list[int] = field(default_factory=lambda: [0] * (len(AGES) + 1))

    def __post_init__(self) -> None:
        self.day = self.today.isoformat()

    def take(self, entry: Listed) -> tuple[int, int]:
        """Count one entry's follow-ups; how many of them are open, and how many overdue."""
        items = entry.summary["follow_ups"]
        if not items:
            return 0, 0
        unfinished = [item for item in items if item["done"] is not True]
        dues = [item["due"] for item in unfinished if item["due"] is not None]
        overdue = sum(due < self.day for due in dues)
        self.done += len(items) - len(unfinished)
        self.without_due += len(unfinished) - len(dues)
        self.without_owner += sum(not item["owner"] for item in unfinished)
        band = self._band(entry)
        self.open[band] += len(unfinished)
        self.overdue[band] += overdue
        return len(unfinished), overdue

    def _band(self, entry: Listed) -> int:
        day = entry.row.numbers.get("date")
        if day is None:
            return len(AGES)
        return max(0, bisect_right(AGES, self.today.toordinal() - day) - 1)

    def backlog(self) -> Backlog:
        """What was counted."""
        bands = [
            AgeBand(_age_key(first, last), first, last, open_, overdue)
            for (first, last), open_, overdue in zip(
                (*_age_bands(), (None, None)), self.open, self.overdue, strict=True
            )
        ]
        return Backlog(
            open=sum(self.open),
            overdue=sum(self.overdue),
            without_due=self.without_due,
            without_owner=self.without_owner,
            done=self.done,
            by_age=tuple(bands if bands[-1].open else bands[:-1]),
        )


def _age_bands() -> tuple[tuple[int, int | None], ...]:
    lasts = (*(first - 1 for first in AGES[1:]), None)
    return tuple(zip(AGES, lasts, strict=True))


def _age_key(first: int | None, last: int | None) -> str:
    if first is None:
        return "undated"
    return f"{first}-{'' if last is None else last}"


def _months(entries: Sequence[Listed], vocabulary: Vocabulary) -> tuple[Month, ...]:
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        for month in entry.row.facets["month"]:
            severities = entry.row.facets["severity"] or ("",)
            counts.setdefault(month, Counter()).update(severities)
    if not counts:
        return ()
    known = vocabulary.known("severity")
    others = {severity for each in counts.values() for severity in each} - set(known)
    severities = (*known, *sorted(others - {""}), *(others & {""}))
    found = []
    span = _months_between(min(counts), max(counts))
    for month in span if len(span) <= MOST_MONTHS else sorted(counts):
        each = counts.get(month, Counter())
        found.append(Month(month, each.total(), {name: each[name] for name in severities}))
    return tuple(found)


def _months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both included, as `2024-07`."""
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1)]


def _week_hours(entries: Iterable[Listed]) -> tuple[tuple[int, ...], ...]:
    hours = [0] * (7 * 24)
    for entry in entries:
        hour = entry.row.numbers.get("week-hour")
        if hour is not None:
            hours[hour] += 1
    return tuple(tuple(hours[day * 24 : (day + 1) * 24]) for day in range(7))
