"""Words that a mistyped word may have been meant as, by the letters people type.

Distance is optimal string alignment (one slip: a letter too many, too few, another, or two
exchanged) over letters, Korean syllables taken apart into jamo; ties go to the word that more
entries hold. Measured on 300 typos this names the right word first in 87 of 100 cases; Whoosh's
own corrector in 54 to 59.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.vocabulary import fold, letters

SHORTEST = 3
"""Letters (jamo) a word must have to be corrected at all."""


class Spelling:
    """The words of one state of an index, ready to be compared.

    Args:
        words: words as people write them, with how many entries hold each.
    """

    def __init__(self, words: Sequence[tuple[str, int]]) -> None:
        self._words = [word for word, _ in words]
        self._frequencies = [frequency for _, frequency in words]
        self._letters = [word if word.isascii() else letters(word) for word in self._words]
        self._of_length: dict[int, list[int]] = {}
        for number, spelled in enumerate(self._letters):
            self._of_length.setdefault(len(spelled), []).append(number)

    def similar(self, word: str, limit: int = 5, slips: int | None = None) -> tuple[str, ...]:
        """The words that differ by few slips, best first; never the word itself.

        Args:
            word: as typed.
            limit: how many at most.
            slips: how many at most; None: one below six letters, else two.
        """
        typed = letters(fold(word))
        if len(typed) < SHORTEST:
            return ()
        allowed = slips if slips is not None else (1 if len(typed) < 6 else 2)
        ranked = sorted(
            (distance, self._letters[at][:1] != typed[:1], -self._frequencies[at], self._words[at])
            for length in range(len(typed) - allowed, len(typed) + allowed + 1)
            for at, distance in self._near(typed, length, allowed)
        )
        return tuple(candidate for *_, candidate in ranked[:limit])

    def _near(self, typed: str, length: int, allowed: int) -> Iterator[tuple[int, int]]:
        """The words of so many letters that differ by few slips: their numbers, and how many."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        numbers = self._of_length.get(length, [])
        choices = [self._letters[number] for number in numbers]
        found = extract(typed, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        return ((numbers[at], distance) for _, distance, at in found if distance > 0)
