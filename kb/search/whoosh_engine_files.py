"""The files of a Whoosh index, each closed in the end and none left behind by a failure.

Whoosh closes what it opened when all goes well. These storages remember what was opened and
made, so that an index that cannot be read or written costs no handle, no lock and no disk.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage, RamStorage

if TYPE_CHECKING:
    from pathlib import Path

TEMPORARY = ".toc."
"""Stands in the name of a list of segments that is not finished."""


def set_aside(folder: Path, place: Path) -> None:
    """Link the files of an index into another folder, but for locks and unfinished ones.

    What a commit takes away meanwhile is left out: the caller sees it by the version.
    """
    for name in os.listdir(folder):  # noqa: PTH208 -- names are what is wanted
        if name.endswith(("LOCK", ".new")) or TEMPORARY in name:
            continue
        with suppress(FileNotFoundError):
            try:
                (place / name).hardlink_to(folder / name)
            except FileNotFoundError:
                raise
            except OSError:  # no links in this file system
                import shutil

                shutil.copy2(folder / name, place / name)


def empty(folder: Path) -> None:
    """Remove the files of a folder."""
    for place in folder.iterdir():
        place.unlink()


class Files(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """A folder; to be released when its reader or writer is done."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._opened: list[Any] = []
        self._made: list[str] = []
        self._locks: list[Any] = []

    def open_file(self, name: str, **options: object) -> Any:  # noqa: ANN401 -- untyped
        """As Whoosh has it, remembered."""
        file = super().open_file(name, **options)
        self._opened.append(file.file)
        return file

    def create_file(self, name: str, **options: object) -> Any:  # noqa: ANN401 -- untyped
        """As Whoosh has it, remembered."""
        self._made.append(self._fpath(name))
        file = super().create_file(name, **options)
        self._opened.append(file.file)
        return file

    def temp_storage(self, name: str | None = None) -> Files:
        """A folder inside this one, released together with it."""
        inner = Files(os.path.join(self.folder, name or "kb.tmp"))  # noqa: PTH118 -- Whoosh's way
        inner._opened, inner._made = self._opened, self._made
        inner.create()
        return inner

    def lock(self, name: str) -> Any:  # noqa: ANN401 -- untyped
        """As Whoosh has it, remembered."""
        lock = super().lock(name)
        self._locks.append(lock)
        return lock

    def release(self) -> None:
        """Close what is open, give up what is locked."""
        for file in self._opened:
            with suppress(OSError):  # of a full disk, once more
                file.close()
        for lock in self._locks:
            if lock.fd is not None:
                lock.release()
        self._opened.clear()
        self._locks.clear()

    def discard(self) -> None:
        """Release everything and remove what was made."""
        self.release()
        for place in self._made:
            with suppress(OSError):
                os.remove(place)  # noqa: PTH107 -- Whoosh's names
        self._made.clear()

    def sweep(self, names: str) -> None:
        """Remove what a killed writer left behind: unfinished files that begin with `names`."""
        for name in self.list():
            if name.startswith(names) and TEMPORARY in name:
                with suppress(OSError):
                    self.delete_file(name)


class Memory(RamStorage):  # type: ignore[misc]  # Whoosh has no types
    """No folder at all: Whoosh's own keeps its temporary files on the disk."""

    def temp_storage(self, name: str | None = None) -> RamStorage:
        """More memory."""
        del name
        return RamStorage()

    def lock(self, name: str) -> Lock:
        """One lock a name, whichever thread asks first."""
        lock: Lock = self.locks.setdefault(name, Lock())
        return lock

    def release(self) -> None:
        """Nothing is open."""

    def discard(self) -> None:
        """What was made is forgotten at the next commit."""

    def sweep(self, names: str) -> None:
        """Nothing is ever left behind."""
