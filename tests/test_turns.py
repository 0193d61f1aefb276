"""A line of a timeline tells a turn only where its wording leaves no doubt."""

from __future__ import annotations

import pytest

from kb.document.turns import turn_of


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            "started",
            """
            outage begins| Outage begins: the name no longer resolves| Problem starts|
            Incident started| 장애 시작| 장애 발생 [1]| 장애 시작: 메시지 수발신이 실패|
            카카오 서비스 장애 시작 [3]
            """,
        ),
        (
            "detected",
            """
            fault detected| First detected| Detected: alerts fire| alert fired| Team alerted|
            fault seen on monitoring| 이상 감지| 모니터링에서 이상을 확인| 장애 인지|
            최초 감지
            """,
        ),
        (
            "declared",
            """
            Incident declared| Declared: the public status is set to yellow| 장애 공지|
            장애 선언| 첫 공지를 냄| announced the incident
            """,
        ),
        (
            "mitigated",
            """
            Mitigated: most services are back| partially restored| 일부 복구| Repaired|
            일부 기능 복구| 완화됨
            """,
        ),
        (
            "resolved",
            """
            resolved| Resolved: all is well| Incident resolved| fully recovered| all clear|
            All systems verified operational| 복구 완료 [1]| 정상화| 장애 해소|
            Everything is back to normal
            """,
        ),
        (
            None,
            """
            not resolved| unresolved| The issue is not yet resolved|
            Expected to be resolved by noon| 복구되지 않음| 복구 예정| 복구 작업 시작|
            미복구| DNS resolved to a wrong address| Investigation starts|
            Started investigating the alert| Started replacing nodes|
            Services begin to recover| 장애 원인 분석| 마지막 공지| 복구 시도 실패
            """,
        ),
    ],
)
def test_wordings(kind: str | None, lines: str) -> None:
    each = [line.strip() for line in lines.split("|")]
    assert {line: turn_of(line) for line in each} == dict.fromkeys(each, kind)
