"""Line numbers that travel through a conversion as characters no text holds.

A number follows a text as a run of private-use characters. A converter takes them for letters,
so they come out beside the words they belong to, and tell for every line of the result which
line of the original it came from.
"""

from __future__ import annotations

import re

_FIRST_DIGIT = 0xE010
_DIGITS = str.maketrans({str(digit): chr(_FIRST_DIGIT + digit) for digit in range(10)})
_TO_DIGITS = {_FIRST_DIGIT + digit: str(digit) for digit in range(10)}
_MARK = re.compile("\ue000([\ue010-\ue019]{1,9})\ue001")
_RESERVED = re.compile("[\ue000-\ue01f]")


def without_reserved(text: str) -> str:
    """A text in which nothing can be mistaken for a mark."""
    return _RESERVED.sub("\ufffd", text)


def mark(line: int) -> str:
    """The mark of a line number."""
    return f"\ue000{str(line).translate(_DIGITS)}\ue001"


def unmarked(text: str) -> str:
    """A text with its marks taken off."""
    return _MARK.sub("", text)


def first_line_in(text: str) -> int:
    """The number of the first mark in a text; 0 where it has none."""
    found = _MARK.search(text)
    return int(found[1].translate(_TO_DIGITS)) if found else 0


def lines_of(marked: str, default: int) -> tuple[str, tuple[int, ...]]:
    """A marked text without its marks, and for every line of it the line it came from.

    A line without a mark, such as an empty one, has the number of the one before it; before the
    first mark, of the one behind it; `default` where there is no mark at all.
    """
    numbers: list[int] = []
    last = first_line_in(marked) or default
    for line in marked.split("\n"):
        last = first_line_in(line) or last
        numbers.append(last)
    return unmarked(marked), tuple(numbers)
