"""Engines with an index in a folder, each with the corpus in it.

Another such engine joins by one line in `KINDS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from kb.search import engines, tantivy_engine, whoosh_engine
from kb.search.tantivy_engine_files import COMMIT
from tests.engine_contract import corpus, filled

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import SearchEngine

SEGMENT = re.compile(r"((?:kb_)?[0-9a-z]{16,32})\.")
"""How the names of files begin that belong to one segment of an index."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine, and what a test must know of its files.

    Attributes:
        lock_seconds: the variable that tells how long it waits for a lock.
        lists: the files that list the segments of the index.
        segments: what the segments are called that the last commit lists.
    """

    name: str
    schema: str
    lock_seconds: str
    lists: str
    segments: Callable[[Path], set[str]]

    def opened(self, folder: Path | None) -> SearchEngine:
        return engines.opened(self.name, folder)


def segments_of_whoosh(folder: Path) -> set[str]:
    return {each.segment_id() for each in TOC.read(FileStorage(str(folder)), "kb").segments}


def segments_of_tantivy(folder: Path) -> set[str]:
    listed = json.loads((folder / COMMIT).read_bytes())["segments"]
    return {each["segment_id"].replace("-", "") for each in listed}


KINDS = (
    Kind(
        "whoosh",
        whoosh_engine.SCHEMA,
        "kb.search.whoosh_engine.LOCK_SECONDS",
        "*.toc",
        segments_of_whoosh,
    ),
    Kind(
        "tantivy",
        tantivy_engine.SCHEMA,
        "kb.search.tantivy_engine_files.LOCK_SECONDS",
        COMMIT,
        segments_of_tantivy,
    ),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    known: Kind = request.param
    return known


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(kind: Kind, folder: Path) -> Iterator[SearchEngine]:
    engine = kind.opened(folder)
    with engine.exclusive():
        filled(engine, corpus())
    yield engine
    engine.close()


def segments_on_disk(folder: Path) -> set[str]:
    return {found[1] for place in folder.iterdir() if (found := SEGMENT.match(place.name))}
