"""What to offer where nothing was typed, or nothing was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import NotFound
from kb.search.query import parse
from kb.search.query_tree import Text
from kb.search.refine import applied_filters, with_value
from kb.search.text import normalise
from web.language import gettext, language_of

if TYPE_CHECKING:
    from kb import KnowledgeBase
    from kb.search.results import SearchHit
    from kb.vocabulary import Vocabulary

MOST_PARTS = 6
"""Parts of a query that are tried alone."""
MOST_NAMES = 5
LONGEST_NAME = 80
"""Characters: a longer text is no name that somebody misspelled."""
LONG_OUTAGE = 120
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Example:
    """A query that finds something, and what it shows."""

    query: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A part of a query and how many entries it finds."""

    query: str
    count: int


def examples(
    hits: Sequence[SearchHit],
    facets: Mapping[str, Sequence[tuple[str, int]]],
    vocabulary: Vocabulary,
    language: str,
) -> tuple[Example, ...]:
    """Three or four queries taken from what there is, so that each finds something."""
    found: list[Example] = []
    words = _title_words(hits, language)
    if words:
        found.append(Example(words, gettext("any words")))
    for field, meaning in (
        ("service", gettext("most incidents")),
        ("cause", gettext("most frequent cause")),
    ):
        values = [v for v, _ in facets.get(field, ()) if v != "unknown"]
        if values:
            found.append(Example(_named(field, values[0], vocabulary, language), meaning))
    long = next((hit for hit in hits if (hit.duration_minutes or 0) > LONG_OUTAGE), None)
    if long is not None and long.date:
        found.append(Example(_long_ones(long.date[:4], language), gettext("over two hours")))
    elif any(hit.open_follow_ups for hit in hits):
        found.append(Example("is:open", gettext("with an unfinished follow-up")))
    return tuple(found)


def attempts(typed: str, knowledge: KnowledgeBase) -> tuple[Attempt, ...]:
    """The parts of a query that found nothing together, each alone, where it finds something."""
    parts = [one.text for one in applied_filters(typed) if not one.denied]
    words = typed
    while filters := applied_filters(words):
        words = filters[0].without
    if words:
        parts.insert(0, words)
    found = []
    for part in dict.fromkeys(parts[:MOST_PARTS]):
        if part != typed:
            count = knowledge.search(part, limit=0, facets=()).total
            if count:
                found.append(Attempt(part, count))
    return tuple(found)


def nearest_names(typed: str, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Queries for services, causes and entries whose name is spelled almost as a typed word."""
    words = [item.text for item in parse(typed).items if isinstance(item, Text)]
    vocabulary = knowledge.config.vocabulary
    near = [
        with_value("", field, name)
        for word in words[:MOST_PARTS]
        for field in ("service", "cause")
        for name in vocabulary.nearest(field, word, 2)
    ]
    if len(words) == 1 and "-" in words[0] and len(words[0]) <= LONGEST_NAME:
        try:
            near.append(knowledge.id_of(words[0]))
        except NotFound as error:
            near.extend(error.nearest)
    return tuple(dict.fromkeys(near))[:MOST_NAMES]


def _title_words(hits: Sequence[SearchHit], language: str) -> str:
    """Two words of the newest title in the reader's language."""
    own = [hit.title for hit in hits if language_of(hit.title) == language]
    for title in (*own, *(hit.title for hit in hits)):
        words = [word for word in normalise(title).split() if word.isalpha() and len(word) > 1]
        if len(words) > 1:
            return " ".join(words[:2])
    return ""


def _long_ones(year: str, language: str) -> str:
    return f"기간:>2h 날짜:{year}" if language == "ko" else f"duration:>2h date:{year}"


def _named(field: str, value: str, vocabulary: Vocabulary, language: str) -> str:
    """A filter in the reader's language, where the name there leads back to the value."""
    label = vocabulary.label(field, value, language)
    own = {"ko": {"service": "서비스", "cause": "원인"}}.get(language, {}).get(field)
    if own and " " not in label and vocabulary.canonical(field, label) == value:
        return with_value("", field, label).replace(f"{field}:", f"{own}:", 1)
    return with_value("", field, value)
