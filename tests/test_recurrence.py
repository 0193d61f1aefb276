"""Which incidents happened again."""

from __future__ import annotations

from kb.search.engine import Row
from kb.search.recurrence import again, recurring


def row(path: str, started: int | None, services: str, causes: str) -> Row:
    return Row(
        id=path,
        path=path,
        fingerprint="",
        written=(),
        numbers={} if started is None else {"started": started},
        facets={"service": tuple(services.split()), "cause": tuple(causes.split())},
    )


def test_the_second_of_one_service_and_cause_is_a_recurrence() -> None:
    rows = [
        row("late", 3, "api", "dns"),
        row("early", 1, "api", "dns"),
        row("mid", 2, "api", "dns"),
    ]
    assert recurring(rows) == {"late", "mid"}


def test_one_pair_in_common_is_enough() -> None:
    rows = [row("a", 1, "api web", "dns network"), row("b", 2, "web db", "capacity network")]
    assert recurring(rows) == {"b"}


def test_service_and_cause_must_have_failed_together() -> None:
    rows = [row("a", 1, "api", "dns"), row("b", 2, "web", "network"), row("c", 3, "api", "network")]
    assert recurring(rows) == frozenset()


def test_an_unknown_cause_repeats_nothing() -> None:
    rows = [row("a", 1, "api", "unknown"), row("b", 2, "api", "unknown")]
    assert recurring(rows) == frozenset()


def test_without_a_date_service_or_cause_nothing_is_said() -> None:
    rows = [row("a", 1, "api", "dns"), row("b", None, "api", "dns"), row("c", 2, "", "dns")]
    assert recurring(rows) == frozenset()


def test_of_two_at_the_same_minute_the_later_path_repeats_the_earlier() -> None:
    assert recurring([row("b", 1, "api", "dns"), row("a", 1, "api", "dns")]) == {"b"}


def test_what_happened_again_is_told_from_oldest_to_newest() -> None:
    rows = [
        row("late", 3, "api", "dns"),
        row("early", 1, "api", "dns network"),
        row("mid", 2, "api web", "dns"),
        row("once", 4, "web", "network"),
        row("undated", None, "api", "dns"),
    ]
    found = {pair: [each.path for each in sharing] for pair, sharing in again(rows).items()}
    assert found == {("api", "dns"): ["early", "mid", "late"]}
