"""What holds for all rules: their texts, their examples, and that they stand any input."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.review.rule import Family, Problem, Rule
from kb.review.rules import RULES, named, problems
from kb.review.subject import Folder, Subject
from tests.review_examples import KEYS, PATH, SECTIONS, codes, entry_of, found, read, told

WHOLE = entry_of()

# Rules about the file rather than the text: what their examples mean.
OTHER_PATH = "2023/2024-07-18-login-outage.md"
ENGLISH = " ".join(["Nobody could sign in, and nobody knew why."] * 20)
LINK = "## Response\n\nAs in [May](2024-05-13-outage.md)."
ABOUT_FILES: dict[str, tuple[Subject, Subject]] = {
    "KB101": (read(WHOLE.encode("utf-16")), read(WHOLE)),
    "KB104": (
        read(WHOLE, folder=Folder(paths_of={"2024-07-18-login-outage": (OTHER_PATH, PATH)})),
        read(WHOLE, folder=Folder(paths_of={"2024-07-18-login-outage": (PATH,)})),
    ),
    "KB116": (read(WHOLE, OTHER_PATH), read(WHOLE)),
    "KB117": (read(WHOLE, "2024/Login Outage (final).md"), read(WHOLE)),
    "KB801": (
        read(
            entry_of(LINK), folder=Folder(exists=lambda path: path != "2024/2024-05-13-outage.md")
        ),
        read(entry_of(LINK)),
    ),
    "KB120": (read(entry_of(f"language: ko\n\n{ENGLISH}")), read(entry_of("language: en"))),
}
WITH_EXAMPLES = [rule for rule in RULES if rule.code not in ABOUT_FILES]


def test_nothing_is_found_in_an_entry_without_fault() -> None:
    assert told(problems(read(WHOLE))) == []


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.code)
def test_the_bad_example_is_found_and_the_good_one_is_not(rule: Rule) -> None:
    assert found(read(entry_of(rule.bad)), rule.code) != []
    assert found(read(entry_of(rule.good)), rule.code) == []


@pytest.mark.parametrize("code", ABOUT_FILES)
def test_rules_about_files_find_theirs(code: str) -> None:
    bad, good = ABOUT_FILES[code]
    assert len(found(bad, code)) == 1
    assert found(good, code) == []


def test_codes_and_names_are_unique_and_belong_to_their_family() -> None:
    families = dict(zip(get_args(Family), "123456789", strict=False)) | {"waivers": "0"}
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)
    for rule in RULES:
        assert re.fullmatch(rf"KB{families[rule.family]}\d\d", rule.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_texts_of_a_rule_are_there_to_be_read(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 100
    assert "\n" not in rule.summary
    assert len(rule.why) > 40
    assert rule.bad != rule.good


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("KB203", "KB203"),
        ("kb203", "KB203"),
        (" template-text ", "KB203"),
        ("Template_Text", "KB203"),
        ("KB999", None),
        ("", None),
    ],
)
def test_a_rule_is_known_by_code_and_name(typed: str, code: str | None) -> None:
    rule = named(typed)
    assert (rule.code if rule else None) == code


def test_problems_come_in_the_order_of_lines() -> None:
    subject = read(entry_of("severity: huge\nstatus: almost\n\n## Impact\n\nTODO: say more"))
    lines = [problem.place.line for _, problem in problems(subject)]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_in_an_imported_entry_errors_are_warnings_and_missing_parts_notes() -> None:
    text = "---\ntitle: Login failed on PC\ndate: 2024-07-18\nseverity: huge\n---\n## Summary\n\nA"
    levels = {
        imported: {rule.code: one.level or rule.level for rule, one in problems(read(content))}
        for imported, content in (
            (False, text),
            (True, text.replace("---\n##", "imported: true\n---\n##")),
        )
    }
    assert {levels[False][code] for code in ("KB103", "KB109", "KB201")} == {"error"}
    assert [levels[True][code] for code in ("KB103", "KB109", "KB201")] == [
        "note",
        "warning",
        "note",
    ]


def _is_in_the_file(subject: Subject, problem: Problem) -> bool:
    place = problem.place
    if not subject.lines:
        return place.line == 1
    width = len(subject.lines[place.line - 1])
    return place.line == place.end_line and 1 <= place.column <= place.end_column <= width + 1


MARKS = [
    *KEYS,
    *SECTIONS,
    *"- :\n`\"'[]{}|#<>!".split(" "),
    "\n",
    "---\n",
    "2024-07-18",
    "9999-12-31",
]
MARKS += [
    "0001-01-01T00:00:00-12:00",
    "24:00",
    "KST",
    "약 2시간 동안",
    "TODO",
    "timezone: ET",
    "가",
]
MARKS += [
    "\n- 2024-11-03 01:30",
    "2024-02-29",
    "lasted 99 hours",
    "started",
    "9999-12-31T23:59+14:00",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(MARKS) | st.text(max_size=5), max_size=25).map("".join))
def test_odd_text_is_reviewed_without_a_crash(text: str) -> None:
    for content in (text, f"---\n{text}\n---\n{text}", entry_of(f"## Timeline\n\n{text}")):
        subject = read(content.encode("utf-8", "replace"))
        assert all(_is_in_the_file(subject, problem) for _, problem in problems(subject))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_odd_bytes_are_reviewed_without_a_crash(raw: bytes) -> None:
    for content in (raw, b"---\n" + raw + b"\n---\n" + raw):
        subject = read(content)
        assert all(_is_in_the_file(subject, problem) for _, problem in problems(subject))


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "1시간 ",
        "10:54 ",
        "lasted 1 hour ",
        "TODO ",
        "{{ ",
        "[insert ",
        "TODO: ",
        "약 ",
        "- ",
        "가",
    ],
)
def test_a_hostile_line_costs_little(piece: str) -> None:
    subject = read(entry_of(f"## Impact\n\n{piece * (300_000 // len(piece))}"))
    start = time.process_time()
    codes(subject)
    assert time.process_time() - start < 10  # in quadratic time it would be hours


def test_an_empty_file_is_told_once() -> None:
    for content in (b"", b"\xff\xfe\x00", b"\x00\x01"):
        subject = read(content)
        assert codes(subject)[0] in {"KB101", "KB102"}
        assert len(set(codes(subject)) & {"KB101", "KB102"}) >= 1


def test_findings_of_the_reader_are_told_once_each() -> None:
    text = WHOLE.replace("status: published", "status: almost\nstarted: x").replace("Seoul", "Sool")
    subject = read(text.replace("title:", "title: a\ntitle:"))
    seen = [(one.place.line, one.place.column, one.message) for _, one in problems(subject)]
    assert len(seen) == len(set(seen)) == len(subject.entry.findings)
    assert set(codes(subject)) >= {"KB102", "KB110", "KB113"}


def test_a_problem_keeps_the_level_its_rule_gave_it() -> None:
    rule = replace(RULES[0], check=lambda s: [Problem(s.line(1), "x", level="error")])
    imported = read(entry_of("imported: true"))
    assert [one.level for _, one in problems(imported, [rule])] == ["error"]
