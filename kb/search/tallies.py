"""How many documents of a segment hold each word and each keyword value.

Kept in two files beside a segment, so that suggesting a word or a value reads no posting list.
Documents that were deleted since still count in the files; who reads them takes those off.
"""

from __future__ import annotations

import marshal
from collections import Counter
from collections.abc import Iterable, Mapping

from kb.search import seals

Values = Mapping[str, Mapping[str, int]]
"""Field -> value -> how many documents."""


class Tally:
    """The counts of the documents of one segment."""

    def __init__(self) -> None:
        self.words: Counter[str] = Counter()
        self.values: dict[str, Counter[str]] = {}

    def add(self, words: Iterable[str], keywords: Iterable[str], sign: int = 1) -> None:
        """Count one document, or with sign -1 count it no more.

        Args:
            words: its words, each once.
            keywords: its keywords, `field=value`.
            sign: 1 or -1.
        """
        for word in words:
            self.words[word] += sign
        for keyword in keywords:
            field, _, value = keyword.partition("=")
            self.values.setdefault(field, Counter())[value] += sign

    def take(self, words: Mapping[str, int], values: Values) -> None:
        """Add the counts of another segment."""
        self.words.update(words)
        for field, counts in values.items():
            self.values.setdefault(field, Counter()).update(counts)

    def pack_words(self) -> bytes:
        """The words in order, for a file."""
        return seals.pack(dict(sorted((+self.words).items())))

    def pack_values(self) -> bytes:
        """The values, for a file; each field apart, so that one can be read alone."""
        fields = {field: dict(+counts) for field, counts in self.values.items()}
        return seals.pack(
            {field: marshal.dumps(counts) for field, counts in fields.items() if counts}
        )


def unpack_words(data: bytes) -> dict[str, int]:
    """Word -> count, the words in order.

    Raises:
        ValueError, EOFError, TypeError: the bytes are damaged.
    """
    words: dict[str, int] = seals.unpack(data)
    return words


class PackedValues:
    """The inverse of `Tally.pack_values`; raises what `unpack_words` raises."""

    def __init__(self, data: bytes) -> None:
        self._fields: dict[str, bytes] = seals.unpack(data)

    def of(self, field: str) -> dict[str, int]:
        """Value -> count, of one field."""
        packed = self._fields.get(field)
        counts: dict[str, int] = marshal.loads(packed) if packed else {}  # noqa: S302 -- sealed
        return counts

    def all(self) -> Values:
        """Field -> value -> count."""
        return {field: self.of(field) for field in self._fields}
