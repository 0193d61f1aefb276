"""Where a value comes from: every value that is read remembers its line and the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field of an imported entry has its value.

    Attributes:
        field: the key of the front matter, or `timeline`.
        value: as it is written into the entry.
        line: of the original, counted from 1; 0 where it is not about one line.
        why: in a few words that follow the value.
        guessed: whether the document does not state it.
    """

    field: str
    value: str
    line: int
    why: str
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A part of a document that was kept as text but gave no value.

    Attributes:
        line: of the original, counted from 1; 0 where it is about the whole.
        text: what stands there, shortened.
        why: what is in the way.
    """

    line: int
    text: str
    why: str


def shortened(text: str, longest: int = 100) -> str:
    """A text on one line, cut to so many characters."""
    even = " ".join(text.split())
    return even if len(even) <= longest else f"{even[: longest - 1].rstrip()}…"
