"""Which entries have an id, now or formerly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kb import corpus
from kb.search.engine import Keyword, Request
from kb.search.keywords import fold

if TYPE_CHECKING:
    from pathlib import Path

    from kb.config import Config
    from kb.search.engine import SearchEngine

Holders = Callable[[str], Sequence[str]]
"""An id, folded -> the paths of the entries that have it or had it."""

_ALIASES = re.compile(
    rb"^[ \t\"']*(?:aliases|alias|%s|%s)[ \t\"']*:" % ("별칭".encode(), "이전[ _-]?id".encode()),
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_HEAD = 16_384
"""Bytes of a file in which former ids stand, if it has any."""


_SAME_ID = 100
"""Entries of one id that are looked at, of which there should be one."""


def holders_in(engine: SearchEngine, folded: str) -> tuple[str, ...]:
    """The paths of the entries that have an id or had it, by an index that is up to date."""
    named = Request(condition=Keyword("id", (folded,)), limit=_SAME_ID, facets=())
    return tuple(hit.path for hit in engine.search(named).hits)


class Ids(Mapping[str, Sequence[str]]):
    """Id or former id, folded -> the paths of the entries that have it.

    Args:
        found: the entries there are; a file's name is its id.
        former: what tells of former ids.
    """

    def __init__(self, found: corpus.Scan, former: Holders) -> None:
        self._former = former
        self._paths: dict[str, list[str]] = {}
        for path in sorted(found.files):
            stem = path.rpartition("/")[2].rpartition(".")[0]
            self._paths.setdefault(fold(stem), []).append(path)

    def __getitem__(self, folded: str) -> Sequence[str]:
        paths = self._paths.get(folded, ())
        former = [path for path in self._former(folded) if path not in paths]
        if not paths and not former:
            raise KeyError(folded)
        return (*paths, *sorted(former))

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class FormerIds:
    """Former ids, read from the files themselves; quick, since few entries have any."""

    def __init__(self, folder: Path, found: corpus.Scan, config: Config) -> None:
        from kb.document import parse

        self._paths: dict[str, list[str]] = {}
        for path in found.files:
            content = corpus.read(folder, path, found)
            head = content[:_LONGEST_HEAD] if isinstance(content, bytes) else b""
            if _ALIASES.search(head):
                for alias in parse(head, path, config.vocabulary).aliases:
                    self._paths.setdefault(fold(alias), []).append(path)

    def __call__(self, folded: str) -> Sequence[str]:
        """The paths of the entries that had this id."""
        return self._paths.get(folded, ())
