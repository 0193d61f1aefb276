"""`field:value` -> the condition it sets, in the words of the vocabulary and the calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from kb.search import text
from kb.search.engine import (
    AllOf,
    Between,
    Condition,
    Keyword,
    Paths,
    Request,
    TermSequence,
    Word,
)
from kb.search.filters_times import minutes, period
from kb.search.keywords import PRESENCES, fold, part_field, parts
from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.search.query_tree import Filter, write
from kb.search.resolved import Context, Resolved, any_of
from kb.search.results import Notice

MOST_EXPANSIONS = 50
"""Words that a beginning or a word with a typo may stand for."""

_VOCABULARY_FIELDS = frozenset(("service", "cause", "severity", "status", "trigger", "detected-by"))
STATES = ("open", "overdue", "recurrence", "draft", "in-review", "published")
_SPOKEN_PRESENCE = {
    "started": "a time of its start",
    "detected": "a time of detection",
    "declared": "a time of announcement",
    "mitigated": "a time of mitigation",
    "resolved": "a time of resolution",
    "root-cause": "a root cause",
    "source-notes": "notes on its sources",
    "detected-by": "a way of detection",
    "status": "a status",
    "finding": "a finding",
    "lessons": "lessons",
    "follow-ups": "follow-ups",
}
SPOKEN_STATES = {
    "open": ("it has an unfinished follow-up", "it has no unfinished follow-up"),
    "overdue": ("a follow-up of it is overdue", "no follow-up of it is overdue"),
    "recurrence": (
        "it repeats an earlier incident (same service, same cause)",
        "it repeats no earlier incident (same service, same cause)",
    ),
}
_SHORTEST_BEGINNING = 2


def resolve(item: Filter, context: Context) -> Resolved:
    """The condition of one filter. Never raises for anything typed."""
    kind = FIELDS.get(item.field, "keyword")
    if item.comparison and kind not in _ORDERED:
        message = f"{item.field} has no order, so no ranges"
        return Resolved(None, notice=Notice(item.part, message))
    return _RESOLVERS[kind](item, context)


def _is_held(condition: Condition, context: Context) -> bool:
    """Whether any entry fulfils it now: what an index counts may long be deleted."""
    return context.engine.search(Request(condition=condition, limit=0, facets=())).total > 0


def _keyword(item: Filter, context: Context) -> Resolved:
    known = dict(context.engine.values(item.field))
    conditions: list[Condition] = []
    meant: list[str] = []
    for value in item.values:
        canonical = context.vocabulary.canonical(item.field, value)
        whole = Keyword(item.field, (fold(canonical or value),))
        if canonical is not None or (fold(value) in known and _is_held(whole, context)):
            conditions.append(whole)
            meant.append(canonical or value)
            continue
        alike, spoken = _alike(item.field, value, known)
        if alike is None or not _is_held(alike, context):
            return Resolved(None, notice=_unknown_value(item, value, known, context))
        conditions.append(alike)
        meant.append(spoken)
    names = " or ".join(meant)
    return Resolved(any_of(conditions), f"{item.field} is {names}", f"{item.field} is not {names}")


def _alike(field: str, value: str, known: Mapping[str, int]) -> tuple[Condition | None, str]:
    """Entries whose value begins so (`service:kakao*`), or holds all the words (`author:kim`)."""
    beginning = fold(value).removesuffix("*")
    if value.endswith("*") and len(beginning) >= _SHORTEST_BEGINNING:
        found = tuple(other for other in known if other.startswith(beginning))
        return (Keyword(field, found) if found else None), value
    wanted = parts(value)
    if field in _VOCABULARY_FIELDS or not any(wanted <= parts(other) for other in known if wanted):
        return None, ""
    words = tuple(Keyword(part_field(field), (term,)) for term in sorted(wanted))
    return AllOf(words), f"like “{value}”"


def _unknown_value(item: Filter, value: str, known: Mapping[str, int], context: Context) -> Notice:
    nearest = context.vocabulary.nearest(item.field, value, limit=1)
    if not nearest:
        from kb.vocabulary import near

        nearest = tuple(
            name
            for name in near(value, tuple(known), limit=3)
            if _is_held(Keyword(item.field, (name,)), context)
        )
    suggestion = _again(item, value, nearest[0]) if nearest else ""
    return Notice(item.part, f"no entry has the {item.field} {value}", suggestion)


def _again(item: Filter, value: str, better: str) -> str:
    """The filter with one value replaced, as it can be typed."""
    values = tuple(better if each == value else each for each in item.values)
    return write(replace(item, values=values))


def _zone(item: Filter, context: Context) -> Resolved:
    words = []
    for value in item.values:
        spellings = tuple(_zone_spellings(value, context))
        if not spellings:
            return Resolved(None, notice=Notice(item.part, nothing_in(value)))
        words.append(Word(value, spellings, zone=item.field))
    quoted = " or ".join(f"“{value}”" for value in item.values)
    return Resolved(
        any_of(words),
        f"{item.field} has {quoted}",
        f"{item.field} does not have {quoted}",
        words=tuple(words),
    )


def _zone_spellings(value: str, context: Context) -> Iterator[TermSequence]:
    beginning = value.lower().removesuffix("*")
    written = [value]
    if value.endswith("*") and len(beginning) >= _SHORTEST_BEGINNING:
        found = sorted(context.engine.words(beginning), key=lambda pair: -pair[1])
        written = [word for word, _ in found[:MOST_EXPANSIONS]] or [value]
    spelled = (spell(word, adjacent=True) for word in written)
    yield from filter(None, spelled)


def nothing_in(typed: str) -> str:
    """Why a text has no term to search for."""
    if any(map(str.isalnum, typed)):
        return "only words that are in almost every text"
    return "there is no word in it to search for"


def spell(typed: str, *, adjacent: bool, weight: float = 1.0) -> TermSequence | None:
    """The terms of a word or phrase; None where it has none (only stop words)."""
    found = list(text.tokens(text.normalise(typed)))
    # `and/or` has no parts but stop words, and is a word all the same.
    counting = [token for token in found if not token.whole] or found
    if not counting:
        return None
    first = counting[0].position
    whole = tuple(token.term for token in found if token.whole)
    return TermSequence(
        terms=tuple((token.term, token.position - first) for token in counting),
        adjacent=adjacent or bool(whole),
        weight=weight,
        extra=whole,
    )


def _state(item: Filter, context: Context) -> Resolved:
    conditions: list[Condition] = []
    spoken: list[tuple[str, str]] = []
    for value in item.values:
        state = "recurrence" if fold(value) == "recurring" else fold(value)
        status = context.vocabulary.canonical("status", state)
        if state in SPOKEN_STATES:
            conditions.append(_state_condition(state, context))
            spoken.append(SPOKEN_STATES[state])
        elif status is not None:
            conditions.append(Keyword("status", (status,)))
            spoken.append((f"status is {status}", f"status is not {status}"))
        else:
            message = f"there is no is:{value}, only {', '.join(STATES)}"
            suggestion = _nearest_name(item, value, STATES)
            return Resolved(None, notice=Notice(item.part, message, suggestion))
    return Resolved(
        any_of(conditions),
        " or ".join(said for said, _ in spoken),
        " and ".join(denied for _, denied in spoken),
    )


def _state_condition(state: str, context: Context) -> Condition:
    if state == "open":
        return Between("open", 1, None)
    if state == "overdue":
        return Between("due", None, context.today.toordinal() - 1)
    return Paths(context.recurring())


def _presence(item: Filter, context: Context) -> Resolved:
    known = frozenset(context.engine.fields()) | PRESENCES
    asked: list[str] = []
    for value in item.values:
        name = fold(value).replace("_", "-")
        name = name if name in known else FIELD_ALIASES.get(name, name)
        if name not in known:
            message = f"nothing of an entry is called {value}"
            suggestion = _nearest_name(item, value, sorted(known))
            return Resolved(None, notice=Notice(item.part, message, suggestion))
        asked.append(name)
    spoken = " or ".join(map(_speak_presence, asked))
    return Resolved(Keyword("has", tuple(asked)), f"it has {spoken}", f"it does not have {spoken}")


def _speak_presence(name: str) -> str:
    article = "an" if name[0] in "aeiou" else "a"
    return _SPOKEN_PRESENCE.get(name, f"{article} {name}")


def _nearest_name(item: Filter, value: str, names: Sequence[str]) -> str:
    from kb.vocabulary import near

    nearest = near(value, names, limit=1)
    return _again(item, value, nearest[0]) if nearest else ""


_ORDERED = ("period", "minutes")
_RESOLVERS: dict[str, Callable[[Filter, Context], Resolved]] = {
    "keyword": _keyword,
    "zone": _zone,
    "period": period,
    "minutes": minutes,
    "state": _state,
    "presence": _presence,
}
