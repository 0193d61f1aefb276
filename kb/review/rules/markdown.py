"""KB9xx: Markdown that is shown otherwise than it was meant, or not at all.

Beside it `markup` has the rules about lists, tables, boxes and headings, `html` that about tags.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

from kb.review.rule import Edit, Fix, Problem, Rule
from kb.review.rules import markup
from kb.review.rules.html import hidden_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.review.subject import Subject

_CONFLICT = re.compile(r"(<{7}|>{7})(?: .*)?")
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SMUGGLED = re.compile("[\U000e0000-\U000e007f]")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff\u3164\uffa0"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<=[A-Za-z0-9가-힣 ])[\u200c\u200d]"
)
_MOST_REMOVED = 1000
"""Characters of a line that one fix takes out."""
_STARS = re.compile(r"(?<![\\*])\*\*(?!\*)")
_BEGINS_CHUNK = re.compile(r"\s*(?:[-*+] |\d{1,9}[.)] |#{1,6} |>|$)")


def _conflicts(subject: Subject) -> Iterator[Problem]:
    open_at = 0
    for number, line in enumerate(subject.lines, start=1):
        match = _CONFLICT.fullmatch(line) if line.startswith(("<<<<<<<", ">>>>>>>")) else None
        if match is None:
            continue
        if match[1] == "<" * 7:
            open_at = number
            message = f"A merge conflict is left in: `{line[:60]}`."
            yield Problem(subject.line(number), message, "Decide, and remove the three markers.")
        elif open_at:
            open_at = 0
        elif line[7:].strip():
            message = f"The end of a merge conflict is left in: `{line[:60]}`."
            yield Problem(subject.line(number), message, "Remove what is left of the markers.")


def _unclosed_comment(subject: Subject) -> Iterator[Problem]:
    written = subject.written
    if written.unclosed >= 0:
        place = written.body.place(written.unclosed, written.unclosed + 4)
        message = "The comment that begins here never ends."
        yield Problem(place, message, "Close it with `-->`: what is below may not be shown.")


def _hidden_characters(subject: Subject) -> Iterator[Problem]:
    if not any(one.search(subject.whole.text) for one in (_UNSEEN, _REORDERING, _SMUGGLED)):
        return
    for number, line in enumerate(subject.lines, start=1):
        if line.isascii() and line.isprintable():
            continue
        for pattern in (_REORDERING, _SMUGGLED):
            found = pattern.search(line)
            if found:
                name = f"U+{ord(found[0]):04X}"
                message = (
                    f"An invisible character ({name}) makes the line read otherwise than it is."
                )
                help_ = "Remove it, and read the line again: it can hide what a file really says."
                yield Problem(subject.part(number, *found.span()), message, help_, level="error")
        unseen = list(islice(_UNSEEN.finditer(line), _MOST_REMOVED))
        if unseen:
            names = ", ".join(sorted({f"U+{ord(one[0]):04X}" for one in unseen}))
            count = (
                f"{len(unseen)} invisible characters stand"
                if len(unseen) > 1
                else ("An invisible character stands")
            )
            message = f"{count} in the line ({names})."
            edits = tuple(Edit(subject.part(number, *one.span()), "") for one in unseen)
            fix = Fix("Remove what nobody sees.", edits)
            help_ = "A search does not find words that hold one."
            yield Problem(subject.part(number, *unseen[0].span()), message, help_, fix)


def _emphasis(subject: Subject) -> Iterator[Problem]:
    shown = subject.written.shown
    if "**" not in shown.text:
        return
    for start, end in _chunks(shown.text):
        marks = [match.start() for match in _STARS.finditer(shown.text, start, end)]
        for opening, closing in zip(marks[::2], [*marks[1::2], -1], strict=False):
            if closing < 0:
                if _is_glob(shown.text, opening):
                    break
                message = "The `**` that begins here is never closed."
                help_ = "Close it in the same paragraph, or write `\\*\\*`."
                yield Problem(shown.place(opening, opening + 2), message, help_)
            elif not _can_close(shown.text, closing):
                what = " ".join(shown.text[opening : closing + 3].split())
                what = what if len(what) <= 60 else f"…{what[-58:]}"
                message = f"The stars of `{what}` are shown as stars."
                help_ = "A mark right before `**` needs a space behind it: move the mark outside."
                yield Problem(shown.place(closing, closing + 2), message, help_)
                break


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Where paragraphs, items, headings and cells stand: emphasis does not cross their ends."""
    start = position = 0
    for line in text.split("\n"):
        if position > start and (_BEGINS_CHUNK.match(line) or "|" in line):
            yield start, position
            start = position
        if "|" in line:
            for cell in line.split("|"):
                yield start, start + len(cell)
                start += len(cell) + 1
            start = position + len(line) + 1
        position += len(line) + 1
    if start < len(text):
        yield start, len(text)


