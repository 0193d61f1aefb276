"""One report with something of everything, for the tests of formats and of the action."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kb.related import OpenFollowUp, Reason, RelatedEntry
from kb.review.columns import telling_lines
from kb.review.report import Report, ReviewedEntry, SeenBefore, Waived
from kb.review.reports import FORMATS, Presentation
from kb.review.rule import Edit, Fix, Place, ReviewFinding, Rule

if TYPE_CHECKING:
    from kb.finding import Level
    from kb.review.rule import Family

TODAY = date(2024, 9, 2)
PRESENTATION = Presentation(TODAY)
LINKED = Presentation(
    TODAY, site_url="https://kb.example.com", source_url="https://git.example.com/blob/abc"
)

KOREAN = "entries/2024/2024-07-18-카카오톡-로그인.md"
ENGLISH = "entries/2024/2024-08-01-checkout 502.md"
TEXTS = {
    KOREAN: """---
title: 카카오톡 로그인 장애 🔥
---
## 영향

일부 사용자가 🔥🔥 로그인하지 못했다.

## 후속 조치

- [x ] 재발 방지 — owner: 플랫폼팀
""",
    ENGLISH: """---
title: Checkout returned 502
---
## Impact

@ops see <script>alert(1)</script>, [a link](https://evil.example), #12: 50%, really
Key: ghp_************************************
""",
}


def _rule(code: str, name: str, family: Family, level: Level) -> Rule:
    return Rule(
        code=code,
        name=name,
        family=family,
        level=level,
        summary=f"The summary of {name}.",
        why="Readers ask for it first; *an incident without it* is not understood.",
        bad="## Impact\n\n```\nsome users\n```",
        good="## 영향\n\n사용자 1,200명이 26분 동안 로그인하지 못했다.",
        check=lambda _: (),
    )


RULES = (
    _rule("KB201", "missing-section", "sections", "error"),
    _rule("KB401", "impact-without-figure", "substance", "warning"),
    _rule("KB601", "blame", "wording", "note"),
    _rule("KB701", "secret", "privacy", "error"),
    _rule("KB905", "broken-task-box", "markdown", "warning"),
)


def place_of(path: str, words: str) -> Place:
    """Where words stand in one of the texts; over lines where the words are."""
    text = unicodedata.normalize("NFC", TEXTS[path])
    at = text.index(words)
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    last = words.rpartition("\n")[2]
    end = len(last) + 1 if "\n" in words else column + len(words)
    return Place(line, column, line + words.count("\n"), end)


def finding(
    rule: str,
    level: Level,
    path: str,
    words: str,
    message: str,
    *,
    fix: Fix | None = None,
    inherited: bool = False,
) -> ReviewFinding:
    """A finding about words of one of the texts."""
    place = place_of(path, words)
    text = TEXTS[path].split("\n")[place.line - 1]
    return ReviewFinding(
        rule, level, path, place, message, "Say it in figures.", fix, text, inherited
    )


def report_of(
    *findings: ReviewFinding, waived: tuple[Waived, ...] = (), base: str | None = "origin/main"
) -> Report:
    """A report of both texts with these findings."""
    seen = SeenBefore((_BEFORE,), (_ALIKE,), ())
    return Report(
        entries=(
            ReviewedEntry(
                "2024-07-18-카카오톡-로그인", KOREAN, "카카오톡 로그인 장애", "added", seen
            ),
            ReviewedEntry("2024-08-01-checkout 502", ENGLISH, "Checkout returned 502", "changed"),
        ),
        findings=findings,
        waived=waived,
        rules=RULES,
        base=base,
        lines={
            path: telling_lines(
                text.encode(),
                [one for one in (*findings, *(w.finding for w in waived)) if one.path == path],
            )
            for path, text in TEXTS.items()
        },
    )


def fix_of(path: str, *edits: tuple[str, str]) -> Fix:
    """A fix that writes other words in the place of some."""
    found = tuple(Edit(place_of(path, words), text) for words, text in edits)
    return Fix("Write the box as a box.", found)


_BEFORE = RelatedEntry(
    id="2023-05-08-kakaotalk-messaging-outage",
    path="2023/2023-05-08-kakaotalk-messaging-outage.md",
    title="KakaoTalk messages failed @everyone",
    date="2023-05-08",
    services=("kakaotalk",),
    causes=("database",),
    severity="sev2",
    score=0.81,
    reasons=(
        Reason("service", ("kakaotalk",), "same service: kakaotalk"),
        Reason("cause", ("database",), "same cause: database"),
    ),
    open_follow_ups=(
        OpenFollowUp("Fail over without a **restart**", "DB team", "2023-08-31", "DB-7", 40),
        OpenFollowUp("알림을 나눈다", None, None, None, 41),
    ),
    earlier=True,
    is_recurrence=True,
    overlaps=False,
)
_ALIKE = RelatedEntry(
    id="2022-10-04-kakaotalk-messaging-outage",
    path="2022/2022-10-04-kakaotalk-messaging-outage.md",
    title="카카오톡 메시지 전송 오류",
    date="2022-10-04",
    services=("kakaotalk",),
    causes=("unknown",),
    severity="sev2",
    score=0.4,
    reasons=(Reason("words", ("로그인", "세션"), "shared words: 로그인, 세션"),),
    open_follow_ups=(),
    earlier=True,
    is_recurrence=False,
    overlaps=False,
)

FINDINGS = (
    finding("KB201", "error", KOREAN, "## 영향", "The entry has no section for timeline."),
    finding(
        "KB401",
        "warning",
        KOREAN,
        "🔥🔥 로그인하지",
        "The impact names no figure: `일부 사용자가 🔥🔥 로그인하지 못했다.`",
    ),
    finding(
        "KB905",
        "warning",
        KOREAN,
        "[x ]",
        "`[x ]` is no task box.",
        fix=fix_of(KOREAN, ("[x ]", "[x]")),
    ),
    finding(
        "KB601", "note", KOREAN, "재발 방지", "`재발 방지` says nothing to do.", inherited=True
    ),
    finding(
        "KB401",
        "warning",
        ENGLISH,
        "@ops see <script>alert(1)</script>, [a link](https://evil.example), #12: 50%, really\nKey",
        "No figure in @ops see <script>alert(1)</script>, [a](https://evil.example), #12: 50%.",
    ),
    finding(
        "KB701",
        "error",
        ENGLISH,
        "ghp_************************************",
        "A token of GitHub stands in the entry: `ghp_************************************`.",
    ),
)
WAIVED = (
    Waived(
        finding("KB601", "note", ENGLISH, "really", "`really` is an absolute."),
        "it is <b>a quotation</b> of @customer",
        3,
    ),
)
REPORT = report_of(*FINDINGS, waived=WAIVED)
CLEAN = Report(
    entries=(ReviewedEntry("2024-08-01-ok", "entries/2024/2024-08-01-ok.md", "Fine", "added"),),
    findings=(),
    waived=(),
    rules=RULES,
    base="origin/main",
)


def said(name: str, report: Report = REPORT, presentation: Presentation = PRESENTATION) -> str:
    """The report in a format."""
    return FORMATS[name](report, presentation)


def data(name: str, report: Report = REPORT, presentation: Presentation = PRESENTATION) -> Any:  # noqa: ANN401 -- JSON
    """The report in a format that is JSON."""
    return json.loads(said(name, report, presentation))


def many(count: int, level: Level = "note", path: str = ENGLISH) -> tuple[ReviewFinding, ...]:
    """So many findings that differ."""
    one = finding("KB601", level, path, "title", "")
    return tuple(replace(one, message=f"`title` is finding {n}.") for n in range(count))
