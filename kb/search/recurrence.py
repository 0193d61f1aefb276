"""Incidents that happened again: the same service failed for the same cause before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.search.engine import Row

NO_CAUSE = "unknown"
"""The cause that repeats nothing, however often it is given."""


def again(rows: Iterable[Row]) -> Mapping[tuple[str, str], Sequence[Row]]:
    """(service, known cause) -> the dated entries that share it, two or more, oldest first."""
    dated = [row for row in rows if "started" in row.numbers]
    dated.sort(key=lambda row: (row.numbers["started"], row.path))
    sharing: dict[tuple[str, str], list[Row]] = {}
    for row in dated:
        for service, cause in product(row.facets["service"], row.facets["cause"]):
            if cause != NO_CAUSE:
                sharing.setdefault((service, cause), []).append(row)
    return {pair: sharers for pair, sharers in sharing.items() if len(sharers) > 1}


def recurring(rows: Iterable[Row]) -> frozenset[str]:
    """The paths of the entries that share a service and a known cause with an earlier one."""
    return frozenset(row.path for sharers in again(rows).values() for row in sharers[1:])
