"""The default engine: our terms and columns in a Whoosh index. No other file knows Whoosh.

Whoosh stores postings and documents, takes care of segments, commits and locks; ranking is
`kb.search.ranking` over its posting lists. Beside each segment lies a file of
`kb.search.columns`, written before the commit that makes the segment visible and swept away
by Whoosh with the segment. A commit is atomic: a killed or failed one leaves the old index.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import threading
import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from whoosh import fields, formats, index, reading, writing
from whoosh.codec import whoosh3
from whoosh.filedb.filestore import FileStorage, RamStorage, Storage

from kb.errors import BrokenIndex, IndexFailure
from kb.search import columns, ranking
from kb.search.columns import Columns
from kb.search.engine import ZONES, Changes, Document, Hit, Request, Results, Row

if TYPE_CHECKING:
    from pathlib import Path

    from whoosh.filedb.structfile import StructFile

NAME = "kb"
SCHEMA = f"whoosh 2, {columns.FORMAT}"
"""Changes whenever an index of before cannot be read any more."""
MOST_POSTINGS = 700_000
"""Postings in memory before they are committed as a segment: about 250 MB."""
LOCK_SECONDS = 600.0

_COLUMNS_ENDING = ".columns"
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


class Postings(formats.Format):  # type: ignore[misc]  # Whoosh has no types
    """Takes (term, frequency, weight, value) as they come: the terms are made by `text`.

    Args:
        posting_size: bytes of each posting's value; 0 for none, -1 for any number but none.
    """

    def __init__(self, posting_size: int) -> None:
        super().__init__()
        self.posting_size = posting_size

    def word_values(self, value: object, analyzer: object, **_: object) -> object:
        """The postings themselves."""
        del analyzer
        return value


class Terms(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field of ready postings. Stands at module level because Whoosh pickles its schema."""

    indexed = True
    scorable = False

    def __init__(self, posting_size: int = 0) -> None:
        self.format = Postings(posting_size)
        self.analyzer = None
        self.vector = None
        self.column_type = None
        self.stored = False
        self.unique = False
        self.spelling = False

    def index(self, value: object, **_: object) -> object:
        """The postings themselves."""
        return value

    def to_bytes(self, value: bytes | str) -> bytes:
        """A term as Whoosh keeps it."""
        return value if isinstance(value, bytes) else value.encode()

    def from_bytes(self, value: bytes) -> str:
        """The inverse of `to_bytes`."""
        return value.decode()


