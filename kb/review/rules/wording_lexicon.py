"""Words that blame, judge afterwards, promise too much or measure nothing, and what to say instead.

Only what is about people counts: a process may fail to start, and an alert should have fired.
After PagerDuty's guide to blameless postmortems; the Korean words are what the same mistakes
look like there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAP = r"(?:[ \t]{1,4}|[ \t]{0,4}\n[ \t]{0,8})"
"""Between two words of one sentence; `~` in the patterns below."""
_REACH = 120
"""Characters that a wording goes at most beyond the word it is found by."""
_JOBS = (
    r"engineers?|developers?|admin(?:istrator)?s?|technicians?|contractors?|employees?|DBAs?|SREs?"
    r"|team(?:~members?)?|reviewers?|on-?calls?|staff|colleagues?|people|person|management"
)
_WHO = (
    r"\b(?:we|I|he|she|nobody|no[ -]one|someone|somebody|anyone|everyone|everybody"
    rf"|(?:(?:the|an?|our|one|another|this)~)?(?:[\w-]{{1,30}}~)?(?:{_JOBS})"
    r"(?:~on[ -](?:duty|call|shift))?)"
)
"""Who is meant; users are not: `users failed to sign in` tells what the system did."""
_AUX = r"(?:~(?:had|have|has|just|simply|then|also|all|initially))?"
_DONE = (
    r"(?:been|known|seen|done|gone|caught|thought|taken|written|run|read|kept|told|found|chosen"
    r"|shown|understood|foreseen|realised|realized|(?!dedicated|automated|documented|shared"
    r"|detailed|limited|scheduled|defined|distributed|centralized|required|standardi[sz]ed"
    r"|improved|related|managed)\w{2,20}(?<!e)ed)"
)
_FORESEEN = (
    r"(?:avoided|prevented|caught|detected|noticed|foreseen|tested|reviewed|spotted|discovered"
    r"|mitigated|addressed|checked|communicated|stopped|anticipated|predicted|rushed|done|found)"
)
_WHOM = (
    r"(?:담당자|작업자|운영자|관리자|개발자|엔지니어|직원|실무자|근무자|당직자|배포자|검토자|리뷰어"
    r"|운영팀|개발팀|인프라팀|협력사|외주사|사람|본인)"
)
_DESIGNED_FOR = re.compile(
    r"(?:\b(?:not|n['’]t|rather than|instead of|never|without|prevents?|preventing|avoid\w*"
    r"|reduc\w+|against|eliminat\w+|minimi[sz]\w+|room for|prone to|risks? of|chances? of"
    r"|tolerat\w+|catch)\W{1,3}(?:\w+\W{1,3}){0,2})$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Wording:
    """A way to say something that a postmortem does better without.

    Attributes:
        words: one of them, in small letters, stands wherever the pattern matches.
        pattern: a regular expression, in any case; `~` is the space between two words.
        instead: what to write, in one sentence or two.
    """

    words: tuple[str, ...]
    pattern: str
    instead: str

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Where it is said; not where a design is meant to stand it (`prevent human error`)."""
        for start, end in self._near(text):
            for match in self._compiled.finditer(text, start, end):
                if not _DESIGNED_FOR.search(text, max(match.start() - 40, 0), match.start()):
                    yield match

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern.replace("~", _GAP), re.IGNORECASE)

    @cached_property
    def _anchor(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.words)), re.IGNORECASE)

    def _near(self, text: str) -> Iterator[tuple[int, int]]:
        """The stretches around the words: the pattern costs too much for the whole text."""
        start = end = -1
        for word in self._anchor.finditer(text):
            if word.start() - _REACH > end >= 0:
                yield start, end
                start = -1
            start = max(word.start() - _REACH, 0) if start < 0 else start
            end = word.end() + _REACH
        if end >= 0:
            yield start, end


@dataclass(frozen=True)
class Lexicon:
    """The wordings that one rule looks for."""

    wordings: tuple[Wording, ...]

    def found(self, text: str, lowered: str) -> list[tuple[re.Match[str], Wording]]:
        """All that is said so, from left to right, each stretch of the text once."""
        matches = [
            (match, wording)
            for wording in self.wordings
            if any(word in lowered for word in wording.words)
            for match in wording.found(text)
        ]
        matches.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
        kept: list[tuple[re.Match[str], Wording]] = []
        for match, wording in matches:
            if not kept or match.start() >= kept[-1][0].end():
                kept.append((match, wording))
        return kept


