"""Values that stand beside their names."""

from __future__ import annotations

import pytest

from kb.document.markdown import read_blocks
from kb.importing.labels import Labelled, labelled_values, minutes_of


def labels(text: str) -> list[tuple[str, str, int]]:
    blocks = read_blocks(text).blocks
    found = labelled_values(text.split("\n"), blocks)
    assert all(isinstance(one, Labelled) for one in found)
    return [(one.field, one.value, one.line) for one in found]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Start time: 10:54", "started", "10:54"),
        ("- **Detected**: 10:58 UTC", "detected", "10:58 UTC"),
        ("- **Detected:** 10:58 UTC", "detected", "10:58 UTC"),
        ("**Resolved** 2024-04-08 11:00", "resolved", "2024-04-08 11:00"),
        ("* Time to detection: 544 minutes", "to_detect", "544 minutes"),
        ("> Severity: P1", "severity", "P1"),
        ("- 발생 시각: 오전 9시 15분", "started", "오전 9시 15분"),
        ("1. 영향 서비스： 결제", "services", "결제"),
        ("Incident start (UTC): 10:54", "started", "10:54"),
        ("復旧日時：10:54", "resolved", "10:54"),
        ("Autor: none", "", ""),
        ("10:54: Started", "", ""),
    ],
)
def test_labels_on_a_line(line: str, field: str, value: str) -> None:
    assert labels(line) == ([(field, value, 1)] if field else [])


def test_labels_in_tables() -> None:
    beside = "| Item | Value |\n|---|---|\n| Start | 10:54 |\n| Author | Ana |"
    assert labels(beside) == [("started", "10:54", 3), ("authors", "Ana", 4)]
    above = "| Start | End | Severity |\n|---|---|---|\n| 10:54 | 12:20 | SEV2 |"
    assert labels(above) == [
        ("started", "10:54", 3),
        ("resolved", "12:20", 3),
        ("severity", "SEV2", 3),
    ]
    pairs = "| ID | 7 | Start | 10:54 |\n|---|---|---|---|\n| Task | T1 | End | 12:20 |"
    assert labels(pairs) == [("started", "10:54", 1), ("resolved", "12:20", 3)]


def test_code_holds_no_labels() -> None:
    assert labels("```\nStart: 10:54\n```") == []


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("8 minutes", 8),
        ("19 hours 43 minutes.", 1183),
        ("279 minutes [^3]", 279),
        ("**1h 50m** (approx.)", 110),
        ("2시간 15분", 135),
        ("N/A", None),
        ("?", None),
    ],
)
def test_stated_durations(value: str, minutes: int | None) -> None:
    assert minutes_of(value) == minutes
