"""Which events of a timeline are the turns of the incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kb.importing import wordings
from kb.importing.turning_points import Occurrence, StatedSpans, turning_points

NOON = datetime(2024, 4, 8, 12, 0, tzinfo=UTC)
NOTHING_STATED = StatedSpans()


def events(*told: tuple[int | None, str]) -> list[Occurrence]:
    return [
        Occurrence(None if minute is None else NOON + timedelta(minutes=minute), text, line, None)
        for line, (minute, text) in enumerate(told, 1)
    ]


def minutes(found: object, kind: str) -> int | None:
    assert isinstance(found, dict)
    turn = found.get(kind)
    return None if turn is None else int((turn.at - NOON).total_seconds() // 60)


@pytest.mark.parametrize(
    "text",
    [
        "Received alert: buffer space low",
        "Automated warning from the cloud provider",
        "Users reporting timeouts when deploying",
        "Developer notified us of a problem with logging",
        "We became aware of it during a call",
        "Federation members notice a drop in traffic",
        "**Detection:** the service fails to start",
        "Status 503 messages witnessed",
        "on-call receives pager storm",
        "We notice that launches are not happening as expected",
        "이용자 신고 접수",
        "アラートを検知",
    ],
)
def test_wordings_of_noticing(text: str) -> None:
    assert wordings.tells_detection(text, first=False)


@pytest.mark.parametrize(
    "text",
    ["Functional tests are all fine, reported over chat", "New version deployed", "정기 배포"],
)
def test_wordings_that_notice_nothing(text: str) -> None:
    assert not wordings.tells_detection(text, first=False)


@pytest.mark.parametrize(
    "text",
    [
        "Target group reattached by the pipeline (resolved).",
        "All systems verified operational",
        "Everything is back to normal and verified working.",
        "The fix was deployed, bringing the outage to an end.",
        "traffic to all members returns\nto normal",
        "Customer confirmed issue resolved",
        "Service operational.",
        "Cluster self-heals",
        "All agents were running with the correct role again",
        "Incident closed.",
        "모든 서비스 정상화",
        "復旧しました",
    ],
)
def test_wordings_of_the_end(text: str) -> None:
    assert wordings.tells_resolution(text)


@pytest.mark.parametrize(
    "text",
    [
        "Believing the issue to be resolved, work resumes",
        "The problem is not resolved",
        "Root cause found",
        "We expect everything to be back to normal soon",
        "복구 예정",
    ],
)
def test_wordings_that_are_no_end(text: str) -> None:
    assert not wordings.tells_resolution(text)


def test_the_first_that_notices_and_the_last_that_ends_count() -> None:
    found = turning_points(
        events(
            (0, "Release 41 rolled out"),
            (5, "Users report errors"),
            (7, "Alert fires"),
            (20, "Service is back to normal"),
            (30, "It fails again"),
            (50, "All systems operational"),
        ),
        NOTHING_STATED,
    )
    assert (minutes(found, "detected"), minutes(found, "resolved")) == (5, 50)
    assert minutes(found, "started") is None


def test_a_noticing_after_something_was_done_about_it_is_none() -> None:
    found = turning_points(
        events((0, "Load rises"), (10, "Hub restarted"), (30, "Users report errors")),
        NOTHING_STATED,
    )
    assert found == {}


def test_a_noticing_at_an_unknown_time_is_not_replaced_by_a_later_one() -> None:
    found = turning_points(
        events((None, "Detected on an unknown day"), (30, "Users report errors")), NOTHING_STATED
    )
    assert "detected" not in found


def test_news_before_the_stated_beginning_is_no_detection() -> None:
    found = turning_points(
        events((0, "News reports of a sonnet"), (3, "OUTAGE BEGINS"), (4, "Alert fires")),
        NOTHING_STATED,
    )
    assert (minutes(found, "started"), minutes(found, "detected")) == (3, 4)


def test_stated_times_to_detection_and_recovery_find_their_events() -> None:
    found = turning_points(
        events(
            (0, "Maintenance window opens"),
            (20, "Rules applied"),
            (25, "Load balancer counts errors"),
            (35, "Instances attached by hand"),
            (73, "Issue resolved and permanently fixed"),
        ),
        StatedSpans(to_detect=5, to_recover=15),
    )
    assert [minutes(found, kind) for kind in ("started", "detected", "resolved")] == [20, 25, 35]


def test_a_recovery_may_count_from_the_detection() -> None:
    found = turning_points(
        events((0, "Nodes killed"), (2, "No nodes left"), (15, "Traffic flows")),
        StatedSpans(to_detect=2, to_recover=13),
    )
    assert [minutes(found, kind) for kind in ("started", "detected", "resolved")] == [0, 2, 15]


def test_stated_times_that_fit_no_events_change_nothing() -> None:
    told = events((0, "Users report errors"), (31, "Everything is back to normal"))
    assert turning_points(told, StatedSpans(10, 10)) == turning_points(told, NOTHING_STATED)


def test_a_repair_that_little_follows_is_a_guess() -> None:
    found = turning_points(
        events((0, "Users report errors"), (10, "Fix deployed to production")), NOTHING_STATED
    )
    assert found["resolved"].guessed
    assert minutes(found, "resolved") == 10
