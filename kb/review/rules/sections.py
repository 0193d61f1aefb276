"""KB2xx: the parts of a postmortem: missing, empty, twice, or still those of the template."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from kb.document.markdown import without_comments
from kb.model import REQUIRED_SECTIONS
from kb.review.rule import Problem, Rule
from kb.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.finding import Level
    from kb.model import Section, SectionKind
    from kb.review.prose import Prose
    from kb.review.rule import Place
    from kb.review.subject import Subject

SCREEN_COLUMNS = 24 * 80
"""What a terminal shows at once; a Hangul syllable takes two columns."""

_HEADINGS: dict[SectionKind, tuple[str, str]] = {
    "summary": ("## Summary", "## 요약"),
    "impact": ("## Impact", "## 영향"),
    "timeline": ("## Timeline", "## 타임라인"),
    "root-cause": ("## Root cause", "## 원인"),
    "response": ("## Response", "## 대응"),
    "follow-ups": ("## Follow-ups", "## 후속 조치"),
}
_ASKED = {
    "impact": "who could not do what, from when to when, with figures",
    "timeline": "one event a line, each with its time",
    "root-cause": "what made it possible and what set it off",
    "response": "how it was noticed, what was tried, what helped",
    "follow-ups": "what is to be done, by whom, until when; or why nothing is",
}
_NOTHING = re.compile(
    r"[\W_]*(?:n/?a|none|nothing|tbd|todo|tba|없음|해당 ?없음|미정|추후 ?작성|작성 ?예정|작성 ?중)?"
    r"[\W_]*",
    re.IGNORECASE,
)
_OPEN_ENDED = re.compile(
    r"[\W_]*(?:tbd|todo|tba|미정|추후 ?작성|작성 ?예정|작성 ?중)?[\W_]*", re.IGNORECASE
)
# What templates leave for the author. `TODO` and `TBD` count in capitals only, `XXX` alone.
_TEMPLATE = re.compile(
    r"(?P<word>(?<![\w/#.-])(?:TODO|TBD|TBA|FIXME|XXX+)(?![\w/-]))"
    r"|(?P<brace>\{\{[^{}\n]{0,80}\}\}|\{%[^%\n]{0,80}%\}|<%[^%\n]{0,80}%>)"
    r"|(?P<time>(?<![\w:])(?:HH|hh):(?:MM|mm)(?::(?:SS|ss))?(?![\w:]))"
    r"|(?P<day>(?<![\w-])(?:YYYY|yyyy)-(?:MM|mm)-(?:DD|dd)(?![\w]))"
    r"|(?P<latin>[Ll]orem ipsum)"
    r"|(?P<korean>(?:추후|나중에) ?(?:작성|기입|기재|보완|업데이트) ?(?:예정|필요|요망|할 것)?"
    r"|(?:작성|기입|기재) ?(?:예정|필요|요망)|내용을? ?(?:입력|작성)(?:하세요|해 ?주세요|하십시오)"
    r"|(?:여기에|이곳에) ?(?:입력|작성|적으세요|쓰세요))"
    r"|(?P<asked>\[(?:insert|your|name|date|time|link|ticket|owner|team|service)"
    r"[ a-z/-]{0,30}\](?![(\[:])|<(?:insert|your)[ a-z-]{1,40}>)",
)
_SOMEWHERE = (
    *"TODO TBD TBA FIXME XXX {{ {% <% HH: hh: YYYY yyyy <insert <your".split(),
    *("orem ipsum", "작성", "기입", "기재", "보완", "업데이트", "입력", "여기에", "이곳에"),
    *("[insert", "[your", "[name", "[date", "[time", "[link", "[ticket", "[owner"),
    *("[team", "[service"),
)
"""One of these stands in every text in which `_TEMPLATE` finds anything."""
_HINTS = (
    "What happened, for whom, how long, and why",
    "Who could not do what, from when to when",
    "One event a line:",
    "What made it possible and what set it off",
    "How it was noticed, what was tried, what helped",
    "What is to be done — owner: team",
)
"""The beginnings of the comments in the template of `kb new` (`kb.new_entry`)."""


def _missing(subject: Subject) -> Iterator[Problem]:
    kinds = {section.kind for section in subject.entry.sections}
    for kind in REQUIRED_SECTIONS:
        if kind not in kinds:
            yield Problem(
                _where_the_body_begins(subject),
                f"The entry has no section for {kind.replace('-', ' ')}.",
                f"Add {_or(kind)}: {_ASKED[kind]}.",
                level=_lower(subject),
            )


def _or(kind: SectionKind) -> str:
    english, korean = _HEADINGS[kind]
    return f"`{english}` or `{korean}`"


def _lower(subject: Subject) -> Level | None:
    return "note" if subject.imported else None


def _where_the_body_begins(subject: Subject) -> Place:
    """The first line of the text; of an entry without one, its last line."""
    first = subject.body_line
    lines = range(first, len(subject.lines) + 1)
    number = next((n for n in lines if subject.lines[n - 1].strip()), None)
    return subject.line(number or max(min(first, len(subject.lines)), 1))


def _empty(subject: Subject) -> Iterator[Problem]:
    """Headings with nothing below, where no other section says what this one should."""
    told: set[SectionKind] = set()
    for section in subject.entry.sections:
        if not is_empty(section):
            told.add(section.kind)
    for section in subject.entry.sections:
        if section.level == 0 or not is_empty(section) or section.kind in told - {"other"}:
            continue
        required = section.kind in REQUIRED_SECTIONS
        what = f"Write {_ASKED[section.kind]}." if required else "Fill it in or leave it out."
        level = _lower(subject) or (None if required else "warning")
        message = f"The section `{_short(section.heading)}` is empty."
        yield Problem(subject.line(section.line), message, what, level=level)


def is_empty(section: Section) -> bool:
    """Whether nothing is said: no text, or only a word that puts it off.

    "None" and 없음 are an answer to a question about follow-ups, but not to one about impact.
    """
    text = without_comments(section.text)
    if len(text) > 2000:
        return False
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    pattern = _OPEN_ENDED if section.kind in {"follow-ups", "other", "lessons"} else _NOTHING
    return all(pattern.fullmatch(line[:200]) for line in lines)


def _short(heading: str) -> str:
    return heading if len(heading) <= 60 else f"{heading[:59]}…"


def _template_text(subject: Subject) -> Iterator[Problem]:
    empty = {section.line for section in subject.entry.sections if is_empty(section)}
    text = "\n".join(prose.text for prose in subject.prose())
    lines = subject.prose() if any(mark in text for mark in _SOMEWHERE) else ()
    for prose in lines:
        if prose.section is not None and prose.section.line in empty:
            continue  # the section is told to be empty
        for match in _TEMPLATE.finditer(prose.text[:5000]):
            if not _is_meant(prose, match):
                message = f"`{match[0]}` stands where the template had a place to fill in."
                place = subject.part(prose.line, match.start(), match.end())
                yield Problem(place, message, "Write what is known, or remove it.")
                break
    for key in ("title", "services", "authors", "tags"):
        number = subject.entry.source_lines.get(key, 0)
        line = subject.lines[number - 1] if 0 < number < subject.body_line else ""
        found = re.search(r"(?<!\w)(?:TODO|TBD|XXX+|\{\{.{0,80}\}\}|lorem ipsum)(?!\w)", line)
        if found:
            message = f"`{found[0]}` stands where the template had a place to fill in."
            yield Problem(subject.part(number, *found.span()), message, "Write what is known.")


def _is_meant(prose: Prose, match: re.Match[str]) -> bool:
    """Whether the words are about such a mark, or a heading that is called so."""
    if match["word"]:
        before = prose.text[: match.start()].strip(" *_:-0123456789.#")
        return prose.text.lstrip().startswith("#") and not before
    if match["korean"]:
        # A plan in a list of plans (`문서에 추후 작성`) is a follow-up, not a gap.
        return prose.section is not None and prose.section.kind == "follow-ups"
    return False


def _hints_left(subject: Subject) -> Iterator[Problem]:
    empty = {section.line for section in subject.entry.sections if is_empty(section)}
    hints = {
        number
        for number, line in enumerate(subject.lines, start=1)
        if line.startswith("<!-- ") and line[5:].lstrip("-[ ]").startswith(_HINTS)
    }
    for section in subject.entry.sections if hints else ():
        below = range(section.line + 1, section.line + 4)
        for number in below if section.line not in empty else ():
            if number in hints:
                message = f"The template's hint still stands below `{_short(section.heading)}`."
                yield Problem(subject.line(number), message, "Remove the comment.")


def _twice(subject: Subject) -> Iterator[Problem]:
    seen: dict[tuple[str, int], Section] = {}
    for section in subject.entry.sections:
        if section.level == 0:
            continue
        key = (fold(section.heading), section.level)
        if key in seen and key[0] and section.kind in _HEADINGS:
            first = seen[key]
            message = f"`{_short(section.heading)}` is a section already on line {first.line}."
            help_ = "Put both into one, or give one of them a heading of its own."
            yield Problem(subject.line(section.line), message, help_)
        seen.setdefault(key, section)


def _no_summary(subject: Subject) -> Iterator[Problem]:
    if any(s.kind == "summary" and not is_empty(s) for s in subject.entry.sections):
        return
    if not any(s.kind == "summary" for s in subject.entry.sections):
        message = "The entry has no summary."
        help_ = "Begin with `## Summary` or `## 요약`: what happened, for whom, how long, and why."
        place = _where_the_body_begins(subject)
        yield Problem(place, message, help_, level=_lower(subject))


def _long_summary(subject: Subject) -> Iterator[Problem]:
    for section in subject.entry.sections:
        if section.kind != "summary" or section.level == 0:
            continue
        columns = _columns(without_comments(section.text))
        if columns > SCREEN_COLUMNS:
            message = (
                f"The summary takes {columns // 80 + 1} lines of a terminal: more than a screen."
            )
            help_ = "Two to four sentences are read; move the rest to where it belongs."
            yield Problem(subject.line(section.line), message, help_)


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for letter in text if unicodedata.east_asian_width(letter) in "WF")


def _skipped_levels(subject: Subject) -> Iterator[Problem]:
    above = 0
    for block in subject.blocks:
        if block.kind != "heading":
            continue
        if above and block.level > above + 1:
            message = (
                f"The heading `{_short(block.text)}` is of level {block.level}, "
                f"below one of level {above}."
            )
            help_ = f"Write it with {'#' * (above + 1)}: tables of contents leave no level out."
            yield Problem(subject.line(block.line), message, help_)
        above = block.level


RULES: tuple[Rule, ...] = (
    Rule(
        "KB201",
        "missing-section",
        "sections",
        "error",
        "Impact, timeline, root cause, response and follow-ups each have a section.",
        "These five are what a reader comes back for. Their order is free, and the usual headings "
        "count in English, Korean and Japanese (`Action items`, 재발 방지 대책). In an imported "
        "entry a missing one is a note.",
        "---\ntitle: Login of KakaoTalk failed\n---\n## Summary\n\nNobody could sign in.",
        "## Impact\n\nOf 5,000 users none could sign in.",
        _missing,
    ),
    Rule(
        "KB202",
        "empty-section",
        "sections",
        "error",
        "Below each heading something is said.",
        "A heading without text looks done in a table of contents. Where there is nothing to say, "
        "say that, and why; comments do not count. In an imported entry it is a note.",
        "## Impact\n\nTBD",
        "## Impact\n\nOf 5,000 users none could sign in.",
        _empty,
    ),
    Rule(
        "KB203",
        "template-text",
        "sections",
        "error",
        "Nothing of a template is left to be filled in.",
        "`TODO`, `XXX`, `HH:MM`, `{{ }}`, 추후 작성: somebody meant to come back. Code and "
        "quotations are not looked into.",
        "## Timeline\n\n- HH:MM — first alert",
        "## Timeline\n\n- 2024-07-18 10:54 KST — first alert",
        _template_text,
    ),
    Rule(
        "KB204",
        "section-twice",
        "sections",
        "warning",
        "No heading stands twice on one level.",
        "A second `Timeline` is mostly left over from a merge. Links lead to the first one. The "
        "same section in two languages (요약 and Summary) is fine.",
        "## Response\n\nThe link was restarted.\n\n## Response\n\nTraffic was moved.",
        "## Response\n\nThe link was restarted, then traffic was moved.",
        _twice,
    ),
    Rule(
        "KB205",
        "no-summary",
        "sections",
        "warning",
        "The entry begins with a summary.",
        "It is what lists, feeds and searches show, and all that most people read. Text above the "
        "first heading counts as one. In an imported entry a missing one is a note.",
        "---\ntitle: Login of KakaoTalk failed\n---\n## Impact\n\nNobody could sign in.",
        "## Summary\n\nNobody could sign in from 10:54 to 12:20.",
        _no_summary,
    ),
    Rule(
        "KB206",
        "heading-levels",
        "sections",
        "note",
        "Headings go down one level at a time.",
        "Screen readers and tables of contents follow the levels; a `####` below a `##` makes a "
        "section that belongs to nothing.",
        "## Response\n\n#### Second day\n\nTraffic was moved.",
        "## Response\n\n### Second day\n\nTraffic was moved.",
        _skipped_levels,
    ),
    Rule(
        "KB207",
        "template-hint",
        "sections",
        "note",
        "The comments of the template are gone where the section is written.",
        "They are not shown on a page, but everybody who edits the entry reads them again.",
        "## Impact\n\n<!-- Who could not do what, from when to when; how many. -->\n\nNobody "
        "could sign in.",
        "## Impact\n\nNobody could sign in.",
        _hints_left,
    ),
    Rule(
        "KB208",
        "long-summary",
        "sections",
        "note",
        "A summary fits on one screen (24 lines of 80 columns).",
        "Who has to scroll has not been told yet what happened.",
        "## Summary\n\n" + "Signing in failed for a part of the users of the messenger. " * 40,
        "## Summary\n\nSigning in failed for a part of the users of the messenger.",
        _long_summary,
    ),
)
