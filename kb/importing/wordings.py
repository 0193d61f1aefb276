"""How people say in a timeline that something was noticed, began or was over.

Bolder than `kb.document.turns`, which reads entries that are maintained: here the best of all
events is chosen afterwards (`kb.importing.turning_points`), so that a wording may be common
as long as the right event uses it first, or last.
"""

from __future__ import annotations

import re
from functools import cache

from kb.document.turns import certain_clauses, turn_of

_LONGEST = 1500
_FLAGS = re.IGNORECASE

_SEEN = (
    r"(?:report(?:s|ed|ing)?|notif(?:y|ies|ied)|alert(?:s|ed)?|notic(?:e|es|ed)|complain(?:s|ed)?"
    r"|observ(?:e|es|ed)|spot(?:s|ted)?|reach(?:es|ed|ing)? out|inform(?:s|ed)"
    r"|reali[sz](?:e|es|ed)|flag(?:s|ged)|rais(?:es|ed) (?:an? |the )?(?:issue|ticket|concern)"
    r"|(?:became|become|becomes) aware|discover(?:s|ed) (?:that|the (?:issue|problem|outage)))\b"
)
_SIGNAL = r"(?:alert|alarm|warning|page|pager|notification|complaint)s?"
_DETECTED = (
    rf"^\W*(?:first |initial |issue |problem |team )?(?:detect(?:ed|ion)|discovery|alerted|notified"
    rf"|noticed?|noticing|paged|reported|reports?\b(?! back)|reali[sz](?:ed|ation)|observed"
    rf"|(?:automat(?:ed|ic) )?{_SIGNAL})\b"
    r"|\b(?:users?|customers?|clients?|developers?|engineers?|teams?|members?|partners?|tenants?"
    r"|people|staff|colleagues?|support|someone|somebody|we|on-?call|others|monitoring|operators?"
    rf"|admins?|employees?|vendors?|sre|noc) (?:[\w'-]+ ){{0,3}}?{_SEEN}"
    r"|\b(?:receiv(?:e|ed|es|ing)|got|saw|sees?|sends?|sent) (?:[\w'-]+ ){0,5}?"
    rf"(?:{_SIGNAL}|reports?|e-?mails?|messages?|calls?|tickets?)\b"
    rf"|\b{_SIGNAL} (?:[\w'-]+ ){{0,6}}?(?:fir(?:es|ed|ing)|receiv(?:ed|es)|trigger(?:s|ed)|raised"
    r"|sent|went off|came in|start(?:s|ed)|indicat(?:es|ed|ing))\b"
    r"|\breport(?:s|ed|ing)? (?:of|from|by|that|about|on|in|via|failures?|errors?|issues?"
    r"|problems?)\b"
    r"|\b(?:was|were|is|are|been|got|get) (?:first )?(?:notified|informed|alerted|paged|noticed"
    r"|reported|detected|observed|witnessed|made aware)\b|\bwitnessed\b"
    r"|\b(?:became|become|becomes|made) aware\b|\b(?:notified|informed) (?:of|by|us|the team)\b"
    r"|(?:장애|오류|이상|문제|증상|경보|알람|알림|신고|민원|문의)[가-힣 ]{0,10}"
    r"(?:감지|탐지|인지|확인|포착|수신|접수|발견|제보)"
    r"|(?:신고|민원|문의|제보)[가-힣 ]{0,6}(?:접수|폭주|급증)"
    r"|検知|検出|アラート|気付|発見|報告"
)
_FOUND_FIRST = (
    r"\b(?:identif(?:y|ies|ied)|discover(?:s|ed)) (?:an? |the )?(?:\w+ )?(?:issue|problem"
    r"|outage)s?\b"
    r"|\b(?:issue|problem|outage|incident)s? (?:is|was|were|are|has been) "
    r"(?:identified|discovered|found)\b"
)
_FINE = (
    r"\b(?:all (?:is )?fine|no (?:issues?|problems?|errors?|alerts?)|successful(?:ly)?"
    r"|as expected)\b"
)
_NOT = r"\b(?:not|no longer|fail\w*|never)\b|n't\b"
_LOOKED_INTO = (
    r"\binvestigat(?:ions?|ing|e)\b(?: \w+){0,4} (?:start(?:s|ed)|began|begins?|launched"
    r"|commenced?)"
    r"|\b(?:start(?:s|ed)?|began|begins?|launched) (?:\w+ ){0,2}"
    r"(?:investigat|troubleshoot|looking|debugg)|조사 (?:시작|착수)|調査開始"
)
_ACTED = (
    r"\b(?:restart(?:s|ed|ing)?|reboot(?:s|ed)?|roll(?:s|ed|ing)? back|rollback|revert(?:s|ed)?"
    r"|mitigat\w+|hot-?fix(?:ed)?|(?:potential|temporary|quick|manual|permanent) fix|failed over"
    r"|investigat(?:ion|ions|ing|ed))\b|재시작|롤백|복구 (?:시작|착수)|긴급 점검|再起動"
)
_GOOD = (
    r"(?:operational|healthy|available|reachable|stable|restored|recovered|resumed|resumes?"
    r"|(?:back )?online|up and running|up again|normal(?:ly)?|okay|ok|fine|usable"
    r"|back(?: (?:up|in service|to \w+))?|(?:work(?:ing|s)?|running|shipping|launching|functioning"
    r"|functional|processing)(?: \w+){0,4} (?:again|normally|fine|correctly|properly))\b"
)
_THINGS = (
    r"\b(?:everything|things|it|all (?:[\w'-]+ ){0,4}\w+|(?:[\w'-]+ )?(?:services?|systems?|traffic"
    r"|components?|launches|builds|access|sites?|website|apps?|applications?|apis?|metrics?|logs?"
    r"|logins?|nodes|pods|requests|operations?|performance|latency|error rates?|success rate"
    r"|launch rate|behaviou?r|cluster|database|queue|deployments?))"
)
_RESOLVED = (
    r"\((?:\w+ )?(?:resolved|fixed|recovered|restored|all clear)\)"
    r"|^\W*(?:recovery|recovered|resolved|restored|fixed|closed|all clear|resolution)\b"
    r"(?=\W*(?:[:\]—–-]|$|at\b))"
    r"|\b(?:incident|outage|issue|problem|disruption|degradation)s?(?: (?!not\b)[\w'-]+){0,2} "
    r"(?:closed|gone|goes away|went away|fixed|solved|resolved|over|ended|ends)\b"
    r"|\b(?:ticket|incident)s? (?:is |was )?(?:marked |declared )(?:as )?(?:resolved|closed"
    r"|fixed)\b"
    r"|\b(?:solv|fix|resolv)(?:ed|es) (?:the|this|our|all|these) (?:\w+ )?"
    r"(?:issue|problem|incident|outage|error)s?\b"
    rf"|{_THINGS} (?:(?:is|are|was|were|has|have|been|looks?|seems?|fully|now|again|verified|also"
    rf"|both|all|successfully|and|then|subsequently|started|start) ){{1,4}}?{_GOOD}"
    r"|\ball (?:\w+ )?(?:systems|services|components) (?:verified |fully |back )?"
    r"(?:operational|healthy|restored|recovered|normal|working|green|up)\b"
    r"|\b(?:verified|confirmed) (?:all \w+ )?(?:operational|working|healthy|fixed)\b"
    r"|\b(?:return(?:s|ed|ing)?|go(?:es)?|went|came|comes|back) (?:back )?to (?:normal"
    r"|working order"
    r"|100 ?%|full|\w+ normal)|\bback to (?:normal|100)"
    r"|\bself-?heal(?:s|ed)\b|\bbring(?:s|ing)? (?:the )?(?:outage|incident) to an end\b"
    r"|\bservices? (?:operational|resum(?:es|ed)|restored|recovers?)\b"
    r"|\bconfirm(?:s|ed|ation)?\b.{0,80}\b(?:fixed|working|works|resolved|fine|back|recovered"
    r"|normal|operational)\b|\bworking (?:as )?(?:intended|expected)\b"
    r"|\brunning (?:[\w'-]+ ){0,5}again\b|\bmonitoring reports (?:that )?.{0,40}\bfine\b"
    r"|(?:정상적으로|정상) (?:작동|동작|운영|이용|서비스|가동)|(?:해결|복구|조치) ?완료|모두 정상"
    r"|復旧(?:完了|した|しました)?|解消|正常化"
)
_REPAIRED = (
    r"\b(?:fix|patch|hot-?fix|workaround|rollback|revert)\b(?: [\w'-]+){0,4} "
    r"(?:applied|deployed|released|rolled out|completed?|in place|performed|merged)\b"
    r"|\b(?:applied|deployed|released|shipped) (?:[\w'-]+ ){0,3}(?:fix|patch|hot-?fix|rollback)\b"
    r"|\b(?:change|changes|release|version|configuration)(?: \w+){0,2} (?:reverted|rolled back)\b"
    r"|\b(?:autoscaler|resizing)\b|\bsucce(?:eds|eded)\b"
)
_BEGAN = (
    r"\b(?:problem|issue|incident|outage|impact|disruption|errors?|degradation"
    r"|failures?)s?(?: \w+)?"
    r" (?:start(?:s|ed)?|began|begins?)\b|\bstart of (?:the )?(?:incident|outage|problem)\b"
    r"|\b(?:drops?|dropped|falls?|fell|reach(?:es|ed)|goes|went) to (?:zero|0)\b|\breaches 0"
    r"|\b(?:has |have )?stop(?:s|ped) (?:\w+ )?(?:working|responding|shipping|serving|launching)\b"
    r"|\b(?:starts?|begins?|began|started) (?:to )?(?:degrad|fail|drop|crash|return(?:ing)? \W?5)"
    r"|\b(?:certificates?|tokens?|licen[cs]es?|domain)\b.{0,60}\bexpired?s?\b|\bexpires?\b"
    r"|\bservice (?:is |was )?(?:down|unavailable)\b|\bfully down\b"
    r"|(?:장애|오류|문제|먹통|중단)[가-힣 ]{0,8}?(?:시작|발생)|障害発生|発生"
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, _FLAGS)


