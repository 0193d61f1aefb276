"""The default engine: our terms and columns in a Whoosh index. No other file knows Whoosh.

Whoosh stores postings and documents, takes care of segments, commits and locks; ranking is
`kb.search.ranking` over its posting lists. Beside each segment lies a file of
`kb.search.columns`, written before the commit that makes the segment visible and swept away
by Whoosh with the segment. A commit is atomic: a killed or failed one leaves the old index.
"""

from __future__ import annotations

import json
import marshal
import os
import pickle
import struct
import sys
import threading
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from whoosh import index, reading, writing
from whoosh.filedb.filestore import FileStorage, RamStorage, Storage

from kb.errors import BrokenIndex, IndexFailure
from kb.search import columns, ranking
from kb.search.columns import Columns
from kb.search.engine import Changes, Document, Hit, Request, Results, Row
from kb.search.whoosh_engine_writing import (
    Codec,
    Pool,
    batches,
    choose_merges,
    fields_of,
    schema,
)

if TYPE_CHECKING:
    from pathlib import Path

    from whoosh.filedb.structfile import StructFile

NAME = "kb"
SCHEMA = f"whoosh 4, {columns.FORMAT}"
"""Changes whenever an index of before cannot be read any more."""
LOCK_SECONDS = 600.0

_COLUMNS_ENDING = ".columns"
_WORDS_ENDING = ".words"
_Answer = TypeVar("_Answer")

_DAMAGE = (
    EOFError,
    OSError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    ImportError,
    pickle.UnpicklingError,
    struct.error,
    zlib.error,
    reading.TermNotFound,
    index.EmptyIndexError,
    index.IndexVersionError,
    index.IndexError,
)
"""What reading a damaged index was seen to raise (bytes flipped, files cut, files gone)."""


