"""What a document says twice and differently: both readings, each with its line.

Nothing is decided here: which of the two is right, only a person can tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.finding import Finding
from kb.moments import format_duration, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from kb.importing.days import NamedDay

_YEAR_TOLD = re.compile(
    r"(?<![\d./-])(20\d\d)(?:년(?!\s?대|간|\s?만)|[-./]\d{1,2}(?![\d/])|(?=\s*$))"
)
_YEAR_IN_ADDRESS = re.compile(r"https?://[^\s)\"'>]*?/(20\d\d)/(0[1-9]|1[0-2])(?=/)")
_LENGTH = re.compile(
    r"(?<![\d.])(?P<length>(?:\d{1,2}|한|두|세|네|다섯|여섯)\s?시간(?:\s?\d{1,2}분|\s?반)?)"
    r"\s?(?:여|가량|정도|남짓)?\s?(?:만|동안|간|의|이나|째)?"
)
_TROUBLE = re.compile(
    r"장애|오류|먹통|중단|복구|정상|접속|outage|incident|disruption", re.IGNORECASE
)
_MISMATCH = 0.2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document.

    Attributes:
        number: in the original, counted from 1.
        heading: whether it is a heading or a title.
    """

    text: str
    number: int
    heading: bool = False


def days(named: Sequence[NamedDay], chosen: NamedDay | None, path: str) -> Iterator[Finding]:
    """Days that a title, a file's name and a timeline name differently."""
    if chosen is None:
        return
    for other in named:
        if other.day != chosen.day:
            message = (
                f"The {chosen.where}{_at(chosen.line)} says {chosen.day}, "
                f"the {other.where}{_at(other.line)} {other.day}."
            )
            help_ = f"{chosen.day} is taken; check which day the incident began."
            yield Finding("date-contradiction", "warning", path, other.line, message, help_)
            return


def _at(line: int) -> str:
    return f" (line {line})" if line else ""


def years(lines: Iterable[Line], path: str) -> Iterator[Finding]:
    """A year told in a heading against another in the address of a picture or a page."""
    told: tuple[int, Line] | None = None
    addressed: tuple[int, Line] | None = None
    for line in lines:
        if addressed is None and (address := _YEAR_IN_ADDRESS.search(line.text)):
            addressed = (int(address[1]), line)
        elif told is None and line.heading and (year := _YEAR_TOLD.search(line.text)):
            told = (int(year[1]), line)
    if told and addressed and told[0] != addressed[0]:
        message = (
            f"The heading on line {told[1].number} says {told[0]}, "
            f"an address on line {addressed[1].number} {addressed[0]}."
        )
        help_ = "Check in which year the incident was."
        yield Finding("year-contradiction", "warning", path, told[1].number, message, help_)


def known_day(
    lines: Iterable[Line], day: date, known: Sequence[str], path: str
) -> Iterator[Finding]:
    """A year told in a heading against entries that tell of the same times and services."""
    for line in lines:
        year = _YEAR_TOLD.search(line.text) if line.heading else None
        if year and int(year[1]) != day.year:
            message = (
                f"The heading on line {line.number} says {year[1]}, but services and times are "
                f"those of {' and '.join(known)}: {day.year}."
            )
            help_ = "Check in which year the incident was."
            yield Finding("year-contradiction", "warning", path, line.number, message, help_)
            return


def told_lengths(
    lines: Iterable[Line], spans: Sequence[tuple[int, int]], path: str
) -> Iterator[Finding]:
    """Two lengths in words (`1시간만에`, `2시간여`) where no ranges of times explain them.

    Args:
        lines: of the document, titles first.
        spans: minutes of the day from and to, of the ranges that the document tells.
        path: for the finding.
    """
    hours = {(end - start) // 60 for start, end in spans}
    first: tuple[int, Line, str] | None = None
    for line in lines:
        if not _TROUBLE.search(line.text):
            continue
        for match in _LENGTH.finditer(line.text):
            minutes = parse_duration(match["length"])
            if minutes is None or minutes // 60 in hours:
                continue
            if first is None:
                first = (minutes, line, match[0].strip())
            elif minutes != first[0]:
                message = (
                    f"Line {first[1].number} says {first[2]!r}, "
                    f"line {line.number} {match[0].strip()!r}: two lengths."
                )
                help_ = "Check how long it took, and of which service each speaks."
                yield Finding("length-contradiction", "warning", path, line.number, message, help_)
                return


def stated_length(
    started: datetime, resolved: datetime, length: tuple[int, int], path: str
) -> Iterator[Finding]:
    """A stated duration that is not what lies between start and end.

    Args:
        started: the start.
        resolved: the end.
        length: the stated minutes and their line.
        path: for the finding.
    """
    minutes, line = length
    between = int((resolved - started).total_seconds() // 60)
    if abs(between - minutes) > max(10, _MISMATCH * max(between, minutes)):
        message = (
            f"The duration is stated as {format_duration(minutes)}, "
            f"but from start to end it is {format_duration(between)}."
        )
        help_ = "Check start, end and duration."
        yield Finding("length-contradiction", "warning", path, line, message, help_)
