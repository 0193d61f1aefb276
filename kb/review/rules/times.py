"""KB3xx: the times of the front matter: their order, zones, and what else tells of them.

The events of the timeline have their rules in `timelines`, durations told in words in
`stated_lengths`.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from kb.document.fields import INSTANTS
from kb.document.front_matter import Scalar, texts_of
from kb.moments import is_ambiguous_zone, read_moment, resolve_zone
from kb.review.rule import Problem, Rule
from kb.review.rules import stated_lengths, timelines
from kb.review.rules.clock_changes import change_at, one_hour_off
from kb.review.told import told, value_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.finding import Level
    from kb.moments import Moment
    from kb.review.subject import Subject

ENDS = ("mitigated", "resolved")


def _ends_first(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    for key in ENDS:
        instant: datetime | None = getattr(entry, key)
        if instant is not None and entry.started is not None and instant < entry.started:
            message = f"`{key}` is {_shown(instant, entry.started)}, before `started`."
            help_ = "Check the date, the time and the offset of both."
            yield Problem(value_place(subject, key), message, help_)


def _outside(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    for key in ("detected", "declared"):
        instant: datetime | None = getattr(entry, key)
        if instant is None:
            continue
        if entry.started is not None and instant < entry.started:
            message = f"`{key}` is {_shown(instant, entry.started)}, before `started`."
            help_ = "Nothing is noticed before it begins: check both."
            yield Problem(value_place(subject, key), message, help_)
        elif key == "detected" and entry.resolved is not None and instant > entry.resolved:
            message = f"`detected` is {_shown(instant, entry.resolved)}, after `resolved`."
            help_ = "Check both; if it was noticed only when it was over, say so in the summary."
            yield Problem(value_place(subject, key), message, help_)


def _mitigated_late(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    if entry.mitigated and entry.resolved and entry.mitigated > entry.resolved:
        message = f"`mitigated` is {_shown(entry.mitigated, entry.resolved)}, after `resolved`."
        help_ = "Mitigated is when people stopped being hurt, resolved when all was well again."
        yield Problem(value_place(subject, "mitigated"), message, help_)


def _shown(instant: datetime, beside: datetime) -> str:
    """An instant to be compared with another: with its offset where the two differ in it."""
    text = f"{instant:%Y-%m-%d %H:%M}"
    return text if instant.utcoffset() == beside.utcoffset() else f"{text} {instant:%z}"


def _in_future(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    for key in ("date", *INSTANTS):
        day = entry.date if key == "date" else getattr(entry, key)
        if day is None or key not in entry.source_lines:
            continue
        day = day.date() if isinstance(day, datetime) else day
        # A day of grace: it is tomorrow already in the east.
        if day.toordinal() > subject.today.toordinal() + 1:
            message = f"`{key}` is {day}, which is still to come."
            help_ = "Check the year."
            yield Problem(value_place(subject, key), message, help_)
    yield from timelines.in_future(subject)


def _no_zone(subject: Subject) -> Iterator[Problem]:
    yield from told("time-without-zone")(subject)
    yield from timelines.without_zone(subject)


def _ambiguous(subject: Subject) -> Iterator[Problem]:
    zone = subject.entry.timezone
    if is_ambiguous_zone(zone):
        place = value_place(subject, "timezone", zone)
        yield timelines.ambiguity(zone, place)
        return
    yield from timelines.ambiguous(subject)


def _unresolved(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    value = subject.front.values.get("resolved")
    ended = value is not None and any(texts_of(value))
    if entry.status == "published" and not ended:
        message = "The entry is published, but `resolved` is not given."
        help_ = "Add the time when all was well again; without it the incident has no duration."
        level: Level | None = "note" if entry.mitigated else None
        yield Problem(subject.key("status"), message, help_, level=level)


def _written_moments(subject: Subject) -> Iterator[tuple[str, Moment, datetime]]:
    """The keys whose time is given in full, with the moment as typed and the local time."""
    context = subject.entry.date
    for key in INSTANTS:
        value = subject.front.values.get(key)
        if not isinstance(value, Scalar):
            continue
        moment = read_moment(value.text.strip(), context)
        instant: datetime | None = getattr(subject.entry, key)
        if moment is not None and instant is not None:
            yield key, moment, instant


def _clock_changes(subject: Subject) -> Iterator[Problem]:
    name = subject.entry.timezone or subject.config.timezone
    zone = resolve_zone(name)
    for key, moment, instant in _written_moments(subject) if zone else ():
        change = change_at(instant.replace(tzinfo=None), zone) if not moment.zone else None
        if change:
            message = f"`{key}` is {instant:%Y-%m-%d %H:%M}, which {change} in {name}."
            help_ = f"Write the offset: `{instant.isoformat(timespec='minutes')}`, or the other."
            yield Problem(value_place(subject, key), message, help_)
    yield from timelines.clock_changes(subject)


def _season(subject: Subject) -> Iterator[Problem]:
    """The first offset of the other season, unless the timeline has that instant rightly."""
    name = subject.entry.timezone
    zone = resolve_zone(name)
    for key, moment, instant in _written_moments(subject) if zone else ():
        # UTC beside a zone is a choice, not a slip.
        right = one_hour_off(instant, zone) if moment.zone and instant.utcoffset() else None
        if right is None or any(
            event.at == instant and event.at.utcoffset() == right
            for event in subject.entry.timeline
            if event.at
        ):
            continue
        shown = instant.replace(tzinfo=timezone(right)).isoformat()[19:]
        message = f"`{key}` has the offset {moment.zone}, but {name} had {shown} on that day."
        help_ = "It is an hour off: correct the offset or the time, and look at the others."
        yield Problem(value_place(subject, key, moment.zone or ""), message, help_)
        break
    yield from timelines.seasons(subject)


RULES: tuple[Rule, ...] = (
    Rule(
        "KB301",
        "end-before-start",
        "time",
        "error",
        "The incident ends after it began.",
        "A negative duration counts as none, so that the incident is missing from every figure. "
        "Mostly the date was left behind at midnight, or the offset forgotten.",
        "started: 2024-07-18T23:50:00+09:00\nresolved: 2024-07-18T00:40:00+09:00",
        "started: 2024-07-18T23:50:00+09:00\nresolved: 2024-07-19T00:40:00+09:00",
        _ends_first,
    ),
    timelines.ORDER,
    timelines.AGAINST_FRONT_MATTER,
    Rule(
        "KB304",
        "detected-outside",
        "time",
        "warning",
        "The incident is detected and declared while it lasts.",
        "A detection before the start makes the time to detect negative. Mostly `started` is the "
        "time of the first alert, and the trouble began before.",
        "started: 2024-07-18T10:54:00+09:00\ndetected: 2024-07-18T10:45:00+09:00",
        "started: 2024-07-18T10:45:00+09:00\ndetected: 2024-07-18T10:54:00+09:00",
        _outside,
    ),
    Rule(
        "KB305",
        "mitigated-after-resolved",
        "time",
        "error",
        "The incident is mitigated before it is resolved, or with it.",
        "Mitigated: nobody is hurt any more. Resolved: all is as it should be. Who has the two "
        "the other way round reports a wrong time to mitigate.",
        "mitigated: 2024-07-18T12:20:00+09:00\nresolved: 2024-07-18T11:36:00+09:00",
        "mitigated: 2024-07-18T11:36:00+09:00\nresolved: 2024-07-18T12:20:00+09:00",
        _mitigated_late,
    ),
    stated_lengths.STATED_DURATION,
    Rule(
        "KB307",
        "in-future",
        "time",
        "error",
        "What is told has happened.",
        "A postmortem that begins next year has a typing slip in its date. Due dates of "
        "follow-ups are not meant.",
        "date: 2999-07-18",
        "date: 2024-07-18",
        _in_future,
    ),
    timelines.OTHER_YEAR,
    Rule(
        "KB309",
        "zone-missing",
        "time",
        "warning",
        "Every time has a time zone, its own or that of the entry.",
        "Incidents are read in another country, and compared with logs in UTC. `timezone: "
        'Asia/Seoul` says it once for the whole entry; a line "All times in UTC" says it for a '
        "timeline.",
        "timezone:\n\n## Timeline\n\n- 2024-07-18 10:54 — first alert\n- 2024-07-18 12:20 — over",
        "## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n- 2024-07-18 12:20 KST — over",
        _no_zone,
    ),
    Rule(
        "KB310",
        "zone-ambiguous",
        "time",
        "warning",
        "No zone is called CST, IST or BST.",
        "CST is Chicago, Shanghai and Havana; IST is India, Israel and Ireland; BST is Britain and "
        "Bangladesh. They are read here as UTC-6, UTC+5:30 and UTC+1. Where `timezone` agrees with "
        "that reading nothing is said.",
        "timezone: CST",
        "timezone: America/Chicago",
        _ambiguous,
    ),
    Rule(
        "KB311",
        "clock-change",
        "time",
        "warning",
        "No time without an offset falls into the hour in which the clocks change.",
        "In spring an hour of the clock does not exist, in autumn one exists twice. Only an "
        "offset tells which is meant.",
        "timezone: America/New_York\nstarted: 2024-11-03 01:30",
        "timezone: America/New_York\nstarted: 2024-11-03T01:30:00-04:00",
        _clock_changes,
    ),
    Rule(
        "KB312",
        "wrong-season",
        "time",
        "warning",
        "Offsets and abbreviations are those of the season.",
        "PST is UTC-8 all year, so a PST in July is an hour off what the clock on the wall said; "
        "so is +01:00 for Berlin in summer. `PT` or the IANA name leave that to the calendar.",
        "timezone: Europe/Berlin\nstarted: 2024-07-18T10:54:00+01:00",
        "timezone: Europe/Berlin\nstarted: 2024-07-18T10:54:00+02:00",
        _season,
    ),
    timelines.NOTHING_TIMED,
    Rule(
        "KB314",
        "resolved-missing",
        "time",
        "warning",
        "A published entry says when the incident was over.",
        "Without `resolved` there is no duration and no time to resolve. With `mitigated` it is a "
        "note.",
        "status: published\nresolved:",
        "status: published\nresolved: 2024-07-18T12:20:00+09:00",
        _unresolved,
    ),
    timelines.ONE_EVENT,
)
