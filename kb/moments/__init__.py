"""Dates, clock times, zones and durations as people write them, in English and Korean.

Nothing here asks what day it is, nothing raises on odd text: what cannot be read is None,
and what is half known keeps the half that is known. The functions are pure and are shared by
entries (`kb.document`), by the query language and by importing. Texts are expected in NFC.

This file is the door; the grammar of each part stands beside it:

    writing      folding of characters, the marks of "about"
    dates        calendar dates
    clocks       clock times
    zones        time zones
    reading      a date, a time and a zone together: moments in a text
    timeline     instants, and the days that a timeline's moments belong to
    durations    how long
    periods      spans of dates in a query

`short_duration` has a module of its own, `kb.spans`, which imports nothing.
"""

from __future__ import annotations

from kb.moments.clocks import Clock
from kb.moments.dates import parse_date
from kb.moments.durations import format_duration, parse_duration
from kb.moments.periods import parse_period
from kb.moments.reading import Moment, find_moments, read_moment
from kb.moments.timeline import DatedMoment, combine, parse_instant, walk
from kb.moments.writing import Order
from kb.moments.zones import find_zone, is_ambiguous_zone, resolve_zone, zone_offset
from kb.spans import short_duration

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
    "short_duration",
    "walk",
    "zone_offset",
]
