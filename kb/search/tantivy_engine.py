"""The fast local engine: our terms in a tantivy index. No other file knows tantivy.

Tantivy finds, counts, filters and sorts; a commit is atomic, and a killed or failed one leaves
the index as it was. Beside its files lies one of ours, which names what made the index and when
it was begun, so that no state is ever taken for another.

    tantivy_engine_writing   how documents become tantivy's
    tantivy_engine_queries   words and conditions as its queries
    tantivy_engine_scores    the exact scores of what comes first
    tantivy_engine_reading   a state opened for reading
    tantivy_engine_files     the folder: its lock, its parts, a link to each file
"""

from __future__ import annotations

import errno
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

import tantivy
from tantivy.tantivy import __version__ as _tantivy_version

from kb.beside import beside
from kb.errors import BrokenIndex, IndexFailure, KbError
from kb.search.tantivy_engine_files import LOCK_SECONDS, Folder
from kb.search.tantivy_engine_queries import safe
from kb.search.tantivy_engine_writing import FORMAT, schema, stored

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import Capability, Changes, Document, Listed, Request, Results, Row
    from kb.search.tantivy_engine_reading import Known, OpenIndex

SCHEMA = f"{_tantivy_version}, {FORMAT}"
"""Changes whenever an index of before cannot be read any more."""
HEAP_BYTES = 128_000_000
"""Memory for documents before tantivy writes them out."""

_SYSTEM_ERROR = r"\bos error (\d+)\)|\bOs \{ code: (\d+)"
"""How tantivy tells an error of the system."""
_TRIES = 20
_REBUILD = "`kb index --rebuild` makes it anew from the entries."
_NEEDS_FOLDER = "Set KB_CACHE_DIR to a folder that you may write."
_Answer = TypeVar("_Answer")
_shared: WeakValueDictionary[str, Known] = WeakValueDictionary()


