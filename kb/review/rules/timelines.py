"""KB3xx: the events of the timeline: their order, days and zones, and the front matter's times."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from kb.moments import is_ambiguous_zone, resolve_zone
from kb.review.prose import sections_by_line
from kb.review.rule import Place, Problem, Rule
from kb.review.rules.clock_changes import PLACES_OF, change_at, one_hour_off
from kb.review.rules.sections import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.model import TimelineEvent
    from kb.review.subject import Subject

TOLERANCE_MINUTES = 5
"""How far a time in the timeline may be from the same one in the front matter."""

_ANOTHER_YEAR, _CLOSE = 180, 60
"""Days: so far off that the year may be wrong; so near, that it is."""


def _events(subject: Subject) -> Iterator[list[TimelineEvent]]:
    """The events of each timeline section that can be put in order."""
    section_at = sections_by_line(subject)
    dated = [one for one in subject.entry.timeline if one.at and not one.approximate]

    def section(event: TimelineEvent) -> int:
        found = section_at(event.line)
        return found.line if found else 0

    for _, events in groupby(dated, key=section):
        yield list(events)


def _order(subject: Subject) -> Iterator[Problem]:
    for events in _events(subject):
        out = _out_of_order(events)
        if len(out) * 2 > len(events) and not _out_of_order(events[::-1]):
            continue  # the newest first is an order too
        kept = sorted(set(range(len(events))).difference(out)) if out else []
        for place in out:
            event = events[place]
            # The kept events are in order, and this one fits nowhere between its neighbours.
            behind = bisect_right(kept, place)
            after = behind > 0 and _instant(events[kept[behind - 1]]) > _instant(event)
            other = events[kept[behind - 1 if after else behind]]
            message = (
                f"The event of {_when(event, other)} stands "
                f"{'below a later' if after else 'above an earlier'} one, "
                f"of {_when(other, event)} on line {other.line}."
            )
            help_ = "Check date and time of both, else move the line to its place."
            yield Problem(_time_place(subject, event), message, help_)


def _out_of_order(events: Sequence[TimelineEvent]) -> list[int]:
    """The fewest events without which the others are in order; of two, the later line."""
    instants = [_instant(event) for event in events]
    # The longest run that never falls, read from the end: patience sorting.
    tails: list[float] = []
    heads: list[int] = []
    before: list[int] = [-1] * len(instants)
    for place in range(len(instants) - 1, -1, -1):
        pile = bisect_right(tails, -instants[place])
        before[place] = heads[pile - 1] if pile else -1
        tails[pile : pile + 1] = [-instants[place]]
        heads[pile : pile + 1] = [place]
    kept: set[int] = set()
    place = heads[-1] if heads else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return [place for place in range(len(instants)) if place not in kept]


def _instant(event: TimelineEvent) -> float:
    assert event.at is not None  # `_events` gives no others
    return event.at.timestamp()


def _when(event: TimelineEvent, beside: TimelineEvent) -> str:
    day = "" if event.date == beside.date else f"{event.date} "
    zone = "" if event.zone == beside.zone else f" {event.zone}"
    return f"{day}{event.time}{zone}"


def _time_place(subject: Subject, event: TimelineEvent) -> Place:
    """The clock time of an event where it stands in its line; else the whole line."""
    place = subject.line(event.line)
    spellings = [event.time or ""]
    if event.time:
        hour, _, minute = event.time.partition(":")
        spellings += [event.time.lstrip("0") if hour != "00" else "0:" + minute]
        spellings += [f"{int(hour)}시 {int(minute)}분", f"{int(hour)}시"]
    for spelling in spellings:
        found = subject.find(event.line, spelling)
        if found != place:
            return found
    return place


def _against_front_matter(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    tolerance = timedelta(minutes=TOLERANCE_MINUTES)
    for key in ("started", "detected", "declared", "mitigated", "resolved"):
        instant: datetime | None = getattr(entry, key)
        told = [one for one in entry.timeline if one.kind == key and one.at]
        if instant is None or not told or any(_fits(one, instant, tolerance) for one in told):
            continue
        # The time may stand beside an event that tells of more than one turn.
        if any(_fits(one, instant, timedelta(minutes=1)) for one in entry.timeline):
            continue
        event = min(told, key=lambda one: abs(one.at - instant) if one.at else timedelta.max)
        if event.approximate and event.at and abs(event.at - instant) < timedelta(minutes=30):
            continue
        message = (
            f"The timeline has the incident {key} at {event.date} {event.time}, "
            f"the front matter at {instant:%Y-%m-%d %H:%M}."
        )
        help_ = f"Correct one of the two; `{key}` stands on line {entry.source_lines.get(key, 1)}."
        yield Problem(_time_place(subject, event), message, help_)


def _fits(event: TimelineEvent, instant: datetime, tolerance: timedelta) -> bool:
    """Whether an event is at an instant, or a range in which the instant lies."""
    if event.at is None:
        return False
    # Differences, as a sum may lie beyond the calendar.
    early, late = event.at - instant, instant - (event.until or event.at)
    return early <= tolerance and late <= tolerance


def _other_year(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    day = entry.date
    end = entry.resolved.date() if entry.resolved else day
    if day is None or end is None:
        return
    for event in entry.timeline:
        if event.date is None:
            continue
        at = event.date.toordinal()
        if day.toordinal() - _ANOTHER_YEAR < at < end.toordinal() + _ANOTHER_YEAR:
            continue
        if str(event.date.year) not in subject.lines[event.line - 1]:
            continue
        try:
            meant = event.date.replace(year=day.year)
        except ValueError:  # 29 February
            continue
        if abs((meant - day).days) <= _CLOSE:
            message = f"The event is of {event.date}, but the incident began on {day}."
            help_ = f"Check the year: {day.year} would fit."
            yield Problem(subject.find(event.line, str(event.date.year)), message, help_)


def in_future(subject: Subject) -> Iterator[Problem]:
    """The first event that is still to come."""
    latest = subject.today.toordinal() + 1
    for event in subject.entry.timeline:
        if event.date and event.date.toordinal() > latest:
            message = f"The event is of {event.date}, which is still to come."
            help_ = "A timeline tells what has happened; check the year."
            yield Problem(subject.line(event.line), message, help_)
            return


def without_zone(subject: Subject) -> Iterator[Problem]:
    """The first event with a time that nothing gives a zone."""
    timed = [event for event in subject.entry.timeline if event.time]
    bare = [event for event in timed if not event.zone]
    if bare:
        place = _time_place(subject, bare[0])
        count = (
            "no time" if len(bare) == len(timed) else f"{len(bare)} of {len(timed)} times have no"
        )
        message = (
            "No time in the timeline has a time zone."
            if len(bare) == len(timed)
            else f"{count} time zone in the timeline."
        )
        help_ = "Add `timezone: Asia/Seoul` to the front matter, or the zone behind the time."
        yield Problem(place, message, help_)


def ambiguity(zone: str, place: Place) -> Problem:
    """That a zone's abbreviation stands for several."""
    others = {
        "CST": "Chicago, Shanghai or Havana",
        "IST": "India, Israel or Ireland",
        "BST": "Britain or Bangladesh",
    }
    message = f"`{zone}` may be the time of {others[zone.strip().upper()]}."
    return Problem(place, message, "Write the offset or the IANA name: `Asia/Shanghai`.")