class WhooshEngine:
    """`kb.search.engine.SearchEngine` over a folder, or in memory where there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._storage: Storage = RamStorage() if folder is None else FileStorage(str(folder))
        self._local = threading.local()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait until no other process brings this index up to date, then hold them off."""
        with _writing(self._folder):
            lock = self._storage.lock(f"{NAME}_SYNC")
            held = writing.try_for(lock.acquire, timeout=LOCK_SECONDS, delay=0.05)
        if not held:
            raise IndexFailure(
                f"Another process has been writing the index in {self._folder} for "
                f"{LOCK_SECONDS / 60:.0f} minutes.",
                "Wait for it, or end it and try again.",
            )
        try:
            yield
        finally:
            lock.release()

    def version(self) -> str:
        """The generation of the last commit."""
        with _reading(self._folder):
            generation = index.TOC._latest_generation(self._storage, NAME)  # noqa: SLF001
        return str(generation) if generation >= 0 else ""

    def rows(self) -> Sequence[Row]:
        """Every document's columns together."""
        with _reading(self._folder):
            return [
                segment.columns.row(number)
                for segment in self._segments()
                for number in range(len(segment.columns))
                if number not in segment.deleted
            ]

    def search(self, request: Request) -> Results:
        """Find, rank, count; once more where a merge took the files away meanwhile."""
        return self._retried(lambda: self._search(request))

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What the document stored to be shown, or None."""
        return self._retried(lambda: self._document(path))

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies."""
        return self._retried(lambda: self._words(prefix))

    def values(self, field: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field, with their frequencies."""
        start = f"{field}="
        found = self._retried(lambda: self._keywords(start))
        return [(term.removeprefix(start), count) for term, count in found]

    def fields(self) -> Sequence[str]:
        """The keyword fields that some document has a value in."""
        return [value for value, _ in self.values("has")]

    def clear(self) -> None:
        """Start an empty index in the place of whatever is there."""
        self._local = threading.local()
        with _writing(self._folder):
            if self._folder is not None:
                for place in self._folder.iterdir():
                    if place.is_file() and not place.name.endswith("LOCK"):
                        place.unlink()
                _write_about(self._folder)
            index.FileIndex.create(self._storage, schema(), NAME)

    def close(self) -> None:
        """Forget the open segments of this thread."""
        segments = getattr(self._local, "segments", ())
        self._local.segments, self._local.version, self._local.words = (), None, None
        for segment in segments:
            segment.close()

    def apply(self, changes: Changes) -> None:
        """Remove and add; a long list is committed in several steps."""
        removed = changes.removed
        with _writing(self._folder):
            for documents in batches(changes.documents):
                self._commit(removed, documents)
                removed = frozenset()
            if removed:
                self._commit(removed, [])
        self.close()

    def _commit(self, removed: frozenset[str], documents: Sequence[Document]) -> None:
        writer = writing.SegmentWriter(
            index.FileIndex(self._storage, indexname=NAME),
            timeout=LOCK_SECONDS,
            codec=Codec(),
            compound=False,
        )
        writer.pool = Pool()
        try:
            replaced = removed.union(document.path for document in documents)
            for segment in writer.segments:
                known = self._columns(segment.segment_id()).by_path
                for path in known.keys() & replaced:
                    segment.delete_document(known[path])
            added = Columns()
            words: Counter[str] = Counter()
            for document in documents:
                writer.add_document(**fields_of(document))
                added.add(document)
                words.update(document.words)
            writer.commit(mergetype=self._merge_into(added, words))
        except BaseException:
            if not writer.is_closed:
                writer.cancel()
            raise

    def _merge_into(
        self, added: Columns, words: Counter[str]
    ) -> Callable[[Any, list[Any]], list[Any]]:
        """Whoosh's hook before a commit: choose segments to merge, write the new columns."""

        def merge(writer: Any, segments: list[Any]) -> list[Any]:  # noqa: ANN401 -- untyped
            chosen, kept = choose_merges(segments)
            for segment in chosen:
                live = [n for n in range(segment.doc_count_all()) if not segment.is_deleted(n)]
                reader = reading.SegmentReader(self._storage, writer.schema, segment)
                writer.add_reader(reader)
                reader.close()
                added.extend(self._columns(segment.segment_id()), live)
                words.update(self._word_counts(segment.segment_id()))
            if len(added):
                name = writer.newsegment.segment_id()
                self._write(name + _COLUMNS_ENDING, added.to_bytes())
                self._write(name + _WORDS_ENDING, marshal.dumps(dict(words)))
            return kept

        return merge

    def _columns(self, segment_id: str) -> Columns:
        return Columns.from_bytes(self._read(segment_id + _COLUMNS_ENDING))

    def _word_counts(self, segment_id: str) -> dict[str, int]:
        """How many documents of a segment hold each word; deleted documents count until a merge."""
        counts: dict[str, int] = marshal.loads(self._read(segment_id + _WORDS_ENDING))  # noqa: S302 -- our own cache, 0700
        return counts

    def _read(self, name: str) -> bytes:
        file: StructFile
        with self._storage.open_file(name) as file:
            return bytes(file.read(self._storage.file_length(name)))

    def _write(self, name: str, content: bytes) -> None:
        with self._storage.create_file(name) as file:
            file.write(content)

    def _segments(self) -> Sequence[_WhooshSegment]:
        """The segments of the last commit, opened once a thread and commit.

        Whoosh's readers move a shared file position: a thread must not use another's.
        """
        version = index.TOC._latest_generation(self._storage, NAME)  # noqa: SLF001
        if getattr(self._local, "version", None) != version:
            self.close()
            opened = index.TOC.read(self._storage, NAME, gen=version, schema=schema())
            segments = [
                _WhooshSegment(
                    segment.segment_id(),
                    reading.SegmentReader(self._storage, opened.schema, segment),
                    self._columns(segment.segment_id()),
                    frozenset(segment.deleted_docs()),
                )
                for segment in opened.segments
            ]
            _set_norms(segments)
            self._local.segments, self._local.version = segments, version
        found: Sequence[_WhooshSegment] = self._local.segments
        return found

    def _search(self, request: Request) -> Results:
        segments = self._segments()
        ranked = ranking.rank(segments, request)
        hits = tuple(
            Hit(
                path=segments[found.segment].columns.paths[found.number],
                score=found.score,
                well=found.well,
                shown=segments[found.segment].shown(found.number),
            )
            for found in ranked.found
        )
        return Results(ranked.total, ranked.total_any, hits, ranked.facets, ranked.word_totals)

    def _document(self, path: str) -> Mapping[str, Any] | None:
        for segment in self._segments():
            number = segment.columns.by_path.get(path)
            if number is not None and number not in segment.deleted:
                return segment.shown(number)
        return None

    def _keywords(self, prefix: str) -> list[tuple[str, int]]:
        counts: Counter[str] = Counter()
        for segment in self._segments():
            counts.update(dict(segment.keywords(prefix)))
        return sorted(counts.items())

    def _words(self, prefix: str) -> list[tuple[str, int]]:
        """From the word lists of all segments, merged once a thread and commit."""
        segments = self._segments()
        if self._local.words is None:
            counts: Counter[str] = Counter()
            for segment in segments:
                counts.update(self._word_counts(segment.name))
            self._local.words = sorted(counts.items())
        known: list[tuple[str, int]] = self._local.words
        first = bisect_left(known, (prefix,))
        last = bisect_left(known, (prefix + chr(sys.maxunicode),))
        return known[first:last]

    def _retried(self, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except _DAMAGE:
            self._local.version = None
        with _reading(self._folder):
            return ask()


class _WhooshSegment:
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
        try:
            matcher = self._reader.postings(field, term)
        except reading.TermNotFound:
            return (), ()
        documents: list[int] = []
        weights: list[float] = []
        while matcher.is_active():
            documents.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        return documents, weights

    def positions(self, term: str, documents: Collection[int]) -> Mapping[int, Sequence[int]]:
        try:
            matcher = self._reader.postings("text", term)
        except reading.TermNotFound:
            return {}
        found: dict[int, Sequence[int]] = {}
        for document in sorted(documents):
            if not matcher.is_active():
                break
            matcher.skip_to(document)
            if matcher.is_active() and matcher.id() == document:
                found[document] = array("I", matcher.value())
        return found

    def frequency(self, field: str, term: str) -> int:
        return int(self._reader.doc_frequency(field, term))

    def keywords(self, prefix: str) -> Iterator[tuple[str, int]]:
        for term in self._reader.expand_prefix("keyword", prefix):
            yield term.decode(), int(self._reader.doc_frequency("keyword", term))

    def shown(self, number: int) -> Mapping[str, Any]:
        stored = self._reader.stored_fields(number)["shown"]
        shown: Mapping[str, Any] = json.loads(zlib.decompress(stored))
        return shown

    def close(self) -> None:
        self._reader.close()


def _set_norms(segments: Sequence[_WhooshSegment]) -> None:
    """BM25's length terms need the average length over the whole index."""
    total = sum(sum(s.columns.lengths) for s in segments)
    total -= sum(s.columns.lengths[number] for s in segments for number in s.deleted)
    count = sum(len(s.columns) - len(s.deleted) for s in segments)
    average = total / count if count else 0.0
    for segment in segments:
        segment.norms = segment.columns.norms(average)


def _write_about(folder: Path) -> None:
    about = folder / "about.json"
    about.write_text(json.dumps({"schema": SCHEMA}), encoding="utf-8")


def exists(folder: Path) -> bool:
    """Whether an index was ever made here.

    Raises:
        BrokenIndex: there is one, of another version of this program or of another program.
    """
    about = folder / "about.json"
    if not about.exists():
        return False
    try:
        schema = json.loads(about.read_text(encoding="utf-8"))["schema"]
    except (OSError, ValueError, TypeError, KeyError):
        schema = "unknown"
    if schema != SCHEMA:
        raise BrokenIndex(f"The index in {folder} is of another version ({schema}).")
    return True


@contextmanager
def _reading(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise BrokenIndex(f"The index in {folder} is damaged ({error!r}).") from error


@contextmanager
def _writing(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except writing.LockError as error:
        raise IndexFailure(
            f"Another process is writing the index in {folder}.", "Try again in a moment."
        ) from error
    except OSError as error:
        raise IndexFailure(
            f"The index in {folder} cannot be written: {os.strerror(error.errno or 0)}.",
            "Make room on the disk or choose another place with KB_CACHE_DIR.",
        ) from error
