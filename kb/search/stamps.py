"""What the files looked like when the index last agreed with them.

A cache of content fingerprints by times, size and inode, so that a search need not read files.
As in git, a file that changed within the last moments may change again without a trace in its
times, so it is not trusted until it has rested.
"""

from __future__ import annotations

import marshal
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kb.corpus import Stat

NAME = "stamps"
RESTING_SECONDS = 2.0
"""The coarsest clock of the file systems in use (FAT: two seconds)."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """The last agreement between files and index.

    Attributes:
        version: of the index, as the engine names it.
        names: the fingerprint of the vocabulary's names.
        stats: path -> stat; not for files that had not rested.
        fingerprints: path -> fingerprint of the content.
    """

    version: str = ""
    names: str = ""
    stats: Mapping[str, Stat] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)


def load(folder: Path | None) -> Stamps:
    """The stamps beside an index; empty ones where there are none or they are damaged."""
    if folder is None:
        return Stamps()
    try:
        version, names, stats, fingerprints = marshal.loads((folder / NAME).read_bytes())  # noqa: S302 -- our own cache, 0700
        return Stamps(str(version), str(names), dict(stats), dict(fingerprints))
    except (OSError, ValueError, EOFError, TypeError):
        return Stamps()


def save(folder: Path | None, stamps: Stamps) -> None:
    """Replace the stamps; a failure costs only time at the next search."""
    if folder is None:
        return
    limit = time.time_ns() - int(RESTING_SECONDS * 1e9)
    rested = {path: stat for path, stat in stamps.stats.items() if max(stat[0], stat[1]) < limit}
    content = (stamps.version, stamps.names, rested, dict(stamps.fingerprints))
    temporary = folder / f"{NAME}.{os.getpid()}"
    with suppress(OSError):
        temporary.write_bytes(marshal.dumps(content))
        temporary.replace(folder / NAME)
