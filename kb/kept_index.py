"""The index of an entries folder: opened, kept up to date with the files, mended, set aside.

What is asked of it goes through one place, which mends a broken index and asks again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from kb import config, corpus, entry_files
from kb.errors import BrokenIndex, CorpusError, IndexFailure, UsageError
from kb.indexing import Indexer, Progress
from kb.search import engines, location
from kb.search.engine import is_shared
from kb.search.stamps import Album
from kb.search.sync import SyncStats

if TYPE_CHECKING:
    from pathlib import Path

    from kb.finding import Finding
    from kb.overview import IndexStatus
    from kb.search.engine import SearchEngine

_ENGINE = "engine"
"""The file of a state set aside that names its engine."""
_ONLY_READ = (
    'Here entries are read from the index only (source = "index" in kb.toml); KB_SOURCE=files in '
    "the environment reads the files that are here."
)
_TOGETHER = 100
"""Entries whose text is asked for in one request."""
_Answer = TypeVar("_Answer")


class KeptIndex:
    """An entries folder and its index; `kb.KnowledgeBase` is what people use.

    Attributes:
        folder: the entries folder, absolute.
        config: what its kb.toml says.
        findings: what is wrong with its kb.toml.
    """

    def __init__(
        self,
        folder: Path,
        *,
        engine: str | None = None,
        notify: Callable[[str], None] | None = None,
        snapshot: Path | None = None,
    ) -> None:
        self.folder = folder
        self._snapshot = snapshot
        self._config_stat = corpus.stat_of((snapshot or folder) / config.NAME)
        self.config, self.findings = config.load(snapshot or folder)
        self._notify = notify or (lambda _: None)
        self._lock = RLock()
        self._begun = time.time_ns()
        self._opened: Indexer | None = None
        # A state that was set aside is of the engine that made it, whatever is chosen since.
        made_by = None if snapshot is None else _made_by(snapshot)
        self._engine_name = engines.chosen(made_by or engine, self.config.engine.type)
        if self.config.engine.source == "index" and not (self.reads_index or snapshot):
            self._notify(f'source = "index" does not count for {self._engine_name}.')

    @property
    def _indexer(self) -> Indexer:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Indexer:
        name, place, notice = self._engine_name, self._snapshot, ""
        options = engines.options_of(name, self.config.engine)
        if place is None and name not in config.SHARED:
            place, notice = location.index_folder(self.folder, name)
        engine = engines.opened(name, place, options)
        if is_shared(engine) and not self.reads_index:
            place, notice = location.index_folder(self.folder, name, engine.place)
        if notice:
            self._notify(notice)
        return Indexer(self.folder, engine, Album(place), self.config, self._notify, _load_answers)

    @property
    def _engine(self) -> SearchEngine:
        return self._indexer.engine

    @property
    def shared(self) -> bool:
        """Whether the index is on a server, the same for several machines."""
        return is_shared(self._engine)

    @property
    def reads_index(self) -> bool:
        """Whether entries are read from a shared index, and it is never written from here.

        So it is on a machine that has no files of them (`source = "index"` in kb.toml, or
        KB_SOURCE=index in the environment).
        """
        return engines.reads_index(self._engine_name, self.config.engine)

    @property
    def is_indexed(self) -> bool:
        """Whether there is an index that can be asked, up to date or not."""
        try:
            return bool(self._engine.version())
        except BrokenIndex:
            return False

    def sync(self, progress: Progress | None = None, *, rebuild: bool = False) -> SyncStats:
        """Bring the index up to date with the files and with kb.toml; quick where it is already.

        A broken or old index is made anew, with a notice; where none can be written, one is
        kept in memory for as long as this object lives, with a notice. Never a shared one, of
        which a copy would go its own way; and where entries are read from the index, this only
        sees that there is one.

        Raises:
            CorpusError: the entries folder cannot be read.
            IndexFailure: this is a snapshot; or a shared index cannot be used, or would lose
                all its entries to an empty folder.
            UsageError: a rebuild where there are no files to make it from.
        """
        if self._snapshot:
            raise IndexFailure("A snapshot of an index is never brought up to date.")
        self._read_config()
        if self.reads_index:
            if rebuild:
                raise self._without_files("An index cannot be made anew from entries")
            self._see_index()
            return SyncStats()
        if self.shared and not rebuild:
            self._see_entries()
        return self._kept(lambda indexer: indexer.sync(progress, rebuild=rebuild))

    def _see_index(self) -> None:
        """Raise IndexFailure where there is no index to read entries from."""
        if not self._asked(lambda engine: engine.version()):
            raise IndexFailure(
                f"There is no index of entries yet: {self._place}.",
                f"Run `kb index` where the entries' files are. {_ONLY_READ}",
            )

    def _see_entries(self) -> None:
        """Raise IndexFailure where an empty folder would empty an index that others search."""
        if corpus.is_empty(self.folder) and self.is_indexed and self._engine.rows():
            raise IndexFailure(
                f"{self.folder} holds no entries, so all would leave the index that others "
                f"search too: {self._place}.",
                'Name the right folder; or set source = "index" in kb.toml, to read entries from '
                "the index; or run `kb index --rebuild` to empty it.",
            )

    def _without_files(self, what: str) -> UsageError:
        """The error for what needs the entries' files."""
        return UsageError(
            f"{what} where their files are not: {self._place}.",
            f"Run the command where the entries' files are. {_ONLY_READ}",
        )

    @property
    def _place(self) -> str | None:
        """Where the index is: a folder or an address; None: in memory."""
        engine, folder = self._engine, self._indexer.album.folder
        return engine.place if is_shared(engine) else str(folder) if folder else None

    def _content(self, path: str) -> bytes:
        """What the file of an entry holds. Raises CorpusError where that cannot be had."""
        if self.reads_index:
            return self._asked(lambda engine: entry_files.kept(engine, path))
        return entry_files.content(self.folder, path)

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        """What the files of all entries hold, by path; what cannot be had is left out."""
        paths = sorted(row.path for row in self._asked(lambda engine: engine.rows()))
        for start in range(0, len(paths), _TOGETHER):
            some = paths[start : start + _TOGETHER]
            if self.reads_index:
                yield from self._asked(partial(entry_files.kept_of, paths=some))
                continue
            for path in some:
                with suppress(CorpusError):
                    yield path, entry_files.content(self.folder, path)

    def _read_config(self) -> None:
        """Read kb.toml again where it has changed."""
        stat = corpus.stat_of(self.folder / config.NAME)
        with self._lock:
            if stat != self._config_stat:
                self._config_stat = stat
                self.config, self.findings = config.load(self.folder)
                if self._opened is not None:
                    self._opened = replace(self._opened, config=self.config)

    def _kept(self, keep: Callable[[Indexer], SyncStats]) -> SyncStats:
        """Do something to the index; where it cannot be written, to one in memory if it is ours."""
        indexer = self._indexer
        try:
            return keep(indexer)
        except IndexFailure as error:
            if indexer.album.folder is None or is_shared(indexer.engine):
                raise
            with self._lock:
                if self._indexer.engine is indexer.engine:  # no other thread was here before
                    self._notify(f"{error.message} Searching without it. {error.remedy}")
                    engine = engines.opened(self._engine_name, None)
                    self._opened = replace(indexer, engine=engine, album=Album(None))
            return keep(self._indexer)

    def _asked(self, ask: Callable[[SearchEngine], _Answer]) -> _Answer:
        """An answer of the engine; once more after it was mended where the index is broken."""
        try:
            return ask(self._engine)
        except BrokenIndex as error:
            if self._snapshot:
                raise
            if self.reads_index:
                remedy = f"Run `kb index` where the entries' files are. {_ONLY_READ}"
                raise IndexFailure(error.message, remedy) from error
            broken = error
        self._kept(lambda indexer: indexer.mend(broken))
        return ask(self._engine)

    def status(self) -> IndexStatus:
        """What can be said of the index without reading every file."""
        rows = self._asked(lambda engine: engine.rows())
        indexer = self._indexer
        place = indexer.album.folder
        size = location.size(place) if place else 0
        if is_shared(indexer.engine):
            size = indexer.engine.size()
        from kb.overview import IndexStatus

        return IndexStatus(
            engine=self._engine_name,
            location=self._place,
            entries=len(rows),
            problems=sum(row.problems for row in rows),
            size_bytes=size,
            up_to_date=None if self.reads_index else indexer.agrees(),
        )

    def state(self) -> str:
        """A token that changes whenever the index or kb.toml does, so that answers could.

        It says nothing of the day, and nothing of files that were not synced yet. Processes
        that share an index agree on it. Empty where there is no index yet.

        Raises:
            IndexFailure: the index can be neither used nor rebuilt.
        """
        from hashlib import blake2b

        version = self._asked(lambda engine: engine.version())
        if not version:
            return ""
        # Such a version counts from 0 in each process.
        alone = self._indexer.album.folder is None and not self.shared
        parts = (version, self._config_stat, self._begun if alone else 0)
        return blake2b(repr(parts).encode(), digest_size=12).hexdigest()

    def set_aside(self, place: Path) -> None:
        """Put the index and kb.toml as they were last synced into a new folder.

        `KnowledgeBase.open(folder, snapshot=place)` then answers from that state, whatever
        becomes of this one; only what is read from the entries' own files is as it is then.

        Raises:
            IndexFailure: the index is in memory or shared, or the folder cannot be written.
        """
        if "set-aside" not in self._engine.capabilities:
            raise IndexFailure(
                f"The states of this index are not kept: {self._place}.",
                "Ask the index itself: it is the same for all machines.",
            )
        try:
            place.mkdir(mode=0o700, parents=True)
            with self._engine.exclusive():  # nobody is halfway through a rebuild
                self._engine.set_aside(place)
            (place / _ENGINE).write_text(self._engine_name, encoding="utf-8")
            with suppress(FileNotFoundError):
                content = (self.folder / config.NAME).read_bytes()
                (place / config.NAME).write_bytes(content)
        except OSError as error:
            raise IndexFailure(
                f"The index cannot be set aside in {place}: {error.strerror}.",
                "Make room on the disk or choose another place with KB_CACHE_DIR.",
            ) from error

    def close(self) -> None:
        """Let go of the index's files; the next search opens them again."""
        if self._opened is not None:
            self._opened.engine.close()

    def verify(self) -> tuple[Finding, ...]:
        """What differs between index and files, each file read; then every entry's findings.

        Raises:
            UsageError: there are no files to compare with.
        """
        if self.reads_index:
            raise self._without_files("An index cannot be compared with entries")
        return self._asked(lambda _: self._indexer.verify())


def _load_answers() -> None:
    """Import what answers a search, so that the first one need not."""
    import kb.search.answer  # noqa: F401 -- only to have it loaded


def _made_by(snapshot: Path) -> str | None:
    """The engine of a state that was set aside."""
    with suppress(OSError):
        return (snapshot / _ENGINE).read_text(encoding="utf-8")
    return None
