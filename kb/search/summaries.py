"""What lists show of the documents of a segment, in one file beside it.

Figures over ten thousand entries would take a second to take them out of the stored documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kb.search import seals


class Summaries:
    """`Document.summary` of each document; document n of the segment is number n."""

    def __init__(self, known: Iterable[Mapping[str, Any]] = ()) -> None:
        self._known = list(known)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, summary: Mapping[str, Any]) -> None:
        """Append one document's, JSON values only."""
        self._known.append(summary)

    def extend(self, other: Summaries, chosen: Iterable[int]) -> None:
        """Append those of the chosen documents of another segment, in the order given."""
        self._known.extend(other._known[number] for number in chosen)

    def of(self, number: int) -> Mapping[str, Any]:
        """One document's."""
        return self._known[number]

    def to_bytes(self) -> bytes:
        """For a file; read by the same Python format only.

        Equal texts are written once: a third less to read, and that three times as fast.
        """
        once: dict[str, str] = {}
        return seals.pack([_with_texts_once(summary, once) for summary in self._known])

    @classmethod
    def from_bytes(cls, data: bytes) -> Summaries:
        """The inverse of `to_bytes`.

        Raises:
            ValueError, EOFError, TypeError: the bytes are damaged.
        """
        return cls(seals.unpack(data))


def _with_texts_once(value: Any, once: dict[str, str]) -> Any:  # noqa: ANN401 -- any JSON value
    """The value with equal texts as one object, which `marshal` then refers to."""
    if isinstance(value, str):
        return once.setdefault(value, value)
    if isinstance(value, Mapping):
        return {
            once.setdefault(name, name): _with_texts_once(inner, once)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_with_texts_once(inner, once) for inner in value]
    return value
