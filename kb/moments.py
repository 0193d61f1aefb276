"""Dates, clock times, zones and durations as people write them, in English and Korean.

Nothing here asks what day it is, nothing raises on odd text: what cannot be read is None,
and what is half known keeps the half that is known. The functions are pure and are shared by
entries (`kb.document`), by the query language and by importing. Texts are expected in NFC.

This file is the door; the grammar of each part stands beside it:

    moments_writing      folding of characters, the marks of "about"
    moments_dates        calendar dates
    moments_clocks       clock times
    moments_zones        time zones
    moments_reading      a date, a time and a zone together: moments in a text
    moments_timeline     instants, and the days that a timeline's moments belong to
    moments_durations    how long
    moments_periods      spans of dates in a query
"""

from __future__ import annotations

from kb.moments_clocks import Clock
from kb.moments_dates import parse_date
from kb.moments_durations import format_duration, parse_duration
from kb.moments_periods import parse_period
from kb.moments_reading import Moment, find_moments, read_moment
from kb.moments_timeline import DatedMoment, combine, parse_instant, walk
from kb.moments_writing import Order
from kb.moments_zones import find_zone, is_ambiguous_zone, resolve_zone, zone_offset

__all__ = [
    "Clock",
    "DatedMoment",
    "Moment",
    "Order",
    "combine",
    "find_moments",
    "find_zone",
    "format_duration",
    "is_ambiguous_zone",
    "parse_date",
    "parse_duration",
    "parse_instant",
    "parse_period",
    "read_moment",
    "resolve_zone",
    "walk",
    "zone_offset",
]
