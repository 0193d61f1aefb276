"""Instants to places on a line: straight, but for stretches that are cut short.

A stretch in which nothing happened for very long (weeks until a report, say) would leave no
room for the incident, so it is drawn short, with its length beside it.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

_MARGIN = 10.0
_LETTER = 6.9
_BREAK = 56.0
"""How wide a stretch is drawn that was cut short."""
_MOST_BREAKS = 3
_LONG_OUTSIDE = 3.0
_LONG_INSIDE = 12.0
"""A stretch longer than so many times all the rest is cut short, outside the incident or in it."""
_SCALE_DISTANCE = 74.0
_STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (
        *(1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720),
        *(1440 * days for days in (1, 2, 7, 14, 28, 91, 182, 364, 1820)),
    )
)


@dataclass(frozen=True, slots=True)
class Break:
    """A stretch that was cut short, not to scale: its length stands around `text_x`."""

    x: float
    width: float
    label: str
    text_x: float


@dataclass(frozen=True, slots=True)
class ScaleMark:
    """A time of the scale below the line: a clock time, or at midnight the day."""

    x: float
    label: str


class Scale:
    """Instants to places: straight from one break to the next.

    Attributes:
        instants: all that are drawn, in order.
        cut: the stretches (from, to) that are drawn short.
    """

    def __init__(
        self, instants: Sequence[datetime], incident: tuple[datetime, datetime] | None, width: float
    ) -> None:
        width -= 2 * _MARGIN
        self.instants = instants
        self.cut = _cut(instants, incident)
        self._from = [instants[0], *(instant for pair in self.cut for instant in pair)]
        ends = [*self._from[1:], instants[-1]]
        whole = sum(
            ((end - start) for start, end in zip(self._from[::2], ends[::2], strict=True)),
            timedelta(),
        )
        room = width - _BREAK * len(self.cut)
        self.per_second = room / whole.total_seconds()
        self._places, place = [], _MARGIN
        for number, (start, end) in enumerate(zip(self._from, ends, strict=True)):
            self._places.append(place)
            place += _BREAK if number % 2 else (end - start).total_seconds() * self.per_second
        self._ends = ends

    def __call__(self, at: datetime) -> float:
        """The place of an instant."""
        piece = max(0, bisect_right(self._from, at) - 1)
        since = (at - self._from[piece]).total_seconds()
        if piece % 2:
            length = (self._ends[piece] - self._from[piece]).total_seconds()
            return self._places[piece] + _BREAK * since / length
        return self._places[piece] + since * self.per_second

    def pieces(self) -> list[tuple[datetime, datetime]]:
        """The stretches that are to scale."""
        return list(zip(self._from[::2], self._ends[::2], strict=True))

    def breaks(self, duration: Callable[[int], str], width: float) -> tuple[Break, ...]:
        """The stretches that are not."""
        found = []
        for start, end in self.cut:
            label = duration(_minutes(end - start))
            half = text_width(label) / 2
            middle = min(max(self(start) + _BREAK / 2, half), width - half)
            found.append(Break(rounded(self(start)), _BREAK, label, rounded(middle)))
        return tuple(found)


def _cut(
    instants: Sequence[datetime], incident: tuple[datetime, datetime] | None
) -> list[tuple[datetime, datetime]]:
    """The stretches to cut short: the longest, while they dwarf all the rest."""
    gaps = sorted(pairwise(instants), key=lambda gap: gap[0] - gap[1])
    rest = instants[-1] - instants[0]
    cut: list[tuple[datetime, datetime]] = []
    for start, end in gaps[:_MOST_BREAKS]:
        inside = incident is not None and incident[0] <= start and end <= incident[1]
        rest -= end - start
        if not rest or end - start <= (_LONG_INSIDE if inside else _LONG_OUTSIDE) * rest:
            break
        cut.append((start, end))
    return sorted(cut)


def scale_marks(
    scale: Scale, zone: tzinfo, width: float, breaks: Sequence[Break]
) -> tuple[ScaleMark, ...]:
    """The times that stand below the line, on the clocks of a zone, clear of the breaks."""
    taken = [
        (one.text_x - text_width(one.label) / 2 - 6, one.text_x + text_width(one.label) / 2 + 6)
        for one in breaks
    ]
    found: list[ScaleMark] = []
    free = 0.0
    for start, until in scale.pieces():
        for at in _round_times(start, until, scale.per_second, zone):
            x = scale(at)
            clock = f"{at:%H:%M}"
            label = f"{at:%Y-%m-%d}" if clock == "00:00" else clock
            end = x + 3 + text_width(label)
            clear = all(end <= left or right <= x for left, right in taken)
            if x >= free and end <= width and clear:
                found.append(ScaleMark(rounded(x), label))
                free = x + _SCALE_DISTANCE
    return tuple(found)


def _round_times(start: datetime, end: datetime, per_second: float, zone: tzinfo) -> list[datetime]:
    """Times on the clock of the zone, evenly apart, far enough to be written side by side."""
    least = timedelta(seconds=_SCALE_DISTANCE / per_second)
    step = next((step for step in _STEPS if step >= least), _STEPS[-1])
    local = start.astimezone(zone)
    at = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at += (local.replace(tzinfo=None) - at.replace(tzinfo=None)) // step * step
    found: list[datetime] = []
    # Wall-clock steps: over a change of clocks the labels stay round.
    while len(found) < 60:
        if at >= local and at.astimezone(zone) <= end:
            found.append(at)
        if at > end:
            break
        at += step
    return found


def text_width(text: str) -> float:
    """About how wide a label is: a Korean letter counts for two."""
    wide = sum(1 for letter in text if unicodedata.east_asian_width(letter) in "WF")
    return (len(text) - wide) * _LETTER + wide * 12.5


def rounded(place: float) -> float:
    """A place to a tenth of a unit."""
    return round(place, 1)


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
