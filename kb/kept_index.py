"""The index of an entries folder: opened, kept up to date with the files, mended, set aside.

What is asked of it goes through one place, which mends a broken index and asks again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from kb import config, corpus
from kb.errors import BrokenIndex, IndexFailure
from kb.indexing import Indexer, Progress
from kb.search import engines, location
from kb.search.stamps import Album

if TYPE_CHECKING:
    from pathlib import Path

    from kb.finding import Finding
    from kb.overview import IndexStatus
    from kb.search.engine import SearchEngine
    from kb.search.sync import SyncStats

_ENGINE = "engine"
"""The file of a state set aside that names its engine."""
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

    @property
    def _indexer(self) -> Indexer:
        with self._lock:
            if self._opened is None:
                place, notice = self._snapshot, ""
                if place is None:
                    place, notice = location.index_folder(self.folder, self._engine_name)
                if notice:
                    self._notify(notice)
                engine = engines.opened(self._engine_name, place)
                self._opened = Indexer(self.folder, engine, Album(place), self.config, self._notify)
            return self._opened

    @property
    def _engine(self) -> SearchEngine:
        return self._indexer.engine

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
        kept in memory for as long as this object lives, with a notice.

        Raises:
            CorpusError: the entries folder cannot be read.
            IndexFailure: this is a snapshot.
        """
        if self._snapshot:
            raise IndexFailure("A snapshot of an index is never brought up to date.")
        self._read_config()
        return self._kept(lambda indexer: indexer.sync(progress, rebuild=rebuild))

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
        """Do something to the index; where it cannot be written, to one in memory."""
        indexer = self._indexer
        try:
            return keep(indexer)
        except IndexFailure as error:
            if indexer.album.folder is None:
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
            broken = error
        self._kept(lambda indexer: indexer.mend(broken))
        return ask(self._engine)

    def status(self) -> IndexStatus:
        """What can be said of the index without reading every file."""
        rows = self._asked(lambda engine: engine.rows())
        place = self._indexer.album.folder
        from kb.overview import IndexStatus

        return IndexStatus(
            engine=self._engine_name,
            location=str(place) if place else None,
            entries=len(rows),
            problems=sum(row.problems for row in rows),
            size_bytes=location.size(place) if place else 0,
            up_to_date=self._indexer.agrees(),
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
        alone = self._indexer.album.folder is None  # such a version counts from 0 in each process
        parts = (version, self._config_stat, self._begun if alone else 0)
        return blake2b(repr(parts).encode(), digest_size=12).hexdigest()

    def set_aside(self, place: Path) -> None:
        """Put the index and kb.toml as they were last synced into a new folder.

        `KnowledgeBase.open(folder, snapshot=place)` then answers from that state, whatever
        becomes of this one; only what is read from the entries' own files is as it is then.

        Raises:
            IndexFailure: the index is in memory, or the folder cannot be written.
        """
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
        """What differs between index and files, each file read; then every entry's findings."""
        return self._asked(lambda _: self._indexer.verify())


def _made_by(snapshot: Path) -> str | None:
    """The engine of a state that was set aside."""
    with suppress(OSError):
        return (snapshot / _ENGINE).read_text(encoding="utf-8")
    return None
