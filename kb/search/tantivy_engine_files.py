"""The folder of a tantivy index: its lock, what names its state, a link to each of its files."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kb.errors import IndexFailure

if TYPE_CHECKING:
    from pathlib import Path

LOCK_SECONDS = 600.0
ABOUT = "about.json"
COMMIT = "meta.json"
"""Tantivy's list of segments, which it replaces in one step."""

_LOCK = "kb_SYNCLOCK"
_PAUSE_SECONDS = 0.05
_NOT_THE_INDEX = ("LOCK", ".lock", ".new")
_UNFINISHED = ".tmp"


class Folder:
    """A folder with the files of one index in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock on the folder, which ends with the process that holds it.

        Raises:
            IndexFailure: another process has held it for minutes, or it cannot be made.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise IndexFailure(
                f"The index in {self.path} cannot be written: {error.strerror}.",
                "Make room on the disk or choose another place with KB_CACHE_DIR.",
            ) from error
        try:
            until = time.monotonic() + LOCK_SECONDS
            while not _locked(handle):
                if time.monotonic() > until:
                    raise IndexFailure(
                        f"Another process has been writing the index in {self.path} for "
                        f"{LOCK_SECONDS / 60:.0f} minutes.",
                        "Wait for it, or end it and try again.",
                    )
                time.sleep(_PAUSE_SECONDS)
            yield
        finally:
            os.close(handle)

    def stats(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What tells two states apart without reading: of each of two files time, inode, size."""
        return tuple(_stat(self.path / name) for name in (ABOUT, COMMIT))

    def about(self) -> bytes | None:
        """What made the index, or None."""
        return self._content(ABOUT)

    def commit(self) -> bytes | None:
        """Tantivy's list of segments, or None."""
        return self._content(COMMIT)

    def write_about(self, content: str) -> None:
        """Say what made the index."""
        temporary = self.path / f"{ABOUT}.new"
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(self.path / ABOUT)

    def empty(self) -> None:
        """Remove every file but the lock, what names the index first."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (ABOUT, COMMIT, *os.listdir(self.path)):  # noqa: PTH208 -- names are wanted
            if name != _LOCK and not name.startswith("stamps"):
                with suppress(FileNotFoundError):
                    (self.path / name).unlink()

    def sweep(self) -> None:
        """Remove unfinished files that a killed writer left behind; to be called by a writer."""
        for name in os.listdir(self.path):  # noqa: PTH208 -- names are what is wanted
            if name.startswith(_UNFINISHED):
                with suppress(FileNotFoundError):
                    (self.path / name).unlink()

    def link_into(self, place: Path) -> None:
        """Link each file of the index into another folder, or copy it.

        What a commit takes away meanwhile is left out: the caller sees it by the version.
        """
        for name in os.listdir(self.path):  # noqa: PTH208 -- names are what is wanted
            if name.endswith(_NOT_THE_INDEX) or name.startswith(_UNFINISHED):
                continue
            with suppress(FileNotFoundError):
                try:
                    (place / name).hardlink_to(self.path / name)
                except FileNotFoundError:
                    raise
                except OSError:  # no links in this file system
                    import shutil

                    shutil.copy2(self.path / name, place / name)

    def _content(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None


def _stat(place: Path) -> tuple[int, int, int] | None:
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _locked(handle: int) -> bool:
    """Lock a file unless another process has; whether that went well."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
