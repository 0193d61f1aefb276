"""A `Request` as queries of OpenSearch: what is found, how it scores, in which order.

The server's own BM25 knows neither our zone weights nor exact lengths, and counts what is
deleted. So each term scores by `opensearch_engine_documents.SCORE` with an inverse document
frequency that was counted before, and the sum is that of `kb.search.ranking`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kb.record import record
from kb.search.engine import (
    COMPOUND_WEIGHT,
    K1,
    SYNONYM_WEIGHT,
    ZONES,
    AllOf,
    AnyOf,
    B,
    Between,
    Condition,
    Except,
    Keyword,
    Paths,
    Request,
    Sort,
    TermSequence,
    Word,
)
from kb.search.opensearch_engine_documents import SCORE, key, keyword, phrase, term

Query = dict[str, Any]
EVERYTHING: Query = {"match_all": {}}
NOTHING: Query = {"match_none": {}}
_LARGEST = (1 << 63) - 1
WELL = "well"
"""The name of the clause that tells which hits match well."""


@record
class Statistics:
    """What scores depend on.

    Attributes:
        documents: how many there are.
        average: their average length in terms.
        holding: (field, kept term) -> how many documents hold it.
    """

    documents: int
    average: float
    holding: Mapping[tuple[str, str], int]

    def weight(self, field: str, kept: str) -> float:
        """The inverse document frequency, as `kb.search.ranking` has it."""
        holding = self.holding.get((field, kept), 0)
        return math.log(1 + (self.documents - holding + 0.5) / (holding + 0.5))


def terms_of(request: Request) -> Iterator[tuple[str, str]]:
    """The (field, kept term) pairs whose frequencies the scores need, each once."""
    words = (*request.words, *_scoring(request.condition))
    return iter(dict.fromkeys(pair for word in words for pair in _terms(word)))


def _terms(word: Word) -> Iterator[tuple[str, str]]:
    for spelling in word.spellings:
        yield from (("text", term(each)) for each, _ in spelling.terms)
        yield from (("text", term(each)) for each in spelling.extra)
    yield from (("keywords", keyword(*pair)) for pair in word.keywords)


def _scoring(condition: Condition) -> Iterator[Word]:
    """The words of a condition that add to the score."""
    match condition:
        case Word():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _scoring(part)


def held(word: Word) -> Query:
    """The documents that hold a whole spelling of a word."""
    pairs = (*word.keywords, *word.named)
    spelled = [_spelled(spelling, word.zone) for spelling in word.spellings]
    return _either([*spelled, *({"term": {"keywords": keyword(*pair)}} for pair in pairs)])


def _spelled(spelling: TermSequence, zone: str | None) -> Query:
    kept = dict.fromkeys(term(each) for each, _ in spelling.terms)
    parts: list[Query] = [{"term": {"text": each}} for each in kept]
    if zone is not None:
        parts.append(_standing(spelling, zone))
    elif spelling.adjacent and len(spelling.terms) > 1:
        parts.append(_standing(spelling, None))
    return parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}


def _standing(spelling: TermSequence, zone: str | None) -> Query:
    """The terms at just these distances in a zone, or in any."""
    field = "anywhere" if zone is None else f"zones.{zone}"
    if len(spelling.terms) == 1:
        return {"term": {field: term(spelling.terms[0][0])}}
    # The server takes terms at one position for alternatives: ask for each of them.
    layers: list[dict[int, str]] = []
    for each, position in spelling.terms:
        free = next((layer for layer in layers if position not in layer), None)
        if free is None:
            free = dict(layers[0]) if layers else {}
            layers.append(free)
        free[position] = each
    phrases = [phrase([(each, position) for position, each in layer.items()]) for layer in layers]
    return {"bool": {"filter": [{"match_phrase": {field: each}} for each in phrases]}}


def fulfilling(condition: Condition) -> Query:  # noqa: PLR0911 -- one case a condition
    """The documents that fulfil a condition."""
    match condition:
        case Word():
            return held(condition)
        case Keyword(field, values):
            kept = [keyword(field, each) for each in values] or [keyword("has", field)]
            return {"terms": {"keywords": kept}}
        case Between(field, None, None):
            return {"exists": {"field": f"numbers.{field}"}}
        case Between(field, low, high):
            least = -_LARGEST if low is None else max(low, -_LARGEST)
            most = _LARGEST if high is None else min(high, _LARGEST)
            within = {"range": {f"numbers.{field}": {"gte": least, "lte": most}}}
            return within if least <= most else NOTHING
        case Paths(paths):
            return {"ids": {"values": sorted(map(key, paths))}}
        case AnyOf(parts):
            return _either([fulfilling(part) for part in parts])
        case Except(part):
            return {"bool": {"must_not": [fulfilling(part)]}}
        case AllOf(parts):
            if not parts:
                return EVERYTHING
            without = [fulfilling(each.part) for each in parts if isinstance(each, Except)]
            query = {"filter": [fulfilling(p) for p in parts if not isinstance(p, Except)]}
            return {"bool": {**query, "must_not": [_either(without)]} if without else query}


def counting_words(request: Request) -> Query:
    """Those that fulfil the condition and hold a word; the score is how many they hold."""
    should = [{"constant_score": {"filter": held(word)}} for word in request.words]
    condition = fulfilling(request.condition)
    return {"bool": {"filter": [condition], "should": should, "minimum_should_match": 1}}


@record
class Question:
    """A request whose statistics are known.

    Attributes:
        most: how many words the best document holds in full.
    """

    request: Request
    statistics: Statistics
    most: int

    @property
    def all_first(self) -> bool:
        """Whether what matches well comes before the rest, whatever the scores."""
        return self.most == len(self.request.words)

    def well(self) -> Query:
        """What matches well."""
        words = self.request.words
        if not words:
            return self._condition()
        if not self.most:
            return NOTHING
        needed = self.most if self.all_first else max(self.most - 1, 1)
        should = [held(word) for word in words]
        return _both(
            self._condition(), {"bool": {"should": should, "minimum_should_match": needed}}
        )

    def found(self) -> Query:
        """What matches at all. The bigram guard: without it 워크넷 is found in 네트워크."""
        words = self.request.words
        if not words:
            return self._condition()
        some = [held(word) if self.most else self._score(word) for word in words]
        return _both(self._condition(), _either(some) if self.most else _any(some))

    def scored(self, chosen: Query, *, without: str | None = None) -> Query:
        """These documents with their scores, but for the one of a path."""
        words = [self._score(word) for word in self.request.words]
        words.extend(
            {"bool": {"filter": [held(word)], "should": [self._score(word)]}}
            for word in _scoring(self.request.condition)
        )
        well = self.well()
        if chosen == well:
            chosen = {"bool": {"filter": [well], "_name": WELL}}
        else:
            words.append({"constant_score": {"filter": well, "boost": 0, "_name": WELL}})
        query: Query = {"filter": [chosen], "should": words, "minimum_should_match": 0}
        if without is not None:
            query["must_not"] = [{"ids": {"values": [key(without)]}}]
        return {"bool": query}

    def _condition(self) -> Query:
        return fulfilling(self.request.condition)

    def _score(self, word: Word) -> Query:
        """The score of the best spelling, and of what the word is a name of."""
        spellings = [self._score_spelling(each, word.zone) for each in word.spellings]
        for pair in word.keywords:
            kept = keyword(*pair)
            weight = SYNONYM_WEIGHT * self.statistics.weight("keywords", kept)
            spellings.append(_constant("keywords", kept, weight))
        best = spellings[0] if len(spellings) == 1 else {"dis_max": {"queries": spellings}}
        if not word.named:
            return best
        often = ZONES["names"]
        name = word.spellings[0].terms
        weight = sum(self.statistics.weight("text", term(each)) for each, _ in name)
        weight *= often * (K1 + 1) / (often + K1)
        named = [_constant("keywords", keyword(*pair), weight) for pair in word.named]
        return _any([best, *named])

    def _score_spelling(self, spelling: TermSequence, zone: str | None) -> Query:
        terms = dict.fromkeys(term(each) for each, _ in spelling.terms)
        scores = [self._score_term(each, spelling.weight) for each in terms]
        weight = spelling.weight * COMPOUND_WEIGHT
        scores.extend(self._score_term(term(each), weight) for each in spelling.extra)
        if zone is None:
            return _any(scores)
        return {"bool": {"filter": [_spelled(spelling, zone)], "should": scores}}

    def _score_term(self, kept: str, weight: float) -> Query:
        if not self.statistics.holding.get(("text", kept)):
            return NOTHING
        average = self.statistics.average
        parameters = {
            "w": weight * self.statistics.weight("text", kept) * (K1 + 1),
            "a": K1 * (1 - B),
            "b": K1 * B / average if average else 0.0,
        }
        query = {"term": {"text": kept}}
        return {"script_score": {"query": query, "script": {"source": SCORE, "params": parameters}}}


def order(sort: Sort) -> list[Query]:
    """The order of hits; the last key makes it one."""
    latest = {"numbers.started": {"order": "desc", "missing": 0}}
    keys: Mapping[Sort, Query] = {
        "relevance": {"_score": {"order": "desc"}},
        "newest": {"numbers.started": {"order": "desc", "missing": "_last"}},
        "oldest": {"numbers.started": {"order": "asc", "missing": "_last"}},
        "longest": {"numbers.duration": {"order": "desc", "missing": "_last"}},
    }
    second = [latest] if sort in {"relevance", "longest"} else []
    return [keys[sort], *second, {"path": {"order": "asc"}}]


def _constant(field: str, kept: str, weight: float) -> Query:
    return {"constant_score": {"filter": {"term": {field: kept}}, "boost": weight}}


def _both(one: Query, other: Query) -> Query:
    return other if one == EVERYTHING else {"bool": {"filter": [one, other]}}


def _either(queries: Iterable[Query]) -> Query:
    """At least one of them; the scores do not count.

    The terms of a field are one query: of queries the server allows some thousand.
    """
    terms: dict[str, dict[str, None]] = {}
    some: list[Query] = []
    for query in queries:
        match query:
            case {"term": asked}:
                for field, value in asked.items():
                    terms.setdefault(field, {})[value] = None
            case {"terms": asked}:
                for field, values in asked.items():
                    terms.setdefault(field, {}).update(dict.fromkeys(values))
            case _:
                some.append(query)
    return _any([*({"terms": {field: list(values)}} for field, values in terms.items()), *some])


def _any(queries: Iterable[Query]) -> Query:
    """At least one of them; their scores are added."""
    some: Sequence[Query] = [query for query in queries if query != NOTHING]
    if len(some) < 2:
        return some[0] if some else NOTHING
    return {"bool": {"should": list(some), "minimum_should_match": 1}}
