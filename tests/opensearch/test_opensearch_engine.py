"""What OpenSearch is there for: several machines, rebuilds while searching, plain errors."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opensearchpy import OpenSearch

from kb.errors import BrokenIndex, IndexFailure, UsageError
from kb.search import opensearch_engine_connection as connection
from kb.search import opensearch_engine_documents as kept
from kb.search import opensearch_engine_lease as lease
from kb.search import opensearch_engine_writing as writing
from kb.search.engine import Changes, Document, Request
from kb.search.opensearch_engine import OpenSearchEngine
from tests.engine_contract import CORPUS, corpus, filled, made, word
from tests.opensearch.conftest import unused_name

if TYPE_CHECKING:
    from tests.opensearch.server import Server

EVERYTHING = Request(limit=1_000)
ROOT = Path(__file__).parents[2]

Opened = Callable[..., OpenSearchEngine]


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[OpenSearch]:
    with OpenSearch([server.url]) as opened:
        yield opened


@pytest.fixture
def name(client: OpenSearch) -> Iterator[str]:
    yield from unused_name(client)


@pytest.fixture
def opened(server: Server, name: str) -> Iterator[Opened]:
    """Engines over one index, each as on a machine of its own."""
    engines: list[OpenSearchEngine] = []

    def another(**options: object) -> OpenSearchEngine:
        known = {"hosts": [server.url], "index": name, "replicas": 0}
        engines.append(OpenSearchEngine({**known, **options}))
        return engines[-1]

    yield another
    for engine in engines:
        engine.close()


def titled(path: str, title: str) -> Document:
    return made(path, f"---\ntitle: {title}\n---\n## Summary\nWords of {title}.\n")


def indices_of(client: OpenSearch, name: str) -> list[str]:
    return list(client.indices.get(index=f"{name}-2*"))


def test_a_rebuild_is_seen_by_others_only_when_it_is_whole(
    opened: Opened, client: OpenSearch, name: str
) -> None:
    one, other = opened(), opened()
    filled(one, corpus())
    before = other.version()
    with one.exclusive():
        one.clear()
        assert one.search(EVERYTHING).total == 0
        one.apply(Changes(documents=corpus()[:3]))
        assert (one.search(EVERYTHING).total, other.search(EVERYTHING).total) == (3, len(CORPUS))
        assert other.version() == before
        built = one.version()
    assert other.search(EVERYTHING).total == 3
    assert one.version() == other.version() == built
    assert len(indices_of(client, name)) == 1, "the old one is removed"


def test_a_rebuild_that_fails_leaves_the_old_index(
    opened: Opened, client: OpenSearch, name: str
) -> None:
    one, other = opened(), opened()
    filled(one, corpus())
    before = other.version()

    def fail() -> None:
        with one.exclusive():
            one.clear()
            one.apply(Changes(documents=corpus()[:2]))
            raise RuntimeError("the entries are gone")

    with pytest.raises(RuntimeError, match="are gone"):
        fail()
    assert one.version() == other.version() == before
    assert one.search(EVERYTHING).total == len(CORPUS)
    assert len(indices_of(client, name)) == 1


def test_what_a_killed_rebuild_left_is_swept_by_the_next(
    opened: Opened, client: OpenSearch, name: str
) -> None:
    engine = opened()
    filled(engine, corpus())
    left = writing.create(connection.Connection(connection.Settings.read(settings_of(engine))))
    assert left in indices_of(client, name)
    with engine.exclusive():
        engine.clear()
    assert left not in indices_of(client, name)
    assert len(indices_of(client, name)) == 1


def settings_of(engine: OpenSearchEngine) -> dict[str, object]:
    settings = engine.settings
    return {"hosts": list(settings.hosts), "index": settings.index, "replicas": 0}


def test_two_machines_write_one_after_the_other(opened: Opened) -> None:
    engines = [opened() for _ in range(4)]
    filled(engines[0], [])
    inside: list[int] = []
    most: list[int] = []

    def write(number: int) -> None:
        for turn in range(3):
            with engines[number].exclusive():
                inside.append(number)
                most.append(len(inside))
                change = [titled(f"{number}-{turn}.md", f"Turn {turn}")]
                engines[number].apply(Changes(documents=change))
                inside.remove(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert engines[3].search(EVERYTHING).total == 12


def test_the_lock_of_a_dead_machine_is_taken_over(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened()
    filled(engine, corpus())
    with engine.exclusive():
        pass
    lock = lease.Lease(connection.Connection(engine.settings))
    assert lock.take()
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.3)
    with engine.exclusive():
        engine.apply(Changes(documents=[titled("new.md", "New")]))
    assert engine.search(EVERYTHING).total == len(CORPUS) + 1


def test_who_has_lost_the_lock_writes_no_more(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, client: OpenSearch, name: str
) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.2)
    engine = opened()
    filled(engine, corpus())

    def write() -> None:
        with engine.exclusive():
            client.index(index=f"{name}-lock", id="writer", body={"by": "somebody else"})
            threading.Event().wait(0.5)
            engine.apply(Changes(documents=[titled("new.md", "New")]))

    with pytest.raises(IndexFailure, match="Another process writes"):
        write()
    assert engine.search(EVERYTHING).total == len(CORPUS)


WRITER = """\
import json, os, sys
from kb.search import opensearch_engine_writing as writing
from kb.search.engine import Changes
from kb.search.opensearch_engine import OpenSearchEngine
from tests.engine_contract import corpus

def settle(*_):
    print("written", flush=True)
    sys.stdin.read()

