"""Dates and spans of dates in a query: `2024-07`, `last-month`, `7d`, `2024..`, `>=2024-07`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kb.moments.dates import parse_date
from kb.moments.writing import fold

if TYPE_CHECKING:
    from collections.abc import Callable

Period = tuple[date | None, date | None]

_CALENDAR = r"([0-9]{4})(?:년|(?:[-/.]|년 ?)([0-9]{1,2})(?:월|(?:[-/.]|월 ?)([0-9]{1,2})일?)?)?"
_BACK = (
    r"(?:last |최근 ?)?([0-9]{1,9}) ?"
    r"(?:(d|days?|일)|(w|weeks?|주일?)|(m|months?|개월|달)|(y|years?|년))"
)


def parse_period(text: str, today: date) -> Period | None:
    """The first and last day, both inclusive, that a date expression means, or None.

    None in place of a day leaves that side open. Weeks begin on Monday. "7d" is the seven
    days that end today; "6m" begins the day after the same day six months ago, and one that
    would begin before the calendar is open there. In a range "a..b" the start of a and the
    end of b count, and a reversed range is turned round. ">" begins after the end of what
    it names, "<" ends before its start. Never raises.
    """
    if len(text) > 100:
        return None
    words = " ".join(fold(text).lower().split())
    try:
        compared = re.fullmatch(r"(>=|<=|>|<)(.*)", words)
        if compared:
            return _compared(compared[1], _span(compared[2].strip(), today))
        if ".." in words:
            return _range(words, today)
        return _span(words, today)
    except (OverflowError, ValueError):
        # A day before year 1 or after 9999: there is no such period.
        return None


def _compared(sign: str, span: Period | None) -> Period | None:
    if span is None:
        return None
    first, last = span
    one_day = timedelta(days=1)
    if sign == ">":
        return (last + one_day, None) if last else None
    if sign == ">=":
        return (first, None)
    if sign == "<":
        return (None, first - one_day) if first else None
    return (None, last)


def _range(words: str, today: date) -> Period | None:
    left, _, right = words.partition("..")
    begin = _span(left.strip(), today) if left.strip() else (None, None)
    end = _span(right.strip(), today) if right.strip() else (None, None)
    if begin is None or end is None or not (left.strip() or right.strip()):
        return None
    if begin[0] and end[1] and begin[0] > end[1]:
        begin, end = end, begin
    return begin[0], end[1]


def _span(words: str, today: date) -> Period | None:
    named = _NAMED.get(words.replace("-", "").replace("_", "").replace(" ", ""))
    if named:
        return named(today)
    calendar = re.fullmatch(_CALENDAR, words)
    if calendar:
        return _calendar_span(*(int(part) if part else None for part in calendar.groups()))
    back = re.fullmatch(_BACK, words)
    if back:
        return _back(back, today)
    day = parse_date(words)
    return (day, day) if day else None


def _calendar_span(year: int | None, month: int | None, day: int | None) -> Period | None:
    try:
        if year is None:
            return None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return _month_span(year, month)
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def _last_day(year: int, month: int) -> int:
    from calendar import monthrange  # only queries need it, not entries

    return monthrange(year, month)[1]


def _month_span(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return first, first.replace(day=_last_day(year, month))


def _back(match: re.Match[str], today: date) -> Period | None:
    count = int(match[1])
    if count == 0:
        return None
    try:
        if match[2] or match[3]:
            days = count if match[2] else 7 * count
            return today - timedelta(days=days - 1), today
        return _months_before(today, count * (1 if match[4] else 12)) + timedelta(days=1), today
    except (OverflowError, ValueError):
        return None, today


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _last_day(year, month + 1)))


def _days_ago(days: int) -> Callable[[date], Period]:
    def span(today: date) -> Period:
        day = today - timedelta(days=days)
        return day, day

    return span


def _weeks_ago(weeks: int) -> Callable[[date], Period]:
    def span(today: date) -> Period:
        monday = today - timedelta(days=today.weekday() + 7 * weeks)
        return monday, monday + timedelta(days=6)

    return span


def _months_ago(months: int) -> Callable[[date], Period]:
    def span(today: date) -> Period:
        day = _months_before(today.replace(day=1), months)
        return _month_span(day.year, day.month)

    return span


def _years_ago(years: int) -> Callable[[date], Period]:
    def span(today: date) -> Period:
        year = today.year - years
        return date(year, 1, 1), date(year, 12, 31)

    return span


_NAMED: dict[str, Callable[[date], Period]] = {
    **dict.fromkeys(("today", "오늘"), _days_ago(0)),
    **dict.fromkeys(("yesterday", "어제"), _days_ago(1)),
    **dict.fromkeys(("thisweek", "이번주"), _weeks_ago(0)),
    **dict.fromkeys(("lastweek", "지난주", "저번주"), _weeks_ago(1)),
    **dict.fromkeys(("thismonth", "이번달", "이달"), _months_ago(0)),
    **dict.fromkeys(("lastmonth", "지난달", "저번달"), _months_ago(1)),
    **dict.fromkeys(("thisyear", "올해", "금년"), _years_ago(0)),
    **dict.fromkeys(("lastyear", "작년", "지난해"), _years_ago(1)),
}
