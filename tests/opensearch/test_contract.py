"""The contract suite of all engines on a real OpenSearch: every test of it runs here again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest
from opensearchpy import OpenSearch

from kb.search.opensearch_engine import OpenSearchEngine
from tests.engine_contract import ENGINES, corpus, filled
from tests.engines import test_engine_changes, test_engine_contents, test_engine_contract

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import SearchEngine
    from tests.opensearch.server import Server

for suite in (test_engine_contract, test_engine_changes, test_engine_contents):
    globals().update({name: test for name, test in vars(suite).items() if name.startswith("test_")})


@pytest.fixture(scope="module")
def engine_at(server: Server) -> Iterator[Callable[[Path], SearchEngine]]:
    """An engine with an index of its own for each place."""

    def opened(place: Path) -> SearchEngine:
        name = blake2b(str(place).encode(), digest_size=8).hexdigest()
        return OpenSearchEngine({"hosts": [server.url], "index": f"kb-{name}", "replicas": 0})

    yield opened
    with OpenSearch([server.url]) as client:
        for index in client.indices.get(index="kb-*"):
            client.indices.delete(index=index)


@pytest.fixture(params=["opensearch"], scope="module")
def full(
    engine_at: Callable[[Path], SearchEngine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchEngine]:
    """An engine with the corpus in it, for tests that only read."""
    engine = filled(engine_at(tmp_path_factory.mktemp("index")), corpus())
    yield engine
    engine.close()


@pytest.fixture(params=["opensearch"])
def empty(
    engine_at: Callable[[Path], SearchEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SearchEngine]:
    """An engine with an empty index, for tests that write."""
    monkeypatch.setitem(ENGINES, "opensearch", engine_at)
    engine = engine_at(tmp_path / "index")
    with engine.exclusive():
        engine.clear()
    yield engine
    engine.close()
