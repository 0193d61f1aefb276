"""Recurrences as the page shows them: each series of incidents once, with the days between them.

Two incidents that share three services and two causes are six recurrences, and one story.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.follow_ups import EntryFollowUp
    from kb.overview import EntrySummary
    from kb.recurrences import Recurrence

SEVERITIES = ("sev1", "sev2", "sev3", "sev4")
MOST_SHOWN = 8
FIRST_SHOWN, LAST_SHOWN = 2, 4
"""Of more incidents than that: so many from the beginning and the end."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One incident of a series.

    Attributes:
        days_after: days since the one before; None for the first.
        place: from 0 to 1, where its day stands between the first and the last one.
    """

    entry: EntrySummary
    days_after: int | None
    place: float


@dataclass(frozen=True, slots=True)
class Repeated:
    """A series of incidents that share services and causes.

    Attributes:
        occurrences: oldest first.
        open_before: the unfinished follow-ups of all but the latest incident.
    """

    services: tuple[str, ...]
    causes: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]
    open_before: tuple[EntryFollowUp, ...]

    @property
    def marks(self) -> tuple[tuple[float, str], ...]:
        """(place, severity) of the dots to draw: one for incidents that would cover each other."""
        worst: dict[float, str] = {}
        for one in self.occurrences:
            place, severity = round(one.place, 2), one.entry.severity or "none"
            worst[place] = min(severity, worst.get(place, severity), key=_badness)
        return tuple(worst.items())

    @property
    def left_out(self) -> int:
        """How many between the first and the last ones need not be listed."""
        count = len(self.occurrences)
        return count - FIRST_SHOWN - LAST_SHOWN if count > MOST_SHOWN else 0

    @property
    def first(self) -> tuple[Occurrence, ...]:
        """The incidents to list before those left out; all where none is."""
        return self.occurrences[:FIRST_SHOWN] if self.left_out else self.occurrences

    @property
    def last(self) -> tuple[Occurrence, ...]:
        """The incidents to list after those left out."""
        return self.occurrences[-LAST_SHOWN:] if self.left_out else ()


def _badness(severity: str) -> tuple[bool, str]:
    return severity not in SEVERITIES, severity


def repeated(recurrences: Iterable[Recurrence]) -> tuple[Repeated, ...]:
    """Recurrences of the very same incidents as one, in the order of the first of each."""
    series: dict[tuple[str, ...], list[Recurrence]] = {}
    for one in recurrences:
        series.setdefault(tuple(entry.path for entry in one.entries), []).append(one)
    return tuple(
        Repeated(
            services=tuple(dict.fromkeys(one.service for one in alike)),
            causes=tuple(dict.fromkeys(one.cause for one in alike)),
            occurrences=_occurrences(alike[0].entries),
            open_before=alike[0].open_before,
        )
        for alike in series.values()
    )


def _occurrences(entries: Sequence[EntrySummary]) -> tuple[Occurrence, ...]:
    days = [date.fromisoformat(entry.date).toordinal() if entry.date else 0 for entry in entries]
    length = max(days[-1] - days[0], 1)
    return tuple(
        Occurrence(
            entry=entry,
            days_after=day - days[number - 1] if number else None,
            place=(day - days[0]) / length,
        )
        for number, (entry, day) in enumerate(zip(entries, days, strict=True))
    )
