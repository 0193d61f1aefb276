"""The telling words of a text, counted; words of Korean and English that mean the same as one.

What stands in every report of an incident (`outage`, `원인`), dates, clock times and counts are
no telling words: two incidents are not alike because both have an impact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from kb.related.everyday import is_everyday
from kb.search import text
from kb.search.synonyms import LONGEST

Concept = tuple[str, ...]
"""What a word is counted as: its terms, or those of the first word of its synonym group."""

ZONE_WEIGHTS: Mapping[str, float] = {
    "title": 6.0,
    "timeline": 0.5,
    "follow-ups": 0.5,
    "lessons": 0.7,
    "source-notes": 0.0,
}
"""What a word counts by the section it stands in; 1 in all others."""


@dataclass(slots=True)
class Counted:
    """How one concept stands in a text.

    Attributes:
        weight: its occurrences, each weighed by its section.
        surface: the word as it is first written there, in small letters.
        in_timeline_only: whether it stands in the timeline and nowhere else.
    """

    weight: float
    surface: str
    in_timeline_only: bool = True


class Words:
    """Counts the words of texts, given which words mean the same.

    Args:
        synonym_groups: words and names that mean the same, a group each.
    """

    def __init__(self, synonym_groups: Iterable[tuple[str, ...]]) -> None:
        self._concepts: dict[Concept, Concept] = {}
        self._spellings: dict[Concept, dict[Concept, None]] = {}
        self._longest_from: dict[Concept, int] = {}
        for group in synonym_groups:
            first = unit(group[0])
            for member in group:
                self._learn(member, first)

    def _learn(self, member: str, concept: Concept) -> None:
        words = [unit(word) for word in text.words(text.normalise(member))]
        terms = tuple(chain.from_iterable(words))
        if terms and self._concepts.setdefault(terms, concept) == concept:
            self._spellings.setdefault(concept, {})[terms] = None
            known = self._longest_from.get(words[0], 1)
            self._longest_from[words[0]] = min(LONGEST, max(known, len(words)))

    def count(self, passages: Iterable[tuple[str, str]]) -> dict[Concept, Counted]:
        """The telling words of passages: (kind of section, normalised text)."""
        found: dict[Concept, Counted] = {}
        for zone, body in passages:
            weight = ZONE_WEIGHTS.get(zone, 1.0)
            for concept, surface in self._concepts_of(body) if weight else ():
                counted = found.get(concept)
                if counted is None:
                    counted = found[concept] = Counted(0.0, surface)
                counted.weight += weight
                counted.in_timeline_only &= zone == "timeline"
        return found

    def concept(self, name: str) -> Concept:
        """What a name of the vocabulary counts as."""
        terms = unit(name)
        return self._concepts.get(terms, terms)

    def spellings(self, concept: Concept) -> tuple[Concept, ...]:
        """The terms of every word that means this."""
        return tuple(self._spellings.get(concept, (concept,)))

    def _concepts_of(self, body: str) -> Iterator[tuple[Concept, str]]:
        """Each telling word, or name of several words, with what it counts as."""
        words = list(text.words(body))
        at = 0
        while at < len(words):
            word, taken = words[at], 1
            terms = unit(word)
            concept = self._concepts.get(terms, terms)
            for length in range(self._longest_from.get(terms, 1), 1, -1):
                joined = tuple(chain.from_iterable(map(unit, words[at : at + length])))
                if joined in self._concepts:
                    concept, taken = self._concepts[joined], length
                    word = _together(words[at : at + length])
                    break
            at += taken
            if concept and (taken > 1 or _is_telling(word)):
                yield concept, word


def _together(words: Sequence[str]) -> str:
    """A name of several words; of a joined word not its parts as well."""
    parts = {part for word in words for part in text.words(word) if part != word}
    return " ".join(word for word in words if word not in parts)


@lru_cache(maxsize=65_536)
def unit(word: str) -> Concept:
    """The terms that a word is indexed as; a joined word (`payments-api`) is one as a whole."""
    found = list(text.tokens(text.normalise(word)))
    whole = [token.term for token in found if token.whole]
    return (whole[0],) if whole else tuple(token.term for token in found)


@lru_cache(maxsize=65_536)
def _is_telling(word: str) -> bool:
    return not is_everyday(word, unit)
