"""Calendar dates as people write them, in English, Korean and Japanese, whole or in part."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.moments.writing import Order, fold
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    import re

# Any case, except the two that are also English words: those need their capital.
MONTH_NAME = (
    r"(?:(?i:jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
    r"|Mar(?:ch)?|MAR(?:CH)?|May|MAY)(?![A-Za-z])\.?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DAY = r"(?i:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?i:day)?(?![A-Za-z])"
_WEEKDAY_BEFORE = pattern(rf"{_ENGLISH_DAY}[.,]{{0,2}}[ \t]{{1,2}}|[월화수목금토일]요일,?[ \t]?")
_WEEKDAY_AFTER = pattern(
    rf",?[ \t]?\((?:{_ENGLISH_DAY}|[월화수목금토일](?:요일)?"
    r"|[月火水木金土日](?:曜日)?)\)"
    rf"|,?[ \t](?:{_ENGLISH_DAY}|[월화수목금토일]요일)"
)
_WEEKDAY_BEGINS = frozenset("mtwfsMTWFS월화수목금토일")
_WEEKDAYS = frozenset(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
_BEFORE_WEEKDAY = frozenset(", \t(")
_BEHIND_NUMBER = frozenset("-./ \t년年월月일日sSnNrRtT")
"""What may stand behind the first number of a date; behind an hour there is a colon."""
# Not the start of a version, a path or an entry's id (2024-07-18-login-outage).
_NUMBER_END = r"(?![0-9_]|-[0-9A-Za-z]|\.[0-9]|/[0-9A-Za-z]|[A-SU-Za-z]|T(?![0-9]))"
_YEAR_AFTER = r"(?:(?:,?[ \t]{1,2}|-)(?P<year>(?:19|20|21)[0-9]{2})(?![0-9:]))?"
_ORDINAL = r"(?P<day>[0-9]{1,2})(?i:st|nd|rd|th)?"
_KOREAN_DAY = r"(?P<day>[0-9]{1,2})[ \t]?(?:일(?![간째])|日(?![間目本]))"
# Those that begin with a number; an apostrophe may stand for the century of the year.
_NUMBER_FORMS = (
    pattern(
        r"(?P<year>[0-9]{4})(?P<mark>[-./])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
        r"(?:\.(?![0-9]))?" + _NUMBER_END
    ),
    pattern(
        r"(?P<year>[0-9]{4}|'[0-9]{2})\.[ \t]?(?P<month>[0-9]{1,2})\.[ \t]?(?P<day>[0-9]{1,2})"
        r"(?:\.(?![0-9]))?" + _NUMBER_END
    ),
    # A year with one digit too many ("20202-01-16", published): its first four are meant.
    pattern(r"(?P<year>20[0-9]{2})[0-9]-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})" + _NUMBER_END),
    pattern(
        r"(?:(?P<year>[0-9]{4}|'?[0-9]{2})[ \t]?[년年][ \t]{0,2})?"
        r"(?P<month>[0-9]{1,2})[ \t]?[월月][ \t]{0,2}" + _KOREAN_DAY
    ),
    pattern(
        r"(?P<first>[0-9]{1,2})(?P<mark>[-./])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})"
        + _NUMBER_END
    ),
    pattern(rf"{_ORDINAL}\.?(?:[ \t]{{1,2}}(?:of[ \t])?|-)(?P<name>{MONTH_NAME}){_YEAR_AFTER}"),
)
_NAME_FORMS = (
    pattern(rf"(?P<name>{MONTH_NAME})[ \t]{{1,2}}{_ORDINAL}(?![0-9:A-Za-z]){_YEAR_AFTER}"),
)
# Too little to be a date by itself; with a clock time behind it, it is one.
_WEAK_FORMS = (
    pattern(_KOREAN_DAY),
    pattern(r"(?P<first>[0-9]{1,2})(?P<mark>[-/])(?P<second>[0-9]{1,2})(?![-/.:0-9A-Za-z_])"),
)
# Held open for a date, or shaped like one that no calendar has (2024-02-30).
_PLACEHOLDER = pattern(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_NUMBER_END}"
    r"|(?=[^ \t]{0,9}[?xXyYMD])(?:[0-9]{2}[0-9xX?]{2}|[yY]{4})(?:/[0-9]{2})?"
    r"-(?:[0-9]{1,2}|\?\??|MM|mm|[xX]{2})-(?:[0-9]{1,2}|\?\??|DD|dd|[xX]{2})(?![0-9A-Za-z])"
)


@record
class WrittenDate:
    """A date as it stands in a text.

    Attributes:
        year, month: None where they are not written.
        end: the offset just after it, its day of the week included.
        weak: whether it is a date only when a clock time follows ("18일", "7/18").
    """

    year: int | None
    month: int | None
    day: int
    end: int
    weak: bool

    def complete(self, context: date | None) -> date | None:
        """The calendar date, the missing parts taken from the context, or None.

        A day more than 25 days from the context's day of the month, or a month and day more
        than 270 days from the context, belongs to the neighbouring month or year: a report
        of 2 January that speaks of "Dec 31" means the year before.
        """
        if self.year is not None and self.month is not None:
            return make_date(self.year, self.month, self.day)
        if context is None:
            return None
        if self.month is not None:
            found = make_date(context.year, self.month, self.day)
            days = (found - context).days if found else 0
            shift = -1 if days > 270 else 1 if days < -270 else 0
            return make_date(context.year + shift, self.month, self.day)
        days = self.day - context.day
        shift = -1 if days > 25 else 1 if days < -25 else 0
        years, month = divmod(context.month - 1 + shift, 12)
        return make_date(context.year + years, month + 1, self.day)


def make_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none (30 February).

    None in the first and the last year that Python knows, too: there the day before or the
    same instant in another zone is an error, and no incident is of then.
    """
    try:
        return date(year, month, day) if MINYEAR < year < MAXYEAR else None
    except ValueError:
        return None


