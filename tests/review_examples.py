"""Whole entries made of the fragments that rules show as examples, and their review."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from kb.config import parse
from kb.review.reading import subject_of
from kb.review.rules import problems

if TYPE_CHECKING:
    from kb.review.rule import Problem, Rule
    from kb.review.subject import Folder, Subject

TODAY = date(2024, 8, 1)
PATH = "2024/2024-07-18-login-outage.md"
SETTINGS = """
[services]
kakaotalk = { label = "카카오톡", aliases = ["카톡", "KakaoTalk"] }
kakao-account = "카카오계정"
"""
CONFIG, _ = parse(SETTINGS)

KEYS = {
    "title": "Login of KakaoTalk failed on PC",
    "date": "2024-07-18",
    "services": "[kakaotalk]",
    "causes": "[network]",
    "severity": "sev2",
    "status": "published",
    "timezone": "Asia/Seoul",
    "started": "2024-07-18T10:54:00+09:00",
    "detected": "2024-07-18T10:54:00+09:00",
    "mitigated": "2024-07-18T11:36:00+09:00",
    "resolved": "2024-07-18T12:20:00+09:00",
    "detected_by": "alert",
}
SECTIONS = {
    "## Summary": "From 10:54 to 12:20 KST one in five users could not sign in on PC.",
    "## Impact": "- Of 5,000,000 users 20% could not sign in for 86 minutes.",
    "## Timeline": (
        "- 2024-07-18 10:54 KST — Detected: monitoring shows failed logins\n"
        "- 2024-07-18 11:36 KST — Login works again for some\n"
        "- 2024-07-18 12:20 KST — Resolved: all users can sign in"
    ),
    "## Root cause": (
        "A link between two sites dropped packets. Logins had no other way, and nothing watched it."
    ),
    "## Response": "Monitoring paged the network team, which moved the traffic.",
    "## Follow-ups": (
        "- [ ] Add a second link — owner: network team, due: 2024-08-31, ticket: NET-12\n"
        "- [x] Alert on lost packets — owner: observability team, due: 2024-07-25, ticket: OBS-3"
    ),
}
_KEY_LINE = re.compile(r"[\w-]+:(?:\s|$)")
_INSTANTS = ("started", "detected", "mitigated", "resolved")


def entry_of(example: str = "") -> str:
    """An entry without a fault, but for what the example says.

    An example may be front matter between `---`, which then is all there is of it; else lines
    of `key: value`, which take the places of those keys (where it gives one of the times, the
    others go); below either, or alone, sections, which take the places of those with the same
    heading. Events and follow-ups without a heading go below theirs, other text below the
    summary.
    """
    keys, sections = dict(KEYS), dict(SECTIONS)
    head, body = _parted(example)
    if example.startswith("---\n"):
        return f"{head}\n{body or _joined(sections)}"
    if any(f"{name}:" in head for name in _INSTANTS):  # an example has the times it is about
        keys = {name: value for name, value in keys.items() if name not in _INSTANTS}
    name = ""
    for line in head.split("\n") if head else ():
        if _KEY_LINE.match(line):
            name, _, value = line.partition(":")
            keys[name] = value.strip()
        else:  # a list that goes on
            keys[name] += f"\n{line}"
    front = "\n".join(
        f"{name}: {value}".replace(": \n", ":\n").rstrip() for name, value in keys.items()
    )
    return f"---\n{front}\n---\n{_merged(sections, body)}"


def _parted(example: str) -> tuple[str, str]:
    if example.startswith("---\n"):
        front, _, body = example[4:].partition("\n---")
        return f"---\n{front}\n---", body.strip("\n")
    if not _KEY_LINE.match(example):
        return "", example
    head, _, body = example.partition("\n\n")
    return head, body


def _joined(sections: dict[str, str]) -> str:
    return "\n\n".join(f"{heading}\n\n{text}" for heading, text in sections.items()) + "\n"


def _merged(sections: dict[str, str], body: str) -> str:
    if body and not body.startswith("#"):
        item = body.startswith(("- [", "* ["))
        event = re.match(r"- (?:\d{4}-|\d\d:)", body)
        place = "## Follow-ups" if item else "## Timeline" if event else "## Summary"
        body = f"{place}\n\n{body}"
    own = re.findall(r"^## .+$", body, re.MULTILINE)
    kept = {heading: text for heading, text in sections.items() if heading not in own}
    return f"{_joined(kept)}\n{body}\n" if body else _joined(kept)


def read(
    content: str | bytes,
    path: str = PATH,
    folder: Folder | None = None,
    today: date = TODAY,
) -> Subject:
    """A text as a rule sees it."""
    raw = content if isinstance(content, bytes) else content.encode()
    return subject_of(raw, path, CONFIG, today, folder)


def found(subject: Subject, code: str) -> list[Problem]:
    """What one rule finds."""
    return [problem for rule, problem in problems(subject) if rule.code == code]


def found_at(subject: Subject, code: str) -> list[tuple[int, str]]:
    """The lines where one rule finds something, each with the text it points at."""
    return [
        (one.place.line, subject.lines[one.place.line - 1][one.place.column - 1 : end])
        for one in found(subject, code)
        for end in [one.place.end_column - 1]
    ]


def codes(subject: Subject) -> list[str]:
    """The codes of all that is found, in the order of the lines."""
    return [rule.code for rule, _ in problems(subject)]


def told(pairs: list[tuple[Rule, Problem]]) -> list[str]:
    """Findings as lines to compare: code, line and message."""
    return [f"{rule.code} {one.place.line} {one.message}" for rule, one in pairs]
