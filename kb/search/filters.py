"""`field:value` -> the condition it sets, in the words of the vocabulary and the calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kb.search import text
from kb.search.documents import fold, part_field, parts
from kb.search.engine import (
    ZONES,
    AllOf,
    AnyOf,
    Between,
    Condition,
    Keyword,
    Paths,
    SearchEngine,
    TermSequence,
    Word,
)
from kb.search.query import FIELDS, Filter
from kb.search.results import Notice

if TYPE_CHECKING:
    from kb.vocabulary import Vocabulary

_VOCABULARY_FIELDS = frozenset(("service", "cause", "severity", "status", "trigger", "detected-by"))
_NUMBER_OF = {"duration": "duration", "resolve-time": "duration", "detect-time": "detect-time"}
_STATES = ("open", "overdue", "recurrence")
_SPOKEN_SIGNS = {">": "over", ">=": "at least", "<": "under", "<=": "at most"}
_UNITS = (7 * 24 * 60, 24 * 60, 60, 1)


@dataclass(frozen=True, slots=True)
class Context:
    """What filters are read against.

    Attributes:
        today: the day that `today`, `7d` and `is:overdue` mean.
        recurring: gives the paths of the entries that repeat an earlier one.
    """

    vocabulary: Vocabulary
    engine: SearchEngine
    today: date
    recurring: Callable[[], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A filter as it was understood, or the notice that says why it was not.

    Attributes:
        condition: None where the filter cannot be used; its values are searched as text then.
        understood: the condition in words.
        words: words in the condition, to be marked in results.
    """

    condition: Condition | None
    understood: str = ""
    notice: Notice | None = None
    words: tuple[Word, ...] = ()


def resolve(item: Filter, context: Context) -> Resolved:
    """The condition of one filter. Never raises for anything typed."""
    kind = FIELDS.get(item.field, "keyword")
    if item.comparison and kind not in _ORDERED:
        message = f"{item.field} has no order, so no ranges; searched as text"
        return Resolved(None, notice=Notice(item.part, message))
    return _RESOLVERS[kind](item, context)


def _any_of(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))


def _keyword(item: Filter, context: Context) -> Resolved:
    known = dict(context.engine.values(item.field))
    conditions: list[Condition] = []
    meant: list[str] = []
    for value in item.values:
        canonical = context.vocabulary.canonical(item.field, value)
        if canonical is None and fold(value) in known:
            canonical = value
        if canonical is not None:
            conditions.append(Keyword(item.field, (fold(canonical),)))
            meant.append(canonical)
        elif (by_words := _by_words(item.field, value, known)) is not None:
            conditions.append(by_words)
            meant.append(f"like “{value}”")
        else:
            return Resolved(None, notice=_unknown_value(item, value, known, context))
    return Resolved(_any_of(conditions), f"{item.field} is {' or '.join(meant)}")


def _by_words(field: str, value: str, known: dict[str, int]) -> Condition | None:
    """Entries whose value of a free field holds all the words (`author:kim`)."""
    if field in _VOCABULARY_FIELDS:
        return None
    wanted = parts(value)
    if not wanted or not any(wanted <= parts(other) for other in known):
        return None
    return AllOf(tuple(Keyword(part_field(field), (term,)) for term in sorted(wanted)))


def _unknown_value(item: Filter, value: str, known: dict[str, int], context: Context) -> Notice:
    nearest = context.vocabulary.nearest(item.field, value, limit=1)
    if not nearest:
        from kb.vocabulary import near

        nearest = near(value, known, limit=1)
    suggestion = f"{item.field}:{nearest[0]}" if nearest else ""
    return Notice(item.part, f"no entry has the {item.field} {value}; searched as text", suggestion)


def _zone(item: Filter, _: Context) -> Resolved:
    words = []
    for value in item.values:
        sequence = spell(value, adjacent=True)
        if sequence is None:
            message = "only words that are in almost every text"
            return Resolved(None, notice=Notice(item.part, message))
        words.append(Word(value, (sequence,), zone=item.field))
    quoted = " or ".join(f"“{value}”" for value in item.values)
    return Resolved(_any_of(words), f"{item.field} has {quoted}", words=tuple(words))