def read_date(text: str, start: int, order: Order) -> WrittenDate | None:
    """The date that begins exactly at `start` of a folded text, or None.

    A date with slashes or hyphens and its year last is read by `order` ("ymd" counts as
    "mdy" there), unless a number above 12 shows which is the day; with dots the day comes
    first, as in the countries that write so.
    """
    if _may_be_weekday(text, start) and (day := _WEEKDAY_BEFORE.match(text, start)):
        start = day.end()
    for form in _forms(text, start):
        match = form.match(text, start)
        if match is None:
            continue
        written = _written(match, order, weak=form in _WEAK_FORMS)
        # A form that fits but names no day of any year is no date: try the other forms.
        if make_date(written.year or 2000, written.month or 1, written.day):
            return written
    return None


def _may_be_weekday(text: str, start: int) -> bool:
    return text[start : start + 3].lower() in _WEEKDAYS or text.startswith("요일", start + 1)


def _forms(text: str, start: int) -> tuple[re.Pattern[str], ...]:
    """The forms that a date beginning here can have; told without patterns where it has none."""
    first = text[start : start + 1]
    if first.isdecimal():
        behind = text[start : start + 7].lstrip("0123456789")[:1]
        return (*_NUMBER_FORMS, *_WEAK_FORMS) if behind in _BEHIND_NUMBER else ()
    if first == "'":
        return _NUMBER_FORMS
    return _NAME_FORMS if text[start : start + 3].lower() in _MONTHS else ()


def skip_placeholder(text: str, start: int) -> int | None:
    """The offset after a date left open ("2022-05-??", "20xx-MM-DD") or impossible, or None."""
    if "-" not in {text[start + 4 : start + 5], text[start + 7 : start + 8]}:
        return None
    match = _PLACEHOLDER.match(text, start)
    return match.end() if match else None


@lru_cache(maxsize=4096)
def parse_date(text: str, order: Order = "mdy") -> date | None:
    """The date that the whole text is, year included, or None."""
    if len(text) > 80:
        return None
    folded = fold(text).strip()
    written = read_date(folded, 0, order)
    if written is None or written.end != len(folded) or written.year is None:
        return None
    return written.complete(None)


def _written(match: re.Match[str], order: Order, *, weak: bool) -> WrittenDate:
    parts = match.groupdict()
    year = parts.get("year")
    month: int | None
    if parts.get("first"):
        month, day = _month_and_day(parts, order)
    else:
        day = int(parts["day"])
        name, number = parts.get("name"), parts.get("month")
        month = _MONTHS.index(name[:3].lower()) + 1 if name else int(number) if number else None
    end = _after_weekday(match.string, match.end())
    return WrittenDate(_full_year(year) if year else None, month, day, end, weak)


def _after_weekday(text: str, end: int) -> int:
    """The offset after the day of the week that may stand behind a date."""
    begins = (
        text[end : end + 3].lstrip(", \t")[:1] if text[end : end + 1] in _BEFORE_WEEKDAY else ""
    )
    if begins != "(" and begins not in _WEEKDAY_BEGINS:
        return end
    weekday = _WEEKDAY_AFTER.match(text, end)
    return weekday.end() if weekday else end


def _month_and_day(parts: dict[str, str], order: Order) -> tuple[int, int]:
    first, second = int(parts["first"]), int(parts["second"])
    day_first = order == "dmy" or parts["mark"] == "."
    if max(first, second) > 12:
        day_first = first > 12
    return (second, first) if day_first else (first, second)


def _full_year(year: str) -> int:
    digits = year.lstrip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0)
