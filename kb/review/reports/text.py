"""For a person at a terminal: one line a finding, which editors understand, and the line itself.

    entries/2024/2024-07-18-login.md:31:3: error: 10:20 stands below 10:54 [KB301 time-order]
       31 | - 10:20 KST — 장애를 처음 알아챔
          |   ^^^^^

Quoted lines stand behind a gutter: a line of an entry that begins with `::` would otherwise be
a command to the runner of GitHub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.review.columns import characters, place_in
from kb.review.reports.presentation import (
    about,
    by_path,
    counted,
    entries_counted,
    inherited,
    levels_counted,
    own,
    seen_before,
)
from kb.screen_text import plain, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.related import RelatedEntry
    from kb.review.report import Report, ReviewedEntry
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import ReviewFinding

_BOLD, _DIM, _CYAN = "1", "2", "36"
_COLOURS = {"error": "1;31", "warning": "33", "note": "34"}
_GUTTER = 5
_WHAT = {
    "recurrence": "happened before",
    "duplicate": "perhaps the same incident",
    "similar": "similar",
}


def text(report: Report, presentation: Presentation) -> str:
    """The findings, what was seen before, and one line that sums it up."""
    paint = _painter(colour=presentation.colour)
    names = {rule.code: rule.name for rule in report.rules}
    lines: list[str] = []
    for findings in by_path(own(report)).values():
        for finding in findings:
            lines += _finding(report, finding, names, presentation)
        lines.append("")
    for entry in report.entries:
        lines += _seen_before(entry, presentation)
    lines += [f"{paint('notice:', _COLOURS['warning'])} {plain(one)}" for one in report.notices]
    lines.append(paint(_summary(report), _BOLD))
    return "\n".join(lines) + "\n"


class _Paint:
    """Colours text, or leaves it."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, told: str, code: str) -> str:
        return f"\x1b[{code}m{told}\x1b[0m" if self._colour and told else told


def _painter(*, colour: bool) -> _Paint:
    return _Paint(colour=colour)


def _finding(
    report: Report, finding: ReviewFinding, names: dict[str, str], presentation: Presentation
) -> Iterator[str]:
    paint = _painter(colour=presentation.colour)
    place = place_in(report, finding.path, finding.place, characters)
    where = paint(f"{plain(finding.path)}:{place.line}:{place.column}:", _BOLD)
    level = paint(f"{finding.level}:", _COLOURS[finding.level])
    rule = " ".join(filter(None, (finding.rule, names.get(finding.rule))))
    yield f"{where} {level} {_one_line(finding.message)} {paint(f'[{rule}]', _CYAN)}"
    yield from _quoted(finding, presentation)
    for about_it in (finding.help, f"--fix: {finding.fix.description}" if finding.fix else ""):
        if about_it:
            yield f"{'':>{_GUTTER}} {paint('=', _DIM)} {_one_line(about_it)}"


def _quoted(finding: ReviewFinding, presentation: Presentation) -> Iterator[str]:
    """The line with a caret below what is meant; only a part of a long line."""
    if not finding.text.strip():
        return
    paint = _painter(colour=presentation.colour)
    shown = plain(finding.text)
    place = finding.place
    start = min(place.column - 1, len(shown))
    same_line = place.end_line == place.line
    end = min(max(place.end_column - 1 if same_line else len(shown), start), len(shown))
    room = max(presentation.columns - _GUTTER - 3, 20)
    first, last = _window(shown, start, end, room)
    before = "…" if first else ""
    after = "…" if last < len(shown) else ""
    number = paint(f"{place.line:>{_GUTTER}} |", _DIM)
    yield f"{number} {before}{shown[first:last]}{after}".rstrip()
    blank = " " * (width(before) + width(shown[first:start]))
    carets = "^" * max(width(shown[start : min(end, last)]), 1)
    bar = paint(f"{'':>{_GUTTER}} |", _DIM)
    yield f"{bar} {blank}{paint(carets, _COLOURS[finding.level])}"


def _window(shown: str, start: int, end: int, room: int) -> tuple[int, int]:
    """From where to where a line is shown, so that what is meant can be seen.

    Only as much of a line is measured as may fit: lines may be as long as files.
    """
    if len(shown) <= room and width(shown) <= room:
        return 0, len(shown)
    first, taken = start, 0
    lead = 0 if width(shown[: min(end, room)]) <= room - 2 and end <= room else room // 3
    while first > 0 and (lead == 0 or taken < lead):
        first -= 1
        taken += width(shown[first])
    last, taken = first, 0
    while last < len(shown) and taken + width(shown[last]) <= room - 2:
        taken += width(shown[last])
        last += 1
    return first, last


def _seen_before(entry: ReviewedEntry, presentation: Presentation) -> Iterator[str]:
    found = seen_before(entry)
    if not found:
        return
    paint = _painter(colour=presentation.colour)
    yield paint(f"Seen before {plain(entry.path)}", _BOLD)
    for what, one in found:
        yield from _related(what, one, presentation)
    yield ""


def _related(what: str, one: RelatedEntry, presentation: Presentation) -> Iterator[str]:
    paint = _painter(colour=presentation.colour)
    told = paint(f"{_WHAT[what]}:", _COLOURS["note" if what == "similar" else "warning"])
    title = " ".join(filter(None, (one.date, _one_line(one.title))))
    yield f"  {told} {title} {paint(f'({plain(one.id)})', _CYAN)}"
    reasons = "; ".join(reason.text for reason in one.reasons)
    if reasons:
        yield f"    {_one_line(reasons)}"
    for item in one.open_follow_ups:
        details = about(item, presentation.today)
        task = _one_line(item.text) or "—"
        yield f"    [ ] {task}" + (f" ({_one_line(details)})" if details else "")


def _summary(report: Report) -> str:
    own_findings = own(report)
    fixable = sum(finding.fix is not None for finding in own_findings)
    before = len(inherited(report))
    parts = [
        f"{entries_counted(report)} reviewed: {levels_counted(report)}",
        f"{fixable} can be fixed with --fix" if fixable else "",
        f"{counted(len(report.waived), 'finding')} allowed by the entries" if report.waived else "",
        f"{counted(before, 'finding')} there before" if before else "",
    ]
    return "; ".join(filter(None, parts)) + "."


def _one_line(told: str) -> str:
    return plain(" ".join(told.split()))
