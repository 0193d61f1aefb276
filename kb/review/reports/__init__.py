"""A report in the words of each tool that reads it, one format a file.

    text            a terminal, an editor
    github          annotations of a pull request; `github.summary` for the page of the run
    gitlab          Code Quality of a merge request
    sarif           code scanning, viewers
    rdjson          reviewdog
    junit           test results of any CI
    json            scripts
    markdown        a comment that people read

Each is a pure function from a report and a `Presentation` to the whole output, ready to be
written as UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kb.review.reports.github import github
from kb.review.reports.gitlab import gitlab
from kb.review.reports.json_document import json_document
from kb.review.reports.junit import junit
from kb.review.reports.markdown import markdown
from kb.review.reports.presentation import Presentation
from kb.review.reports.rdjson import rdjson
from kb.review.reports.sarif import sarif
from kb.review.reports.text import text

if TYPE_CHECKING:
    from kb.review.report import Report

__all__ = ["FORMATS", "Format", "Presentation"]

Format = Callable[["Report", Presentation], str]

FORMATS: Mapping[str, Format] = {
    "text": text,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "rdjson": rdjson,
    "junit": junit,
    "json": json_document,
    "markdown": markdown,
}
"""By the name that `kb review --format` knows."""