def ambiguous(subject: Subject) -> Iterator[Problem]:
    """The first event of each ambiguous zone that the entry's own zone does not explain."""
    own = resolve_zone(subject.entry.timezone or subject.config.timezone)
    told: set[str] = set()
    for event in subject.entry.timeline:
        zone = event.zone or ""
        if zone in told or not is_ambiguous_zone(zone) or event.at is None:
            continue
        local = event.at.replace(tzinfo=None)
        if own is None or local.replace(tzinfo=own).utcoffset() != event.at.utcoffset():
            told.add(zone)
            yield ambiguity(zone, subject.find(event.line, zone))


def clock_changes(subject: Subject) -> Iterator[Problem]:
    """Events in an hour that does not exist or exists twice."""
    for event in subject.entry.timeline:
        zone = resolve_zone(event.zone) if event.zone and event.at else None
        change = change_at(event.at.replace(tzinfo=None), zone) if event.at and zone else ""
        if change:
            message = f"{event.date} {event.time} {change} in {event.zone}."
            help_ = "Write the time with its offset, such as `01:30 -04:00`, or in UTC."
            yield Problem(_time_place(subject, event), message, help_)


def seasons(subject: Subject) -> Iterator[Problem]:
    """The first event of each abbreviation that is of the other season."""
    told: set[str] = set()
    for event in subject.entry.timeline:
        name = (event.zone or "").upper()
        if name not in PLACES_OF or name in told or event.at is None:
            continue
        place = PLACES_OF[name]
        if one_hour_off(event.at, resolve_zone(place)) is not None:
            told.add(name)
            message = f"On {event.date} the clocks in {place.partition('/')[2].replace('_', ' ')} "
            message += f"were not on {name}."
            help_ = "Times in it are read an hour off: name the zone of that season, or the place."
            line = subject.lines[event.line - 1]
            where = subject.find(event.line, name) if name in line else subject.line(event.line)
            yield Problem(where, message, help_)


