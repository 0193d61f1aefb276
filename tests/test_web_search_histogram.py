from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.search_addresses import State
from web.search_histogram import (
    BASE,
    FEWEST_SLOTS,
    MOST_YEARS,
    SMALLEST_BAR,
    TOP,
    Histogram,
    histogram,
)

if TYPE_CHECKING:
    from flask import Flask

Months = Sequence[tuple[str, int]]


@pytest.fixture(autouse=True)
def request_at_hand(web_app: Flask) -> Iterator[None]:
    with web_app.test_request_context("/"):
        yield


def drawn(months: Months, query: str = "", anew: Months = ()) -> Histogram:
    made = histogram(State(query), months, lambda _: anew)
    assert made is not None
    return made


def query_of(address: str) -> str:
    return parse_qs(urlsplit(address).query).get("q", [""])[0]


def test_no_dates_no_drawing() -> None:
    assert histogram(State("x"), (), lambda _: ()) is None
    assert histogram(State("x"), (("soon", 1),), lambda _: ()) is None


def test_two_years_are_drawn_by_month_with_the_empty_ones_between() -> None:
    made = drawn((("2023-02", 1), ("2025-01", 4)))
    assert made.by_month
    assert len(made.bars) == 24
    assert [bar.count for bar in made.bars][:2] == [1, 0]
    assert (made.first, made.last) == ("2023-02", "2025-01")


def test_a_longer_time_is_drawn_by_year() -> None:
    made = drawn((("2023-01", 1), ("2025-01", 4), ("2025-03", 2)))
    assert not made.by_month
    assert [(bar.period, bar.count) for bar in made.bars] == [("2023", 1), ("2024", 0), ("2025", 6)]


def test_a_date_far_off_does_not_make_the_drawing_endless() -> None:
    made = drawn((("0001-01", 1), ("2025-01", 4)))
    assert len(made.bars) == MOST_YEARS
    assert made.bars[-1].count == 4


def test_few_bars_are_not_as_wide_as_the_page() -> None:
    (bar,) = drawn((("2024-07", 1),)).bars
    assert bar.width == round(100 / FEWEST_SLOTS, 2)


def test_bars_stand_on_the_line_and_the_least_is_seen() -> None:
    made = drawn((("2021-01", 5_000), ("2025-01", 1)))
    tall, *_, low = made.bars
    assert (tall.top, tall.height) == (TOP, BASE - TOP)
    assert (low.top, low.height) == (BASE - SMALLEST_BAR, SMALLEST_BAR)
    assert not made.numbered
    assert made.most == 5_000


def test_a_bar_narrows_to_its_period_and_replaces_another() -> None:
    years = (("2021-01", 1), ("2025-01", 2))
    made = drawn((("2021-01", 1),), "x date:2021,2023", years)
    assert query_of(made.bars[-1].address) == "x date:2025"
    assert [bar.period for bar in made.bars if bar.chosen] == ["2021", "2023"]
    assert query_of(made.bars[0].address) == "x"


def test_a_year_shows_its_twelve_months_under_its_name() -> None:
    made = drawn((("2024-07", 2),), "date:2024 x")
    assert [bar.label for bar in made.bars] == [f"{month:02d}" for month in range(1, 13)]
    assert [crumb.period for crumb in made.crumbs] == ["2024"]
    assert query_of(made.crumbs[0].without) == "x"
    assert query_of(made.bars[6].address) == "x date:2024-07"


def test_a_month_is_shown_among_those_of_its_year() -> None:
    made = drawn((("2024-07", 2),), "date:2024-07", (("2024-05", 3), ("2024-07", 2)))
    assert [bar.period for bar in made.bars if bar.count] == ["2024-05", "2024-07"]
    assert [crumb.period for crumb in made.crumbs] == ["2024", "2024-07"]
    assert query_of(made.crumbs[1].without) == "date:2024"
    assert query_of(made.bars[6].address) == "date:2024"


@pytest.mark.parametrize("query", ["date:7d", "after:2022", "date:2023..2024", "-date:2024"])
def test_other_conditions_on_dates_leave_what_they_leave(query: str) -> None:
    made = drawn((("2023-01", 1), ("2025-06", 2)), query)
    assert made.crumbs == ()
    assert [bar.count for bar in made.bars] == [1, 0, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.builds("{:04d}-{:02d}".format, st.integers(1, 9999), st.integers(1, 12)),
        st.integers(1, 10**6),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from(
        ["", "date:2024", "date:2024-07", "date:0001", "date:9999-12", "date:2020,2021"]
    ),
)
def test_any_counts_make_a_drawing_inside_its_frame(months: dict[str, int], query: str) -> None:
    made = drawn(tuple(months.items()), query, tuple(months.items()))
    assert 1 <= len(made.bars) <= MOST_YEARS
    for bar in made.bars:
        assert bar.left >= 0
        assert bar.left + bar.width <= 100.1
        assert TOP <= bar.top <= BASE
        assert bar.top + bar.height == BASE
        assert bar.count <= made.most
