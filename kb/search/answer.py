"""One search from end to end over any engine: typed text in, `SearchResults` out."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from kb.record import record
from kb.search import text
from kb.search.compile import Compiled, compile_query
from kb.search.engine import (
    Hit,
    Keyword,
    Request,
    Results,
    SearchEngine,
    Word,
)
from kb.search.filters import spell
from kb.search.keywords import PRESENCES, fold
from kb.search.meanings import Context
from kb.search.query import OPERATORS, parse
from kb.search.query_fields import FIELDS
from kb.search.recent import Recent
from kb.search.recurrence import recurring
from kb.search.results import SearchHit, SearchResults, entry_url, summary_of
from kb.search.snippets import snippets
from kb.search.synonyms import Synonyms

if TYPE_CHECKING:
    from datetime import date

    from kb.search.engine import Listed
    from kb.search.options import Options
    from kb.search.query_tree import Query
    from kb.search.results import Notice
    from kb.search.spelling import Spelling
    from kb.vocabulary import Vocabulary

MOST_KEPT, MOST_HITS_KEPT = 64, 50
"""Answers that are remembered, and hits in one of these: some 50 kilobytes with ten hits."""
LONGEST_ID = 200
MOST_CORRECTED = 8
"""Words of one query that a better spelling is looked for."""

_BETWEEN_WORDS = '[\\s()"“”*~]+'


@record
class Listing:
    """All entries that match a query well, for figures over them.

    Attributes:
        query: as typed.
        understood: the query in words, as it was read.
        entries: newest first, unless the query asks for another order.
    """

    query: str
    understood: str
    notices: tuple[Notice, ...]
    entries: tuple[Listed, ...]

    def without_entries(self) -> Listing:
        """What was understood alone."""
        return replace(self, entries=())


class Searcher:
    """Searches one state of an index; make a new one when the index or vocabulary changes.

    The answers given last are remembered.
    """

    def __init__(self, engine: SearchEngine, vocabulary: Vocabulary) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._synonyms = Synonyms(vocabulary)
        self._recent: Recent[SearchResults] = Recent(MOST_KEPT)

    def search(self, typed: str, options: Options, today: date) -> SearchResults:
        """Read, compile, ask, and put into words; see `kb.KnowledgeBase.search`."""
        begun = time.perf_counter()
        options.check_range()
        question = (typed, options.fixed(), today)
        results = self._recent.get(question)
        if results is None:
            results = self._answer(typed, options, today)
            if len(results.hits) <= MOST_HITS_KEPT:
                self._recent.keep(question, results)
        return replace(results, took_ms=(time.perf_counter() - begun) * 1000)

    def _answer(self, typed: str, options: Options, today: date) -> SearchResults:
        query = self._parsed(typed)
        query = replace(query, items=(*query.items, *options.filters(today)))
        compiled = compile_query(query, self._context(today))
        request = Request(
            words=compiled.words,
            condition=compiled.condition,
            first=self._named(typed),
            sort=options.checked_sort() or compiled.sort or "relevance",
            offset=options.offset,
            limit=options.limit,
            facets=options.checked_facets(),
        )
        results = self._engine.search(request)
        hits = tuple(_search_hit(hit, compiled) for hit in results.hits)
        return SearchResults(
            query=typed,
            understood=compiled.understood,
            notices=compiled.notices,
            did_you_mean=self._did_you_mean(query.typed, compiled, results),
            total=results.total,
            total_any=results.total_any,
            took_ms=0.0,
            hits=hits,
            facets=results.facets,
        )

    def listing(self, typed: str, today: date) -> Listing:
        """All entries that match a query well."""
        compiled = compile_query(self._parsed(typed), self._context(today))
        request = Request(compiled.words, compiled.condition, sort=compiled.sort or "newest")
        entries = tuple(self._engine.listed(request))
        return Listing(typed, compiled.understood, compiled.notices, entries)

    def _parsed(self, typed: str) -> Query:
        return parse(typed, self._other_fields if _may_name_a_field(typed) else ())

    def _context(self, today: date) -> Context:
        return Context(
            vocabulary=self._vocabulary,
            engine=self._engine,
            today=today,
            recurring=self._recurring,
            synonyms=self._synonyms,
            similar_words=lambda word: self._spelling.similar(word, limit=20, slips=1),
        )

    def _recurring(self) -> frozenset[str]:
        return recurring(self._engine.rows())

    @cached_property
    def _other_fields(self) -> frozenset[str]:
        """The front-matter keys of entries beyond `FIELDS`; `has:` knows more than these."""
        names = frozenset(self._engine.fields()) - FIELDS.keys()
        return frozenset(n for n in names if n not in PRESENCES or self._engine.values(n))

    @cached_property
    def _spelling(self) -> Spelling:
        from kb.search.spelling import Spelling

        return Spelling(self._engine.words(""))

    def _named(self, typed: str) -> str | None:
        """The path of the entry whose id (or former id) is all that was typed."""
        name = fold(typed)
        if not name or len(name) > LONGEST_ID:
            return None
        found = self._engine.search(Request(condition=Keyword("id", (name,)), limit=1, facets=()))
        return found.hits[0].path if found.hits else None

    def _did_you_mean(self, typed: str, compiled: Compiled, results: Results) -> str | None:
        """The query with what found nothing, or was no field or name, spelled otherwise."""
        meant = typed
        suggested = [notice for notice in compiled.notices if notice.suggestion]
        for notice in suggested:
            meant = replaced(meant, notice.part, notice.suggestion)
        read = " ".join(notice.part for notice in suggested)
        for word in self._not_found(compiled, results):
            better = None if replaced(read, word, "") != read else self._better(word)
            if better:
                meant = replaced(meant, word, better)
        return meant if meant != typed else None

    def _not_found(self, compiled: Compiled, results: Results) -> Sequence[str]:
        """The typed words that no entry holds, of phrases and filters only where all failed."""
        pairs = zip(compiled.typed, results.word_totals, strict=True)
        parts = [part for part, holding in pairs if holding == 0]
        if results.total_any == 0:
            parts.extend(word.text for word in compiled.marked[len(compiled.words) :])
        words = dict.fromkeys(word for part in parts for word in re.split(_BETWEEN_WORDS, part))
        alone = [word for word in words if word.isalpha() and word not in OPERATORS]
        return alone[:MOST_CORRECTED]

    def _better(self, word: str) -> str | None:
        """The nearest word that an entry holds; None where the word itself is held."""
        spelled = next(text.words(word), "")
        if not spelled or self._holds(spelled):
            return None
        candidates = self._spelling.similar(spelled, limit=5)
        better = next(filter(self._holds, candidates), None)
        return better and better + word[len(spelled) :]

    def _holds(self, word: str) -> bool:
        """Whether an entry holds it now: the words of an index may long be deleted."""
        sequence = spell(word, adjacent=True)
        if sequence is None:
            return False
        request = Request(condition=Word(word, (sequence,)), limit=0, facets=())
        return self._engine.search(request).total > 0


def replaced(typed: str, part: str, better: str) -> str:
    """The text with the first whole occurrence of a part replaced."""
    start = r"(?<!\w)" if part[:1].isalnum() else ""
    end = r"(?!\w)" if part[-1:].isalnum() else ""
    return re.sub(f"{start}{re.escape(part)}{end}", lambda _: better, typed, count=1)


def _may_name_a_field(typed: str) -> bool:
    """Whether it pays to look up which fields there are; a colon may be a full-width one."""
    return ":" in typed or "：" in typed


def _search_hit(hit: Hit, compiled: Compiled) -> SearchHit:
    return SearchHit(
        **summary_of(hit.shown),
        score=hit.score,
        url=entry_url(hit.shown["id"]),
        snippets=snippets(hit.shown, compiled.marked),
        matches_well=hit.well,
    )
