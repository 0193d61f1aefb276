"""One state of a Whoosh index, opened for reading: the other half of `kb.search.whoosh_engine`."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from whoosh import index, reading

from kb.search import seals
from kb.search.columns import Columns
from kb.search.summaries import Summaries
from kb.search.tallies import PackedValues, unpack_words
from kb.search.whoosh_engine_writing import encoded, schema

if TYPE_CHECKING:
    from kb.search.whoosh_engine_files import Files, Memory

COLUMNS_ENDING = ".columns"
SUMMARIES_ENDING = ".summaries"
WORDS_ENDING = ".words"
VALUES_ENDING = ".values"


def read_whole(storage: Files | Memory, name: str) -> bytes:
    """The content of a file."""
    with storage.open_file(name) as file:
        return bytes(file.read(storage.file_length(name)))


def read_columns(storage: Files | Memory, segment: str) -> Columns:
    """The columns of a segment."""
    return Columns.from_bytes(read_whole(storage, segment + COLUMNS_ENDING))


def read_summaries(storage: Files | Memory, segment: str) -> Summaries:
    """The summaries of a segment, those of deleted documents included."""
    return Summaries.from_bytes(read_whole(storage, segment + SUMMARIES_ENDING))


def read_words(storage: Files | Memory, segment: str) -> dict[str, int]:
    """How many documents of a segment hold each word, those deleted since included."""
    return unpack_words(read_whole(storage, segment + WORDS_ENDING))


def read_values(storage: Files | Memory, segment: str) -> PackedValues:
    """How many documents of a segment hold each keyword, those deleted since included."""
    return PackedValues(read_whole(storage, segment + VALUES_ENDING))


class Segment:
    """`kb.search.ranking.Segment` over one segment of a Whoosh index."""

    def __init__(
        self,
        name: str,
        reader: Any,  # noqa: ANN401 -- untyped
        known: Columns,
        deleted: frozenset[int],
    ) -> None:
        self.name = name
        self.columns = known
        self.deleted: Collection[int] = deleted
        self.norms: Sequence[float] = ()
        self._reader = reader
        if len(known) != reader.doc_count_all():
            raise ValueError("the columns belong to another segment")

    def postings(self, field: str, term: str) -> tuple[Sequence[int], Sequence[float]]:
        """See `kb.search.ranking.Segment`."""
        documents: list[int] = []
        weights: list[float] = []
        matcher = self._matcher(field, term)
        while matcher is not None and matcher.is_active():
            # A block at a time: Whoosh's way, posting by posting, takes several times as long.
            matcher.weight()
            matcher.id()
            documents.extend(matcher._ids)  # noqa: SLF001
            weights.extend(matcher._weights)  # noqa: SLF001
            matcher._next_block()  # noqa: SLF001
        if not self.deleted:
            return documents, weights
        live = [number for number, doc in enumerate(documents) if doc not in self.deleted]
        return [documents[number] for number in live], [weights[number] for number in live]

    def positions(self, term: str, documents: Collection[int]) -> Mapping[int, Sequence[int]]:
        """See `kb.search.ranking.Segment`."""
        matcher = self._matcher("text", term)
        found: dict[int, Sequence[int]] = {}
        if matcher is None:
            return found
        for document in sorted(documents):
            if not matcher.is_active():
                break
            matcher.skip_to(document)
            if matcher.is_active() and matcher.id() == document:
                found[document] = array("I", matcher.value())
        return found

    def frequency(self, term: str) -> int:
        """How many documents hold a term, deleted ones included."""
        try:
            return int(self._reader._terms.doc_frequency("text", encoded(term)))  # noqa: SLF001
        except KeyError:
            return 0

    def _matcher(self, field: str, term: str) -> Any:  # noqa: ANN401 -- untyped
        """Whoosh's reader of a posting list, deleted documents included; None where none is."""
        format_ = self._reader.schema[field].format
        try:
            return self._reader._terms.matcher(field, encoded(term), format_)  # noqa: SLF001
        except reading.TermNotFound:
            return None

    def terms(self, number: int) -> tuple[Sequence[str], Sequence[str]]:
        """The words and the keywords of one document, deleted or not."""
        words, keywords = seals.unpack(zlib.decompress(self._stored(number, "terms")))
        return words, keywords

    def shown(self, number: int) -> Mapping[str, Any]:
        """What one document stored to be shown."""
        shown: Mapping[str, Any] = json.loads(zlib.decompress(self._stored(number, "shown")))
        return shown

    def _stored(self, number: int, field: str) -> bytes:
        stored: bytes = self._reader.stored_fields(number)[field]
        return stored


