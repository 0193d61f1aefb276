"""The running text of an entry, line by line: what its author says, in the author's own words.

Rules about wording must not stumble over what nobody wrote as prose. So code, quotations, HTML
and addresses are blanked with spaces: every letter that is left keeps its line and its column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kb.document.markdown import Block
    from kb.model import Section
    from kb.review.subject import Subject


@dataclass(frozen=True, slots=True)
class Prose:
    """One line of running text, as people read it.

    Attributes:
        line: where it stands in the file.
        text: the line with what nobody wrote as prose blanked out by as many spaces: code,
            quotations, addresses of links, HTML. Columns are those of the file.
        section: the innermost section it stands in, or None before the first.
    """

    line: int
    text: str
    section: Section | None


_APOSTROPHE, _DOUBLE = "'", '"'


def _within(marks: str) -> str:
    """What stands in a quotation: no blank line, none of the marks, at most 400 characters."""
    return rf"(?:[^{marks}\n]|\n(?![ \t]*\n)){{2,400}}"


# Whatever may have to be blanked begins with one of these marks. Every pattern excludes its own
# beginning or has a bound, so that a mark that never closes swallows no page, and a hostile
# line costs one pass.
_MARK = re.compile(r"[\\`<\[\]\"'“‘「『«]")
_BLANKED = {
    "<": re.compile(r"</?[A-Za-z][^<>]{0,500}>"),
    "[": re.compile(r"\[[^\[\]\n]{1,300}\]:[ \t]{0,8}[^\n]{0,1000}"),
    "]": re.compile(
        r"\]\([^()\s]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200}){0,3}"
        r"(?:\s{1,8}\"[^\"\n]{0,300}\")?\)|\]\[[^\[\]\n]{0,300}\]"
    ),
    '"': re.compile(rf"{_DOUBLE}(?=\S){_within(_DOUBLE)}(?<=\S){_DOUBLE}(?![A-Za-z0-9])"),
    "'": re.compile(rf"(?<![\w'])'(?=\S){_within(_APOSTROPHE)}(?<=\S)'(?![A-Za-z0-9])"),
    "“": re.compile(rf"“{_within('“”')}”"),
    "‘": re.compile(rf"(?<!\w)‘{_within('‘’')}’(?![A-Za-z0-9])"),
    "「": re.compile(rf"「{_within('「」')}」"),
    "『": re.compile(rf"『{_within('『』')}』"),
    "«": re.compile(rf"«{_within('«»')}»"),
}
_ADDRESS = re.compile(r"://[^\s<>\"'`|)\]“”]{1,2000}(?<![.,;:!?])")
_BARE_ADDRESS = re.compile(r"www\.[^\s<>\"'`|)\]]{1,2000}")
_TICKS = re.compile(r"`+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_NOT_A_BREAK = re.compile(r"[^\n]+")


def prose_of(subject: Subject) -> tuple[Prose, ...]:
    """The lines of an entry's body that hold any prose, in the order of the file."""
    first = subject.body_line
    hidden = _hidden(subject.blocks, len(subject.lines))
    kept = [
        "" if hidden[number] else line
        for number, line in enumerate(subject.lines[first - 1 :], start=first)
    ]
    section_at = sections_by_line(subject)
    return tuple(
        Prose(number, text, section_at(number))
        for number, text in enumerate(blanked("\n".join(kept)).split("\n"), start=first)
        if text and not text.isspace()
    )


def sections_by_line(subject: Subject) -> Callable[[int], Section | None]:
    """Tells the innermost section of a line; lines are asked for in any order."""
    sections = {section.line: section for section in subject.entry.sections}
    headings = {block.line: block.level for block in subject.blocks if block.kind == "heading"} | {
        section.line: section.level for section in sections.values()
    }
    inside: list[Section] = []
    turns: dict[int, Section | None] = {}
    for line in sorted(headings):
        while inside and inside[-1].level >= max(headings[line], 1):
            inside.pop()
        if line in sections:
            inside = [one for one in inside if one.level]
            inside.append(sections[line])
        turns[line] = inside[-1] if inside else None
    starts = sorted(turns)

    def section_at(line: int) -> Section | None:
        from bisect import bisect_right

        place = bisect_right(starts, line)
        return turns[starts[place - 1]] if place else None

    return section_at


def blanked(text: str) -> str:
    """Markdown whose code blocks are gone already, without anything but prose.

    Line breaks stay, and every other character that goes leaves a space.
    """
    pieces: list[str] = []
    done = position = 0
    ends = _Ends(text)
    while mark := _MARK.search(text, position):
        start = mark.start()
        end = ends.of(start)
        if end:
            pieces += [text[done:start], _NOT_A_BREAK.sub(_spaces, text[start:end])]
            done = position = end
        else:
            position = start + ends.width(start)
    text = "".join([*pieces, text[done:]])
    if "://" in text:
        text = _ADDRESS.sub(_spaces, text)
        text = re.sub(r"\b(?:https?|ftp)(?=  )", _spaces, text)
    return _BARE_ADDRESS.sub(_spaces, text) if "www." in text else text


class _Ends:
    """Tells where that ends which a mark begins; asked from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: dict[int, list[int]] | None = None
        self._comments = True

    def of(self, start: int) -> int:
        """The offset behind what is to be blanked; 0 where the mark begins nothing."""
        text = self._text
        mark = text[start]
        if mark == "`":
            return self._of_code(start)
        if mark == "<" and text.startswith("<!--", start):
            end = text.find("-->", start + 4) if self._comments else -1
            self._comments = end >= 0
            return end + 3 if self._comments else 0
        if mark == "[" and text[max(start - 4, 0) : start].rpartition("\n")[2].strip(" "):
            return 0
        pattern = _BLANKED.get(mark)
        match = pattern.match(text, start) if pattern else None
        return match.end() if match else 0

    def width(self, start: int) -> int:
        """How many characters the mark itself has: all back-ticks of a row, or an escape."""
        if self._text[start] == "`":
            ticks = _TICKS.match(self._text, start)
            return len(ticks[0]) if ticks else 1
        return 2 if self._text[start] == "\\" else 1

    def _of_code(self, start: int) -> int:
        if self._runs is None:
            self._runs = _runs_of_ticks(self._text)
        width = self.width(start)
        starts = self._runs[width]
        while starts and starts[-1] < start + width:
            starts.pop()
        if not starts or _BLANK_LINE.search(self._text, start + width, starts[-1]):
            return 0
        return starts[-1] + width


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _runs_of_ticks(text: str) -> dict[int, list[int]]:
    """How many back-ticks in a row -> where such rows begin, the last one first."""
    runs: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        runs.setdefault(len(run[0]), []).append(run.start())
    for starts in runs.values():
        starts.reverse()
    return runs


def _hidden(blocks: Sequence[Block], last: int) -> list[bool]:
    """By line number, whether a line lies in code or in a block quote."""
    hidden = [False] * (last + 2)
    start = 0
    for line, is_hidden in (*_turns(blocks), (last + 1, False)):
        if start:
            hidden[start:line] = [True] * max(line - start, 0)
        start = line if is_hidden else 0
    return hidden


def _turns(blocks: Iterable[Block]) -> Iterator[tuple[int, bool]]:
    """Where each block begins, and whether it is to be hidden with all that it holds."""
    for block in blocks:
        is_hidden = block.kind in {"code", "quote"}
        yield block.line, is_hidden
        if not is_hidden:
            yield from _turns(block.children)
