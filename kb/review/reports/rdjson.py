"""For reviewdog, which posts findings to many code hosts: Reviewdog Diagnostic Format.

Its columns count bytes of UTF-8. A fix becomes a suggestion where it is one edit: reviewdog
takes several suggestions for alternatives. Findings that were there before are left out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kb.review.columns import place_in, utf8_bytes
from kb.review.reports.presentation import NAME, own

if TYPE_CHECKING:
    from kb.review.report import Report
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import Place, ReviewFinding

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def rdjson(report: Report, presentation: Presentation) -> str:
    """The findings as one `DiagnosticResult`."""
    help_url = f"{presentation.site_url}/help/review" if presentation.site_url else ""
    found = {
        "source": _with_url({"name": NAME}, help_url),
        "severity": "WARNING",
        "diagnostics": [_diagnostic(report, one, presentation) for one in own(report)],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _diagnostic(
    report: Report, finding: ReviewFinding, presentation: Presentation
) -> dict[str, Any]:
    url = presentation.rule_url(finding.rule)
    found: dict[str, Any] = {
        "message": f"{finding.message}\n{finding.help}".strip(),
        "location": {"path": finding.path, "range": _range(report, finding.path, finding.place)},
        "severity": _SEVERITIES[finding.level],
        "code": _with_url({"value": finding.rule}, url),
    }
    if finding.fix and len(finding.fix.edits) == 1:
        edit = finding.fix.edits[0]
        place = _range(report, finding.path, edit.place)
        found["suggestions"] = [{"range": place, "text": edit.text}]
    return found


def _range(report: Report, path: str, place: Place) -> dict[str, dict[str, int]]:
    counted = place_in(report, path, place, utf8_bytes)
    return {
        "start": {"line": counted.line, "column": counted.column},
        "end": {"line": counted.end_line, "column": counted.end_column},
    }


def _with_url(named: dict[str, str], url: str) -> dict[str, str]:
    return {**named, "url": url} if url else named
