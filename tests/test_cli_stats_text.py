"""Figures as people read them in a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click import unstyle

from kb import KnowledgeBase
from kb.cli.layout import width
from kb.cli.stats import GROUPINGS
from kb.cli.stats_text import backlog_lines, group_table, month_bars, report, tight_duration
from kb.stats import GROUPINGS as KNOWN_GROUPINGS
from kb.stats import AgeBand, Backlog, Group, Month, Spread, Statistics

if TYPE_CHECKING:
    from tests.conftest import RunKb

NOTHING = Spread(0, None, None)
LONG = Spread(10_000, 14_399, 525_600)


def group(name: str, entries: int, time: Spread) -> Group:
    return Group(name, name, entries, time, time, time, 3, 1)


def statistics(*groups: Group, total: Group, months: tuple[Month, ...] = ()) -> Statistics:
    backlog = Backlog(0, 0, 0, 0, 0, ())
    return Statistics(
        "", "every entry", (), "service", total, groups, months, ((0,) * 24,) * 7, 0, backlog, {}
    )


def test_the_command_groups_by_what_there_is() -> None:
    assert GROUPINGS == KNOWN_GROUPINGS


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0m"),
        (59, "59m"),
        (60, "1h"),
        (86, "1h26m"),
        (725, "12h"),
        (1440, "1d"),
        (1500, "1d1h"),
        (14_399, "9d23h"),
        (14_460, "10d"),
        (525_600, "365d"),
    ],
)
def test_times_are_short(minutes: int, text: str) -> None:
    assert tight_duration(minutes) == text
    assert len(text) <= 5


@pytest.mark.parametrize("name", ["x", "a-service-of-a-very-long-name", "새올행정시스템-인증-서버"])
@pytest.mark.parametrize("columns", [80, 100, None])
def test_a_table_of_large_numbers_fits(name: str, columns: int | None) -> None:
    found = statistics(group(name, 10_000, LONG), total=group("", 10_000, LONG))
    lines = [unstyle(line) for line in group_table(found, columns)]
    if columns:
        assert max(map(width, lines)) <= columns
    else:
        assert name in lines[2]
    assert "9d23h 365d 10000" in lines[2]


def test_columns_stand_below_each_other() -> None:
    small, large = group("a", 3, Spread(1, 5, 5)), group("b", 12_345, LONG)
    lines = group_table(statistics(small, large, total=large), None)
    upper, lower, first, second, _, total = map(unstyle, lines)
    for line in (upper, first, second, total):
        assert line == line.rstrip()
    for head, text in (("entries", "12345"), ("open", "3")):
        end = lower.index(head) + len(head)
        assert second[:end].endswith(text)
    assert upper.split() == ["detect", "mitigate", "resolve"]
    assert lower.split() == ["service", "entries", *["median", "90%", "of"] * 3, "open"]


def test_what_nobody_states_is_left_blank() -> None:
    lines = list(group_table(statistics(total=group("", 2, NOTHING)), 80))
    assert lines[-1].split() == ["2", "3"]


def test_months_are_bars_of_a_year() -> None:
    months = tuple(
        Month(f"2024-{number:02d}", total, {}) for number, total in ((2, 8), (3, 0), (4, 1), (5, 4))
    )
    _, line, scale = month_bars(months)
    assert line == "2024     █ · ▁ ▄" + " " * 21 + "13"
    assert "8 entries" in scale


def test_a_backlog_is_told_by_age() -> None:
    bands = (
        AgeBand("0-30", 0, 30, 0, 0),
        AgeBand("366-", 366, None, 1_200, 7),
        AgeBand("undated", None, None, 1, 0),
    )
    lines = list(backlog_lines(Backlog(1_201, 7, 2, 3, 4, bands), 80))
    assert lines[0].startswith("1,201 open follow-ups: 7 overdue, 2 without a due day, 3 without")
    assert lines[-2:] == ["1200        7  366 or more", "   1        0  undated"]


def test_hostile_names_command_no_terminal() -> None:
    found = statistics(group("a\x1b[31m", 1, LONG), total=group("", 1, LONG))
    assert "\x1b[31m" not in "\n".join(report(found, 80))


@pytest.mark.parametrize("by", GROUPINGS)
def test_the_json_is_what_python_has(run_kb: RunKb, by: str) -> None:
    printed = json.loads(run_kb("stats", "--json", "--by", by, "service:login").stdout)
    knowledge = KnowledgeBase.open("entries")
    knowledge.sync()
    assert printed == knowledge.stats("service:login", by=by).to_json()
    printed = json.loads(run_kb("follow-ups", "--json", "--open", "service:login").stdout)
    assert printed == knowledge.follow_ups("service:login", open_only=True).to_json()
    knowledge.close()