def _says(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _plain(text: str) -> str:
    # Addresses of links hold words that nobody said.
    bare = re.sub(r"\]\([^()\s]*\)|https?://\S+", "]", text[:_LONGEST])
    bare = re.sub(r"(?<!\n)\n(?!\s*(?:[-*+\n]|\d+[.)]\s))", " ", bare)
    return bare.replace("*", "").replace("[", "").replace("]", "").replace("_", " ")


def tells_detection(text: str, *, first: bool) -> bool:
    """Whether an event says that the trouble was noticed, reported or alerted on.

    Args:
        text: the event's Markdown.
        first: whether it is the first event; there, finding a problem is noticing it.
    """
    plain = _plain(text)[:300]
    if _says(_FINE, plain) and not _says(_NOT, plain):
        return False
    return (
        _says(_DETECTED, plain)
        or turn_of(plain) == "detected"
        or (first and _says(_FOUND_FIRST, plain))
    )


def tells_investigation(text: str) -> bool:
    """Whether an event says that people began to look into it."""
    return _says(_LOOKED_INTO, _plain(text)[:300])


def tells_action(text: str) -> bool:
    """Whether an event tells of something done against the trouble."""
    return _says(_ACTED, _plain(text)[:300])


def tells_resolution(text: str) -> bool:
    """Whether an event says that it was over."""
    if turn_of(text) == "resolved":
        return True
    return any(_says(_RESOLVED, clause) for clause in certain_clauses(_plain(text), _LONGEST))


def tells_repair(text: str) -> bool:
    """Whether an event says that what repaired it was put in place."""
    return any(_says(_REPAIRED, clause) for clause in certain_clauses(_plain(text), _LONGEST))


def tells_beginning(text: str) -> bool:
    """Whether an event says that the trouble began."""
    plain = _plain(text)[:300]
    return turn_of(plain) == "started" or any(
        _says(_BEGAN, clause) for clause in certain_clauses(plain)
    )
