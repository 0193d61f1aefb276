"""Words that mean the same, looked up by what they are indexed as.

Synonyms widen a query, not the index: a new one in kb.toml counts at once. They are what makes
Korean and English find each other.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kb.search import text

if TYPE_CHECKING:
    from kb.vocabulary import Vocabulary

LONGEST = 4
"""Typed words that together may be one name (`국가 정보 자원 관리원`)."""


class Synonyms:
    """The synonym groups of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def of(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """The other ways to write what is indexed as these terms, as people write them."""
        others = [
            member
            for number in self._groups_of.get(terms, ())
            for member, key in self._keyed[number]
            if key != terms
        ]
        return tuple(dict.fromkeys(others))

    @cached_property
    def _keyed(self) -> list[list[tuple[str, tuple[str, ...]]]]:
        return [
            [(member, key(member)) for member in group]
            for group in self._vocabulary.synonym_groups()
        ]

    @cached_property
    def _groups_of(self) -> dict[tuple[str, ...], list[int]]:
        groups: dict[tuple[str, ...], list[int]] = {}
        for number, members in enumerate(self._keyed):
            for _, terms in members:
                if terms:
                    groups.setdefault(terms, []).append(number)
        return groups


def key(words: str) -> tuple[str, ...]:
    """What a word or name is indexed as, joined chunks by their parts."""
    return tuple(token.term for token in text.tokens(text.normalise(words)) if not token.whole)
