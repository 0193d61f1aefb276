"""KB5xx: what is to be done, by whom, until when; and whether it can be checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.review.rule import Problem, Rule
from kb.review.rules.open_ended import EMPTY_PROMISES, OPEN_ENDED
from kb.review.rules.sections import is_empty
from kb.review.said import said_in, text_of
from kb.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.finding import Level
    from kb.model import FollowUp, Section
    from kb.review.rule import Check
    from kb.review.subject import Subject

DAYS_AHEAD = 366
"""Days after the incident beyond which nobody plans on a due day."""
_SEVERE = frozenset({"sev1", "sev2"})
_TOGETHER = 2
"""From so many follow-ups on, what all of them lack is told once, at their heading."""
_MOST_OWNER = 40
_NONE = re.compile(
    r"[\W_]*(?:n/?a|none|nothing|no follow[- ]?ups?|없음|해당 ?없음|なし)?[\W_]*", re.IGNORECASE
)
_SAYS_NONE = re.compile(r"\b(?:no|none|not|nothing|never|n/a)\b|없|않|못|なし|ない", re.IGNORECASE)
_MARKUP = re.compile(r"\*\*|__|`|\[\d{1,3}\]|\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_EVIDENCE = re.compile(
    r"https?://|www\.|\]\(|\]\[|\[\d{1,3}\]|(?<![\w/&])[#!]\d{1,7}\b|\b[A-Z][A-Z0-9]{1,9}-\d{1,7}\b"
    r"|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|\bv\d+\.\d+|(?:<|://)[^\s>]+>"
)
_NOBODY = re.compile(
    r"(?:the |our |whole |entire )?(?:teams?|group|everyone|everybody|anyone|someone|somebody|all"
    r"|we|us|staff|people|tbd|tba|todo|unknown|unassigned|nobody|none|n/?a|\?+|-+|[xX]{2,}|owner|name)"
    r"|(?:담당)?팀|담당자|전원|모두|전체|전 ?직원|팀 ?전체|우리|미정|미배정|추후 ?결정|없음"
    r"|누군가|각자|担当者|未定",
    re.IGNORECASE,
)
_DETECTS = re.compile(
    r"alert|alarm|monitor|detect|prob(?:e|es|ing)\b|health.?check|dashboard|notif|synthetic|canary"
    r"|\bslos?\b|\bslis?\b|metric|\bpag(?:e[rs]?|ed|ing)\b|watch|observab|threshold|smoke"
    r"|\blog(?:s|ging)?\b|\btrac(?:e|es|ing)\b|end-to-end|status page"
    r"|감지|탐지|모니터|경보|알람|알림|관제|감시|헬스|상태 ?(?:점검|확인)|지표|임계|로그|로깅"
    r"|대시보드|通知|監視|検知",
    re.IGNORECASE,
)


def _lower(subject: Subject) -> Level | None:
    return "note" if subject.imported else None


def _section(subject: Subject) -> Section | None:
    """The first section of follow-ups with anything in it."""
    of_kind = (one for one in subject.entry.sections if one.kind == "follow-ups")
    return next((one for one in of_kind if not is_empty(one)), None)


def _short(text: str) -> str:
    plain = " ".join(_plain(text).split())
    return plain if len(plain) <= 60 else f"{plain[:59].rstrip()}…"


def _plain(text: str) -> str:
    """An item's first lines without markup and citations."""
    return _MARKUP.sub(lambda link: link[1] or "", text[:600]).strip()


def _owned(item: FollowUp) -> bool:
    return bool(item.owner)


def _none_at_all(subject: Subject) -> Iterator[Problem]:
    section = _section(subject)
    text = text_of(said_in(subject, "follow-ups")).strip() if section else ""
    if section is None or subject.entry.follow_ups or not text:
        return
    place = subject.line(section.line)
    if _NONE.fullmatch(text[:200]):
        message = f"`{_short(text)}` does not say why nothing is to be done."
        help_ = "Give the reason in a sentence: `None: the service was switched off.`"
        yield Problem(place, message, help_, level=_lower(subject))
    elif not _SAYS_NONE.search(text[:2000]):
        message = f"The follow-ups (`{_short(text)}`) are not a list, so none of them is tracked."
        help_ = "Write one item each: `- [ ] Add a link — owner: …, due: …, ticket: …`."
        yield Problem(place, message, help_, level=_lower(subject))


