"""The facets of the search page: values with counts, each a link that edits the query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from kb.search.refine import values_of, with_value, without_value
from web.language import gettext, marked

if TYPE_CHECKING:
    from kb.vocabulary import Vocabulary
    from web.search_addresses import State

Counts = Sequence[tuple[str, int]]
CountAnew = Callable[[str, str], Counts]
"""Counts a facet (its name) of another query (its text)."""

SHOWN = 6
"""Values of a facet that stand in sight; the others are folded away."""
MOST = 30
"""Values of a facet on a page: beyond these, typing is quicker than looking."""
FACETS = (
    ("service", "service", marked("Service")),
    ("cause", "cause", marked("Cause")),
    ("severity", "severity", marked("Severity")),
    ("year", "date", marked("Year")),
    ("status", "status", marked("Status")),
)
"""Facet, the field of a query that narrows to its values, what it is called."""
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value.

    Attributes:
        count: how many entries the search would have with it, beside what else is asked.
        address: the search with the value put in, or taken out where it is chosen.
    """

    label: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A field with its values: those chosen first, then by count; severities and years in order.

    Attributes:
        left_out: how many values there are beside those of the page.
    """

    name: str
    title: str
    shown: tuple[FacetValue, ...]
    folded: tuple[FacetValue, ...]
    left_out: int


def facets(
    state: State,
    counts: Mapping[str, Counts],
    count_anew: CountAnew,
    vocabulary: Vocabulary,
    language: str,
) -> tuple[Facet, ...]:
    """The facets of a search.

    Args:
        state: the search.
        counts: its own counts, by facet.
        count_anew: counts again for a facet with a chosen value. Adding a second value widens
            the search (`service:a,b`), so its count is that of the query without the facet.
        vocabulary: gives names their labels.
        language: of the reader.
    """
    drawn = []
    for name, field, title in FACETS:
        chosen = _chosen(state.query, name, field, vocabulary)
        counted = counts.get(name, ())
        if chosen:
            counted = count_anew(name, without_values(state.query, field))
        values = _ordered(name, counted, chosen, vocabulary)
        made = [
            FacetValue(
                label=vocabulary.label(field, value, language),
                count=count,
                chosen=value in chosen,
                address=state.with_query(_toggled(state.query, field, value, chosen)),
            )
            for value, count in values[:MOST]
        ]
        in_sight = max(SHOWN, len(chosen))
        if len(made) == in_sight + 1:  # folding one away saves nothing
            in_sight += 1
        if made:
            drawn.append(
                Facet(
                    name,
                    gettext(title),
                    shown=tuple(made[:in_sight]),
                    folded=tuple(made[in_sight:]),
                    left_out=len(values) - len(made),
                )
            )
    return tuple(drawn)


def without_values(query: str, field: str) -> str:
    """The query not narrowed to any value of a field; comparisons and negations stay."""
    return reduce(
        lambda left, value: without_value(left, field, value), values_of(query, field), query
    )


def _chosen(
    query: str, name: str, field: str, vocabulary: Vocabulary
) -> Mapping[str, tuple[str, ...]]:
    """The chosen values, each with the ways in which the query names it."""
    chosen: dict[str, tuple[str, ...]] = {}
    for typed in values_of(query, field):
        if name == "year" and not _YEAR.fullmatch(typed):
            continue
        value = vocabulary.canonical(field, typed) or typed
        chosen[value] = (*chosen.get(value, ()), typed)
    return chosen


def _ordered(
    name: str, counted: Counts, chosen: Mapping[str, object], vocabulary: Vocabulary
) -> list[tuple[str, int]]:
    counts = dict(counted)
    for value in chosen:
        counts.setdefault(value, 0)
    if name == "year":
        return sorted(counts.items(), reverse=True)
    if name == "severity":
        order = vocabulary.known("severity")
        return sorted(counts.items(), key=lambda each: (each[0] not in order, each[0]))
    return sorted(counts.items(), key=lambda each: each[0] not in chosen)


def _toggled(query: str, field: str, value: str, chosen: Mapping[str, tuple[str, ...]]) -> str:
    if value in chosen:
        return reduce(lambda left, typed: without_value(left, field, typed), chosen[value], query)
    return with_value(query, field, value)
