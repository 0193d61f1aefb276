"""For scripts: everything the report holds, as one JSON document.

Its `findings` and `related` are a contract (`schema_version`); lines and columns count from 1,
columns in characters of the file as it stands, the end is the first character behind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kb.review.columns import characters, place_in
from kb.review.report import LEVELS
from kb.review.reports.presentation import fingerprints, seen_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.review.report import Report
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import Place, ReviewFinding

SCHEMA_VERSION = 1


def json_document(report: Report, presentation: Presentation) -> str:
    """The report as a JSON document, indented, characters as they are."""
    known = fingerprints([*report.findings, *(one.finding for one in report.waived)])
    levels: dict[str, int] = {level: report.count(level) for level in LEVELS}
    document = {
        "schema_version": SCHEMA_VERSION,
        "base": report.base,
        "fails": report.fails(presentation.fail_on),
        "fail_on": presentation.fail_on or "never",
        "notices": list(report.notices),
        "counts": {
            **levels,
            "inherited": sum(finding.inherited for finding in report.findings),
            "waived": len(report.waived),
        },
        "entries": [
            {"id": entry.id, "path": entry.path, "title": entry.title, "status": entry.status}
            for entry in report.entries
        ],
        "findings": [
            _finding(report, finding, fingerprint, presentation)
            for finding, fingerprint in zip(report.findings, known, strict=False)
        ],
        "waived": [
            {
                **_finding(report, one.finding, fingerprint, presentation),
                "reason": one.reason,
                "allowed_on_line": one.line,
            }
            for one, fingerprint in zip(report.waived, known[len(report.findings) :], strict=True)
        ],
        "related": list(related(report)),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def related(report: Report) -> Iterator[dict[str, Any]]:
    """What was seen before, with the reviewed entry and what the other is to it."""
    for entry in report.entries:
        for what, one in seen_before(entry):
            yield {**one.to_json(), "entry": entry.id, "entry_path": entry.path, "what": what}


def _finding(
    report: Report, finding: ReviewFinding, fingerprint: str, presentation: Presentation
) -> dict[str, Any]:
    fix = None
    if finding.fix:
        edits = [
            {**_place(report, finding.path, edit.place), "text": edit.text}
            for edit in finding.fix.edits
        ]
        fix = {"description": finding.fix.description, "edits": edits}
    return {
        "rule": finding.rule,
        "level": finding.level,
        "path": finding.path,
        **_place(report, finding.path, finding.place),
        "message": finding.message,
        "help": finding.help,
        "fix": fix,
        "text": finding.text,
        "inherited": finding.inherited,
        "fingerprint": fingerprint,
        "url": presentation.rule_url(finding.rule),
    }


def _place(report: Report, path: str, place: Place) -> dict[str, int]:
    counted = place_in(report, path, place, characters)
    return {
        "line": counted.line,
        "column": counted.column,
        "end_line": counted.end_line,
        "end_column": counted.end_column,
    }