def _lacking(
    what: str, asked: str, has: Callable[[FollowUp], bool], heavy: Level | None = None
) -> Check:
    """A check for a part that every unfinished follow-up should have.

    Args:
        what: the part, with its article.
        asked: how it is written.
        has: whether a follow-up has it.
        heavy: what it weighs after a sev1 or sev2.
    """

    def check(subject: Subject) -> Iterator[Problem]:
        items, section = subject.entry.open_follow_ups, _section(subject)
        without = [item for item in items if not has(item)]
        level = _lower(subject) or (heavy if subject.entry.severity in _SEVERE else None)
        help_ = f"Add {asked}."
        if section is not None and len(without) == len(items) >= _TOGETHER:
            message = f"None of the {len(items)} open follow-ups has {what}."
            yield Problem(subject.line(section.line), message, help_, level=level)
            return
        for item in without:
            message = f"`{_short(item.text)}` has no {what.partition(' ')[2]}."
            yield Problem(subject.line(item.line), message, help_, level=level)

    return check


def _ticket_is_one(subject: Subject) -> Iterator[Problem]:
    yield from _lacking("a ticket", "`ticket: NET-12`", lambda item: bool(item.ticket))(subject)
    wanted = subject.config.review.ticket
    if not wanted:
        return
    named = re.compile(wanted)
    for item in subject.entry.follow_ups:
        if item.ticket and not named.search(item.ticket[:500]):
            message = f"`{_short(item.ticket)}` is not how tickets are named here."
            help_ = f"kb.toml asks for `{wanted}` ([review] ticket)."
            yield Problem(subject.find(item.line, item.ticket), message, help_)


def _empty_promise(subject: Subject) -> Iterator[Problem]:
    for item in subject.entry.open_follow_ups:
        if match := EMPTY_PROMISES.search(_plain(item.text)):
            words = " ".join(match[0].split()).strip(" .")
            message = f"Nobody can tell when `{_short(words)}` is done."
            help_ = "Say what changes and how it is seen: `Alert when 1 % of logins fail`."
            place = subject.find(item.line, match[0].strip())
            yield Problem(place, message, help_, level=_lower(subject))


def _open_ended(subject: Subject) -> Iterator[Problem]:
    for item in subject.entry.open_follow_ups:
        plain = _plain(item.text)
        if not EMPTY_PROMISES.search(plain) and (match := OPEN_ENDED.search(plain)):
            words = match[0].strip(" .")
            message = f"`{_short(item.text)}` has no end: `{words}` until what is known or decided?"
            help_ = "Name the outcome: `Decide whether …, and record why` or `Add …`."
            yield Problem(subject.find(item.line, words), message, help_)


def _done_without_evidence(subject: Subject) -> Iterator[Problem]:
    for item in subject.entry.follow_ups:
        line = subject.lines[item.line - 1] if item.line <= len(subject.lines) else ""
        evidence = item.ticket or _EVIDENCE.search(item.text[:2000]) or _EVIDENCE.search(line)
        if item.done and not evidence:
            message = f"`{_short(item.text)}` is done, but nothing shows it."
            help_ = "Link the ticket, the change or the page that shows it."
            yield Problem(subject.line(item.line), message, help_, level=_lower(subject))


def _due_before(subject: Subject) -> Iterator[Problem]:
    day = subject.entry.date
    for item in subject.entry.follow_ups:
        if day and item.due and item.due < day:
            message = f"The follow-up is due on {item.due}, before the incident of {day}."
            place = subject.find(item.line, item.due.isoformat())
            yield Problem(place, message, "Correct the due day, or the date of the incident.")


def _due_far_ahead(subject: Subject) -> Iterator[Problem]:
    day = subject.entry.date
    for item in subject.entry.open_follow_ups:
        if day and item.due and (item.due - day).days > DAYS_AHEAD:
            message = f"The follow-up is due on {item.due}, more than a year after the incident."
            help_ = "Do a smaller part of it sooner, or say that the risk is accepted."
            yield Problem(subject.find(item.line, item.due.isoformat()), message, help_)