class Codec(whoosh3.W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's own, without the lengths of fields: ours are in the columns."""

    length_stats = False


class _Pool:
    """The postings of one segment, sorted in memory; `MOST_POSTINGS` bounds them."""

    def __init__(self, **_: object) -> None:
        self._postings: list[tuple[str, bytes, int, float, bytes]] = []
        self.add = self._postings.append

    def iter_postings(self) -> Iterable[tuple[str, bytes, int, float, bytes]]:
        self._postings.sort()
        return self._postings

    def cleanup(self) -> None:
        self._postings = []


def _schema() -> fields.Schema:
    return fields.Schema(text=Terms(-1), word=Terms(), keyword=Terms(), shown=fields.STORED())


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

    def frequency(self, word: str) -> int:
        """How many documents hold this word."""
        return self._retried(
            lambda: sum(s.frequency("word", word) for s in self._segments()),
        )

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies."""
        return self._retried(lambda: self._terms("word", prefix))

    def values(self, field: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field, with their frequencies."""
        start = f"{field}="
        found = self._retried(lambda: self._terms("keyword", start))
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
            index.FileIndex.create(self._storage, _schema(), NAME)

    def close(self) -> None:
        """Forget the open segments of this thread."""
        segments = getattr(self._local, "segments", ())
        self._local.segments, self._local.version = (), None
        for segment in segments:
            segment.close()

    def apply(self, changes: Changes) -> None:
        """Remove and add; a long list is committed in several steps."""
        removed = changes.removed
        with _writing(self._folder):
            for documents in _batches(changes.documents):
                self._commit(removed, documents)
                removed = frozenset()
            if removed:
                self._commit(removed, [])
        self.close()

    def _commit(self, removed: frozenset[str], documents: Sequence[Document]) -> None:
        writer = writing.SegmentWriter(
            index.FileIndex(self._storage, indexname=NAME),
            timeout=LOCK_SECONDS,
            poolclass=_Pool,
            codec=Codec(),
            compound=False,
        )
        try:
            replaced = removed.union(document.path for document in documents)
            for segment in writer.segments:
                known = self._columns(segment.segment_id()).by_path
                for path in known.keys() & replaced:
                    segment.delete_document(known[path])
            added = Columns()
            for document in documents:
                writer.add_document(**_fields(document))
                added.add(document)
            writer.commit(mergetype=self._merge_into(added))
        except BaseException:
            if not writer.is_closed:
                writer.cancel()
            raise

    def _merge_into(self, added: Columns) -> Callable[[Any, list[Any]], list[Any]]:
        """Whoosh's hook before a commit: choose segments to merge, write the new columns."""

        def merge(writer: Any, segments: list[Any]) -> list[Any]:  # noqa: ANN401 -- untyped
            chosen, kept = _choose_merges(segments)
            for segment in chosen:
                live = [n for n in range(segment.doc_count_all()) if not segment.is_deleted(n)]
                reader = reading.SegmentReader(self._storage, writer.schema, segment)
                writer.add_reader(reader)
                reader.close()
                added.extend(self._columns(segment.segment_id()), live)
            if len(added):
                name = writer.newsegment.make_filename(_COLUMNS_ENDING)
                with self._storage.create_file(name) as file:
                    file.write(added.to_bytes())
            return kept

        return merge

    def _columns(self, segment_id: str) -> Columns:
        name = f"{segment_id}{_COLUMNS_ENDING}"
        file: StructFile
        with self._storage.open_file(name) as file:
            return Columns.from_bytes(file.read(self._storage.file_length(name)))

    def _segments(self) -> Sequence[_WhooshSegment]:
        """The segments of the last commit, opened once a thread and commit.

        Whoosh's readers move a shared file position: a thread must not use another's.
        """
        version = index.TOC._latest_generation(self._storage, NAME)  # noqa: SLF001
        if getattr(self._local, "version", None) != version:
            self.close()
            opened = index.TOC.read(self._storage, NAME, gen=version, schema=_schema())
            segments = [
                _WhooshSegment(
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

    def _terms(self, field: str, prefix: str) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        for segment in self._segments():
            for term, count in segment.terms(field, prefix):
                counts[term] = counts.get(term, 0) + count
        return sorted(counts.items())

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
        reader: Any,  # noqa: ANN401 -- untyped
        known: Columns,
        deleted: frozenset[int],
    ) -> None:
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

    def terms(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        for term in self._reader.expand_prefix(field, prefix):
            yield term.decode(), int(self._reader.doc_frequency(field, term))

    def shown(self, number: int) -> Mapping[str, Any]:
        stored = self._reader.stored_fields(number)["shown"]
        shown: Mapping[str, Any] = json.loads(zlib.decompress(stored))
        return shown

    def close(self) -> None:
        self._reader.close()


def _set_norms(segments: Sequence[_WhooshSegment]) -> None:
    """BM25's length terms need the average length over the whole index."""
    lengths = [
        length
        for segment in segments
        for number, length in enumerate(segment.columns.lengths)
        if number not in segment.deleted
    ]
    average = sum(lengths) / len(lengths) if lengths else 0.0
    for segment in segments:
        segment.norms = segment.columns.norms(average)


def _fields(document: Document) -> dict[str, Any]:
    keywords = (
        f"{field}={value}" for field, values in document.keywords.items() for value in values
    )
    shown = json.dumps(document.shown, ensure_ascii=False, separators=(",", ":"))
    return {
        "text": _text_postings(document),
        "word": [(word.encode(), 1, 1.0, b"") for word in document.words],
        "keyword": [(keyword.encode(), 1, 1.0, b"") for keyword in keywords],
        "shown": zlib.compress(shown.encode(), 1),
    }


def _text_postings(document: Document) -> list[tuple[bytes, int, float, bytes]]:
    """(term, frequency, weight, positions): a position carries the zone it is in."""
    weights: dict[str, float] = {}
    places: dict[str, array[int]] = {}
    for number, (zone, weight) in enumerate(ZONES.items()):
        offset = number << ranking.ZONE_BITS
        for term, positions in document.zones.get(zone, {}).items():
            weights[term] = weights.get(term, 0.0) + weight * len(positions)
            found = places.setdefault(term, array("I"))
            found.extend(p + offset for p in positions if p < 1 << ranking.ZONE_BITS)
    return [
        (term.encode(), len(found), weights[term], found.tobytes())
        for term, found in places.items()
    ]


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents in lots whose postings fit into memory."""
    batch: list[Document] = []
    postings = 0
    for document in documents:
        batch.append(document)
        postings += len(document.words) + sum(map(len, document.zones.values()))
        if postings >= MOST_POSTINGS:
            yield batch
            batch, postings = [], 0
    if batch:
        yield batch


_MERGE_WIDTH = 8
_MERGE_TIERS = (16, 256, 4096)


def _choose_merges(segments: list[Any]) -> tuple[list[Any], list[Any]]:
    """(to merge, to keep): eight segments below a size become one, so that there are few.

    A merge of the lowest tier costs what one edit costs; the higher ones come seldom.
    """
    live = [segment for segment in segments if segment.doc_count() > 0]
    for size in _MERGE_TIERS:
        small = [segment for segment in live if segment.doc_count() < size]
        if len(small) >= _MERGE_WIDTH:
            return small, [segment for segment in live if segment not in small]
    return [], live


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
