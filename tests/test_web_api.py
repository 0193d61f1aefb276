"""The API answers what the command line prints, and refuses in one shape."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from web import create_app
from web.api.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.conftest import RunKb

KAKAO = "2024-07-18-kakaotalk-login-outage"


@pytest.fixture
def client(plain_environment: Path) -> Iterator[FlaskClient]:
    """A reader of the fixture entries, the same that `run_kb` is about."""
    knowledge = KnowledgeBase.open(plain_environment / "entries")
    knowledge.sync()
    app = create_app(knowledge)
    app.testing = True
    yield app.test_client()
    knowledge.close()


def told(response: TestResponse) -> dict[str, Any]:
    """The error in an answer, which has the one shape that errors have."""
    assert response.content_type == "application/json"
    document = response.get_json()
    assert list(document) == ["error"]
    error = document["error"]
    assert list(error) == ["status", "message", "remedy", "nearest"]
    assert error["status"] == response.status_code
    assert error["message"]
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    return dict(error)


SAME = [
    ("search", "/api/v1/search"),
    ("search payments database", "/api/v1/search?q=payments+database"),
    ("search 로그인 장애 -cause:dns", "/api/v1/search?q=로그인+장애+-cause:dns"),
    (
        (
            "search --service login --service cdn --cause network --severity sev2 --since 2022 "
            "--until 2024-07 --sort oldest --limit 1 --offset 1"
        ),
        (
            "/api/v1/search?service=login&service=cdn&cause=network&severity=sev2&since=2022"
            "&until=2024-07&sort=oldest&limit=1&offset=1"
        ),
    ),
    ("search caues:dns", "/api/v1/search?q=caues:dns"),
    ("list", "/api/v1/entries"),
    ("list --sort longest", "/api/v1/entries?sort=longest"),
    ("show 2024-07-18-login-network-outage", "/api/v1/entries/2024-07-18-login-network-outage"),
    ("services", "/api/v1/services"),
    ("causes", "/api/v1/causes"),
    (
        "related 2024-07-18-login-network-outage",
        "/api/v1/related?id=2024-07-18-login-network-outage",
    ),
    (
        "related 2024-07-18-login-network-outage --limit 1",
        "/api/v1/related?id=2024-07-18-login-network-outage&limit=1",
    ),
    ("stats", "/api/v1/stats"),
    ("stats --by cause payments", "/api/v1/stats?by=cause&q=payments"),
    ("follow-ups", "/api/v1/follow-ups"),
    ("follow-ups --open service:login", "/api/v1/follow-ups?open&q=service:login"),
    ("follow-ups --overdue", "/api/v1/follow-ups?overdue=1"),
    ("follow-ups --owner platform", "/api/v1/follow-ups?owner=platform"),
]


@pytest.mark.parametrize(("command", "address"), SAME)
def test_the_api_answers_what_the_command_line_prints(
    run_kb: RunKb, client: FlaskClient, command: str, address: str
) -> None:
    name, *rest = command.split()
    printed = json.loads(run_kb(name, "--json", *rest).stdout)
    response = client.get(address)
    assert response.status_code == 200
    answered = response.get_json()
    for document in (printed, answered):
        document.pop("took_ms", None)
    if name == "list":  # the API has pages
        assert answered.pop("total") == len(printed["entries"])
    assert answered == printed
    assert list(answered) == list(printed)


def test_korean_stands_in_an_answer_as_it_is(web: FlaskClient) -> None:
    assert "카카오톡" in web.get(f"/api/v1/entries/{KAKAO}").text


def test_suggestions_complete_what_is_typed(web: FlaskClient) -> None:
    document = web.get("/api/v1/suggest?q=kakaot&limit=3").get_json()
    assert document["schema_version"] == 1
    assert "service:kakaotalk" in [one["text"] for one in document["suggestions"]]
    assert len(document["suggestions"]) <= 3


def test_suggestions_come_in_the_form_that_browsers_know(web: FlaskClient) -> None:
    response = web.get("/api/v1/suggest?q=kakaot&format=opensearch")
    assert response.content_type == "application/x-suggestions+json"
    typed, queries, labels, addresses = json.loads(response.text)
    assert typed == "kakaot"
    assert "service:kakaotalk" in queries
    assert len(queries) == len(labels) == len(addresses)
    assert all(address.startswith("http://localhost/") for address in addresses)


def test_what_happened_again_comes_with_what_was_left_undone(web: FlaskClient) -> None:
    found = web.get("/api/v1/recurrences").get_json()["recurrences"]
    assert all(len(one["entries"]) >= 2 for one in found)
    assert any(one["open_before"] for one in found)


# --- pages ---------------------------------------------------------------------------------


def pages_of(client: FlaskClient, address: str) -> Iterator[dict[str, Any]]:
    """Every page from an address on, by the links between them."""
    while address:
        response = client.get(address)
        assert response.status_code == 200
        yield response.get_json()
        link = response.headers.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link.partition(">")[0].removeprefix("<")


@pytest.mark.parametrize(
    ("address", "key", "total"),
    [
        ("/api/v1/entries?limit=5&sort=oldest", "entries", "total"),
        ("/api/v1/search?limit=3&q=카카오톡+로그인&severity=sev2", "hits", "total_any"),
        ("/api/v1/follow-ups?limit=20&open=1", "items", "total"),
        ("/api/v1/recurrences?limit=4", "recurrences", "total"),
    ],
)
def test_the_links_between_pages_lead_to_everything_once(
    web: FlaskClient, address: str, key: str, total: str
) -> None:
    pages = list(pages_of(web, address))
    found = [json.dumps(one) for page in pages for one in page[key]]
    assert len(pages) > 1
    assert len(found) == pages[0][total] == len(set(found))


def test_a_link_keeps_parameters_whatever_they_are_called(web: FlaskClient) -> None:
    response = web.get("/api/v1/entries?limit=1&endpoint=x&_external=1&_scheme=ftp&offset=1&é=<")
    assert response.headers["Link"] == (
        "</api/v1/entries?limit=1&endpoint=x&_external=1&_scheme=ftp&%C3%A9=%3C&offset=2>; "
        'rel="next"'
    )


def test_a_page_of_nothing_says_how_many_there_are(web: FlaskClient) -> None:
    response = web.get("/api/v1/search?limit=0")
    assert response.get_json()["hits"] == []
    assert response.get_json()["total"] > 0
    assert "Link" not in response.headers


# --- one entry -----------------------------------------------------------------------------


def test_a_former_id_leads_to_the_entry_for_good(client: FlaskClient) -> None:
    response = client.get("/api/v1/entries/Warehouse-2024-10")
    assert response.status_code == 308
    assert response.location == "/api/v1/entries/2024-10-05-warehouse-lost-partition"


def test_a_shortened_id_leads_to_the_entry_for_now(client: FlaskClient) -> None:
    response = client.get("/api/v1/entries/2024-10-05-ware")
    assert response.status_code == 302
    assert response.location == "/api/v1/entries/2024-10-05-warehouse-lost-partition"


def test_a_decomposed_id_leads_to_the_entry(own_entries: Path) -> None:
    name = "2024-07-19-로그인"
    (own_entries / "2024" / f"{name}.md").write_text("# 로그인\n", encoding="utf-8")
    client = reading(own_entries)
    response = client.get(f"/api/v1/entries/{unicodedata.normalize('NFD', name)}")
    assert response.status_code == 308
    assert client.get(response.location).get_json()["id"] == name


def reading(folder: Path) -> FlaskClient:
    """A reader of entries that are a test's own."""
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


