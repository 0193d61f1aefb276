"""KB0xx: findings that an entry allows, and what is wrong with waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.review.rule import ReviewFinding
from kb.review.rules import LATER, RULES, named, problems
from kb.review.waivers import UNUSED, apply, unused
from kb.review.waivers import read as waivers_of
from tests.review_examples import entry_of, found, found_at, read

if TYPE_CHECKING:
    from kb.review.subject import Subject

HERE = "The graph is [here](https://x.example/g)."
ALL = {rule.code for rule in RULES}


def _findings(subject: Subject) -> list[ReviewFinding]:
    return [
        ReviewFinding(rule.code, one.level or rule.level, "x.md", one.place, one.message, "", None)
        for rule, one in problems(subject)
    ]


def _left(body: str) -> tuple[list[str], list[str], list[str]]:
    """Codes that are left, codes that are waived, and messages about unused waivers."""
    subject = read(entry_of(body))
    waivers = waivers_of(subject)
    kept, waived = apply(_findings(subject), waivers)
    left = [one.message for one in unused(waivers, waived, ALL)]
    return [one.rule for one in kept], [one.finding.rule for one in waived], left


@pytest.mark.parametrize(
    "waiver",
    [
        "<!-- kb: allow KB808 because it quotes the notice -->",
        "<!--kb:allow vague-link because: it quotes the notice-->",
        "<!-- KB: Allow kb808 reason: it quotes the notice -->",
        "<!-- kb: allow KB808 이유: 공지를 그대로 옮겼다 -->",
        "<!-- kb: allow KB808, KB807 because of\n     the notice -->",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_waiver_allows_what_the_block_below_it_holds(waiver: str, gap: str) -> None:
    kept, waived, _ = _left(f"## Response\n\nFirst.\n\n{waiver}{gap}{HERE}\nMore.")
    assert (kept, waived) == ([], ["KB808"])


def test_it_ends_at_the_next_blank_line() -> None:
    waiver = "<!-- kb: allow KB808 because of the notice -->"
    assert _left(f"## Response\n\nA\n\n{waiver}\nFine.\n\n{HERE}")[0] == ["KB808"]


def test_behind_text_it_holds_for_the_line() -> None:
    waiver = "<!-- kb: allow KB808 because of the notice -->"
    kept, waived, _ = _left(f"## Response\n\n{HERE} {waiver}\n{HERE}")
    assert (kept, waived) == (["KB808"], ["KB808"])


def test_above_all_text_it_holds_for_the_whole_entry() -> None:
    text = entry_of(f"severity: huge\n\n## Response\n\n{HERE}").replace(
        "\n---\n", "\n---\n\n<!-- kb: allow KB109 KB808 because it was taken over -->\n\n", 1
    )
    subject = read(text)
    kept, waived = apply(_findings(subject), waivers_of(subject))
    assert [one.rule for one in kept] == []
    assert [one.finding.rule for one in waived] == ["KB109", "KB808"]
    assert {one.reason for one in waived} == {"it was taken over"}


def test_a_block_of_code_is_one_block() -> None:
    waiver = "<!-- kb: allow KB707 because it is a lab -->"
    code = "```\nping 10.1.2.3\n\nping 10.1.2.4\n```"
    assert _left(f"## Response\n\nA\n\n{waiver}\n{code}")[:2] == ([], ["KB707", "KB707"])


def test_without_a_reason_it_allows_nothing() -> None:
    kept, waived, _ = _left(f"## Response\n\n{HERE} <!-- kb: allow KB808 -->")
    assert (sorted(kept), waived) == (["KB001", "KB808"], [])


def test_a_rule_that_is_not_there_is_told_with_the_nearest() -> None:
    body = f"## Response\n\n{HERE} <!-- kb: allow vague-links because of the notice -->"
    subject = read(entry_of(body))
    [problem] = found(subject, "KB002")
    assert problem.help == "Did you mean `vague-link`?"
    assert found_at(subject, "KB002")[0][1].startswith("<!-- kb:")


@pytest.mark.parametrize("comment", ["kb: ignore KB808", "kb: allow KB001 because of it"])
def test_what_a_comment_cannot_ask_for_is_told(comment: str) -> None:
    assert len(found(read(entry_of(f"## Response\n\nA <!-- {comment} -->")), "KB002")) == 1


def test_an_unused_waiver_is_told_rule_by_rule() -> None:
    _, _, left = _left(f"## Response\n\n{HERE} <!-- kb: allow KB808, KB807 because of it -->")
    assert left == ["KB807 is allowed here, but not found on line 40."]


def test_of_rules_that_were_not_applied_nothing_is_said() -> None:
    subject = read(entry_of("## Response\n\nA <!-- kb: allow KB807 because of it -->"))
    waivers = waivers_of(subject)
    assert list(unused(waivers, (), {"KB808"})) == []
    assert len(list(unused(waivers, (), {"KB807"}))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "`<!-- kb: allow KB808 because x -->`",
        "```\n<!-- kb: allow KB808 because x -->\n```",
        "<!-- kb is a command -->",
        "<!-- allow KB808 because x -->",
        "<!-- kb: allow KB808 because x",
    ],
)
def test_what_is_no_waiver_allows_nothing(text: str) -> None:
    assert waivers_of(read(entry_of(f"## Response\n\n{HERE}\n{text}"))) == ()


def test_rules_that_need_more_than_an_entry_are_known_by_name() -> None:
    assert {rule.code for rule in LATER} == {"KB003", "KB810"}
    assert named("KB003") is named("unused-waiver") is UNUSED
    assert all(list(rule.check(read(entry_of()))) == [] for rule in LATER)


def test_a_thousand_waivers_cost_little() -> None:
    waiver = "<!-- kb: allow KB808 because of the notice -->\n"
    subject = read(entry_of("## Response\n\n" + waiver * 2000))
    assert len(waivers_of(subject)) == 2000
