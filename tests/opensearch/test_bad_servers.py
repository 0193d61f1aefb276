"""Servers in a bad state, really brought into it: what `kb` says, and that it harms nothing."""

from __future__ import annotations

import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from opensearchpy import OpenSearch

from kb.errors import BrokenIndex, IndexFailure
from kb.search import opensearch_engine_bulk as bulk
from kb.search import opensearch_engine_writing as writing
from kb.search.engine import Changes, Request
from kb.search.opensearch_engine import OpenSearchEngine
from tests.engine_contract import corpus, filled, made, word
from tests.opensearch.conftest import VERSION, started, unused_name
from tests.opensearch.disk import small_disk
from tests.opensearch.folder import Machine, machine
from tests.opensearch.server import Server, free_port, running

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 12
PATIENT = 20
"""Seconds that a server has for what is to succeed."""
LARGEST = "200kb"
"""What the server takes in one request."""
SEARCH, INDEX, REBUILD = ("search", "database"), ("index",), ("index", "--rebuild")


@pytest.fixture(scope="module")
def troubled() -> Iterator[Server]:
    """A node of these tests alone, whose settings they change."""
    settings = {"http.max_content_length": LARGEST, "cluster.info.update.interval": "10s"}
    with ExitStack() as stack:
        yield started(stack, running(VERSION, settings))


@pytest.fixture
def client(troubled: Server) -> Iterator[OpenSearch]:
    with OpenSearch([troubled.url]) as opened:
        yield opened


@pytest.fixture
def name(client: OpenSearch) -> Iterator[str]:
    yield from unused_name(client)


@pytest.fixture
def one(troubled: Server, name: str, tmp_path: Path) -> Machine:
    """A machine whose index is not made yet."""
    new = machine(tmp_path / "machine")
    new.configure([troubled.url], name, replicas=0, timeout=PATIENT)
    new.fill(COUNT)
    return new


@pytest.fixture
def indexed(one: Machine) -> Machine:
    """A machine whose index is up to date."""
    code, _, said = one.kb("index")
    assert code == 0, said
    return one


@pytest.fixture
def engine(troubled: Server, name: str) -> Iterator[OpenSearchEngine]:
    opened = OpenSearchEngine({"hosts": [troubled.url], "index": name, "replicas": 0})
    yield opened
    opened.close()


@contextmanager
def cluster_settings(client: OpenSearch, **settings: object) -> Iterator[None]:
    """The cluster with other settings; an underscore stands for each dot."""
    changed = {name.replace("__", "."): value for name, value in settings.items()}
    client.cluster.put_settings(body={"transient": changed})
    try:
        yield
    finally:
        client.cluster.put_settings(body={"transient": dict.fromkeys(changed)})


@contextmanager
def impatient(
    one: Machine, server: Server, name: str, seconds: int, **options: object
) -> Iterator[None]:
    """A machine that gives the server so many seconds, for what is to fail; then its usual ones.

    What is to succeed has them, since a busy machine takes longer than an idle one.
    """
    one.configure([server.url], name, replicas=0, timeout=seconds, **options)
    try:
        yield
    finally:
        one.configure([server.url], name, replicas=0, timeout=PATIENT, **options)


def edit(one: Machine) -> None:
    file = next(one.entries.rglob("*.md"))
    file.write_text(f"{file.read_text(encoding='utf-8')}\nNew words.\n", encoding="utf-8")


def files(one: Machine) -> Mapping[Path, bytes]:
    return {file: file.read_bytes() for file in one.entries.rglob("*") if file.is_file()}


def assert_refused(one: Machine, said: str, remedy: str, *commands: tuple[str, ...]) -> None:
    """Each command prints nothing, says what is wrong and what helps, and ends with 2."""
    before = files(one)
    for command in commands:
        code, printed, told = one.kb(*command)
        assert (code, printed) == (2, ""), (command, told)
        assert said in told
        assert remedy in told
        assert "OpenSearch at http://" in told, "it says where"
        assert "Traceback" not in told
    assert files(one) == before


def assert_well(one: Machine) -> None:
    """All is as it should be again."""
    code, _, said = one.kb("index")
    assert code == 0, said
    code, printed, said = one.kb("index", "--verify")
    assert code == 0, printed + said