def _is_glob(text: str, at: int) -> bool:
    """Whether two stars are meant as such: `**/*.log`, `2 ** 3`, `'**'`, a remark behind 10**."""
    before, after = text[max(at - 1, 0) : at], text[at + 2 : at + 3]
    return (
        before in tuple("/)'\"")
        or after in tuple("/.")
        or before.isdigit()
        or (before + after).isspace()
    )


def _can_close(text: str, at: int) -> bool:
    """Whether `**` may end emphasis: CommonMark's right-flanking delimiter run."""
    before, after = text[at - 1 : at], text[at + 2 : at + 3]
    if not before or before.isspace():
        return True  # meant as something else: `2 ** 3`
    return not _is_mark(before) or not after or after.isspace() or _is_mark(after)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PS"


def _trailing_backslash(subject: Subject) -> Iterator[Problem]:
    if "\\" not in subject.written.shown.text:
        return
    lines = subject.written.shown.text.split("\n")
    for offset, line in enumerate(lines):
        if not line.endswith("\\") or line.endswith("\\\\"):
            continue
        following = lines[offset + 1] if offset + 1 < len(lines) else ""
        if not following.strip() or line.lstrip().startswith("#"):
            number = subject.body_line + offset
            message = "The backslash at the end is shown: there is no next line to break to."
            place = subject.part(number, len(line) - 1, len(line))
            fix = Fix("Remove the backslash.", (Edit(place, ""),))
            yield Problem(place, message, fix=fix)


def _line_ends(subject: Subject) -> Iterator[Problem]:
    raw = subject.raw
    if b"\r" not in raw or b"\0" in raw:
        return
    windows = raw.count(b"\r\n")
    counts = {
        "LF": raw.count(b"\n") - windows,
        "CR LF": windows,
        "CR": raw.count(b"\r") - windows,
    }
    used = {name: count for name, count in counts.items() if count}
    if len(used) > 1:
        listed = ", ".join(f"{count} {name}" for name, count in used.items())
        message = f"The file mixes line ends: {listed}."
        help_ = "Let your editor save it with one kind; LF where nothing else decides."
        yield Problem(subject.part(_first_other(raw, used), 0, 0), message, help_)


def _first_other(raw: bytes, used: dict[str, int]) -> int:
    """The first line that ends otherwise than most do."""
    most = max(used, key=lambda name: used[name])
    ends: Sequence[bytes] = re.findall(rb"\r\n|\n|\r", raw)
    names = {b"\n": "LF", b"\r\n": "CR LF", b"\r": "CR"}
    return next(n for n, end in enumerate(ends, start=1) if names[end] != most)


