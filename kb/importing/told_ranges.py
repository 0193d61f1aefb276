"""Start and end as English sentences tell them: "between 13:30 and 14:05 UTC", "until 01:18"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.importing.evidence import shortened
from kb.importing.turning_points import Turn
from kb.moments import combine, find_moments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from kb.importing.material import Material
    from kb.model import EventKind
    from kb.moments import Moment

_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n\s*\n")
_TROUBLE = re.compile(
    r"\b(?:outage|incident|disruption|degrad\w+|unavailab\w+|down(?:time)?|fail\w*|error\w*|unable"
    r"|could not|couldn't|interrupt\w+|impact\w*|affected|delay\w*|issue|problem|elevated)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(?:,\s*)?(?:and|to|until|till|through|[-–—])\s+(?:about |around )?")
_BEGINS = re.compile(
    r"\b(?:start(?:ed|ing|s)?|began|beginning|begins?|since)(?: \w+){0,2}?(?: at| on| from)?\s*$",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:until|till|ended|resolved|restored|recovered|fixed|over)"
    r"(?: \w+){0,2}?(?: at| on| by)?\s*$",
    re.IGNORECASE,
)
_MOST_SENTENCES = 12


def told_ranges(material: Material, day: date | None, zone: str) -> dict[EventKind, Turn]:
    """The start and the end that the summary tells; only from sentences about trouble."""
    found: dict[EventKind, Turn] = {}
    for sentence, line in _sentences(material):
        moments = [one for one in find_moments(sentence, day) if one.clock]
        context = day
        for place, moment in enumerate(moments):
            context = moment.date or context
            following = moments[place + 1] if place + 1 < len(moments) else None
            for kind, at in _turns(sentence, moment, following, context, zone):
                why = f"told: {shortened(sentence, 60)}"
                found.setdefault(kind, Turn(at, line, why))
    return found


def _sentences(material: Material) -> Iterator[tuple[str, int]]:
    count = 0
    texts = [
        (section.text, section.line)
        for section in material.body.sections
        if section.kind in {"summary", "impact"}
    ]
    for text, line in texts:
        for sentence in _SENTENCES.split(text):
            if _TROUBLE.search(sentence) and count < _MOST_SENTENCES:
                count += 1
                yield " ".join(sentence.split()), material.at(line)


def _turns(
    sentence: str, moment: Moment, following: Moment | None, day: date | None, zone: str
) -> Iterator[tuple[EventKind, datetime]]:
    before = sentence[max(0, moment.start - 40) : moment.start]
    if moment.until is not None:
        yield from _instant("started", moment, day, moment.zone or zone)
        end = combine(moment.until_date or day, moment.until, moment.zone or zone) if day else None
        if end is not None:
            yield "resolved", end
    elif re.search(r"\b(?:between|from)\s*$", before, re.IGNORECASE) and following:
        if _JOINT.fullmatch(sentence[moment.end : following.start]):
            end_zone = following.zone or moment.zone or zone
            # "between 13:30 and 14:05 UTC on 8 February": the day may stand behind.
            first = moment.date or following.date or day
            yield from _instant("started", moment, first, moment.zone or end_zone)
            yield from _instant("resolved", following, following.date or first, end_zone)
    elif _BEGINS.search(before):
        yield from _instant("started", moment, day, moment.zone or zone)
    elif _ENDS.search(before):
        yield from _instant("resolved", moment, day, moment.zone or zone)


def _instant(
    kind: EventKind, moment: Moment, day: date | None, zone: str
) -> Iterator[tuple[EventKind, datetime]]:
    at = combine(day, moment.clock, zone) if day and moment.clock else None
    if at is not None:
        yield kind, at
