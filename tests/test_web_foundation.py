"""What every page shares: headers, navigation, preferences, static files, proxies, settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from web import Settings, create_app
from web.current import base_url, knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient


@contextmanager
def application(entries: Path, settings: Settings) -> Iterator[Flask]:
    opened = KnowledgeBase.open(entries)
    opened.sync()
    yield create_app(opened, settings)
    opened.close()


@pytest.mark.parametrize("address", ["/", "/nowhere", "/?page=x", "/static/base.css", "/healthz"])
def test_every_answer_forbids_what_the_site_does_not_need(web: FlaskClient, address: str) -> None:
    with web.get(address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_static_file_is_kept_as_long_as_it_is_the_same(web: FlaskClient) -> None:
    tree = BeautifulSoup(web.get("/").text, "html.parser")
    sheet = tree.select_one("link[rel=stylesheet]")
    assert sheet is not None
    with web.get(str(sheet["href"])) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    with web.get("/static/base.css") as answer:
        assert "immutable" not in answer.headers["Cache-Control"]
    with web.get("/static/none.css?v=1") as answer:
        assert answer.status_code == 404
        assert "immutable" not in answer.headers["Cache-Control"]


def test_pages_are_asked_for_again(web: FlaskClient) -> None:
    assert web.get("/").headers["Cache-Control"] == "no-cache"


def test_the_navigation_marks_the_part_that_is_open(web: FlaskClient) -> None:
    tree = BeautifulSoup(web.get("/").text, "html.parser")
    links = tree.select(".site-nav a")
    assert [link.text for link in links if link.has_attr("aria-current")] == ["Search"]
    addresses = [link["href"] for link in links]
    assert len(addresses) == len(set(addresses))
    assert {"/", "/services/", "/causes/", "/recurrences", "/follow-ups", "/stats"} <= {*addresses}


def test_every_link_of_the_frame_leads_somewhere(web: FlaskClient) -> None:
    tree = BeautifulSoup(web.get("/").text, "html.parser")
    for tag in tree.select(".site-header a, .site-footer a, head link"):
        with web.get(str(tag["href"])) as answer:
            assert answer.status_code in {200, 302}, tag


def test_feeds_and_the_search_description_are_found_by_programs(web: FlaskClient) -> None:
    tree = BeautifulSoup(web.get("/").text, "html.parser")
    found = {str(tag["type"]): tag["href"] for tag in tree.select("head link[type][title]")}
    assert found == {
        "application/opensearchdescription+xml": "/opensearch.xml",
        "application/atom+xml": "/feed.atom",
    }


def test_the_keys_are_listed_on_every_page(web: FlaskClient) -> None:
    for address in ("/", "/nowhere"):
        tree = BeautifulSoup(web.get(address).text, "html.parser")
        keys = [key.text for key in tree.select("dialog kbd")]
        assert {"/", "j", "k", "?", "Esc", "Enter"} <= {*keys}


@pytest.mark.parametrize(
    ("choice", "cookie", "shown"),
    [
        ("language=ko", "kb_language=ko", '<html lang="ko"'),
        ("theme=dark", "kb_theme=dark", 'data-theme="dark"'),
        ("theme=light", "kb_theme=light", 'data-theme="light"'),
    ],
)
def test_a_choice_is_kept_and_leads_back(
    web: FlaskClient, choice: str, cookie: str, shown: str
) -> None:
    answer = web.get(f"/preferences?{choice}&next=/?q=kakao")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?q=kakao"
    assert cookie in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert shown in web.get("/").text


def test_no_choice_of_colours_is_as_the_system_has_it(web: FlaskClient) -> None:
    web.set_cookie("kb_theme", '"><b>')
    page = web.get("/").text
    assert "data-theme" not in page
    assert 'content="light dark"' in page


@pytest.mark.parametrize("choice", ["language=fr", "theme=pink"])
def test_an_unknown_choice_is_refused(web: FlaskClient, choice: str) -> None:
    answer = web.get(f"/preferences?{choice}")
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
     "javascript:x", "evil", "http:evil.example", "/\t/evil.example", "///evil.example", ""],
)  # fmt: skip
def test_a_choice_never_leads_to_another_site(web: FlaskClient, elsewhere: str) -> None:
    answer = web.get("/preferences", query_string={"theme": "dark", "next": elsewhere})
    assert answer.status_code == 302
    assert answer.headers["Location"] in {"/", "/evil.example"}


def test_the_switch_comes_back_to_this_very_page(web: FlaskClient) -> None:
    tree = BeautifulSoup(web.get("/?q=카카오톡 a%26b&sort=newest").text, "html.parser")
    link = tree.select_one("a[data-preference][hreflang=ko]")
    assert link is not None
    back = web.get(str(link["href"])).headers["Location"]
    box = BeautifulSoup(web.get(back).text, "html.parser").select_one("#query")
    assert box is not None
    assert box["value"] == "카카오톡 a&b"
    assert "sort=newest" in back


def test_a_team_names_its_site(own_entries: Path) -> None:
    with application(own_entries, Settings(title="사고 <기록>")) as app:
        page = app.test_client().get("/").text
        assert "사고 &lt;기록&gt;" in page
        assert "<기록>" not in page


def test_behind_a_proxy_addresses_are_the_readers(own_entries: Path) -> None:
    said = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "kb.example.com",
        "X-Forwarded-Prefix": "/wiki",
    }
    with application(own_entries, Settings(trusted_proxies=1)) as app:
        assert 'action="/wiki/"' in app.test_client().get("/", headers=said).text
    with application(own_entries, Settings()) as app:
        assert 'action="/"' in app.test_client().get("/", headers=said).text


def test_the_base_address_is_the_chosen_one_else_the_requests(own_entries: Path) -> None:
    chosen = Settings(base_url="https://kb.example.com/wiki")
    with application(own_entries, chosen) as app, app.test_request_context("/"):
        assert base_url() == "https://kb.example.com/wiki"
        assert knowledge().folder == own_entries
    with application(own_entries, Settings()) as app, app.test_request_context("/"):
        assert base_url() == "http://localhost"


def test_a_body_larger_than_any_page_takes_is_refused(web: FlaskClient) -> None:
    assert web.post("/api/v1/related", data=b"x" * 3_000_000).status_code == 413
