"""Incidents that happened again, with what earlier ones left undone."""

from __future__ import annotations

from datetime import date

from kb.recurrences import Recurrence, recurrences
from tests.engine_contract import listed

TODAY = date(2024, 6, 1)


def entry(day: str, services: str, causes: str, *lines: str) -> str:
    front = f"date: {day}\nservices: [{services}]\ncauses: [{causes}]"
    body = "\n".join(f"- {line}" for line in lines)
    return f"---\n{front}\n---\n## Follow-ups\n{body}\n"


def found(**content: str) -> tuple[Recurrence, ...]:
    return recurrences(listed({f"{name}.md": text for name, text in content.items()}), TODAY)


def test_what_happened_again_is_told_with_what_was_left_undone() -> None:
    (one,) = found(
        third=entry("2024-03-01", "api", "network", "[ ] new"),
        first=entry("2022-01-01", "api, web", "network", "[ ] later", "[x] done"),
        second=entry("2023-01-01", "api", "network, data", "[ ] late — due: 2023-02-01"),
    )
    assert (one.service, one.cause) == ("api", "network")
    assert [each.id for each in one.entries] == ["first", "second", "third"]
    assert [item.text for item in one.open_before] == ["late", "later"]
    assert [item.days_overdue for item in one.open_before] == [486, None]


def test_the_latest_comes_first_and_one_entry_may_be_in_several() -> None:
    pairs = [
        (one.service, one.cause)
        for one in found(
            a=entry("2022-01-01", "api, web", "network"),
            b=entry("2022-02-01", "api", "network, data"),
            c=entry("2023-02-01", "web", "network"),
            d=entry("2022-02-01", "api", "data"),
        )
    ]
    assert pairs == [("web", "network"), ("api", "data"), ("api", "network")]


def test_once_undated_or_unknown_is_no_recurrence() -> None:
    assert not found(
        a=entry("2022-01-01", "api", "network"),
        b=entry("2022-02-01", "api", "unknown"),
        c=entry("2022-03-01", "api", "unknown"),
        d=entry("", "api", "network"),
    )
    assert recurrences((), TODAY) == ()
