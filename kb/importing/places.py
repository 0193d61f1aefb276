"""Which files a source stands for: a file, a folder or a glob; and which of them are left out.

Folders hold more than postmortems: licences, templates, style sheets, pictures. What is left
out is told, so that nobody has to wonder where a document went.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from kb.importing.source import Failure

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

_NOT_DOCUMENTS = frozenset(
    """
    .css .js .mjs .ts .tsx .jsx .map .py .rb .go .rs .java .kt .c .h .cpp .sh .sql .lock .ini .cfg
    .toml .yml .yaml .xml .png .jpg .jpeg .gif .svg .ico .webp .bmp .avif .mp3 .mp4 .mov .webm .wav
    .woff .woff2 .ttf .otf .eot .pyc .so .log .bib .tf .gitkeep .bak .tmp .swp .ds_store
    """.split()
)
"""Endings (lower case) of what lies beside documents in a folder; a file that is named itself, or
by a glob, is looked into whatever its ending."""

_COMPANIONS = re.compile(
    r"(licen[sc]e|copying|notice|authors|contributors|contributing|code[_-]of[_-]conduct"
    r"|changelog|security|codeowners)([._-]\w+)*",
    re.IGNORECASE,
)
_OVERVIEWS = re.compile(r"(readme|_?index)(\.\w+)*", re.IGNORECASE)
_ATTACHMENTS = frozenset("images img assets static media attachments files figures".split())
_TEMPLATE = re.compile(r"template|템플릿|テンプレート", re.IGNORECASE)
_TEMPLATE_FOLDER = re.compile(r"_?templates?", re.IGNORECASE)
_DATED = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_WILD = re.compile(r"[*?\[]")


def find_places(source: str) -> Iterator[Path | Failure]:
    """The files that a source stands for, in a stable order, and what is wrong or left out.

    A folder is walked to its ends, sorted by name; names that begin with a dot are not looked
    at, and a folder that was entered already (by a symbolic link) is not entered again.
    """
    path = Path(source)
    try:
        if path.is_dir():
            yield from _walk(path)
        elif path.exists():
            yield _left_out(path) or path
        elif _WILD.search(source):
            yield from _matches(source, path)
        else:
            yield _missing(source)
    except (OSError, ValueError) as error:
        yield _failure(source, error)


def _missing(source: str) -> Failure:
    help_ = "Check the name; quote it where it holds spaces."
    return Failure(source, f"There is no file or folder {source}.", help_)


def _failure(name: str, error: OSError | ValueError) -> Failure:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Failure(name, f"{name} cannot be read: {reason}.", "Check the name and your rights.")


def _matches(source: str, path: Path) -> Iterator[Path | Failure]:
    root = Path(path.anchor) if path.anchor else Path()
    pattern = source.removeprefix(path.anchor)
    wants_hidden = any(part.startswith(".") and part.strip(".") for part in path.parts)
    found = False
    for match in sorted(root.glob(pattern)):
        if not wants_hidden and any(_is_hidden(part) for part in match.parts):
            continue
        found = True
        if match.is_dir():
            yield from _walk(match)
        else:
            yield _left_out(match) or match
    if not found:
        yield Failure(source, f"Nothing matches {source}.", "Check the pattern; `**` looks below.")


def _is_hidden(part: str) -> bool:
    return part.startswith(".") and part.strip(".") != ""


def _left_out(path: Path) -> Failure | None:
    """Why a file is left out by its name, or None where it is to be read."""
    if _TEMPLATE.search(path.stem) and not _DATED.search(path.stem):
        message = f"{path} is left out: by its name it is a template."
        return Failure(str(path), message, "Rename it if it tells of an incident.", skipped=True)
    if _COMPANIONS.fullmatch(path.name):
        message = f"{path} is left out: by its name it is no postmortem."
        return Failure(str(path), message, "Rename it if it tells of an incident.", skipped=True)
    return None


def _walk(top: Path) -> Iterator[Path | Failure]:
    """The documents below a folder; what is no document is told once for all of it."""
    others: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    pending = [top]
    found = False
    while pending:
        folder = pending.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            children = sorted(folder.iterdir())
        except OSError as error:
            yield _failure(str(folder), error)
            continue
        folders, files = _sorted_out(children, others)
        below = any(child.name.lower() not in _ATTACHMENTS for child in folders)
        for place in _without_overview(files, alone=not below):
            found = True
            yield place
        pending.extend(reversed(folders))
    if others:
        endings = ", ".join(sorted(others))
        count = sum(others.values())
        message = f"{count:,} other file{'s' * (count > 1)} in {top} left out ({endings})."
        yield Failure(str(top), message, "Name a file itself to have it read.", skipped=True)
    elif not found:
        yield Failure(str(top), f"{top} holds no documents.", "Name a folder that holds some.")


def _sorted_out(children: Sequence[Path], others: Counter[str]) -> tuple[list[Path], list[Path]]:
    """Folders to enter and files to look into; counts the endings of the others."""
    folders: list[Path] = []
    files: list[Path] = []
    for child in children:
        if child.name.startswith("."):
            continue
        if child.is_dir():
            if _TEMPLATE_FOLDER.fullmatch(child.name):
                others[f"{child.name}/"] += 1
            elif child.name != "node_modules":
                folders.append(child)
        elif child.suffix.lower() in _NOT_DOCUMENTS:
            others[child.suffix.lower()] += 1
        else:
            files.append(child)
    return folders, files


def _without_overview(files: Sequence[Path], *, alone: bool) -> Iterator[Path | Failure]:
    """The files of one folder; a README or an index counts only where it stands alone."""
    alone = alone and len([path for path in files if not _left_out(path)]) == 1
    for path in files:
        if (skipped := _left_out(path)) is not None:
            yield skipped
        elif _OVERVIEWS.fullmatch(path.name) and not alone:
            message = f"{path} is left out: beside other documents it is their overview."
            help_ = "Name the file itself to have it read."
            yield Failure(str(path), message, help_, skipped=True)
        else:
            yield path


def printable(path: str | os.PathLike[str]) -> str:
    """A path as text, with bytes that are no UTF-8 shown as replacement characters."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
