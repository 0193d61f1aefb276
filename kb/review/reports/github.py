"""For a step of GitHub Actions: annotations on the lines of a pull request.

GitHub shows ten annotations of a type and drops the others without a word
(docs/problem-matchers.md of actions/toolkit). So errors come first, the last notice says how
much is left out, and `summary` has everything for the page of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.review.columns import place_in, utf8_bytes, utf16_units
from kb.review.report import LEVELS
from kb.review.reports.markdown import page
from kb.review.reports.presentation import counted, levels_counted, own

if TYPE_CHECKING:
    from kb.review.report import Report
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import ReviewFinding

EACH_TYPE = 10
"""Annotations of a type that GitHub shows for a step; 50 for a job, which has other steps."""
LONGEST_SUMMARY = 1024 * 1024
"""Bytes that GitHub takes as the summary of a step, and refuses it as a whole above."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(report: Report, _: Presentation) -> str:
    """Workflow commands, one a line, for standard output."""
    lines: list[str] = []
    found = own(report)
    left_out = 0
    for level in LEVELS:
        findings = [finding for finding in found if finding.level == level]
        room = EACH_TYPE
        if level == "note" and left_out + max(len(findings) - room, 0):
            room -= 1  # the notice that says so
        lines += [_annotation(report, finding) for finding in findings[:room]]
        left_out += max(len(findings) - room, 0)
    if left_out:
        told = (
            f"{levels_counted(report)} in all; {counted(left_out, 'finding')} cannot be shown as"
            " annotations and stand in the summary of this step."
        )
        lines.append(f"::notice title=kb review::{_data(told)}")
    return "".join(f"{line}\n" for line in lines)


def summary(report: Report, presentation: Presentation, used: int = 0) -> str:
    """The whole report as Markdown for `$GITHUB_STEP_SUMMARY`, cut where that has an end.

    Args:
        report: what was found.
        presentation: how to show it.
        used: bytes that the step has written there already.
    """
    return page(report, presentation, LONGEST_SUMMARY - used, utf8_bytes)


def _annotation(report: Report, finding: ReviewFinding) -> str:
    place = place_in(report, finding.path, finding.place, utf16_units)
    properties = {"file": finding.path, "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:
        properties |= {"col": place.column, "endColumn": max(place.end_column, place.column)}
    properties["title"] = finding.rule
    named = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = "\n".join(filter(None, (finding.message, finding.help)))
    return f"::{_COMMANDS[finding.level]} {named}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