PERSON_AS_CAUSE = Wording(
    (
        "error",
        "mistake",
        "blunder",
        "oversight",
        "negligence",
        "careless",
        *"실수 부주의".split(),
        *"과실 미숙 소홀 태만 잘못 인적 휴먼".split(),
    ),
    r"\b(?:human|pilot)~(?:error|mistake|failing|failure|negligence)s?\b"
    r"|\b(?:user|operator)~error\b(?!~(?:rates?|messages?|logs?|codes?|counts?|pages?))"
    rf"|\b(?:operator|user|{_JOBS})(?:['’]s|s['’])?~(?:mistake|blunder|oversight|negligence"
    r"|carelessness)s?\b"
    rf"|{_WHOM}(?:들)?의?\s?(?:실수|부주의|과실(?!치)|조작\s?미숙|운영\s?미숙|미숙|소홀|태만"
    r"|잘못(?=으로|이[다었며]|에서|[은이을]?\s?(?:원인|때문)|\s*(?:[.,]|$)))"
    r"|(?:인적|인위적)\s?(?:오류|실수|과실)|휴먼\s?(?:에러|오류)|(?:조작|입력|작업|운영)\s?(?:실수|미숙)"
    r"|사람의\s?(?:실수|잘못)",
    "Go on asking: what made the slip possible, and what did not stop it? `The tool took the "
    "primary for the standby and asked for no confirmation.`",
)
"""The root cause that is somebody."""

_WHAT_HAPPENED = (
    "Say what happened and how it could: `the runbook does not name this step`; name a role, not "
    "a person."
)
BLAME = Lexicon(
    (
        PERSON_AS_CAUSE,
        Wording(
            ("careless", "negligen", "slopp", "incompeten", "reckless", "inexcusabl", "stupid"),
            r"\b(?:careless(?:ly|ness)?|negligen(?:t|ce|tly)|slopp(?:y|iness|ily)|incompeten(?:t|ce)"
            r"|reckless(?:ly|ness)?|inexcusabl[ey]|stupid(?:ly|ity)?)\b",
            "Leave the judgement out and say what was done, with what knowledge.",
        ),
        Wording(
            ("forg",),
            rf"{_WHO}{_AUX}~forg[eo]t(?:ten|ting)?\b(?:~(?:to|that|about)\b)?"
            r"|\b(?:was|were|had~been|has~been)~(?:simply~)?forgotten\b",
            "Say what would have reminded people: `no checklist names the step`.",
        ),
        Wording(
            ("failed", "neglected", "omitted", "bother", "ignored"),
            rf"{_WHO}{_AUX}~(?:failed|neglected|omitted)~to\b|{_WHO}~(?:did~not|didn['’]t)~bother\b"
            rf"|{_WHO}{_AUX}~ignored\b",
            _WHAT_HAPPENED,
        ),
        Wording(
            ("mistake", "an error", "screwed", "messed", "dropped the ball"),
            rf"{_WHO}{_AUX}~(?:mistakenly\b|made~(?:a|an|the)~(?:\w{{1,12}}~)?(?:mistake|error)\b"
            r"|screwed~up|messed~up|dropped~the~ball)",
            _WHAT_HAPPENED,
        ),
        Wording(
            ("fault", "blame"),
            rf"{_WHO}~(?:is|are|was|were)~(?:solely~)?(?:at~fault|to~blame)\b",
            "Leave out whose fault it was and say what made it possible.",
        ),
        Wording(
            ("실수", "부주의", "안일", "방심", "게을리", "소홀", "태만", "미숙", "과실"),
            r"(?<![가-힣])실수(?:로|였|이었|다[.\s]|가\s?(?:있|발생|원인)|를\s?(?:했|저|범)|하여|해서|한\s)"
            r"|부주의(?![를을]?\s?(?:방지|예방|막))|안일(?:한|하게|함)|방심|게을리"
            r"|(?:관리|점검|확인|대응|감독|검토)[을를이가에]?\s?소홀|태만|(?:조작|운영|대응|경험)\s?미숙"
            r"|(?:업무상|중대한|명백한)\s?과실(?!치)",
            "Say what made it possible, without the judgement: `도구가 확인을 묻지 않았다`.",
        ),
        Wording(
            ("않아", "않았", "못해", "못하여", "않은"),
            rf"{_WHOM}[이가은는]\s[^.\n]{{0,60}}?[가-힣]지\s?(?:않아(?:서)?|않았기\s?때문|않은\s?(?:것이"
            r"|탓|때문)|못해(?:서)?|못하여)(?![가-힣])",
            "Write about the procedure instead of the person: `절차에 확인 단계가 없었다`.",
        ),
    )
)
"""Blame, as far as it is about people."""

