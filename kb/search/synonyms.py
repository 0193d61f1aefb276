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
        self._begun: dict[str, dict[tuple[str, ...], list[int]]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def of(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """The other ways to write what is indexed as these terms, as people write them."""
        if not terms:
            return ()
        begins = text.beginning(terms[0])[:2]
        if begins not in self._begun:
            self._begun[begins] = self._groups_of(begins)
        others = [
            member
            for number in self._begun[begins].get(terms, ())
            for member in self._groups[number]
            if self._key(member) != terms
        ]
        return tuple(dict.fromkeys(others))

    def _groups_of(self, begins: str) -> dict[tuple[str, ...], list[int]]:
        """Key -> the groups with a member of this key, of the keys that may begin so.

        To analyse every name takes longer than most searches.
        """
        groups: dict[tuple[str, ...], list[int]] = {}
        for lower, member, number in self._members:
            if begins in lower:
                groups.setdefault(self._key(member), []).append(number)
        return groups

    def _key(self, member: str) -> tuple[str, ...]:
        if member not in self._keys:
            self._keys[member] = key(member)
        return self._keys[member]

    @cached_property
    def _groups(self) -> tuple[tuple[str, ...], ...]:
        return self._vocabulary.synonym_groups()

    @cached_property
    def _members(self) -> list[tuple[str, str, int]]:
        """Each member in lower case and as written, with the number of its group."""
        return [
            (text.normalise(member).lower(), member, number)
            for number, group in enumerate(self._groups)
            for member in group
        ]


def key(words: str) -> tuple[str, ...]:
    """What a word or name is indexed as, joined chunks by their parts."""
    return tuple(token.term for token in text.tokens(text.normalise(words)) if not token.whole)
