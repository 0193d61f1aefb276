"""What entries, addresses and headers may say without harm: no script runs, no page breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from kb import KnowledgeBase
from tests.hostile_entries import LONG, NAMES, write_harmful, write_long_names
from web import create_app
from web.params import MOST_VALUES
from web.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from bs4 import Tag
    from flask import Flask
    from flask.testing import FlaskClient

BEGINNINGS = (
    *("/", "/services/", "/causes/", "/recurrences", "/follow-ups", "/stats", "/help/"),
    *("/?q=-has:cause", "/?q=impact", "/follow-ups?show=all", "/stats?by=severity"),
)
MOST_PAGES = 150
OWN = re.compile(r"/(?!/)")
HARMFUL = re.compile(r"\s*(?:javascript|data|vbscript):", re.IGNORECASE)
FOREIGN = "style iframe object embed base math video applet link[href^='//']"
HOSTS = {
    "punycode of nothing": "xn--",
    "no punycode": "xn--a.b",
    "too long": "x" * 80,
    "markup": 'a"><script>alert(1)</script>',
    "a user": "a@b",
    "two ports": "a:1:2",
    "empty": "",
}


@pytest.fixture(scope="module")
def harmful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site over entries that mean harm; for reading only."""
    folder = tmp_path_factory.mktemp("harmful") / "entries"
    write_harmful(folder)
    yield from _site(folder, tmp_path_factory)


@pytest.fixture(scope="module")
def long_names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site over entries with many long names; for reading only."""
    folder = tmp_path_factory.mktemp("long") / "entries"
    write_long_names(folder)
    yield from _site(folder, tmp_path_factory)


def _site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        knowledge = KnowledgeBase.open(folder)
        knowledge.sync()
        app = create_app(knowledge)
        app.testing = True
        yield app
        knowledge.close()


def _faults(page: BeautifulSoup) -> Iterator[str]:
    """What no page may hold."""
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            written = value if isinstance(value, str) else " ".join(value)
            if name.startswith("on") or name == "style":
                yield f"{tag.name} {name}={written}"
            if name in {"href", "src", "action", "data-copy"} and HARMFUL.match(written):
                yield f"{tag.name} {name}={written}"
    yield from map(str, page.select(",".join(FOREIGN.split())))
    yield from (str(tag) for tag in page.select("script") if not _is_ours(tag))
    yield from (
        str(tag) for tag in page.select("form[action]") if not OWN.match(str(tag["action"]))
    )
    yield from (f"says nothing: {tag}" for tag in page.select("a[href]") if not _name(tag))


def _is_ours(script: Tag) -> bool:
    return str(script.get("src", "")).startswith("/static/") and not script.text


def _name(link: Tag) -> str:
    title = link.find("title")
    return link.text.strip() or str(link.get("aria-label", "")) or (title.text if title else "")


def test_every_page_of_harmful_entries_is_there_and_holds_no_harm(harmful: Flask) -> None:
    reader, seen, entries = harmful.test_client(), set[str](), set[str]()
    left = list(BEGINNINGS)
    while left and len(seen) < MOST_PAGES:
        address = left.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = reader.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        if answer.mimetype != "text/html":
            continue
        page = BeautifulSoup(answer.text, "html.parser")
        assert list(_faults(page)) == [], address
        found = {
            urljoin(address, str(link["href"])).partition("#")[0]
            for link in page.select("main a[href]")
        }
        own = {one for one in found if one.startswith("/") and "/api/" not in one}
        entries |= {one for one in own if one.startswith("/entries/")}
        # Entries first: there are endless ways to search.
        left = (
            sorted(own - seen, key=lambda one: (not one.startswith("/entries/"), len(one))) + left
        )
    ids = {unquote(one.removeprefix("/entries/")) for one in entries}
    assert set(NAMES) | {"2024-01-01-fields", "2024-04-01-empty"} <= ids


def test_a_picture_that_is_a_link_to_itself_is_not_there(harmful: Flask) -> None:
    assert harmful.test_client().get("/files/2024/loop.png").status_code == 404


def test_of_an_entry_that_cannot_be_read_the_reason_is_in_sight(harmful: Flask) -> None:
    reader = harmful.test_client()
    empty = BeautifulSoup(reader.get("/entries/2024-04-01-empty").text, "html.parser")
    assert empty.select_one("details.findings[open]")
    whole = BeautifulSoup(reader.get("/entries/2024-01-01-fields").text, "html.parser")
    assert whole.select_one("details.findings:not([open])")


def _asked_of(app: Flask, address: str, host: str) -> TestResponse:
    """The answer, without a client that reads the host's name itself."""
    request = EnvironBuilder(path=address).get_request()
    environ = request.environ | {"HTTP_HOST": host}
    return TestResponse(*run_wsgi_app(app, environ, buffered=True), request)


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
@pytest.mark.parametrize("address", ["/", "/stats", "/feed.atom", "/sitemap.xml", "/nowhere"])
def test_a_request_to_no_host_is_refused_without_a_link(
    web_app: Flask, address: str, host: str
) -> None:
    answer = _asked_of(web_app, address, host)
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "Host" in answer.text
    assert "script" not in answer.text


