"""Addresses that are put together here are the ones that Flask makes of the routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
import pytest

from web import addresses

if TYPE_CHECKING:
    from flask import Flask

PREFIXES = ("", "/postmortems", "/장애".encode().decode("latin-1"))
"""As WSGI has them: bytes of UTF-8, each as a character."""


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("search.page", {}),
        ("entry.page", {"entry_id": "2024-07-18-login"}),
        ("entry.page", {"entry_id": "로그인 장애?", "_anchor": "timeline.3 & 원인"}),
        ("browse.service", {"service": "a/b c#"}),
        ("static", {"filename": "base.css", "v": "0123456789ab"}),
        ("follow_ups.page", {"q": "owner:a&b", "show": None}),
    ],
)
def test_an_address_is_the_one_of_the_route_under_each_prefix(
    web_app: Flask, prefix: str, endpoint: str, values: dict[str, Any]
) -> None:
    with web_app.test_request_context("/", environ_overrides={"SCRIPT_NAME": prefix}):
        wanted = flask.url_for(endpoint, **values)
        assert [addresses.url_for(endpoint, **values) for _ in range(2)] == [wanted, wanted]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    "query",
    [
        "",
        None,
        "결제 장애",
        "a+b&c=d#e%20?",
        '"two words" -x~ (y)',
        "!$'()*,/:;?@",
        "\u00e9\U0001f525<>",
    ],
)
def test_a_query_is_written_as_werkzeug_writes_it(
    web_app: Flask, prefix: str, query: str | None
) -> None:
    values = {"q": query, "sort": "newest", "page": 3}
    with web_app.test_request_context("/", environ_overrides={"SCRIPT_NAME": prefix}):
        wanted = flask.url_for("search.page", **values)  # type: ignore[arg-type]
        assert addresses.with_parameters("search.page", values) == wanted