class Other(BaseHTTPRequestHandler):
    """Something that answers every request alike, and counts those that would write."""

    answer: ClassVar[tuple[int, str, str]]
    written: ClassVar[list[str]]

    def do_GET(self) -> None:
        status, kind, body = self.answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def _write(self) -> None:
        self.written.append(self.path)
        self.do_GET()

    do_PUT = do_POST = do_DELETE = _write  # noqa: N815 -- as above

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def banner(number: str, **more: str) -> str:
    return json.dumps({"name": "x", "version": {"number": number, **more}, "tagline": "hello"})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, "text/html", "<h1>Welcome</h1>"), "is something else"),
        ((404, "text/html", "<h1>Not found</h1>"), "is something else"),
        ((404, "application/json", "{}"), "is something else"),
        ((200, "application/json", "[1]"), "is something else"),
        ((200, "application/json", '{"version": "7"}'), "is something else"),
        ((200, "application/json", "{"), "is something else"),
        ((200, "application/json", ""), "is something else"),
        ((502, "text/html", "Bad Gateway"), "has refused (502"),
        ((302, "text/html", ""), "has refused (302"),
        ((200, "application/json", banner("7.10.2")), "Elasticsearch or the like, 7.10.2"),
        (
            (200, "application/json", banner("1.3.20", distribution="opensearch")),
            "is opensearch 1.3.20",
        ),
    ],
)
def test_something_else_at_that_address_is_never_written(
    one: Machine, name: str, answer: tuple[int, str, str], said: str
) -> None:
    class This(Other):
        written: ClassVar[list[str]] = []

    This.answer = answer
    with ThreadingHTTPServer(("127.0.0.1", 0), This) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        try:
            one.configure([f"http://127.0.0.1:{other.server_port}"], name)
            assert_refused(one, said, "", SEARCH, REBUILD)
        finally:
            other.shutdown()
    assert This.written == []


def test_a_server_that_is_not_there_is_named(one: Machine, name: str) -> None:
    one.configure([f"http://127.0.0.1:{free_port()}"], name)
    assert_refused(one, "is not there", "hosts in kb.toml", SEARCH, INDEX, REBUILD)


def test_a_server_that_hangs_is_a_time_out_and_nothing_is_lost(
    indexed: Machine, troubled: Server, name: str
) -> None:
    with impatient(indexed, troubled, name, 1), troubled.paused():
        assert_refused(indexed, "not answered within 1 seconds", "raise the timeout", SEARCH, INDEX)
    assert_well(indexed)


def test_an_index_whose_shard_is_lost_is_never_half_searched(
    indexed: Machine, troubled: Server, client: OpenSearch, name: str
) -> None:
    """Red: a disk with the only copy of one of two shards is gone."""
    indexed.configure([troubled.url], name, replicas=0, shards=2, timeout=PATIENT)
    assert indexed.kb(*REBUILD)[0] == 0
    before = indexed.found("database")
    [index] = client.indices.get(index=f"{name}-2*").values()
    troubled.kill()
    [shard] = troubled.folder.rglob(f"indices/{index['settings']['index']['uuid']}/0")
    shutil.rmtree(shard)
    troubled.start()
    troubled.wait(client, wait_for_status="red")
    wait_for(lambda: client.cluster.health(index=name)["initializing_shards"] == 0)
    assert client.cluster.health(index=name)["status"] == "red"
    with impatient(indexed, troubled, name, 2, shards=2):
        assert_refused(indexed, "lost shards", "kb index --rebuild", SEARCH, ("index", "--verify"))
        edit(indexed)
        assert_refused(indexed, "OpenSearch", "health", INDEX)
    code, _, said = indexed.kb(*REBUILD)
    assert code == 0, said
    assert_well(indexed)
    assert indexed.found("database")["total"] == before["total"]


def test_a_closed_index_is_said_to_be_closed(
    indexed: Machine, client: OpenSearch, name: str
) -> None:
    client.indices.close(index=name)
    assert_refused(indexed, "closed", "", SEARCH, INDEX)
    client.indices.open(index=name)
    assert_well(indexed)


BLOCKS: list[tuple[str, dict[str, object], str, str]] = [
    ("index", {"index.blocks.write": True}, "is read-only", "Take the block off"),
    ("index", {"index.blocks.read_only": True}, "is read-only", "Take the block off"),
    ("index", {"index.blocks.read_only_allow_delete": True}, "is full", "Make room"),
    ("cluster", {"cluster.blocks.read_only": True}, "is read-only", "Take the block off"),
]


def is_settled(one: Machine, client: OpenSearch, name: str) -> bool:
    """Whether a search takes no lock: the files have rested for long enough to be trusted."""

    def taken() -> int:
        stats = client.indices.stats(index=f"{name}-lock", metric="indexing")
        return int(stats["_all"]["total"]["indexing"]["index_total"])

    before = taken()
    one.found("database")
    return taken() == before


