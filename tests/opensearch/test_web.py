"""The web pages on a shared index: the same answers, other machines' changes, the server away."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from opensearchpy import OpenSearch

from kb import KnowledgeBase
from tests.test_serve import Server as Serving
from tests.test_serve import until
from web import create_app
from web.freshness import SharedIndex

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.opensearch.server import Server

ROOT = Path(__file__).parents[2]
ENTRY = "2023-11-02-kafka-consumer-lag"
QUERIES = (
    "",
    "결제",
    "kafka consumer lag",
    '"consumer lag"',
    "service:payments-api",
    "cause:database,network sort:oldest",
    "is:open",
    "date:2023 -kafka",
    "카프카 OR login",
    "nothingofthekind",
    "paymnets",
    "caues:dns",
)
PAGES = (
    "/services/",
    "/services/payments-api",
    "/causes/",
    "/causes/network",
    "/follow-ups",
    "/stats",
    "/stats?by=month",
    "/recurrences",
    "/help/",
    f"/entries/{ENTRY}",
    "/entries/none",
    "/feed.atom",
    "/follow-ups.ics",
    "/opensearch.xml",
)
ROUTES = (
    "entries?limit=50",
    f"entries/{ENTRY}",
    f"related?id={ENTRY}",
    f"related?text={quote('kafka 지연으로 결제가 늦어짐')}",
    "suggest?q=ka",
    f"suggest?q={quote('결')}",
    "stats?by=service",
    "stats?by=cause&q=date:2023",
    "follow-ups?open=true",
    "services",
    "causes",
    "recurrences",
)


@pytest.fixture
def engine_line(server: Server) -> Iterator[Callable[[str], str]]:
    """What kb.toml says of an index on the server, of which nothing is left in the end."""
    name = f"kb-{secrets.token_hex(6)}"
    table = f'type = "opensearch", hosts = ["{server.url}"], index = "{name}"'

    def line(more: str) -> str:
        return f"engine = {{ {table}, replicas = 0, timeout = 4{more} }}\n"

    yield line
    with OpenSearch([server.url]) as client:
        client.indices.delete(index=f"{name}*")


@pytest.fixture
def shared_entries(own_entries: Path, engine_line: Callable[[str], str]) -> Path:
    """The fixture entries, on the server."""
    place = own_entries / "kb.toml"
    place.write_text(engine_line("") + place.read_text("utf-8"), "utf-8")
    return own_entries


@pytest.fixture
def without_files(shared_entries: Path, tmp_path: Path, engine_line: Callable[[str], str]) -> Path:
    """A machine that has kb.toml and no entry."""
    folder = tmp_path / "machine" / "entries"
    folder.mkdir(parents=True)
    text = (shared_entries / "kb.toml").read_text("utf-8").partition("\n")[2]
    (folder / "kb.toml").write_text(engine_line(', source = "index"') + text, "utf-8")
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Serving]]:
    """`kb serve` with two processes."""
    started: list[Serving] = []

    def begin(entries: Path) -> Serving:
        started.append(Serving(entries, "--workers", "2"))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def kb(entries: Path, *arguments: str) -> None:
    """Another process."""
    command = [sys.executable, "-m", "kb", "--entries", str(entries), *arguments]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def retitle(entries: Path, word: str) -> None:
    [place] = entries.rglob(f"{ENTRY}.md")
    place.write_text(place.read_text("utf-8").replace("title: ", f"title: {word} "), "utf-8")


def answered(serving: Serving, path: str) -> tuple[int, http.client.HTTPMessage, str]:
    """Status, headers and body of an answer."""
    host, port = serving.address.hostname or "", serving.address.port
    with closing(http.client.HTTPConnection(host, port, timeout=60)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()


def timeless(found: Any) -> Any:  # noqa: ANN401 -- any JSON
    """JSON without the time that it took."""
    if isinstance(found, dict):
        return {name: timeless(one) for name, one in found.items() if name != "took_ms"}
    return [timeless(one) for one in found] if isinstance(found, list) else found


def like(found: Any) -> Any:  # noqa: ANN401 -- any JSON
    """What equals JSON of the same content but for the time and the last digits of scores."""
    if isinstance(found, dict):
        return {
            name: pytest.approx(one, rel=1e-3) if name == "score" else like(one)
            for name, one in timeless(found).items()
        }
    return [like(one) for one in found] if isinstance(found, list) else found


def page_of(client: FlaskClient, path: str) -> tuple[int, str]:
    response = client.get(path)
    return response.status_code, re.sub(r'<span class="took">.*?</span>', "", response.text)


def test_pages_and_routes_say_what_they_say_on_whoosh(
    own_entries: Path, tmp_path: Path, shared_entries: Path
) -> None:
    local = tmp_path / "local" / "entries"
    shutil.copytree(own_entries, local)
    text = (shared_entries / "kb.toml").read_text("utf-8").partition("\n")[2]
    (local / "kb.toml").write_text(text, "utf-8")
    whoosh = KnowledgeBase.open(local)
    whoosh.sync()
    KnowledgeBase.open(shared_entries).sync()
    source = SharedIndex(shared_entries)
    source.start()
    here, there = create_app(whoosh).test_client(), create_app(source).test_client()
    try:
        for query in QUERIES:
            route = f"/api/v1/search?q={quote(query)}"
            assert timeless(there.get(route).json) == like(here.get(route).json), query
            assert page_of(there, f"/?q={quote(query)}") == page_of(here, f"/?q={quote(query)}")
        for route in ROUTES:
            assert there.get(f"/api/v1/{route}").status_code == 200, route
            found, wanted = (each.get(f"/api/v1/{route}").json for each in (there, here))
            assert timeless(found) == like(wanted), route
        for path in PAGES:
            assert page_of(there, path) == page_of(here, path), path
        assert there.get("/healthz").status_code == 200
    finally:
        source.stop()


@pytest.mark.parametrize("files", [True, False], ids=["files", "no files"])
def test_two_processes_answer_and_another_machine_changes_an_entry(
    files: bool,  # noqa: FBT001 -- a parameter of the test
    shared_entries: Path,
    without_files: Path,
    serve: Callable[[Path], Serving],
) -> None:
    kb(shared_entries, "index")
    serving = serve(shared_entries if files else without_files)
    until(lambda: serving.get("/healthz")[0] == 200)
    for path in ("/", f"/entries/{ENTRY}", f"/entries/{ENTRY}.md", "/stats", "/follow-ups"):
        assert serving.get(path)[0] == 200, path
    assert not json.loads(serving.get("/api/v1/search?q=zeppelin")[1])["total"]

    retitle(shared_entries, "Zeppelin")
    kb(shared_entries, "index")
    until(lambda: all('"total":1' in serving.get("/api/v1/search?q=zeppelin")[1] for _ in "1234"))
    until(lambda: all("Zeppelin" in serving.get(f"/entries/{ENTRY}")[1] for _ in "1234"))
    assert serving.stop() == 0
    assert "Traceback" not in serving.printed()


def test_the_keeper_brings_a_shared_index_up_to_date(
    shared_entries: Path, serve: Callable[[Path], Serving]
) -> None:
    serving = serve(shared_entries)
    retitle(shared_entries, "Zeppelin")
    until(lambda: '"total":1' in serving.get("/api/v1/search?q=zeppelin")[1])


def refuses(serving: Serving) -> None:
    """See that all is refused soon, what is remembered as well, and how."""
    paths = ("/?q=kafka", f"/entries/{ENTRY}", "/stats", "/feed.atom")
    begun = time.monotonic()
    until(lambda: all(serving.get(path)[0] == 503 for path in paths * 3))
    assert time.monotonic() - begun < 30
    for path in paths:
        status, headers, body = answered(serving, path)
        assert status == 503, path
        assert headers["Retry-After"]
        assert headers["Cache-Control"] == "no-store"
        assert "cannot be searched just now" in body
    status, _, body = answered(serving, "/api/v1/search?q=kafka")
    assert status == 503
    assert "hits" not in body
    status, _, body = answered(serving, "/healthz")
    assert status == 503
    assert json.loads(body)["status"] == "unavailable"
    assert json.loads(body)["reason"]


def recovers(serving: Serving, before: str) -> None:
    def all_right() -> bool:
        return all(serving.get("/healthz")[0] == 200 for _ in "1234")

    until(all_right)
    found = json.loads(serving.get("/api/v1/search?q=kafka")[1])
    assert timeless(found) == like(json.loads(before))


def test_while_the_server_hangs_or_is_gone_requests_are_refused_and_then_answered_again(
    server: Server, shared_entries: Path, without_files: Path, serve: Callable[[Path], Serving]
) -> None:
    kb(shared_entries, "index")
    serving = serve(without_files)
    until(lambda: all(serving.get("/healthz")[0] == 200 for _ in "1234"))
    before = serving.get("/api/v1/search?q=kafka")[1]
    assert json.loads(before)["total"]

    with server.paused():
        refuses(serving)
    recovers(serving, before)

    server.kill()
    try:
        refuses(serving)
    finally:
        server.start()
        with OpenSearch([server.url], max_retries=0) as client:
            server.wait(client, wait_for_status="yellow")
    recovers(serving, before)
    assert "Traceback" not in serving.printed()


def test_a_new_vocabulary_is_seen_and_the_engine_stays_whatever_kb_toml_chooses(
    shared_entries: Path,
) -> None:
    KnowledgeBase.open(shared_entries).sync()
    source = SharedIndex(shared_entries)
    source.start()
    place = shared_entries / "kb.toml"
    text = place.read_text("utf-8").partition("\n")[2]
    try:
        before = source()
        place.write_text(f'engine = "whoosh"\n{text}\n[services.airship]\n', "utf-8")
        until(lambda: "airship" in {service.id for service in source().services()})
        assert source().shared
        assert source().search("kafka").hits == before.search("kafka").hits
    finally:
        source.stop()
