"""`date:..` and `duration:..` -> the conditions they set, and the words for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from kb.search.engine import Between, Condition
from kb.search.query_tree import Filter, write
from kb.search.resolved import Context, Resolved, any_of
from kb.search.results import Notice

_NUMBER_OF = {
    "duration": "duration",
    "resolve-time": "duration",
    "detect-time": "detect-time",
    "mitigate-time": "mitigate-time",
}
_SPOKEN_SIGNS = {">": "over", ">=": "at least", "<": "under", "<=": "at most"}
_UNITS = (7 * 24 * 60, 24 * 60, 60, 1)
_PERIODS = "today yesterday this-week last-week this-month last-month this-year last-year".split()


def period(item: Filter, context: Context) -> Resolved:
    """The days that `date`, `after`, `before`, `since` and `until` leave."""
    days = [_days(item, value, context.today) for value in _period_texts(item)]
    conditions: list[Condition] = []
    for span in days:
        if span is None:
            message = "this date cannot be read (2024-07, 7d, 2023..2024 can)"
            return Resolved(None, notice=Notice(item.part, message, _near_period(item, context)))
        conditions.append(Between("date", *(day.toordinal() if day else None for day in span)))
    spoken = " or ".join(_speak_days(span) for span in days if span)
    return Resolved(any_of(conditions), f"date {spoken}", f"date not {spoken}")


def _near_period(item: Filter, context: Context) -> str:
    """The filter with what may be meant by dates that cannot be read; empty where nothing is."""
    values = tuple(_near_date(value, context.today) for value in item.values)
    better = replace(item, values=values)
    changed = any(new != old for new, old in zip(values, item.values, strict=True))
    readable = all(_days(better, one, context.today) for one in _period_texts(better))
    return write(better) if changed and readable else ""


def _near_date(value: str, today: date) -> str:
    """The name of a period spelled almost so, else as much of a date as can be read."""
    from kb.moments import parse_period
    from kb.vocabulary import near

    if not value or parse_period(value, today):
        return value
    shorter = [value.rsplit("-", count)[0] for count in (1, 2)]
    readable = [one for one in shorter if one[:4].isdigit() and parse_period(one, today)]
    return next(iter((*readable, *near(value, _PERIODS, limit=1))), value)


def _period_texts(item: Filter) -> tuple[str, ...]:
    if item.comparison == "..":
        return ("..".join(item.values),)
    return tuple(f"{item.comparison}{value}" for value in item.values)


def _days(item: Filter, value: str, today: date) -> tuple[date | None, date | None] | None:
    """First and last day, both included; `after:` and `before:` leave the named period out."""
    from kb.moments import parse_period

    if item.field == "date":
        return parse_period(value, today)
    if item.comparison:
        return None
    sign = {"after": ">", "before": "<", "since": ">=", "until": "<="}[item.field]
    return parse_period(f"{sign}{value}", today)


def _speak_days(span: tuple[date | None, date | None]) -> str:
    first, last = span
    if first is None or last is None:
        if first is None and last is None:
            return "known"
        return f"on or after {first}" if last is None else f"on or before {last}"
    if first == last:
        return f"on {first.day} {first:%B} {first.year}"
    next_day = last + timedelta(days=1) if last < date.max else last
    if first.day == 1 and next_day.day == 1:
        months = (next_day.year - first.year) * 12 + next_day.month - first.month
        if months == 1:
            return f"in {first:%B} {first.year}"
        if months == 12 and first.month == 1:
            return f"in {first.year}"
    return f"from {first} to {last}"


def minutes(item: Filter, _: Context) -> Resolved:
    """The lengths of time that `duration` and the like leave."""
    number_field = _NUMBER_OF[item.field]
    spans = [_minute_range(item)] if item.comparison else [_about(value) for value in item.values]
    conditions: list[Condition] = []
    for span in spans:
        if span is None:
            message = "this length of time cannot be read (>2h, 30m..1d can)"
            return Resolved(None, notice=Notice(item.part, message, _with_units(item)))
        conditions.append(Between(number_field, *span))
    sign = _SPOKEN_SIGNS.get(item.comparison)
    if sign:
        spoken = f"{sign} {item.values[0]}"
    else:
        spoken = " or ".join(_speak_minutes(span) for span in spans if span)
    return Resolved(any_of(conditions), f"{item.field} {spoken}", f"{item.field} not {spoken}")


def _with_units(item: Filter) -> str:
    """Bare numbers with the unit that is likely meant: `duration:>2` is hours, `>90` minutes."""
    if not all(value.isdecimal() or not value for value in item.values):
        return ""
    values = (f"{v}{'h' if int(v) <= 24 else 'm'}" if v else "" for v in item.values)
    return write(replace(item, values=tuple(values))) if any(item.values) else ""


def _minute_range(item: Filter) -> tuple[int | None, int | None] | None:
    from kb.moments import parse_duration

    read = [parse_duration(value) if value else None for value in item.values]
    if any(minutes is None for minutes, value in zip(read, item.values, strict=True) if value):
        return None
    if item.comparison == "..":
        low, high = read
        if low is not None and high is not None and low > high:
            low, high = high, low
        return None if low is None and high is None else (low, high)
    (minutes,) = read
    if minutes is None:
        return None
    return {
        ">": (minutes + 1, None),
        ">=": (minutes, None),
        "<": (None, minutes - 1),
        "<=": (None, minutes),
    }[item.comparison]


def _about(value: str) -> tuple[int, int] | None:
    """A bare length means what rounds down to it in its own unit: `2h` is 120 to 179 minutes."""
    from kb.moments import parse_duration

    minutes = parse_duration(value)
    if minutes is None:
        return None
    unit = next((unit for unit in _UNITS if minutes and minutes % unit == 0), 1)
    return minutes, minutes + unit - 1


def _speak_minutes(span: tuple[int | None, int | None]) -> str:
    from kb.moments import format_duration

    low, high = span
    if low is None:
        return f"at most {format_duration(high or 0)}"
    if high is None:
        return f"at least {format_duration(low)}"
    if low == high:
        return format_duration(low)
    return f"{format_duration(low)} to {format_duration(high)}"
