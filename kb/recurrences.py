"""Incidents that happened again, each with what earlier ones left undone: it was preventable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING

from kb.follow_ups import entry_follow_up, is_open, urgency
from kb.overview import summary
from kb.search.recurrence import again

if TYPE_CHECKING:
    from datetime import date

    from kb.follow_ups import EntryFollowUp
    from kb.overview import EntrySummary
    from kb.search.engine import Listed


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A service that failed for the same cause more than once.

    Attributes:
        service: its id.
        cause: the cause's id, never `unknown`.
        entries: two or more, oldest to newest.
        open_before: the unfinished follow-ups of all but the latest entry, longest overdue
            first: done, they might have prevented it.
    """

    service: str
    cause: str
    entries: tuple[EntrySummary, ...]
    open_before: tuple[EntryFollowUp, ...]


def recurrences(entries: Sequence[Listed], today: date) -> tuple[Recurrence, ...]:
    """Every service and cause that two or more of the entries share, the latest first."""
    listed = {entry.row.path: entry for entry in entries}
    # One entry may be in several recurrences: what is told of it is made once.
    shown = cache(lambda path: summary(listed[path].summary))
    unfinished = cache(lambda path: _unfinished(listed[path], today))
    found = []
    for (service, cause), rows in again(entry.row for entry in entries).items():
        before = [promise for row in rows[:-1] for promise in unfinished(row.path)]
        before.sort(key=itemgetter(0))
        latest = (rows[-1].numbers["started"], rows[-1].path)
        one = Recurrence(
            service=service,
            cause=cause,
            entries=tuple(shown(row.path) for row in rows),
            open_before=tuple(item for _, item in before),
        )
        found.append((latest, one))
    found.sort(key=lambda pair: (pair[1].service, pair[1].cause))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(one for _, one in found)


def _unfinished(entry: Listed, today: date) -> list[tuple[tuple[int, str], EntryFollowUp]]:
    """The unfinished follow-ups of an entry, each with its urgency."""
    items = filter(is_open, entry.summary["follow_ups"])
    return [(urgency(item), entry_follow_up(entry, item, today)) for item in items]