def spell(typed: str, *, adjacent: bool, weight: float = 1.0) -> TermSequence | None:
    """The terms of a word or phrase; None where it has none (only stop words)."""
    found = list(text.tokens(text.normalise(typed)))
    parts_only = [token for token in found if not token.whole]
    if not parts_only:
        return None
    first = parts_only[0].position
    whole = tuple(token.term for token in found if token.whole)
    return TermSequence(
        terms=tuple((token.term, token.position - first) for token in parts_only),
        adjacent=adjacent or bool(whole),
        weight=weight,
        extra=whole,
    )


def _period(item: Filter, context: Context) -> Resolved:
    days = [_days(item, value, context.today) for value in _period_texts(item)]
    conditions: list[Condition] = []
    for span in days:
        if span is None:
            message = "this date cannot be read (2024-07, 7d, 2023..2024 can); searched as text"
            return Resolved(None, notice=Notice(item.part, message))
        conditions.append(Between("date", *(day.toordinal() if day else None for day in span)))
    spoken = " or ".join(_speak_days(span) for span in days if span)
    return Resolved(_any_of(conditions), f"date {spoken}")


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


def _minutes(item: Filter, _: Context) -> Resolved:
    number_field = _NUMBER_OF[item.field]
    spans = [_minute_range(item)] if item.comparison else [_about(value) for value in item.values]
    conditions: list[Condition] = []
    for span in spans:
        if span is None:
            message = "this length of time cannot be read (>2h, 30m..1d can); searched as text"
            return Resolved(None, notice=Notice(item.part, message))
        conditions.append(Between(number_field, *span))
    sign = _SPOKEN_SIGNS.get(item.comparison)
    if sign:
        return Resolved(_any_of(conditions), f"{item.field} {sign} {item.values[0]}")
    spoken = " or ".join(_speak_minutes(span) for span in spans if span)
    return Resolved(_any_of(conditions), f"{item.field} {spoken}")


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
    return f"{format_duration(low)} to {format_duration(high)}"


def _state(item: Filter, context: Context) -> Resolved:
    conditions: list[Condition] = []
    spoken: list[str] = []
    for value in item.values:
        state = fold(value)
        status = context.vocabulary.canonical("status", state)
        if state == "open":
            conditions.append(Between("open", 1, None))
            spoken.append("it has an unfinished follow-up")
        elif state == "overdue":
            conditions.append(Between("due", None, context.today.toordinal() - 1))
            spoken.append("a follow-up of it is overdue")
        elif state in ("recurrence", "recurring"):
            conditions.append(Paths(context.recurring()))
            spoken.append("it repeats an earlier incident (same service, same cause)")
        elif status is not None:
            conditions.append(Keyword("status", (status,)))
            spoken.append(f"status is {status}")
        else:
            return Resolved(None, notice=_no_such(item, value, (*_STATES, "draft")))
    return Resolved(_any_of(conditions), " or ".join(spoken))


def _presence(item: Filter, context: Context) -> Resolved:
    present = set(context.engine.fields()) | set(ZONES) | set(FIELDS)
    for value in item.values:
        if fold(value) not in present:
            return Resolved(None, notice=_no_such(item, value, tuple(sorted(present))))
    folded = tuple(fold(value) for value in item.values)
    return Resolved(Keyword("has", folded), f"it has a {' or a '.join(folded)}")


def _no_such(item: Filter, value: str, known: tuple[str, ...]) -> Notice:
    from kb.vocabulary import near

    nearest = near(value, known, limit=1)
    suggestion = f"{item.field}:{nearest[0] if nearest else known[0]}"
    return Notice(item.part, f"there is no {item.field}:{value}; searched as text", suggestion)


_ORDERED = ("period", "minutes")
_RESOLVERS: dict[str, Callable[[Filter, Context], Resolved]] = {
    "keyword": _keyword,
    "zone": _zone,
    "period": _period,
    "minutes": _minutes,
    "state": _state,
    "presence": _presence,
}
