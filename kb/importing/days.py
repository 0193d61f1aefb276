"""The day an incident began, from all places of a document that name a day."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

from kb.document.fields import day_of_title
from kb.moments import find_moments, parse_date, read_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.importing.material import Material

_DAY = re.compile(r"(?<!\d)(20\d\d|19\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_FIRST_LINES = 12
_NEAR = 60
"""Days; what lies further apart is not the same incident told late."""


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day and the place that names it.

    Attributes:
        line: of the original; 0 for the file's name.
        where: what to call the place.
    """

    day: date
    line: int
    where: str


def named_days(material: Material, title: str) -> tuple[NamedDay, ...]:
    """All days that a document names for its incident, the clearest places first."""
    return (*_stated(material), *_told(material, title))


def _stated(material: Material) -> Iterator[NamedDay]:
    day = material.base.date
    if day is not None:
        key = "date" if "date" in material.front.values else "started"
        yield NamedDay(day, material.line_of(key), f"metadata `{key}`")


def _told(material: Material, title: str) -> Iterator[NamedDay]:
    for one in material.labels:
        if one.field == "date" and (found := day_in_title(one.value)):
            yield NamedDay(found, material.at(one.line), f"label {one.label!r}")
    yield from list(_labelled_times(material))[:1]
    if (found := day_in_title(title)) is not None:
        line = material.line_of("title") or material.at(material.body.title_line)
        yield NamedDay(found, line, "title")
    first = next((event for event in material.body.timeline if event.date), None)
    if first is not None and first.date is not None:
        yield NamedDay(first.date, material.at(first.line), "timeline")
    if (found := day_in_name(material.document.name)) is not None:
        yield NamedDay(found, 0, "file's name")


def _labelled_times(material: Material) -> Iterator[NamedDay]:
    for wanted in ("started", "when", "detected"):
        for one in material.labels:
            moment = read_moment(one.value) if one.field == wanted else None
            if moment and moment.date:
                yield NamedDay(moment.date, material.at(one.line), f"label {one.label!r}")


def first_in_text(material: Material) -> NamedDay | None:
    """The first full date that summary and first paragraphs name, or None."""
    told = [(text, 0) for text in material.base.extra.get("summary", ())]
    told += [(text, number) for number, text in enumerate(material.lines[:_FIRST_LINES], 1)]
    for text, number in told:
        for moment in find_moments(text[:2000]):
            if moment.date:
                return NamedDay(moment.date, material.at(number), "first date in the text")
    return None


def day_in_title(title: str) -> date | None:
    """The one full date that a title names, or the one it begins with, or None."""
    if not any(letter.isdigit() for letter in title):
        return None
    days = {moment.date for moment in find_moments(title) if moment.date}
    return days.pop() if len(days) == 1 else day_of_title(title)


def day_in_name(name: str) -> date | None:
    """The date in a file's name (`2018-01-18-reddit-hug.md`, `20180118_outage.html`), or None."""
    match = _DAY.search(PurePath(name.partition("#")[0]).name)
    return parse_date("-".join(match.groups())) if match else None


def decide(named: Sequence[NamedDay]) -> NamedDay | None:
    """The day that most places agree on; where they are even, the place listed first.

    What metadata states counts alone, unless it is when the report appeared: a day up to
    `_NEAR` days after the one that the rest of the document tells.
    """
    stated = next((one for one in named if one.where.startswith("metadata")), None)
    told = [one for one in named if one is not stated]
    counts = Counter(one.day for one in told)
    most = max(counts.values(), default=0)
    best = next((one for one in told if counts[one.day] == most), None)
    if stated is None:
        return best
    if best is not None and 0 < (stated.day - best.day).days <= _NEAR:
        return best
    return stated
