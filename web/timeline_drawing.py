"""A timeline as a drawing to scale. Pure: instants and words in, shapes with places out.

The line runs from the first instant to the last. What is where on it, and which long stretches
are cut short, is `web.timeline_scale`'s.

Places are in units of the drawing. Words are given, so that the drawing has no language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING

from web.timeline_scale import Break, Scale, ScaleMark, rounded, scale_marks, text_width

if TYPE_CHECKING:
    from kb.model import EventKind


_LABEL_HEIGHT = 20.0
_LINE = 8.0
"""How thick the line is."""
_TICK_ROOM = 16.0
_SCALE_ROOM = 20.0
_SPAN_HEIGHT = 22.0
_CLOSEST = 7.0
"""Ticks nearer than this are one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the incident to be marked.

    Attributes:
        label: what stands at its mark.
        anchor: of the event that says it, or empty.
        span: what stands on the bar from the start to here, or empty for none.
    """

    kind: EventKind
    at: datetime
    label: str
    anchor: str = ""
    span: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Another event: an instant or a range, with the words that name it."""

    at: datetime
    anchor: str
    title: str
    until: datetime | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A turn as drawn: a shape on the line at `x`, its label at `text_x`, `text_y`.

    Attributes:
        end: which end of the label stands at `text_x`: `start` or `end`.
    """

    kind: EventKind
    x: float
    label: str
    text_x: float
    text_y: float
    end: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One event, or `count` that lie too close together to be told apart."""

    x: float
    width: float
    anchor: str
    titles: tuple[str, ...]
    count: int
    approximate: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the line from `x` on: `kind` is the last turn before it, or empty outside."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class Span:
    """The time from the start to a turn, as a bar with its words inside or beside it."""

    kind: EventKind
    x: float
    width: float
    y: float
    label: str
    text_x: float
    end: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes, and where the rows of them lie."""

    width: float
    height: float
    line_y: float
    scale_y: float
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    stretches: tuple[Stretch, ...]
    breaks: tuple[Break, ...]
    scale: tuple[ScaleMark, ...]
    spans: tuple[Span, ...]


def draw(
    turns: Sequence[Turn],
    happenings: Sequence[Happening],
    zone: tzinfo,
    width: float,
    duration: Callable[[int], str],
) -> Drawing | None:
    """The drawing, or None where there are not two instants: then there is nothing to measure.

    Args:
        turns: started, detected and so on, in any order.
        happenings: the other events that have an instant.
        zone: whose clocks the scale shows.
        width: of the drawing.
        duration: minutes as words.
    """
    instants = {turn.at for turn in turns} | {one.at for one in happenings}
    instants |= {one.until for one in happenings if one.until}
    if len(instants) < 2:
        return None
    turns = sorted(turns, key=lambda turn: turn.at)
    scale = Scale(sorted(instants), (turns[0].at, turns[-1].at) if turns else None, width)
    marks, line_y = _marks(turns, scale, width)
    scale_y = line_y + _LINE / 2 + _TICK_ROOM
    breaks = scale.breaks(duration, width)
    spans = _spans(turns, scale, width, scale_y + _SCALE_ROOM + 6)
    return Drawing(
        width=width,
        height=scale_y + _SCALE_ROOM + 6 + len(spans) * _SPAN_HEIGHT,
        line_y=line_y,
        scale_y=scale_y,
        marks=marks,
        ticks=_ticks(happenings, scale),
        stretches=_stretches(turns, scale),
        breaks=breaks,
        scale=scale_marks(scale, zone, width, breaks),
        spans=spans,
    )


@dataclass(frozen=True, slots=True)
class _Label:
    """A turn's label while its row is sought."""

    turn: Turn
    x: float
    left: float
    long: float
    end: str
    row: int

    def covers(self, x: float) -> bool:
        return self.left - 2 < x < self.left + self.long + 2

    def fits(self, row: int, others: Sequence[_Label]) -> bool:
        """Whether it meets no other label in this row, and no stem crosses a label."""
        for other in others:
            apart = self.left + self.long + 12 <= other.left or (
                other.left + other.long + 12 <= self.left
            )
            if other.row == row and not apart:
                return False
            if other.row < row and other.covers(self.x):
                return False
            if other.row > row and self.covers(other.x):
                return False
        return True


