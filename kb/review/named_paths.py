"""The files and folders that somebody names for a review, as paths of entries."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from unicodedata import normalize

from kb.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kb.corpus import Scan


@dataclass(frozen=True, slots=True)
class NamedPaths:
    """Which entries are meant.

    Attributes:
        paths: of the entries, relative to the folder, sorted.
        files: those of them that were named themselves, not by a folder they are in.
        notices: what was named and is no entry, one sentence each.
    """

    paths: tuple[str, ...]
    files: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, named: Sequence[str | Path], folder: Path, found: Scan) -> Self:
        """What the names mean in an entries folder; all its entries where there are none.

        Raises:
            UsageError: one of them does not exist, or is outside of the folder.
        """
        if not named:
            return cls(tuple(sorted(found.files)))
        known = {normalize("NFC", found.names.get(path, path)): path for path in found.files}
        paths: set[str] = set()
        files: set[str] = set()
        notices = []
        for name in named:
            inside = _inside(str(name), folder, found)
            if inside in known:
                paths.add(known[inside])
                files.add(known[inside])
            elif (folder / inside).is_dir():
                below = f"{inside}/" if inside != "." else ""
                paths.update(path for disk, path in known.items() if disk.startswith(below))
            else:
                notices.append(
                    f"{name} is no entry and was not reviewed: entries are Markdown files whose "
                    "names begin neither with a dot nor with an underscore."
                )
        return cls(tuple(sorted(paths)), frozenset(files), tuple(notices))


def _inside(name: str, folder: Path, found: Scan) -> str:
    """A file or folder as a path from the entries folder, in NFC."""
    try:
        exists = os.path.exists(name)  # noqa: PTH110 -- any text may stand here
    except ValueError:
        exists = False
    if not exists:
        raise _missing(name, folder, found)
    for place, above in (
        (os.path.abspath(name), os.path.abspath(folder)),  # noqa: PTH100 -- a link stays a link
        (os.path.realpath(name), os.path.realpath(folder)),
    ):
        inside = os.path.relpath(place, above)
        if inside != os.pardir and not inside.startswith(os.pardir + os.sep):
            return normalize("NFC", inside.replace(os.sep, "/"))
    raise UsageError(
        f"{name} is not in the entries folder {folder}.",
        "Name entries of that folder, or another folder with --entries.",
    )


def _missing(name: str, folder: Path, found: Scan) -> UsageError:
    """That a name is of nothing, with the entries that are called alike."""
    from kb.vocabulary import near

    stems = {path.rpartition("/")[2].rpartition(".")[0]: path for path in sorted(found.files)}
    wanted = normalize("NFC", name.replace(os.sep, "/").rpartition("/")[2].removesuffix(".md"))
    nearest = [wanted] if wanted in stems else near(wanted, tuple(stems), limit=1)
    if nearest:
        advice = f"Did you mean {os.path.relpath(folder / stems[nearest[0]])}?"
    else:
        advice = "It may have been deleted or renamed; without a path all entries are reviewed."
    return UsageError(f"There is no file or folder {name}.", advice)
