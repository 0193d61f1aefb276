"""One state of a tantivy index, opened for reading: a part of `kb.search.tantivy_engine`.

Tantivy tells which documents match, how many, and their facets, each in a fraction of a
millisecond. The order is ours: a block of its best candidates is scored exactly, then the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count as count_up
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from tantivy import Occur, Order, Query

from kb.record import record
from kb.search import tantivy_engine_writing as writing
from kb.search.engine import AllOf, Hit, Listed, Request, Results, Row, Word
from kb.search.tantivy_engine_queries import (
    Queries,
    all_of,
    any_of,
    at_least,
    but_not,
    counted,
    original,
    safe,
    scored_words,
)
from kb.search.tantivy_engine_scores import Judged, Places, Scores, address_of, count

if TYPE_CHECKING:
    from tantivy import DocAddress, Index, Searcher
    from tantivy import Document as Stored

BLOCK = 100
"""Candidates that are scored and ordered together."""

_Part = TypeVar("_Part")
_MOST_VALUES = 65_000
"""Values of a facet that tantivy counts at most."""


@record
class _Plan:
    """What a request comes to: the documents that match, and those that match well.

    Attributes:
        parts: what is asked, in the order of results, and how many each has.
        demanded: the words of the condition that score.
    """

    request: Request
    well: Query
    parts: tuple[tuple[Query, int], ...]
    total: int
    total_any: int
    word_totals: tuple[int, ...]
    demanded: tuple[Word, ...]

    @property
    def by_score(self) -> bool:
        """Whether scores decide the order."""
        scored = bool(self.request.words or self.demanded)
        return scored and self.request.sort == "relevance"


class Known:
    """What was read of documents, by their serial numbers: shared by all states of an index."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.listed: dict[int, Listed] = {}
        self.judged: dict[int, Judged] = {}


