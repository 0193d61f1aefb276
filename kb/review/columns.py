"""Where something stands, in the unit that a tool counts columns in.

Rules see an entry composed (NFC) and count characters (Unicode code points). The file itself
may be decomposed (NFD), as macOS leaves Korean: there 한 is three characters. Tools read the
file, and count in it characters, UTF-16 units (JavaScript, Language Server Protocol) or bytes
of UTF-8 (reviewdog): only for ASCII are these the same.
"""

from __future__ import annotations

import functools
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

from kb.document.encodings import decode
from kb.review.rule import Place

if TYPE_CHECKING:
    from kb.review.report import Report
    from kb.review.rule import ReviewFinding

Unit = Callable[[str], int]
"""The length of a text."""

characters: Unit = len


def utf16_units(text: str) -> int:
    """The length in UTF-16: most emoji count as two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """The length in UTF-8: a Hangul syllable counts as three, most emoji as four."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def lines_of(content: bytes) -> list[str]:
    """A file's lines as they stand in it: not composed, without line ends or byte order mark."""
    try:
        text = decode(content).text
    except UnicodeDecodeError:
        text = content.decode("utf-8", errors="replace")
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def telling_lines(content: bytes, findings: Iterable[ReviewFinding]) -> dict[int, str]:
    """Line number -> the line, of those lines in which columns of findings need counting.

    A line of ASCII needs none: it counts the same in every unit.

    Args:
        content: the file.
        findings: in this file.
    """
    if content.isascii():
        return {}
    numbers: set[int] = set()
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        for place in (finding.place, *(edit.place for edit in edits)):
            numbers |= {place.line, place.end_line}
    if not numbers:
        return {}
    lines = enumerate(lines_of(content), 1)
    return {number: line for number, line in lines if number in numbers and not line.isascii()}


def place_in(report: Report, path: str, place: Place, unit: Unit) -> Place:
    """A place in a file, its columns in another unit.

    Where the report does not have a line, its columns stay as they are.
    """
    lines = report.lines.get(path, {})

    def column(line: int, column: int) -> int:
        text = lines.get(line)
        return column if text is None else unit(as_it_stands(text, column - 1)) + 1

    return Place(
        place.line,
        column(place.line, place.column),
        place.end_line,
        column(place.end_line, place.end_column),
    )


def as_it_stands(line: str, composed: int) -> str:
    """The beginning of a line that makes so many characters once it is composed."""
    if line.isascii() or unicodedata.is_normalized("NFC", line):
        return line[:composed]
    starts, lengths = _clusters(line)
    return line[: starts[min(bisect_left(lengths, composed), len(starts) - 1)]]


@functools.lru_cache(maxsize=16)
def _clusters(line: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the parts of a line begin that are composed apart, and the composed lengths before.

    Both have one number more than there are parts: the ends.
    """
    parts: list[str] = []
    for character in line:
        if parts and not _begins(parts[-1], character):
            parts[-1] += character
        else:
            parts.append(character)
    composed = (len(unicodedata.normalize("NFC", part)) for part in parts)
    return tuple(accumulate(map(len, parts), initial=0)), tuple(accumulate(composed, initial=0))


def _begins(part: str, character: str) -> bool:
    """Whether a character does not join what stands before it."""
    if character.isascii():
        return True
    if unicodedata.combining(character):
        return False
    last = unicodedata.normalize("NFC", part)[-1]
    return len(unicodedata.normalize("NFC", last + character)) > 1
