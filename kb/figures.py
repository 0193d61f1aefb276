"""The figures over one state of an index: follow-ups, statistics, recurrences, suggestions.

What was worked out is kept for as long as the state lasts, so that a page that asks twice is
answered at once.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from kb import follow_ups, recurrences
from kb.search.engine import Request
from kb.stats import check_grouping
from kb.stats_counting import statistics

if TYPE_CHECKING:
    from datetime import date

    from kb.follow_ups import EntryFollowUp, FollowUps, Wanted
    from kb.recurrences import Recurrence
    from kb.search.answer import Listing, Searcher
    from kb.search.engine import Listed, SearchEngine
    from kb.search.suggestion import Suggester, Suggestion
    from kb.stats import Statistics
    from kb.vocabulary import Vocabulary

MOST_KEPT = 64
"""Statistics that are kept: some hundred kilobytes each at most."""
MOST_BACKLOGS_KEPT = 4
"""Lists of follow-ups that are kept: some ten megabytes each over ten thousand entries."""


class Figures:
    """Answers about one state of an index; make a new one when index or vocabulary change."""

    def __init__(self, engine: SearchEngine, searcher: Searcher, vocabulary: Vocabulary) -> None:
        self._engine = engine
        self._searcher = searcher
        self._vocabulary = vocabulary
        self.stats = lru_cache(MOST_KEPT)(self._stats)
        self.recurrences = lru_cache(1)(self._recurrences)
        self._follow_ups = lru_cache(MOST_BACKLOGS_KEPT)(self._all_follow_ups)

    def _stats(self, query: str, by: str, today: date) -> Statistics:
        """See `kb.KnowledgeBase.stats`."""
        check_grouping(by)
        listing = self._searcher.listing(query, today)
        return statistics(listing, by, today, self._vocabulary)

    def follow_ups(self, query: str, wanted: Wanted, today: date) -> FollowUps:
        """See `kb.KnowledgeBase.follow_ups`."""
        wanted.check()
        listing, items = self._follow_ups(query, today)
        return follow_ups.chosen(listing, items, wanted)

    def _all_follow_ups(self, query: str, today: date) -> tuple[Listing, tuple[EntryFollowUp, ...]]:
        """What was understood, without the entries, and their follow-ups in order."""
        listing = self._searcher.listing(query, today)
        return listing.without_entries(), follow_ups.in_order(listing.entries, today)

    def _recurrences(self, today: date) -> tuple[Recurrence, ...]:
        """See `kb.KnowledgeBase.recurrences`."""
        return recurrences.recurrences(self._everything(), today)

    def suggest(self, typed: str, limit: int) -> tuple[Suggestion, ...]:
        """See `kb.KnowledgeBase.suggest`."""
        return self._suggester.suggest(typed, limit)

    @cached_property
    def _suggester(self) -> Suggester:
        from kb.search.suggestion import Suggester

        return Suggester(self._engine, self._vocabulary, self._everything())

    def _everything(self) -> tuple[Listed, ...]:
        return tuple(self._engine.listed(Request(sort="newest")))
