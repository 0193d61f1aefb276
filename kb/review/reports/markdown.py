"""For people in a pull request: one comment, the verdict first, what is long folded away.

The first line is a comment that is not shown: by it the comment is found and brought up to
date, so that a pull request has one and not one a push.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.review.columns import utf16_units
from kb.review.report import LEVELS
from kb.review.reports.markdown_text import code, escaped, link, message
from kb.review.reports.presentation import (
    about,
    by_path,
    counted,
    entries_counted,
    inherited,
    is_serious,
    levels_counted,
    own,
    seen_before,
)

if TYPE_CHECKING:
    from kb.related import RelatedEntry
    from kb.review.columns import Unit
    from kb.review.report import Report, Waived
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import ReviewFinding

MARKER = "<!-- kb review -->"
LONGEST_COMMENT = 65_536
"""Characters that GitHub takes as a comment."""

_SIGNS = {"error": "🔴", "warning": "🟠", "note": "🔵"}
_MOST_FOLLOW_UPS = 10
_LONGEST_MESSAGE = 600
_RESERVED = 300
"""Characters kept free for the line that says what is left out, and for closing what is open."""


def markdown(report: Report, presentation: Presentation) -> str:
    """The report as the text of a comment, within what GitHub takes."""
    room = LONGEST_COMMENT - len(MARKER) - 1
    return f"{MARKER}\n{page(report, presentation, room, utf16_units)}"


def page(report: Report, presentation: Presentation, room: int, unit: Unit) -> str:
    """The report as a page of Markdown.

    Args:
        report: what was found.
        presentation: how to show it.
        room: how long it may be; what does not fit is left out, and that is said.
        unit: what `room` counts.
    """
    sheet = _Sheet(room - _RESERVED, unit)
    sheet.add(list(_verdict(report, presentation)))
    _recurrences(sheet, report, presentation)
    names = {rule.code: rule.name for rule in report.rules}
    told = [one for one in own(report) if _is_told(one, presentation)]
    for path, findings in by_path(told).items():
        heading = f"### {link(escaped(path), presentation.line_url(path, 1))}"
        ordered = sorted(findings, key=lambda one: LEVELS.index(one.level))
        sheet.add_list([heading, ""], [_finding(one, names, presentation) for one in ordered], [""])
    _alike(sheet, report, presentation)
    notes = [one for one in own(report) if not _is_told(one, presentation)]
    sheet.add_list(
        *_folded(
            counted(len(notes), "note"),
            [_finding(one, names, presentation, where=True) for one in notes],
        )
    )
    before = inherited(report)
    sheet.add_list(
        *_folded(
            f"{counted(len(before), 'finding')} there before this change",
            [_finding(one, names, presentation, short=True) for one in before],
        )
    )
    sheet.add_list(
        *_folded(
            f"{counted(len(report.waived), 'finding')} allowed by the entries",
            [_waived(one, names, presentation) for one in report.waived],
        )
    )
    return sheet.text()


def _is_told(finding: ReviewFinding, presentation: Presentation) -> bool:
    """Whether it stands in the open; advice is folded away unless it fails the review."""
    return finding.level != "note" or is_serious(finding.level, presentation.fail_on)


@dataclass
class _Sheet:
    """Pieces of Markdown as far as there is room; the findings left out are counted.

    Attributes:
        room: what is left of it.
        left_out: how many items did not fit.
    """

    room: int
    unit: Unit
    pieces: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, lines: Sequence[str]) -> bool:
        """Add lines if all of them fit."""
        piece = "".join(f"{line}\n" for line in lines)
        length = self.unit(piece)
        if length > self.room:
            return False
        self.pieces.append(piece)
        self.room -= length
        return True

    def add_list(self, before: Sequence[str], items: Sequence[str], after: Sequence[str]) -> None:
        """Add as many items as fit, with what stands around them; nothing without items."""
        if not items:
            return
        closing = self.unit("".join(f"{line}\n" for line in after))
        first = self.unit("".join(f"{line}\n" for line in (*before, items[0])))
        if first + closing > self.room:
            self.left_out += len(items)
            return
        self.room -= closing
        self.add(before)
        fitting = 0
        while fitting < len(items) and self.add([items[fitting]]):
            fitting += 1
        self.left_out += len(items) - fitting
        self.room += closing
        self.add(after)

    def text(self) -> str:
        """The whole, with what had no room counted at its end."""
        end = ""
        if self.left_out:
            told = counted(self.left_out, "more item")
            end = f"**There is no room here for {told}: `kb review` shows all of them.**\n"
        return "".join(self.pieces).rstrip("\n") + f"\n{end and chr(10) + end}"


def _verdict(report: Report, presentation: Presentation) -> Iterator[str]:
    fails = report.fails(presentation.fail_on)
    clean = not own(report)
    title = "nothing to report" if clean else levels_counted(report)
    yield f"## Postmortem review: {title}"
    yield ""
    entries = entries_counted(report)
    if not report.entries:
        yield "No entry was added or changed."
    elif fails:
        yield f"**Something needs to change** before this is merged ({entries} reviewed)."
    elif clean:
        yield f"{entries[0].upper()}{entries[1:]} reviewed."
    else:
        yield f"{entries[0].upper()}{entries[1:]} reviewed; nothing stands in the way."
    fixable = sum(one.fix is not None for one in own(report))
    if fixable:
        told = counted(fixable, "finding")
        yield f"{told[0].upper()}{told[1:]} can be fixed by `kb review --fix`."
    yield ""
    for notice in report.notices[:10]:
        yield f"> {escaped(notice)}"
        yield ""


def _recurrences(sheet: _Sheet, report: Report, presentation: Presentation) -> None:
    """What a reviewer should know before all else: this happened before."""
    for entry in report.entries:
        for what, one in seen_before(entry):
            if what == "recurrence":
                told = "**This happened before.**"
                end = f"{code(entry.path)} looks like a recurrence of {_named(one, presentation)}"
            elif what == "duplicate":
                told = "**Perhaps the same incident twice.**"
                end = f"{code(entry.path)} overlaps {_named(one, presentation)}"
            else:
                continue
            lines = [f"> {told} {end}{_because(one)}."]
            lines += [f"> {line}" if line else ">" for line in _open(one, presentation)]
            if not sheet.add([*lines, ""]):
                sheet.left_out += 1


def _alike(sheet: _Sheet, report: Report, presentation: Presentation) -> None:
    items = []
    for entry in report.entries:
        before = f"Like {code(entry.path)}:\n\n"
        for one in entry.seen_before.similar:
            lines = [f"{before}- {_named(one, presentation)}{_because(one)}"]
            lines += [f"  {line}" if line else "" for line in _open(one, presentation)]
            items.append("\n".join(lines))
            before = ""
        if entry.seen_before.similar:
            items[-1] += "\n"
    sheet.add_list(*_folded("Similar incidents, and what is still open from then", items))


def _named(one: RelatedEntry, presentation: Presentation) -> str:
    title = link(escaped(one.title or one.id), presentation.entry_url(one.id))
    details = ", ".join(filter(None, (one.date, code(one.id))))
    return f"{title} ({details})"


def _because(one: RelatedEntry) -> str:
    reasons = "; ".join(escaped(reason.text) for reason in one.reasons)
    return f": {reasons}" if reasons else ""


def _open(one: RelatedEntry, presentation: Presentation) -> Iterator[str]:
    """The follow-ups that nobody has done since; list items, a line before them."""
    if not one.open_follow_ups:
        return
    yield ""
    yield f"{counted(len(one.open_follow_ups), 'follow-up')} from then still open:"
    yield ""
    for item in one.open_follow_ups[:_MOST_FOLLOW_UPS]:
        details = about(item, presentation.today)
        task = message(item.text) or "—"
        yield f"- [ ] {task}" + (f" ({escaped(details)})" if details else "")
    more = len(one.open_follow_ups) - _MOST_FOLLOW_UPS
    if more > 0:
        yield f"- and {more:,} more"


def _finding(
    finding: ReviewFinding,
    names: dict[str, str],
    presentation: Presentation,
    *,
    where: bool = False,
    short: bool = False,
) -> str:
    """An item of a list; with its file where that is no heading, without its help if short."""
    line = finding.place.line
    place = link(f"line {line}", presentation.line_url(finding.path, line))
    if where or short:
        place = f"{code(finding.path)}, {place}"
    rule = " ".join(filter(None, (finding.rule, names.get(finding.rule))))
    linked = link(rule, presentation.rule_url(finding.rule))
    sign = "" if short else f"{_SIGNS[finding.level]} "
    told = f"- {sign}**{finding.level}**, {place}: {message(_cut(finding.message))} ({linked})"
    if finding.help and not short:
        told += f"\n  <br>{message(_cut(finding.help))}"
    return told


def _waived(one: Waived, names: dict[str, str], presentation: Presentation) -> str:
    reason = f" Allowed on line {one.line}: {escaped(_cut(one.reason))}"
    return _finding(one.finding, names, presentation, short=True) + reason


def _folded(
    summary: str, items: Sequence[str]
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """A list that is opened by a click: what stands before it, its items, what stands behind."""
    return ["<details>", f"<summary>{summary}</summary>", ""], items, ["", "</details>", ""]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
