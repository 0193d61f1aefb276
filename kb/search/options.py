"""What a search takes beside its text: how many hits, in which order, from which entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from kb.errors import UsageError
from kb.record import record
from kb.search.engine import DEFAULT_FACETS, FACETS, Sort

if TYPE_CHECKING:
    from datetime import date

    from kb.search.query_tree import Filter

MOST_HITS = 1_000
"""Hits in one answer."""


@record
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
    facets: Sequence[str] = DEFAULT_FACETS

    def filters(self, today: date) -> tuple[Filter, ...]:
        """The options as filters of a query.

        Raises:
            UsageError: a date cannot be read.
        """
        from kb.search.query import cleaned
        from kb.search.query_tree import Filter, write

        named = {"service": self.services, "cause": self.causes, "severity": self.severities}
        filters = [
            Filter(name, chosen, part=write(Filter(name, chosen)))
            for name, values in named.items()
            if (chosen := tuple(value for value in map(cleaned, values) if value.strip()))
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
        sorts = get_args(Sort)
        for sort in sorts:
            if sort == self.sort:
                return sort  # type: ignore[no-any-return]  # get_args forgets the literals
        raise UsageError(f"There is no sort {self.sort!r}.", f"Choose one of {', '.join(sorts)}.")

    def checked_facets(self) -> tuple[str, ...]:
        """The facets to count.

        Raises:
            UsageError: there is no such facet.
        """
        for facet in self.facets:
            if facet not in FACETS:
                raise UsageError(
                    f"There is no facet {facet!r}.", f"Choose from {', '.join(FACETS)}."
                )
        return tuple(self.facets)

    def fixed(self) -> Options:
        """The same with tuples for all sequences: equal options are the same question."""
        return replace(
            self,
            services=tuple(self.services),
            causes=tuple(self.causes),
            severities=tuple(self.severities),
            facets=tuple(self.facets),
        )

    def check_range(self) -> None:
        """Raise UsageError where limit or offset is out of range."""
        for name, value, most in (("limit", self.limit, MOST_HITS), ("offset", self.offset, None)):
            if value < 0 or (most is not None and value > most):
                allowed = f"from 0 to {most}" if most else "0 or more"
                raise UsageError(f"The {name} {value} is out of range.", f"Choose {allowed}.")
