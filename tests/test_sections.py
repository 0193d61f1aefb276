"""Sections are what the headings of a document, or bold words in their stead, divide it into."""

from __future__ import annotations

import pytest

from kb.document.markdown import read_blocks
from kb.document.sections import Outline, outline


def read(text: str) -> Outline:
    return outline(read_blocks(text).blocks, text.split("\n"))


def said(text: str) -> list[tuple[str, str, int, str]]:
    return [
        (part.section.kind, part.section.heading, part.section.level, part.section.text)
        for part in read(text).parts
    ]


def test_a_section_runs_to_the_next_heading_of_its_level_or_higher() -> None:
    text = "## Impact\n\na\n\n### Users\nb\n\n## Root cause\nc\n# Response\nd"
    assert said(text) == [
        ("impact", "Impact", 2, "a\n\n### Users\nb"),
        ("root-cause", "Root cause", 2, "c"),
        ("response", "Response", 1, "d"),
    ]


def test_text_is_the_exact_source() -> None:
    text = "## Impact\n\n\n    code\n\n* a  \n\t- b\n\n| x |\n|---|\n\n\n## Response\n"
    assert said(text)[0][3] == "    code\n\n* a  \n\t- b\n\n| x |\n|---|"


def test_the_first_heading_names_the_document_and_is_no_section() -> None:
    text = "# 2018-04-18, cull flood\n\nIn short.\n\n## Impact\na"
    found = read(text)
    assert (found.title, found.title_line) == ("2018-04-18, cull flood", 1)
    assert said(text) == [("summary", "", 0, "In short."), ("impact", "Impact", 2, "a")]


def test_a_first_heading_with_a_meaning_is_a_section() -> None:
    assert read("# Summary\na\n# Impact\nb").title == ""
    assert [kind for kind, *_ in said("# Summary\na\n# Impact\nb")] == ["summary", "impact"]


def test_text_above_all_headings_is_the_summary_unless_there_is_one() -> None:
    assert said("a\n\n## Impact\nb")[0] == ("summary", "", 0, "a")
    assert said("a\n\n## Summary\nb")[0] == ("other", "", 0, "a")
    assert said("<!-- a -->\n\n## Impact\nb")[0][0] == "impact"
    assert said("a")[0] == ("summary", "", 0, "a")
    assert said("") == []


def test_nested_headings_count_only_with_a_kind_of_their_own() -> None:
    text = (
        "## Response\n### Monday\na\n### Root cause\nb\n#### Details\nc\n## Actions\n### Process\nd"
    )
    assert [(kind, heading) for kind, heading, *_ in said(text)] == [
        ("response", "Response"), ("root-cause", "Root cause"), ("follow-ups", "Actions"),
    ]  # fmt: skip


def test_a_report_below_another_heading_keeps_its_sections() -> None:
    kinds = [kind for kind, *_ in said("# Week 3\n## Outage on Monday\n### Impact\na\n### 원인\nb")]
    assert kinds == ["other", "impact", "root-cause"]


@pytest.mark.parametrize("block", ["```\n## Impact\n```", "> ## Impact", "<!--\n## Impact\n-->"])
def test_headings_that_are_quoted_are_text(block: str) -> None:
    assert [kind for kind, *_ in said(f"## Response\n{block}\n")] == ["response"]


def test_an_underlined_heading() -> None:
    assert said("Impact\n------\na\n\nRoot\ncause\n===\nb")[0] == ("impact", "Impact", 2, "a")
    assert said("Impact\n------\na\n\nResponse\n===\nb")[1] == ("response", "Response", 1, "b")


def test_bold_keys_stand_in_for_headings() -> None:
    text = "## Monday\n\n**Impact:** a\nmore\n\n- b\n\n**Owner**: c\n\n**Root cause**\n\nd\n"
    assert said(text)[1:] == [
        ("impact", "Impact", 3, "a\nmore\n\n- b"), ("root-cause", "Root cause", 3, "d"),
    ]  # fmt: skip


def test_bold_keys_of_one_paragraph_and_of_items() -> None:
    assert said("**영향:** a\n**원인**: b")[1:] == [
        ("impact", "영향", 1, "a"), ("root-cause", "원인", 1, "b"),
    ]  # fmt: skip
    found = read("- **Impact**: a\n- **Timeline**:\n  - 10:54 b\n")
    assert [(p.section.kind, p.section.line, p.section.text) for p in found.parts[1:]] == [
        ("impact", 1, "a"), ("timeline", 2, "- 10:54 b"),
    ]  # fmt: skip


def test_a_bold_key_gives_way_to_a_heading_of_its_kind_and_to_running_text() -> None:
    assert [kind for kind, *_ in said("## Impact\na\n## Response\n**Impact:** b")] == [
        "impact", "response",
    ]  # fmt: skip
    assert [kind for kind, *_ in said("## Response\n**Impact** was low.")] == ["response"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("## What happened\n- 10:54 a\n- 12:20 b", "timeline"),
        ("## What happened\nIt broke.", "summary"),
        ("## 무슨 일이 있었나요?\n| 시각 | 내용 |\n|-|-|\n| 10:54 | a |", "timeline"),
        ("## Remediation\n- [ ] a", "follow-ups"),
        ("## Remediation\n- a (owner: b)", "follow-ups"),
        ("## Remediation\nWe restarted it.", "response"),
        ("## Background\nIt is a service.", "summary"),
        ("## Summary\na\n## Background\nIt is a service.", "other"),
    ],
)
def test_doubtful_headings_are_decided_by_what_is_below(text: str, kind: str) -> None:
    assert said(text)[-1][0] == kind


def test_anchors_are_unique() -> None:
    anchors = [part.section.anchor for part in read("## A\n## A\n## 원인\n**Impact:** x").parts]
    assert anchors == ["a", "a-1", "원인", "impact"]


def test_lines_go_on_from_front_matter() -> None:
    lines = ["---", "title: x", "---", "", "## Impact", "a"]
    found = outline(read_blocks("\n".join(lines[3:]), 4).blocks, lines)
    assert [(part.section.line, part.section.text) for part in found.parts] == [(5, "a")]
