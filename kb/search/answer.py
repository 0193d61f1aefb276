"""One search from end to end over any engine: typed text in, `SearchResults` out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from kb.errors import UsageError
from kb.recurrence import recurring
from kb.search.compile import SORTS, Compiled, Context, compile_query
from kb.search.documents import fold
from kb.search.engine import Hit, Keyword, Request, Results, SearchEngine, Sort
from kb.search.query import FIELDS, Filter, parse
from kb.search.results import SearchHit, SearchResults
from kb.search.snippets import snippets
from kb.search.synonyms import Synonyms

if TYPE_CHECKING:
    from datetime import date

    from kb.search.spelling import Spelling
    from kb.vocabulary import Vocabulary

MOST_HITS = 1_000
"""Hits in one answer."""
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Options:
    """What a search takes beside the query; see `kb.KnowledgeBase.search`."""

    limit: int = 10
    offset: int = 0
    sort: str | None = None
    services: Sequence[str] = ()
    causes: Sequence[str] = ()
    severities: Sequence[str] = ()
    since: str | None = None
    until: str | None = None

    def filters(self, today: date) -> tuple[Filter, ...]:
        """The options as filters of a query.

        Raises:
            UsageError: a date cannot be read.
        """
        named = {"service": self.services, "cause": self.causes, "severity": self.severities}
        filters = [
            Filter(name, tuple(values), part=f"{name}:{','.join(values)}")
            for name, values in named.items()
            if values
        ]
        for name, day in (("since", self.since), ("until", self.until)):
            if day is not None:
                from kb.moments import parse_period

                if parse_period(day, today) is None:
                    raise UsageError(
                        f"The date {day!r} (--{name}) cannot be read.",
                        "Write 2024, 2024-07, 2024-07-18, today, 7d or last-month.",
                    )
                filters.append(Filter(name, (day,), part=f"{name}:{day}"))
        return tuple(filters)

    def checked_sort(self) -> Sort | None:
        """The sort, if one is given.

        Raises:
            UsageError: there is no such sort.
        """
        if self.sort is None:
            return None
        for sort in get_args(Sort):
            if sort == self.sort:
                return sort  # type: ignore[no-any-return]  # get_args forgets the literals
        raise UsageError(f"There is no sort {self.sort!r}.", f"Choose one of {', '.join(SORTS)}.")

    def check_range(self) -> None:
        """Raise UsageError where limit or offset is out of range."""
        for name, value, most in (("limit", self.limit, MOST_HITS), ("offset", self.offset, None)):
            if value < 0 or (most is not None and value > most):
                allowed = f"from 0 to {most}" if most else "0 or more"
                raise UsageError(f"The {name} {value} is out of range.", f"Choose {allowed}.")


class Searcher:
    """Searches one state of an index; make a new one when the index or vocabulary changes."""

    def __init__(self, engine: SearchEngine, vocabulary: Vocabulary) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._synonyms = Synonyms(vocabulary)

    def search(self, typed: str, options: Options, today: date) -> SearchResults:
        """Read, compile, ask, and put into words; see `kb.KnowledgeBase.search`."""
        begun = time.perf_counter()
        options.check_range()
        query = parse(typed, self._other_fields)
        query = replace(query, items=(*query.items, *options.filters(today)))
        compiled = compile_query(query, self._context(today))
        request = Request(
            words=compiled.words,
            condition=compiled.condition,
            first=self._named(typed),
            sort=options.checked_sort() or compiled.sort or "relevance",
            offset=options.offset,
            limit=options.limit,
        )
        results = self._engine.search(request)
        hits = tuple(_search_hit(hit, compiled) for hit in results.hits)
        return SearchResults(
            query=typed,
            understood=compiled.understood,
            notices=compiled.notices,
            did_you_mean=self._did_you_mean(typed, compiled, results),
            total=results.total,
            total_any=results.total_any,
            took_ms=(time.perf_counter() - begun) * 1000,
            hits=hits,
            facets=results.facets,
        )

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
        return frozenset(self._engine.fields()) - FIELDS.keys()

    @cached_property
    def _spelling(self) -> Spelling:
        from kb.search.spelling import Spelling

        return Spelling(self._engine.words(""))

    def _named(self, typed: str) -> str | None:
        """The path of the entry whose id (or former id) is all that was typed."""
        name = fold(typed)
        if not name or " " in name or len(name) > LONGEST_ID:
            return None
        found = self._engine.search(Request(condition=Keyword("id", (name,)), limit=1))
        return found.hits[0].path if found.hits else None

    def _did_you_mean(self, typed: str, compiled: Compiled, results: Results) -> str | None:
        """The query with what found nothing, or was no field or name, spelled otherwise."""
        meant = typed
        for notice in compiled.notices:
            if notice.suggestion and notice.part:
                meant = meant.replace(notice.part, notice.suggestion, 1)
        suggested = [notice.part for notice in compiled.notices if notice.suggestion]
        pairs = zip(compiled.typed, results.word_totals, strict=False)
        for part, holding in pairs:
            if holding == 0 and part.isalpha() and not any(part in each for each in suggested):
                candidates = self._spelling.similar(part, limit=1)
                if candidates:
                    meant = meant.replace(part, candidates[0], 1)
        return meant if meant != typed else None


def _search_hit(hit: Hit, compiled: Compiled) -> SearchHit:
    shown = hit.shown
    return SearchHit(
        id=shown["id"],
        path=shown["path"],
        title=shown["title"],
        date=shown["date"],
        services=tuple(shown["services"]),
        causes=tuple(shown["causes"]),
        severity=shown["severity"],
        status=shown["status"],
        started=shown["started"],
        resolved=shown["resolved"],
        duration_minutes=shown["duration_minutes"],
        score=hit.score,
        url=_url(shown["id"]),
        snippets=snippets(shown, compiled.marked),
        open_follow_ups=shown["open_follow_ups"],
        matches_well=hit.well,
    )


def _url(identifier: str) -> str:
    """The entry's page on the web; importing the quoting costs more than most ids need."""
    if identifier.isascii() and identifier.replace("-", "").isalnum():
        return f"/entries/{identifier}"
    from urllib.parse import quote

    return f"/entries/{quote(identifier)}"
