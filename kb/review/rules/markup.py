"""Lists, tables, boxes and headings that are shown as the characters they are written with.

A part of the family KB9xx, whose rules stand in `markdown`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from kb.document.headings import meaning
from kb.review.rule import Edit, Fix, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.document.markdown import Block
    from kb.review.subject import Subject

_DASHES = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_ROW = re.compile(r"\s*\|.*\|\s*")
_BULLET = re.compile(r"(?P<indent> {0,8})(?P<mark>[•‣◦▪●ㆍ·－])[ \t]*(?=\S)")
_TIGHT_ITEM = re.compile(
    r"(?P<mark> {0,3}(?:-(?=[A-Za-z가-힣\"'`(\[])|\*(?=[^\W\d_][^*]*$)|\d{1,2}[.)](?=[^\W\d_])))"
)
_NUMBERED = re.compile(r" {0,3}(\d{1,3})[.)][ \t]+\S")
_TIGHT_HEADING = re.compile(r"(?P<marks> {0,3}#{1,6})(?P<text>[^\s#!].*)")
_BOX = re.compile(
    r"(?P<item>[ \t]*(?:[-*+]|\d{1,3}[.)]))(?P<gap>[ \t]*)"
    r"\[(?P<inside>[ \t]{0,4}[xXvV✓✔]?[ \t]{0,4})\]"
    r"(?P<after>[ \t]*)(?![(\[:])(?=\S|$)"
)
_INDENTED = re.compile(r"(?:\t| {4})[ \t]*(?:[-*+] \S|\d{1,3}\. \S|\|.*\||#{1,6} \S)")


def not_lists(subject: Subject) -> Iterator[Problem]:
    """Runs of lines that look like items and are none."""
    lines = _shown_lines(subject)
    for pattern, what, mark in (
        (_BULLET, "Lines that begin with `{}` are no list", "- "),
        (_TIGHT_ITEM, "`{}` without a space begins no list", ""),
    ):
        for run in _runs(lines, pattern):
            if len(run) < 2:
                continue
            number, match = run[0]
            edits = []
            for at, item in run:
                if mark:
                    place = subject.part(at, item.start("mark"), item.end())
                    edits.append(Edit(place, mark))
                else:
                    edits.append(Edit(subject.part(at, item.end(), item.end()), " "))
            message = f"{what.format(match['mark'].strip())}: they run together into one paragraph."
            fix = Fix("Write them as items of a list.", tuple(edits))
            yield Problem(subject.line(number), message, "Begin each with `- `.", fix)
    yield from _numbers_in_paragraphs(subject)


def _numbers_in_paragraphs(subject: Subject) -> Iterator[Problem]:
    """Numbered lines right below a paragraph that do not begin with 1."""
    for block in flat(subject.blocks):
        lines = block.text.split("\n") if block.kind == "paragraph" else []
        if len(lines) < 3:
            continue
        numbers = [(n, _NUMBERED.match(line)) for n, line in enumerate(lines)]
        found = [(n, int(match[1])) for n, match in numbers if n and match]
        for (n, first), (m, second) in pairwise(found):
            if second == first + 1 and m == n + 1:
                message = f"The list that begins with {first} runs into the paragraph above it."
                help_ = "Put a blank line before it: only a list that begins with 1 may do without."
                yield Problem(subject.line(block.line + n), message, help_)
                break


def broken_tables(subject: Subject) -> Iterator[Problem]:
    """Rows with other cells than their head, and rows that make no table."""
    inside: set[int] = set()
    for block in flat(subject.blocks):
        if block.kind != "table":
            continue
        head = len(block.rows[0].cells)
        inside.update((block.line, block.line + 1, *(row.line for row in block.rows)))
        for row in block.rows[1:]:
            if len(row.cells) != head:
                cells = f"{len(row.cells)} cell{'s' * (len(row.cells) != 1)}"
                message = f"The row has {cells}, the head of its table {head}."
                help_ = "Cells too many are not shown; write a bar within a cell as `\\|`."
                yield Problem(subject.line(row.line), message, help_)
    if "|" not in subject.written.shown.text:
        return
    rows = [(n, line) for n, line in _shown_lines(subject) if n not in inside]
    for run in _runs(rows, _ROW):
        if len(run) < 2:
            continue
        number = run[0][0]
        dashes = _DASHES.fullmatch(run[1][1][0])
        why = "has other cells than its row of dashes" if dashes else "has no row of dashes"
        message = f"These lines are no table: the first one {why}."
        yield Problem(subject.line(number), message, "Write `|---|---|` below the head.")


def tight_headings(subject: Subject) -> Iterator[Problem]:
    """`##Impact`: no heading without the space."""
    for number, line in _shown_lines(subject):
        match = _TIGHT_HEADING.fullmatch(line) if "#" in line[:10] else None
        if match is None:
            continue
        marks = match["marks"].strip()
        if len(marks) == 1 and meaning(match["text"]).kind == "other":
            continue  # `#4711` and `#incident-channel`
        place = subject.part(number, match.end("marks"), match.end("marks"))
        fix = Fix("Put a space behind the `#`.", (Edit(place, " "),))
        message = f"`{line.strip()[:60]}` is no heading: a space is missing."
        yield Problem(subject.line(number), message, "It is not found as a section either.", fix)


def headings_within(subject: Subject) -> Iterator[Problem]:
    """Headings in an item of a list."""
    for block in flat(subject.blocks):
        if block.kind == "item":
            for child in block.children:
                if child.kind == "heading" and "#" in subject.lines[child.line - 1]:
                    message = f"The heading `{child.text[:60]}` stands in an item of a list."
                    help_ = "Take the `-` before it away: there it begins no section."
                    yield Problem(subject.line(child.line), message, help_)


def task_boxes(subject: Subject) -> Iterator[Problem]:
    """`[]`, `[ x]`, `-[ ]`, `[x]done`: boxes that are shown as brackets."""
    for number, line in _shown_lines(subject):
        match = _BOX.match(line) if "]" in line else None
        if match is None:
            continue
        inside, bare = match["inside"], match["inside"].strip()
        right = inside in {" ", "x", "X"} and match["gap"] and match["after"]
        at_end = match.end() == len(line)
        if right or (at_end and (inside or not match["gap"])):
            continue
        if not match["gap"] and not match["item"].strip().startswith(("-", "*", "+")):
            continue
        wanted = f"{match['item']}{match['gap'] or ' '}[{'x' if bare else ' '}] "
        place = subject.part(number, 0, match.end())
        edit = Edit(place, wanted if not at_end else wanted.rstrip())
        message = f"`{match[0].strip()}` is no box to tick."
        help_ = "Write `- [ ] ` or `- [x] `."
        fix = Fix("Write the box as one.", (edit,))
        at = len(match["item"]) - len(match["item"].lstrip())
        yield Problem(subject.part(number, at, len(match[0].rstrip())), message, help_, fix)


def indented_text(subject: Subject) -> Iterator[Problem]:
    """Lists and tables that four spaces have made code of."""
    for block in subject.written.code:
        lines = subject.lines[block.line - 1 : block.end - 1]
        if lines and not block.fence and _INDENTED.match(lines[0]):
            message = "Four spaces or a tab make code of this."
            help_ = "Indent it as far as the text above it, or put a fence around it."
            yield Problem(subject.line(block.line), message, help_)


def unclosed_fences(subject: Subject) -> Iterator[Problem]:
    """A fence that never closes: all below it is code."""
    for block in subject.written.code:
        if not block.is_closed:
            fence = block.fence[:3]
            message = f"The code that begins with `{fence}` here never ends."
            help_ = f"Close it with a line of `{fence}`: all below it is shown as code."
            yield Problem(subject.line(block.line), message, help_)


def flat(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """All blocks, each before those that it holds."""
    for block in blocks:
        yield block
        yield from flat(block.children)


def _shown_lines(subject: Subject) -> list[tuple[int, str]]:
    shown = subject.written.shown
    return list(enumerate(shown.text.split("\n"), start=shown.first))


def _runs(
    lines: list[tuple[int, str]], pattern: re.Pattern[str]
) -> Iterator[list[tuple[int, re.Match[str]]]]:
    """Runs of neighbouring lines that match."""
    run: list[tuple[int, re.Match[str]]] = []
    for number, line in lines:
        match = pattern.match(line) if line and not line.isspace() else None
        if match and run and run[-1][0] == number - 1:
            run.append((number, match))
        else:
            if run:
                yield run
            run = [(number, match)] if match else []
    if run:
        yield run
