"""An article in prose, read for the times of an outage: a draft timeline, and its incidents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kb.document.writing import event_line
from kb.finding import Finding
from kb.importing.evidence import NotUnderstood, shortened
from kb.importing.proposals import named_services
from kb.importing.running_text import Told, draft_events, spans_of, told_times, troubled_sentences
from kb.importing.turning_points import Turn
from kb.model import TimelineEvent
from kb.moments import combine

if TYPE_CHECKING:
    from kb.importing.running_text import Span
    from kb.importing.source import SourceDocument
    from kb.importing.times import Zone
    from kb.model import EventKind
    from kb.vocabulary import Vocabulary

_MONTH_TOLD = re.compile(r"(20\d\d)년\s?(\d{1,2})월|(20\d\d)[-./](\d{1,2})(?![\d])")
_MONTH_IN_ADDRESS = re.compile(r"https?://[^\s)\"'>]*?/(20\d\d)/(0[1-9]|1[0-2])(?=/)")
_ADDRESS = re.compile(r"https?://\S+")
_DRAFTED = "<!-- Drafted by kb import from the sentences of the text; check every line. -->"
_MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """An incident that the knowledge base has, as far as an article can be compared with it.

    Attributes:
        times: local clock times `HH:MM` of its start and end.
    """

    id: str
    day: date
    services: tuple[str, ...]
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """What the sentences of an article say.

    Attributes:
        day: of the outage where it is not stated but follows from `day_why`.
        spans: minutes of the day from and to, of the ranges it tells.
        known: ids of entries that tell of the same services and times.
        services: those named in sentences about trouble, with the line of the first.
        draft: the timeline as a section of Markdown, or an empty string.
    """

    events: tuple[TimelineEvent, ...] = ()
    turns: dict[EventKind, Turn] = field(default_factory=dict)
    day: date | None = None
    day_line: int = 0
    day_why: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    known: tuple[str, ...] = ()
    services: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    draft: str = ""


def read_prose(
    document: SourceDocument,
    vocabulary: Vocabulary,
    zone: Zone,
    day: date | None,
    known: Callable[[], Sequence[KnownIncident]],
) -> Prose:
    """Read the sentences of a document that has no timeline.

    Args:
        document: the article.
        vocabulary: the services that sentences may name.
        zone: what its times mean.
        day: of the incident where the document states it.
        known: the incidents that the knowledge base has; asked only where there are times.
    """
    lines = document.markdown.split("\n")
    context, context_line, context_why = _month(document, lines)
    told = told_times(lines, day or context)
    if not told:
        return Prose()
    told = tuple(replace(one, line=_line(document, one.line)) for one in told)
    found_day, why, line = day, "", 0
    ids: tuple[str, ...] = ()
    if day is None:
        found_day, ids = _known_day(document, told, vocabulary, known())
        why = f"{' and '.join(ids)} tells of the same services and times"
        if found_day is None:
            dated = next((one for one in told if one.day), None)
            if dated is not None:
                found_day, line = dated.day, dated.line or context_line
                why = f"the day is told, year and month come from {context_why}"
    told = tuple(replace(one, day=found_day) for one in told)
    events = tuple(_events(draft_events(told)[:_MOST_EVENTS], zone))
    spans = spans_of(told)
    finding, listed = _incidents(document, told, spans, vocabulary)
    return Prose(
        events=events,
        turns=_turns(told, spans, zone),
        day=found_day if day is None else None,
        day_line=line,
        day_why=why,
        spans=tuple((span.start.minutes, span.end.minutes) for span in spans),
        known=ids,
        services=_troubled(document, lines, vocabulary),
        findings=finding,
        not_understood=listed,
        draft=_draft(events, zone),
    )


def _troubled(
    document: SourceDocument, lines: Sequence[str], vocabulary: Vocabulary
) -> tuple[tuple[str, int], ...]:
    """The services that sentences about trouble name, each with the line of the first."""
    found: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        for sentence in troubled_sentences(line):
            for service in named_services(sentence, vocabulary):
                found.setdefault(service, _line(document, number))
    return tuple(found.items())


def _line(document: SourceDocument, number: int) -> int:
    return document.lines[number - 1] if 1 <= number <= len(document.lines) else 0


def _month(document: SourceDocument, lines: Sequence[str]) -> tuple[date | None, int, str]:
    """A day of the month that the article seems to speak of, its line, and what names it."""
    for pattern, what in ((_MONTH_TOLD, "the text"), (_MONTH_IN_ADDRESS, "an address")):
        for number, line in enumerate(lines, 1):
            said = _ADDRESS.sub("", line) if pattern is _MONTH_TOLD else line
            match = pattern.search(said)
            if match:
                year, month = (int(group) for group in match.groups() if group)
                if 1 <= month <= 12:
                    at = _line(document, number)
                    return date(year, month, 15), at, f"{what} on line {at}"
    return None, 0, ""


def _known_day(
    document: SourceDocument,
    told: Sequence[Told],
    vocabulary: Vocabulary,
    known: Sequence[KnownIncident],
) -> tuple[date | None, tuple[str, ...]]:
    """The day on which known incidents had the services and times that an article tells of."""
    times = {str(one.clock) for one in told} | {str(one.until) for one in told if one.until}
    text = "\n".join((document.markdown, *(v for vs in document.fields.values() for v in vs)))
    services = set(named_services(text, vocabulary))
    matches: dict[date, dict[str, int]] = {}
    for incident in known:
        same = len(times & set(incident.times))
        if same and services & set(incident.services):
            matches.setdefault(incident.day, {})[incident.id] = same
    sure = {day: ids for day, ids in matches.items() if sum(ids.values()) >= 2}
    if len(sure) != 1:
        return None, ()
    day, ids = sure.popitem()
    return day, tuple(ids)


def _events(told: Sequence[Told], zone: Zone) -> list[TimelineEvent]:
    events = []
    for place, one in enumerate(told, 1):
        day = one.day
        name = one.zone or _short_zone(zone.used)
        if day is not None and one.clock.hour == 24:
            day += timedelta(days=1)
        events.append(
            TimelineEvent(
                date=day,
                time=f"{one.clock.hour % 24:02d}:{one.clock.minute:02d}",
                zone=name,
                at=combine(one.day, one.clock, name) if one.day else None,
                until=None,
                text=f"“{one.sentence}”",
                kind=one.kind,
                approximate=one.clock.approximate,
                line=one.line,
                anchor=f"t-draft-{place}",
            )
        )
    return events


def _short_zone(zone: str) -> str:
    return {"Asia/Seoul": "KST", "Asia/Tokyo": "JST", "Etc/UTC": "UTC"}.get(zone, zone)


def _turns(told: Sequence[Told], spans: Sequence[Span], zone: Zone) -> dict[EventKind, Turn]:
    """Start and end of what the article tells of first; the latest end where it tells no start."""
    turns: dict[EventKind, Turn] = {}
    if spans:
        first = min(spans, key=lambda span: span.start.minutes)
        why = f"told: {shortened(first.sentence, 60)}"
        start = combine(first.day, first.start, zone.used) if first.day else None
        end = combine(first.day, first.end, zone.used) if first.day else None
        if start and end:
            turns["started"] = Turn(start, first.line, why)
            turns["resolved"] = Turn(end, first.line, why)
        return turns
    for one in told:
        at = combine(one.day, one.clock, zone.used) if one.day else None
        if at is None or one.kind not in {"started", "resolved"} or one.kind is None:
            continue
        kept = turns.get(one.kind)
        first_or_last = kept is None or (at < kept.at if one.kind == "started" else at > kept.at)
        if first_or_last:
            turns[one.kind] = Turn(at, one.line, f"told: {shortened(one.sentence, 60)}")
    return turns


def _incidents(
    document: SourceDocument, told: Sequence[Told], spans: Sequence[Span], vocabulary: Vocabulary
) -> tuple[tuple[Finding, ...], tuple[NotUnderstood, ...]]:
    """A finding where an article tells of several incidents, each with its services."""
    if len(spans) < 2:
        return (), ()
    ordered = sorted(spans, key=lambda span: span.start.minutes)
    told_of = []
    for span in ordered:
        inside = {span.start.minutes, span.end.minutes}
        words = " ".join(one.sentence for one in told if one.clock.minutes in inside)
        services = named_services(words, vocabulary)
        told_of.append(f"{span.start}–{span.end} ({', '.join(services) or 'service not named'})")
    message = f"The document tells of several incidents: {'; '.join(told_of)}."
    help_ = "Keep one of them here, and write an entry for each of the others."
    finding = Finding(
        "several-incidents", "warning", document.name, ordered[1].line, message, help_
    )
    listed = tuple(
        NotUnderstood(span.line, shortened(span.sentence), f"another incident: {what}")
        for span, what in zip(ordered[1:], told_of[1:], strict=True)
    )
    return (finding,), listed


def _draft(events: Sequence[TimelineEvent], zone: Zone) -> str:
    if not events:
        return ""
    heading = "タイムライン (草案)" if zone.used == "Asia/Tokyo" else "타임라인 (초안)"
    rows = "\n".join(event_line(event) for event in events)
    return f"## {heading}\n\n{_DRAFTED}\n\n{rows}"
