"""For CI systems that show test results: a case for each file and each family of rules.

A case fails where a finding does what `fail_on` says; other findings are its output, so that
an old or a minor one is told and breaks nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kb.review.reports.presentation import NAME, by_path, counted, is_serious

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.review.report import Report
    from kb.review.reports.presentation import Presentation
    from kb.review.rule import Family, ReviewFinding

# https://www.w3.org/TR/xml/#charsets; the others cannot stand in XML at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report, presentation: Presentation) -> str:
    """The review as an XML document with a test suite a file."""
    families = list(dict.fromkeys(rule.family for rule in report.rules))
    family_of = {rule.code: rule.family for rule in report.rules}
    found = by_path(report.findings)
    root = ET.Element("testsuites")
    for path in dict.fromkeys([*(entry.path for entry in report.entries), *found]):
        suite = ET.SubElement(root, "testsuite", name=_xml(path), errors="0", time="0")
        for family in families:
            findings = [one for one in found.get(path, ()) if family_of.get(one.rule) == family]
            _case(suite, path, family, findings, presentation)
        _count(suite, suite)
    root.set("name", NAME)
    _count(root, root)
    root.set("errors", "0")
    root.set("time", "0")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(
    suite: ET.Element,
    path: str,
    family: Family,
    findings: Sequence[ReviewFinding],
    presentation: Presentation,
) -> None:
    case = ET.SubElement(suite, "testcase", classname=_xml(path), name=family, time="0")
    failing = [
        one for one in findings if is_serious(one.level, presentation.fail_on) and not one.inherited
    ]
    others = [one for one in findings if one not in failing]
    if failing:
        message = failing[0].message if len(failing) == 1 else counted(len(failing), "finding")
        failure = ET.SubElement(case, "failure", message=_xml(message), type=failing[0].rule)
        failure.text = _xml("\n".join(map(_line, failing)))
    if others:
        ET.SubElement(case, "system-out").text = _xml("\n".join(map(_line, others)))


def _line(finding: ReviewFinding) -> str:
    where = f"{finding.path}:{finding.place.line}"
    before = " (there before)" if finding.inherited else ""
    told = f"{where}: {finding.level}: {finding.message} [{finding.rule}]{before}"
    return f"{told}\n    {finding.help}" if finding.help else told


def _count(element: ET.Element, within: ET.Element) -> None:
    element.set("tests", str(len(within.findall(".//testcase"))))
    element.set("failures", str(len(within.findall(".//failure"))))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
