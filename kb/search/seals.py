"""Whether the files of an index are as they were written: sizes, times, checksums.

Whoosh notices most damage only when it trips over it, and a flipped bit in a list of terms
not at all. The files of a segment are never written twice, so one whose size or time has moved
is read and compared by its checksum; the others cost a stat each.
"""

from __future__ import annotations

import marshal
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Seal = tuple[int, int, int]
"""Size in bytes, modified (nanoseconds since 1970), CRC-32 of the content."""

_CHUNK = 1 << 20


def pack(content: Any) -> bytes:  # noqa: ANN401 -- what marshal takes
    """Bytes of numbers, texts and containers, with a checksum before them."""
    data = marshal.dumps(content)
    return zlib.crc32(data).to_bytes(4, "big") + data


def unpack(data: bytes | memoryview) -> Any:  # noqa: ANN401 -- whatever was packed
    """The inverse of `pack`.

    Raises:
        ValueError, EOFError, TypeError: the bytes are damaged.
    """
    # Without the checksum damaged bytes could crash the interpreter, not only raise.
    if zlib.crc32(memoryview(data)[4:]) != int.from_bytes(data[:4], "big"):
        raise ValueError("the checksum is wrong")
    return marshal.loads(memoryview(data)[4:])  # noqa: S302 -- our own cache, 0700


def seal(folder: Path, known: Mapping[str, Seal]) -> dict[str, Seal]:
    """The seals of an index's files; those whose size and time are known are not read again.

    Locks and stamps are no part of the index: they change without a commit.
    """
    sealed: dict[str, Seal] = {}
    with suppress(OSError):
        names = os.listdir(folder)  # noqa: PTH208 -- names are what is wanted
        for name in sorted(names):
            if not name.startswith("stamps") and not name.endswith("LOCK"):
                with suppress(OSError):  # gone, or no file
                    sealed[name] = _sealed(folder / name, known.get(name))
    return sealed


def _sealed(place: Path, before: Seal | None) -> Seal:
    status = place.stat()
    if before is not None and before[:2] == (status.st_size, status.st_mtime_ns):
        return before
    return (status.st_size, status.st_mtime_ns, _checksum(place))


def touched(folder: Path, seals: Mapping[str, Seal]) -> bool:
    """Whether a file is gone, or has another size or time than it was sealed with."""
    for name, (size, modified, _) in seals.items():
        try:
            status = (folder / name).stat()
        except OSError:
            return True
        if (status.st_size, status.st_mtime_ns) != (size, modified):
            return True
    return False


def broken(folder: Path, seals: Mapping[str, Seal], *, thoroughly: bool = False) -> tuple[str, ...]:
    """The names of the files that are gone or not as they were sealed.

    Args:
        folder: where they lie.
        seals: name -> seal.
        thoroughly: read all of them, also those whose size and time are right.
    """
    found = []
    for name, (size, modified, checksum) in sorted(seals.items()):
        try:
            status = (folder / name).stat()
            if not thoroughly and (status.st_size, status.st_mtime_ns) == (size, modified):
                continue
            if status.st_size != size or _checksum(folder / name) != checksum:
                found.append(name)
        except OSError:
            found.append(name)
    return tuple(found)


def _checksum(place: Path) -> int:
    checksum = 0
    with place.open("rb") as file:
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum
