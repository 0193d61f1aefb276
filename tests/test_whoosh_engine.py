"""What only a Whoosh index goes through; `tests/folder_engines` has what all in folders do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kb.errors import BrokenIndex
from kb.search.whoosh_engine import WhooshEngine
from kb.search.whoosh_engine_writing import choose_merges
from tests.engine_contract import CORPUS, EVERYTHING, corpus, filled

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    engine = WhooshEngine(tmp_path / "index")
    with engine.exclusive():
        filled(engine, corpus())
    yield engine
    engine.close()


def test_a_generation_out_of_range_does_no_harm(engine: WhooshEngine, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    (folder / "_kb_99999999999999.toc").write_bytes(b"x")
    with pytest.raises(BrokenIndex):
        engine.search(EVERYTHING)
    filled(engine, corpus())
    assert engine.search(EVERYTHING).total == len(CORPUS)
    assert len(list(folder.glob("*.toc"))) == 1


class Sized:
    """A segment as `choose_merges` looks at it."""

    def __init__(self, documents: int) -> None:
        self.documents = documents

    def doc_count(self) -> int:
        return self.documents


@pytest.mark.parametrize(
    ("sizes", "merged"),
    [
        ([], []),
        ([1] * 7, []),
        ([1] * 8, [1] * 8),
        ([1900] * 6 + [1] * 7, []),
        ([1900] * 6 + [1] * 8, [1] * 8),
        ([1900] * 9, []),
        ([16] * 7 + [1], []),
        ([16] * 8 + [1] * 3, [16] * 8),
        ([0, 0, 1900], []),
    ],
)
def test_only_segments_of_like_size_are_merged_and_never_the_large_ones(
    sizes: list[int], merged: list[int]
) -> None:
    chosen, kept = choose_merges([Sized(size) for size in sizes])
    assert [segment.documents for segment in chosen] == merged
    assert sorted(s.documents for s in (*chosen, *kept)) == sorted(size for size in sizes if size)