RULES: tuple[Rule, ...] = (
    Rule(
        "KB901",
        "merge-conflict",
        "markdown",
        "error",
        "No merge conflict is left in.",
        "The markers `<<<<<<<` and `>>>>>>>` stand for a question that nobody answered.",
        "## Response\n\n<<<<<<< HEAD\nThe link was restarted.\n=======\nTraffic was moved.\n"
        ">>>>>>> main",
        "## Response\n\nThe link was restarted.\nTraffic was moved.",
        _conflicts,
    ),
    Rule(
        "KB902",
        "unclosed-code",
        "markdown",
        "error",
        "A fence of code is closed.",
        "Everything below an open fence is code: sections, timeline and follow-ups there are "
        "neither shown as such nor found.",
        "## Response\n\n```sh\nkubectl get pods\n\nThe pods were restarted.",
        "## Response\n\n```sh\nkubectl get pods\n```\n\nThe pods were restarted.",
        markup.unclosed_fences,
    ),
    Rule(
        "KB903",
        "unclosed-comment",
        "markdown",
        "error",
        "A comment is closed.",
        "What follows `<!--` is hidden up to the next `-->`, or up to the end.",
        "## Response\n\n<!-- ask the network team\n\nThe link was restarted.",
        "## Response\n\n<!-- ask the network team -->\n\nThe link was restarted.",
        _unclosed_comment,
    ),
    Rule(
        "KB904",
        "hidden-character",
        "markdown",
        "warning",
        "No character stands in the text that nobody can see.",
        "Zero-width spaces come along when text is copied out of a chat or a browser, and break "
        "words for every search. Those that turn the direction of a line (U+202E) or smuggle "
        "text are an error: a reviewer does not read what stands there.",
        "## Response\n\nThe kakao\u200btalk link was restarted.",
        "## Response\n\nThe kakaotalk link was restarted.",
        _hidden_characters,
    ),
    Rule(
        "KB905",
        "broken-table",
        "markdown",
        "warning",
        "A table has a row of dashes, and as many cells in each row as in its head.",
        "Without the dashes it is a paragraph with bars; cells too many are dropped, and some "
        "pages then show no table at all.",
        "## Impact\n\n| Service | Users |\n|---|---|\n| login | 5,000 | 20 % |",
        "## Impact\n\n| Service | Users |\n|---|---|\n| login | 5,000 |",
        markup.broken_tables,
    ),
    Rule(
        "KB906",
        "not-a-list",
        "markdown",
        "warning",
        "What looks like a list is one.",
        "Lines that begin with `•`, `ㆍ` or `-` without a space run together into one paragraph, "
        "and so does a numbered list right below a paragraph that does not begin with 1.",
        "## Impact\n\n• 로그인 실패\n• 메시지 지연",
        "## Impact\n\n- 로그인 실패\n- 메시지 지연",
        markup.not_lists,
    ),
    Rule(
        "KB907",
        "tight-heading",
        "markdown",
        "warning",
        "Between `#` and a heading stands a space.",
        "`##Impact` is a paragraph. The section is not found, and counts as missing.",
        "## Response\n\n###Second day\n\nThe link was restarted.",
        "## Response\n\n### Second day\n\nThe link was restarted.",
        markup.tight_headings,
    ),
    Rule(
        "KB908",
        "task-box",
        "markdown",
        "warning",
        "A box to tick is written `- [ ] ` or `- [x] `.",
        "`- []`, `- [ x]` and `-[ ]` are shown as brackets, and whether a follow-up is done is "
        "not known.",
        "## Follow-ups\n\n- [] Add a second link — owner: network team, due: 2024-08-31, "
        "ticket: NET-12",
        "## Follow-ups\n\n- [ ] Add a second link — owner: network team, due: 2024-08-31, "
        "ticket: NET-12",
        markup.task_boxes,
    ),
    Rule(
        "KB909",
        "open-emphasis",
        "markdown",
        "warning",
        "Stars make words bold, and are not shown themselves.",
        "`**` without its counterpart is shown. In Korean so is `**장애(1차)**는`: a mark right "
        "before the stars must not have a letter right behind them (CommonMark, flanking "
        "delimiter runs).",
        "## Impact\n\n**장애(1차)**는 86분 이어졌다.",
        "## Impact\n\n**장애**(1차)는 86분 이어졌다.",
        _emphasis,
    ),
    Rule(
        "KB910",
        "hidden-html",
        "markdown",
        "warning",
        "No words are taken for HTML.",
        "`<pod-name>` outside code is a tag, which many pages hide with its words. `<script>` "
        "and `<iframe>` are shown nowhere; a `<details>` that is not closed takes in all below.",
        "## Response\n\nWe ran kubectl delete pod <pod-name> by hand.",
        "## Response\n\nWe ran `kubectl delete pod <pod-name>` by hand.",
        hidden_html,
    ),
    Rule(
        "KB911",
        "indented-text",
        "markdown",
        "note",
        "Lists, tables and headings are not indented by four spaces.",
        "Four spaces or a tab make code of a line that does not belong to a list above it.",
        "## Impact\n\nAffected were:\n\n    - login\n    - messages",
        "## Impact\n\nAffected were:\n\n- login\n- messages",
        markup.indented_text,
    ),
    Rule(
        "KB912",
        "heading-in-list",
        "markdown",
        "note",
        "Headings do not stand in lists.",
        "`- ## Impact` looks like a heading and begins no section.",
        "## Response\n\n- ### Second day\n- The link was restarted.",
        "## Response\n\n### Second day\n\n- The link was restarted.",
        markup.headings_within,
    ),
    Rule(
        "KB913",
        "trailing-backslash",
        "markdown",
        "note",
        "A backslash ends a line only where another one follows.",
        "It breaks a line within a paragraph; at the end of one it is shown.",
        "## Response\n\nThe link was restarted.\\\n\nTraffic was moved.",
        "## Response\n\nThe link was restarted.\\\nTraffic was moved.",
        _trailing_backslash,
    ),
    Rule(
        "KB914",
        "mixed-line-ends",
        "markdown",
        "note",
        "All lines of a file end alike.",
        "A file that mixes LF and CR LF shows changes on lines that nobody touched.",
        "## Response\n\nThe link was restarted.\r\nTraffic was moved.",
        "## Response\n\nThe link was restarted.\nTraffic was moved.",
        _line_ends,
    ),
)