def _overdue(subject: Subject) -> Iterator[Problem]:
    day = subject.entry.date
    for item in subject.entry.open_follow_ups:
        if item.due and item.due < subject.today and not (day and item.due < day):
            days = (subject.today - item.due).days
            message = f"`{_short(item.text)}` has been due for {days} day{'s' * (days > 1)}."
            help_ = "Tick it, or agree on a new day with its owner."
            yield Problem(subject.find(item.line, item.due.isoformat()), message, help_)


def _no_detection(subject: Subject) -> Iterator[Problem]:
    entry, section = subject.entry, _section(subject)
    if entry.detected_by not in {"customer", "partner"} or not entry.follow_ups or not section:
        return
    if not any(_DETECTS.search(item.text[:2000]) for item in entry.follow_ups):
        message = (
            f"A {entry.detected_by} noticed it first, but no follow-up makes it noticed sooner."
        )
        help_ = "Add one: which alert or check would have told you?"
        yield Problem(subject.line(section.line), message, help_)


def _nobody_owns(subject: Subject) -> Iterator[Problem]:
    for item in subject.entry.open_follow_ups:
        owner = (item.owner or "").strip(" *_@.")
        if item.owner and len(owner) <= _MOST_OWNER and _NOBODY.fullmatch(owner):
            message = f"`{_short(item.owner)}` is nobody in particular."
            help_ = "Name a person or a team that knows of it: `owner: network team`."
            place = subject.find(item.line, item.owner)
            yield Problem(place, message, help_, level=_lower(subject))


def _twice(subject: Subject) -> Iterator[Problem]:
    seen: dict[str, FollowUp] = {}
    for item in subject.entry.follow_ups:
        key = fold(_plain(item.text)).strip(" .")
        if key in seen and len(key) > 3:
            message = f"`{_short(item.text)}` is a follow-up on line {seen[key].line} already."
            yield Problem(subject.line(item.line), message, "Remove one of the two.")
        seen.setdefault(key, item)


