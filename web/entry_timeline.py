"""What an entry's drawing shows: its turns and other events, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from kb.model import EventKind, minutes_between
from kb.moments import format_duration, resolve_zone
from web import language
from web.entry_reading import in_zone
from web.timeline_drawing import Drawing, Happening, Turn, draw

if TYPE_CHECKING:
    from kb.model import Postmortem, TimelineEvent

WIDE, NARROW = 860.0, 340.0
"""Units across: what a desk and a phone have room for at the size of small text."""
KINDS: tuple[EventKind, ...] = ("started", "detected", "declared", "mitigated", "resolved")

_MARKS = re.compile(r"[*_`~]|!?\[([^\]\[]*)\]\([^()\s]*\)|<[^<>]*>|\[\d{1,3}\]")
_LONGEST_TITLE = 90
_YEARS = range(1900, 2201)
"""Instants in other years are slips of the pen: they stand in the list only."""


@dataclass(frozen=True, slots=True)
class TurnFact:
    """A turn as a fact of the entry.

    Attributes:
        after: whole minutes since the start, or None.
        differs: whether its day is not that of the start.
    """

    kind: EventKind
    name: str
    at: datetime
    after: int | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Drawings:
    """The same drawing twice, for wide and for narrow pages, with the words for who sees none.

    Attributes:
        zone: what the clocks of the scale are.
        undated: how many events have no instant and stand in the list only.
    """

    wide: Drawing
    narrow: Drawing
    description: str
    zone: str
    undated: int


def turn_names() -> dict[EventKind, str]:
    """What the turns of an incident are called."""
    return {
        "started": language.gettext("Started"),
        "detected": language.gettext("Detected"),
        "declared": language.gettext("Declared"),
        "mitigated": language.gettext("Mitigated"),
        "resolved": language.gettext("Resolved"),
    }


def incident_zone(entry: Postmortem) -> tzinfo:
    """The zone whose clocks the incident is told by: stated, else that of its first instant."""
    zone = resolve_zone(entry.timezone) if entry.timezone else None
    first = next((event.at for event in entry.timeline if event.at), None)
    at = entry.started or entry.detected or entry.mitigated or entry.resolved or first
    return zone or (at.tzinfo if at else None) or UTC


def zone_name(at: datetime) -> str:
    """`KST`, or `UTC+05:30` where the zone has no letters of its own."""
    name = at.tzname() or ""
    return f"UTC{name}" if name[:1] in {"+", "-"} else name


def turn_facts(entry: Postmortem, zone: tzinfo) -> tuple[TurnFact, ...]:
    """The turns that the entry states, in the order in which they usually come."""
    names = turn_names()
    facts: list[TurnFact] = []
    day = None
    for kind in KINDS:
        at: datetime | None = getattr(entry, kind)
        if at is None:
            continue
        local = in_zone(at, zone)
        after = None if kind == "started" else minutes_between(entry.started, at)
        facts.append(TurnFact(kind, names[kind], local, after, local.date() != day))
        day = day or local.date()
    return tuple(facts)


def drawings(entry: Postmortem, zone: tzinfo) -> Drawings | None:
    """An entry's timeline drawn; None where there is nothing to measure."""
    points = _points(entry)
    turns = tuple(_turns(points, zone))
    happenings = tuple(_happenings(entry, points, zone))
    wide, narrow = (draw(turns, happenings, zone, width, _duration) for width in (WIDE, NARROW))
    if wide is None or narrow is None:
        return None
    first = min([*(turn.at for turn in turns), *(one.at for one in happenings)])
    undated = sum(1 for event in entry.timeline if event.at is None)
    description = _description(turns, len(happenings), zone)
    return Drawings(wide, narrow, description, zone_name(in_zone(first, zone)), undated)


def _points(entry: Postmortem) -> dict[EventKind, tuple[datetime, str]]:
    """Each turn's instant and the anchor of the event that says it, or an empty one."""
    found: dict[EventKind, tuple[datetime, str]] = {}
    for kind in KINDS:
        events = [event for event in entry.timeline if event.kind == kind and event.at]
        stated: datetime | None = getattr(entry, kind)
        at = stated or (events[0].at if events else None)
        if at is not None and at.year in _YEARS:
            anchor = next((event.anchor for event in events if event.at == at), "")
            found[kind] = (at, anchor)
    return found


def _turns(points: dict[EventKind, tuple[datetime, str]], zone: tzinfo) -> Iterator[Turn]:
    names = turn_names()
    spans = {
        "detected": language.gettext("to detect"),
        "mitigated": language.gettext("to mitigate"),
        "resolved": language.gettext("to resolve"),
    }
    began = points["started"][0] if "started" in points else None
    for kind, (at, anchor) in points.items():
        after = minutes_between(began, at) if kind in spans else None
        span = "" if after is None else f"{_duration(after)} {spans[kind]}"
        if after is not None and language.current() == "ko":
            span = f"{spans[kind]} {_duration(after)}"
        yield Turn(kind, at, f"{names[kind]} {in_zone(at, zone):%H:%M}", anchor, span)


def _happenings(
    entry: Postmortem, points: dict[EventKind, tuple[datetime, str]], zone: tzinfo
) -> Iterator[Happening]:
    drawn = {anchor for _, anchor in points.values()}
    for event in entry.timeline:
        if event.at and event.at.year in _YEARS and event.anchor not in drawn:
            title = f"{in_zone(event.at, zone):%Y-%m-%d %H:%M} {_words(event)}"
            until = event.until if event.until and event.until.year in _YEARS else None
            yield Happening(event.at, event.anchor, title, until, event.approximate)


def _words(event: TimelineEvent) -> str:
    """The event's first words without marks."""
    line = event.text.split("\n", 1)[0][: 4 * _LONGEST_TITLE]
    text = " ".join(_MARKS.sub(r"\1", line).split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[:_LONGEST_TITLE].rstrip()}…"


def _description(turns: tuple[Turn, ...], others: int, zone: tzinfo) -> str:
    parts = [
        f"{turn.label.rsplit(' ', 1)[0]} {in_zone(turn.at, zone):%Y-%m-%d %H:%M}"
        + (f" ({turn.span})" if turn.span else "")
        for turn in turns
    ]
    if others:
        more = language.ngettext("%(n)s other event", "%(n)s other events", others)
        parts.append(more % {"n": others})
    return language.gettext("Timeline to scale:") + " " + "; ".join(parts) + "."


def _duration(minutes: int) -> str:
    return format_duration(minutes, language.current())
