"""Incidents that happened again: the same service failed for the same cause before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.search.engine import Row


def recurring(rows: Iterable[Row]) -> frozenset[str]:
    """The paths of the entries that share a service and a known cause with an earlier one."""
    dated = [(row.numbers["started"], row) for row in rows if "started" in row.numbers]
    dated.sort(key=lambda pair: (pair[0], pair[1].path))
    seen: set[tuple[str, str]] = set()
    again: set[str] = set()
    for _, row in dated:
        pairs = {
            (service, cause)
            for service in row.facets["service"]
            for cause in row.facets["cause"]
            if cause != "unknown"
        }
        if pairs & seen:
            again.add(row.path)
        seen |= pairs
    return frozenset(again)
