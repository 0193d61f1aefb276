"""The shared index: each process that answers asks the server that holds it.

There are no states to set aside. A thread asks for the index's version once a second, so that
requests need not, and makes a knowledge base for each version, asked what pages ask before any
request sees it. What that one remembers counts for its version only. When the server has not
been heard of for a while, requests are refused: an old answer would not show its age.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kb import KnowledgeBase, corpus
from kb.config import NAME
from kb.errors import IndexFailure, KbError
from kb.indexing import Indexer
from kb.search.stamps import Album

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kb.search.engine import SearchEngine

POLL_SECONDS = 1.0
"""Between two looks at the version."""
PATIENCE_SECONDS = 3.0
"""How long the server may take to tell its version until requests are refused."""
REST = 4
"""After a change-over a process rests so many times as long as it took."""
_Answer = TypeVar("_Answer")
_logger = logging.getLogger(__name__)


class _Version:
    """An engine whose version is known: asking for it costs nothing."""

    def __init__(self, engine: SearchEngine, version: str) -> None:
        self._engine = engine
        self._version = version

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- all else is the engine's
        return getattr(self._engine, name)

    def version(self) -> str:
        """The version that was seen last."""
        return self._version


class _AtVersion(KnowledgeBase):
    """A knowledge base whose index has this version, with kb.toml as it is now.

    The engine is the server's for good, whatever kb.toml has chosen since.
    """

    def __init__(self, folder: Path, name: str, engine: _Version, *, reads_index: bool) -> None:
        self._at_version = cast("SearchEngine", engine)
        self._without_its_files = reads_index
        super().__init__(folder, engine=name)

    @property
    def reads_index(self) -> bool:
        """As it was when the server started."""
        return self._without_its_files

    def _open(self) -> Indexer:
        return Indexer(self.folder, self._at_version, Album(None), self.config, self._notify)

    def _asked(self, ask: Callable[[SearchEngine], _Answer]) -> _Answer:
        """An answer of the engine; to mend an index is the keeper's part."""
        return ask(self._engine)


class _Live(KnowledgeBase):
    """The knowledge base that the versions come from."""

    def version(self) -> str:
        """The version of the index, asked of the server."""
        return self._engine.version()

    def at(self, version: str) -> KnowledgeBase:
        """A new knowledge base for a version of the index."""
        engine = _Version(self._engine, version)
        return _AtVersion(self.folder, self._engine_name, engine, reads_index=self.reads_index)


class SharedIndex:
    """The index on a server, as it was heard of last: call it for the knowledge base to ask.

    Args:
        entries: the entries folder; where entries are read from the index, the one of kb.toml.
    """

    def __init__(self, entries: Path) -> None:
        self._entries = entries
        self._live: _Live | None = None
        self._ready: KnowledgeBase | None = None
        self._seen: tuple[str, object] = ("", None)
        self._trouble: IndexFailure | None = None
        self._asked_at: float | None = None
        self._warm: Callable[[], object] = bool
        self._warming = threading.local()
        self._changing: threading.Thread | None = None
        self._rested_at = 0.0
        self._first = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> KnowledgeBase:
        """The knowledge base to ask, to be asked for once a request.

        Raises:
            IndexFailure: the server cannot be asked just now, or there is no index on it.
        """
        if self._trouble is not None:
            raise IndexFailure(self._trouble.message, self._trouble.remedy)
        asked_at = self._asked_at
        waited = 0.0 if asked_at is None else time.monotonic() - asked_at
        if waited > PATIENCE_SECONDS:
            raise IndexFailure(
                f"The server of the index has not answered for {waited:.0f} seconds.",
                "Look at its load and its health.",
            )
        knowledge: KnowledgeBase | None = getattr(self._warming, "knowledge", self._ready)
        if knowledge is None:
            raise IndexFailure("The server of the index has not answered yet.", "Try again.")
        return knowledge

    def start(self, warm: Callable[[], object] = bool) -> None:
        """Ask for the version, then again and again in a thread; to be called once a process.

        Args:
            warm: asks what requests will ask; run with the knowledge base of a new version.
        """
        self._warm = warm
        self._live = _Live(self._entries)
        self._thread = threading.Thread(target=self._run, name="shared index", daemon=True)
        self._thread.start()
        self._first.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        """End the threads; what is ready stays."""
        self._stopped.set()
        for thread in (self._thread, self._changing):
            if thread is not None:
                thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._look()
            except KbError as error:
                self._tell(error)
            except Exception:  # whatever it is, the next look may go well
                _logger.exception("The version of the index cannot be asked for.")
                self._tell(IndexFailure("The server of the index has failed."))
            if self._stopped.wait(POLL_SECONDS):
                return

    def _look(self) -> None:
        """Hear of the version, and have a new one changed over to."""
        assert self._live is not None
        self._asked_at = time.monotonic()
        try:
            version = self._live.version()
        finally:
            self._asked_at = None
        if not version:
            raise IndexFailure(
                "There is no index of entries yet.", "Run `kb index` where the entries' files are."
            )
        if self._trouble is not None:
            _logger.warning("The server of the index answers again.")
        self._trouble = None
        seen = (version, corpus.stat_of(self._entries / NAME))
        if seen == self._seen or time.monotonic() < self._rested_at:
            return
        if self._changing is None or not self._changing.is_alive():
            self._changing = threading.Thread(
                target=self._change_over, args=(self._live.at(version), seen), daemon=True
            )
            self._changing.start()

    def _change_over(self, knowledge: KnowledgeBase, seen: tuple[str, object]) -> None:
        begun = time.monotonic()
        if self._ready is None:
            self._ready = knowledge
        self._warming.knowledge = knowledge
        try:
            self._warm()
        except Exception:  # a request that meets the same tells its reader
            _logger.exception("The pages could not be asked for beforehand.")
        self._ready, self._seen = knowledge, seen
        self._first.set()
        ended = time.monotonic()
        self._rested_at = ended + REST * (ended - begun)

    def _tell(self, error: KbError) -> None:
        """Refuse requests, and tell why where that is new."""
        if self._trouble is None or self._trouble.message != error.message:
            _logger.warning("The index cannot be asked: %s", " ".join(str(error).split()))
        self._trouble = IndexFailure(error.message, error.remedy)
        self._first.set()
