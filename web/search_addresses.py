"""The addresses of the search page: one for every state it can be in."""

from __future__ import annotations

from dataclasses import dataclass

from web.addresses import with_parameters


@dataclass(frozen=True, slots=True)
class State:
    """What the search page shows.

    Attributes:
        query: as typed, filters included.
        sort: as chosen beside the query, or None.
        page: from 1.
    """

    query: str = ""
    sort: str | None = None
    page: int = 1

    def with_query(self, query: str) -> str:
        """The address of the first page of another query, sorted alike."""
        return State(query, self.sort).address()

    def address(self) -> str:
        """The address of this state; what is as usual is left out."""
        page = self.page if self.page > 1 else None
        asked = {"q": self.query or None, "sort": self.sort, "page": page}
        return with_parameters("search.page", asked)
