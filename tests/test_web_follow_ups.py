"""The follow-ups page: its filters are its address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from web import create_app, current
from web.pages.follow_ups import ITEMS_A_PAGE, plain_text

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient


@pytest.fixture
def reader(own_entries: Path) -> FlaskClient:
    """A reader of the fixture entries."""
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


def page_of(reader: FlaskClient, address: str) -> BeautifulSoup:
    answer = reader.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def texts(page: BeautifulSoup) -> list[str]:
    return [item.get_text() for item in page.select("main .follow-up-text")]


def test_open_ones_are_shown_first_the_longest_overdue_on_top(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups")
    states = [one.get_text() for one in page.select("main .follow-ups .state")]
    assert states
    assert "done" not in states
    days = [int(state.split()[0]) for state in states if "overdue" in state]
    assert days == sorted(days, reverse=True)
    assert "overdue" in states[0]


def test_what_is_shown_follows_the_address(reader: FlaskClient) -> None:
    shown = {
        name: texts(page_of(reader, f"/follow-ups?show={name}"))
        for name in ("open", "overdue", "all")
    }
    assert set(shown["overdue"]) < set(shown["open"]) < set(shown["all"])
    assert "Stop reports on the replica" in shown["all"]
    assert "Stop reports on the replica" not in shown["open"]


def test_query_and_owner_narrow_and_stay_in_all_links(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups?q=service:payments-api&owner=database+team&show=overdue")
    assert texts(page) == ["Alert on replication lag above one minute"]
    for link in page.select(".segments a"):
        asked = parse_qs(urlsplit(str(link["href"])).query)
        assert asked["q"] == ["service:payments-api"]
        assert asked["owner"] == ["database team"]
    assert page.select_one("input[name=show]")["value"] == "overdue"  # type: ignore[index]


def test_the_calendar_has_the_same_filters(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups?q=kafka&owner=Data&show=overdue")
    address = urlsplit(str(page.select_one("link[type='text/calendar']")["href"]))  # type: ignore[index]
    assert address.path == "/follow-ups.ics"
    assert parse_qs(address.query) == {"q": ["kafka"], "owner": ["Data"], "overdue": ["1"]}
    assert reader.get(f"{address.path}?{address.query}").mimetype == "text/calendar"


def test_an_item_leads_to_its_line_in_the_entry(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups?q=service:payments-api")
    link = page.find("a", string="Alert on replication lag above one minute")
    assert link["href"] == (  # type: ignore[index]
        "/entries/2024-03-12-payments-database-failover#follow-up.56"
    )


def test_owners_are_counted_and_lead_to_theirs(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups")
    link = next(one for one in page.select(".counted a") if one.get_text() == "Database team")
    narrowed = page_of(reader, str(link["href"]))
    assert texts(narrowed) == ["Alert on replication lag above one minute"]


def test_nothing_left_says_so_and_leads_back(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups?owner=nobody-of-this-name")
    assert "No follow-up is left by these filters." in page.get_text()
    assert page.find("a", string="Take them off")["href"] == "/follow-ups"  # type: ignore[index]


def test_a_part_of_the_query_that_is_ignored_is_told(reader: FlaskClient) -> None:
    page = page_of(reader, "/follow-ups?q=caues:dns")
    assert "caues:dns" in page.select_one(".notice").get_text()  # type: ignore[union-attr]
    assert "q=cause:dns" in str(page.select_one(".notice a")["href"])  # type: ignore[index]


@pytest.mark.parametrize("query", ["show=done", "show=%00", "page=0", "page=x"])
def test_a_parameter_that_makes_no_sense_gets_400(reader: FlaskClient, query: str) -> None:
    assert reader.get(f"/follow-ups?{query}").status_code == 400


@pytest.mark.parametrize(
    "value", ["<script>x</script>", '"', "(((", "%FF%FE", "a" * 5000, "-", "sort:", "카톡", "%00"]
)
@pytest.mark.parametrize("name", ["q", "owner"])
def test_anything_may_be_asked(reader: FlaskClient, name: str, value: str) -> None:
    answer = reader.get(f"/follow-ups?{name}={value}")
    assert answer.status_code == 200
    assert "<script>x" not in answer.text


def test_long_lists_come_in_pages_and_the_last_one_is_never_overrun(
    own_entries: Path, reader: FlaskClient
) -> None:
    lines = "\n".join(f"- [ ] Number {number}" for number in range(ITEMS_A_PAGE + 3))
    (own_entries / "2024-01-01-many.md").write_text(
        f"---\ntitle: Many\ndate: 2024-01-01\nservices: [many]\n---\n## Follow-ups\n{lines}\n",
        encoding="utf-8",
    )
    with reader.application.app_context():
        current.knowledge().sync()
    first = page_of(reader, "/follow-ups?q=service:many")
    assert len(texts(first)) == ITEMS_A_PAGE
    (following,) = first.select("a[rel=next]")
    assert following["href"] == "/follow-ups?q=service:many&page=2"
    assert len(texts(page_of(reader, str(following["href"])))) == 3
    assert len(texts(page_of(reader, "/follow-ups?q=service:many&page=77"))) == 3


def test_without_entries_the_page_says_so(tmp_path: Path, own_entries: Path) -> None:
    assert own_entries.is_dir()  # it sets the cache folder
    (tmp_path / "none").mkdir()
    knowledge = KnowledgeBase.open(tmp_path / "none")
    knowledge.sync()
    reader = create_app(knowledge).test_client()
    assert "Nothing is open." in reader.get("/follow-ups").text
    assert "No entry has follow-ups yet." in reader.get("/follow-ups?show=all").text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Do **this** with `kubectl` [1][12]", "Do this with kubectl"),
        ("See [the plan](https://example.com) [3].", "See the plan."),
        ("Set `a[1]` to two", "Set a[1] to two"),
        ("", "–"),
    ],
)
def test_the_text_of_a_link_holds_no_marks_links_or_citations(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text


def test_the_page_is_korean_for_a_korean_reader(reader: FlaskClient) -> None:
    answer = reader.get("/follow-ups", headers={"Accept-Language": "ko"})
    assert "<h1>후속 조치</h1>" in answer.text
    assert "담당자별" in answer.text
