"""The entries folder: which files are entries, what is in them, where a new one goes."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from kb.errors import CorpusError
from kb.finding import Finding, Level
from kb.record import record

if TYPE_CHECKING:
    from pathlib import Path

ENDINGS = (".md", ".markdown", ".MD")
NOT_ENTRIES = frozenset({"readme.md", "index.md", "template.md"})
"""Names (lower case) that stand in an entries folder without being an entry; so does every
name that begins with `.` or `_`."""

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; a larger file is not even opened."""

_ODD = r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]"
_BINARY: int = getattr(os, "O_BINARY", 0)
_FOLDER: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)

Stat = tuple[int, int, int, int]
"""What tells cheaply that a file is the one seen before: modified, changed (nanoseconds), size
(bytes), inode. A changed content always moves the second, whatever a tool does to the first."""


@record
class Scan:
    """The entries found in a folder.

    Attributes:
        files: path (relative, forward slashes, NFC) -> its stat.
        names: path -> the name on disk, for the paths where the two differ.
        findings: what could not be looked into.
        seen: when looking began, in nanoseconds since 1970.
    """

    files: Mapping[str, Stat] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    seen: int = 0


def find_folder(start: Path) -> Path:
    """The nearest `entries` folder in `start` or above it.

    Raises:
        CorpusError: there is none up to the root.
    """
    for folder in (start, *start.parents):
        if folder.name == "entries" and os.path.isdir(folder):  # noqa: PTH112 -- never raises
            return folder
        if os.path.isdir(folder / "entries"):  # noqa: PTH112
            return folder / "entries"
    raise CorpusError(
        f"There is no entries folder in {start} or above it.",
        "Change into your knowledge base, name the folder with --entries, or set KB_ENTRIES.",
    )


def require_folder(folder: Path) -> None:
    """Raise CorpusError unless this is a folder that can be read."""
    try:
        next(folder.iterdir(), None)
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from error


def is_empty(folder: Path) -> bool:
    """Whether there is no entry in the folder; seldom more than a look at its first files."""
    names = (name for _, _, names in os.walk(folder) for name in names)
    likely = (name for name in names if name.endswith(ENDINGS) and name[0] not in "._")
    return all(name.lower() in NOT_ENTRIES for name in likely) and not scan(folder).files


def scan(folder: Path) -> Scan:
    """Every entry file below the folder, symbolic links followed, loops entered once.

    A folder that is reached in two ways counts where it stands itself, not where a link does.

    Raises:
        CorpusError: the folder itself is missing, is no folder, or cannot be read.
    """
    return _Walk(folder).walk()


