"""Many readers of one index: threads of a process, processes that were forked, machines."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from opensearchpy import OpenSearch

from kb.search.engine import Changes, Request, Results
from kb.search.opensearch_engine import OpenSearchEngine
from tests.engine_contract import CORPUS, corpus, filled, made, word

if TYPE_CHECKING:
    from tests.opensearch.server import Server

REQUESTS = (Request(limit=1_000), Request((word("database"),)), Request((word("network"),)))
CHILDREN = 4
Opened = Callable[[], OpenSearchEngine]


@pytest.fixture
def opened(server: Server) -> Iterator[Opened]:
    """Engines over one index, of which nothing is left in the end."""
    name = f"kb-{secrets.token_hex(6)}"
    engines: list[OpenSearchEngine] = []

    def another() -> OpenSearchEngine:
        options = {"hosts": [server.url], "index": name, "replicas": 0}
        engines.append(OpenSearchEngine(options))
        return engines[-1]

    yield another
    for engine in engines:
        engine.close()
    with OpenSearch([server.url]) as client:
        for index in client.indices.get(index=f"{name}*"):
            client.indices.delete(index=index)


def answers(engine: OpenSearchEngine) -> list[Results]:
    return [engine.search(request) for request in REQUESTS]


def test_threads_share_an_engine_while_another_machine_writes(opened: Opened) -> None:
    """Every answer is of a whole state, and connections are kept, not made each time."""
    reader, writer = opened(), opened()
    filled(writer, corpus())
    added = [
        made(f"new-{number}.md", f"---\ntitle: New {number}\n---\n## Summary\nNew.\n")
        for number in range(6)
    ]
    stop = threading.Event()
    totals: list[int] = []

    def read() -> None:
        while not stop.is_set():
            found = reader.search(REQUESTS[0])
            assert len(found.hits) == found.total
            totals.append(found.total)

    with ThreadPoolExecutor(8) as threads:
        reading = [threads.submit(read) for _ in range(8)]
        try:
            for number in range(0, 6, 2):
                with writer.exclusive():
                    writer.apply(Changes(documents=added[number : number + 2]))
        finally:
            stop.set()
        for each in reading:
            each.result()
    assert set(totals) <= {len(CORPUS) + number for number in (0, 2, 4, 6)}
    assert reader.search(REQUESTS[0]).total == len(CORPUS) + 6


def test_many_threads_open_no_more_connections_than_they_are(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    engine = opened()
    filled(engine, corpus())
    right = answers(engine)
    caplog.set_level(logging.DEBUG, "urllib3")
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: answers(engine), range(64)))
    assert found == [right] * 64
    assert "Connection pool is full" not in caplog.text
    assert caplog.text.count("Starting new HTTP connection") <= 16


def test_processes_forked_after_the_first_search_answer_rightly(opened: Opened) -> None:
    """As servers do that load the application once and fork: nobody takes another's answer."""
    engine = opened()
    filled(engine, corpus())
    right = answers(engine)
    children = []
    for number in range(CHILDREN):
        child = os.fork()
        if not child:
            code = 1
            try:
                request = number % len(REQUESTS)
                same = all(engine.search(REQUESTS[request]) == right[request] for _ in range(30))
                engine.close()
                code = 0 if same else 2
            except BaseException:  # noqa: BLE001 -- a child must never run the tests on
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    assert all(answers(engine) == right for _ in range(10))
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == (
        [0] * CHILDREN
    )
    assert answers(engine) == right, "what the children closed was theirs"
