"""What other programs subscribe to is valid, stays the same, and links back."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import feedparser
import pytest
from icalendar import Calendar

from kb import KnowledgeBase
from web import Settings, create_app
from web.current import knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def reading(folder: Path) -> FlaskClient:
    opened = KnowledgeBase.open(folder)
    opened.sync()
    app = create_app(opened)
    app.testing = True
    return app.test_client()


# --- Atom ----------------------------------------------------------------------------------


def test_the_feed_is_atom_with_the_newest_incidents_first(web: FlaskClient) -> None:
    response = web.get("/feed.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(response.data)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.id == "http://localhost/feed.atom"
    assert len(feed.entries) == 28
    began = [entry.published for entry in feed.entries]
    assert began == sorted(began, reverse=True)
    for entry in feed.entries:
        assert entry.id == entry.link
        assert entry.link.startswith("http://localhost/entries/")
        assert entry.title
        assert entry.summary
        assert entry.updated >= entry.published
    assert feed.feed.updated == max(entry.updated for entry in feed.entries)


def test_the_feed_has_what_the_standard_asks_for(web: FlaskClient) -> None:
    feed = ET.fromstring(web.get("/feed.atom").data)
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    relations = [link.get("rel") for link in feed.findall(f"{ATOM}link")]
    assert sorted(map(str, relations)) == ["alternate", "self"]


def test_the_feed_is_of_what_is_asked_for(web: FlaskClient) -> None:
    feed = feedparser.parse(web.get("/feed.atom?q=service:카톡").data)
    assert 0 < len(feed.entries) < 28
    for entry in feed.entries:
        assert "kakaotalk" in [tag.term for tag in entry.tags]
    assert feed.feed.title.endswith(": service:카톡")
    assert feed.feed.id.startswith("http://localhost/feed.atom?q=")


def test_the_feed_names_the_language_of_each_text(web: FlaskClient) -> None:
    feed = ET.fromstring(web.get("/feed.atom", headers={"Accept-Language": "ko"}).data)
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert feed.get(language) == "ko"
    titles = {
        str(title.text): title.get(language) for title in feed.iterfind(f"{ATOM}entry/{ATOM}title")
    }
    assert titles["카카오톡 PC·카카오계정 로그인 장애"] == "ko"
    assert "en" in titles.values()


def test_each_language_has_a_feed_of_its_own(web: FlaskClient) -> None:
    english = web.get("/feed.atom")
    korean = web.get("/feed.atom", headers={"Accept-Language": "ko"})
    assert english.headers["ETag"] != korean.headers["ETag"]
    assert {"Accept-Language", "Cookie"} <= set(english.headers["Vary"].split(", "))


def test_a_feed_that_is_asked_for_again_is_the_same(own_entries: Path) -> None:
    first = reading(own_entries).get("/feed.atom").data
    assert reading(own_entries).get("/feed.atom").data == first


def test_the_feed_bears_whatever_stands_in_an_entry(own_entries: Path) -> None:
    for place in (own_entries / "kb.toml", *own_entries.rglob("*.md")):
        place.unlink()
    for name, front in {
        "odd": 'title: "<b>&amp; ]]> \\x0B\\uFFFE 카카오"\nstarted: 0002-01-01T00:00:00+09:00',
        "late": "title: Late\nstarted: 9998-12-31T23:59:00-12:00\nservices: ['<&\">']",
        "day": "title: Day\ndate: 2024-02-29",
        "undated": "title: Undated",
        "untitled": "date: 2024-03-01",
    }.items():
        text = f"---\n{front}\n---\n\n## Summary\n\na < b & c \x0b\n"
        (own_entries / f"{name}.md").write_text(text, encoding="utf-8")
    feed = feedparser.parse(reading(own_entries).get("/feed.atom").data)
    assert not feed.bozo
    ids = [entry.id.rpartition("/")[2] for entry in feed.entries]
    assert ids == ["late", "untitled", "day", "odd"]  # without a day there is no place in it
    assert feed.entries[2].updated == "2024-02-29T00:00:00+00:00"
    assert feed.entries[1].title


def test_an_empty_feed_is_a_feed(web: FlaskClient) -> None:
    feed = feedparser.parse(web.get("/feed.atom?q=service:nothing-of-that-name").data)
    assert not feed.bozo
    assert feed.entries == []


# --- the calendar --------------------------------------------------------------------------


def test_the_calendar_has_the_due_days_of_what_is_left_to_do(web: FlaskClient) -> None:
    response = web.get("/follow-ups.ics")
    assert response.content_type == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(response.data).walk("VEVENT")
    told = web.get("/api/v1/follow-ups?open=1&limit=1000").get_json()["items"]
    due = sorted(item["due"] for item in told if item["due"])
    assert sorted(str(event.decoded("dtstart")) for event in events) == due
    assert due
    assert all(str(event["url"]).startswith("http://localhost/entries/") for event in events)


@pytest.mark.parametrize("query", ["owner=kakao", "q=service:kakaotalk", "overdue=1", "open"])
def test_the_calendar_is_of_what_is_asked_for(web: FlaskClient, query: str) -> None:
    events = Calendar.from_ical(web.get(f"/follow-ups.ics?{query}").data).walk("VEVENT")
    told = web.get(f"/api/v1/follow-ups?{query}&limit=1000").get_json()["items"]
    expected = [one for one in told if one["due"] and one["done"] is not True]
    assert len(events) == len(expected) > 0


def test_a_long_calendar_keeps_the_latest_due_days(
    web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def days(address: str) -> list[str]:
        events = Calendar.from_ical(web.get(address).data).walk("VEVENT")
        return sorted(str(event.decoded("dtstart")) for event in events)

    whole = days("/follow-ups.ics")
    monkeypatch.setattr("web.feeds.CALENDAR_EVENTS", 3)
    assert days("/follow-ups.ics?short") == whole[-3:]


# --- OpenSearch ----------------------------------------------------------------------------


def test_a_browser_learns_how_to_search_here(web: FlaskClient) -> None:
    response = web.get("/opensearch.xml")
    assert response.content_type == "application/opensearchdescription+xml; charset=utf-8"
    told = ET.fromstring(response.data)
    assert 0 < len(told.findtext(f"{OPENSEARCH}ShortName", "")) <= 16
    addresses = {url.get("type"): url.get("template", "") for url in told.iter(f"{OPENSEARCH}Url")}
    for kind in ("application/x-suggestions+json", "application/atom+xml"):
        address = addresses[kind].replace("{searchTerms}", "카톡").removeprefix("http://localhost")
        answer = web.get(address)
        assert answer.status_code == 200
        assert answer.mimetype == kind
    assert addresses["text/html"] == "http://localhost/?q={searchTerms}"


def test_a_long_name_of_the_site_is_cut_for_the_browser(web_app: Flask) -> None:
    with web_app.app_context():
        shown = knowledge()
    client = create_app(shown, Settings(title="Incidents & outages of everybody")).test_client()
    told = ET.fromstring(client.get("/opensearch.xml").data)
    assert told.findtext(f"{OPENSEARCH}ShortName") == "Incidents & outa"


# --- sitemap and robots.txt ----------------------------------------------------------------


def addresses_in(response_data: bytes) -> list[str]:
    return [str(place.text) for place in ET.fromstring(response_data).iter(f"{SITEMAP}loc")]


def test_the_sitemap_lists_every_page_and_every_page_is_there(web: FlaskClient) -> None:
    response = web.get("/sitemap.xml")
    assert response.content_type == "application/xml; charset=utf-8"
    addresses = addresses_in(response.data)
    assert len(addresses) == len(set(addresses))
    assert "http://localhost/entries/2024-07-18-kakaotalk-login-outage" in addresses
    assert "http://localhost/services/kakaotalk" in addresses
    assert "http://localhost/causes/network" in addresses
    for address in addresses:
        assert web.head(address.removeprefix("http://localhost")).status_code == 200, address


def test_a_large_sitemap_comes_in_parts(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = addresses_in(web.get("/sitemap.xml").data)
    monkeypatch.setattr("web.feeds.SITEMAP_ADDRESSES", 40)
    parts = addresses_in(web.get("/sitemap.xml?x").data)
    assert len(parts) == -(-len(whole) // 40) > 1
    pieces = [addresses_in(web.get(part.removeprefix("http://localhost")).data) for part in parts]
    assert [address for piece in pieces for address in piece] == whole
    assert web.get(f"/sitemap.xml?part={len(parts) + 1}").status_code == 404
    assert web.get("/sitemap.xml?part=x").status_code == 400


def test_crawlers_are_kept_out(web: FlaskClient) -> None:
    response = web.get("/robots.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    assert "User-agent: *\nDisallow: /\n" in response.text
    assert "Sitemap: http://localhost/sitemap.xml\n" in response.text


# --- where the site stands -----------------------------------------------------------------


@pytest.mark.parametrize("settings_url", ["https://kb.example/incidents", ""])
@pytest.mark.parametrize(
    "address", ["/feed.atom", "/sitemap.xml", "/opensearch.xml", "/robots.txt"]
)
def test_addresses_are_those_that_readers_know(
    web_app: Flask, settings_url: str, address: str
) -> None:
    with web_app.app_context():
        shown = knowledge()
    client = create_app(shown, Settings(base_url=settings_url)).test_client()
    text = client.get(address, base_url="https://kb.example/incidents").text
    assert "https://kb.example/incidents/" in text
    assert "incidents/incidents" not in text
    assert "localhost" not in text
