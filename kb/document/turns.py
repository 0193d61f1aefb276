"""Which turn of an incident a line of its timeline tells: it began, was seen, was over.

Cautious on purpose: a wrong `resolved` spoils a measured duration, a missing one does not.
So only wordings that people use for the turn itself count, and a clause that denies,
plans or doubts it does not (`not resolved`, `복구되지 않음`, `복구 예정`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import EventKind

# Not done, or not yet: these take a clause out before the wordings below are looked for.
_DENIED = re.compile(
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
_CLAUSES = re.compile(
    r"[.:;!?。]\s+|\n+|\s[—–]\s|,\s+(?:but|however|although)\s+|\b(?:but|however)\b"
)

_WORDINGS: tuple[tuple[EventKind, re.Pattern[str]], ...] = (
    (
        "mitigated",
        re.compile(
            r"\bmitigat(?:ed|ion (?:complete|in place|took effect))\b"
            r"|\bpartial(?:ly)? (?:\w+ )?(?:re(?:stored|covered|solved|covery|storation))"
            r"|\brepaired\b|\bimpact (?:is |was )?(?:reduced|contained)\b"
            r"|일부 (?:[가-힣]+ )?(?:복구|정상화|해소|회복|재개)|부분 (?:복구|정상화)|"
            r"완화(?:됨|되|$|\s*\[|\s*완료)|"
            r"임시 (?:복구|조치) 완료|순차 (?:복구|정상화)",
            re.IGNORECASE,
        ),
    ),
    (
        "resolved",
        re.compile(
            r"^\W*(?:\w+ ){0,3}(?:resolved|recovered|restored)\b(?! (?:to|as|by|from|the|a|an)\b)"
            r"|\b(?:incident|outage|issue|problem|fault|disruption|service|services|access|"
            r"all \w+|everything)(?: \w+)? (?:(?:is|are|was|were|has been|have been|fully) )*"
            r"(?:resolved|recovered|restored|over|ends|ended|back to normal)\b"
            r"|\b(?:fully|completely) (?:resolved|recovered|restored|operational)\b"
            r"|\b(?:full recovery|all clear|outage (?:ends|over))\b"
            r"|\bend of (?:the )?(?:incident|outage)\b"
            r"|\bback to normal\b|\boperating normally\b|\bverified operational\b"
            r"|복구\s*완료|완전\s*복구|전면\s*복구|복구(?:됨|되었|됐|했|를 마[쳤침])|정상화|"
            r"장애\s*(?:해소|종료|해결)|"
            r"(?:문제|오류)\s*(?:해소|해결)(?:됨|되었|됐|$|\s*\[)|서비스\s*(?:정상|재개)|"
            r"모두\s*복구|전체\s*복구",
            re.IGNORECASE,
        ),
    ),
    (
        "declared",
        re.compile(
            r"\b(?:incident|outage|major incident|emergency|sev-?\s?[0-4]|p[0-4])(?: \w+)? "
            r"(?:is |was |has been )?(?:declared|opened|announced)\b"
            r"|\bdeclar(?:ed|es|e|ing) (?:an? |the )?(?:\w+ )?(?:incident|outage|emergency|sev)"
            r"|\bstatus ?page (?:is |was )?(?:updated|posted|published)\b|"
            r"^\W*(?:declared|announced)\b"
            r"|\bannounc(?:ed|es) (?:the |an? )?(?:\w+ )?(?:incident|outage|disruption)\b"
            r"|(?:장애|점검|첫|최초|1차|공식)\s*공지|공지(?:함|$|\s*\[|\s*게시)|"
            r"장애\s*(?:선언|선포)|"
            r"(?:재난|위기|비상)[가-힣 ]*(?:선언|선포|발령)",
            re.IGNORECASE,
        ),
    ),
    (
        "started",
        re.compile(
            r"\b(?:outage|incident|disruption|fault|problem|impact|failure|errors?|degradation)s?"
            r"(?: \w+)? (?:begins?|began|starts?|started)\b"
            r"|\b(?:start|beginning|onset) of (?:the )?"
            r"(?:incident|outage|disruption|impact|problem)\b"
            r"|^\W*(?:started|begins)\b(?=\W*(?:at\b|\[|$))|^\W*incident starts\b"
            r"|(?:장애|오류|사고|문제|먹통|접속\s*장애|중단)[가-힣 ]{0,8}?(?:시작|발생)"
            r"(?!\s*(?:원인|시각|여부|보고))",
            re.IGNORECASE,
        ),
    ),
    (
        "detected",
        re.compile(
            r"\b(?:first |is |was |were |been |fault |issue |problem |outage |errors? )detected\b"
            r"|^\W*detected\b|\bdetects\b"
            r"|\b(?:alert|alarm|alerts|alarms|pager|monitoring)(?: \w+){0,2} "
            r"(?:fire[sd]?|triggered|triggers|raised|rings?|went off|sent)\b"
            r"|\b(?:on-call|engineer|oncall|team)(?: \w+)? (?:is |was )?(?:paged|alerted)\b"
            r"|\b(?:first noticed|noticed|problem is identified|first report(?:s|ed)?|"
            r"fault seen|first alert|report(?:s|ed)? (?:an |the )?(?:outage|issue|problem)s?)\b"
            r"|(?:장애|오류|이상|문제|증상|징후|이상 징후|알람|경보|알림)[을를이가은는도]?"
            r"\s*(?:최초\s*|첫\s*|처음\s*)?"
            r"(?:감지|탐지|인지|확인|포착|수신|접수)|"
            r"(?:최초|처음|첫)\s*(?:감지|인지|탐지|확인|신고)|"
            r"모니터링[가-힣 ]*(?:감지|탐지|확인|인지)|감지(?:함|됨|했|$|\s*\[)",
            re.IGNORECASE,
        ),
    ),
)


@lru_cache(maxsize=1024)
def turn_of(text: str) -> EventKind | None:
    """The turn that an event's Markdown tells, in English or Korean, or None.

    Where one line tells several turns, the latest counts, in the order mitigated,
    resolved, declared, started, detected; only its first 400 characters are read.
    """
    clauses = certain_clauses(text)
    for kind, wording in _WORDINGS:
        if any(wording.search(clause) for clause in clauses):
            return kind
    return None


def certain_clauses(text: str, longest: int = 400) -> list[str]:
    """The clauses of an event that neither deny, plan nor doubt, without emphasis."""
    plain = text[:longest].replace("*", "").replace("`", "")
    return [clause.strip() for clause in _CLAUSES.split(plain) if not _DENIED.search(clause)]