def test_an_unknown_id_is_told_with_the_nearest(web: FlaskClient) -> None:
    response = web.get("/api/v1/entries/2024-07-18-kakaotalk-login-outrage")
    assert response.status_code == 404
    assert told(response)["nearest"][0] == KAKAO


def test_an_entry_that_was_deleted_a_moment_ago_is_told(own_entries: Path) -> None:
    client = reading(own_entries)
    (own_entries / "2021" / "2021-06-30-dns-typo.md").unlink()
    response = client.get("/api/v1/entries/2021-06-30-dns-typo")
    assert response.status_code == 503
    told(response)


# --- what was sent -------------------------------------------------------------------------

ALERT = "카카오톡 로그인 오류: network error on PC login"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": ALERT.encode()},
        {"data": ALERT.encode("cp949"), "content_type": "text/plain; charset=euc-kr"},
        {"data": ALERT.encode("utf-16"), "content_type": "text/plain"},
        {"json": {"text": ALERT}},
        {"json": {"id": KAKAO}},
        {"json": {"text": ALERT, "id": ""}},
    ],
)
def test_a_text_that_is_sent_is_compared(web: FlaskClient, sent: dict[str, Any]) -> None:
    response = web.post("/api/v1/related?limit=3", **sent)
    assert response.status_code == 200
    hits = response.get_json()["hits"]
    assert 0 < len(hits) <= 3
    assert any("kakaotalk" in hit["services"] for hit in hits)
    assert "ETag" not in response.headers


