"""The statistics page: figures, charts with their tables, definitions."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from kb.stats import DEFINITIONS, GROUPINGS, Month
from kb.vocabulary import CAUSES
from web import create_app, current
from web.language import FOLDER
from web.pages import statistics_charts
from web.pages.statistics import _NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ENTRY = "---\ntitle: One\n{}\n---\n## Summary\nIt broke.\n"


def page_of(reader: FlaskClient, address: str, language: str = "en") -> BeautifulSoup:
    answer = reader.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def knowledge_of(reader: FlaskClient) -> KnowledgeBase:
    with reader.application.app_context():
        return current.knowledge()


def reader_of(folder: Path, *entries: str) -> FlaskClient:
    folder.mkdir()
    for number, front_matter in enumerate(entries):
        (folder / f"entry-{number}.md").write_text(ENTRY.format(front_matter), encoding="utf-8")
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


@pytest.fixture
def folder(own_entries: Path, tmp_path: Path) -> Path:
    """A folder for entries of one's own, with a cache of its own."""
    assert own_entries.is_dir()
    return tmp_path / "mine"


def test_the_bars_of_a_month_lead_to_just_as_many_incidents(web: FlaskClient) -> None:
    page = page_of(web, "/stats")
    told: Counter[str] = Counter()
    for link in page.select(".chart-wide .chart-standing a"):
        words = link.find("title").get_text()  # type: ignore[union-attr]
        query = parse_qs(urlsplit(str(link["href"])).query)["q"][0]
        count = int(words.rpartition(": ")[2])
        assert knowledge_of(web).search(query).total == count
        told[words[:4]] += count
    assert told.total() == 28


def test_each_chart_has_a_name_a_description_and_a_table_behind_it(web: FlaskClient) -> None:
    page = page_of(web, "/stats")
    charts = page.select("svg.chart")
    assert len(charts) == 6  # three, each for wide and for narrow screens
    for chart in charts:
        assert page.find(id=chart["aria-labelledby"]).get_text(strip=True)  # type: ignore[union-attr]
        assert page.find(id=chart["aria-describedby"]).get_text(strip=True)  # type: ignore[union-attr]
        figure = chart.find_parent("section")
        assert figure is not None
        assert len(figure.select("details table tbody tr")) > 1


def test_the_table_has_the_figures_of_the_knowledge_base(web: FlaskClient) -> None:
    figures = knowledge_of(web).stats(by="cause")
    page = page_of(web, "/stats?by=cause")
    rows = page.select("table.groups tbody tr")
    assert len(rows) == len(figures.groups)
    entries = [int(row.select("td")[0].get_text()) for row in rows]
    assert entries == [group.entries for group in figures.groups]
    stated = [int(row.select("td")[9].get_text()) for row in rows]
    assert stated == [group.resolve.stated for group in figures.groups]


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_grouping_leads_to_the_entries_of_each_group(
    web: FlaskClient, by: str, language: str
) -> None:
    page = page_of(web, f"/stats?by={by}&q=kakao", language)
    rows = page.select("table.groups tbody tr")
    assert rows
    for row in rows:
        query = parse_qs(urlsplit(str(row.select_one("a")["href"])).query)["q"][0]  # type: ignore[index]
        assert query.startswith("kakao ")
        assert knowledge_of(web).search(query).total == int(row.select("td")[0].get_text())


def test_the_heat_map_counts_every_entry_that_states_a_time(web: FlaskClient) -> None:
    page = page_of(web, "/stats")
    cells = page.select("table.heat tbody td")
    assert len(cells) == 7 * 24
    assert sum(int(cell.get_text() or 0) for cell in cells) == 28
    strong = [str(cell["class"][0]) for cell in cells]
    assert "heat-5" in strong
    assert {name for name, cell in zip(strong, cells, strict=True) if not cell.get_text()} == {
        "heat-0"
    }


def test_the_bars_of_the_backlog_lead_to_just_these_follow_ups(web: FlaskClient) -> None:
    page = page_of(web, "/stats")
    links = page.select("section[aria-labelledby=backlog-title] table a")
    assert links
    for link in links:
        follow_ups = page_of(web, str(link["href"]))
        chosen = follow_ups.select_one(".segments [aria-current] .count")
        assert chosen is not None
        assert chosen.get_text() == link.get_text()


def test_every_figure_is_defined_in_both_languages(web: FlaskClient) -> None:
    assert set(_NAMES) == set(DEFINITIONS)
    english = page_of(web, "/stats").select_one(".definitions")
    korean = page_of(web, "/stats", "ko").select_one(".definitions")
    assert english is not None
    assert korean is not None
    for text in DEFINITIONS.values():
        assert text in english.get_text()
        assert text not in korean.get_text()


def test_definitions_of_causes_are_translated() -> None:
    with (FOLDER / "ko" / "browse.po").open("rb") as file:
        catalogue = read_po(file, locale="ko", abort_invalid=True)
    for cause in CAUSES:
        message = catalogue.get(cause.definition)
        assert message is not None
        assert message.string


def test_nothing_found_says_so_without_charts(web: FlaskClient) -> None:
    page = page_of(web, "/stats?q=service:kakaotalk+date:1999")
    assert "there is nothing to count" in page.get_text()
    assert not page.select("svg.chart")
    assert page.select_one("#definitions")


