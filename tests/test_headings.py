"""A heading means one kind of section, however it is worded."""

from __future__ import annotations

import pytest

from kb.document.headings import anchor_of, meaning


@pytest.mark.parametrize(
    ("kind", "headings"),
    [
        (
            "summary",
            """
            Summary; Overview; TLDR; Executive Summary; 요약; 개요; 장애 개요; 인시던트 요약;
            概要; Incident Summary:
            """,
        ),
        (
            "timeline",
            """
            Timeline; Timeline (UTC); 2. Timeline; Incident timeline; Sequence of events;
            타임라인; 시간대별 경과; 장애 감지 및 대응 타임라인; 時系列; ⏱ Timeline;
            Timeline of Events
            """,
        ),
        (
            "impact",
            """
            Impact; 1) Impact; 🔥 Impact; Customer impact; Who was affected?; 영향;
            영향 (Impact); 영향 범위; Impact / 영향; 피해 규모; 影響範囲
            """,
        ),
        (
            "root-cause",
            """
            Root cause; Root Cause(s); III. Root causes; **Root cause**; 5 Whys;
            Contributing factors; Root cause and mitigation; 원인; 장애 원인; 근본 원인 분석;
            ① 원인; Trigger; 原因; What went wrong and why?
            """,
        ),
        (
            "response",
            """
            Response; Resolution and recovery; How did we respond?; 대응; 조치 내역;
            감지 및 대응; 復旧; Detection and response; Remediation (immediate)
            """,
        ),
        (
            "detection",
            """
            Detection; 감지; 検知
            """,
        ),
        (
            "follow-ups",
            """
            Follow-ups; Action Items:; Next steps; 재발 방지 대책; 재발방지대책; 후속 조치;
            Technical improvements; 再発防止策; Remediation (long-term); TODO; 프로세스 개선
            """,
        ),
        (
            "lessons",
            """
            Lessons learned; Lessons learnt; What went well; Where we got lucky; 교훈;
            아쉬운 점; How'd We Do
            """,
        ),
        (
            "source-notes",
            """
            Source notes; 출처 메모; 출처
            """,
        ),
        (
            "other",
            """
            Attendees; Stats; Feb 21, 13:00; ???; Cause of the delay in Tuesday's report
            """,
        ),
    ],
)
def test_synonyms(kind: str, headings: str) -> None:
    each = [heading.strip() for heading in headings.split(";")]
    assert {heading: meaning(heading).kind for heading in each} == dict.fromkeys(each, kind)


def test_tldr_with_its_semicolon() -> None:
    assert meaning("TL;DR").kind == "summary"


@pytest.mark.parametrize(
    ("heading", "doubt"),
    [("What happened?", "what-happened"), ("무슨 일이 있었나요?", "what-happened"),
     ("Background", "weak"), ("Remediation", "remediation"), ("Summary", "")],
)  # fmt: skip
def test_doubts(heading: str, doubt: str) -> None:
    assert meaning(heading).doubt == doubt


def test_anchors_keep_hangul_and_are_unique() -> None:
    taken: dict[str, int] = {}
    headings = ["Root cause(s)!", "근본 원인", "근본 원인", "근본 원인 1", "근본 원인", "!!"]
    assert [anchor_of(heading, taken) for heading in headings] == [
        "root-causes", "근본-원인", "근본-원인-1", "근본-원인-1-1", "근본-원인-2", "section",
    ]  # fmt: skip
