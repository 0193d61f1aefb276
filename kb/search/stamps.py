"""What the files looked like when the index last agreed with them.

A cache of content fingerprints by times, size and inode, so that a search need not read files.
As in git, a file that changed within the last moments may change again without a trace in its
times, so it is not trusted until it has rested.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from typing import TYPE_CHECKING

from kb.record import record
from kb.search import seals

if TYPE_CHECKING:
    from pathlib import Path

    from kb.corpus import Stat
    from kb.search.seals import Seal

NAME = "stamps"
RESTING_SECONDS = 2.0
"""The coarsest clock of the file systems in use (FAT: two seconds)."""

_HEADER = 4
"""Bytes before all others: how many follow that are not of the files."""


@record
class Stamps:
    """The last agreement between files and index.

    Attributes:
        version: of the index, as the engine names it.
        names: the fingerprint of the vocabulary's names.
        stats: path -> stat; not for files that had not rested.
        fingerprints: path -> fingerprint of the content.
        index: the index's own files.
    """

    version: str = ""
    names: str = ""
    stats: Mapping[str, Stat] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    index: Mapping[str, Seal] = field(default_factory=dict)


def rested(stats: Mapping[str, Stat], seen: int) -> dict[str, Stat]:
    """The stats of the files that had not changed just before they were looked at.

    Args:
        stats: path -> stat.
        seen: when the stats were taken, in nanoseconds since 1970. Times after it are no
            recent change but a wrong clock, or somebody's `touch`.
    """
    moment = int(RESTING_SECONDS * 1e9)
    first, last = seen - moment, seen + moment
    kept = dict(stats)
    # Few files are as new: the others are passed over with two comparisons.
    for path in [path for path, stat in stats.items() if stat[0] >= first or stat[1] >= first]:
        modified, changed = stats[path][:2]
        if first <= modified <= last or first <= changed <= last:
            del kept[path]
    return kept


def packed(stats: Mapping[str, Stat], fingerprints: Mapping[str, str]) -> bytes:
    """What stamps know of the files, as it is kept: the work of a `save`, nearly all."""
    return seals.pack((dict(stats), dict(fingerprints)))


class Album:
    """Where the stamps of one index are kept: in a file beside it, or in memory with it.

    Args:
        folder: the index's folder, or None for an index in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._kept = Stamps()
        self._seen: tuple[int, int, int] | None = None

    def load(self) -> Stamps:
        """The stamps; empty ones where there are none or they are damaged."""
        if self.folder is None:
            return self._kept
        try:
            with (self.folder / NAME).open("rb") as file:
                status = os.fstat(file.fileno())
                seen = status.st_mtime_ns, status.st_ino, status.st_size
                if seen != self._seen:
                    self._kept, self._seen = _unpacked(file.read()), seen
        except (OSError, ValueError, EOFError, TypeError):
            self._kept, self._seen = Stamps(), None
        return self._kept

    def save(self, stamps: Stamps, files: bytes | None = None) -> None:
        """Replace the stamps; a failure costs only time at the next search.

        To be called by one process at a time: by the one that brings the index up to date.

        Args:
            stamps: the new ones.
            files: what `packed` makes of their files, where that is there already.
        """
        if self.folder is None:
            self._kept = stamps
            return
        files = files or packed(stamps.stats, stamps.fingerprints)
        about = seals.pack((stamps.version, stamps.names, dict(stamps.index)))
        temporary = self.folder / f"{NAME}.new"
        try:
            with temporary.open("wb") as file:
                file.writelines((len(about).to_bytes(_HEADER, "big"), about, files))
            temporary.replace(self.folder / NAME)
        except OSError:
            with suppress(OSError):
                temporary.unlink()


def _unpacked(data: bytes) -> Stamps:
    view = memoryview(data)
    end = _HEADER + int.from_bytes(view[:_HEADER], "big")
    version, names, index = seals.unpack(view[_HEADER:end])
    stats, fingerprints = seals.unpack(view[end:])
    return Stamps(str(version), str(names), stats, fingerprints, index)
