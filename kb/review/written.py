"""The body of an entry as Markdown that is shown: its code blanked, its comments known.

Rules about links and markup read it, and waivers, which are comments. A link within back-ticks
is no link, and a waiver in a code block allows nothing. Every character that is left keeps its
line and its column.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.review.rule import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.document.markdown import Block
    from kb.review.subject import Subject

_MARK = re.compile(r"`+|<!--")
_TICKS = re.compile(r"`+")
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})")
_INDENTED = re.compile(r"[ >]*(?:\t| {4})|\s*$")
_NOT_A_BREAK = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Joined:
    """Lines as one text, and where each of its characters stands in the file."""

    text: str
    starts: Sequence[int]
    first: int = 1

    def line_of(self, offset: int) -> int:
        """The line of the file in which the character at an offset stands."""
        return self.first + bisect_right(self.starts, offset) - 1

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from `start` up to `end`; at most one line of it."""
        row = bisect_right(self.starts, start) - 1
        begin = self.starts[row]
        following = self.starts[row + 1] - 1 if row + 1 < len(self.starts) else len(self.text)
        line = self.first + row
        return Place(line, start - begin + 1, line, min(end, following) - begin + 1)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code.

    Attributes:
        line: its first line, the fence included.
        end: the line at which it has ended.
        fence: what it opens with; empty where it is indented.
        is_closed: whether a fence ends it.
    """

    line: int
    end: int
    fence: str = ""
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """The body of an entry as Markdown.

    Attributes:
        body: with code blanked, comments as they are.
        shown: with comments blanked as well.
        comments: the offsets in `body` where comments begin and end.
        unclosed: the offset of a comment that never ends, or -1.
        code: the blocks of code.
    """

    body: Joined
    shown: Joined
    comments: tuple[tuple[int, int], ...]
    unclosed: int
    code: tuple[CodeBlock, ...]


def joined(lines: Sequence[str], first: int = 1) -> Joined:
    """Lines as one text; the first of them is that line of the file."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return Joined("\n".join(lines), starts[:-1] or [0], first)


def written_of(subject: Subject) -> Written:
    """Read the body of an entry."""
    first = subject.body_line
    lines = list(subject.lines[first - 1 :])
    code = tuple(_code(subject.blocks, subject.lines))
    for block in code:
        for number in range(max(block.line, first), min(block.end, len(subject.lines) + 1)):
            lines[number - first] = " " * len(lines[number - first])
    body = joined(lines, first)
    spans, comments, unclosed = _spans(body.text)
    text = _without(body.text, spans)
    return Written(
        Joined(text, body.starts, first),
        Joined(_without(text, comments), body.starts, first),
        tuple(comments),
        unclosed,
        code,
    )


def _code(blocks: Iterable[Block], lines: Sequence[str]) -> Iterator[CodeBlock]:
    turns = [*_turns(blocks), (len(lines) + 1, False)]
    for place, (line, is_code) in enumerate(turns[:-1]):
        if is_code:
            yield _code_block(lines, line, max(turns[place + 1][0], line + 1))


def _code_block(lines: Sequence[str], line: int, limit: int) -> CodeBlock:
    """The code that begins on a line and ends above `limit`: there the next block begins.

    Definitions of links are no blocks, so that code may end before.
    """
    opening = _FENCE.match(lines[line - 1])
    if opening is None:
        end = line + 1
        while end < limit and _INDENTED.match(lines[end - 1]):
            end += 1
        return CodeBlock(line, end)
    fence = opening["fence"]
    for number in range(line + 1, limit):
        text = lines[number - 1].strip(" \t>")
        if len(text) >= len(fence) and set(text) == {fence[0]}:
            return CodeBlock(line, number + 1, fence)
    return CodeBlock(line, limit, fence, is_closed=False)


def _turns(blocks: Iterable[Block]) -> Iterator[tuple[int, bool]]:
    for block in blocks:
        yield block.line, block.kind == "code"
        yield from _turns(block.children)


def _spans(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]], int]:
    """Where code within a line stands, where comments stand, and one that never ends."""
    runs: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        runs.setdefault(len(run[0]), []).append(run.start())
    blanks = [match.start() for match in _BLANK_LINE.finditer(text)] if runs else []
    code: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []
    unclosed, position = -1, 0
    while mark := _MARK.search(text, position):
        start, position = mark.span()
        if mark[0] == "<!--":
            end = text.find("-->", start + 4) if unclosed < 0 else -1
            if end < 0:
                unclosed = start if unclosed < 0 else unclosed
                continue
            comments.append((start, end + 3))
            position = end + 3
        elif start == 0 or text[start - 1] != "\\":
            end = _end_of_code(runs[len(mark[0])], blanks, start, len(mark[0]))
            if end:
                code.append((start, end))
                position = end
    return code, comments, unclosed


def _end_of_code(runs: Sequence[int], blanks: Sequence[int], start: int, width: int) -> int:
    """Behind the back-ticks that close those at `start`; 0 where none of the paragraph do."""
    place = bisect_left(runs, start + width)
    if place == len(runs):
        return 0
    blank = bisect_left(blanks, start)
    if blank < len(blanks) and blanks[blank] < runs[place]:
        return 0
    return runs[place] + width


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text with stretches blanked out, line breaks kept."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [text[done:start], _NOT_A_BREAK.sub(_spaces, text[start:end])]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])
