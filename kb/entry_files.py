"""One entry among the others: which file a name means, and what it holds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb import corpus
from kb.errors import CorpusError, NotFound
from kb.finding import Finding
from kb.search.engine import Keyword, Request, is_shared
from kb.search.keywords import fold

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import SearchEngine

_SAME_ID = 100
"""Entries of one id that are looked at, of which there should be one."""


def content(folder: Path, path: str) -> bytes:
    """The bytes of an entry's file.

    Raises:
        CorpusError: it cannot be read.
    """
    found = corpus.read(folder, path, corpus.Scan())
    if isinstance(found, Finding):  # its name on disk may be written otherwise
        found = corpus.read(folder, path, corpus.scan(folder))
    if isinstance(found, Finding):
        raise CorpusError(found.message, found.help)
    return found


def kept(engine: SearchEngine, path: str) -> bytes:
    """The bytes of an entry's file as a shared index keeps them.

    Raises:
        CorpusError: it keeps none.
    """
    for _, found in kept_of(engine, [path]):
        return found
    raise CorpusError(
        f"The index does not hold the text of {path}.",
        "It has just been removed, or its file is too large to be kept there.",
    )


def kept_of(engine: SearchEngine, paths: Sequence[str]) -> list[tuple[str, bytes]]:
    """The paths, in their order, with what a shared index keeps; those it does not left out."""
    found = engine.contents(paths) if is_shared(engine) else {}
    return [(path, found[path]) for path in paths if path in found]


def path_of(engine: SearchEngine, folder: Path, name: str) -> str:
    """The path of the entry that a person means; of several of one id, the one so written.

    Args:
        engine: knows the entries.
        folder: the entries folder.
        name: an id, a former id, a path, or a beginning of an id that only one entry has.

    Raises:
        NotFound: there is none; `nearest` names similar ids.
    """
    wanted = fold(name)
    named = Request(condition=Keyword("id", (wanted,)), limit=_SAME_ID, facets=())
    hits = engine.search(named).hits
    if hits:
        alike = [hit for hit in hits if fold(hit.shown["id"]) == wanted] or list(hits)
        exact = [hit for hit in alike if hit.shown["id"] == name]
        return min(hit.path for hit in exact or alike)
    rows = engine.rows()
    place = fold(_relative(folder, name))
    for matches in (
        [row.path for row in rows if fold(row.path) == place],
        [row.path for row in rows if wanted and fold(row.id).startswith(wanted)],
    ):
        if len(matches) == 1:
            return matches[0]
    raise _no_such_entry(name, [row.id for row in rows])


def _relative(folder: Path, name: str) -> str:
    """A file's path as an entry's path: as it is, or from the current folder."""
    place = os.path.abspath(name)  # noqa: PTH100 -- a link stays a link
    if os.path.isfile(place):  # noqa: PTH113 -- any text may stand here
        inside = os.path.relpath(place, folder)
        if not inside.startswith(os.pardir):
            return inside.replace(os.sep, "/")
    return name.removeprefix("./").removeprefix("entries/")


def _no_such_entry(name: str, ids: Sequence[str]) -> NotFound:
    from kb.vocabulary import near

    holding = [one for one in ids if fold(name) and fold(name) in fold(one)]
    nearest = (*near(name, ids), *holding)[:5]
    remedy = f"Did you mean {', '.join(nearest)}?" if nearest else "`kb list` shows all entries."
    return NotFound(f"There is no entry {name!r}.", remedy, tuple(nearest))
