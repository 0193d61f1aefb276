"""Reads moments, dates and clock times with their zones and ranges, where they stand in a text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kb.moments.clocks import DAY_PART, Clock, WrittenClock, agree, read_clock
from kb.moments.clocks import skip_placeholder as skip_open_clock
from kb.moments.dates import MONTH_NAME, WrittenDate, read_date
from kb.moments.dates import skip_placeholder as skip_open_date
from kb.moments.writing import ABOUT, NO_HANGUL, Order, fold
from kb.moments.zones import read_zone, read_zone_before
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

# A moment with all its marks is shorter than this.
_LONGEST_MOMENT = 300

Day = date  # `date` is also the name of a field, below which it means that field

_CLOSING = {"[": "]", "(": ")", "*": "*", "_": "_", "`": "`"}
_LEAD = pattern(
    rf"""
    \s{{0,20}}(?:(?:[-*+•]|\#{{1,6}}|>)[ \t]{{1,8}}){{0,3}}
    (?P<marks>(?:[*_`\[(] | {ABOUT}[ \t]? | (?:(?i:at|on|from))[ \t] | [ \t]){{0,16}})
    """,
    re.VERBOSE,
)
_GAP = pattern(
    rf"""
    T(?=[0-9])
  | [ \t]{{0,8}}(?:,|@|(?i:at)\b|에)?[ \t]{{0,8}}[*_`]{{0,3}}[ \t]?[*_`(]{{0,3}}
    (?P<about>{ABOUT}[ \t]?)?
    """,
    re.VERBOSE,
)
_RANGE = pattern(
    rf"""
    [*_`]{{0,3}}
    (?: [ \t]?(?:부터|에서)[ \t]?
      | [ \t]{{0,3}}(?:--?|[–—~→])[ \t]{{0,3}}
      | [ \t]{{1,3}}(?:to|until|till|through)[ \t]{{1,3}} )
    [*_`]{{0,3}}(?P<about>{ABOUT}[ \t]?)?
    (?P<next_day>(?:다음[ ]?날|이튿날|익일)[ \t]{{0,2}})?
    """,
    re.VERBOSE,
)
_BEGINNING = pattern(
    rf"""
    (?<![0-9A-Za-z_:/+\-])(?<![0-9A-Za-z]\.)
    (?= [0-9]{{1,5}}[ ]?[-./:년월일시年月日時~?aApP]
      | [0-9]{{1,2}}(?:st|nd|rd|th)?\.?[ ](?:of[ ])?{MONTH_NAME}
      | {MONTH_NAME}[ \t]{{1,2}}[0-9]
      | '[0-9]{{2}}[.년]
      | (?:{DAY_PART})[ ]{{0,2}}[0-9]
      | 정오|자정|(?i:noon|midnight)\b
      | 한국|일본|협정|세계 )
    """,
    re.VERBOSE,
)
_BEFORE = pattern(rf"(?:(?<![^\W\d_])(?:{ABOUT})[ \t]?|[*_`\[(]){{1,6}}\Z")
_PARTICLE = pattern(rf"(?:까지|부터|에서|에는|에)(?=$|{NO_HANGUL})")
_PARTICLES = ("까지", "부터", "에")
_PHRASE_END = pattern(r"[ \t]{0,3}(?:$|[-–—:|,)\]*])")
_ABOUT = pattern(ABOUT)


@record
class Moment:
    """What one stretch of text says about when; any part may be missing.

    Attributes:
        date: the full date, as written or completed from the context date.
        zone: as written ("KST", "+09:00", "Z", "Asia/Seoul", "한국시간").
        until: the end of a range.
        until_date: the date of the range's end, where it carries its own.
        approximate: whether the date or the time was given as about.
        start, end: offsets in the text that was read, in characters; marks around the
            moment ("~", "**", brackets) and a Korean particle behind it are inside.
        date_unknown: whether a date stands there that cannot be told ("2022-05-??", or
            "Jul 18" without a context), so that none may be inherited in its place.
    """

    date: date | None
    clock: Clock | None
    zone: str | None
    until: Clock | None
    until_date: Day | None
    approximate: bool
    start: int
    end: int
    date_unknown: bool = False


@record
class _Point:
    """One end of a range, or all of a moment: a date, a clock time and a zone as written."""

    date: WrittenDate | None
    clock: WrittenClock | None
    zone: str | None
    about: bool
    open_date: bool
    end: int


@record
class _Manner:
    """How to read: the context day, the order of numbers, and whether words run on around."""

    context: date | None
    order: Order
    running: bool


def read_moment(text: str, context: date | None = None, order: Order = "mdy") -> Moment | None:
    """The moment that the text begins with, or None.

    List marks, emphasis, brackets and words such as "about" and "at" may stand before it.
    Places held for a date or time ("2022-05-?? HH:mm", "14:??") are a moment of which that
    part is unknown, so that the caller knows where the words of the line begin. Emphasis
    that opens before the moment and closes after more words is left open by `end`.

    Args:
        text: in NFC; only its beginning is looked at.
        context: a day near the moment, for dates without a year or month.
        order: which of 01/02/2024 is the month, where no number above 12 tells.
    """
    head = fold(text[:_LONGEST_MOMENT])
    lead = _LEAD.match(head)
    begin = lead.end() if lead else 0
    marks = lead["marks"] if lead else ""
    moment = _read_range(head, begin, _Manner(context, order, running=False))
    return _with_marks(moment, head, marks.lstrip()) if moment else None


def find_moments(
    text: str, context: date | None = None, order: Order = "mdy"
) -> tuple[Moment, ...]:
    """All moments in running text, in order and not overlapping.

    Left out are stretches that say neither a date nor a clock time: a day without a month
    ("18일") counts only with a clock time behind it, durations and versions never do.
    The arguments are those of `read_moment`.
    """
    return tuple(_each_moment(fold(text), _Manner(context, order, running=True)))


def _each_moment(text: str, manner: _Manner) -> Iterator[Moment]:
    position = 0
    while candidate := _BEGINNING.search(text, position):
        begin = candidate.start()
        moment = _read_range(text, begin, manner)
        if moment is None or not (moment.clock or moment.date):
            position = begin + 1
            continue
        # The marks are sought in a slice that ends here and begins behind the last moment.
        before = _BEFORE.search(text[max(position, begin - 40) : begin])
        found = _with_marks(moment, text, before[0] if before else "")
        yield found
        position = found.end


def _with_marks(moment: Moment, text: str, marks: str) -> Moment:
    """The moment together with the marks directly before it, and those that close them."""
    end = _close(text, moment.end, marks)
    if not marks and end == moment.end:
        return moment
    about = bool(marks) and _ABOUT.search(marks) is not None
    return replace(
        moment,
        clock=_approximate(moment.clock, about=about),
        approximate=moment.approximate or about,
        start=moment.start - len(marks),
        end=end,
    )


def _read_range(text: str, begin: int, manner: _Manner) -> Moment | None:
    """The moment exactly at an offset of a folded text, without the marks before it."""
    context = manner.context
    first = _read_point(text, begin, manner.order)
    if first is None or not _is_enough(text, first, manner):
        return None
    joint = _RANGE.match(text, first.end)
    second = _read_point(text, joint.end(), manner.order) if joint else None
    if joint is None or second is None or not _belongs(first, second):
        return _moment(begin, first, context)
    if first.clock is None and second.date is None and second.clock:
        # "2024-07-18 - 10:54" is one point, not two.
        merged = replace(second, date=first.date, open_date=first.open_date)
        about = first.about or bool(joint["about"])
        return _moment(begin, replace(merged, about=about or second.about), context)
    return _ranged(_moment(begin, first, context), first, second, joint, context)


def _ranged(
    moment: Moment, first: _Point, second: _Point, joint: re.Match[str], context: date | None
) -> Moment:
    """The first point's moment with the second as its end."""
    start, end = moment.clock, second.clock.clock if second.clock else None
    if first.clock and second.clock and not (second.date or joint["next_day"]):
        start, end = agree(first.clock, second.clock)
        start = _approximate(start, about=first.about)
    until_date = second.date.complete(moment.date or context) if second.date else None
    if joint["next_day"] and moment.date:
        until_date = add_days(moment.date, 1)
    return replace(
        moment,
        clock=start,
        zone=first.zone or second.zone,
        until=_approximate(end, about=bool(joint["about"]) or second.about),
        until_date=until_date,
        end=second.end,
    )


def _belongs(first: _Point, second: _Point) -> bool:
    """Whether the second point can be the end of a range that the first begins."""
    if second.clock is None and second.date is None:
        # A place held for the end, "12:26-12:??", is passed over with the range.
        return first.clock is not None and not second.open_date
    if second.clock is None:
        return first.clock is None and second.date is not None and not second.date.weak
    return first.clock is not None or first.date is not None


def _moment(begin: int, point: _Point, context: date | None) -> Moment:
    found = point.date.complete(context) if point.date else None
    clock = _approximate(point.clock.clock if point.clock else None, about=point.about)
    return Moment(
        date=found,
        clock=clock,
        zone=point.zone,
        until=None,
        until_date=None,
        approximate=point.about or bool(clock and clock.approximate),
        start=begin,
        end=point.end,
        date_unknown=found is None and (point.date is not None or point.open_date),
    )


def _read_point(text: str, begin: int, order: Order) -> _Point | None:
    """A date, a clock time and a zone, each optional, at an offset; None without the first two.

    A place held for one of them counts as written, with nothing known.
    """
    before = read_zone_before(text, begin)
    zone, position = before or (None, begin)
    written = read_date(text, position, order)
    open_end = None if written else skip_open_date(text, position)
    date_end = written.end if written else open_end
    gap = _GAP.match(text, date_end) if date_end is not None else None
    clock_start = gap.end() if gap else position
    clock = read_clock(text, clock_start)
    end = clock.end if clock else skip_open_clock(text, clock_start) or date_end
    if end is None:
        return None
    if clock:
        exact = bool(gap and gap[0] == "T") or bool(written and clock.clock.second)
        behind = read_zone(text, clock.end, dashes=exact)
        zone, end = behind or (zone, end)
    about = bool(clock and gap and gap["about"])
    return _Point(written, clock, zone, about, open_end is not None, end)


def _is_enough(text: str, point: _Point, manner: _Manner) -> bool:
    """Whether the point is a moment: "18일" without a time only where it is a phrase alone."""
    if point.clock or point.date is None or not point.date.weak:
        return True
    return not manner.running and _PHRASE_END.match(text, point.end) is not None


def _close(text: str, end: int, marks: str) -> int:
    """The offset after a particle and after the marks that close those before the moment."""
    end = _after_particle(text, end)
    for mark in reversed([mark for mark in marks if mark in _CLOSING]):
        if not text.startswith(_CLOSING[mark], end):
            break
        end += 1
    return _after_particle(text, end)


def _after_particle(text: str, end: int) -> int:
    if not text.startswith(_PARTICLES, end):
        return end
    particle = _PARTICLE.match(text, end)
    return particle.end() if particle else end


def _approximate(clock: Clock | None, *, about: bool) -> Clock | None:
    return replace(clock, approximate=True) if clock and about else clock


def add_days(day: date, days: int) -> date | None:
    """The date that many days later, or None beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
