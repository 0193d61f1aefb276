"""The instants of an incident, from all that a document says of them.

What it states by name comes first (front matter, then labels), then what its timeline tells,
then what follows from a stated length. A local time gets the zone that the document names; where
it names none, a zone is assumed, and the entry says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.importing.labels import Labelled, minutes_of
from kb.importing.turning_points import Occurrence, StatedSpans, Turn, turning_points
from kb.moments import Clock, combine, find_zone, read_moment, resolve_zone

if TYPE_CHECKING:
    from kb.model import EventKind, TimelineEvent

TURNS: tuple[EventKind, ...] = ("started", "detected", "declared", "mitigated", "resolved")
_LONGEST_REST = 60


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of a document's times.

    Attributes:
        stated: as the document writes it, or empty where it names none.
        used: what local times are read in; always one that resolves.
        guessed: whether `used` is not what the document states.
        why: where `used` comes from.
    """

    stated: str
    used: str
    guessed: bool
    why: str


@dataclass(slots=True)
class Times:
    """What was found: a turn for each kind, and stated lengths for whoever compares them."""

    turns: dict[EventKind, Turn] = field(default_factory=dict)
    length: tuple[int, Labelled] | None = None


def zone_of(
    stated: str,
    events: Sequence[TimelineEvent],
    lines: Sequence[str],
    *,
    default: str,
    language: str,
) -> Zone:
    """The zone of a document's times; a misspelt name is read as the nearest one there is."""
    if not stated:
        stated = next((event.zone for event in events if event.zone), "") or ""
    if not stated:
        stated = next(
            (zone for line in lines[:400] if "ime" in line and (zone := find_zone(line))), ""
        )
    if stated and resolve_zone(stated):
        return Zone(stated, stated, guessed=False, why="the document names it")
    if stated and (near := _nearest_zone(stated)):
        return Zone(stated, near, guessed=True, why=f"the document says {stated!r}")
    if default and resolve_zone(default):
        return Zone(stated, default, guessed=True, why="none is named; the zone of kb.toml")
    home = {"ko": "Asia/Seoul", "ja": "Asia/Tokyo"}.get(language, "Etc/UTC")
    return Zone(stated, home, guessed=True, why="none is named")


@lru_cache(maxsize=64)
def _nearest_zone(name: str) -> str:
    from zoneinfo import available_timezones

    from rapidfuzz.distance import OSA

    ranked = sorted(
        (OSA.distance(name.casefold(), one.casefold(), score_cutoff=1), one)
        for one in available_timezones()
    )
    return ranked[0][1] if ranked and ranked[0][0] <= 1 else ""


def read_times(
    labels: Sequence[Labelled], events: Sequence[TimelineEvent], day: date | None, zone: str
) -> Times:
    """The turns that labels and the timeline tell; lines are those of the Markdown."""
    times = Times()
    _labelled(labels, day, zone, times)
    told = turning_points(_occurrences(events, zone), _spans(labels))
    for kind, turn in told.items():
        times.turns.setdefault(kind, turn)
    _by_length(times)
    start, end = times.turns.get("started"), times.turns.get("resolved")
    # Both are trusted alone; together they must make sense.
    if start and end and end.at < start.at and end.at.date() == start.at.date():
        later = end.at + timedelta(days=1)
        reason = f"{end.why}, on the next day"
        times.turns["resolved"] = Turn(later, end.line, reason, guessed=True)
    return times


def _labelled(labels: Sequence[Labelled], day: date | None, zone: str, times: Times) -> None:
    for one in labels:
        if one.field in TURNS:
            if found := instant_of(one.value, day, zone):
                reason = f"{one.label!r} says so"
                times.turns.setdefault(one.field, Turn(found[0], one.line, reason))
        elif one.field == "when":
            found = instant_of(one.value, day, zone)
            if found and found[1]:
                times.turns.setdefault(
                    "started", Turn(found[0], one.line, f"{one.label!r} says so")
                )
                times.turns.setdefault(
                    "resolved", Turn(found[1], one.line, f"{one.label!r} says so")
                )
            elif found and sum(1 for other in labels if other.field == "when") == 1:
                times.turns.setdefault(
                    "started", Turn(found[0], one.line, f"{one.label!r} says so")
                )
            elif times.length is None and (minutes := minutes_of(one.value)):
                times.length = (minutes, one)


def instant_of(value: str, day: date | None, zone: str) -> tuple[datetime, datetime | None] | None:
    """The instant that a value begins with and, where it is a range, its end; or None."""
    moment = read_moment(value, day)
    if moment is None or moment.clock is None or moment.date_unknown:
        return None
    if len(value) - moment.end > _LONGEST_REST:
        return None
    found = moment.date or day
    if found is None:
        return None
    at = combine(found, moment.clock, moment.zone or zone) or combine(found, moment.clock, zone)
    if at is None:
        return None
    until = None
    if moment.until is not None:
        until = combine(moment.until_date or found, moment.until, moment.zone or zone)
        if until and until < at and moment.until_date is None:
            until += timedelta(days=1)
    return at, until


def _occurrences(events: Sequence[TimelineEvent], zone: str) -> list[Occurrence]:
    found = []
    for event in events:
        at = event.at
        if at is None and event.date and event.time:
            hour, minute = event.time.split(":")
            clock = Clock(int(hour), int(minute))
            at = combine(event.date, clock, event.zone or zone) or combine(event.date, clock, zone)
        found.append(Occurrence(at, event.text, event.line, event.kind))
    return found


def _spans(labels: Sequence[Labelled]) -> StatedSpans:
    def minutes(field: str) -> int | None:
        lengths = (minutes_of(one.value) for one in labels if one.field == field)
        return next((length for length in lengths if length is not None), None)

    return StatedSpans(minutes("to_detect"), minutes("to_recover"))


def _by_length(times: Times) -> None:
    """The end from the beginning, or the other way round, where the length is stated."""
    if times.length is None:
        return
    minutes, label = times.length
    started, resolved = times.turns.get("started"), times.turns.get("resolved")
    if started and not resolved:
        at = started.at + timedelta(minutes=minutes)
        times.turns["resolved"] = Turn(at, label.line, f"the start and {label.label!r} give it")
    elif resolved and not started:
        at = resolved.at - timedelta(minutes=minutes)
        times.turns["started"] = Turn(at, label.line, f"the end and {label.label!r} give it")
