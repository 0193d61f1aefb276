"""Editing a query that somebody typed: putting a filter in and taking it out again.

What a page links to when a facet is chosen is the query itself with one term more or less, so
that the box and the address always say the same. The rest of the text stays as it was typed;
where that would change what the rest means (an open quote, an `OR` at the end), the whole query
is written anew from its syntax tree.

Only filters at the top of a query are edited: those that hold for every entry found, not those
inside parentheses or beside an `OR`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kb.record import record
from kb.search.query import LONGEST_QUERY, cleaned, parse
from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.search.query_tree import Either, Filter, Group, Item, Not, Query, write

_SIMPLE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LEFT_OVER = re.compile(r"\(\s*\)")
_SIGN_BEFORE = re.compile(r"(?:-|NOT\s+)$")
_AND_BEFORE = re.compile(r"(?:^|(?<=\s))AND\s+$")


@record
class AppliedFilter:
    """A filter that every entry found has passed.

    Attributes:
        field: the field's name in English, whatever was typed.
        text: as typed, with the sign before it (`-원인:network`).
        denied: whether entries must not match it.
        without: the query without it.
    """

    field: str
    text: str
    denied: bool
    without: str


@record
class _Place:
    """An item at the top of a query and the characters it stands at, its sign included."""

    number: int
    filter: Filter
    denied: bool
    start: int
    end: int


def values_of(query: str, field: str) -> tuple[str, ...]:
    """The values that entries are narrowed to in a field, as typed and in that order."""
    filters = (place.filter for place in _placed(query) if _narrows(place, field))
    return tuple(dict.fromkeys(value for one in filters for value in one.values))


def with_value(query: str, field: str, value: str) -> str:
    """The query narrowed to a value of a field too.

    A value is added to those that the field is narrowed to already (`service:a,b`: any of
    them); one that is there is not added again.
    """
    value = _written(value)
    if not value or value in values_of(query, field):
        return query
    tree = _read(query)
    there = [place for place in _placed(query) if _narrows(place, field)]
    if there:
        last = there[-1]
        more = replace(last.filter, values=(*last.filter.values, value))
        return _edited(tree, last, more)
    added = Filter(_field(field), (value,))
    term = write(added)
    text = tree.typed.strip()
    longer = f"{text} {term}".lstrip()
    simple = _SIMPLE.fullmatch(value) and added.field in FIELDS and len(longer) <= LONGEST_QUERY
    # All simple terms are read alike, so that a page with a hundred of them reads one.
    wanted = None if simple else replace(tree, items=(*tree.items, added))
    if _takes_a_term(text) if wanted is None else _reads(longer, wanted):
        return longer
    before = replace(tree, items=(added, *tree.items))
    return f"{term} {text}" if _reads(f"{term} {text}", before) else str(before)


def without_value(query: str, field: str, value: str) -> str:
    """The query without a value that it narrows a field to; unchanged where it does not."""
    tree = _read(query)
    value = _written(value)
    for place in _places(tree):
        if _narrows(place, field) and value in place.filter.values:
            rest = tuple(other for other in place.filter.values if other != value)
            fewer = replace(place.filter, values=rest) if rest else None
            return without_value(_edited(tree, place, fewer), field, value)
    return query


def without_field(query: str, field: str) -> str:
    """The query without any filter on a field, comparisons and negations included."""
    tree = _read(query)
    for place in _places(tree):
        if place.filter.field == _field(field):
            return without_field(_edited(tree, place, None), field)
    return query


def applied_filters(query: str) -> tuple[AppliedFilter, ...]:
    """The filters at the top of a query, in its order; `sort:` is none."""
    tree = _read(query)
    return tuple(
        AppliedFilter(
            field=place.filter.field,
            text=tree.typed[place.start : place.end],
            denied=place.denied,
            without=_edited(tree, place, None),
        )
        for place in _places(tree)
        if place.filter.field != "sort"
    )


def has_words(query: str) -> bool:
    """Whether anything but filters stands at the top of a query."""
    items = _read(query).items
    return any(
        not isinstance(item.item if isinstance(item, Not) else item, Filter) for item in items
    )


def _written(value: str) -> str:
    """A value as a query can hold it."""
    return cleaned(value).replace('"', " ").strip()


def _field(name: str) -> str:
    return FIELD_ALIASES.get(name, name)


def _narrows(place: _Place, field: str) -> bool:
    one = place.filter
    return one.field == _field(field) and not place.denied and not one.comparison


def _places(query: Query) -> list[_Place]:
    """The filters at the top, with where they stand.

    The leaves of the tree stand in the text in their order, each as its `part`; between two of
    them are only spaces, signs, operators and parentheses. So each is the next occurrence.
    """
    found: list[_Place] = []
    at = 0
    for number, item in enumerate(query.items):
        inner = item.item if isinstance(item, Not) else item
        for leaf in _leaves(inner):
            start = query.typed.find(leaf, at)
            if start < 0:  # what is read was not typed: nothing can be edited from here on
                return found
            at = start + len(leaf)
        if isinstance(inner, Filter):
            begin = start
            denied = isinstance(item, Not)
            if denied and (sign := _SIGN_BEFORE.search(query.typed, 0, start)):
                begin = sign.start()
            found.append(_Place(number, inner, denied, begin, at))
    return found


def _leaves(item: Item) -> Iterator[str]:
    """The pieces of the text that an item was read from, in order."""
    if isinstance(item, Either | Group):
        for part in item.items:
            yield from _leaves(part)
    elif isinstance(item, Not):
        yield from _leaves(item.item)
    else:
        yield item.part


def _edited(query: Query, place: _Place, better: Filter | None) -> str:
    """The text of a query with one of its filters replaced, or taken out."""
    before, after = query.typed[: place.start], query.typed[place.end :]
    items = list(query.items)
    if better is None:
        del items[place.number]
        before = _AND_BEFORE.sub("", before)
        text = _LEFT_OVER.sub("", f"{before.rstrip()} {after.lstrip()}").strip()
        if not before.strip():
            text = text.removeprefix("AND ").lstrip()
    else:
        name = place.filter.part.partition(":")[0]
        items[place.number] = better
        text = f"{before}{name}:{write(better).partition(':')[2]}{after}".strip()
    wanted = replace(query, items=tuple(items))
    return text if _reads(text, wanted) else str(wanted)


def _reads(text: str, wanted: Query) -> bool:
    return parse(text).items == wanted.items


@lru_cache(maxsize=64)
def _read(query: str) -> Query:
    """A query that is edited once for each link of a page."""
    return parse(query)


@lru_cache(maxsize=64)
def _placed(query: str) -> tuple[_Place, ...]:
    return tuple(_places(_read(query)))


@lru_cache(maxsize=64)
def _takes_a_term(text: str) -> bool:
    """Whether a simple term after the text is read as one more filter, and changes no other."""
    return parse(f"{text} status:x").items == (*parse(text).items, Filter("status", ("x",)))
