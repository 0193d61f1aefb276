"""The formats of a review: what each says of one report, and that their readers accept it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import junitparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import __version__
from kb.review.report import Report, ReviewedEntry
from kb.review.reports import FORMATS, Presentation
from kb.review.reports.github import EACH_TYPE
from kb.review.reports.presentation import fingerprints, source_url
from kb.review.reports.sarif import uploadable
from kb.review.rule import Edit, Fix, Place, ReviewFinding
from kb.screen_text import width
from tests.review_report import (
    CLEAN,
    ENGLISH,
    FINDINGS,
    KOREAN,
    LINKED,
    PRESENTATION,
    REPORT,
    RULES,
    TODAY,
    WAIVED,
    data,
    many,
    report_of,
    said,
)
from tests.review_schemas import junit_schema, problems_with, sarif_schema, schema_of

if TYPE_CHECKING:
    from kb.finding import Level

FIXTURES = Path(__file__).parent / "fixtures"
EMPTY = Report((), (), (), RULES)
REPORTS = [REPORT, CLEAN, EMPTY, report_of()]
ENDINGS = {"text": "txt", "github": "txt", "junit": "xml", "markdown": "md"}
JSON_FORMATS = ["gitlab", "sarif", "rdjson", "json"]
SECRET = "ghp_" + "a1B2" * 9


# --- what each says -----------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_its_snapshot_shows(name: str, pytestconfig: pytest.Config) -> None:
    presentation = LINKED if name in {"markdown", "sarif", "rdjson"} else PRESENTATION
    told = said(name, REPORT, presentation).replace(f'"{__version__}"', '"(version)"')
    place = FIXTURES / "review" / f"{name}.{ENDINGS.get(name, 'json')}"
    if pytestconfig.getoption("--regenerate-transcripts"):
        place.write_text(told, "utf-8")
    assert told == place.read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("report", REPORTS)
def test_a_format_ends_with_a_line_end_and_is_the_same_each_time(name: str, report: Report) -> None:
    told = said(name, report)
    assert told == said(name, report)
    assert told == "" or (told.endswith("\n") and not told.endswith("\n\n"))
    assert not told.startswith("\ufeff")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_every_new_finding(name: str) -> None:
    told = said(name)
    for one in FINDINGS:
        if not one.inherited:
            assert one.rule in told


@pytest.mark.parametrize("name", FORMATS)
def test_a_secret_in_the_lines_behind_a_report_is_shown_nowhere(name: str) -> None:
    line = f"Key: {SECRET} 🔑"
    lines = {ENGLISH: {7: line}}
    assert SECRET not in said(name, replace(REPORT, lines=lines))


# --- their readers ------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("presentation", [PRESENTATION, LINKED])
def test_sarif_is_valid(report: Report, presentation: Presentation) -> None:
    log = said("sarif", report, presentation)
    assert problems_with(log, sarif_schema()) == []
    assert problems_with(uploadable(log), sarif_schema()) == []


def test_the_schema_of_sarif_finds_faults() -> None:
    log = data("sarif")
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert len(problems_with(json.dumps(log), sarif_schema())) == 1


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("presentation", [PRESENTATION, LINKED])
@pytest.mark.parametrize(("name", "schema"), [("gitlab", "code-quality"), ("rdjson", "rdjson")])
def test_json_is_valid(name: str, schema: str, report: Report, presentation: Presentation) -> None:
    assert problems_with(said(name, report, presentation), schema_of(schema)) == []


@pytest.mark.parametrize("report", REPORTS)
def test_junit_is_valid(report: Report) -> None:
    junit_schema().validate(said("junit", report))


def test_junit_is_read_as_it_is_meant() -> None:
    suites = junitparser.JUnitXml.fromstring(said("junit").encode())
    assert (suites.tests, suites.failures, suites.errors) == (10, 2, 0)
    assert [suite.name for suite in suites] == [KOREAN, ENGLISH]
    failed = {(case.classname, case.name) for suite in suites for case in suite if case.result}
    assert failed == {(KOREAN, "sections"), (ENGLISH, "privacy")}


# --- one by one ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fail_on", "failures"), [("error", 2), ("warning", 5), ("note", 5), (None, 0)]
)
def test_a_case_of_junit_fails_where_the_review_does(fail_on: Level | None, failures: int) -> None:
    told = said("junit", REPORT, replace(PRESENTATION, fail_on=fail_on))
    assert told.count("<failure") == failures
    assert f'failures="{failures}"' in told.split("\n")[1]


def test_xml_holds_no_character_that_it_may_not() -> None:
    odd = replace(FINDINGS[0], message="a\x00b\x1b[31mc\ud800d\ufffe ]]> &amp; \u202e")
    told = said("junit", report_of(odd))
    junit_schema().validate(told)
    assert "a\ufffdb\ufffd[31mc\ufffdd\ufffd ]]&gt; &amp;amp;" in told


@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_annotations_stay_within_the_limits_of_github(level: Level) -> None:
    report = report_of(*many(25, level), *FINDINGS)
    lines = said("github", report).splitlines()
    types = Counter(line.split(" ")[0] for line in lines)
    assert max(types.values()) <= EACH_TYPE
    assert len(lines) <= 50
    levels = ["error", "warning", "notice"]
    order = [levels.index(line[2:].split(" ")[0]) for line in lines]
    assert order == sorted(order)
    total = 25 + sum(not one.inherited for one in FINDINGS)
    left_out = total - (len(lines) - 1)
    assert f"; {left_out} findings cannot be shown as annotations" in lines[-1]


def test_ten_annotations_of_a_type_need_no_word_about_others() -> None:
    lines = said("github", report_of(*many(EACH_TYPE))).splitlines()
    assert len(lines) == EACH_TYPE
    assert "cannot be shown" not in "".join(lines)


def test_an_annotation_is_one_command_whatever_it_says() -> None:
    odd = replace(
        FINDINGS[0], message="100%\r\n::error::b, c: %0A", path="entries/a,b:c%\n::set x.md"
    )
    lines = said("github", report_of(odd)).splitlines()
    assert len(lines) == 1
    assert lines[0] == (
        "::error file=entries/a%2Cb%3Ac%25%0A%3A%3Aset x.md,line=4,endLine=4,col=1,endColumn=6,"
        "title=KB201::100%25%0D%0A::error::b, c: %250A%0ASay it in figures."
    )


def test_an_annotation_over_lines_has_no_columns() -> None:
    lines = [
        line for line in said("github").splitlines() if "endLine=7" in line and "line=6" in line
    ]
    assert len(lines) == 1
    assert "col=" not in lines[0].split("::")[1]


def test_a_quoted_line_of_text_is_no_command_to_a_runner() -> None:
    odd = replace(FINDINGS[0], text="::stop-commands::x\x1b[2J")
    lines = said("text", report_of(odd)).splitlines()
    assert not any(line.lstrip().startswith("::") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_carets_stand_below_wide_characters() -> None:
    lines = said("text").splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith("로그인하지 못했다."))
    quoted, carets = lines[at], lines[at + 1]
    before = quoted[: quoted.index("🔥")]
    assert len(carets) - len(carets.lstrip(" |")) == width(before)
    assert carets.count("^") == width("🔥🔥 로그인하지")


@pytest.mark.parametrize("at", [0, 10, 500_000, 999_990])
@pytest.mark.parametrize("letter", ["x", "한"])
def test_a_long_line_is_cut_around_what_is_meant(at: int, letter: str) -> None:
    line = letter * at + "HERE" + letter * (1_000_000 - at - 4)
    place = Place(4, at + 1, 4, at + 5)
    odd = replace(FINDINGS[0], text=line, place=place)
    told = said("text", report_of(odd), replace(PRESENTATION, columns=60)).splitlines()
    assert width(told[1]) <= 60
    assert told[2].index("^") == width(told[1][: told[1].index("HERE")])
    assert told[2].count("^") == 4


def test_text_is_coloured_on_request_alone() -> None:
    assert "\x1b[" not in said("text")
    coloured = said("text", REPORT, replace(PRESENTATION, colour=True))
    assert "\x1b[1;31merror:\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == said("text")


def test_editors_find_file_line_and_column() -> None:
    found = re.findall(
        r"^(.+?):(\d+):(\d+): (error|warning|note): (.+)$", said("text"), re.MULTILINE
    )
    assert [(path, int(line)) for path, line, *_ in found] == [
        (one.path, one.place.line) for one in FINDINGS if not one.inherited
    ]


def test_fingerprints_are_unique_and_outlast_moved_lines() -> None:
    twice = (*FINDINGS, FINDINGS[0], FINDINGS[0])
    known = fingerprints(twice)
    assert len(set(known)) == len(twice)
    moved = [replace(one, place=Place(90, 1, 90, 2)) for one in twice]
    assert fingerprints(moved) == known
    assert len({one["fingerprint"] for one in data("gitlab", report_of(*twice))}) == len(twice)


def test_gitlab_is_told_of_old_findings_and_of_none() -> None:
    assert [one["check_name"] for one in data("gitlab")] == [one.rule for one in FINDINGS]
    assert said("gitlab", CLEAN) == "[]\n"


def test_sarif_marks_what_is_allowed_and_what_was_there() -> None:
    results = data("sarif")["runs"][0]["results"]
    assert [one["baselineState"] for one in results] == [
        "unchanged" if one.inherited else "new" for one in (*FINDINGS, WAIVED[0].finding)
    ]
    assert [bool(one.get("suppressions")) for one in results] == [False] * 6 + [True]
    upload = json.loads(uploadable(said("sarif")))["runs"][0]["results"]
    assert upload == results[:6]
    whole = data("sarif", report_of(FINDINGS[0], base=None))["runs"][0]["results"]
    assert "baselineState" not in whole[0]


def test_sarif_names_files_by_encoded_addresses() -> None:
    uris = re.findall(r'"uri": "([^"]+)"', said("sarif"))
    assert uris
    assert all(uri.isascii() and " " not in uri for uri in uris)


def test_a_fix_of_several_edits_is_no_suggestion() -> None:
    edits = (Edit(Place(4, 1, 4, 3), "a"), Edit(Place(6, 1, 6, 2), "b"))
    several = replace(FINDINGS[0], fix=Fix("Do both.", edits))
    assert "suggestions" not in data("rdjson", report_of(several))["diagnostics"][0]
    replacements = data("sarif", report_of(several))["runs"][0]["results"][0]["fixes"][0]
    assert len(replacements["artifactChanges"][0]["replacements"]) == 2


def test_json_keeps_the_contract() -> None:
    found = data("json")
    assert found["schema_version"] == 1
    keys = {"rule", "level", "path", "line", "column", "end_line", "end_column", "message"}
    for one in found["findings"]:
        assert one.keys() >= keys | {"help", "fix"}
    assert found["findings"][2]["fix"] == {
        "description": "Write the box as a box.",
        "edits": [{"line": 10, "column": 3, "end_line": 10, "end_column": 7, "text": "[x]"}],
    }
    assert found["findings"][0]["fix"] is None
    assert [one["what"] for one in found["related"]] == ["recurrence", "similar"]
    for one in found["related"]:
        assert one.keys() >= {"id", "title", "reasons", "open_follow_ups"}
    assert found["counts"] == {"error": 2, "warning": 3, "note": 0, "inherited": 1, "waived": 1}
    assert found["waived"][0]["reason"] == WAIVED[0].reason


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        (
            {
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "o/r",
                "GITHUB_SHA": "abc",
            },
            "https://github.com/o/r/blob/abc",
        ),
        (
            {"CI_PROJECT_URL": "https://gitlab.com/o/r", "CI_COMMIT_SHA": "abc"},
            "https://gitlab.com/o/r/-/blob/abc",
        ),
        ({"GITHUB_SERVER_URL": "https://github.com"}, ""),
        ({}, ""),
    ],
)
def test_the_address_of_files_is_known_on_a_ci(environment: dict[str, str], address: str) -> None:
    assert source_url(environment) == address


@given(
    st.lists(
        st.builds(
            ReviewFinding,
            rule=st.sampled_from([rule.code for rule in RULES]),
            level=st.sampled_from(["error", "warning", "note"]),
            path=st.sampled_from([KOREAN, "./entries/x.md", "a\nb`|<.md"]),
            place=st.builds(
                Place, st.integers(1, 9), st.integers(1, 40), st.integers(1, 9), st.integers(1, 40)
            ),
            message=st.text(max_size=40),
            help=st.text(max_size=10),
            fix=st.none(),
            text=st.text(max_size=40),
            inherited=st.booleans(),
        ),
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_finding_breaks_a_format(findings: list[ReviewFinding]) -> None:
    report = report_of(*findings)
    for name in FORMATS:
        told = said(name, report, replace(LINKED, colour=True))
        told.encode("utf-8", "surrogatepass")
        if name in JSON_FORMATS:
            json.loads(told)
    own = sum(not one.inherited for one in findings)
    assert said("github", report).count("\n") == own


def test_an_entry_without_a_title_or_reasons_is_told_all_the_same() -> None:
    entry = REPORT.entries[0]
    bare = replace(entry.seen_before.recurrences[0], title="", date=None, reasons=())
    seen = replace(entry.seen_before, recurrences=(bare,), duplicates=(bare,), similar=())
    report = replace(CLEAN, entries=(ReviewedEntry("x", "x.md", "", "added", seen),))
    assert bare.id in said("text", report)
    assert "Perhaps the same incident twice." in said("markdown", report)
    assert TODAY.isoformat() not in said("markdown", report)