def test_no_entries_at_all(folder: Path) -> None:
    assert "there is nothing to count" in page_of(reader_of(folder), "/stats").get_text()


def test_one_entry_without_anything(folder: Path) -> None:
    page = page_of(reader_of(folder, "tags: [x]"), "/stats")
    assert "No entry here states its date." in page.get_text()
    assert not page.select("svg.chart")


@pytest.mark.parametrize("by", GROUPINGS)
def test_one_entry_with_everything(folder: Path, by: str) -> None:
    reader = reader_of(
        folder,
        "services: [a]\ncauses: [network]\nseverity: sev9\nstarted: 2024-02-03T04:05:00+09:00\n"
        "detected: 2024-02-03T04:05:00+09:00\nresolved: 2024-02-03T04:05:00+09:00",
    )
    page = page_of(reader, f"/stats?by={by}")
    assert len(page.select(".chart-wide .chart-ranges circle")) == 2
    assert len(page.select(".chart-wide .chart-standing rect")) == 1


def test_centuries_between_two_entries_are_drawn_as_the_latest_years(folder: Path) -> None:
    reader = reader_of(folder, "date: 0002-01-01", "date: 2024-05-06", "date: 9998-12-31")
    page = page_of(reader, "/stats")
    assert len(page.select(".chart-wide .chart-standing rect")) == 1
    rows = page.select("section[aria-labelledby=months-title] tbody tr")
    assert [row.th.get_text() for row in rows] == ["9998-12", "2024-05", "0002-01"]  # type: ignore[union-attr]
    assert "Incidents a year" in page.select_one("#months-title").get_text()  # type: ignore[union-attr]


def test_very_long_incidents_stay_on_the_scale(folder: Path) -> None:
    reader = reader_of(
        folder,
        "services: [a]\nstarted: 1990-01-01T00:00:00Z\nresolved: 2024-01-01T00:00:00Z",
    )
    (dot,) = page_of(reader, "/stats").select(".chart-wide circle")
    assert 0 < float(str(dot["cx"])) < statistics_charts.WIDE


@pytest.mark.parametrize("value", ["hour", "SERVICE", "<script>", "%00"])
def test_an_unknown_grouping_gets_400(web: FlaskClient, value: str) -> None:
    answer = web.get("/stats", query_string={"by": value})
    assert answer.status_code == 400
    assert "<script>" not in answer.text


@pytest.mark.parametrize("value", ["<script>x</script>", '"', ")(", "%FF", "a" * 5000, "-카톡"])
def test_anything_may_be_asked(web: FlaskClient, value: str) -> None:
    answer = web.get("/stats", query_string={"q": value})
    assert answer.status_code == 200
    assert "<script>x" not in answer.text


def test_the_page_holds_nothing_inline(web: FlaskClient) -> None:
    page = page_of(web, "/stats")
    assert not page.select("[style], style, script:not([src])")


def test_the_page_stays_right_where_the_site_stands_under_a_prefix(web: FlaskClient) -> None:
    text = web.get("/stats", base_url="http://x.test/team").text
    page = BeautifulSoup(text, "html.parser")
    links = page.select("svg.chart a")
    assert links
    assert all(str(link["href"]).startswith("/team/") for link in links)


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (1, ["2023-11"]),
        (3, ["2023-11", "2023-12", "2024-01"]),
        (40, ["2024", "2025", "2026", "2027"]),
        (144, [str(year) for year in range(2024, 2036)]),
    ],
)
def test_as_many_months_are_labelled_as_have_room(count: int, labels: list[str]) -> None:
    first = date(2023, 11, 1).month - 1 + 2023 * 12
    names = [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, first + count)]
    told = statistics_charts.month_labels(names, statistics_charts.WIDE)
    assert len(told) == count
    assert [label for label in told if label] == labels


def test_months_without_incidents_have_their_place() -> None:
    months = (Month("2023-11", 1, {"sev1": 1}), Month("2024-02", 1, {"sev1": 1}))
    columns = statistics_charts.columns_of(months, statistics_charts.WIDE)
    assert [(one.name, one.by_severity["sev1"]) for one in columns] == [
        ("2023-11", 1),
        ("2023-12", 0),
        ("2024-01", 0),
        ("2024-02", 1),
    ]


def test_years_sum_up_their_months_where_months_are_too_many() -> None:
    counts = (("2009-12", 1), ("2010-01", 2), ("2010-02", 3), ("2012-05", 4))
    months = tuple(Month(name, count, {"sev2": count}) for name, count in counts)
    years = statistics_charts.columns_of(months, statistics_charts.NARROW)
    assert len(years) == 30
    wide = statistics_charts.columns_of(months, statistics_charts.WIDE)
    assert len(wide) == 30
    later = (*months, Month("2023-01", 5, {"sev2": 5}))
    years = statistics_charts.columns_of(later, statistics_charts.WIDE)
    assert [(one.name, one.by_severity["sev2"]) for one in years if one.by_severity["sev2"]] == [
        ("2009", 1),
        ("2010", 5),
        ("2012", 4),
        ("2023", 5),
    ]
