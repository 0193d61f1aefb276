"""Other sites' scripts read the API only where the settings let them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from web import Settings, create_app
from web.current import knowledge

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

STATUS_PAGE = "https://status.example"


def reading(app: Flask, *origins: str) -> FlaskClient:
    """A reader of the same entries where these origins are allowed."""
    with app.app_context():
        shared = create_app(knowledge(), Settings(cors_origins=origins))
    shared.testing = True
    return shared.test_client()


def sharing(headers: object) -> list[str]:
    return [name for name, _ in headers if name.startswith("Access-Control")]  # type: ignore[attr-defined]


def test_nobody_may_read_it_unless_allowed(web: FlaskClient) -> None:
    response = web.get("/api/v1/services", headers={"Origin": STATUS_PAGE})
    assert sharing(response.headers) == []
    assert "Origin" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    "address", ["/api/v1/services", "/api/v1/search?limit=x", "/api/nowhere", "/api/openapi.json"]
)
def test_an_allowed_origin_may_read_answers_and_errors(web_app: Flask, address: str) -> None:
    client = reading(web_app, "https://other.example", STATUS_PAGE)
    response = client.get(address, headers={"Origin": STATUS_PAGE})
    assert response.headers["Access-Control-Allow-Origin"] == STATUS_PAGE
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://statusXexample",
        "http://status.example",
        "https://status.example.evil.example",
        "https://status.example:8443",
        "null",
        "",
    ],
)
def test_another_origin_may_not(web_app: Flask, origin: str) -> None:
    response = reading(web_app, STATUS_PAGE).get("/api/v1/services", headers={"Origin": origin})
    assert sharing(response.headers) == []
    assert response.headers["Vary"] == "Origin"


def test_everybody_may_where_the_settings_say_so(web_app: Flask) -> None:
    response = reading(web_app, "*").get("/api/v1/services", headers={"Origin": "null"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in response.headers


def test_a_browser_that_asks_before_it_sends_is_told_what_it_may_send(web_app: Flask) -> None:
    asked = {
        "Origin": STATUS_PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    client = reading(web_app, STATUS_PAGE)
    response = client.options("/api/v1/related", headers=asked)
    assert response.status_code == 200
    assert response.data == b""
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    refused = client.options("/api/v1/related", headers=asked | {"Origin": "https://evil.example"})
    assert sharing(refused.headers) == []


@pytest.mark.parametrize("address", ["/", "/healthz", "/robots.txt"])
def test_pages_are_never_shared(web_app: Flask, address: str) -> None:
    response = reading(web_app, "*").get(address, headers={"Origin": STATUS_PAGE})
    assert sharing(response.headers) == []


def test_what_a_browser_has_is_shared_as_well(web_app: Flask) -> None:
    client = reading(web_app, STATUS_PAGE)
    etag = client.get("/api/v1/causes").headers["ETag"]
    again = client.get("/api/v1/causes", headers={"If-None-Match": etag, "Origin": STATUS_PAGE})
    assert again.status_code == 304
    assert again.headers["Access-Control-Allow-Origin"] == STATUS_PAGE
