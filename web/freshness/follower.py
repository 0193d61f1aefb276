"""The follower: in each process that answers, opens the newest state and changes over to it.

A state is opened and asked what pages will ask (`warm`) in a thread of its own before any
request sees it. One process does so at a time, so that the others answer at full speed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kb import KnowledgeBase
from kb.errors import IndexFailure
from web.freshness import news

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from web.freshness.news import News

POLL_SECONDS = 0.25
REST = 4
"""After a change-over this process rests so many times as long as it took: where entries change
all the time, answering comes first."""
_TURN = "turn"
_logger = logging.getLogger(__name__)


class Follower:
    """The newest state that is ready: call it for the knowledge base to ask.

    Args:
        entries: the entries folder.
        folder: where a `Keeper` puts its states and news.
    """

    def __init__(self, entries: Path, folder: Path) -> None:
        self._entries = entries
        self._folder = folder
        self._ready: KnowledgeBase | None = None
        self._number = 0
        self._warm: Callable[[], object] = bool
        self._warming = threading.local()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> KnowledgeBase:
        """The knowledge base to ask, to be asked for once a request.

        Raises:
            IndexFailure: no state is ready yet.
        """
        knowledge: KnowledgeBase | None = getattr(self._warming, "knowledge", self._ready)
        if knowledge is None:
            raise IndexFailure("The entries are still being indexed.", "Try again in a moment.")
        return knowledge

    @property
    def news(self) -> News:
        """The last that the keeper told."""
        return news.read(self._folder)

    def start(self, warm: Callable[[], object] = bool) -> None:
        """Open the newest state, then follow in a thread; to be called once a process.

        Args:
            warm: asks what requests will ask; run in this process's thread with a new state.
        """
        self._warm = warm
        self.follow()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the state that is ready stays."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def follow(self) -> bool:
        """Change over to the newest state; whether there was a newer one."""
        newest = self.news
        if newest.number == self._number:
            return False
        with self._turn():
            newest = self.news  # another may have come while this one waited
            knowledge = KnowledgeBase.open(self._entries, snapshot=newest.place(self._folder))
            self._warming.knowledge = knowledge
            try:
                self._warm()
            finally:
                del self._warming.knowledge
        self._ready, self._number = knowledge, newest.number
        return True

    def _run(self) -> None:
        pause = POLL_SECONDS
        while not self._stopped.wait(pause):
            begun = time.monotonic()
            try:
                changed = self.follow()
            except Exception:  # the old state still answers, and the next look may go well
                _logger.exception("The newest state cannot be opened yet.")
                changed = True
            pause = max(POLL_SECONDS, REST * (time.monotonic() - begun) if changed else 0.0)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold off the other processes that would open the newest state."""
        handle = os.open(self._folder / _TURN, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