class OpenIndex:
    """One state. May be asked by several threads at once."""

    def __init__(self, index: Index, known: Known) -> None:
        index.config_reader("manual")
        self._searcher: Searcher = index.searcher()
        self._queries = Queries(index.schema)
        self._scores = Scores(self._searcher, self._queries)
        self._known = known

    def search(self, request: Request) -> Results:
        """Find, rank, count."""
        plan = self._plan(request)
        end = request.offset + request.limit
        places = self._places(self._ordered(plan, request.offset, end) if request.limit else [])
        scores = self._scores.of(request.words, plan.demanded, places)
        well = places.holding(plan.well)
        hits = []
        for at, (place, score) in enumerate(zip(places.addresses, scores, strict=True)):
            shown = writing.shown(self._searcher.doc(place))
            hits.append(Hit(shown["path"], score, at in well, shown))
        facets = self._facets(plan.well, request.facets)
        return Results(plan.total, plan.total_any, tuple(hits), facets, plan.word_totals)

    def listed(self, request: Request) -> list[Listed]:
        """Every document that matches well, in the order asked."""
        plan = self._plan(request)
        found = self._searcher.search(plan.well, limit=max(1, plan.total), count=False).hits
        well = {address_of(place) for _, place in found}
        order = self._ordered(plan, 0, plan.total_any)
        return self._listed([place for place in order if address_of(place) in well])

    def rows(self) -> list[Row]:
        """Every document's row."""
        documents = max(1, self._searcher.num_docs)
        found = self._searcher.search(Query.all_query(), limit=documents, count=False).hits
        return self._rows([place for _, place in found])

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What the document stored to be shown, or None."""
        found = self._searcher.search(self._queries.path(path), limit=1).hits
        return writing.shown(self._searcher.doc(found[0][1])) if found else None

    def frequencies(self, terms: Iterable[str]) -> list[int]:
        """How many documents hold each term, some that were deleted included."""
        return [self._searcher.doc_freq("text", safe(term)) for term in terms]

    def words(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin with the prefix."""
        return self._terms("word", prefix)

    def values(self, field: str) -> list[tuple[str, int]]:
        """The values of a keyword field."""
        start = len(field) + 1
        return [(term[start:], number) for term, number in self._terms("keyword", f"{field}=")]

    def _terms(self, field: str, prefix: str) -> list[tuple[str, int]]:
        """The terms that begin so, with how many documents hold them now."""
        found = self._searcher.terms_with_prefix(field, safe(prefix), Query.all_query())
        return sorted((original(term), number) for term, number in found if number)

    def _plan(self, request: Request) -> _Plan:
        condition = self._queries.fulfilling(request.condition)
        demanded = tuple(scored_words(request.condition))
        if not request.words:
            total = self._count(condition)
            whole = ((condition, total),)
            return _Plan(request, condition, whole, total, total, (), demanded)
        full = [self._queries.holding(word) for word in request.words]
        totals = tuple(map(self._count, full))
        if len(full) == 1 and totals[0]:  # nothing is left to be counted where it is held at all
            well = all_of([condition, full[0]])
            total = totals[0] if request.condition == AllOf(()) else self._count(well)
            if total:
                return _Plan(request, well, ((well, total),), total, total, totals, demanded)
        top = self._searcher.search(counted(full, condition), limit=1, count=False).hits
        best = round(top[0][0]) if top else 0
        # The bigram guard of `kb.search.ranking`: parts of words count only where none is whole.
        some = full if best else [self._queries.touching(word) for word in request.words]
        anyhow = all_of([condition, any_of(some)])
        needed = best if best == len(full) else max(best - 1, 1)
        well = all_of([condition, at_least(needed, full)])
        total, total_any = self._count(well), self._count(anyhow)
        parts: tuple[tuple[Query, int], ...] = ((anyhow, total_any),)
        if needed == len(full):
            parts = ((well, total), (but_not(anyhow, well), total_any - total))
        return _Plan(request, well, parts, total, total_any, totals, demanded)

    def _count(self, query: Query) -> int:
        return count(self._searcher, query)

    def _ordered(self, plan: _Plan, start: int, end: int) -> list[DocAddress]:
        """The documents from one place in the order to another."""
        ordered: list[DocAddress] = []
        parts = list(plan.parts)
        if plan.request.first is not None:
            parts = self._first_apart(parts, plan.request.first)
        for query, total in parts:
            here, until = max(0, start), min(end, total)
            if here < until:
                order = self._by_score if plan.by_score else self._by_number
                ordered += order(plan, query, total, here, until)
            start, end = start - total, end - total
        return ordered

    def _first_apart(self, parts: list[tuple[Query, int]], path: str) -> list[tuple[Query, int]]:
        """The parts with a document before them, which is taken out of its own."""
        named = self._queries.path(path)
        for at, (query, total) in enumerate(parts):
            alone = all_of([named, query])
            if self._count(alone):
                rest = (but_not(query, named), total - 1)
                return [(alone, 1), *parts[:at], rest, *parts[at + 1 :]]
        return parts

    def _by_score(
        self, plan: _Plan, query: Query, total: int, start: int, end: int
    ) -> list[DocAddress]:
        """By relevance: whole blocks of candidates, each in its exact order."""
        words = [
            self._queries.candidates(word, self._scores.points)
            for word in (*plan.request.words, *plan.demanded)
        ]
        scored = Query.boolean_query(
            [
                (Occur.Must, Query.const_score_query(query, 0.0)),
                *((Occur.Should, word) for word in words),
            ]
        )
        first = start - start % BLOCK
        asked = min(total, end + BLOCK - 1 - (end - 1) % BLOCK) - first
        # Counting keeps tantivy from skipping documents, so that pages never differ in the last
        # digit of a score.
        found = self._searcher.search(scored, limit=asked, offset=first, count=True).hits
        ordered: list[DocAddress] = []
        for at in range(0, len(found), BLOCK):
            places = self._places([place for _, place in found[at : at + BLOCK]])
            scores = self._scores.of(plan.request.words, plan.demanded, places)
            started = places.numbers("order-relevance")
            keys = zip((-s for s in scores), (-w for w in started), places.paths, count_up())
            ordered += [places.addresses[number] for *_, number in sorted(keys)]
        return ordered[start - first : end - first]

    def _by_number(
        self, plan: _Plan, query: Query, total: int, start: int, end: int
    ) -> list[DocAddress]:
        """By a number; of equal ones the newest first, then by path."""
        sort = plan.request.sort
        field, sign = f"order-{sort}", writing.ORDERS[sort][1]
        order = Order.Asc if sign > 0 else Order.Desc
        found = self._searcher.search(
            query, limit=end, count=False, order_by_field=field, order=order
        ).hits
        if end < total:
            found = self._with_equals(query, total, field, found)
        addresses = [place for _, place in found]
        started = self._searcher.fast_field_values("order-relevance", addresses)
        keys = sorted(
            (sign * int(number), -int(when or 0), at)
            for at, ((number, _), when) in enumerate(zip(found, started, strict=True))
        )
        ordered: list[DocAddress] = []
        for _, equal in groupby(keys, key=lambda key: key[:2]):
            group = [addresses[at] for *_, at in equal]
            reached = len(ordered) + len(group)
            if len(group) > 1 and reached > start:
                group.sort(key=self._path)
            ordered += group
            if reached >= end:
                break
        return ordered[start:end]

    def _with_equals(
        self, query: Query, total: int, field: str, found: list[tuple[Any, DocAddress]]
    ) -> list[tuple[Any, DocAddress]]:
        """What was found, and all that have the number of the last: one may come before it."""
        last = found[-1][0]
        equal = all_of([query, self._queries.between(field, last, last)])
        others = self._searcher.search(equal, limit=total, count=False).hits
        return [pair for pair in found if pair[0] != last] + [(last, at) for _, at in others]

    def _path(self, place: DocAddress) -> str:
        return original(str(self._searcher.doc(place).get_first("path")))

    def _places(self, addresses: Sequence[DocAddress]) -> Places:
        return Places(self._searcher, self._queries, addresses, self._known.judged)

    def _rows(self, addresses: list[DocAddress]) -> list[Row]:
        """The rows of these documents."""
        rows = self._read(addresses, self._known.rows, writing.row)
        self._known.rows = self._current(self._known.rows)
        return rows

    def _listed(self, addresses: list[DocAddress]) -> list[Listed]:
        """What lists show of these documents."""
        listed = self._read(addresses, self._known.listed, _listed)
        self._known.listed = self._current(self._known.listed)
        return listed

    def _read(
        self, addresses: list[DocAddress], known: dict[int, _Part], part: Callable[[Stored], _Part]
    ) -> list[_Part]:
        """A part of each document, read once, whatever is committed later."""
        found = []
        for serial, place in zip(self._serials(addresses), addresses, strict=True):
            one = known.get(serial)
            if one is None:
                one = known[serial] = part(self._searcher.doc(place))
            found.append(one)
        return found

    def _current(self, known: dict[int, _Part]) -> dict[int, _Part]:
        """What is known, without documents long gone once these are as many as the others."""
        documents = self._searcher.num_docs
        if len(known) <= 2 * documents + BLOCK:
            return known
        every = self._searcher.search(Query.all_query(), limit=max(1, documents), count=False)
        serials = self._serials([place for _, place in every.hits])
        return {serial: known[serial] for serial in serials if serial in known}

    def _serials(self, addresses: list[DocAddress]) -> list[int]:
        return [int(s or 0) for s in self._searcher.fast_field_values("serial", addresses)]

    def _facets(
        self, query: Query, facets: Sequence[str]
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        if not facets:
            return {}
        asked = {
            facet: {"terms": {"field": f"facet-{facet}", "size": _MOST_VALUES}} for facet in facets
        }
        counts = self._searcher.aggregate(query, asked)
        counted_facets = {}
        for facet in facets:
            pairs = [(original(b["key"]), int(b["doc_count"])) for b in counts[facet]["buckets"]]
            counted_facets[facet] = tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
        return counted_facets


def _listed(found: Stored) -> Listed:
    return Listed(writing.row(found), writing.summary(found))
