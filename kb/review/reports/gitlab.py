"""For the merge request widget of GitLab: a Code Quality report.

GitLab compares the report of a branch with that of the target branch by fingerprint, so
findings that were there before are part of it, and an entry without fault gives an empty array.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kb.review.reports.presentation import fingerprints

if TYPE_CHECKING:
    from kb.review.report import Report
    from kb.review.reports.presentation import Presentation

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def gitlab(report: Report, _: Presentation) -> str:
    """The findings as a JSON array; paths are relative to the repository's root."""
    found = [
        {
            "description": f"{finding.message} {finding.help}".strip(),
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.level],
            "location": {
                "path": finding.path.removeprefix("./"),
                "lines": {"begin": finding.place.line, "end": finding.place.end_line},
            },
        }
        for finding, fingerprint in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
