"""Where the index of an entries folder lives: in the user's cache, a folder for each.

An index is unpickled when it is opened, so it must be nobody else's: a folder that belongs to
another user, or that others may write, is not used.
"""

from __future__ import annotations

import os
import stat
import zlib
from contextlib import suppress
from pathlib import Path

ENVIRONMENT = "KB_CACHE_DIR"
_OWN_ONLY = 0o700


def index_folder(
    entries: Path, engine: str = "whoosh", server: str = ""
) -> tuple[Path | None, str]:
    """The folder for this entries folder's index, created, and a notice where it is not the usual.

    Each engine has its own, so that going to another one and back finds what was there.

    Args:
        entries: the entries folder.
        engine: its name.
        server: where the index itself is, if not in the folder, which then holds only what
            spares reading the files again; each such index has its own.

    Returns:
        (folder, notice): the folder is None where none can be written; the index is then kept
        in memory and made anew each time. The notice is empty in the usual case.
    """
    tried: list[str] = []
    for root in (_chosen, _temporary):
        place = "the usual place"
        try:
            folder = root() / _name(entries, engine, server)
            place = str(folder)
            _create(folder)
        except (OSError, RuntimeError, ValueError) as error:
            tried.append(f"{place}: {getattr(error, 'strerror', None) or error}")
            continue
        if not tried:
            return folder, ""
        what = "What files looked like" if server else "The index"
        return (
            folder,
            f"{what} is kept in {folder} ({tried[0]}). Set {ENVIRONMENT} to change it.",
        )
    cost = (
        "What files looked like cannot be kept, so every call reads all of them"
        if server
        else "The index is kept in memory only, so every call makes it anew"
    )
    return None, f"{cost} ({tried[0]}). Set {ENVIRONMENT} to a folder that you may write."


def size(folder: Path) -> int:
    """The bytes of an index's files; what goes away meanwhile does not count."""
    total = 0
    with suppress(OSError):
        for place in folder.iterdir():
            with suppress(OSError):
                total += place.stat().st_size
    return total


def _chosen() -> Path:
    """Where indexes are kept: where the environment says, else in the user's cache."""
    chosen = os.environ.get(ENVIRONMENT)
    return Path(chosen).expanduser().absolute() if chosen else _user_cache()


def _temporary() -> Path:
    """A folder of this user's for temporary files: the parent of all belongs to everybody."""
    import tempfile

    owner = os.getuid() if hasattr(os, "getuid") else "user"
    root = Path(tempfile.gettempdir()) / f"postmortem-kb-{owner}"
    _create(root)
    return root


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("postmortem-kb", appauthor=False)


def _name(entries: Path, engine: str, server: str) -> str:
    """Readable, and different for each folder: its last two names and a checksum of the whole."""
    place = os.path.realpath(entries)
    names = [part for part in Path(place).parts[-2:] if part.strip("/\\")]
    readable = "-".join("".join(c if c.isalnum() else "_" for c in name) for name in names)
    checksum = zlib.crc32(place.encode("utf-8", "surrogatepass"))
    ending = "" if engine == "whoosh" else f"-{engine}"
    if server:
        ending += f"-{zlib.crc32(server.encode('utf-8', 'surrogatepass')):08x}"
    return f"{readable[:60]}-{checksum:08x}{ending}"


def _create(folder: Path) -> None:
    """Make a folder, or see that it is one that only this user writes.

    Raises:
        OSError: it is not, or cannot be made.
    """
    folder.mkdir(mode=_OWN_ONLY, parents=True, exist_ok=True)
    status = folder.stat()
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise PermissionError(0, "it belongs to another user")
    if os.name == "posix" and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(0, "others may write it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(0, "it may not be written")