_AT_THE_TIME = (
    "Say what people knew and saw at the time; what is better done next time is a follow-up."
)
HINDSIGHT = Lexicon(
    (
        Wording(
            ("should", "could", "ought"),
            rf"{_WHO}~(?:also~)?(?:should|could|ought~to)(?:n['’]t|~not)?(?:~have|['’]ve)~"
            rf"(?:\w{{2,12}}ly~)?{_DONE}\b",
            _AT_THE_TIME,
        ),
        Wording(
            ("should", "could"),
            rf"\b(?:should|could)(?:n['’]t|~not)?~have~(?:easily~)?been~(?:\w{{2,12}}ly~)?{_FORESEEN}\b"
            r"(?!~by~(?:users?|customers?))",
            _AT_THE_TIME,
        ),
        Wording(
            ("why",),
            r"\bwhy~(?:didn['’]t|did~not)~(?:we|they|he|she|you|anyone|anybody|somebody|someone"
            rf"|(?:the|our)~(?:\w{{1,20}}~)?(?:{_JOBS}))\b",
            "Ask how it looked then: `which signs were there, and what did they suggest?`",
        ),
        Wording(
            ("어야",),
            r"[가-힣]{1,10}(?:했|였|었|았|됐|렸|졌|켰|꼈|났|갔|왔|뒀)어야\s?"
            r"(?:했|한다|하는데|할|됐|맞|옳)",
            _AT_THE_TIME,
        ),
        Wording(
            ("수 있었", "수도 있었"),
            r"(?:막을|피할|예방할|방지할|알아챌|발견할)\s수(?:도)?\s있었(?:다|던|을|는데|지만|음)",
            _AT_THE_TIME,
        ),
    )
)
"""What is known only afterwards, held against those who did not know it."""

_NOT_OBVIOUS = "Leave the word out: to those on duty it was not."
OBVIOUS = Lexicon(
    (
        Wording(
            ("obviously", "needless", "of course"),
            r"\b(?:obviously|needless~to~say|of~course)\b",
            _NOT_OBVIOUS,
        ),
        Wording(
            ("obvious", "clear that"),
            r"\b(?:it|this|that)~(?:is|was|should~have~been)~(?:obvious|painfully~clear)\b",
            _NOT_OBVIOUS,
        ),
        Wording(
            ("clearly",),
            r"(?<!more )(?<!not )\bclearly~(?:wrong|should|could|did~not|didn['’]t|had~not)\b",
            _NOT_OBVIOUS,
        ),
        Wording(
            ("simply",),
            r"\bsimply~(?:forgot|did~not|didn['’]t|missed|overlooked|wrong|not~\w+|a~matter)\b",
            _NOT_OBVIOUS,
        ),
        Wording(
            ("당연", "뻔", "누가 봐도", "명백"),
            r"(?<![가-힣])(?:당연히|뻔히|뻔한\s(?:일|결과)|누가\s봐도|명백히|명백하게)(?![가-힣])",
            _NOT_OBVIOUS,
        ),
    )
)
"""Words that make what happened look easy to foresee."""

_CHECKABLE = "Promise what can be checked: which change lowers which risk."
ABSOLUTE = Lexicon(
    (
        Wording(
            ("happen", "occur", "recur"),
            r"\b(?:never|will~not|won['’]t|cannot|can['’]t)~(?:ever~|be~able~to~)?"
            r"(?:happens?|occurs?)~(?:ever~)?again\b"
            r"|\b(?:ensures?|ensuring|guarantees?|make~sure|makes~sure|so)~(?:that~)?\w{1,12}~(?:can~|will~"
            r"|could~)?never~(?:ever~)?(?:happens?|occurs?|recurs?)\b",
            _CHECKABLE,
        ),
        Wording(
            ("다시는", "최선", "만전", "재발"),
            r"(?<![가-힣])다시는\s[^.\n]{0,30}?(?:않|없)|최선을\s?다|만전을\s?기"
            r"|재발\s?방지(?:를\s?위해|에)\s?(?:최선|만전|노력)"
            r"|재발하지\s?않도록\s?(?:하겠|노력|최선|만전|주의|유의|각별)",
            _CHECKABLE,
        ),
    )
)
"""Promises that nobody can keep."""

_HOW_MANY = "Write how many or what share, or that it is not known: `12 % of logins failed`."
VAGUE_QUANTITY = Lexicon(
    (
        Wording(
            (
                "some",
                "many",
                "several",
                "few",
                "most",
                "number of",
                "handful",
                "numerous",
                "various",
                "subset",
                "portion",
                "fraction",
                "certain",
            ),
            r"\b(?:some|many|several|a~few|most|an?~(?:\w{1,12}~)?(?:number|handful|subset|portion"
            r"|fraction|part)~of|numerous|various|certain)~(?:of~)?(?:(?:our|the)~)?(?:[\w-]{1,20}~)?"
            r"(?:users?|customers?|clients|requests|messages|orders|transactions|accounts|tenants|members"
            r"|subscribers|sessions|minutes|hours)\b",
            _HOW_MANY,
        ),
        Wording(
            ("일부", "다수", "소수", "상당수", "많은", "몇", "여러", "수많은"),
            r"(?<![가-힣])(?:일부|다수의?|소수의?|상당수의?|많은|수많은|여러)\s(?:[가-힣A-Za-z]{1,8}\s)?"
            r"(?:이용자|사용자|고객|회원|유저|가입자|가맹점|요청|주문|거래|트래픽|메시지)"
            r"|(?<![가-힣])몇\s?(?:명|건|분|시간|차례)(?![가-힣]*\s?(?:인지|알))",
            "Write how many or what share, or that it is not known: `로그인의 12 %가 실패했다`.",
        ),
    )
)
"""How many, without saying it."""
