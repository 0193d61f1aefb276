"""What an engine keeps in memory of every document of a segment: one list a property.

Filters by date, facets, sorting and the comparison with the files read these lists instead of
stored documents, which would cost a hundred times as much. Document n of the segment is at
index n of every list.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kb.search import seals
from kb.search.engine import FACETS, K1, NUMBER_FIELDS, B, Document, Row

FORMAT = f"columns 3, marshal {marshal.version}"


@dataclass
class Columns:
    """The lists; `lengths` are in terms."""

    ids: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    written: list[tuple[tuple[str, str, str], ...]] = field(default_factory=list)
    problems: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    numbers: dict[str, list[int | None]] = field(
        default_factory=lambda: {name: [] for name in NUMBER_FIELDS}
    )
    facets: dict[str, list[tuple[str, ...]]] = field(
        default_factory=lambda: {name: [] for name in FACETS}
    )

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, document: Document) -> None:
        """Append one document."""
        self.ids.append(document.id)
        self.paths.append(document.path)
        self.fingerprints.append(document.fingerprint)
        self.written.append(document.written)
        self.problems.append(len(document.shown.get("findings", ())))
        self.lengths.append(document.length)
        for name, numbers in self.numbers.items():
            numbers.append(document.numbers.get(name))
        for name, values in self.facets.items():
            values.append(document.facets.get(name, ()))

    def extend(self, other: Columns, chosen: Iterable[int]) -> None:
        """Append the chosen documents of another segment, in the order given."""
        order = list(chosen)
        for mine, theirs in zip(self._lists(), other._lists(), strict=True):
            mine.extend(theirs[number] for number in order)

    def row(self, number: int) -> Row:
        """One document's properties together."""
        return Row(
            id=self.ids[number],
            path=self.paths[number],
            fingerprint=self.fingerprints[number],
            written=self.written[number],
            numbers={
                name: value
                for name, numbers in self.numbers.items()
                if (value := numbers[number]) is not None
            },
            facets={name: values[number] for name, values in self.facets.items()},
            problems=self.problems[number],
        )

    @cached_property
    def rows(self) -> list[Row]:
        """Every document's properties together, made once."""
        return [self.row(number) for number in range(len(self))]

    @cached_property
    def by_path(self) -> dict[str, int]:
        """Path -> document number."""
        return {path: number for number, path in enumerate(self.paths)}

    def norms(self, average: float) -> list[float]:
        """BM25's length term of each document: K1 (1 - B + B length / average)."""
        base, slope = K1 * (1 - B), K1 * B / average if average else 0.0
        return [base + slope * length for length in self.lengths]

    def to_bytes(self) -> bytes:
        """For a file beside the segment; read by the same Python format only (`FORMAT`).

        Equal values are written once, which halves the time to read them.
        """
        once: dict[object, object] = {}
        lists = [[once.setdefault(value, value) for value in each] for each in self._lists()]
        return seals.pack(lists)

    @classmethod
    def from_bytes(cls, data: bytes) -> Columns:
        """The inverse of `to_bytes`.

        Raises:
            ValueError, EOFError, TypeError: the bytes are damaged.
        """
        loaded: list[list[Any]] = seals.unpack(data)
        if len({len(each) for each in loaded}) > 1:
            raise ValueError("columns of different lengths")
        ids, paths, fingerprints, written, problems, lengths, *rest = loaded
        return cls(
            ids=ids,
            paths=paths,
            fingerprints=fingerprints,
            written=written,
            problems=problems,
            lengths=lengths,
            numbers=dict(zip(NUMBER_FIELDS, rest, strict=False)),
            facets=dict(zip(FACETS, rest[len(NUMBER_FIELDS) :], strict=True)),
        )

    def _lists(self) -> Iterator[list[Any]]:
        yield from (self.ids, self.paths, self.fingerprints, self.written)
        yield from (self.problems, self.lengths)
        yield from self.numbers.values()
        yield from self.facets.values()