class _Walk:
    """One way through a folder, and what was met."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Stat] = {}
        self._names: dict[str, str] = {}
        self._findings: list[Finding] = []
        self._entered: set[tuple[int, int]] = set()
        self._linked: list[tuple[str, str]] = []

    def walk(self) -> Scan:
        seen = time.time_ns()
        pending = [("", str(self._folder))]
        while pending:
            pending.extend(self._look(*pending.pop()))
            if not pending and self._linked:
                self._linked.sort(reverse=True)
                pending.append(self._linked.pop())
        return Scan(self._files, self._names, tuple(self._findings), seen)

    def _look(self, prefix: str, place: str) -> Iterator[tuple[str, str]]:
        """Take the entries of one folder; yield the folders in it, keep links for later."""
        try:
            folder, children = self._children(place)
        except OSError as error:
            if not prefix:
                raise _unreadable(self._folder, error) from error
            self._findings.append(_finding(_printable(prefix.rstrip("/")), error))
            return
        try:
            yield from self._take_all(prefix, place, children)
        finally:
            if isinstance(folder, int):
                os.close(folder)

    def _take_all(
        self, prefix: str, place: str, children: Iterable[os.DirEntry[str]]
    ) -> Iterator[tuple[str, str]]:
        for child in children:
            name = child.name
            if name[0] in "._":
                continue
            named_so = name.endswith(ENDINGS)
            try:
                is_folder = child.is_dir()
                if named_so and name.lower() not in NOT_ENTRIES:
                    self._take(prefix + name, child, is_folder=is_folder)
                if not is_folder:
                    continue
                if child.is_symlink():
                    self._linked.append((f"{prefix}{name}/", f"{place}/{name}"))
                else:
                    yield f"{prefix}{name}/", f"{place}/{name}"
            except OSError as error:
                removed = isinstance(error, FileNotFoundError) and not child.is_symlink()
                if named_so and not removed:
                    self._findings.append(_finding(_printable(prefix + name), error))

    def _children(self, place: str) -> tuple[int | str, list[os.DirEntry[str]]]:
        """A folder, and what stands in it; nothing where it was entered before.

        By a handle, where the system has them: a file's stat then costs a third less than by
        its whole path.
        """
        folder = os.open(place, _FOLDER) if os.scandir in os.supports_fd else place
        try:
            status = os.stat(folder)  # noqa: PTH116 -- it may be a handle
            if (status.st_dev, status.st_ino) in self._entered:
                return folder, []
            self._entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                return folder, list(entries)
        except OSError:
            if isinstance(folder, int):
                os.close(folder)
            raise

    def _take(self, name: str, child: os.DirEntry[str], *, is_folder: bool) -> None:
        """Note an entry file, or why what is called like one is none."""
        path = _printable(name)
        if is_folder:
            why = "is a folder with the name of an entry."
            self._findings.append(_finding(path, None, why, level="warning"))
            return
        status = child.stat()
        if path in self._files:
            why = "is there twice: two files have names that differ only in how letters are coded."
            self._findings.append(_finding(path, None, why))
            return
        self._files[path] = _stat(status)
        if path != name:
            self._names[path] = name


def stat_of(place: Path) -> Stat | None:
    """The stat of one file, or None where it cannot be had."""
    try:
        return _stat(place.stat())
    except OSError:
        return None


def _stat(status: os.stat_result) -> Stat:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _printable(path: str) -> str:
    """The path in NFC; bytes that are no UTF-8, backslashes and controls as `%FF`."""
    if path.isascii() and path.isprintable() and "\\" not in path:
        return path
    from unicodedata import normalize

    return normalize("NFC", re.sub(_ODD, _escaped, path))


def _escaped(odd: re.Match[str]) -> str:
    errors = "surrogateescape" if "\udc80" <= odd.group() <= "\udcff" else "surrogatepass"
    return "".join(f"%{byte:02X}" for byte in odd.group().encode("utf-8", errors))


def read(folder: Path, path: str, found: Scan) -> bytes | Finding:
    """The bytes of one entry, or the finding that says why they cannot be had.

    At most `LARGEST_FILE` bytes are read, from an ordinary file only (never a pipe).
    """
    place = folder / found.names.get(path, path)
    try:
        # Opening a pipe that nobody writes to would wait for ever without this.
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return _finding(path, None, "is not an ordinary file.")
            if status.st_size > LARGEST_FILE:
                return _finding(path, None, f"is larger than {LARGEST_FILE // 1024**2} MiB.")
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(LARGEST_FILE)
        finally:
            os.close(handle)
    except FileNotFoundError:
        return _finding(path, None, "has just been removed.")
    except OSError as error:
        return _finding(path, error)


def write_new(place: Path, content: str) -> None:
    """Write a file that must not exist yet, whole or not at all.

    Raises:
        CorpusError: it exists, or cannot be written.
    """
    data = content.encode("utf-8", "replace")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(place.parent, error) from error
    try:
        with place.open("xb") as file:
            try:
                file.write(data)
                file.flush()
            except BaseException:
                place.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise CorpusError(f"{place} exists already.", "Choose another title or date.") from error
    except OSError as error:
        raise _unwritable(place, error) from error


def _unwritable(place: Path, error: OSError) -> CorpusError:
    return CorpusError(
        f"{place} cannot be written: {error.strerror}.",
        "Check that you may write there and that the disk is not full.",
    )


def _unreadable(folder: Path, error: OSError | ValueError) -> CorpusError:
    if isinstance(error, FileNotFoundError):
        return CorpusError(
            f"There is no folder {folder}.", "Create it, or name another with --entries."
        )
    if isinstance(error, NotADirectoryError):
        return CorpusError(f"{folder} is not a folder.", "Name the folder that holds the entries.")
    reason = error.strerror if isinstance(error, OSError) else error
    return CorpusError(
        f"The folder {_printable(str(folder))} cannot be read: {reason}.",
        "Give yourself the right to read it, or name another with --entries.",
    )


def _finding(path: str, error: OSError | None, why: str = "", level: Level = "error") -> Finding:
    reason = why or f"cannot be read: {error.strerror if error else 'unknown reason'}."
    return Finding(
        rule="unreadable",
        level=level,
        path=path,
        line=0,
        message=f"{path} {reason}",
        help="Make it a readable Markdown file, or move it out of the entries folder.",
    )
