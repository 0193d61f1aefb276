"""Daylight saving time: hours that do not exist or exist twice, and offsets of the other season."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

# Abbreviations that name a season -> where the clocks follow them.
PLACES_OF = {
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CDT": "America/Chicago",
    "MDT": "America/Denver",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
}


def change_at(local: datetime, zone: tzinfo | None) -> str:
    """Why a local time is not one point in time in a zone; empty where it is one."""
    try:
        first = local.replace(tzinfo=zone, fold=0)
        second = local.replace(tzinfo=zone, fold=1)
        before, after = first.utcoffset(), second.utcoffset()
        if zone is None or before is None or after is None or before == after:
            return ""
        back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return ""
    if back != local:
        return "does not exist there: the clocks are put forward"
    return "exists twice: the clocks are put back"


def one_hour_off(instant: datetime, zone: tzinfo | None) -> timedelta | None:
    """The offset that a zone has at an instant's local time, where that is an hour another."""
    local = instant.replace(tzinfo=None)
    given = instant.utcoffset()
    if zone is None or given is None:
        return None
    offsets = {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    right = offsets.pop()
    if offsets or right is None or abs(right - given) != timedelta(hours=1):
        return None
    # Only a zone whose clocks change can be of the wrong season.
    year = [datetime(local.year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    return right if given in year and right in year else None
