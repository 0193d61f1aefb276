"""The page of a run of GitHub Actions, to which a step adds what it has to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.review.report import Report
    from kb.review.reports import Presentation

_VARIABLE = "GITHUB_STEP_SUMMARY"


def append_summary(
    report: Report, presentation: Presentation, environment: Mapping[str, str]
) -> None:
    """Add the whole report to the summary of this step; elsewhere than on GitHub do nothing.

    Annotations show a part of the findings only, so `--format github` does both.
    """
    from kb.review.reports.github import summary

    name = environment.get(_VARIABLE, "")
    if not name:
        return
    place = Path(name)
    used = place.stat().st_size if place.exists() else 0
    with place.open("ab") as file:
        file.write(summary(report, presentation, used).encode("utf-8", "replace"))