def _marks(turns: Sequence[Turn], scale: Scale, width: float) -> tuple[tuple[Mark, ...], float]:
    """The turns with labels that do not overlap, and where the line lies below them.

    A label flies beside the stem that stands on its mark, like a flag. From the last to the
    first, each takes the lowest row in which neither it nor its stem meets another.
    """
    placed: list[_Label] = []
    for turn in reversed(turns):
        x, long = scale(turn.at), text_width(turn.label)
        if x + 4 + long <= width:
            label = _Label(turn, x, x + 4, long, "start", 0)
        else:
            label = _Label(turn, x, max(0.0, x - 4 - long), long, "end", 0)
        above = 1 + max((other.row for other in placed), default=-1)
        row = next((row for row in range(above) if label.fits(row, placed)), above)
        placed.append(replace(label, row=row))
    rows = 1 + max((label.row for label in placed), default=-1)
    line_y = rows * _LABEL_HEIGHT + 16
    marks = tuple(
        Mark(
            label.turn.kind,
            rounded(label.x),
            label.turn.label,
            rounded(label.left + (label.long if label.end == "end" else 0)),
            line_y - 20 - label.row * _LABEL_HEIGHT,
            label.end,
            label.turn.anchor,
        )
        for label in reversed(placed)
    )
    return marks, line_y


def _ticks(happenings: Sequence[Happening], scale: Scale) -> tuple[Tick, ...]:
    ticks: list[Tick] = []
    for one in sorted(happenings, key=lambda one: one.at):
        x = scale(one.at)
        end = scale(one.until) if one.until and one.until > one.at else x
        last = ticks[-1] if ticks else None
        if last and x - last.x < _CLOSEST:
            ticks[-1] = Tick(
                last.x,
                rounded(max(last.width, end - last.x)),
                last.anchor,
                (*last.titles, one.title) if last.count < 5 else last.titles,
                last.count + 1,
                last.approximate and one.approximate,
            )
        else:
            width = rounded(end - x)
            ticks.append(Tick(rounded(x), width, one.anchor, (one.title,), 1, one.approximate))
    return tuple(ticks)


def _stretches(turns: Sequence[Turn], scale: Scale) -> tuple[Stretch, ...]:
    """The line, from turn to turn until the incident is resolved, thin outside of it."""
    ends = [turn.at for turn in turns if turn.kind != "declared"]
    kinds = [str(turn.kind) for turn in turns if turn.kind != "declared"]
    if kinds and kinds[-1] == "resolved":
        kinds[-1] = ""
    edges = [scale.instants[0], *ends, scale.instants[-1]]
    found = []
    for kind, (start, end) in zip(["", *kinds], pairwise(edges), strict=True):
        if end > start:
            found.append(Stretch(rounded(scale(start)), rounded(scale(end) - scale(start)), kind))
    return tuple(found)


def _spans(turns: Sequence[Turn], scale: Scale, width: float, top: float) -> tuple[Span, ...]:
    start = next((turn for turn in turns if turn.kind == "started"), None)
    if start is None:
        return ()
    x = scale(start.at)
    found: list[Span] = []
    for turn in turns:
        if not turn.span or turn.at < start.at:
            continue
        end, long = scale(turn.at), text_width(turn.span)
        if end - x >= long + 16:
            place, side = x + 8, "start"
        elif end + 8 + long <= width:
            place, side = end + 8, "start"
        else:
            place, side = max(x - 8, long), "end"
        y = top + len(found) * _SPAN_HEIGHT
        found.append(
            Span(
                turn.kind,
                rounded(x),
                max(2.0, rounded(end - x)),
                y,
                turn.span,
                rounded(place),
                side,
            )
        )
    return tuple(found)