RULES: tuple[Rule, ...] = (
    Rule(
        "KB501",
        "no-follow-ups",
        "follow-ups",
        "warning",
        "There are follow-ups, as a list, or a reason why there are none.",
        "Only items of a list or rows of a table are counted, searched and reminded of; what "
        "stands in a paragraph is forgotten. In an imported entry it is a note.",
        "## Follow-ups\n\nNone.",
        "## Follow-ups\n\nNone: the service was switched off for good.",
        _none_at_all,
    ),
    Rule(
        "KB502",
        "no-owner",
        "follow-ups",
        "warning",
        "Every open follow-up has an owner.",
        "What nobody has taken is not done. After a sev1 or sev2 it is an error, in an imported "
        "entry a note. A missing part is told once where all of them lack it.",
        "- [ ] Add a second link — due: 2024-08-31, ticket: NET-12",
        "- [ ] Add a second link — owner: network team, due: 2024-08-31, ticket: NET-12",
        _lacking("an owner", "`owner: network team` (담당: 네트워크팀)", _owned, "error"),
    ),
    Rule(
        "KB503",
        "no-due",
        "follow-ups",
        "warning",
        "Every open follow-up has a day by which it is due.",
        "Without a day nothing is ever late, and `kb follow-ups --overdue` cannot remind anybody. "
        "In an imported entry it is a note.",
        "- [ ] Add a second link — owner: network team, ticket: NET-12",
        "- [ ] Add a second link — owner: network team, due: 2024-08-31, ticket: NET-12",
        _lacking("a due day", "`due: 2024-08-31` (기한: 2024-08-31)", lambda item: bool(item.due)),
    ),
    Rule(
        "KB504",
        "no-ticket",
        "follow-ups",
        "warning",
        "Every open follow-up has a ticket.",
        "Work is planned where tickets are; an item that lives in the postmortem alone is seen by "
        "nobody who plans. A pattern for their names can be given in kb.toml (`[review] ticket`). "
        "In an imported entry it is a note.",
        "- [ ] Add a second link — owner: network team, due: 2024-08-31",
        "- [ ] Add a second link — owner: network team, due: 2024-08-31, ticket: NET-12",
        _ticket_is_one,
    ),
    Rule(
        "KB505",
        "due-before-incident",
        "follow-ups",
        "error",
        "No follow-up is due before the incident.",
        "One of the two days was typed wrongly, mostly the year.",
        "- [ ] Add a link — owner: network team, due: 2023-08-31, ticket: NET-12",
        "- [ ] Add a link — owner: network team, due: 2024-08-31, ticket: NET-12",
        _due_before,
    ),
    Rule(
        "KB506",
        "empty-promise",
        "follow-ups",
        "warning",
        "A follow-up says what will be different.",
        "`Be more careful`, `improve monitoring`, 교육 강화: nobody can tell when it is done, and "
        "the next person is as careful as the last. A follow-up begins with a verb, is specific "
        "and has an end. In an imported entry it is a note.",
        "- [ ] Be more careful with links — owner: network team, due: 2024-08-31, ticket: NET-12",
        "- [ ] Alert when a link drops 1 % of packets — owner: network team, due: 2024-08-31, "
        "ticket: NET-12",
        _empty_promise,
    ),
    Rule(
        "KB507",
        "open-ended",
        "follow-ups",
        "note",
        "A follow-up names its outcome.",
        "`Investigate`, `consider`, 검토: one can do that for ever. Say what is known, decided or "
        "built when it is done.",
        "- [ ] Consider a second link — owner: network team, due: 2024-08-31, ticket: NET-12",
        "- [ ] Decide whether to add a second link — owner: network team, due: 2024-08-31, "
        "ticket: NET-12",
        _open_ended,
    ),
    Rule(
        "KB508",
        "done-without-evidence",
        "follow-ups",
        "warning",
        "What is done has a ticket or a link that shows it.",
        "Who meets the same incident again wants to see what was changed. A ticket, a link, a "
        "commit or a source (`[1]`) will do. In an imported entry it is a note.",
        "- [x] Alert on lost packets — owner: observability team",
        "- [x] Alert on lost packets — owner: observability team, ticket: OBS-3",
        _done_without_evidence,
    ),
    Rule(
        "KB509",
        "nobody-owns",
        "follow-ups",
        "warning",
        "An owner is a person or a team with a name.",
        "`Team`, `TBD` and 담당자 are nobody: each thinks that another does it. In an imported "
        "entry it is a note.",
        "- [ ] Add a second link — owner: everyone, due: 2024-08-31, ticket: NET-12",
        "- [ ] Add a second link — owner: network team, due: 2024-08-31, ticket: NET-12",
        _nobody_owns,
    ),
    Rule(
        "KB510",
        "no-detection",
        "follow-ups",
        "note",
        "Where a customer or a partner noticed it first, a follow-up is about noticing it.",
        "`detected_by: customer` means that no alert told. One of the follow-ups should be about "
        "alerts, checks or monitoring (경보, 감지, 모니터링).",
        "detected_by: customer\n\n- [ ] Add a second link — owner: network team, due: 2024-08-31, "
        "ticket: NET-12",
        "detected_by: customer\n\n- [ ] Alert when logins fail — owner: network team, due: "
        "2024-08-31, ticket: NET-12",
        _no_detection,
    ),
    Rule(
        "KB511",
        "follow-up-twice",
        "follow-ups",
        "note",
        "No follow-up stands twice.",
        "It would be counted twice, and one of the two would stay open.",
        "- [ ] Add a link — owner: network team, due: 2024-08-31, ticket: NET-12\n"
        "- [ ] Add a link — owner: network team, due: 2024-08-31, ticket: NET-12",
        "- [ ] Add a link — owner: network team, due: 2024-08-31, ticket: NET-12\n"
        "- [ ] Add a router — owner: network team, due: 2024-08-31, ticket: NET-13",
        _twice,
    ),
    Rule(
        "KB512",
        "overdue",
        "follow-ups",
        "note",
        "No open follow-up is past its day.",
        "Whoever changes an entry has it open: the moment to tick what is done or to agree on a "
        "new day.",
        "- [ ] Add a second link — owner: network team, due: 2024-07-25, ticket: NET-12",
        "- [ ] Add a second link — owner: network team, due: 2024-08-31, ticket: NET-12",
        _overdue,
    ),
    Rule(
        "KB513",
        "due-far-ahead",
        "follow-ups",
        "note",
        "No follow-up is due more than a year after the incident.",
        "By then the incident has happened again or is forgotten.",
        "- [ ] Add a second link — owner: network team, due: 2026-08-31, ticket: NET-12",
        "- [ ] Add a second link — owner: network team, due: 2025-07-01, ticket: NET-12",
        _due_far_ahead,
    ),
)
