"""For code scanning of GitHub and for SARIF viewers: SARIF 2.1.0 (OASIS).

Columns count UTF-16 units: what GitHub's own CodeQL writes, and what viewers in JavaScript take
them for. A waived finding is a suppressed result and one that was there before is `unchanged`,
as the standard has it. GitHub ignores both marks and would open an alert for a waived finding:
`uploadable` leaves those out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb import __version__
from kb.review.columns import place_in, utf16_units
from kb.review.reports.json_document import related
from kb.review.reports.presentation import NAME, fingerprints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.review.report import Report, Waived
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import Fix, Place, ReviewFinding, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def sarif(report: Report, presentation: Presentation) -> str:
    """The report as a SARIF log with one run."""
    waived = [one.finding for one in report.waived]
    known = fingerprints([*report.findings, *waived])
    index = {rule.code: number for number, rule in enumerate(report.rules)}
    compared = report.base is not None or any(one.inherited for one in report.findings)
    results = [
        _result(report, finding, fingerprint, index, compared=compared)
        for finding, fingerprint in zip(report.findings, known, strict=False)
    ]
    for one, fingerprint in zip(report.waived, known[len(report.findings) :], strict=True):
        result = _result(report, one.finding, fingerprint, index, compared=compared)
        results.append({**result, "suppressions": [_suppression(one)]})
    run = {
        "tool": {"driver": _driver(report, presentation)},
        "automationDetails": {"id": "kb-review/"},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The repository's root."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "warning", "message": {"text": notice}} for notice in report.notices
                ],
            }
        ],
        "results": results,
        "properties": {"seenBefore": list(related(report))},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def uploadable(log: str) -> str:
    """A log as GitHub should receive it: without what is suppressed."""
    document = json.loads(log)
    for run in document["runs"]:
        run["results"] = [one for one in run["results"] if not one.get("suppressions")]
    return json.dumps(document, ensure_ascii=False) + "\n"


def _driver(report: Report, presentation: Presentation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": NAME,
        "semanticVersion": __version__,
        "rules": [_rule(rule, presentation) for rule in report.rules],
    }
    if presentation.site_url:
        found["informationUri"] = f"{presentation.site_url}/help/review"
    return found


def _rule(rule: Rule, presentation: Presentation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": _help(rule), "markdown": _help(rule)},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": [rule.family]},
    }
    if url := presentation.rule_url(rule.code):
        found["helpUri"] = url
    return found


def _help(rule: Rule) -> str:
    return "\n\n".join((rule.why, "Instead of", _fenced(rule.bad), "write", _fenced(rule.good)))


def _fenced(example: str) -> str:
    fence = "```"
    while fence in example:
        fence += "`"
    return f"{fence}markdown\n{example}\n{fence}"


def _result(
    report: Report,
    finding: ReviewFinding,
    fingerprint: str,
    index: Mapping[str, int],
    *,
    compared: bool,
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": _plain(f"{finding.message} {finding.help}")},
        "locations": [_location(report, finding.path, finding.place)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{fingerprint}:1",
            "kbFinding/v1": fingerprint,
        },
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if compared:
        result["baselineState"] = "unchanged" if finding.inherited else "new"
    if finding.fix:
        result["fixes"] = [_fix(report, finding.path, finding.fix)]
    return result


def _plain(text: str) -> str:
    """A message in which nothing is a link: in SARIF `[text](address)` is one."""
    return text.strip().replace("](", "]\u200b(")


def _location(report: Report, path: str, place: Place) -> dict[str, Any]:
    artifact = {"artifactLocation": _artifact(path), "region": _region(report, path, place)}
    return {"physicalLocation": artifact}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.removeprefix("./"), safe="/"), "uriBaseId": _ROOT}


def _region(report: Report, path: str, place: Place) -> dict[str, int]:
    counted = place_in(report, path, place, utf16_units)
    return {
        "startLine": counted.line,
        "startColumn": counted.column,
        "endLine": counted.end_line,
        "endColumn": counted.end_column,
    }


def _fix(report: Report, path: str, fix: Fix) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(report, path, edit.place),
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(path), "replacements": replacements}
    return {"description": {"text": fix.description}, "artifactChanges": [change]}


def _suppression(one: Waived) -> dict[str, Any]:
    region = {"startLine": one.line}
    place = {"artifactLocation": _artifact(one.finding.path), "region": region}
    return {
        "kind": "inSource",
        "status": "accepted",
        "justification": one.reason,
        "location": {"physicalLocation": place},
    }
