"""Every engine there is, with the corpus in it or empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.engine_contract import ENGINES, corpus, filled

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import SearchEngine


@pytest.fixture(params=ENGINES, scope="module")
def full(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchEngine]:
    """An engine with the corpus in it, for tests that only read."""
    engine = filled(ENGINES[request.param](tmp_path_factory.mktemp("index")), corpus())
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine with an empty index, for tests that write."""
    engine = ENGINES[request.param](tmp_path / "index")
    with engine.exclusive():
        engine.clear()
    yield engine
    engine.close()
