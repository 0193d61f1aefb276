"""Timelines are read from every form that people write them in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kb.document.markdown import read_blocks
from kb.document.sections import outline
from kb.document.timeline import read_timeline

if TYPE_CHECKING:
    from kb.model import TimelineEvent

START = date(2024, 7, 18)


def read(text: str, heading: str = "## Timeline", zone: str = "") -> tuple[TimelineEvent, ...]:
    whole = f"{heading}\n\n{text}\n"
    lines = whole.split("\n")
    return read_timeline(outline(read_blocks(whole).blocks, lines).parts, lines, START, zone)


def said(text: str) -> list[tuple[str, str | None, str]]:
    return [(str(event.date), event.time, event.text) for event in read(text)]


DAY = "2024-07-18"


@pytest.mark.parametrize(
    "text",
    [
        "- 2024-07-18 10:54 KST — a\n- 2024-07-18 12:20 KST — b",
        "- 10:54: a\n- 12:20: b",
        "* **10:54** - a\n* **12:20** - b",
        "1. `10:54` a\n2. `12:20` b",
        "- 오전 10시 54분 — a\n- 낮 12시 20분 — b",
        "- 2024-07-18\n  - 10:54 a\n  - 12:20 b",
        "10:54 – a\n12:20 – b",
        "**10:54**\n\na\n\n**12:20**\n\nb",
        "### 10:54\n\na\n\n### 12:20\n\nb",
        "### 2024-07-18 10:54 - a\n\n### 12:20 - b",
        "### 2024-07-18\n\n- 10:54 a\n- 12:20 b",
        "| Time | Event |\n|---|---|\n| 2024-07-18 10:54 | a |\n| 12:20 | b |",
        "| 이벤트 | 시각 (KST) |\n|---|---|\n| a | 10:54 |\n| b | 12:20 |",
        "| Date | Time | Event |\n|---|---|---|\n| 2024-07-18 | 10:54 | a |\n| | 12:20 | b |",
        (
            "| 2024 | | UTC | |\n|---|---|---|---|\n"
            "| Thu | Jul 18 | 10:54 | a |\n| Thu | Jul 18 | 12:20 | b |"
        ),
        "Notes on this:\n\n- 10:54 a\n- 12:20 b\n\nThanks to all.",
    ],
)
def test_forms(text: str) -> None:
    assert said(text) == [(DAY, "10:54", "a"), (DAY, "12:20", "b")]


@pytest.mark.parametrize(
    ("heading", "text", "zone"),
    [
        ("## Timeline", "- 10:54 KST — a", "KST"),
        ("## Timeline (UTC)", "- 10:54 — a", "UTC"),
        ("## Timeline", "All times in UTC.\n\n- 10:54 — a", "UTC"),
        ("## 타임라인", "모든 시각은 KST\n\n- 10:54 — a", "KST"),
        ("## Timeline", "| Time (UTC) | Event |\n|---|---|\n| 10:54 | a |", "UTC"),
        ("## Timeline", "- 10:54 — a", "Asia/Seoul"),
    ],
)
def test_zones(heading: str, text: str, zone: str) -> None:
    (event,) = read(text, heading, zone="Asia/Seoul")
    assert event.zone == zone
    assert event.at is not None
    assert event.at.isoformat() == f"2024-07-18T10:54:00+0{0 if zone == 'UTC' else 9}:00"


def test_without_a_zone_there_is_no_instant() -> None:
    (event,) = read("- 10:54 — a")
    assert (event.zone, event.at, event.time) == (None, None, "10:54")


def test_what_is_nested_below_an_event_belongs_to_it() -> None:
    (event,) = read("- 10:54 a\n  - 10:55 b\n    - c")
    assert event.text == "a\n- 10:55 b\n  - c"
    (event,) = read("### 10:54\n\na\n\n- b\n\n```\n# c\n```\n")
    assert event.text == "a\n\n- b\n\n```\n# c\n```"


def test_items_without_a_time_are_kept() -> None:
    events = read("- 10:54 a\n- later, b\n- 12:20 c")
    assert [(event.time, event.text) for event in events] == [
        ("10:54", "a"), (None, "later, b"), ("12:20", "c"),
    ]  # fmt: skip
    assert events[1].date is None


def test_unknown_times_in_tables() -> None:
    table = (
        "| Time | Event |\n|---|---|\n| 2022-05-?? HH:mm | a |\n"
        "| 2022-06-02 HH:mm | b |\n| 2022-06-03 10:00 | c |"
    )
    assert said(table) == [
        ("None", None, "a"),
        ("2022-06-02", None, "b"),
        ("2022-06-03", "10:00", "c"),
    ]


def test_labels_before_the_time() -> None:
    events = read("- First detected: 2023-07-25 14:05\n- Resolved 2023-07-25 16:07")
    assert [(event.kind, event.time, event.text) for event in events] == [
        ("detected", "14:05", "First detected"), ("resolved", "16:07", "Resolved"),
    ]  # fmt: skip


def test_ranges_and_about() -> None:
    (event,) = read("- 2024-07-18 ~13:30–13:45 KST — a")
    assert event.approximate
    assert event.until is not None
    assert event.until.isoformat() == "2024-07-18T13:45:00+09:00"


def test_a_night_rolls_to_the_next_day() -> None:
    assert said("- 23:50 a\n- 00:10 b") == [(DAY, "23:50", "a"), ("2024-07-19", "00:10", "b")]


def test_bold_that_goes_on_after_the_time_stays_bold() -> None:
    assert said("- **10:54 a** b") == [(DAY, "10:54", "**a** b")]


@pytest.mark.parametrize(
    "text",
    ["```\n- 10:54 a\n```", "> - 10:54 a", "<!--\n- 10:54 a\n-->", "    - 10:54 a",
     "It was noted.", ""],
)  # fmt: skip
def test_what_is_no_event(text: str) -> None:
    assert read(text) == ()


def test_headings_outside_that_go_on_with_times() -> None:
    events = read(
        "### 10:54\n\na\n\n## Jul 19, 13:00\n\nb\n\n### 15:15\n\nc\n\n## Impact\n\n- 16:00 d"
    )
    assert [(str(event.date), event.time, event.text) for event in events] == [
        (DAY, "10:54", "a"), ("2024-07-19", "13:00", "b"), ("2024-07-19", "15:15", "c"),
    ]  # fmt: skip


def test_anchors_come_from_the_time_and_stay_when_another_event_is_added() -> None:
    events = read("- 10:54 a\n- 10:54 b\n- later\n- 2024-07-19 — c\n- whenever")
    assert [event.anchor for event in events] == [
        "t-20240718-1054", "t-20240718-1054-2", "t-unknown-1", "t-20240719", "t-unknown-2",
    ]  # fmt: skip


def test_lines() -> None:
    assert [event.line for event in read("- 10:54 a\n  more\n\n- 12:20 b")] == [3, 6]
    table = "| Time | Event |\n|---|---|\n| 10:54 | a |\n| 12:20 | b |"
    assert [event.line for event in read(table)] == [5, 6]
