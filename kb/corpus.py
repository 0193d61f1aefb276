"""The entries folder: which files are entries, what is in them, where a new one goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import CorpusError
from kb.model import Finding
from kb.search.text import normalise

ENDINGS = (".md", ".markdown", ".MD")
NOT_ENTRIES = frozenset({"readme.md", "index.md", "template.md"})
"""Names (lower case) that stand in an entries folder without being an entry; so does every
name that begins with `.` or `_`."""

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; a larger file is not even opened."""

Stat = tuple[int, int, int, int]
"""What tells cheaply that a file is the one seen before: modified, changed (nanoseconds), size
(bytes), inode. A changed content always moves the second, whatever a tool does to the first."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The entries found in a folder.

    Attributes:
        files: path (relative, forward slashes, NFC) -> its stat.
        names: path -> the name on disk, for the paths where the two differ.
        findings: what could not be looked into.
    """

    files: Mapping[str, Stat]
    names: Mapping[str, str]
    findings: tuple[Finding, ...]


def find_folder(start: Path) -> Path:
    """The nearest `entries` folder in `start` or above it.

    Raises:
        CorpusError: there is none up to the root.
    """
    for folder in (start, *start.parents):
        if folder.name == "entries" and folder.is_dir():
            return folder
        if (folder / "entries").is_dir():
            return folder / "entries"
    raise CorpusError(
        f"There is no entries folder in {start} or above it.",
        "Change into your knowledge base, name the folder with --entries, or set KB_ENTRIES.",
    )


def require_folder(folder: Path) -> None:
    """Raise CorpusError unless this is a folder that can be read."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise _unreadable(folder, error) from error


def scan(folder: Path) -> Scan:
    """Every entry file below the folder, symbolic links followed, loops entered once.

    Raises:
        CorpusError: the folder itself is missing, is no folder, or cannot be read.
    """
    files: dict[str, Stat] = {}
    names: dict[str, str] = {}
    findings: list[Finding] = []
    seen: set[tuple[int, int]] = set()
    pending = [("", str(folder))]
    while pending:
        prefix, place = pending.pop()
        try:
            children = _children(place, seen)
        except OSError as error:
            if not prefix:
                raise _unreadable(folder, error) from error
            findings.append(_finding(prefix.rstrip("/"), error))
            continue
        for child in children:
            if child.name[0] in "._":
                continue
            name = prefix + child.name
            path = name if name.isascii() else _printable(name)
            try:
                status = _entry_status(child)
            except OSError as error:
                findings.append(_finding(path, error))
                continue
            if status is not None:
                files[path] = status
                if path != name:
                    names[path] = name
            elif _is_folder(child):
                pending.append((f"{name}/", child.path))
    return Scan(files, names, tuple(findings))


def _children(place: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """What stands in a folder; nothing where the folder was entered before."""
    status = Path(place).stat()
    if (status.st_dev, status.st_ino) in seen:
        return []
    seen.add((status.st_dev, status.st_ino))
    with os.scandir(place) as entries:
        return list(entries)


def _entry_status(child: os.DirEntry[str]) -> Stat | None:
    """The stat of an entry file; None for everything else."""
    if not child.name.endswith(ENDINGS) or child.is_dir() or child.name.lower() in NOT_ENTRIES:
        return None
    status = child.stat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _is_folder(child: os.DirEntry[str]) -> bool:
    try:
        return child.is_dir()
    except OSError:
        return False


def _printable(path: str) -> str:
    """The path in NFC, with bytes that are no UTF-8 shown as replacement characters."""
    return normalise(path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def read(folder: Path, path: str, found: Scan) -> bytes | Finding:
    """The bytes of one entry, or the finding that says why they cannot be had.

    At most `LARGEST_FILE` bytes are read, from an ordinary file only (never a pipe).
    """
    place = folder / found.names.get(path, path)
    try:
        if not place.is_file():
            return _finding(path, None, "is not an ordinary file, or has just been removed")
        if place.stat().st_size > LARGEST_FILE:
            return _finding(path, None, f"is larger than {LARGEST_FILE // 1024**2} MiB")
        return place.read_bytes()
    except OSError as error:
        return _finding(path, error)


def write_new(place: Path, content: str) -> None:
    """Write a file that must not exist yet, whole or not at all.

    Raises:
        CorpusError: it exists, or cannot be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(content)
                file.flush()
            except OSError:
                place.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise CorpusError(f"{place} exists already.", "Choose another title or date.") from error
    except OSError as error:
        raise CorpusError(
            f"{place} cannot be written: {error.strerror}.",
            "Check that you may write there and that the disk is not full.",
        ) from error


def _unreadable(folder: Path, error: OSError) -> CorpusError:
    if isinstance(error, FileNotFoundError):
        return CorpusError(
            f"There is no folder {folder}.", "Create it, or name another with --entries."
        )
    if isinstance(error, NotADirectoryError):
        return CorpusError(f"{folder} is not a folder.", "Name the folder that holds the entries.")
    return CorpusError(
        f"The folder {folder} cannot be read: {error.strerror}.",
        "Give yourself the right to read it, or name another with --entries.",
    )


def _finding(path: str, error: OSError | None, why: str = "") -> Finding:
    reason = why or f"cannot be read: {error.strerror if error else 'unknown reason'}"
    return Finding(
        rule="unreadable",
        level="error",
        path=path,
        line=0,
        message=f"{path} {reason}",
        help="Make it a readable Markdown file, or move it out of the entries folder.",
    )
