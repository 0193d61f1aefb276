"""Queries as people type them answer alike on OpenSearch and on the default engine.

Every test of a pair of engines runs here again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kb.search.opensearch_engine import OpenSearchEngine
from kb.search.whoosh_engine import WhooshEngine
from tests import test_engines_agree
from tests.engine_agreement import fill

if TYPE_CHECKING:
    from kb.search.engine import SearchEngine
    from tests.opensearch.server import Server

globals().update(
    {n: test for n, test in vars(test_engines_agree).items() if n.startswith("test_engines_")}
)


@pytest.fixture(scope="module", params=["opensearch"])
def pair(server: Server) -> Iterator[tuple[SearchEngine, SearchEngine]]:
    """Whoosh and OpenSearch over the same entries."""
    engine = OpenSearchEngine(
        {"hosts": [server.url], "index": "agreement", "replicas": 0, "shards": 3}
    )
    other = WhooshEngine(None)
    for each in (engine, other):
        fill(each)
    yield other, engine
    engine.close()