@pytest.mark.parametrize("state", BLOCKS)
def test_what_is_read_only_is_searched_but_not_written(
    indexed: Machine,
    client: OpenSearch,
    name: str,
    state: tuple[str, dict[str, object], str, str],
) -> None:
    where, block, said, remedy = state

    def put(settings: dict[str, object]) -> None:
        if where == "index":
            client.indices.put_settings(index=name, body=settings)
        else:
            client.cluster.put_settings(body={"transient": settings})

    before = indexed.found("database")
    wait_for(lambda: is_settled(indexed, client, name))
    put(block)
    try:
        assert indexed.found("database") == before
        edit(indexed)
        assert_refused(indexed, said, remedy, INDEX, SEARCH)
    finally:
        put(dict.fromkeys(block))
    assert_well(indexed)


def test_a_disk_above_the_flood_mark_is_said_to_be_full(
    indexed: Machine, client: OpenSearch, name: str
) -> None:
    """The server's own watch sets the block, and takes it off."""
    prefix = "cluster.routing.allocation.disk"
    marks = {f"{prefix}.watermark.{mark}": "1b" for mark in ("low", "high", "flood_stage")}
    full = {**dict.fromkeys(marks, "100000gb"), f"{prefix}.threshold_enabled": "true"}

    def blocked() -> bool:
        [found] = client.indices.get_settings(index=name).values()
        return "read_only_allow_delete" in found["settings"]["index"].get("blocks", {})

    client.cluster.put_settings(body={"transient": full})
    try:
        wait_for(blocked)
        edit(indexed)
        assert_refused(indexed, "is full", "Make room", INDEX, SEARCH)
        assert_refused(indexed, "full", "Make room", REBUILD)
        client.cluster.put_settings(body={"transient": marks})
        wait_for(lambda: not blocked())
    finally:
        client.cluster.put_settings(body={"transient": dict.fromkeys(full)})
        client.cluster.put_settings(body={"persistent": {"cluster.blocks.create_index": None}})
    assert_well(indexed)


