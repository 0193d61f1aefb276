"""What a section is for, whatever its heading says, in English, Korean and Japanese.

The words were counted in 142 published postmortems and a dozen templates: an exact
`## Impact` stands in 4 of them, one of these synonyms in most.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kb.patterns import pattern

if TYPE_CHECKING:
    from kb.model import SectionKind

_SYNONYMS: dict[SectionKind, str] = {
    "summary": """
        summary; overview; issue summary; executive summary; tldr; abstract;
        brief description; description; outage description; in short; at a glance
        요약; 개요; 내용; 요약 정보; 한 줄 요약; 개요 및 요약; 현상; 문제 설명
        概要; 事象; 障害内容; サマリー; サマリ; 障害概要
        """,
    "timeline": """
        timeline; time line; timeline summary; chain of events; chronology;
        sequence of events; key events; event log; timeline of events; events; incident timing
        타임라인; 시간대별 경과; 시간순 경과; 경과; 진행 경과; 진행 상황; 감지 및 대응 타임라인;
        발생~복구;
        발생 경과; 시간대별 상황; 일지; 주요 경과; 시간대별 조치; 처리 경과; 시간대별 조치 내역
        経緯; 時系列; タイムライン; 経過
        """,
    "impact": """
        impact; customer impact; user impact; summary of impact; affected users;
        affected services; affected systems; affected users/services; who was affected;
        business impact; data loss; sla; scope; scope of impact; impact assessment; damage
        영향; 영향도; 영향 범위; 영향받은 서비스; 영향 받은 서비스; 임팩트; 임팩트 평가;
        피해 규모; 고객 영향; 피해;
        피해 범위; 사용자 영향; 서비스 영향; 피해 현황; 비즈니스 영향; 영향 분석
        影響; 影響範囲; 影響度
        """,
    "root-cause": """
        root cause; root causes; root cause analysis; rca; cause; causes; identified cause; trigger;
        triggers; contributing factors; contributing conditions; contributors; fault; leadup;
        lead up; what went wrong and why; five whys; 5 whys; why surprised; underlying issue;
        the underlying issue; technical details; why did it happen; probable cause; analysis; whys
        원인; 근본 원인; 근본 원인 분석; 원인 분석; 직접 원인; 간접 원인; 근접 원인; 기여 요인;
        트리거;
        사전 요소; 결함; 발생 원인; 왜 발생했나; 추정 원인; 원인 파악; 블레임리스 근본 원인;
        기여 요인 또는 근본 원인 식별
        原因; 根本原因; 直接原因; 間接原因; トリガー; 原因分析
        """,
    "response": """
        response; resolution; resolution and recovery; recovery; mitigation; mitigators;
        how did we respond; escalation; repair; identified; fix; immediate actions; actions taken;
        how was it resolved; incident response; workaround; restoration; mitigations
        대응; 조치; 조치 내용; 조치 사항; 조치 내역; 해결; 해결 조치; 복구; 완화; 전파;
        대응 내용; 대응 과정;
        복구 과정; 복구 조치; 긴급 조치; 임시 조치; 처리 내용; 해결 방법; 대응 내역; 복구 내용;
        대응 조치
        対応; 対処; 復旧; 暫定対応; 解決方法; 対応内容
        """,
    "detection": """
        detection; how was it detected; how did we find out; discovery
        감지; 탐지; 인지; 인지 경위; 감지 방법
        検知; 検出
        """,
    "follow-ups": """
        follow ups; follow up; follow up actions; follow up items; followup; followups;
        action items; actions; action points; actionables; corrective and preventative measures;
        corrective and preventive measures; corrective actions; preventative measures;
        preventive measures; preventive actions; next steps; recommendations; review actions;
        process; process improvements; documentation; documentation improvements; technical;
        technical improvements; improvements; prevention; todo; todos; to do; tasks; backlog;
        remediation items; future work; post incident actions; long term fixes;
        how are we making incidents like this less likely or less impactful
        후속 조치; 후속 과제; 재발 방지; 재발 방지 대책; 재발방지대책; 재발방지; 개선 사항;
        개선 과제; 액션 아이템;
        향후 계획; 시정 조치; 예방 조치; 후속 작업; 후속 대책; 할 일; 향후 과제; 프로세스 개선;
        기술 개선; 문서 개선;
        개선 계획; 개선 대책; 개선점; 향후 대책; 재발 방지 조치; 예방; 대책; 후속조치
        再発防止策; 恒久対応; 今後の対応; アクションアイテム; 再発防止; 恒久対策
        """,
    "lessons": """
        lessons; lessons learned; lessons learnt; learnings; learnings and risks; key takeaways;
        takeaways; conclusions; conclusion; how'd we do; what went well; what went wrong;
        what went badly; what went poorly; what didn't go so well; what could have gone better;
        where we got lucky; what did we learn; retrospective
        교훈; 배운 점; 배운 교훈; 회고; 잘된 점; 잘된 것; 잘한 점; 아쉬운 점; 개선이 필요한 점;
        잘 안된 점;
        운이 좋았던 점; 시사점; 느낀 점
        教訓; 学び; 振り返り
        """,
    "source-notes": """
        source notes; sources; notes on sources; references; source
        출처 메모; 출처; 출처 비고; 참고 자료; 참고 문헌; 참고
        出典; 参考
        """,
}
# Words that say which document this is, not what the section is for.
_QUALIFIERS = pattern(
    r"^(?:(?:the|our|incident|outage|detailed|full|initial|blameless|event|장애|인시던트|사고|상세|주요|障害)\s*)+"
    r"(?=\S)|\s+(?:of the incident|of the outage|of incident|details|section|내용|정보)$"
)
_NUMBER = pattern(
    r"^(?:[(\[]?\d{1,2}(?:\.\d{1,2})*[.)\]:]|\d{1,2}(?:\.\d{1,2})*\s|[IVXivx]{1,5}[.)]"
    r"|[가나다라마바사아][.)]|[①-⑳])\s*"
)
_LINK = pattern(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_TRAILING_NOTE = pattern(r"\s*[(\[（［][^()\[\]（）［］]*[)\]）］]\s*$")
_LEADING = pattern(r"^[^\w(\[①-⑳]+")
_EDGES = pattern(r"^[\W_]+|[\W_]+$")
_SPACES = pattern(r"[\s_\-‐-―()\[\]]+")
_PARTS = pattern(r"\s+(?:and|및|와|과|or|--?)\s+|\s*(?:[/&|,·:：–—+])\s*|\s+-\s+")
_NOT_IN_ANCHORS = pattern(r"[^\w\- ]+")


class Meaning(NamedTuple):
    """What a heading says its section is for.

    Attributes:
        doubt: `weak` where a summary needs a second look (`Background`), `what-happened`
            where the lines decide between summary and timeline, `remediation` where they
            decide between follow-ups and response; else empty.
    """

    kind: SectionKind
    doubt: str = ""


_OTHER = Meaning("other")
_DOUBTFUL = {
    "what happened": Meaning("summary", "what-happened"),
    "what happened?": Meaning("summary", "what-happened"),
    "무슨 일이 일어났나": Meaning("summary", "what-happened"),
    "무슨 일이 있었나": Meaning("summary", "what-happened"),
    "무슨 일이 있었나요": Meaning("summary", "what-happened"),
    "background": Meaning("summary", "weak"),
    "context": Meaning("summary", "weak"),
    "배경": Meaning("summary", "weak"),
    "remediation": Meaning("response", "remediation"),
}


@cache
def _table() -> dict[str, Meaning]:
    table = {
        _fold(phrase): Meaning(kind)
        for kind, phrases in _SYNONYMS.items()
        for line in phrases.strip().splitlines()
        for phrase in line.split(";")
        if phrase.strip()
    }
    table.update((_fold(phrase), meaning) for phrase, meaning in _DOUBTFUL.items())
    table[_fold("TL;DR")] = Meaning("summary")
    # Words in brackets that decide, not merely add.
    table[_fold("remediation immediate")] = Meaning("response")
    table[_fold("remediation long term")] = Meaning("follow-ups")
    return table


def _fold(phrase: str) -> str:
    text = phrase.casefold().replace("’", "'")
    # Most are words with single spaces between: there the patterns change nothing.
    plain = text.replace("-", " ").strip()
    if plain.replace(" ", "").isalnum() and "  " not in plain:
        return plain
    return _EDGES.sub("", _SPACES.sub(" ", text).strip())


def _is_words(heading: str) -> bool:
    """Whether there are letters, spaces and hyphens only: no mark, no number, no link."""
    return heading.replace(" ", "").replace("-", "").isalpha()


@cache
def meaning(heading: str) -> Meaning:
    """What the section under a heading is for; `other` where nothing tells."""
    if len(heading) > 120:
        return _OTHER
    if _is_words(heading) and (found := _look_up(heading)) is not None:
        return found
    text = _LINK.sub(r"\1", heading).replace("*", "").replace("`", "").strip()
    text = _NUMBER.sub("", _LEADING.sub("", text))
    bare = _TRAILING_NOTE.sub("", text)
    for candidate in (text, bare):
        found = _look_up(candidate)
        if found is not None:
            return found
    parts = [found for part in _PARTS.split(bare) if (found := _look_up(part)) is not None]
    # Detection is no section of the five: beside another kind it gives way.
    return next((part for part in parts if part.kind != "detection"), parts[0] if parts else _OTHER)


def _look_up(text: str) -> Meaning | None:
    table = _table()
    folded = _fold(text)
    return table.get(folded) or table.get(_QUALIFIERS.sub("", folded))


def anchor_of(heading: str, taken: dict[str, int]) -> str:
    """An identifier for a heading as GitHub makes them; notes it among those taken.

    Lower case, spaces to hyphens, punctuation left out, letters of any script kept; a
    second one of the same words ends in `-1`, a third in `-2`.
    """
    text = _LINK.sub(r"\1", heading).lower() if "[" in heading else heading.lower()
    kept = text if _is_words(text) else _NOT_IN_ANCHORS.sub("", text.strip())
    slug = kept.strip().replace(" ", "-") or "section"
    anchor = slug
    while anchor in taken:
        anchor = f"{slug}-{taken[slug]}"
        taken[slug] += 1
    taken[anchor] = 1
    return anchor
