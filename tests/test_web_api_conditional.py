"""Answers that a reader has already are neither made nor sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from kb.errors import IndexFailure
from web import create_app
from web.api.operations import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ADDRESSES = [
    *(one.address for one in OPERATIONS if one.name not in {"entry", "related"}),
    "/api/v1/search?q=로그인&limit=2",
    "/api/v1/suggest?q=ka&format=opensearch",
    "/api/v1/related?id=2024-07-18-login-network-outage",
    "/api/v1/entries/2024-07-18-login-network-outage",
    "/api/openapi.json",
    "/follow-ups.ics",
    "/opensearch.xml",
    "/feed.atom",
    "/sitemap.xml",
]


@pytest.fixture
def knowledge(own_entries: Path) -> KnowledgeBase:
    opened = KnowledgeBase.open(own_entries)
    opened.sync()
    return opened


@pytest.fixture
def client(knowledge: KnowledgeBase) -> FlaskClient:
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


def edit(knowledge: KnowledgeBase, text: str = "새 장애") -> None:
    place = knowledge.folder / "2024" / "2024-07-18-login-network-outage.md"
    place.write_text(place.read_text("utf-8").replace("로그인 장애", text), encoding="utf-8")
    knowledge.sync()


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_a_reader_has_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    assert "no-cache" in first.headers["Cache-Control"]
    etag = first.headers["ETag"]
    for known in (etag, f'"other", {etag}', f"W/{etag.removeprefix('W/')}"):
        again = client.get(address, headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == etag
        assert again.headers.get("Vary") == first.headers.get("Vary")


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_answer_has_another_etag(
    client: FlaskClient, knowledge: KnowledgeBase, address: str
) -> None:
    first = client.get(address)
    edit(knowledge)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    if address == "/api/openapi.json":
        assert again.status_code == 304
    else:
        assert again.status_code == 200
        assert again.headers["ETag"] != first.headers["ETag"]


def test_no_work_is_done_for_what_a_reader_has(
    client: FlaskClient, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    etag = client.get("/api/v1/search?q=login").headers["ETag"]

    def fail(*_: object, **__: object) -> None:
        raise IndexFailure("It was searched.")

    monkeypatch.setattr(knowledge, "search", fail)
    known = {"If-None-Match": etag}
    assert client.get("/api/v1/search?q=login", headers=known).status_code == 304
    assert client.get("/api/v1/search?q=login").status_code == 503


def test_each_address_has_its_own_etag(client: FlaskClient) -> None:
    found = {client.get(f"/api/v1/entries?limit={limit}").headers["ETag"] for limit in range(4)}
    assert len(found) == 4


def test_only_an_answer_that_may_differ_in_its_timing_is_weak(client: FlaskClient) -> None:
    assert client.get("/api/v1/search").headers["ETag"].startswith("W/")
    assert client.get("/api/v1/entries").headers["ETag"].startswith('"')


def test_whether_there_is_any_answer_is_looked_up(client: FlaskClient) -> None:
    anything = {"If-None-Match": "*"}
    assert client.get("/api/v1/search?since=never", headers=anything).status_code == 400
    assert client.get("/api/v1/search?since=2024", headers=anything).status_code == 200


def test_a_changed_vocabulary_changes_every_answer(
    client: FlaskClient, knowledge: KnowledgeBase
) -> None:
    etag = client.get("/api/v1/services").headers["ETag"]
    place = knowledge.folder / "kb.toml"
    place.write_text(place.read_text("utf-8").replace('"결제 API"', '"결제"'), encoding="utf-8")
    knowledge.sync()
    again = client.get("/api/v1/services", headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert '"label":"결제"' in again.text


def test_two_readers_of_one_index_agree_on_its_state(knowledge: KnowledgeBase) -> None:
    other = KnowledgeBase.open(knowledge.folder)
    assert other.state() == knowledge.state() != ""
    other.close()


def test_a_state_lasts_until_something_changes(knowledge: KnowledgeBase) -> None:
    before = knowledge.state()
    knowledge.sync()
    assert knowledge.state() == before
    edit(knowledge)
    assert knowledge.state() != before


def test_nothing_has_a_state_before_it_is_indexed(own_entries: Path) -> None:
    assert KnowledgeBase.open(own_entries).state() == ""


def test_an_index_in_memory_has_a_state_of_its_own(
    own_entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unusable = own_entries.parent / "no-folder"
    unusable.write_text("a file where the cache should be")
    monkeypatch.setattr("tempfile.tempdir", str(unusable))
    monkeypatch.setenv("KB_CACHE_DIR", str(unusable))
    states = set()
    for _ in range(2):
        knowledge = KnowledgeBase.open(own_entries)
        knowledge.sync()
        states.add(knowledge.state())
    assert len(states) == 2