writing.settle = settle
OpenSearchEngine(json.loads(sys.argv[1])).apply(Changes(documents=corpus()))
"""


def test_a_change_that_was_cut_short_is_finished_by_the_next_writer(opened: Opened) -> None:
    """kill -9 after the documents were sent and before searches see them."""
    engine = opened()
    filled(engine, [titled("one.md", "One")])
    command = [sys.executable, "-c", WRITER, json.dumps(settings_of(engine))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)
    assert engine.search(EVERYTHING).total == 1
    assert engine.version() != engine.version(), "an unfinished state is never taken for another"
    with engine.exclusive():
        assert engine.search(EVERYTHING).total == len(CORPUS) + 1
    assert engine.version() == engine.version()


def test_pages_go_on_beyond_the_limit_of_the_server(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_AT_ONCE", 7)
    engine = opened(shards=2)
    documents = [titled(f"{number:03}.md", f"Common number{number}") for number in range(60)]
    filled(engine, documents)
    whole = [row.path for row in engine.rows()]
    assert whole == [f"{number:03}.md" for number in range(60)]
    asked = Request((word("common"),), sort="newest")
    assert len(engine.listed(asked)) == 60
    for offset, limit in ((0, 5), (5, 5), (0, 20), (6, 20), (20, 1), (55, 10), (60, 3), (49, 11)):
        request = Request((word("common"),), sort="newest", offset=offset, limit=limit)
        found = [hit.path for hit in engine.search(request).hits]
        assert found == whole[offset : offset + limit], (offset, limit)


def test_an_index_of_another_version_is_made_anew(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "SCHEMA", "opensearch 0")
    filled(opened(), corpus())
    monkeypatch.undo()
    engine = opened()
    with pytest.raises(BrokenIndex, match=r"another version \(opensearch 0\)"):
        engine.version()
    with engine.exclusive():
        engine.clear()
    assert engine.version()


@pytest.mark.parametrize("as_alias", [False, True])
def test_what_belongs_to_something_else_is_left_alone(
    opened: Opened, client: OpenSearch, name: str, *, as_alias: bool
) -> None:
    index = f"{name}-others" if as_alias else name
    client.indices.create(index=index, body={"mappings": {"properties": {"a": {"type": "long"}}}})
    client.index(index=index, body={"a": 1}, refresh=True)
    if as_alias:
        client.indices.put_alias(index=index, name=name)
    engine = opened()
    for ask in (engine.version, engine.clear, lambda: filled(engine, corpus())):
        with pytest.raises(IndexFailure, match="no index of ours") as caught:
            ask()
        assert not isinstance(caught.value, BrokenIndex)
        assert "Choose another name" in caught.value.remedy
    assert client.count(index=index)["count"] == 1
    assert indices_of(client, name) == []


def test_a_read_only_index_says_so(opened: Opened, client: OpenSearch, name: str) -> None:
    engine = opened()
    filled(engine, corpus())
    before = engine.search(EVERYTHING)
    client.indices.put_settings(index=name, body={"index.blocks.write": True})
    with pytest.raises(IndexFailure, match="read-only") as caught:
        engine.apply(Changes(documents=[titled("new.md", "New")]))
    assert not isinstance(caught.value, BrokenIndex)
    assert engine.search(EVERYTHING) == before


def test_a_document_that_is_refused_is_named(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened()
    filled(engine, corpus())

    def odd(document: Document) -> dict[str, Any]:
        return {**known(document), **({"surprise": 1} if document.path == "odd.md" else {})}

    known = kept.source
    monkeypatch.setattr(kept, "source", odd)
    changes = [titled("good.md", "Good"), titled("odd.md", "Odd")]
    with pytest.raises(IndexFailure, match=r"refused odd\.md"):
        engine.apply(Changes(documents=changes))
    monkeypatch.undo()
    engine.apply(Changes(documents=changes))
    assert engine.search(EVERYTHING).total == len(CORPUS) + 2


def free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_a_server_that_is_not_there_is_named() -> None:
    engine = OpenSearchEngine({"hosts": [f"http://127.0.0.1:{free_port()}"]})
    for ask in (engine.version, lambda: engine.search(EVERYTHING), engine.clear):
        with pytest.raises(IndexFailure, match=r"127\.0\.0\.1:\d+ is not there") as caught:
            ask()
        assert "hosts in kb.toml" in caught.value.remedy


def test_a_server_that_does_not_answer_is_a_time_out() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        engine = OpenSearchEngine({"hosts": [f"http://127.0.0.1:{port}"], "timeout": 0.2})
        with pytest.raises(IndexFailure, match=r"not answered within 0\.2 seconds"):
            engine.version()


def test_one_of_several_hosts_may_be_down(opened: Opened, server: Server) -> None:
    filled(opened(), corpus())
    engine = opened(hosts=[f"http://127.0.0.1:{free_port()}", server.url])
    for _ in range(4):
        assert engine.search(EVERYTHING).total == len(CORPUS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"password": "secret"}, "password must not stand in kb.toml"),
        ({"api_key": "secret"}, "api_key must not stand in kb.toml"),
        ({"hosts": ["https://user:secret@example.org"]}, "is not a list of addresses"),
        ({"hosts": []}, "is not a list of addresses"),
        ({"hosts": "http://example.org"}, "is not a list of addresses"),
        ({"hosst": []}, "hosst does not count"),
        ({"shards": "three"}, "shards is not a number of shards"),
        ({"timeout": True}, "timeout is not a number of seconds"),
    ],
)
def test_options_that_make_no_sense_are_named(options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        OpenSearchEngine(options)
    assert caught.value.remedy
    assert "secret" not in str(caught.value)


def test_credentials_are_whole_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(connection.USER, "reader")
    with pytest.raises(UsageError, match="Only one of"):
        OpenSearchEngine({}).version()


def test_an_index_on_a_server_cannot_be_set_aside(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(IndexFailure, match="cannot be set aside"):
        opened().set_aside(tmp_path)
