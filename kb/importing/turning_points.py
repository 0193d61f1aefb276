"""Which events of a timeline are the turns of the incident, judged by all of them together.

The first event that tells of noticing is the detection, the last that tells of the end is the
resolution. Where the document says how long detection and recovery took, and two events stand
just so far from a third, the three are what was meant, whatever their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kb.document.turns import turn_of
from kb.importing import wordings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.model import EventKind

_HEAD = 60
"""Characters of an event that say what it is about; what follows may look back."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event with its instant, in a zone that may be assumed; None where it has no time."""

    at: datetime | None
    text: str
    line: int
    kind: EventKind | None


@dataclass(frozen=True, slots=True)
class Turn:
    """An instant that is a turn of the incident, the line that says so and the reason."""

    at: datetime
    line: int
    why: str
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class StatedSpans:
    """How long detection and recovery took, in minutes, where the document says so."""

    to_detect: int | None = None
    to_recover: int | None = None


def turning_points(events: Sequence[Occurrence], spans: StatedSpans) -> Mapping[EventKind, Turn]:
    """The turns that a timeline tells; those it does not tell are left out."""
    detected, sure = _detection(events)
    found: dict[EventKind, Turn] = {}
    by_spans = _by_spans(events, spans, detected)
    resolved = _resolution(events)
    started = _beginning(events, detected)
    if started:
        found["started"] = started
    if detected and sure:
        found["detected"] = detected
    if resolved:
        found["resolved"] = resolved
    found.update(by_spans)
    others: tuple[EventKind, ...] = ("declared", "mitigated")
    for kind in others:
        first = next((event for event in events if event.kind == kind and event.at), None)
        if first is not None and first.at is not None:
            found[kind] = Turn(first.at, first.line, _quoted("the event says so", first))
    return _in_order(found)


def _quoted(reason: str, event: Occurrence) -> str:
    words = " ".join(event.text.split())
    return f"{reason}: {words[:60].rstrip()}{'…' if len(words) > 60 else ''}"


def _detection(events: Sequence[Occurrence]) -> tuple[Turn | None, bool]:
    """The first event that tells of noticing; not one after something was done about it."""
    investigated: Occurrence | None = None
    # What is reported before the document says that it began is something else.
    begun = next(
        (n for n, event in enumerate(events) if turn_of(event.text[:_HEAD]) == "started"), 0
    )
    if any(wordings.tells_action(event.text) for event in events[:begun]):
        begun = 0
    for place, event in enumerate(events):
        if place < begun:
            continue
        if wordings.tells_detection(event.text, first=place == 0):
            if event.at is None:
                return None, False
            return Turn(event.at, event.line, _quoted("first told of here", event)), True
        if wordings.tells_investigation(event.text):
            investigated = event
            break
        if wordings.tells_action(event.text):
            break
    if investigated is None or investigated.at is None:
        return None, False
    return Turn(investigated.at, investigated.line, _quoted("looked into", investigated)), True


def _resolution(events: Sequence[Occurrence]) -> Turn | None:
    told = [event for event in events if wordings.tells_resolution(event.text)]
    if told:
        timed = [(event.at, n) for n, event in enumerate(told) if event.at]
        last = told[max(timed)[1]] if timed else None
        if last is None or last.at is None:
            return None
        return Turn(last.at, last.line, _quoted("the last event that tells of the end", last))
    repaired = [event for event in events[-3:] if wordings.tells_repair(event.text) and event.at]
    if repaired and repaired[-1].at is not None:
        reason = _quoted("repaired, and little follows", repaired[-1])
        return Turn(repaired[-1].at, repaired[-1].line, reason, guessed=True)
    return None


def _beginning(events: Sequence[Occurrence], detected: Turn | None) -> Turn | None:
    for event in events:
        if (detected and event.at and event.at > detected.at) or (
            not detected and wordings.tells_action(event.text)
        ):
            return None
        if event.at is None:
            continue
        if wordings.tells_beginning(event.text):
            return Turn(event.at, event.line, _quoted("the event says so", event))
    return None


def _by_spans(
    events: Sequence[Occurrence], spans: StatedSpans, detected: Turn | None
) -> Mapping[EventKind, Turn]:
    """The turns that lie as far apart as the document says detection and recovery took."""
    times: dict[datetime, Occurrence] = {}
    for event in events:
        if event.at is not None:
            times.setdefault(event.at, event)
    if spans.to_detect is None and spans.to_recover is None:
        return {}
    best: dict[EventKind, Turn] = {}
    for start, first in sorted(times.items()):
        if detected and start > detected.at:
            break
        seen = _after(times, start, spans.to_detect)
        over = _after(times, start, spans.to_recover)
        if over is None and seen is not None and seen.at:
            # Some count the recovery from the detection.
            over = _after(times, seen.at, spans.to_recover)
        whole = (seen is not None or spans.to_detect is None) and (
            over is not None or spans.to_recover is None
        )
        fits = seen is not None and wordings.tells_detection(seen.text, first=False)
        ends = over is not None and (
            wordings.tells_resolution(over.text) or wordings.tells_repair(over.text)
        )
        if not (whole or fits or ends):
            continue
        turns = _named(first, seen, over, spans, whole=whole, fits=fits, ends=ends)
        if len(turns) > len(best):
            best = turns
    return best


def _named(  # noqa: PLR0913 -- what is known of one attempt
    first: Occurrence,
    seen: Occurrence | None,
    over: Occurrence | None,
    spans: StatedSpans,
    *,
    whole: bool,
    fits: bool,
    ends: bool,
) -> dict[EventKind, Turn]:
    turns: dict[EventKind, Turn] = {}
    counted_from_detection = spans.to_detect is None and wordings.tells_detection(
        first.text, first=True
    )
    if first.at is not None and not counted_from_detection:
        reason = _quoted("the stated times to detection and recovery count from here", first)
        turns["started"] = Turn(first.at, first.line, reason)
    if seen is not None and seen.at is not None and (whole or fits):
        reason = f"{spans.to_detect} minutes after the start, as stated"
        turns["detected"] = Turn(seen.at, seen.line, reason)
    if over is not None and over.at is not None and (whole or ends):
        reason = f"{spans.to_recover} minutes to recovery, as stated"
        turns["resolved"] = Turn(over.at, over.line, reason)
    return turns


def _after(
    times: Mapping[datetime, Occurrence], start: datetime, minutes: int | None
) -> Occurrence | None:
    return None if minutes is None else times.get(start + timedelta(minutes=minutes))


def _in_order(found: Mapping[EventKind, Turn]) -> Mapping[EventKind, Turn]:
    """Without a beginning that lies after the end: one of the two is wrong."""
    started, resolved = found.get("started"), found.get("resolved")
    if started and resolved and started.at > resolved.at:
        return {kind: turn for kind, turn in found.items() if kind != "started"}
    return found
