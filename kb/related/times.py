"""What came before what, and what overlaps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.related.incident import Incident

_LONGEST = timedelta(days=7)
"""How long before another one an incident may have begun that is looked for as overlapping it."""


class Times:
    """When the incident was that others are set beside; a text without a date is of today."""

    def __init__(self, subject: Incident, today: date) -> None:
        self._subject = subject
        self._today = today

    @staticmethod
    def days(subject: Incident) -> tuple[int, int] | None:
        """The days (ordinals, both included) in which what overlaps may have begun."""
        if subject.day is None:
            return None
        began = date.fromisoformat(subject.day)
        ended = date.fromisoformat(subject.ended[:10]) if subject.ended else began
        return (began - _LONGEST).toordinal(), (max(began, ended) + timedelta(days=1)).toordinal()

    def earlier(self, other: Incident) -> bool:
        """Whether another incident began before; of one without a date nobody knows."""
        if other.day is None:
            return False
        mine, theirs = self._subject.began, other.began
        if mine and theirs:
            return datetime.fromisoformat(theirs) < datetime.fromisoformat(mine)
        return other.day < (self._subject.day or self._today.isoformat())

    def overlap(self, other: Incident) -> bool:
        """Whether both share a service and were going on at one time.

        Where the times of one are not known, whether they began on the same day.
        """
        mine = self._subject
        if not set(mine.services) & set(other.services) or not mine.day or not other.day:
            return False
        if not (mine.began and other.began):
            return mine.day == other.day
        (began, ended), (their_began, their_ended) = _span(mine), _span(other)
        return began <= their_ended and their_began <= ended


def _span(one: Incident) -> tuple[datetime, datetime]:
    assert one.began is not None
    began = datetime.fromisoformat(one.began)
    return began, max(began, datetime.fromisoformat(one.ended)) if one.ended else began
