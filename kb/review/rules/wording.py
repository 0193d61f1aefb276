"""KB6xx: words that blame, judge afterwards, promise too much or measure nothing; all notes.

Quotations and code are not looked into: they are somebody else's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.review.rule import Problem, Rule
from kb.review.rules.substance import (
    has_a_figure,
    lacks_a_figure,
    says_unknown,
    stops_at_a_person,
)
from kb.review.rules.wording_lexicon import (
    ABSOLUTE,
    BLAME,
    HINDSIGHT,
    OBVIOUS,
    VAGUE_QUANTITY,
)
from kb.review.said import running_text, said_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.model import SectionKind
    from kb.review.rule import Check
    from kb.review.rules.wording_lexicon import Lexicon
    from kb.review.subject import Subject

_HANDLE = re.compile(r"(?<![\w@./\-])@(?P<name>[a-z][a-z0-9-]{1,38})(?![\w@./-])")
_NO_HANDLE = frozenset(
    "all channel deprecated everyone here team override param return returns import media".split()
)
_SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄원천방공현"
    "함변염여추도소석선설마길위표명기반왕금옥육인맹제탁국"
)
_TITLED = re.compile(
    r"(?<![가-힣])(?!서비스|이용자|신청자|지원자|조작자|전산실|고객사|공급사|배포자|설계자|제작자"
    rf"|진행자|인프라|현장)(?P<name>[{_SURNAMES}][가-힣]{{2}})\s?(?:님|씨|대리|과장|차장|부장|주임|매니저|사원)"
    r"(?=[이가은는의을를에도과와께,.\s]|$)"
)
_ROLE = re.compile(
    r"\b(?:team|sre|ops|group|staff|engineering|unknown|bot|department)\b|[팀부실]$", re.IGNORECASE
)
_MOST_AUTHORS = 20
_BY_ROLE = (
    "Name the role: `the engineer on duty`, 당직 엔지니어; the name helps nobody to prevent it."
)


def _said(lexicon: Lexicon, message: str, beside: frozenset[SectionKind] = frozenset()) -> Check:
    """A check for the wordings of a lexicon anywhere in the text.

    Args:
        lexicon: what is looked for.
        message: with a place for the words of the entry.
        beside: the sections in which nothing is told.
    """

    def check(subject: Subject) -> Iterator[Problem]:
        whole = running_text(subject)
        found = lexicon.found(whole.text, whole.text.lower())
        lines = _lines(subject, beside) if found and beside else frozenset[int]()
        for match, wording in found:
            place = whole.place(*match.span())
            if place.line in lines:
                continue
            yield Problem(place, message.format(" ".join(match[0].split())), wording.instead)

    return check


def _lines(subject: Subject, kinds: frozenset[SectionKind]) -> frozenset[int]:
    """The lines of prose in sections of these kinds."""
    return frozenset(one.line for kind in kinds for one in said_in(subject, kind))


def _blame(subject: Subject) -> Iterator[Problem]:
    """Blame; but not where KB402 says that the root cause stops there."""
    problems = list(_said(BLAME, "`{}` blames a person.")(subject))
    told = stops_at_a_person(subject) if problems else None
    for problem in problems:
        if told is None or problem.place != told[0]:
            yield problem


def _person_named(subject: Subject) -> Iterator[Problem]:
    authors = [
        name
        for name in subject.entry.authors[:_MOST_AUTHORS]
        if (" " in name or re.fullmatch(r"[가-힣]{3}", name)) and not _ROLE.search(name)
    ]
    for line in said_in(subject, "root-cause"):
        named = [match for name in authors for match in re.finditer(re.escape(name), line.text)]
        named += [one for one in _HANDLE.finditer(line.text) if one["name"] not in _NO_HANDLE]
        named += _TITLED.finditer(line.text)
        for match in named:
            place = subject.part(line.line, *match.span())
            yield Problem(place, f"The root cause names `{match[0].strip()}`.", _BY_ROLE)


def _vague_quantity(subject: Subject) -> Iterator[Problem]:
    """The first vague quantity of each line of an impact that has a figure elsewhere."""
    lines = said_in(subject, "impact")
    if not lines or lacks_a_figure(subject) or says_unknown(text_of(lines)):
        return
    for line in lines:
        found = VAGUE_QUANTITY.found(line.text, line.text.lower())
        if found and not has_a_figure(text_of([line])):
            match, wording = found[0]
            place = subject.part(line.line, *match.span())
            message = f"`{match[0]}` leaves open how many."
            yield Problem(place, message, wording.instead)


RULES: tuple[Rule, ...] = (
    Rule(
        "KB601",
        "blame",
        "wording",
        "note",
        "The text tells what happened, not whose fault it was.",
        "Who expects to be blamed leaves out the detail that the next reader needs. Only words "
        "about people count: a backup may fail to run, a team does not `fail to` look. Words: "
        "`human error`, `careless`, `forgot`, 실수, 부주의, 소홀.",
        "## Response\n\nThe engineer on duty forgot to restart the link.",
        "## Response\n\nThe link was not restarted: the runbook does not name that step.",
        _blame,
    ),
    Rule(
        "KB602",
        "hindsight",
        "wording",
        "note",
        "Nobody is told what they should have done.",
        "What people should have seen is known only afterwards. What they saw explains why it "
        "made sense; what they are to see next time is a follow-up. Words: `we should have`, "
        "`could have been prevented`, 확인했어야 했다, 막을 수 있었다.",
        "## Response\n\nWe should have noticed the lost packets.",
        "## Response\n\nThe lost packets showed on a dashboard that pages nobody.",
        _said(
            HINDSIGHT,
            "`{}` judges by what was known only afterwards.",
            beside=frozenset({"follow-ups"}),
        ),
    ),
    Rule(
        "KB603",
        "person-named",
        "wording",
        "note",
        "The root cause names roles, not persons.",
        "The cause is in the system that people work in. Found are the entry's authors, "
        "`@handles` and Korean names with a title (김서연 대리).",
        "## Root cause\n\nThe wrong file was sent out by @minsu, and nothing checked it first.",
        "## Root cause\n\nThe wrong file was sent out, and nothing checked it first.",
        _person_named,
    ),
    Rule(
        "KB604",
        "obvious-now",
        "wording",
        "note",
        "Nothing is called obvious.",
        "`Obviously`, `clearly showed`, 당연히: afterwards all is clear. To those on duty it was "
        "one sign among many.",
        "## Response\n\nObviously the link was broken.",
        "## Response\n\nThe link was broken, which no alert said.",
        _said(OBVIOUS, "`{}` makes it look easier than it was."),
    ),
    Rule(
        "KB605",
        "absolute-promise",
        "wording",
        "note",
        "Nothing is promised that nobody can keep.",
        "`This will never happen again` and 다시는 발생하지 않도록 최선을 다하겠습니다 tell nobody "
        "what has changed.",
        "## Summary\n\nNobody could sign in. This will never happen again.",
        "## Summary\n\nNobody could sign in. A second link now takes over within a second.",
        _said(ABSOLUTE, "`{}` promises what nobody can check."),
    ),
    Rule(
        "KB606",
        "vague-quantity",
        "wording",
        "note",
        "The impact says how many instead of `some users` or 일부 이용자.",
        "`Some` is five or five million. Nothing is told where the line has a figure, where the "
        "impact says that the number is not known, or where it has no figure at all (KB401).",
        "## Impact\n\n- Signing in failed for 86 minutes.\n- Some users lost messages.",
        "## Impact\n\n- Signing in failed for 86 minutes.\n- Some users (about 8 %) lost messages.",
        _vague_quantity,
    ),
)
