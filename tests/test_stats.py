"""Figures over entries."""

from __future__ import annotations

from datetime import date
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.search.answer import Listing
from kb.stats import GROUPINGS, Spread, Statistics, check_grouping
from kb.stats_counting import spread, statistics
from kb.vocabulary import Service, Vocabulary
from tests.engine_contract import CORPUS, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

TODAY = date(2024, 3, 1)
VOCABULARY = Vocabulary(services={"cdn": Service("cdn", "The CDN")})


def figures(by: str = "service", content: Mapping[str, str] = CORPUS) -> Statistics:
    listing = Listing("q", "every entry", (), listed(content))
    return statistics(listing, by, TODAY, VOCABULARY)


def entry(**fields: object) -> str:
    """An entry with this front matter; follow-ups are lines of its section."""
    lines = fields.pop("follow_ups", ())
    assert isinstance(lines, tuple)
    front = "\n".join(f"{name}: {value}" for name, value in fields.items())
    return f"---\n{front}\n---\n## Follow-ups\n" + "\n".join(f"- {line}" for line in lines)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], Spread(0, None, None)),
        ([7], Spread(1, 7, 7)),
        ([10, 15], Spread(2, 13, 15)),
        ([0, 1000], Spread(2, 500, 900)),
        ([30, 10, 20], Spread(3, 20, 28)),
        (list(range(101)), Spread(101, 50, 90)),
    ],
)
def test_a_spread_is_median_and_90th_percentile(minutes: list[int], expected: Spread) -> None:
    assert spread(minutes) == expected


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=50))
def test_quantiles_are_those_of_the_standard_library(minutes: list[int]) -> None:
    cuts = quantiles(minutes, n=10, method="inclusive")
    found = spread(minutes)
    assert found.median is not None
    assert found.percentile_90 is not None
    assert abs(found.median - cuts[4]) <= 0.5 + 1e-6
    assert abs(found.percentile_90 - cuts[8]) <= 0.5 + 1e-6


def test_the_total_counts_every_entry_and_only_stated_times() -> None:
    total = figures().total
    assert (total.name, total.entries) == ("", len(CORPUS))
    assert total.detect == Spread(1, 5, 5)
    assert total.mitigate == Spread(0, None, None)
    # 30, 40, 150, 300 and 2880 minutes; the route leak is not resolved.
    assert total.resolve == Spread(5, 150, 1848)
    assert (total.open_follow_ups, total.overdue_follow_ups) == (2, 1)


def test_an_entry_counts_in_each_group_it_names() -> None:
    groups = {group.name: group for group in figures().groups}
    assert set(groups) == {
        *("payments-api", "ledger", "account", "cdn", "dns", "orders", "worknet", "")
    }
    assert groups["cdn"].entries == 2
    assert groups["cdn"].label == "The CDN"
    assert groups["cdn"].resolve == Spread(1, 30, 30)
    assert groups["payments-api"].open_follow_ups == groups["ledger"].open_follow_ups == 1
    assert groups["payments-api"].overdue_follow_ups == 1
    assert groups["orders"].overdue_follow_ups == 0
    assert groups[""].label == "without a service"


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_are_ordered_by_count(by: str) -> None:
    groups = figures(by).groups
    keys = [(-group.entries, not group.name, group.name) for group in groups]
    assert keys == sorted(keys)
    assert sum(group.entries for group in groups) >= len(CORPUS)


def test_groups_have_the_labels_of_the_vocabulary() -> None:
    assert figures("cause").groups[0].label == "Capacity limit"
    assert {group.name for group in figures("severity").groups} == {
        *("sev1", "sev2", "sev3", "sev4", "")
    }
    assert "2024-01" in {group.name for group in figures("month").groups}


def test_months_without_incidents_are_there_too() -> None:
    months = figures().months
    assert [months[0].month, months[1].month, months[-1].month] == ["2021-12", "2022-01", "2024-02"]
    assert len(months) == 27
    assert [month.total for month in months[:4]] == [1, 0, 0, 1]
    assert dict(months[0].by_severity) == {"sev1": 0, "sev2": 0, "sev3": 1, "sev4": 0}
    assert {tuple(month.by_severity) for month in months} == {("sev1", "sev2", "sev3", "sev4")}


