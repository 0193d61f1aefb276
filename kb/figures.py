"""The figures over one state of an index: follow-ups, statistics, recurrences, suggestions.

What was worked out is kept for as long as the state lasts, so that a page that asks twice is
answered at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kb import recurrences
from kb.follow_ups import AllFollowUps
from kb.search.engine import Request
from kb.stats import check_grouping
from kb.stats_counting import Counting

if TYPE_CHECKING:
    from datetime import date

    from kb.follow_ups import FollowUps, Wanted
    from kb.recurrences import Recurrence
    from kb.search.answer import Searcher
    from kb.search.engine import SearchEngine
    from kb.search.suggestion import Suggester, Suggestion
    from kb.stats import Statistics
    from kb.vocabulary import Vocabulary

MOST_KEPT = 64
"""Answers of a kind that are kept: some hundred kilobytes each at most."""
MOST_LISTINGS_KEPT = 4
"""Queries whose entries and follow-ups are kept: some megabytes each over ten thousand entries."""


class Figures:
    """Answers about one state of an index; make a new one when index or vocabulary change.

    What is kept does not hold on to this object, so that both are gone with the last user of
    it, and not only when the garbage collector comes by.
    """

    def __init__(self, engine: SearchEngine, searcher: Searcher, vocabulary: Vocabulary) -> None:
        listing = lru_cache(MOST_LISTINGS_KEPT)(searcher.listing)
        counting = lru_cache(MOST_LISTINGS_KEPT)(
            lambda query, today: Counting(listing(query, today), today, vocabulary)
        )
        promises = lru_cache(MOST_LISTINGS_KEPT)(
            lambda query, today: AllFollowUps(listing(query, today), today)
        )
        self._stats = lru_cache(MOST_KEPT)(lambda query, by, today: counting(query, today).by(by))
        self._follow_ups = lru_cache(MOST_KEPT)(
            lambda query, wanted, today: promises(query, today).chosen(wanted)
        )
        self._recurrences = lru_cache(1)(
            lambda today: recurrences.recurrences(listing("", today).entries, today)
        )
        self._suggester = lru_cache(1)(lambda: _suggester(engine, vocabulary))

    def stats(self, query: str, by: str, today: date) -> Statistics:
        """See `kb.KnowledgeBase.stats`."""
        check_grouping(by)
        return self._stats(query, by, today)

    def follow_ups(self, query: str, wanted: Wanted, today: date) -> FollowUps:
        """See `kb.KnowledgeBase.follow_ups`."""
        wanted.check()
        return self._follow_ups(query, wanted, today)

    def recurrences(self, today: date) -> tuple[Recurrence, ...]:
        """See `kb.KnowledgeBase.recurrences`."""
        return self._recurrences(today)

    def suggest(self, typed: str, limit: int) -> tuple[Suggestion, ...]:
        """See `kb.KnowledgeBase.suggest`."""
        return self._suggester().suggest(typed, limit)


def _suggester(engine: SearchEngine, vocabulary: Vocabulary) -> Suggester:
    from kb.search.suggestion import Suggester

    return Suggester(engine, vocabulary, engine.listed(Request(sort="newest")))
