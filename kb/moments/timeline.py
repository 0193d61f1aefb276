"""Instants, and the moments of a timeline in their order: which day each belongs to."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from kb.moments.reading import add_days, read_moment
from kb.moments.zones import resolve_zone
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.moments.clocks import Clock
    from kb.moments.reading import Moment

# A bare time that is this much earlier than the one before belongs to the next day; less is
# a line out of order.
_ROLL_OVER_MINUTES = 6 * 60
_DAY_MINUTES = 24 * 60
_LARGEST_OFFSET = timedelta(hours=14)


@record
class DatedMoment:
    """One moment of a timeline with what it takes from the moments before it.

    Attributes:
        time: the local clock time `HH:MM`; 24:00 is 00:00 of the next date.
        at, until: instants with a fixed offset, or None where date, time or zone is unknown.
    """

    date: date | None
    time: str | None
    zone: str | None
    at: datetime | None
    until: datetime | None
    approximate: bool


def parse_instant(
    text: str, default_zone: str | None, context: date | None = None
) -> datetime | None:
    """The instant that the whole text is, with a fixed offset, or None.

    None where the date, the clock time or every zone is missing, where the zone is unknown,
    and for ranges: they are two instants.
    """
    text = text.strip()
    instant = _written_out(text)
    if instant is not None:
        return instant
    moment = read_moment(text, context)
    if moment is None or moment.end != len(text) or moment.until:
        return None
    if moment.date is None or moment.clock is None:
        return None
    return combine(moment.date, moment.clock, moment.zone or default_zone)


def _written_out(text: str) -> datetime | None:
    """The instant that is written as the format has it, `2024-07-18T10:54:00+09:00`, or None.

    Most are; Python reads them without all that people write besides.
    """
    if len(text) != len("2024-07-18T10:54:00+09:00") or text[4::3] != "--T::+:":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = instant.utcoffset()
    known = MINYEAR < instant.year < MAXYEAR and offset is not None and offset <= _LARGEST_OFFSET
    return instant if known and instant.isoformat() == text else None


def combine(day: date, clock: Clock, zone: str | None) -> datetime | None:
    """The instant of a local date and time, or None where the zone is missing or unknown.

    Hour 24 is the next day. A time that a change of the clocks repeats is its first
    occurrence, and one that it skips counts with the offset before the change (`fold=0`).
    The result has a fixed offset, so that two of them subtract to real minutes.
    """
    found = resolve_zone(zone) if zone else None
    date_there = add_days(day, clock.hour // 24)
    if found is None or date_there is None:
        return None
    local = datetime.combine(date_there, time(clock.hour % 24, clock.minute, clock.second))
    offset = local.replace(tzinfo=found).utcoffset()
    return local.replace(tzinfo=timezone(offset)) if offset is not None else None


def walk(
    moments: Iterable[Moment], start_date: date | None, default_zone: str | None
) -> tuple[DatedMoment, ...]:
    """Gives each moment of a timeline, in document order, its date and zone.

    A time without a date has the date of the moment before it (the first: `start_date`), or
    the day after where it is more than six hours earlier: smaller steps back are disorder.
    Where such a step made a new day and the next time is more than 18 hours later, it is
    disorder around midnight and belongs to the day before. A date alone starts afresh. A
    moment whose own date cannot be told inherits none. A zone is the moment's own, else
    `default_zone`. The end of a range that is earlier than its start is on the next day.
    """
    dated: list[DatedMoment] = []
    day, previous, rolled = start_date, None, False
    for moment in moments:
        if moment.date or moment.date_unknown:
            day, previous, rolled = moment.date, None, False
        clock = moment.clock
        if clock and day:
            shift = _day_shift(previous, clock, rolled=rolled)
            day, rolled = add_days(day, shift), rolled + shift > 0
        dated.append(_dated(moment, day, default_zone))
        if clock and day:
            # What follows 24:00 counts from the day that 24:00 begins.
            day, previous = add_days(day, clock.hour // 24), clock.minutes % _DAY_MINUTES
    return tuple(dated)


def _day_shift(previous: int | None, clock: Clock, *, rolled: bool) -> int:
    if previous is None:
        return 0
    step = clock.minutes - previous
    if step < -_ROLL_OVER_MINUTES:
        return 1
    return -1 if rolled and _DAY_MINUTES > step > _DAY_MINUTES - _ROLL_OVER_MINUTES else 0


def _dated(moment: Moment, day: date | None, default_zone: str | None) -> DatedMoment:
    zone = moment.zone or default_zone
    clock = moment.clock
    if clock is None:
        return DatedMoment(day, None, zone, None, None, moment.approximate)
    return DatedMoment(
        date=add_days(day, clock.hour // 24) if day else None,
        time=f"{clock.hour % 24:02d}:{clock.minute:02d}",
        zone=zone,
        at=combine(day, clock, zone) if day else None,
        until=_end_of_range(moment, day, zone) if day else None,
        approximate=moment.approximate,
    )


def _end_of_range(moment: Moment, day: date, zone: str | None) -> datetime | None:
    if moment.clock is None or moment.until is None:
        return None
    start = combine(day, moment.clock, zone)
    end = combine(moment.until_date or day, moment.until, zone)
    if start and end and end < start and moment.until_date is None:
        next_day = add_days(day, 1)
        return combine(next_day, moment.until, zone) if next_day else None
    return end
