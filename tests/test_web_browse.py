"""Services, causes and recurrences in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from web import create_app
from web.pages.recurring import repeated

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

ENTRY = """---
title: {title}
date: {date}
services: [{service}]
causes: [{cause}]
severity: sev2
---
## Follow-ups
- [ ] Do **better** than `this` [1][2] — owner: Team, due: 2020-01-01
"""


def soup(response: TestResponse) -> BeautifulSoup:
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def reader_of(folder: Path) -> FlaskClient:
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


def write(folder: Path, name: str, **fields: str) -> None:
    told = {"title": name, "date": "2024-01-02", "service": "shop", "cause": "network"} | fields
    (folder / f"{name}.md").write_text(ENTRY.format(**told), encoding="utf-8")


def test_every_service_and_cause_is_listed_with_its_count(web: FlaskClient) -> None:
    rows = soup(web.get("/services/")).select("tbody tr")
    first = rows[0].get_text(" ", strip=True)
    assert "카카오톡" in first
    assert rows[0].select("td.number")[0].get_text() == "9"
    causes = soup(web.get("/causes/"))
    assert "Network" in causes.get_text()
    assert len(causes.select("tbody tr")) == 16


def test_a_service_tells_its_facts_incidents_times_recurrences_and_what_is_left(
    web: FlaskClient,
) -> None:
    page = soup(web.get("/services/kakaotalk"))
    assert page.h1.get_text() == "카카오톡"  # type: ignore[union-attr]  # tests fail on None too
    assert page.h1["lang"] == "ko"  # type: ignore[index]  # the same
    days = [str(day["datetime"]) for day in page.select(".entries > li > time")]
    assert len(days) == 9
    assert days == sorted(days, reverse=True)
    assert "8 of 9" in page.select_one("table.times").get_text()  # type: ignore[union-attr]
    headings = [heading.get_text() for heading in page.select("h2")]
    assert headings[:4] == ["9 incidents", "How long it took", "Causes", "Happened again"]
    assert headings[4].endswith("open follow-ups")
    assert page.select_one("#narrow")["value"] == "service:kakaotalk "  # type: ignore[index]


def test_a_cause_speaks_the_readers_language(web: FlaskClient) -> None:
    korean = soup(web.get("/causes/network", headers={"Accept-Language": "ko"}))
    assert korean.h1.get_text() == "네트워크"  # type: ignore[union-attr]
    assert "로드 밸런서" in korean.select_one(".page-head").get_text()  # type: ignore[union-attr]
    english = soup(web.get("/causes/network"))
    assert english.h1.get_text() == "Network"  # type: ignore[union-attr]
    assert "네트워크" in english.get_text()  # the label in the other language, and aliases


@pytest.mark.parametrize("name", ["카톡", "KakaoTalk", normalize("NFD", "카카오톡"), "KAKAO_TALK"])
def test_another_name_of_a_service_leads_to_its_page_for_good(web: FlaskClient, name: str) -> None:
    answer = web.get(f"/services/{quote(name)}")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/services/kakaotalk"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/services/kakotalk", "/services/kakaotalk"),
        ("/causes/netwrok", "/causes/network"),
        ("/causes/%EB%84%A4%ED%8A%B8%EC%9B%8C%ED%81%AC%EC%9A%94", "/causes/network"),
    ],
)
def test_an_unknown_name_gets_404_with_what_may_be_meant(
    web: FlaskClient, address: str, near: str
) -> None:
    answer = web.get(address)
    assert answer.status_code == 404
    assert f'href="{near}"' in answer.text


@pytest.mark.parametrize(
    "name", ["<script>", "../../etc/passwd", "%00", "a" * 3000, "%ED%A0%80", "%25", "a/b/", "?"]
)
def test_odd_names_get_404_and_are_escaped(web: FlaskClient, name: str) -> None:
    for place in ("services", "causes"):
        answer = web.get(f"/{place}/x{name if '%' in name else quote(name)}")
        assert answer.status_code == 404
        assert "<script>" not in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "99999999999"])
@pytest.mark.parametrize("address", ["/services/", "/services/kakaotalk", "/recurrences"])
def test_a_page_that_is_no_number_gets_400(web: FlaskClient, address: str, page: str) -> None:
    assert web.get(address, query_string={"page": page}).status_code == 400


def test_a_page_beyond_the_last_one_is_the_last_one(web: FlaskClient) -> None:
    assert len(soup(web.get("/services/kakaotalk?page=99")).select(".entries > li")) == 9


@pytest.mark.parametrize("extra", ["_anchor=x", "endpoint=x", "_external=1", "service=y", "q=%FF"])
def test_parameters_that_nobody_knows_are_ignored(own_entries: Path, extra: str) -> None:
    for number in range(30):
        write(own_entries, f"2024-01-02-shop-{number:02}")
    page = soup(reader_of(own_entries).get(f"/services/shop?{extra}"))
    assert len(page.select(".entries > li")) == 25
    (following,) = page.select("a[rel=next]")
    assert following["href"] == "/services/shop?page=2"


@pytest.mark.parametrize("service", ["shop", '"a b"', "'quote\"d'", "a/b", "주문", "x,y", "<b>"])
def test_a_service_that_only_entries_name_has_a_page(own_entries: Path, service: str) -> None:
    write(own_entries, "2024-01-02-odd", service=f"{service!r}" if "," in service else service)
    reader = reader_of(own_entries)
    listed = soup(reader.get("/services/"))
    address = next(
        str(link["href"])
        for link in listed.select("tbody th a")
        if link.get_text() == service.strip("'\"")
    )
    page = soup(reader.get(address))
    assert len(page.select(".entries > li")) == 1
    assert "only entries name it" in page.get_text()


def test_an_empty_knowledge_base_has_all_pages(tmp_path: Path, own_entries: Path) -> None:
    assert own_entries.is_dir()  # it sets the cache folder
    (tmp_path / "none").mkdir()
    reader = reader_of(tmp_path / "none")
    assert "No entry names a service yet" in reader.get("/services/").text
    assert "Nothing has happened twice" in reader.get("/recurrences").text
    assert "No entry names it yet" in reader.get("/causes/network").text


def test_a_recurrence_shows_its_dates_to_scale_and_what_had_been_left_undone(
    own_entries: Path,
) -> None:
    for day in ("2024-01-01", "2024-01-03", "2024-01-11"):
        write(own_entries, f"{day}-shop", date=day)
    page = soup(reader_of(own_entries).get("/recurrences"))
    article = next(one for one in page.select("article") if "shop" in one.h2.get_text())  # type: ignore[union-attr]
    places = [float(str(dot["cx"])) for dot in article.select("circle")]
    assert (places[1] - places[0]) / (places[2] - places[0]) == pytest.approx(0.2, abs=0.001)
    assert [one.get_text() for one in article.select(".after")] == [
        "",
        "2 days later",
        "8 days later",
    ]
    left = article.select(".preventable li .follow-up-text")
    assert [one.get_text() for one in left] == ["Do better than this"] * 2


def test_incidents_that_share_several_names_are_one_story(own_entries: Path) -> None:
    for day in ("2024-01-01", "2024-01-03"):
        write(own_entries, f"{day}-shop", date=day, service="shop, till", cause="network, data")
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    pairs = [one for one in knowledge.recurrences() if one.service in {"shop", "till"}]
    (story,) = repeated(pairs)
    assert len(pairs) == 4
    assert sorted(story.services) == ["shop", "till"]
    assert sorted(story.causes) == ["data", "network"]


@pytest.mark.parametrize(("count", "left_out"), [(2, 0), (8, 0), (9, 3), (40, 34)])
def test_a_long_series_lists_its_beginning_and_its_end(
    own_entries: Path, count: int, left_out: int
) -> None:
    for number in range(count):
        write(own_entries, f"2024-01-01-shop-{number:02}", date=f"2024-{1 + number // 28:02}-01")
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    (story,) = repeated(one for one in knowledge.recurrences() if one.service == "shop")
    assert story.left_out == left_out
    assert len(story.first) + len(story.last) + story.left_out == count