def test_the_api_refuses_a_request_to_no_host_in_its_own_shape(web_app: Flask) -> None:
    for host in HOSTS.values():
        answer = _asked_of(web_app, "/api/v1/search", host)
        assert answer.status_code == 400
        assert list(answer.get_json()["error"]) == ["status", "message", "remedy", "nearest"]


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "10.0.0.1", "xn--9n2bp8q.kr"])
def test_any_name_of_a_host_will_do(web: FlaskClient, host: str) -> None:
    answer = web.get("/sitemap.xml", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 200
    assert f"http://{host}/entries/" in answer.text or "xn--" in host


def test_a_page_kept_for_one_host_or_title_is_not_that_of_another(own_entries: Path) -> None:
    """An entry's page names its own address and the site, so its ETag has to depend on both."""
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    address = f"/entries/{knowledge.list()[0].id}"
    named = [
        create_app(knowledge, settings).test_client().get(address).headers["ETag"]
        for settings in (Settings(), Settings(title="Ours"), Settings(base_url="https://a.example"))
    ]
    named.append(
        create_app(knowledge)
        .test_client()
        .get(address, environ_overrides={"HTTP_HOST": "b.example"})
        .headers["ETag"]
    )
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("values", ["a," * MOST_VALUES, "&service=".join("a" * (MOST_VALUES + 1))])
def test_a_filter_of_very_many_values_is_refused(web: FlaskClient, values: str) -> None:
    answer = web.get(f"/api/v1/search?service={values}")
    assert answer.status_code == 400
    assert "service" in answer.get_json()["error"]["message"]


def test_a_filter_of_many_values_is_not(web: FlaskClient) -> None:
    assert web.get("/api/v1/search?service=" + ",".join("a" * MOST_VALUES)).status_code == 200


def test_of_many_services_that_incidents_share_a_few_are_named(long_names: Flask) -> None:
    page = long_names.test_client().get("/entries/2024-03-01-long")
    reasons = BeautifulSoup(page.text, "html.parser").select("#entry\\.related .reasons")
    assert reasons
    for one in reasons:
        assert one.text.count(LONG) < 10
        assert "+6" in one.text


def test_the_name_of_a_heading_is_the_heading(web: FlaskClient) -> None:
    """A screen reader lists headings by all their text, links within them included."""
    page = BeautifulSoup(web.get("/entries/2024-07-18-kakaotalk-login-outage").text, "html.parser")
    assert page.select(".linked + a.permalink")
    assert page.select(":is(h1, h2, h3, h4) a.permalink") == []
    labels = [str(link["aria-label"]) for link in page.select(".linked + a.permalink")]
    assert len(set(labels)) == len(labels)
