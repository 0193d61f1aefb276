"""Whoever watches the application learns whether it can answer, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import KnowledgeBase
from web import create_app

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from flask.testing import FlaskClient

KEYS = ["status", "entries", "index_version", "version"]


def reading(knowledge: KnowledgeBase) -> FlaskClient:
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


def test_a_working_application_is_ok(web: FlaskClient) -> None:
    response = web.get("/healthz")
    assert response.status_code == 200
    document = response.get_json()
    assert list(document) == KEYS
    assert document["status"] == "ok"
    assert document["entries"] >= 28
    assert document["index_version"]


def test_it_is_never_kept(web: FlaskClient) -> None:
    response = web.get("/healthz", headers={"If-None-Match": "*"})
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert web.head("/healthz").status_code == 200


def test_before_the_first_indexing_it_is_not_ready(own_entries: Path) -> None:
    knowledge = KnowledgeBase.open(own_entries)
    client = reading(knowledge)
    before = client.get("/healthz")
    assert before.status_code == 503
    assert before.get_json()["status"] == "indexing"
    assert list(before.get_json()) == KEYS
    knowledge.sync()
    assert client.get("/healthz").get_json()["entries"] == 8


def test_an_empty_knowledge_base_is_ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "entries").mkdir()
    knowledge = KnowledgeBase.open(tmp_path / "entries")
    knowledge.sync()
    response = reading(knowledge).get("/healthz")
    assert (response.status_code, response.get_json()["entries"]) == (200, 0)


def test_the_version_changes_with_the_index(own_entries: Path) -> None:
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    client = reading(knowledge)
    before = client.get("/healthz").get_json()
    (own_entries / "2025-01-01-new.md").write_text("# New\n", encoding="utf-8")
    knowledge.sync()
    after = client.get("/healthz").get_json()
    assert after["entries"] == before["entries"] + 1
    assert after["index_version"] != before["index_version"]


def test_an_index_that_cannot_be_used_is_told_without_where_it_lies(own_entries: Path) -> None:
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    client = reading(knowledge)
    knowledge.close()
    cache = own_entries.parent / "cache"
    for place in cache.rglob("*"):
        if place.is_file():
            place.write_bytes(b"damaged")
    own_entries.rename(own_entries.with_name("gone"))  # so that nothing can be made anew
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.get_json()["status"] == "unavailable"
    assert list(response.get_json()) == KEYS
    assert str(own_entries.parent) not in response.text
