"""The default engine: our terms and columns in a Whoosh index. No other file knows Whoosh.

Whoosh stores postings and documents, takes care of segments, commits and locks; ranking is
`kb.search.ranking` over its posting lists. Beside each segment lies a file of
`kb.search.columns`, written before the commit that makes the segment visible and swept away
by Whoosh with the segment. A commit is atomic: a killed or failed one leaves the old index.

    whoosh_engine_writing   how documents become segments
    whoosh_engine_commit    one commit of them
    whoosh_engine_reading   a commit opened for reading
    whoosh_engine_files     the files of both, closed in the end
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from whoosh import index, writing

from kb.errors import BrokenIndex, IndexFailure, KbError
from kb.search import columns, ranking
from kb.search.engine import Capability, Changes, Document, Hit, Listed, Request, Results, Row
from kb.search.whoosh_engine_commit import LOCK_SECONDS, NAME, Commit
from kb.search.whoosh_engine_files import Files, Memory, empty, set_aside
from kb.search.whoosh_engine_reading import Content, OpenIndex, content_stat, read_columns
from kb.search.whoosh_engine_writing import batches, schema

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = f"whoosh 7, {columns.FORMAT}"
"""Changes whenever an index of before cannot be read any more."""
ABOUT = "about.json"

_TRIES = 20
_FIRST_SECOND = 1_577_836_800  # 2020-01-01
_MOST_GENERATIONS = (1 << 31) - 2
_REBUILD = "`kb index --rebuild` makes it anew from the entries."
_NEEDS_FOLDER = "Set KB_CACHE_DIR to a folder that you may write."
_Answer = TypeVar("_Answer")
_shared: WeakValueDictionary[tuple[str, object], Content] = WeakValueDictionary()


class WhooshEngine:
    """`kb.search.engine.SearchEngine` over a folder, or in memory where there is none."""

    capabilities: frozenset[Capability] = frozenset(("set-aside",))

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory = Memory() if folder is None else None
        self._idle: list[OpenIndex] = []
        self._latest = (-1, 0)
        self._known: dict[str, Content] = {}

    def _files(self) -> Files | Memory:
        """The index's files, for one reader or writer."""
        return self._memory if self._memory is not None else Files(str(self._folder))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait until no other process brings this index up to date, then hold them off."""
        files = self._files()
        try:
            with _writing(self._folder):
                if self._folder is not None:
                    self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = files.lock(f"{NAME}_SYNCLOCK")
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
        finally:
            if self._memory is None:
                files.release()

    def version(self) -> str:
        """The generation of the last commit, and when it was written."""
        generation, written = self._state()
        if self._folder is not None:
            _check_about(self._folder, exists=generation >= 0)
        return f"{generation} {written}" if generation >= 0 else ""

    def _generation(self) -> int:
        return int(index.TOC._latest_generation(self._files(), NAME))  # noqa: SLF001

    def _state(self) -> tuple[int, int]:
        """What names one state: a folder that was removed counts its generations anew."""
        generation, written = self._generation(), 0
        if self._folder is not None and generation >= 0:
            with suppress(OSError):
                written = (self._folder / f"_{NAME}_{generation}.toc").stat().st_mtime_ns
        return generation, written

    def rows(self) -> Sequence[Row]:
        """Every document's columns together."""
        return self._asked(lambda opened: opened.rows())

    def search(self, request: Request) -> Results:
        """Find, rank, count; once more where a merge took the files away meanwhile."""
        return self._asked(lambda opened: _search(opened, request))

    def listed(self, request: Request) -> Sequence[Listed]:
        """Every document that matches well, from the columns and the summaries beside them."""
        return self._asked(lambda opened: _listed(opened, request))

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What the document stored to be shown, or None."""

        def shown(opened: OpenIndex) -> Mapping[str, Any] | None:
            place = opened.place(path)
            return place[0].shown(place[1]) if place else None

        return self._asked(shown)

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies."""
        return self._asked(lambda opened: opened.words(prefix))

    def values(self, field: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field, with their frequencies."""
        return self._asked(lambda opened: opened.values(field))

    def fields(self) -> Sequence[str]:
        """The keyword fields that some document has a value in."""
        return self._asked(lambda opened: opened.fields())

    def frequencies(self, terms: Sequence[str]) -> Sequence[int]:
        """How many documents hold each term, those deleted since included."""
        return self._asked(
            lambda opened: [sum(one.frequency(term) for one in opened.segments) for term in terms]
        )

    def clear(self) -> None:
        """Start an empty index in the place of whatever is there.

        Its generation is none that this folder ever had, so no reader takes it for another.
        """
        files = self._files()
        with _writing(self._folder):
            try:
                latest = self._generation()
                generation = int(time.time()) - _FIRST_SECOND
                if generation <= latest < _MOST_GENERATIONS:
                    generation = latest + 1
                if self._folder is not None:
                    _write_about(self._folder)
                files.sweep(f"_{NAME}_")
                index.TOC(schema(), [], generation).write(files, NAME)
                index.clean_files(files, NAME, generation, [])
            except BaseException:
                files.discard()
                raise

    def set_aside(self, place: Path) -> None:
        """Link the files of the last commit into an empty folder; copy where links do not work.

        Whoosh never writes a file of a segment twice, so a link keeps what it is now.
        """
        if self._folder is None:
            raise IndexFailure("An index in memory cannot be set aside.", _NEEDS_FOLDER)
        for _ in range(_TRIES):
            version = self.version()
            set_aside(self._folder, place)
            if version == self.version() == WhooshEngine(place).version():
                return
            empty(place)
        raise self._too_fast()

    def close(self) -> None:
        """Let go of the files of every state that is not being read just now."""
        while self._idle:
            with suppress(IndexError):  # another thread was faster
                self._idle.pop().close()

    def apply(self, changes: Changes) -> None:
        """Remove and add; a long list is committed in several steps."""
        removed = changes.removed
        for documents in batches(changes.documents):
            self._commit(removed, documents)
            removed = frozenset()
        if removed:
            self._commit(removed, [])

    def _commit(self, removed: frozenset[str], documents: Sequence[Document]) -> None:
        files = self._files()
        before = self._generation()
        with _writing(self._folder, damage=True):
            try:
                files.sweep(f"_{NAME}_")
                Commit(files, self._content).run(removed, documents)
            except BaseException:
                # Once the list of segments is there, what was made belongs to the index.
                if self._generation() == before:
                    files.discard()
                raise
            finally:
                files.release()

    def _content(self, files: Files | Memory, segment: str) -> Content:
        """What a segment holds, read once for all readers, also of states set aside.

        Whoosh names segments at random, so that no two have the same name; a file that was
        damaged since has another stat.
        """
        known = self._known.get(segment)
        if known is None:
            file = (segment, None if self._folder is None else content_stat(self._folder, segment))
            known = _shared.get(file) if file[1] else None
            if known is None:
                known = _shared[file] = Content(segment, read_columns(files, segment))
            self._known[segment] = known
        return known

    def _open(self, state: tuple[int, int]) -> OpenIndex:
        """The index in a state, opened for one reader."""
        while self._idle:
            try:
                opened = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if opened.state == state:
                return opened
            opened.close()
        if self._folder is not None:
            _check_about(self._folder, exists=state[0] >= 0)
        opened = OpenIndex(self._files(), NAME, state, self._content)
        names = {segment.content.name for segment in opened.segments}
        for gone in set(self._known) - names:
            self._known.pop(gone, None)
        self._latest = state
        return opened

    def _asked(self, ask: Callable[[OpenIndex], _Answer]) -> _Answer:
        """An answer from the last commit; asked again where another commit came in between."""
        for _ in range(_TRIES):
            state = self._state()
            try:
                return self._answer(ask, state)
            except KbError:
                raise
            except Exception as error:
                if state == self._state():
                    raise BrokenIndex(
                        f"The index in {self._folder or 'memory'} is damaged or missing "
                        f"({_one_line(error)}).",
                        _REBUILD,
                    ) from error
        raise self._too_fast()

    def _too_fast(self) -> IndexFailure:
        return IndexFailure(
            f"The index in {self._folder} changes faster than it can be read.",
            "Try again when whatever writes it has ended.",
        )

    def _answer(self, ask: Callable[[OpenIndex], _Answer], state: tuple[int, int]) -> _Answer:
        opened = self._open(state)
        try:
            answer = ask(opened)
        except BaseException:
            opened.close()
            raise
        if state == self._latest:
            self._idle.append(opened)
        else:
            opened.close()
        return answer


def _search(opened: OpenIndex, request: Request) -> Results:
    segments = opened.segments
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


def _listed(opened: OpenIndex, request: Request) -> list[Listed]:
    everything = sum(len(segment.columns) for segment in opened.segments)
    whole = replace(request, offset=0, limit=everything, facets=())
    listed = opened.listed()
    return [
        listed[found.segment][found.number]
        for found in ranking.rank(opened.segments, whole).found
        if found.well
    ]


def _write_about(folder: Path) -> None:
    temporary = folder / f"{ABOUT}.new"
    temporary.write_text(json.dumps({"schema": SCHEMA}), encoding="utf-8")
    temporary.replace(folder / ABOUT)


def _check_about(folder: Path, *, exists: bool) -> None:
    """See that an index in a folder is one of ours, before anything of it is unpickled.

    Raises:
        BrokenIndex: it is of another version of this program or of another program.
    """
    try:
        known = json.loads((folder / ABOUT).read_bytes())["schema"]
    except FileNotFoundError:
        known = "unknown" if exists else SCHEMA
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        known = "unknown"
    else:
        if known == SCHEMA and not exists:
            raise BrokenIndex(f"The index in {folder} has lost its list of segments.", _REBUILD)
    if known != SCHEMA:
        raise BrokenIndex(
            f"The index in {folder} is of another version ({str(known)[:60]}).", _REBUILD
        )


@contextmanager
def _writing(folder: Path | None, *, damage: bool = False) -> Iterator[None]:
    """Turn what writing raises into an IndexFailure; with `damage`, what reading raises, too."""
    place = folder or "memory"
    try:
        yield
    except KbError:
        raise
    except writing.LockError as error:
        raise IndexFailure(
            f"Another process is writing the index in {place}.", "Try again in a moment."
        ) from error
    except Exception as error:
        if isinstance(error, OSError) and not (damage and error.errno in {None, errno.ENOENT}):
            raise IndexFailure(
                f"The index in {place} cannot be written: {error.strerror or error}.",
                "Make room on the disk or choose another place with KB_CACHE_DIR.",
            ) from error
        if not damage:
            raise
        raise BrokenIndex(
            f"The index in {place} is damaged or missing ({_one_line(error)}).", _REBUILD
        ) from error


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:120]
