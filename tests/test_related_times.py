"""What came before what, and what went on at one time."""

from __future__ import annotations

from datetime import date

import pytest

from kb.related.incident import Incident
from kb.related.times import Times

TODAY = date(2024, 9, 1)


def at(day: str | None, began: str | None = None, ended: str | None = None) -> Incident:
    return Incident(day=day, began=began, ended=ended, services=("a",))


SUBJECT = at("2024-07-18", "2024-07-18T10:54:00+09:00", "2024-07-18T12:20:00+09:00")


@pytest.mark.parametrize(
    ("other", "earlier"),
    [
        (at("2024-07-17"), True),
        (at("2024-07-18"), False),
        (at("2024-07-19"), False),
        (at(None), False),
        (at("2024-07-18", "2024-07-18T01:00:00+00:00"), True),  # 10:00 in Seoul
        (at("2024-07-18", "2024-07-18T02:00:00+00:00"), False),  # 11:00 in Seoul
    ],
)
def test_earlier_is_by_the_instant_else_by_the_day(other: Incident, *, earlier: bool) -> None:
    assert Times(SUBJECT, TODAY).earlier(other) is earlier


def test_a_text_without_a_date_is_of_today() -> None:
    times = Times(Incident(), TODAY)
    assert times.earlier(at("2024-08-31"))
    assert not times.earlier(at("2024-09-01"))


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        (at("2024-07-18", "2024-07-18T03:00:00+00:00", "2024-07-18T04:00:00+00:00"), True),
        (at("2024-07-18", "2024-07-18T03:20:00+00:00"), True),  # begins as the other ends
        (at("2024-07-18", "2024-07-18T03:21:00+00:00"), False),
        (at("2024-07-15", "2024-07-15T00:00:00Z", "2024-07-20T00:00:00Z"), True),
        (at("2024-07-18"), True),  # of one only the day is known
        (at("2024-07-19"), False),
        (at(None), False),
        (at("2024-07-18", "2024-07-18T11:00:00+09:00", "2024-07-18T10:00:00+09:00"), True),
    ],
)
def test_overlapping_needs_one_time(other: Incident, *, overlap: bool) -> None:
    assert Times(SUBJECT, TODAY).overlap(other) is overlap


def test_overlapping_needs_a_service_of_both() -> None:
    other = Incident(day="2024-07-18", services=("b",))
    assert not Times(SUBJECT, TODAY).overlap(other)
    assert not Times(Incident(day="2024-07-18"), TODAY).overlap(other)


def test_the_days_to_look_at_hold_what_began_before_and_lasts() -> None:
    first, last = Times.days(SUBJECT) or (0, 0)
    assert first <= date(2024, 7, 12).toordinal()
    assert last >= date(2024, 7, 18).toordinal()
    assert Times.days(at(None)) is None


def test_an_end_before_the_start_does_not_empty_the_days() -> None:
    first, last = Times.days(at("2024-07-18", None, "2020-01-01T00:00:00Z")) or (1, 0)
    assert first < last