def test_entries_without_a_severity_count_in_their_month() -> None:
    months = figures(content={"a.md": entry(date="2024-01-10")}).months
    assert dict(months[0].by_severity) == {"sev1": 0, "sev2": 0, "sev3": 0, "sev4": 0, "": 1}
    assert figures(content={"a.md": entry(title="undated")}).months == ()


def test_a_wrong_date_does_not_make_a_thousand_years_of_months() -> None:
    content = {"a.md": entry(date="0202-01-10"), "b.md": entry(date="2024-01-10")}
    assert [month.month for month in figures(content=content).months] == ["0202-01", "2024-01"]


def test_hours_of_the_week_are_those_of_the_place() -> None:
    content = {
        "monday.md": entry(started="2024-01-01T00:30:00+09:00"),
        "sunday.md": entry(started="2024-01-07T23:59:00-05:00"),
        "day.md": entry(date="2024-01-03"),
    }
    found = figures(content=content)
    assert [len(hours) for hours in found.week_hours] == [24] * 7
    assert found.week_hours[0][0] == found.week_hours[6][23] == 1
    assert sum(map(sum, found.week_hours)) == found.week_hours_stated == 2


def test_the_backlog_counts_what_is_left_by_age() -> None:
    content = {
        "new.md": entry(date="2024-02-20", follow_ups=("[ ] a, due: 2024-02-29", "[x] b")),
        "old.md": entry(
            date="2023-01-01",
            follow_ups=("[ ] c — owner: ops, due: 2024-03-01", "d — owner: ops", "[ ] e"),
        ),
        "future.md": entry(date="2030-01-01", follow_ups=("[ ] f — due: 2030-02-01",)),
        "undated.md": entry(title="x", follow_ups=("[ ] g — due: 2020-01-01",)),
    }
    backlog = figures(content=content).backlog
    assert (backlog.open, backlog.overdue, backlog.done) == (6, 2, 1)
    assert (backlog.without_due, backlog.without_owner) == (2, 4)
    bands = {
        band.key: (band.from_days, band.to_days, band.open, band.overdue) for band in backlog.by_age
    }
    assert bands == {
        "0-30": (0, 30, 2, 1),
        "31-90": (31, 90, 0, 0),
        "91-180": (91, 180, 0, 0),
        "181-365": (181, 365, 0, 0),
        "366-": (366, None, 3, 0),
        "undated": (None, None, 1, 1),
    }


@pytest.mark.parametrize(
    ("days", "key"), [(30, "0-30"), (31, "31-90"), (365, "181-365"), (366, "366-")]
)
def test_ages_end_where_they_say(days: int, key: str) -> None:
    day = date.fromordinal(TODAY.toordinal() - days)
    backlog = figures(content={"a.md": entry(date=day, follow_ups=("[ ] a",))}).backlog
    assert [band.key for band in backlog.by_age if band.open] == [key]


def test_nothing_at_all_has_figures_too() -> None:
    found = figures(content={})
    assert (found.total.entries, found.groups, found.months) == (0, (), ())
    assert found.total.resolve == Spread(0, None, None)
    assert found.backlog.open == found.week_hours_stated == 0
    assert found.to_json()["backlog"]["by_age"][0]["key"] == "0-30"


def keys(document: Any) -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(document, dict):
        return set(document) | {key for value in document.values() for key in keys(value)}
    if isinstance(document, list):
        return {key for value in document for key in keys(value)}
    return set()


def test_every_figure_of_the_json_is_defined() -> None:
    found = figures().to_json()
    told = keys(found) | {"groups", "months", "week_hours"}
    assert found["definitions"].keys() <= told
    for key in ("detect", "mitigate", "resolve", "stated", "median", "percentile_90", "overdue"):
        assert found["definitions"][key].endswith(".")
    assert "mean" in found["definitions"]["median"]
    assert found["schema_version"] == 1
    assert len(found["week_hours"]) == 7


@pytest.mark.parametrize(("by", "nearest"), [("servce", "service"), ("months", "month")])
def test_an_unknown_grouping_is_answered_with_the_nearest(by: str, nearest: str) -> None:
    with pytest.raises(UsageError) as raised:
        check_grouping(by)
    assert f"Did you mean {nearest}?" in raised.value.remedy


def test_an_odd_grouping_is_answered_with_what_there_is() -> None:
    with pytest.raises(UsageError) as raised:
        check_grouping("\x00")
    assert raised.value.remedy == "There are service, cause, month, severity."