def wait_for(what: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < 60
        time.sleep(0.1)


def test_an_index_of_another_schema_is_made_anew_with_a_notice(
    one: Machine, client: OpenSearch, name: str
) -> None:
    about = {"made_by": "postmortem-kb", "schema": "opensearch 0", "state": "x", "changing": False}
    mappings = {"_meta": about, "properties": {"a": {"type": "long"}}}
    client.indices.create(index=f"{name}-2001", body={"mappings": mappings})
    client.indices.put_alias(index=f"{name}-2001", name=name)
    code, _, said = one.kb("search", "the")
    assert code == 0, said
    assert "of another version (opensearch 0)" in said
    assert "made anew" in said
    assert_well(one)
    assert f"{name}-2001" not in client.indices.get(index=f"{name}*")


def test_an_index_of_a_later_version_is_neither_read_nor_replaced(
    one: Machine, client: OpenSearch, name: str
) -> None:
    about = {"made_by": "postmortem-kb", "schema": "opensearch 999", "state": "x"}
    client.indices.create(index=f"{name}-2001", body={"mappings": {"_meta": about}})
    client.indices.put_alias(index=f"{name}-2001", name=name)
    for command in (("search", "the"), ("index",), ("index", "--rebuild"), ("stats",)):
        code, out, said = one.kb(*command)
        assert (code, out) == (2, ""), command
        assert "a later version of kb (opensearch 999)" in said
        assert "Upgrade kb" in said
    assert list(client.indices.get(index=f"{name}-2*")) == [f"{name}-2001"]


def test_a_foreign_index_of_that_name_is_left_alone(
    one: Machine, client: OpenSearch, name: str
) -> None:
    client.indices.create(index=name, body={"mappings": {"properties": {"a": {"type": "long"}}}})
    client.index(index=name, body={"a": 1}, refresh=True)
    assert_refused(one, "is no index of ours", "Choose another name", SEARCH, INDEX, REBUILD)
    assert client.count(index=name)["count"] == 1
    assert list(client.indices.get(index=f"{name}-2*")) == []


def test_a_foreign_index_whose_name_begins_like_ours_hinders_no_rebuild(
    one: Machine, client: OpenSearch, name: str
) -> None:
    client.indices.create(index=f"{name}-2-years", body={"mappings": {}})
    client.index(index=f"{name}-2-years", body={"a": 1}, refresh=True)
    for command in (("index",), ("index", "--rebuild")):
        code, _, said = one.kb(*command)
        assert code == 0, said
    assert_well(one)
    assert client.count(index=f"{name}-2-years")["count"] == 1


def test_an_alias_that_goes_away_is_never_made_an_index(
    engine: OpenSearchEngine,
    client: OpenSearch,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the server makes indices by itself, documents would end in one without a schema."""
    monkeypatch.setattr(bulk, "BATCH_BYTES", 1)
    filled(engine, corpus())
    connection = engine._connection  # noqa: SLF001
    asked = 0

    def lose() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            client.indices.delete(index=f"{name}-2*")

    with cluster_settings(client, action__auto_create_index=True):
        with pytest.raises(BrokenIndex):
            writing.write(connection, name, Changes(documents=corpus()), lose)
        assert asked == 3
        with pytest.raises(BrokenIndex):
            engine.apply(Changes(documents=corpus()))
        assert name not in client.indices.get(index=f"{name}*")


def test_a_request_too_large_for_what_is_between_is_halved(engine: OpenSearchEngine) -> None:
    """The server here takes 200 kB, as a proxy may; a batch is 4 MB."""
    documents = [
        made(f"{number}.md", f"---\ntitle: Long {number}\n---\n## Summary\n{text}\n")
        for number in range(30)
        for text in [" ".join(f"word{number}x{each}" for each in range(700))]
    ]
    lines = "".join(line for _, line in bulk.lines(Changes(documents=documents), set(), 1))
    assert len(lines) > 2 * 200_000
    filled(engine, documents)
    assert engine.search(Request()).total == 30


def test_an_entry_too_large_for_what_is_between_is_named(engine: OpenSearchEngine) -> None:
    text = " ".join(f"word{secrets.token_hex(9)}" for _ in range(20_000))
    big = made("big.md", f"---\ntitle: Big\n---\n## Summary\n{text}\n")
    filled(engine, corpus())
    with pytest.raises(IndexFailure, match=r"refused big\.md .*too large") as caught:
        engine.apply(Changes(documents=[big]))
    assert not isinstance(caught.value, BrokenIndex)


def test_a_search_that_the_server_has_no_memory_for_says_so(
    indexed: Machine, client: OpenSearch
) -> None:
    with cluster_settings(client, indices__breaker__request__limit="1b"):
        assert_refused(indexed, "overloaded", "_cluster/health", SEARCH)
    assert_well(indexed)


def test_writing_what_the_server_has_no_memory_for_is_given_up(
    engine: OpenSearchEngine, client: OpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_TRIES", 2)
    filled(engine, corpus())
    before = engine.search(Request((word("database"),)))
    document = made("new.md", "---\ntitle: New\n---\n## Summary\nNew database.\n")
    lines = bulk.lines(Changes(documents=[document]), set(), 1)
    size = len("".join(line for _, line in lines))
    with (
        cluster_settings(client, network__breaker__inflight_requests__limit=f"{size - 10}b"),
        pytest.raises(IndexFailure, match="took 0 of 1 changes, then no more") as caught,
    ):
        engine.apply(Changes(documents=[document]))
    assert "load" in caught.value.remedy
    assert engine.search(Request((word("database"),))).hits == before.hits
    with engine.exclusive():
        engine.apply(Changes(documents=[document]))
    assert engine.search(Request((word("database"),))).total == before.total + 1


def test_a_cluster_with_no_room_for_more_shards_says_so(one: Machine, client: OpenSearch) -> None:
    client.indices.create(index="filler-1", body={"settings": {"number_of_replicas": 0}})
    held = client.cluster.health()["active_shards"]
    with cluster_settings(client, cluster__max_shards_per_node=held):
        assert_refused(
            one, "as many shards as it allows", "cluster.max_shards_per_node", INDEX, SEARCH
        )
    client.indices.delete(index="filler-*")
    assert_well(one)


def test_a_new_index_that_no_node_may_hold_leaves_the_old_one(
    indexed: Machine, client: OpenSearch, troubled: Server, name: str
) -> None:
    before = indexed.found("database")
    with cluster_settings(client, cluster__routing__allocation__enable="none"):
        with impatient(indexed, troubled, name, 1):
            assert_refused(indexed, "", "", REBUILD)
        assert indexed.found("database") == before
    assert len(client.indices.get(index=f"{name}-2*")) == 1, "what was begun is removed"
    assert_well(indexed)


@pytest.mark.mounts
def test_a_disk_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        running(VERSION, {"path.data": str(disk)}) as server,
    ):
        made_here = machine(tmp_path / "machine")
        made_here.configure([server.url], "kb-full", replicas=0, timeout=PATIENT)
        made_here.fill(COUNT)
        assert made_here.kb("index")[0] == 0
        before = made_here.found("database")
        ballast = disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        made_here.fill(400)
        with impatient(made_here, server, "kb-full", 5):
            code, _, said = made_here.kb("index")
        assert (code, "Traceback" in said) == (2, False)
        assert "OpenSearch at" in said
        ballast.unlink()
        with OpenSearch([server.url]) as client:
            client.transport.perform_request("POST", "/_cluster/reroute?retry_failed=true")
            client.cluster.health(params={"wait_for_status": "green", "request_timeout": 60})
        assert_well(made_here)
        assert before["total"] <= made_here.found("database")["total"]