class TantivyEngine:
    """`kb.search.engine.SearchEngine` over a folder, or in memory where there is none."""

    capabilities: frozenset[Capability] = frozenset(("set-aside",))

    def __init__(self, folder: Path | None) -> None:
        self._folder = Folder(folder) if folder is not None else None
        self._memory: tantivy.Index | None = None
        self._commits = 0
        self._lock = Lock()
        self._lent = Lock()  # tantivy lends an index to one thread at a time
        self._opened: tuple[object, str, OpenIndex] | None = None
        self._known: Known | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait until no other process brings this index up to date, then hold them off."""
        if self._folder is None:
            with self._lock:
                yield
            return
        with self._folder.held():
            yield

    def version(self) -> str:
        """What names the index, and the number of its last commit, which only grows."""
        return self._version(self._state())

    def rows(self) -> Sequence[Row]:
        """Every document's row."""
        return self._asked(lambda opened: opened.rows())

    def apply(self, changes: Changes) -> None:
        """Remove and add, all in one commit."""
        documents = iter(changes.documents)
        first = next(documents, None)
        if first is None and not changes.removed:
            return
        with self._told(damage=True):
            writer = self._writer(self._index())
            if self._folder is not None:
                self._folder.sweep()
                # Tantivy itself would do it after the commit, and stumble over such a file in it.
                writer.garbage_collect_files()
        try:
            self._write(writer, changes, chain([first] if first else [], documents))
        except BaseException:
            writer.rollback()
            raise
        finally:
            # Segments of a like size are merged now; nobody would do it later.
            writer.wait_merging_threads()

    def _write(
        self, writer: tantivy.IndexWriter, changes: Changes, documents: Iterable[Document]
    ) -> None:
        with self._told(damage=True):
            for path in changes.removed:
                writer.delete_documents_by_term("path", safe(path))
        for document in documents:  # what their source raises is not told as ours
            with self._told(damage=True):
                writer.delete_documents_by_term("path", safe(document.path))
                writer.add_document(stored(document))
        # For one entry this is 20 ms of renaming files, of the disk, and of tantivy's threads.
        with beside(partial(self._commit, writer)):
            import kb.search.tantivy_engine_reading  # noqa: F401 -- the next question needs it

            if changes.meanwhile:
                changes.meanwhile()

    def _commit(self, writer: tantivy.IndexWriter) -> None:
        with self._told(damage=True):
            writer.commit()
        self._commits += 1

    def search(self, request: Request) -> Results:
        """Find, rank, count."""
        return self._asked(lambda opened: opened.search(request))

    def listed(self, request: Request) -> Sequence[Listed]:
        """Every document that matches well, in the order asked."""
        return self._asked(lambda opened: opened.listed(request))

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What the document stored to be shown, or None."""
        return self._asked(lambda opened: opened.document(path))

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies."""
        return self._asked(lambda opened: opened.words(prefix))

    def values(self, field: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field, with their frequencies."""
        return self._asked(lambda opened: opened.values(field))

    def fields(self) -> Sequence[str]:
        """The keyword fields that some document has a value in."""
        return [name for name, _ in self.values("has")]

    def frequencies(self, terms: Sequence[str]) -> Sequence[int]:
        """How many documents hold each term, some that were deleted included."""
        return self._asked(lambda opened: opened.frequencies(terms))

    def clear(self) -> None:
        """Start an empty index in the place of whatever is there."""
        self._opened = None
        self._commits += 1
        if self._folder is None:
            self._memory = tantivy.Index(schema())
            return
        from secrets import token_hex

        with self._told():
            self._folder.empty()
            tantivy.Index(schema(), path=str(self._folder.path), reuse=False)
            about = {"schema": SCHEMA, "made": token_hex(8)}
            self._folder.write_about(json.dumps(about))

    def set_aside(self, place: Path) -> None:
        """Link the files of the last commit into an empty folder; copy where links do not work.

        Tantivy never writes a file of a segment twice, so a link keeps what it is now.
        """
        if self._folder is None:
            raise IndexFailure("An index in memory cannot be set aside.", _NEEDS_FOLDER)
        for _ in range(_TRIES):
            version = self.version()
            self._folder.link_into(place)
            if version == self.version() == TantivyEngine(place).version():
                return
            Folder(place).empty()
        raise self._too_fast()

    def close(self) -> None:
        """Let go of the files; the next question opens them again."""
        self._opened = None

    @property
    def _place(self) -> str:
        return "memory" if self._folder is None else str(self._folder.path)

    def _state(self) -> object:
        """What tells two states of the files apart, as cheaply as can be."""
        return self._commits if self._folder is None else self._folder.stats()

    def _version(self, state: object) -> str:
        """The version in a state; read again only where the files are others."""
        opened = self._opened
        if opened is not None and opened[0] == state:
            return opened[1]
        if self._folder is None:
            return str(self._commits) if self._memory is not None else ""
        about, commit = self._folder.about(), self._folder.commit()
        if about is None and commit is None:
            return ""
        made = _made(about)
        if made is None:
            raise BrokenIndex(f"The index in {self._place} is of another version.", _REBUILD)
        if commit is None:
            message = f"The index in {self._place} has lost its list of segments."
            raise BrokenIndex(message, _REBUILD)
        try:
            return f"{made} {int(json.loads(commit)['opstamp'])}"
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._broken(error) from error

    def _asked(self, ask: Callable[[OpenIndex], _Answer]) -> _Answer:
        """An answer from the last commit; asked again where another commit came in between."""
        for _ in range(_TRIES):
            state = self._state()
            try:
                return ask(self._open(state))
            except KbError:
                raise
            except BaseException as error:
                if not _is_of_tantivy(error):
                    raise
                self._opened = None
                if state == self._state():
                    raise self._broken(error) from error
        raise self._too_fast()

    def _open(self, state: object) -> OpenIndex:
        """The index in a state; the same for all threads, since a state never changes."""
        opened = self._opened
        if opened is not None and opened[0] == state:
            return opened[2]
        from kb.search.tantivy_engine_reading import OpenIndex

        version = self._version(state)
        index = self._index()
        if not version:
            raise FileNotFoundError("no index")
        with self._lent:
            new = OpenIndex(index, self._known_of(version))
        self._opened = (state, version, new)
        return new

    def _known_of(self, version: str) -> Known:
        """What is known of documents by all who read this index, also a state set aside."""
        from kb.search.tantivy_engine_reading import Known

        if self._folder is None:
            self._known = self._known or Known()
        else:
            self._known = _shared.setdefault(version.partition(" ")[0], Known())
        return self._known

    def _index(self) -> tantivy.Index:
        if self._folder is not None:
            return tantivy.Index.open(str(self._folder.path))
        if self._memory is None:
            raise FileNotFoundError("no index")
        return self._memory

    def _writer(self, index: tantivy.Index) -> tantivy.IndexWriter:
        """Tantivy's writer; there is one at a time."""
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                with self._lent:
                    return index.writer(heap_size=HEAP_BYTES, num_threads=1)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
                if time.monotonic() > until:
                    raise IndexFailure(
                        f"Another process is writing the index in {self._place}.",
                        "Try again in a moment.",
                    ) from error
                time.sleep(0.05)

    @contextmanager
    def _told(self, *, damage: bool = False) -> Iterator[None]:
        """Turn what writing raises into an IndexFailure; with `damage`, what reading does, too."""
        try:
            yield
        except KbError:
            raise
        except BaseException as error:
            refused = _refused(error)
            if refused:
                raise IndexFailure(
                    f"The index in {self._place} cannot be written: {refused}.",
                    "Make room on the disk or choose another place with KB_CACHE_DIR.",
                ) from error
            if not damage or not _is_of_tantivy(error):
                raise
            raise self._broken(error) from error

    def _broken(self, error: BaseException) -> BrokenIndex:
        return BrokenIndex(
            f"The index in {self._place} is damaged or missing ({_one_line(error)}).", _REBUILD
        )

    def _too_fast(self) -> IndexFailure:
        return IndexFailure(
            f"The index in {self._place} changes faster than it can be read.",
            "Try again when whatever writes it has ended.",
        )


def _made(about: bytes | None) -> str | None:
    """When an index of this version was begun; None where it is none of this version."""
    try:
        known = json.loads(about or b"")
        return str(known["made"]) if known["schema"] == SCHEMA else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _is_of_tantivy(error: BaseException) -> bool:
    """Whether an index may be to blame: tantivy's errors are plain ones, or panics of Rust."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _refused(error: BaseException) -> str:
    """What the system refused, in its words; empty where it is no more than a missing file."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (told := re.search(_SYSTEM_ERROR, str(error))):
        number = int(told[1] or told[2])
    return "" if number in {None, errno.ENOENT} else os.strerror(number or 0)


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:120]
