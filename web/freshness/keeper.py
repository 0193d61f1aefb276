"""The keeper: looks at the entries folder, brings the index up to date, sets each state aside.

Run as a process of its own beside those that answer, so that reading and indexing costs none of
them anything: `python -m web.freshness ENTRIES FOLDER`. It ends when its standard input does,
which is with the server. It polls: that works on every file system, also where
a container or a network is between, and 10,000 files cost 23 ms a look.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb import KnowledgeBase
from kb.errors import IndexFailure, KbError
from kb.search import location
from web.freshness import news

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.indexing import Progress
    from kb.search.sync import SyncStats
    from web.freshness.news import News

POLL_SECONDS = 1.0
"""Between two looks at the folder."""
IDLE_SHARE = 20
"""A look that takes long is followed by a pause so many times as long."""
KEPT_SECONDS = 60.0
"""How long a state stays after the next one came: a request may still be reading it."""

_PREFIX = "serving-"
_OWNER = "owner"


@contextmanager
def own_folder(entries: Path) -> Iterator[Path]:
    """A folder for the states of one server, beside the index; removed in the end.

    Folders that killed servers left behind are removed on the way.

    Raises:
        IndexFailure: no index can be kept on this machine's disk.
    """
    index, notice = location.index_folder(entries)
    if index is None:
        raise IndexFailure(
            f"Serving needs an index on the disk. {notice}",
            f"Set {location.ENVIRONMENT} to a folder that you may write.",
        )
    for left in index.parent.glob(f"{_PREFIX}*"):
        _remove_left(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=index.parent))
    with (folder / _OWNER).open("wb") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        process = os.getpid()
        try:
            yield folder
        finally:
            if os.getpid() == process:  # not in a worker, which leaves by the same way
                shutil.rmtree(folder, ignore_errors=True)


def _remove_left(folder: Path) -> None:
    """Remove a server's folder where that server is gone."""
    with suppress(OSError), (folder / _OWNER).open("rb") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


class Keeper:
    """Follows one entries folder.

    Args:
        knowledge: the knowledge base to keep up to date; not used by anybody else.
        folder: where states and news go; see `own_folder`.
        tell: receives a line where something goes wrong, once, and when it is over.
    """

    def __init__(self, knowledge: KnowledgeBase, folder: Path, tell: Callable[[str], None]) -> None:
        self._knowledge = knowledge
        self._folder = folder
        self._tell = tell
        self._news = news.read(folder)
        self._state = ""
        self._left: list[tuple[float, Path]] = []

    def look(self) -> News:
        """Follow, and tell where that fails; a failure ends with the look that succeeds."""
        trouble = ""
        try:
            self.follow()
        except KbError as error:
            trouble = str(error)
        if trouble != self._news.trouble:
            self._tell(trouble or "The entries are followed again.")
            with suppress(OSError):  # of a full disk, which is what it would tell
                self._publish(replace(self._news, trouble=trouble))
        self._remove_old()
        return self._news

    def follow(self, progress: Progress | None = None) -> SyncStats:
        """Bring the index up to date, and set it aside where that changed what it answers.

        A shared index is not set aside.

        Raises:
            CorpusError: the entries folder cannot be read.
            IndexFailure: the index cannot be written or set aside.
        """
        stats = self._knowledge.sync(progress)
        if self._knowledge.shared:
            return stats
        state = self._knowledge.state()
        if state != self._state:
            new = replace(self._news, number=self._news.number + 1)
            place = new.place(self._folder)
            try:
                self._knowledge.set_aside(place)
                self._left.append((time.monotonic(), self._news.place(self._folder)))
                self._publish(new)
            except OSError as error:
                shutil.rmtree(place, ignore_errors=True)
                raise IndexFailure(
                    f"{self._folder} cannot be written: {error.strerror}."
                ) from error
            except KbError:
                shutil.rmtree(place, ignore_errors=True)
                raise
            self._state = state
        return stats

    def _publish(self, new: News) -> None:
        news.write(self._folder, new)
        self._news = new

    def _remove_old(self) -> None:
        while self._left and time.monotonic() - self._left[0][0] > KEPT_SECONDS:
            shutil.rmtree(self._left.pop(0)[1], ignore_errors=True)


def run(entries: Path, folder: Path) -> None:
    """Look again and again until standard input is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the server's own way to end it is its input
    keeper = Keeper(KnowledgeBase.open(entries, notify=_say), folder, _say)
    while True:
        begun = time.monotonic()
        keeper.look()
        pause = max(POLL_SECONDS, IDLE_SHARE * (time.monotonic() - begun))
        if select.select([sys.stdin], [], [], pause)[0]:
            return


def _say(message: str) -> None:
    sys.stderr.write(f"keeper: {' '.join(message.split())}\n")
    sys.stderr.flush()