class OpenIndex:
    """All segments of one commit. For one reader at a time: Whoosh's files have one position.

    Args:
        storage: of its own; closed with it.
        name: of the index in the storage.
        state: which commit: its generation, and when it was written.
        columns: segment id -> its columns.
    """

    def __init__(
        self,
        storage: Files | Memory,
        name: str,
        state: tuple[int, int],
        columns: Callable[[Files | Memory, str], Columns],
    ) -> None:
        self.state = state
        self._storage = storage
        self._words: list[tuple[str, int]] | None = None
        self._packed: dict[int, PackedValues] = {}
        self._summaries: dict[int, Summaries] = {}
        try:
            opened = index.TOC.read(storage, name, gen=state[0], schema=schema())
            self.segments: Sequence[Segment] = [
                Segment(
                    segment.segment_id(),
                    reading.SegmentReader(storage, opened.schema, segment),
                    columns(storage, segment.segment_id()),
                    frozenset(segment.deleted_docs()),
                )
                for segment in opened.segments
            ]
        except BaseException:
            storage.release()
            raise
        _set_norms(self.segments)

    def place(self, path: str) -> tuple[Segment, int] | None:
        """Where the document of this path is."""
        for segment in self.segments:
            number = segment.columns.by_path.get(path)
            if number is not None and number not in segment.deleted:
                return segment, number
        return None

    def summary(self, segment: int, number: int) -> Mapping[str, Any]:
        """What lists show of one document of a segment."""
        if segment not in self._summaries:
            self._summaries[segment] = read_summaries(self._storage, self.segments[segment].name)
        return self._summaries[segment].of(number)

    def words(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin with the prefix, in order, from the lists of all segments."""
        if self._words is None:
            counts: Counter[str] = Counter()
            for segment in self.segments:
                counts.update(read_words(self._storage, segment.name))
                for number in segment.deleted:
                    counts.subtract(segment.terms(number)[0])
            self._words = sorted((word, count) for word, count in counts.items() if count > 0)
        first = bisect_left(self._words, (prefix,))
        last = bisect_left(self._words, (prefix + chr(sys.maxunicode),))
        return self._words[first:last]

    def values(self, field: str) -> list[tuple[str, int]]:
        """The values of a keyword field with their counts, in order."""
        counts: Counter[str] = Counter()
        for number, segment in enumerate(self.segments):
            counts.update(self._values(number).of(field))
            for deleted in segment.deleted:
                counts.subtract(
                    value
                    for name, _, value in (k.partition("=") for k in segment.terms(deleted)[1])
                    if name == field
                )
        return sorted((value, count) for value, count in counts.items() if count > 0)

    def fields(self) -> list[str]:
        """The keyword fields in which some document has a value."""
        found: set[str] = set()
        for number, segment in enumerate(self.segments):
            for field, count in self._values(number).of("has").items():
                if count > len(segment.deleted) or segment.postings("keyword", f"has={field}")[0]:
                    found.add(field)
        return sorted(found)

    def _values(self, number: int) -> PackedValues:
        if number not in self._packed:
            self._packed[number] = read_values(self._storage, self.segments[number].name)
        return self._packed[number]

    def close(self) -> None:
        """Let go of the files."""
        self._storage.release()

    def __del__(self) -> None:
        self._storage.release()


def _set_norms(segments: Sequence[Segment]) -> None:
    """BM25's length terms need the average length over the whole index."""
    total = sum(sum(s.columns.lengths) for s in segments)
    total -= sum(s.columns.lengths[number] for s in segments for number in s.deleted)
    count = sum(len(s.columns) - len(s.deleted) for s in segments)
    average = total / count if count else 0.0
    for segment in segments:
        segment.norms = segment.columns.norms(average)
