"""Which files a link may lead to: those of the repository, by their names on disk.

Git keeps names as bytes, and pages are served where case counts. So a name must be written in
its own case, also on a disk that does not care; composed and decomposed Korean are the same.
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from pathlib import Path


class Files:
    """The files around an entries folder, each folder of them read once.

    Attributes:
        root: nothing above it exists for a link.
        folder: the entries folder, in it.
    """

    def __init__(self, folder: Path, root: Path | None = None) -> None:
        self.root = (root or folder).absolute()
        self.folder = folder.absolute()
        self._names: dict[str, dict[str, str]] = {}

    def exists(self, path: str) -> bool:
        """Whether a path, relative to the entries folder, is a file or a folder."""
        return self._found(path, exact=True) == _normal(path)

    def nearest(self, path: str) -> str:
        """The path as it is on disk, where it differs in case alone; else empty."""
        found = self._found(path, exact=False)
        return "" if found == _normal(path) else found

    def _found(self, path: str, *, exact: bool) -> str:
        """The path with the names on disk, relative to the entries folder; empty: none."""
        above = os.path.relpath(self.folder, self.root).replace(os.sep, "/")
        if "\0" in path or above == ".." or above.startswith("../"):
            return ""
        within = posixpath.normpath(posixpath.join("/", above, _normal(path)))
        climbs = posixpath.normpath(posixpath.join(above, _normal(path)))
        if climbs == ".." or climbs.startswith("../"):
            return ""
        place, names = str(self.root), []
        for part in [part for part in within.split("/") if part]:
            found = self._names_in(place)
            name = part if part in found else ""
            if not name and not exact:
                name = next((one for one in found if one.casefold() == part.casefold()), "")
            if not name:
                return ""
            names.append(name)
            place = f"{place}{os.sep}{found[name]}"
        return posixpath.relpath("/" + "/".join(names), posixpath.join("/", above))

    def _names_in(self, place: str) -> dict[str, str]:
        """What stands in a folder: composed name -> the name on disk."""
        if place not in self._names:
            try:
                children = os.listdir(place)  # noqa: PTH208 -- only the names are wanted
            except OSError:
                children = []
            self._names[place] = {normalize("NFC", name): name for name in children}
        return self._names[place]


def _normal(path: str) -> str:
    return posixpath.normpath(normalize("NFC", path))
