"""An entry's sections in reading order, each cut to the lines that are its own.

A section's text holds the sections within it; here every line belongs to one section only,
and a run of lines that events or follow-ups were read from is told apart from prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Postmortem, Section

READING_ORDER = (
    "summary",
    "impact",
    "timeline",
    "root-cause",
    "detection",
    "response",
    "follow-ups",
    "lessons",
    "other",
    "source-notes",
)

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

Lines = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Item:
    """Something read from a list or table: the line it stands on and its Markdown."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines of a section: prose, or where items were read from.

    Attributes:
        items: the places (from 0) of the items that stand here, in the order given.
        text: the Markdown, for prose; empty where there are items.
    """

    items: tuple[int, ...]
    text: str


def sections(entry: Postmortem, raw: str) -> list[tuple[Section, Lines]]:
    """The sections in reading order with their own lines, numbered as in the file."""
    file = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    spans = [(section, *_span(section, file)) for section in entry.sections]
    found: list[tuple[Section, Lines]] = []
    for section, first, end in spans:
        inner = [
            range(other.line, other_end)
            for other, _, other_end in spans
            if other is not section and first <= other.line < end
        ]
        numbered = enumerate(section.text.split("\n"), first)
        own = [(n, line) for n, line in numbered if not any(n in span for span in inner)]
        found.append((section, own))
    return sorted(found, key=lambda pair: READING_ORDER.index(pair[0].kind))


def _span(section: Section, file: Sequence[str]) -> tuple[int, int]:
    """The lines (from, to; to not included) that a section's text takes in the file."""
    lines = section.text.split("\n")
    start = max(section.line, 1)
    for number in range(start, min(start + 50, len(file) + 1)):
        if lines[0].strip() and file[number - 1].rstrip().endswith(lines[0].rstrip()):
            return number, number + len(lines)
    return section.line + 1, section.line + 1 + len(lines)


def runs(lines: Lines, items: Sequence[Item]) -> Iterator[Run]:
    """The section's lines divided where empty lines stand, prose apart from items.

    What repeats an item's text (the paragraphs below it) is left out.
    """
    taken = {item.line: place for place, item in enumerate(items)}
    told = "\n".join(_even(item.text) for item in items)
    for block in _blocks(lines):
        here = tuple(taken[number] for number, _ in block if number in taken)
        text = "\n".join(line for _, line in block)
        if here:
            yield Run(here, "")
        elif not items or _even(text) not in told:
            yield Run((), text)


def _blocks(lines: Lines) -> Iterator[Lines]:
    text = "\n".join(line for _, line in lines)
    bare = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text).split("\n")
    block: list[tuple[int, str]] = []
    for (number, _), line in zip(lines, bare, strict=True):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _even(text: str) -> str:
    return " ".join(text.split())
