"""Asking one state of an index on OpenSearch: hits, facets, columns, and what was read before.

A search asks twice: first what scores depend on (how many documents hold each term, how many
words the best one holds), then for hits and facets together; what `Known` has is not asked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from kb.search import opensearch_engine_documents as kept
from kb.search import opensearch_engine_queries as queries
from kb.search.engine import AllOf, Hit, Listed, Request, Results, Row
from kb.search.opensearch_engine_known import Held, Known
from kb.search.opensearch_engine_queries import EVERYTHING, WELL, Query, Question, Statistics

if TYPE_CHECKING:
    from kb.search.opensearch_engine_connection import Connection

Answer = dict[str, Any]
_Entry = TypeVar("_Entry")

_MOST_VALUES = 60_000
"""Values of one field that are counted at once (the server's own limit is 65,536 of all)."""
_MOST_OF_A_FACET = 10_000
_PAGE = 10_000
_MOST_BODIES = 1_000
"""Searches of one request."""
_MOST_REMEMBERED = 50_000
_LONGEST_BEGIN = 400
_SPECIAL = re.compile(r"([.?+*|{}\[\]()\"\\#@&<>~^$-])")
_ALL = {"track_total_hits": True}
_SHOWN = {"stored_fields": ["shown"]}
_ROWS = {"docvalue_fields": ["row"], "stored_fields": ["_none_"]}
_COLUMNS = {"docvalue_fields": ["row", "summary"], "stored_fields": ["_none_"]}
_NOTHING = {"stored_fields": ["_none_"]}


class Reading:
    """One question to an index, in as many requests as it needs.

    Attributes:
        parts: of how many parts the answer consists, each of which may be of another state.
    """

    def __init__(self, connection: Connection, name: str, known: Known) -> None:
        self._connection = connection
        self._name = name
        self._known = known
        if len(known.counts) > _MOST_REMEMBERED:
            known.counts = {}
        self._counts = known.counts
        self.parts = 0

    def rows(self) -> Sequence[Row]:
        """Every document's row."""
        held = self._up_to_date(self._known.rows, _ROWS, _row)
        self._known.rows = held
        return list(held.entries.values())

    def search(self, request: Request) -> Results:
        """Find, rank, count."""
        question, word_totals, total_any = self._question(request)
        total, facets, hits = self._answered(question)
        total_any = total_any if request.words else total
        return Results(total, total_any, tuple(map(_hit, hits)), facets, word_totals)

    def listed(self, request: Request) -> Sequence[Listed]:
        """Every document that matches well, from the columns."""
        question, _, _ = self._question(replace(request, limit=1))
        order = queries.order(request.sort)
        query = question.scored(question.well())
        known = self._known
        if not request.words and request.condition == AllOf(()):
            known.listed = self._up_to_date(known.listed, _COLUMNS, _listed)
        if known.listed is not None and known.listed.token == known.state.token:
            entries = known.listed.entries
            hits = self.hits(query, order, 0, None, _NOTHING)
            found = [entries[path] for hit in hits if (path := hit["sort"][-1]) in entries]
        else:
            found = [_listed(hit) for hit in self.hits(query, order, 0, None, _COLUMNS)]
        return sorted(found, key=lambda entry: entry.row.path != request.first)

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies."""
        if kept.value(prefix) != prefix:
            return []
        return sorted(self._begun("words", prefix) if prefix else self._every("words"))

    def values(self, name: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field, with their frequencies."""
        begin = f"{kept.value(name)}="
        counts = self._begun("keywords", begin)
        found = ((kept.plain(each.removeprefix(begin)), count) for each, count in counts)
        return sorted((value, count) for value, count in found if value is not None)

    def frequencies(self, terms: Sequence[str]) -> Sequence[int]:
        """How many documents hold each term."""
        known = [("text", kept.term(each)) for each in terms]
        self._count({pair: _holding(pair) for pair in known})
        return [self._counts[pair] for pair in known]

    def asked(self, bodies: Sequence[Answer]) -> list[Answer]:
        """Several searches in one request; every shard must have answered each."""
        answers = self._told(bodies)
        for answer in answers:
            self._connection.check_answer(answer)
        return answers

    def _told(self, bodies: Sequence[Answer]) -> list[Answer]:
        """What the server says to several searches, refusals included."""
        answers: list[Answer] = []
        connection = self._connection
        for start in range(0, len(bodies), _MOST_BODIES):
            lines: list[Answer] = []
            for body in bodies[start : start + _MOST_BODIES]:
                lines.extend(({"allow_partial_search_results": False}, {**_ALL, **body}))
            with connection.errors():
                told = connection.client.msearch(index=self._name, body=lines)["responses"]
            answers.extend(told)
        self.parts += len(bodies)
        return answers

    def hits(
        self,
        query: Query,
        order: list[Query],
        skip: int,
        size: int | None,
        fields: Mapping[str, object],
    ) -> Iterator[Answer]:
        """Hits in order from a number on; beyond the server's limit after the last one's key."""
        most = kept.MOST_AT_ONCE
        body: Answer = {"query": query, "sort": order, "track_scores": True}
        if size is not None and skip + size <= most:
            body, skip = {**body, "from": skip}, 0
        while skip or size is None or size > 0:
            taken = min(skip or size or most, most)
            wanted = _NOTHING if skip else fields
            [answer] = self.asked([{**body, **wanted, "size": taken}])
            hits = answer["hits"]["hits"]
            if skip:
                skip -= taken
            else:
                yield from hits
                size = None if size is None else size - taken
            if len(hits) < taken:
                return
            body = {**body, "search_after": hits[-1]["sort"]}
            body.pop("from", None)

    def _up_to_date(
        self,
        before: Held[_Entry] | None,
        fields: Mapping[str, object],
        made: Callable[[Answer], _Entry],
    ) -> Held[_Entry]:
        """Something of every document; only of those that came since, where none has gone."""
        state = self._known.state
        if before is not None and before.token == state.token:
            self.parts += 2  # as old as the state is, so it must still be that
            return before
        by_path: list[Query] = [{"path": {"order": "asc"}}]
        if before is not None:
            later = {"range": {"step": {"gt": before.step}}}
            count = self._counted([EVERYTHING])[0]
            came = {_key(hit): made(hit) for hit in self.hits(later, by_path, 0, None, fields)}
            entries = {**before.entries, **came}
            if len(entries) == count:
                return Held(state.token, state.seen, entries)
        hits = self.hits(EVERYTHING, by_path, 0, None, fields)
        return Held(state.token, state.seen, {_key(hit): made(hit) for hit in hits})

    def _counted(self, filters: Sequence[Query]) -> list[int]:
        """How many documents each query finds."""
        bodies = [{"size": 0, "query": {"bool": {"filter": [each]}}} for each in filters]
        return [_total(answer) for answer in self.asked(bodies)]

    def _count(self, wanted: Mapping[Any, Query], *others: Answer) -> list[Answer]:
        """Have the counts of these, with the answers to other searches in the same request."""
        counts = self._counts
        missing = [each for each in wanted if each not in counts]
        bodies = [{"size": 0, "query": {"bool": {"filter": [wanted[each]]}}} for each in missing]
        answers = self.asked([*others, *bodies])
        for each, answer in zip(missing, answers[len(others) :], strict=True):
            counts[each] = _total(answer)
        self.parts += len(wanted) - len(missing)
        return answers[: len(others)]

    def _question(self, request: Request) -> tuple[Question, tuple[int, ...], int]:
        """The request with its statistics; how many hold each word; how many match at all."""
        terms = list(queries.terms_of(request))
        if not request.words and not (terms and request.limit):
            return Question(request, Statistics(0, 0.0, {}), 0), (), 0
        known = self._known
        others: list[Answer] = []
        if known.lengths is None:
            others.append({"size": 0, "aggs": {"length": {"avg": {"field": "length"}}}})
        if request.words:
            query = queries.counting_words(request)
            others.append({"size": 1, "query": query, **_NOTHING})
        wanted: dict[Any, Query] = {pair: _holding(pair) for pair in terms}
        wanted.update((word, queries.held(word)) for word in request.words)
        answers = self._count(wanted, *others)
        if known.lengths is None:
            averages = answers[0]
            known.lengths = _total(averages), averages["aggregations"]["length"]["value"] or 0.0
        statistics = Statistics(*known.lengths, {pair: self._counts[pair] for pair in terms})
        if not request.words:
            return Question(request, statistics, 0), (), 0
        question = Question(request, statistics, round(answers[-1]["hits"]["max_score"] or 0))
        totals = tuple(self._counts[word] for word in request.words)
        if question.most:
            return question, totals, _total(answers[-1])
        return question, totals, self._counted([question.found()])[0]

    def _answered(
        self, question: Question
    ) -> tuple[int, Mapping[str, tuple[tuple[str, int], ...]], list[Answer]]:
        """How many match well, their facets, and the page of hits that is asked for.

        Those that match well come first, then the rest; before all the one that was named.
        """
        request, well = question.request, question.well()
        apart = question.all_first and bool(request.words)
        chosen = well if apart or not request.words else question.found()
        chosen = question.scored(chosen, without=request.first)
        order = queries.order(request.sort)
        # Whether there is a first one is not known yet: one more, from one before.
        begin = max(request.offset - 1, 0) if request.first is not None else request.offset
        size = request.limit + request.offset - begin
        page: Answer = {}
        if size and begin + size <= kept.MOST_AT_ONCE:
            page = {"query": chosen, "from": begin, "size": size, "sort": order, **_SHOWN}
            page["track_scores"] = True
        total, facets, found, first = self._first_answers(question, page, apart=apart)
        hits = first if request.offset == 0 and request.limit else []
        skip = request.offset - (len(first) - len(hits))
        left = request.limit - len(hits)
        if page:
            found = found[skip - begin : skip - begin + left]
        elif left > 0:
            found = list(self.hits(chosen, order, skip, left, _SHOWN))
        hits = [*hits, *found]
        if apart and len(found) < left:
            behind = max(skip - (total - sum(map(_is_well, first))), 0)
            rest: Query = {"bool": {"filter": [question.found()], "must_not": [well]}}
            query = question.scored(rest, without=request.first)
            hits.extend(self.hits(query, order, behind, left - len(found), _SHOWN))
        return total, facets, hits

    def _first_answers(
        self, question: Question, page: Answer, *, apart: bool
    ) -> tuple[int, Mapping[str, tuple[tuple[str, int], ...]], list[Answer], list[Answer]]:
        """How many match well, their facets, a page, and the one that was named, if it is found.

        All in one request; in one search where the page is of those that match well.
        """
        request, well = question.request, question.well()
        counts: Answer = {"size": 0, "query": well}
        if request.facets:
            counts["aggs"] = {
                name: {"terms": {"field": f"facets.{name}", "size": _MOST_OF_A_FACET}}
                for name in request.facets
            }
        bodies = {"counts": counts}
        if page and request.first is None and (apart or not request.words):
            bodies["counts"] = {**counts, **page}
        elif page:
            bodies["page"] = page
        if request.first is not None:
            named = {"ids": {"values": [kept.key(request.first)]}}
            query = question.scored({"bool": {"filter": [question.found(), named]}})
            bodies["first"] = {"size": 1, "query": query, **_SHOWN}
        answers = dict(zip(bodies, self.asked(list(bodies.values())), strict=True))
        counted = answers["counts"]
        facets = {
            name: self._facet(name, counted["aggregations"][name], well) for name in request.facets
        }
        found = answers.get("page", counted)["hits"]["hits"]
        first = answers["first"]["hits"]["hits"] if "first" in answers else []
        return _total(counted), facets, found, first

    def _facet(self, name: str, found: Answer, well: Query) -> tuple[tuple[str, int], ...]:
        """The values of a facet by count; those too long to be kept are not shown."""
        counts = [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]
        if found["sum_other_doc_count"]:
            counts = list(self._every(f"facets.{name}", well))
        values = ((kept.plain(value), count) for value, count in counts)
        known = ((value, count) for value, count in values if value is not None)
        return tuple(sorted(known, key=lambda pair: (-pair[1], pair[0])))

    def _begun(self, name: str, begin: str) -> list[tuple[str, int]]:
        """The kept values that begin so, with how many documents have them."""
        if len(begin) > _LONGEST_BEGIN:
            return []
        include = _SPECIAL.sub(r"\\\1", begin) + ".*"
        terms = {"field": name, "size": _MOST_VALUES, "include": include}
        holding: Query = {"prefix": {name: begin}}
        [answer] = self._told([{"size": 0, "query": holding, "aggs": {"found": {"terms": terms}}}])
        # 2.19 fails where `begin.*` comes after all values.
        if "error" in answer and not any(self._counted([holding])):
            return []
        self._connection.check_answer(answer)
        found = answer["aggregations"]["found"]
        if found["sum_other_doc_count"]:
            return [pair for pair in self._every(name) if pair[0].startswith(begin)]
        return [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]

    def _every(self, name: str, query: Query = EVERYTHING) -> Iterator[tuple[str, int]]:
        """All kept values, however many, with how many of the documents have them."""
        composite: Answer = {"size": _PAGE, "sources": [{"one": {"terms": {"field": name}}}]}
        while True:
            body = {"size": 0, "query": query, "aggs": {"found": {"composite": composite}}}
            found = self.asked([body])[0]["aggregations"]["found"]
            for bucket in found["buckets"]:
                yield bucket["key"]["one"], bucket["doc_count"]
            if len(found["buckets"]) < _PAGE:
                return
            composite["after"] = found["after_key"]


def shown(hit: Answer) -> Mapping[str, Any]:
    """What a document stored to be shown."""
    found: Mapping[str, Any] = kept.unpack(hit["fields"]["shown"][0])
    return found


def _holding(pair: tuple[str, str]) -> Query:
    return {"term": {pair[0]: pair[1]}}


def _total(answer: Answer) -> int:
    return int(answer["hits"]["total"]["value"])


def _is_well(hit: Answer) -> bool:
    return WELL in hit.get("matched_queries", ())


def _hit(hit: Answer) -> Hit:
    stored = shown(hit)
    # The server adds up single precision, in an order that depends on its segments.
    score = float(f"{hit['_score'] or 0.0:.6g}")
    return Hit(stored["path"], score, _is_well(hit), stored)


def _key(hit: Answer) -> str:
    """The kept path of a hit: the last key of every order."""
    return str(hit["sort"][-1])


def _row(hit: Answer) -> Row:
    return kept.row(hit["fields"]["row"][0])


def _listed(hit: Answer) -> Listed:
    columns = hit["fields"]
    return Listed(_row(hit), kept.unpack(columns["summary"][0]))
