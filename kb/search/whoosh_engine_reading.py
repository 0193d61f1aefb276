"""One state of a Whoosh index, opened for reading: the other half of `kb.search.whoosh_engine`."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from whoosh import index, reading

from kb.search import seals
from kb.search.columns import Columns
from kb.search.engine import Listed, Row
from kb.search.summaries import Summaries
from kb.search.tallies import PackedValues, Tally, unpack_words
from kb.search.whoosh_engine_writing import encoded, schema

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.whoosh_engine_files import Files, Memory

COLUMNS_ENDING = ".columns"
SUMMARIES_ENDING = ".summaries"
WORDS_ENDING = ".words"
VALUES_ENDING = ".values"
ENDINGS = (COLUMNS_ENDING, SUMMARIES_ENDING, WORDS_ENDING, VALUES_ENDING)

MOST_POSTINGS_KEPT = 150_000
"""Of a segment; eight bytes each."""
_LEAST_POSTINGS = 32
"""What a remembered term takes beside its postings, in the room of these."""

Postings = tuple["array[int]", "array[float]"]
Terms = tuple[Sequence[str], Sequence[str]]
"""The words and the keywords of a document."""


def read_whole(storage: Files | Memory, name: str) -> bytes:
    """The content of a file."""
    with storage.open_file(name) as file:
        return bytes(file.read(storage.file_length(name)))


def read_columns(storage: Files | Memory, segment: str) -> Columns:
    """The columns of a segment."""
    return Columns.from_bytes(read_whole(storage, segment + COLUMNS_ENDING))


def content_stat(folder: Path, segment: str) -> tuple[tuple[int, int], ...] | None:
    """Size and time of each of our files of a segment; None where one is not there."""
    try:
        found = [(folder / f"{segment}{ending}").stat() for ending in ENDINGS]
    except OSError:
        return None
    return tuple((status.st_size, status.st_mtime_ns) for status in found)


def read_summaries(storage: Files | Memory, segment: str) -> Summaries:
    """The summaries of a segment, those of deleted documents included."""
    return Summaries.from_bytes(read_whole(storage, segment + SUMMARIES_ENDING))


def read_words(storage: Files | Memory, segment: str) -> dict[str, int]:
    """How many documents of a segment hold each word, those deleted since included."""
    return unpack_words(read_whole(storage, segment + WORDS_ENDING))


def read_values(storage: Files | Memory, segment: str) -> PackedValues:
    """How many documents of a segment hold each keyword, those deleted since included."""
    return PackedValues(read_whole(storage, segment + VALUES_ENDING))


class Content:
    """What the files of a segment hold, each read when first needed and once for all readers.

    Whoosh never writes a file of a segment twice: readers of all states that have a segment
    share this, and only documents deleted since make a difference between them.
    """

    def __init__(self, name: str, columns: Columns) -> None:
        self.name = name
        self.columns = columns
        self._words: tuple[list[str], array[int]] | None = None
        self._values: PackedValues | None = None
        self._listed: list[Listed] | None = None
        self._gone: tuple[frozenset[int], Tally] = (frozenset(), Tally())
        self._postings: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._kept = 0
        self._lock = Lock()

    def postings(self, field: str, term: str, read: Callable[[str, str], Postings]) -> Postings:
        """The documents that hold a term and what it weighs there, deleted ones included.

        Those asked for last are remembered: who types a query asks for the same words again
        and again, and to read them is a third of a search.

        Args:
            field: `text` or `keyword`.
            term: as the index has it.
            read: reads them.
        """
        key = field, term
        with self._lock:
            found = self._postings.get(key)
            if found is not None:
                self._postings.move_to_end(key)
                return found
        found = read(field, term)
        with self._lock:
            if key not in self._postings:
                self._postings[key] = found
                self._kept += len(found[0]) + _LEAST_POSTINGS
            while self._kept > MOST_POSTINGS_KEPT:
                _, (documents, _) = self._postings.popitem(last=False)
                self._kept -= len(documents) + _LEAST_POSTINGS
        return found

    def listed(self, storage: Files | Memory) -> Sequence[Listed]:
        """What lists show of every document, deleted ones included."""
        if self._listed is None:
            summaries = read_summaries(storage, self.name)
            self._listed = [
                Listed(row, summaries.of(number)) for number, row in enumerate(self.columns.rows)
            ]
        return self._listed

    def words(self, storage: Files | Memory, prefix: str) -> Iterator[tuple[str, int]]:
        """The words that begin so, in order, with how many documents hold them."""
        if self._words is None:
            known = read_words(storage, self.name)
            self._words = list(known), array("I", known.values())
        words, counts = self._words
        first = bisect_left(words, prefix)
        last = bisect_left(words, prefix + chr(sys.maxunicode))
        return zip(words[first:last], counts[first:last], strict=True)

    def values(self, storage: Files | Memory) -> PackedValues:
        """How many documents hold each keyword."""
        if self._values is None:
            self._values = read_values(storage, self.name)
        return self._values

    def gone(self, deleted: frozenset[int], terms: Callable[[int], Terms]) -> Tally:
        """The words and keywords of deleted documents, counted on from a state before.

        Args:
            deleted: their numbers.
            terms: gives the words and the keywords of one.
        """
        before, tally = self._gone
        if before == deleted:
            return tally
        counted = Tally()
        if before < deleted:
            counted.take(tally.words, tally.values)
        else:  # a state of before is asked once more
            before = frozenset()
        for number in deleted - before:
            counted.add(*terms(number))
        self._gone = deleted, counted
        return counted


class Segment:
    """`kb.search.ranking.Segment` over one segment of a Whoosh index."""

    def __init__(
        self,
        content: Content,
        reader: Any,  # noqa: ANN401 -- untyped
        deleted: frozenset[int],
    ) -> None:
        self.content = content
        self.columns = content.columns
        self.deleted: Collection[int] = deleted
        self.norms: Sequence[float] = ()
        self._reader = reader
        if len(content.columns) != reader.doc_count_all():
            raise ValueError("the columns belong to another segment")

    @cached_property
    def gone(self) -> Tally:
        """The words and keywords of the documents deleted since the segment was written."""
        return self.content.gone(frozenset(self.deleted), self.terms)

    def postings(self, field: str, term: str) -> tuple[Sequence[int], Sequence[float]]:
        """See `kb.search.ranking.Segment`."""
        documents, weights = self.content.postings(field, term, self._read_postings)
        if not self.deleted:
            return documents, weights
        live = [number for number, doc in enumerate(documents) if doc not in self.deleted]
        return [documents[number] for number in live], [weights[number] for number in live]

    def _read_postings(self, field: str, term: str) -> Postings:
        """Deleted documents included."""
        documents, weights = array("I"), array("f")
        matcher = self._matcher(field, term)
        while matcher is not None and matcher.is_active():
            # A block at a time: Whoosh's way, posting by posting, takes several times as long.
            matcher.weight()
            matcher.id()
            documents.extend(matcher._ids)  # noqa: SLF001
            weights.extend(matcher._weights)  # noqa: SLF001
            matcher._next_block()  # noqa: SLF001
        return documents, weights

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

    def terms(self, number: int) -> Terms:
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
        contents: segment id -> its content.
    """

    def __init__(
        self,
        storage: Files | Memory,
        name: str,
        state: tuple[int, int],
        contents: Callable[[Files | Memory, str], Content],
    ) -> None:
        self.state = state
        self._storage = storage
        try:
            opened = index.TOC.read(storage, name, gen=state[0], schema=schema())
            self.segments: Sequence[Segment] = [
                Segment(
                    contents(storage, segment.segment_id()),
                    reading.SegmentReader(storage, opened.schema, segment),
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

    def rows(self) -> list[Row]:
        """Every document's columns together."""
        return [
            row
            for segment in self.segments
            for number, row in enumerate(segment.columns.rows)
            if number not in segment.deleted
        ]

    def listed(self) -> Sequence[Sequence[Listed]]:
        """For each segment what lists show of its documents, deleted ones included."""
        return [segment.content.listed(self._storage) for segment in self.segments]

    def words(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin with the prefix, in order, from the lists of all segments."""
        counts: dict[str, int] = {}
        for segment in self.segments:
            gone = segment.gone.words
            for word, count in segment.content.words(self._storage, prefix):
                counts[word] = counts.get(word, 0) + count - gone.get(word, 0)
        return sorted(pair for pair in counts.items() if pair[1] > 0)

    def values(self, field: str) -> list[tuple[str, int]]:
        """The values of a keyword field with their counts, in order."""
        counts: Counter[str] = Counter()
        for segment in self.segments:
            counts.update(segment.content.values(self._storage).of(field))
            counts.subtract(segment.gone.values.get(field, {}))
        return sorted((value, count) for value, count in counts.items() if count > 0)

    def fields(self) -> list[str]:
        """The keyword fields in which some document has a value."""
        found: set[str] = set()
        for segment in self.segments:
            for field, count in segment.content.values(self._storage).of("has").items():
                if count > len(segment.deleted) or segment.postings("keyword", f"has={field}")[0]:
                    found.add(field)
        return sorted(found)

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
