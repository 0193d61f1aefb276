"""The comment that people read, and that no text of an entry commands anything in it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.review.columns import utf16_units
from kb.review.reports.github import LONGEST_SUMMARY, summary
from kb.review.reports.markdown import LONGEST_COMMENT, MARKER
from kb.review.reports.markdown_text import code, escaped, message
from tests.review_report import (
    FINDINGS,
    KOREAN,
    LINKED,
    PRESENTATION,
    REPORT,
    WAIVED,
    many,
    report_of,
    said,
)

if TYPE_CHECKING:
    from kb.finding import Level


def test_the_page_of_a_run_is_cut_where_github_would_refuse_it() -> None:
    report = report_of(*many(20_000, "warning", KOREAN))
    told = summary(report, LINKED)
    assert 0.9 * LONGEST_SUMMARY < len(told.encode()) <= LONGEST_SUMMARY
    left_out = 20_000 - told.count("`title` is finding ")
    left_out += 1  # the similar incident
    assert f"no room here for {left_out:,} more items" in told
    assert len(summary(report, LINKED, used=1_000_000).encode()) <= LONGEST_SUMMARY - 1_000_000
    assert MARKER not in told


@pytest.mark.parametrize("count", [0, 1, 50, 400, 5_000])
def test_a_comment_fits_and_what_is_opened_in_it_is_closed(count: int) -> None:
    report = report_of(*many(count, "warning"), *many(count), *FINDINGS, waived=WAIVED * count)
    told = said("markdown", report, LINKED)
    assert utf16_units(told) <= LONGEST_COMMENT
    assert told.startswith(f"{MARKER}\n## Postmortem review: ")
    assert told.count("<details>") == told.count("</details>")
    assert ("no room here" in told) == (count >= 400)


def test_a_comment_calls_a_recurrence_before_the_findings() -> None:
    told = said("markdown", REPORT, LINKED)
    assert "**Something needs to change**" in told
    assert told.index("This happened before.") < told.index("### [entries")
    assert "- [ ] 알림을 나눈다" in told
    assert "(DB team, due 2023-08-31 \\(overdue\\), DB-7)" in told
    assert "1 finding allowed by the entries" in told


@pytest.mark.parametrize(
    ("fail_on", "verdict"),
    [("warning", "**Something needs to change**"), ("error", "nothing stands in the way")],
)
def test_the_verdict_follows_what_fails(fail_on: Level, verdict: str) -> None:
    report = report_of(FINDINGS[1])
    assert verdict in said("markdown", report, replace(PRESENTATION, fail_on=fail_on))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, 한국어 🔥", "plain words, 한국어 🔥"),
        ("@team", "@&#8203;team"),
        ("see #12, org/repo#3 and GH-4", "see #&#8203;12, org/repo#&#8203;3 and GH-&#8203;4"),
        ("https://evil.example", "https:&#8203;//evil.example"),
        ("www.evil.example", "www.&#8203;evil.example"),
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        ("<!-- kb review -->", "&lt;\\!-- kb review --&gt;"),
        ("[a](b) ![c](d)", "\\[a\\]\\(b\\) \\!\\[c\\]\\(d\\)"),
        ("# heading", "\\# heading"),
        ("- item", "\\- item"),
        ("1. item", "1&#8203;. item"),
        ("a\n\n# b", "a # b"),
        ("0123456789abcdef", "0123456&#8203;789abcdef"),
        ("a | b ~~c~~ $d$ \\", "a \\| b \\~\\~c\\~\\~ \\$d\\$ \\\\"),
        ("", ""),
    ],
)
def test_text_of_an_entry_means_nothing_in_a_comment(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The value `@team` is odd.", "The value `@team` is odd."),
        ("`a` and `<b>` @c", "`a` and `<b>` @&#8203;c"),
        ("unpaired ` <b>", "unpaired \\` &lt;b&gt;"),
        ("`` ` `` <i>", "\\`\\` \\` \\`\\` &lt;i&gt;"),
        ("", ""),
    ],
)
def test_what_a_message_quotes_is_code(text: str, shown: str) -> None:
    assert message(text) == shown


@given(st.text(alphabet="`<>@#a \n[]()!_*&-|한1/:", max_size=60))
@settings(max_examples=300)
def test_no_text_gets_markup_into_a_comment(text: str) -> None:
    plugins = ["url", "strikethrough", "task_lists", "table"]
    render = mistune.create_markdown(escape=False, plugins=plugins)
    for told, allowed in ((escaped(text), {"p"}), (message(text), {"p", "code"})):
        page = render(f"Told: {told} (that)")
        assert isinstance(page, str)
        assert set(re.findall(r"</?(\w+)", page)) <= allowed
        outside = re.sub(r"<code>.*?</code>", "…", page, flags=re.DOTALL)
        assert not re.search(r"@\w|#\d|://", outside)


def test_code_holds_back_ticks() -> None:
    assert [code(text) for text in ("a", "a`b", "`", "``x", "")] == [
        "`a`",
        "``a`b``",
        "`` ` ``",
        "``` ``x ```",
        "",
    ]
