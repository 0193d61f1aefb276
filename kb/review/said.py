"""What an entry says: its prose as one text, and the prose of one part of it.

Sentences go on over line breaks, so wording is looked for in the whole; a part has its
sub-sections with it, unless they are parts of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.review.written import Joined, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.model import Section, SectionKind
    from kb.review.prose import Prose
    from kb.review.subject import Subject

_CITATION = re.compile(r"\[\d{1,3}(?:\]|(?=\s{2}))")
_NO_END = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|approx|ca|no|fig|st|mr|ms|mrs|dr|inc|ltd|[a-z]\.[a-z]|a|p)\.$",
    re.IGNORECASE,
)
_END = re.compile(
    r"[.!?。…]+[\"'”’)\]*_]{0,3}(?=\s|$)(?!\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
_LIST_MARK = re.compile(
    r"^[ \t]{0,80}(?:[-*+]|\d{1,3}[.)])[ \t]{1,8}(?:\[[ xX]\][ \t]{1,8})?|^[ \t]{0,80}\|",
    re.MULTILINE,
)


def running_text(subject: Subject) -> Joined:
    """The prose of the whole body as one text, headings left out; its lines are the file's."""
    first = subject.body_line
    lines = [""] * max(len(subject.lines) - first + 1, 0)
    headings = heading_lines(subject)
    for one in subject.prose():
        if one.line not in headings:
            lines[one.line - first] = one.text
    return joined(lines, first)


def heading_lines(subject: Subject) -> frozenset[int]:
    """The lines on which the headings of the body stand."""
    return frozenset(block.line for block in subject.blocks if block.kind == "heading")


def said_in(subject: Subject, kind: SectionKind) -> tuple[Prose, ...]:
    """The prose of all sections of a kind, headings left out."""
    headings = heading_lines(subject)
    spans = _spans(subject.entry.sections, kind)
    return tuple(
        one
        for one in subject.prose()
        if one.line not in headings
        and any(start <= one.line < end for start, end in spans)
        and (one.section is None or one.section.kind in {kind, "other"})
    )


def text_of(lines: Sequence[Prose]) -> str:
    """Lines of prose as one text, without citations such as `[1]`; paragraphs stay apart."""
    pieces: list[str] = []
    last = 0
    for one in lines:
        pieces += ["\n" if one.line == last + 1 else "\n\n", one.text]
        last = one.line
    return _CITATION.sub(" ", "".join(pieces))


def sentences(text: str) -> list[str]:
    """The sentences of a text; items of a list and paragraphs end one as well."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", _LIST_MARK.sub("\n\n", text)):
        start = 0
        for end in _END.finditer(block):
            if not _NO_END.search(block, max(start, end.end() - 8), end.end()):
                found.append(block[start : end.end()])
                start = end.end()
        found.append(block[start:])
    return [" ".join(one.split()) for one in found if any(map(str.isalnum, one))]


def _spans(sections: Sequence[Section], kind: SectionKind) -> list[tuple[int, int]]:
    """From which line up to which (excluded) the sections of a kind go."""
    spans = []
    for place, section in enumerate(sections):
        if section.kind == kind:
            following = (one.line for one in sections[place + 1 :] if one.level <= section.level)
            spans.append((section.line, next(following, 10**9)))
    return spans
