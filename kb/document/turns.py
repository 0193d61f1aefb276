"""Which turn of an incident a line of its timeline tells: it began, was seen, was over.

Cautious on purpose: a wrong `resolved` spoils a measured duration, a missing one does not.
So only wordings that people use for the turn itself count, and a clause that denies,
plans or doubts it does not (`not resolved`, `복구되지 않음`, `복구 예정`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kb.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.model import EventKind

_LONGEST = 400
# Not done, or not yet: these take a clause out before the wordings below are looked for.
_DENIED = pattern(
    r"\b(?:not|never|un(?=resolved|detected)|without|cannot|no longer|yet to|still|"
    r"to be|will be|should be|would be|could be|expect\w*|hop\w+|attempt\w*|"
    r"tr(?:y|ies|ied|ying) to|"
    r"if|until|once|before|in order to|almost|nearly|being|seem\w*|appear\w*|"
    r"waiting|wait|believed?|thought|assum\w+|works? on|working on|plan\w*)\b"
    r"|n't\b|\bun(?:resolved|detected|announced)\b"
    r"|마지막 공지|종료 공지|지 않|지 못|못했|못함|않음|안 됨|안됨|"
    r"미(?:복구|해결|감지|인지)|예정|예상|시도|실패|진행 중|진행중|"
    r"작업 (?:시작|중|착수)|착수|전까지|하기 위|위해|목표|계획|방안|준비",
    re.IGNORECASE,
)
_CLAUSES = pattern(r"[.:;!?。]\s+|\n+|\s[—–]\s|,\s+(?:but|however|although)\s+|\b(?:but|however)\b")


class _Wording(NamedTuple):
    """One way to tell a turn: a pattern, and words of which each match of it has one."""

    stems: tuple[str, ...]
    pattern: re.Pattern[str]


def _wording(stems: str, source: str) -> _Wording:
    return _Wording(tuple(stems.split("|")), pattern(source, re.IGNORECASE))


_NOUNS = (
    r"\b(?:incident|outage|issue|problem|fault|disruption|service|services|access|"
    r"all \w+|everything)"
)
# `[^\n!-~]` stands for Hangul and spaces: to compile [가-힣] is to look at 11,172 syllables.
_WORDINGS: Mapping[EventKind, tuple[_Wording, ...]] = {
    "mitigated": (
        _wording("mitigat", r"\bmitigat(?:ed|ion (?:complete|in place|took effect))\b"),
        _wording(
            "partial",
            r"\bpartial(?:ly)? (?:\w+ )?(?:re(?:stored|covered|solved|covery|storation))",
        ),
        _wording("repaired", r"\brepaired\b"),
        _wording("impact", r"\bimpact (?:is |was )?(?:reduced|contained)\b"),
        _wording("일부", r"일부 (?:[^\s!-~]+ )?(?:복구|정상화|해소|회복|재개)"),
        _wording("부분", r"부분 (?:복구|정상화)"),
        _wording("완화", r"완화(?:됨|되|$|\s*\[|\s*완료)"),
        _wording("임시", r"임시 (?:복구|조치) 완료"),
        _wording("순차", r"순차 (?:복구|정상화)"),
    ),
    "resolved": (
        _wording(
            "resolved|recovered|restored",
            r"^\W*(?:\w+ ){0,3}(?:resolved|recovered|restored)\b(?! (?:to|as|by|from|the|a|an)\b)",
        ),
        _wording(
            "resolved|recovered|restored|over|ends|ended|back to normal",
            _NOUNS
            + r"(?: \w+)? (?:(?:is|are|was|were|has been|have been|fully) )*"
            + r"(?:resolved|recovered|restored|over|ends|ended|back to normal)\b",
        ),
        _wording(
            "fully|completely",
            r"\b(?:fully|completely) (?:resolved|recovered|restored|operational)\b",
        ),
        _wording(
            "full recovery|all clear|outage ends|outage over",
            r"\b(?:full recovery|all clear|outage (?:ends|over))\b",
        ),
        _wording("end of", r"\bend of (?:the )?(?:incident|outage)\b"),
        _wording(
            "back to normal|operating normally|verified operational",
            r"\b(?:back to normal|operating normally|verified operational)\b",
        ),
        _wording(
            "복구", r"(?:완전|전면|모두|전체)\s*복구|복구(?:\s*완료|됨|되었|됐|했|를 마[쳤침])"
        ),
        _wording("정상", r"정상화|서비스\s*정상"),
        _wording("해소|종료|해결", r"장애\s*(?:해소|종료|해결)"),
        _wording("해소|해결", r"(?:문제|오류)\s*(?:해소|해결)(?:됨|되었|됐|$|\s*\[)"),
        _wording("재개", r"서비스\s*재개"),
    ),
    "declared": (
        _wording(
            "declared|opened|announced",
            r"\b(?:incident|outage|major incident|emergency|sev-?\s?[0-4]|p[0-4])(?: \w+)? "
            r"(?:is |was |has been )?(?:declared|opened|announced)\b"
            r"|^\W*(?:declared|announced)\b",
        ),
        _wording(
            "declar",
            r"\bdeclar(?:ed|es|e|ing) (?:an? |the )?(?:\w+ )?(?:incident|outage|emergency|sev)",
        ),
        _wording("status", r"\bstatus ?page (?:is |was )?(?:updated|posted|published)\b"),
        _wording(
            "announc",
            r"\bannounc(?:ed|es) (?:the |an? )?(?:\w+ )?(?:incident|outage|disruption)\b",
        ),
        _wording("공지", r"(?:장애|점검|첫|최초|1차|공식)\s*공지|공지(?:함|$|\s*\[|\s*게시)"),
        _wording(
            "선언|선포|발령",
            r"장애\s*(?:선언|선포)|(?:재난|위기|비상)[^\n!-~]*(?:선언|선포|발령)",
        ),
    ),
    "started": (
        _wording(
            "begin|began|start",
            r"\b(?:outage|incident|disruption|fault|problem|impact|failure|errors?|degradation)s?"
            r"(?: \w+)? (?:begins?|began|starts?|started)\b"
            r"|^\W*(?:started|begins)\b(?=\W*(?:at\b|\[|$))|^\W*incident starts\b",
        ),
        _wording(
            "start of|beginning of|onset of",
            r"\b(?:start|beginning|onset) of (?:the )?"
            r"(?:incident|outage|disruption|impact|problem)\b",
        ),
        _wording(
            "시작|발생",
            r"(?:장애|오류|사고|문제|먹통|접속\s*장애|중단)[^\n!-~]{0,8}?(?:시작|발생)"
            r"(?!\s*(?:원인|시각|여부|보고))",
        ),
    ),
    "detected": (
        _wording(
            "detect",
            r"\b(?:first |is |was |were |been |fault |issue |problem |outage |errors? )detected\b"
            r"|^\W*detected\b|\bdetects\b",
        ),
        _wording(
            "alert|alarm|pager|monitoring",
            r"\b(?:alert|alarm|alerts|alarms|pager|monitoring)(?: \w+){0,2} "
            r"(?:fire[sd]?|triggered|triggers|raised|rings?|went off|sent)\b",
        ),
        _wording(
            "paged|alerted",
            r"\b(?:on-call|engineer|oncall|team)(?: \w+)? (?:is |was )?(?:paged|alerted)\b",
        ),
        _wording(
            "noticed|identified|report|fault seen|first alert",
            r"\b(?:first noticed|noticed|problem is identified|first report(?:s|ed)?|"
            r"fault seen|first alert|report(?:s|ed)? (?:an |the )?(?:outage|issue|problem)s?)\b",
        ),
        _wording(
            "감지|탐지|인지|확인|포착|수신|접수",
            r"(?:장애|오류|이상|문제|증상|징후|이상 징후|알람|경보|알림)[을를이가은는도]?"
            r"\s*(?:최초\s*|첫\s*|처음\s*)?"
            r"(?:감지|탐지|인지|확인|포착|수신|접수)|"
            r"모니터링[^\n!-~]*(?:감지|탐지|확인|인지)|감지(?:함|됨|했|$|\s*\[)",
        ),
        _wording("최초|처음|첫", r"(?:최초|처음|첫)\s*(?:감지|인지|탐지|확인|신고)"),
    ),
}

_STEMS = tuple(
    (stem, kind, way.pattern)
    for kind, ways in _WORDINGS.items()
    for way in ways
    for stem in way.stems
)
"""Each stem in the order of kinds: most events have none, and that is all there is to see."""


@lru_cache(maxsize=1024)
def turn_of(text: str) -> EventKind | None:
    """The turn that an event's Markdown tells, in English or Korean, or None.

    Where one line tells several turns, the latest counts, in the order mitigated,
    resolved, declared, started, detected; only its first 400 characters are read.
    """
    plain = _plain(text, _LONGEST).casefold()
    clauses: Sequence[str] | None = None
    for stem, kind, wording in _STEMS:
        if stem in plain:
            clauses = certain_clauses(text) if clauses is None else clauses
            if any(map(wording.search, clauses)):
                return kind
    return None


def certain_clauses(text: str, longest: int = _LONGEST) -> list[str]:
    """The clauses of an event that neither deny, plan nor doubt, without emphasis."""
    clauses = _CLAUSES.split(_plain(text, longest))
    return [clause.strip() for clause in clauses if not _DENIED.search(clause)]


def _plain(text: str, longest: int) -> str:
    return text[:longest].replace("*", "").replace("`", "")
