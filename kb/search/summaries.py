"""What lists show of the documents of a segment, in one file beside it.

Figures over ten thousand entries would take a second to take them out of the stored documents.
Each summary is packed apart, so that only those asked for are unpacked.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping
from typing import Any

from kb.search import seals


class Summaries:
    """`Document.summary` of each document; document n of the segment is number n."""

    def __init__(self, packed: Iterable[bytes] = ()) -> None:
        self._packed = list(packed)

    def __len__(self) -> int:
        return len(self._packed)

    def add(self, summary: Mapping[str, Any]) -> None:
        """Append one document's, JSON values only."""
        self._packed.append(marshal.dumps(dict(summary)))

    def extend(self, other: Summaries, chosen: Iterable[int]) -> None:
        """Append those of the chosen documents of another segment, in the order given."""
        self._packed.extend(other._packed[number] for number in chosen)

    def of(self, number: int) -> Mapping[str, Any]:
        """One document's."""
        summary: Mapping[str, Any] = marshal.loads(self._packed[number])  # noqa: S302 -- sealed
        return summary

    def to_bytes(self) -> bytes:
        """For a file; read by the same Python format only."""
        return seals.pack(self._packed)

    @classmethod
    def from_bytes(cls, data: bytes) -> Summaries:
        """The inverse of `to_bytes`.

        Raises:
            ValueError, EOFError, TypeError: the bytes are damaged.
        """
        return cls(seals.unpack(data))