def _nothing_timed(subject: Subject) -> Iterator[Problem]:
    timelines = [
        one for one in subject.entry.sections if one.kind == "timeline" and not is_empty(one)
    ]
    if not timelines or any(event.time for event in subject.entry.timeline):
        return
    if any(event.date for event in subject.entry.timeline):
        return  # days without hours are a coarse timeline, but one
    message = "Nothing in the timeline begins with a time that can be read."
    help_ = "Write one event a line: `- 2024-07-18 10:54 KST — first alert`."
    yield Problem(subject.line(timelines[0].line), message, help_)


def _one_event(subject: Subject) -> Iterator[Problem]:
    timed = [event for event in subject.entry.timeline if event.time or event.date]
    if len(timed) == 1 and len(subject.entry.timeline) == 1:
        message = "The timeline has one event."
        help_ = "Tell at least when it began, when it was noticed and when it was over."
        yield Problem(subject.line(timed[0].line), message, help_)


ORDER = Rule(
    "KB302",
    "timeline-order",
    "time",
    "error",
    "The events of a timeline stand in the order of their times.",
    "A line that is out of order is nearly always a wrong time or a wrong date. Events of about a "
    "time (`~14:05`, 쯤) may stand anywhere, and a timeline may run from the newest to the oldest.",
    "## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n- 2024-07-18 12:20 KST — over\n"
    "- 2024-07-18 11:36 KST — login works again",
    "## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n- 2024-07-18 11:36 KST — login works "
    "again\n- 2024-07-18 12:20 KST — over",
    _order,
)
AGAINST_FRONT_MATTER = Rule(
    "KB303",
    "timeline-contradiction",
    "time",
    "warning",
    "Front matter and timeline agree when it started, was noticed, was over, within five minutes.",
    "Figures are made from the front matter, people read the timeline. Where the two differ, one "
    "of them was corrected and the other forgotten.",
    "resolved: 2024-07-18T12:20:00+09:00\n\n## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n"
    "- 2024-07-18 13:20 KST — Resolved: all services work",
    "resolved: 2024-07-18T12:20:00+09:00\n\n## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n"
    "- 2024-07-18 12:20 KST — Resolved: all services work",
    _against_front_matter,
)
OTHER_YEAR = Rule(
    "KB308",
    "other-year",
    "time",
    "warning",
    "No event lies a whole year off the incident.",
    "In January people still write the old year. Said only where the day would fit with the year "
    "of the incident.",
    "## Timeline\n\n- 2023-07-18 10:54 KST — first alert\n- 2024-07-18 12:20 KST — over",
    "## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n- 2024-07-18 12:20 KST — over",
    _other_year,
)
NOTHING_TIMED = Rule(
    "KB313",
    "timeline-without-times",
    "time",
    "warning",
    "The events of a timeline begin with their times.",
    "Without times a timeline cannot be checked, shown as one, or measured.",
    "## Timeline\n\nThe alert came first, then the link was restarted.",
    "## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n- 2024-07-18 12:20 KST — over",
    _nothing_timed,
)
ONE_EVENT = Rule(
    "KB315",
    "one-event",
    "time",
    "note",
    "A timeline has more than one event.",
    "When it began, when it was noticed and when it was over make three.",
    "## Timeline\n\n- 2024-07-18 10:54 KST — first alert",
    "## Timeline\n\n- 2024-07-18 10:54 KST — first alert\n- 2024-07-18 12:20 KST — over",
    _one_event,
)
