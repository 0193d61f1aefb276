from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from flask import Flask, abort, redirect

from kb import KnowledgeBase
from kb.errors import BrokenIndex, CorpusError, IndexFailure, KbError, NotFound, UsageError
from web import create_app, errors, language, navigation, preferences

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.wrappers import Response

RAISED: dict[str, tuple[Exception, int]] = {
    "usage": (UsageError("This makes no sense.", "Do that."), 400),
    "found": (NotFound("There is no entry x.", "Look there.", ("2024-07-18-a", "b")), 404),
    "index": (IndexFailure("The index is locked.", "Wait."), 503),
    "broken": (BrokenIndex("The index is broken."), 503),
    "corpus": (CorpusError("The folder is gone."), 503),
    "core": (KbError("Something of the core."), 500),
    "program": (ZeroDivisionError("secret of the program"), 500),
}


@pytest.fixture
def failing(own_entries: Path) -> Iterator[FlaskClient]:
    """An application with a page, and an address under /api/, for everything that can go wrong."""
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    app = create_app(knowledge)

    def failing_view(name: str) -> str:
        raise RAISED[name][0]

    def aborting(status: int) -> str:
        abort(status)

    def leading_on() -> Response:
        return redirect("/elsewhere")

    for prefix in ("/fail", "/api/fail"):
        app.add_url_rule(f"{prefix}/<name>", prefix, failing_view)
        app.add_url_rule(f"{prefix}/abort/<int:status>", f"{prefix} abort", aborting)
    app.add_url_rule("/leading-on", "leading_on", leading_on)
    yield app.test_client()
    knowledge.close()


@pytest.mark.parametrize("name", RAISED)
def test_an_error_becomes_a_page_with_a_way_on(failing: FlaskClient, name: str) -> None:
    error, status = RAISED[name]
    answer = failing.get(f"/fail/{name}")
    tree = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    heading = tree.select_one("h1")
    assert heading is not None
    assert "secret" not in answer.text
    if status < 500:
        assert heading.text == str(error).partition("\n")[0]
    else:
        assert str(error) not in answer.text
    assert tree.select_one("form[role=search] input[name=q]")
    assert tree.select_one('main a[href="/"]')
    assert (answer.headers.get("Retry-After") is not None) is (status == 503)


@pytest.mark.parametrize("name", RAISED)
def test_under_the_api_an_error_is_json_of_one_shape(failing: FlaskClient, name: str) -> None:
    error, status = RAISED[name]
    answer = failing.get(f"/api/fail/{name}")
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    said = answer.get_json()["error"]
    assert list(said) == ["status", "message", "remedy", "nearest"]
    assert said["status"] == status
    assert said["nearest"] == list(getattr(error, "nearest", ()))
    assert "secret" not in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 418, 429, 500, 503])
def test_any_http_error_has_a_page_and_a_short_heading(failing: FlaskClient, status: int) -> None:
    for asked in ("en", "ko"):
        answer = failing.get(f"/fail/abort/{status}", headers={"Accept-Language": asked})
        assert answer.status_code == status
        heading = BeautifulSoup(answer.text, "html.parser").select_one("h1")
        assert heading is not None
        assert 0 < len(heading.text) < 120


def test_a_redirect_is_no_error(failing: FlaskClient) -> None:
    assert failing.get("/leading-on").headers["Location"] == "/elsewhere"


def test_the_nearest_entries_are_links(failing: FlaskClient) -> None:
    tree = BeautifulSoup(failing.get("/fail/found").text, "html.parser")
    links = [link["href"] for link in tree.select(".notice-page ul a")]
    assert links == ["/entries/2024-07-18-a", "/entries/b"]


def test_an_unknown_address_offers_to_search_for_its_words(web: FlaskClient) -> None:
    answer = web.get("/wiki/incidents/kakaotalk-login_outage.html")
    tree = BeautifulSoup(answer.text, "html.parser")
    box = tree.select_one("#query")
    assert answer.status_code == 404
    assert box is not None
    assert box["value"] == "kakaotalk login outage"


def test_an_unknown_address_names_the_entry_that_may_be_meant(web: FlaskClient) -> None:
    tree = BeautifulSoup(web.get("/postmortems/2024-07-18-kakaotalk-login").text, "html.parser")
    links = [link["href"] for link in tree.select(".notice-page ul a")]
    assert "/entries/2024-07-18-kakaotalk-login-outage" in links


@pytest.mark.parametrize(
    "address",
    ["/%00", "/%ff%fe", "/" + "a" * 5_000, "/<script>", "/..%2f..%2fetc%2fpasswd", "//x", "/장애"],
)
def test_an_odd_address_is_not_found(web: FlaskClient, address: str) -> None:
    answer = web.get(address)
    assert answer.status_code in {308, 404}
    assert "<script>alert" not in answer.text


def test_a_method_that_a_page_does_not_know_is_refused(web: FlaskClient) -> None:
    answer = web.post("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_broken_index_still_has_a_page(
    own_entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    app = create_app(knowledge)

    def locked(*_: object, **__: object) -> None:
        raise IndexFailure("The index is locked.", "Wait a moment.")

    monkeypatch.setattr(KnowledgeBase, "search", locked)
    monkeypatch.setattr(KnowledgeBase, "id_of", locked)
    client = app.test_client()
    assert client.get("/?q=x").status_code == 503
    assert client.get("/nowhere").status_code == 404
    knowledge.close()


def test_while_testing_a_mistake_in_the_program_is_raised() -> None:
    app = Flask("x")
    for part in (language, navigation, preferences, errors):
        part.install(app)
    app.testing = True

    def mistaken() -> str:
        raise ZeroDivisionError

    app.add_url_rule("/", "mistaken", mistaken)
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/")