def test_a_text_in_the_address_gives_what_the_same_text_sent_gives(web: FlaskClient) -> None:
    asked = web.get(f"/api/v1/related?{urlencode({'text': ALERT})}").get_json()
    assert asked == web.post("/api/v1/related", data=ALERT.encode()).get_json()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": b"  \n "},
        {"data": b"\xff\x80\x00\x01\x81" * 50},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"[" * 100_000, "content_type": "application/json"},
        {"json": ["text"]},
        {"json": {"text": 5}},
        {"json": {"text": ALERT, "id": KAKAO}},
    ],
)
def test_what_cannot_be_compared_is_refused(web: FlaskClient, sent: dict[str, Any]) -> None:
    response = web.post("/api/v1/related", **sent)
    assert response.status_code == 400
    assert told(response)["remedy"]


def test_half_a_character_in_json_does_no_harm(web: FlaskClient) -> None:
    sent = {"data": b'{"text": "kakaotalk \\ud83d"}', "content_type": "application/json"}
    assert web.post("/api/v1/related", **sent).status_code == 200


def test_too_long_a_text_is_refused(web: FlaskClient) -> None:
    response = web.post("/api/v1/related", data=b"x" * 2_100_000)
    assert response.status_code == 413
    told(response)


@pytest.mark.parametrize("query", ["", f"id={KAKAO}&text=x", "id=", "text=%20"])
def test_either_an_id_or_a_text_is_compared(web: FlaskClient, query: str) -> None:
    response = web.get(f"/api/v1/related?{query}")
    assert response.status_code == 400
    told(response)


def test_an_unknown_id_is_no_text_to_compare(web: FlaskClient) -> None:
    response = web.get("/api/v1/related?id=2024-07-18-kakaotalk-login-outrage")
    assert response.status_code == 404
    assert KAKAO in told(response)["nearest"]


# --- methods and errors --------------------------------------------------------------------


def address_of(operation: Operation) -> str:
    """An address that the operation answers."""
    named = operation.address.replace("{entry_id}", KAKAO)
    return named + (f"?id={KAKAO}" if operation.name == "related" else "")


ADDRESSES = [*(address_of(operation) for operation in OPERATIONS), "/api/openapi.json"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_tells_its_methods(web: FlaskClient, address: str) -> None:
    allowed = {"GET", "HEAD", "OPTIONS"} | ({"POST"} if "/related" in address else set())
    assert set(web.options(address).headers["Allow"].split(", ")) == allowed
    refused = web.delete(address)
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == allowed
    told(refused)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_head_request_is_answered_as_a_get_without_its_body(
    web: FlaskClient, address: str
) -> None:
    whole, head = web.get(address), web.head(address)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers.get("ETag") == whole.headers.get("ETag")
    assert head.content_type == whole.content_type


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/", 404),
        ("/api/v1/", 404),
        ("/api/v2/search", 404),
        ("/api/v1/entries/", 404),
        ("/api/v1/entries/%00", 404),
        ("/api/v1/entries/..%2F..%2Fetc%2Fpasswd", 404),
        ("/api/v1/search?limit=many", 400),
        ("/api/v1/search?limit=-1", 400),
        ("/api/v1/search?limit=1001", 400),
        ("/api/v1/search?offset=99999999999999999999", 400),
        ("/api/v1/search?sort=best", 400),
        ("/api/v1/search?since=yesterdayish", 400),
        ("/api/v1/search?until=2024-99", 400),
        ("/api/v1/entries?sort=relevance", 400),
        ("/api/v1/stats?by=owner", 400),
        ("/api/v1/follow-ups?limit=x", 400),
        ("/api/v1/related?id=x&limit=5000", 400),
        ("/api/v1/suggest?format=xml", 400),
    ],
)
def test_bad_input_is_refused_in_one_shape(web: FlaskClient, address: str, status: int) -> None:
    response = web.get(address)
    assert response.status_code == status
    told(response)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_asked_has_an_answer(
    web_app: Flask, operation: Operation, data: st.DataObject
) -> None:
    names = st.sampled_from([one.name for one in operation.parameters] or ["q"]) | st.text(
        max_size=5
    )
    values = (
        st.text(max_size=30)
        | st.sampled_from(
            ["0", "1", "-1", "5", "1e3", "٣", "2024", "sev1", "newest", '"', "(", "a~"]
        )
        | st.binary(max_size=8).map(lambda raw: raw.decode("latin-1"))
    )
    pairs = data.draw(st.lists(st.tuples(names, values), max_size=5))
    query = urlencode(pairs, errors="replace")
    path = operation.address
    if operation.in_path:
        segment = data.draw(st.text(min_size=1, max_size=30))
        path = path.replace("{entry_id}", urlencode({"": segment}, errors="replace")[1:])
    response = web_app.test_client().get(f"{path}?{query}")
    assert response.status_code in {200, 302, 308, 400, 404}
    if response.status_code == 200:
        assert response.headers["ETag"]
    elif response.status_code >= 400:
        told(response)
