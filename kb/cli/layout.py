"""Text laid out in the columns of a terminal.

Everything here works on plain text, as wide as `kb.screen_text` says; colour is added to what
is already laid out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.screen_text import character_width, plain, width

__all__ = ["counted", "cut", "lines_of", "pad", "plain", "table", "width", "wrap"]

_WORD = re.compile(r"\S+")


def cut(text: str, columns: int) -> str:
    """The text, shortened with an ellipsis where it takes more columns."""
    if width(text) <= columns:
        return text
    taken = 1
    for index, character in enumerate(text):
        taken += character_width(character)
        if taken > columns:
            return text[:index].rstrip() + "…"
    return text


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """The text with spaces up to so many columns; `right` puts it at their right end."""
    spaces = " " * max(0, columns - width(text))
    return spaces + text if right else text + spaces


def lines_of(text: str, columns: int) -> list[tuple[int, int]]:
    """Where a text on one line breaks into several: (from, to), without the spaces between.

    It breaks at spaces; a word wider than a line breaks anywhere.
    """
    found: list[tuple[int, int]] = []
    for start, end in _pieces(text, max(columns, 2)):
        joined = found and width(text[found[-1][0] : end]) <= columns
        if joined and start > found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _pieces(text: str, columns: int) -> Iterable[tuple[int, int]]:
    """The words as (from, to), those wider than a line in parts that fit."""
    for word in _WORD.finditer(text):
        start, end = word.span()
        if width(word.group()) <= columns:
            yield start, end
            continue
        taken = 0
        for index in range(start, end):
            step = character_width(text[index])
            if taken + step > columns:
                yield start, index
                start, taken = index, 0
            taken += step
        yield start, end


def wrap(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most so many columns, indents included.

    Args:
        text: words; line ends count as spaces.
        columns: the width of a whole line.
        first: what stands before the first line.
        rest: what stands before every other line; as wide as `first` for a hanging indent.
    """
    text = " ".join(text.splitlines())
    inside = columns - max(width(first), width(rest))
    parts = [text[start:end] for start, end in lines_of(text, inside)] or [""]
    return [((rest if index else first) + part).rstrip() for index, part in enumerate(parts)]


def table(
    rows: Sequence[Sequence[str]], columns: int | None, right: Iterable[int] = ()
) -> list[str]:
    """Aligned rows; the last column takes what is left of the width and wraps into it.

    Args:
        rows: cells as plain text, the head first; all rows equally long.
        columns: the width of the whole table, or None for as wide as it comes.
        right: the columns (from 0) whose cells stand at the right, such as numbers.
    """
    aligned = frozenset(right)
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    found: list[str] = []
    for row in rows:
        cells = [pad(cell, size, right=at in aligned) for at, (cell, size) in _sized(row, widths)]
        before = "".join(cell + "  " for cell in cells[:-1])
        room = max(columns, width(before) + 20) if columns else width(before) + widths[-1] + 2
        found += wrap(row[-1], room, before, " " * width(before))
    return found


def _sized(row: Sequence[str], widths: Sequence[int]) -> Iterable[tuple[int, tuple[str, int]]]:
    return enumerate(zip(row, widths, strict=True))


def counted(count: int, one: str, many: str = "") -> str:
    """`1 entry`, `12 entries`, `1,200 entries`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
