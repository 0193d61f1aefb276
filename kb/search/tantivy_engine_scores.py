"""The exact scores of the documents that come first: a part of `kb.search.tantivy_engine`.

Tantivy's BM25 has other constants than ours, counts deleted documents, and rounds lengths. So it
only chooses candidates; these are scored by the formula of `kb.search.ranking`, over the
documents that are there now, and get the very scores that every other engine gives them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tantivy import Query

from kb.search.engine import COMPOUND_WEIGHT, K1, SYNONYM_WEIGHT, ZONES, B, TermSequence, Word
from kb.search.tantivy_engine_queries import Queries, all_of, original
from kb.search.tantivy_engine_writing import needle, weight_in, weights_of

if TYPE_CHECKING:
    from tantivy import DocAddress, Searcher

MOST_JUDGED = 5_000
"""Documents whose weights are kept: some ten megabytes."""

Address = tuple[int, int]
"""A document of one state: segment, number in it."""
Judged = tuple[bytes, str]
"""What an order needs of a document: its packed weights, its path."""


def address_of(place: DocAddress) -> Address:
    """Tantivy's own address can be neither compared nor kept in a set."""
    return place.segment_ord, place.doc


class Scores:
    """Scores over one state of an index; what is known of its terms is kept."""

    def __init__(self, searcher: Searcher, queries: Queries) -> None:
        self._searcher = searcher
        self._queries = queries
        self._rarities: dict[tuple[str, str], float] = {}
        self._documents = searcher.num_docs
        total = searcher.aggregate(Query.all_query(), {"sum": {"sum": {"field": "length"}}})
        self._average = total["sum"]["value"] / self._documents if self._documents else 0.0

    def of(self, words: Sequence[Word], demanded: Sequence[Word], places: Places) -> list[float]:
        """The scores of these documents, in their order.

        Args:
            words: that an entry should match.
            demanded: words of the condition, which score only where they match in full.
            places: the documents.
        """
        norms = self._norms(places)
        scores = [0.0] * len(places)
        for number, word in enumerate((*words, *demanded)):
            full = None
            if number >= len(words):
                full = places.holding(self._queries.holding(word))
            for at, score in enumerate(self._of_word(word, places, norms)):
                if full is None or at in full:
                    scores[at] += score
        return scores

    def points(self, word: Word) -> Iterator[tuple[str, float, bool]]:
        """The keywords that score for a word: the term, how much, whether on top of the rest."""
        for field, value in word.keywords:
            term = f"{field}={value}"
            yield term, SYNONYM_WEIGHT * self._rarity("keyword", term), False
        if word.named:
            often = ZONES["names"]
            rarity = sum(self._rarity("text", term) for term, _ in word.spellings[0].terms)
            for field, value in word.named:
                yield f"{field}={value}", rarity * often * (K1 + 1) / (often + K1), True

    def _norms(self, places: Places) -> list[float]:
        slope = K1 * B / self._average if self._average else 0.0
        return [K1 * (1 - B) + slope * length for length in places.numbers("length")]

    def _of_word(self, word: Word, places: Places, norms: Sequence[float]) -> list[float]:
        scores = [0.0] * len(places)
        for spelling in word.spellings:
            for at, score in enumerate(self._of_spelling(spelling, word.zone, places, norms)):
                scores[at] = max(scores[at], score)
        for term, score, on_top in self.points(word):
            for at in places.holding(self._queries.keyword(term)):
                scores[at] = scores[at] + score if on_top else max(scores[at], score)
        return scores

    def _of_spelling(
        self, spelling: TermSequence, zone: str | None, places: Places, norms: Sequence[float]
    ) -> list[float]:
        scores = [0.0] * len(places)
        weighed = [(term, spelling.weight) for term in dict.fromkeys(t for t, _ in spelling.terms)]
        weighed += [(term, spelling.weight * COMPOUND_WEIGHT) for term in spelling.extra]
        for term, weight in weighed:
            factor = weight * self._rarity("text", term) * (K1 + 1)
            for at, often in enumerate(places.weights(term)):
                if often:
                    scores[at] += factor * often / (often + norms[at])
        if zone is None:
            return scores
        full = places.holding(self._queries.standing(spelling, zone))
        return [score if at in full else 0.0 for at, score in enumerate(scores)]

    def _rarity(self, field: str, term: str) -> float:
        """The inverse document frequency, as `kb.search.ranking` has it."""
        known = self._rarities.get((field, term))
        if known is None:
            query = self._queries.text(term) if field == "text" else self._queries.keyword(term)
            holding = count(self._searcher, query)
            known = math.log(1 + (self._documents - holding + 0.5) / (holding + 0.5))
            self._rarities[field, term] = known
        return known


class Places:
    """Some documents of one state, and what an order needs to know of them.

    Args:
        searcher: of the state.
        queries: over its schema.
        addresses: the documents.
        judged: what is known already, by serial number; what is read is added.
    """

    def __init__(
        self,
        searcher: Searcher,
        queries: Queries,
        addresses: Sequence[DocAddress],
        judged: dict[int, Judged],
    ) -> None:
        self._searcher = searcher
        self._queries = queries
        self.addresses = list(addresses)
        self._serials = self.numbers("serial")
        if len(judged) > MOST_JUDGED:
            judged.clear()
        read = []
        for serial, address in zip(self._serials, self.addresses, strict=True):
            one = judged.get(serial)
            if one is None:
                document = searcher.doc(address)
                path = original(str(document.get_first("path")))
                one = judged[serial] = weights_of(document), path
            read.append(one)
        self._packed = [packed for packed, _ in read]
        self.paths = [path for _, path in read]
        self._weights: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.addresses)

    def numbers(self, field: str) -> list[int]:
        """The numbers of a field that every document has."""
        return [int(n or 0) for n in self._searcher.fast_field_values(field, self.addresses)]

    def weights(self, term: str) -> Sequence[int]:
        """What a term weighs in each of them."""
        known = self._weights.get(term)
        if known is None:
            looked_for = needle(term)
            known = [weight_in(packed, looked_for) for packed in self._packed]
            self._weights[term] = known
        return known

    def holding(self, query: Query) -> set[int]:
        """Which of them match a query: their indexes here."""
        if not self.addresses:
            return set()
        among = all_of([query, self._queries.serials(self._serials)])
        found = self._searcher.search(among, limit=len(self), count=False).hits
        matching = {address_of(place) for _, place in found}
        return {n for n, place in enumerate(self.addresses) if address_of(place) in matching}


def count(searcher: Searcher, query: Query) -> int:
    """How many documents match a query."""
    found = searcher.search(query, limit=1)
    return int(found.count or 0)  # type: ignore[attr-defined]  # left out of tantivy's types
