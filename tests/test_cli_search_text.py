"""Search results laid out for reading."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from kb.cli.layout import width
from kb.cli.search_text import Asked, nothing, quoted, report
from kb.search.results import Notice, SearchHit, SearchResults, Snippet

HIT = SearchHit(
    id="2024-07-18-login",
    path="2024/2024-07-18-login.md",
    title="로그인 장애",
    date="2024-07-18",
    services=("login",),
    causes=("network",),
    severity="sev2",
    status="published",
    started=None,
    resolved=None,
    duration_minutes=86,
    score=1.0,
    url="/entries/2024-07-18-login",
    snippets=(),
    open_follow_ups=1,
)
RESULTS = SearchResults(
    query="login",
    understood="text matches login",
    notices=(),
    did_you_mean=None,
    total=1,
    total_any=1,
    took_ms=1.0,
    hits=(HIT,),
    facets={},
)
ASKED = Asked("login", (), (), 0, 60)


def lines(results: SearchResults, asked: Asked = ASKED) -> list[str]:
    return [click.unstyle(line) for line in report(results, asked)]


def test_a_hit_has_title_id_and_facts() -> None:
    assert lines(RESULTS) == [
        "1 entry  ·  text matches login",
        "",
        "1  로그인 장애",
        "   2024-07-18-login",
        "   2024-07-18 · login · network · sev2 · 1 h 26 min",
        "   1 open follow-up",
    ]


def test_a_line_parts_the_hits_that_match_well_from_the_rest() -> None:
    rest = replace(HIT, id="other", matches_well=False)
    found = lines(replace(RESULTS, total_any=12, hits=(HIT, rest, rest)))
    assert found[0] == "1 entry matches well (of 12 that match in part)  ·  text"
    assert found.count("— below: entries that match only part of the query —") == 1
    assert found.index("   2024-07-18-login") < found.index(
        "— below: entries that match only part of the query —"
    )
    assert found.index("— below: entries that match only part of the query —") < found.index(
        "   other"
    )


def test_a_page_of_the_rest_alone_needs_no_such_line() -> None:
    rest = replace(HIT, matches_well=False)
    found = lines(replace(RESULTS, total_any=12, hits=(rest,)), replace(ASKED, offset=10))
    assert not any("below" in line for line in found)
    assert any(line.startswith("11  ") for line in found)


def test_the_next_page_is_a_command_to_copy() -> None:
    asked = Asked('"route leak" OR bgp', ("--entries", "my notes"), ("--since", "2021"), 0, 80)
    found = lines(replace(RESULTS, total_any=30), asked)
    assert found[-1] == (
        "More: kb --entries 'my notes' search '\"route leak\" OR bgp' --since 2021 --offset 1"
    )


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("kafka -dns", "kb search kafka -dns"),
        ("카카오톡 로그인", "kb search 카카오톡 로그인"),
        ("a --limit", "kb search -- a --limit"),
        ("duration:>1h", "kb search 'duration:>1h'"),
        ("it's", "kb search 'it'\"'\"'s'"),
        ("", "kb search"),
    ],
)
def test_a_command_to_copy_is_quoted_where_the_shell_needs_it(query: str, line: str) -> None:
    assert ASKED.again(query) == line


def test_no_word_is_quoted_that_need_not_be() -> None:
    assert quoted("cause:network,dns") == "cause:network,dns"
    assert quoted("~home") == "'~home'"
    assert quoted("") == "''"


def test_notices_and_spelling_stand_below_the_head() -> None:
    notice = Notice("caues:dns", "There is no field caues.", "cause:dns")
    assert lines(replace(RESULTS, notices=(notice,)))[1] == (
        "note: There is no field caues. Did you mean cause:dns?"
    )
    found = lines(replace(RESULTS, notices=(notice,), did_you_mean="login cause:dns"))
    assert found[1:3] == [
        "note: There is no field caues.",
        "Did you mean: kb search login cause:dns",
    ]


def test_facets_of_several_entries_take_as_many_lines_as_they_need() -> None:
    facets = {
        "service": (("login", 3), ("checkout", 2), ("a", 1), ("b", 1), ("c", 1)),
        "cause": (("network", 2),),
        "severity": (),
        "status": (("published", 3),),
    }
    found = lines(replace(RESULTS, total=3, total_any=3, facets=facets))
    assert found[-2:] == [
        "service login 3, checkout 2, a 1, b 1, … · cause network 2",
        "More: kb search login --offset 1",
    ]


def test_a_facet_names_only_what_fits_on_its_line() -> None:
    facets = {"service": tuple((f"a-service-with-a-name-{n}", 1) for n in range(4))}
    found = lines(replace(RESULTS, total=2, total_any=2, hits=(HIT, HIT), facets=facets))
    assert found[-1] == "service a-service-with-a-name-0 1, …"


def test_facts_wider_than_the_terminal_are_wrapped() -> None:
    hit = replace(HIT, services=("one-long-service-name", "another-long-service-name"))
    found = lines(replace(RESULTS, hits=(hit,)), replace(ASKED, width=40))
    assert all(width(line) <= 40 for line in found)


def test_many_services_are_counted_instead_of_listed() -> None:
    hit = replace(HIT, services=tuple("abcdef"), duration_minutes=None, open_follow_ups=0)
    assert lines(replace(RESULTS, hits=(hit,)))[4] == (
        "   2024-07-18 · a, b, c, d +2 · network · sev2"
    )


def test_a_draft_says_so() -> None:
    hit = replace(HIT, status="draft", duration_minutes=None, open_follow_ups=0)
    assert lines(replace(RESULTS, hits=(hit,)))[4].endswith("· sev2 · draft")


def test_a_long_passage_is_cut_to_two_lines_that_hold_its_first_mark() -> None:
    text = "앞선 말 " * 40 + "패킷 손실 " + "뒤의 말 " * 40
    start = text.index("패킷")
    hit = replace(HIT, snippets=(Snippet("원인", "원인", text, ((start, start + 2),)),))
    passage = lines(replace(RESULTS, hits=(hit,)))[6:]
    assert len(passage) == 2
    assert "패킷" in "".join(passage)
    assert passage[0].startswith("   …")
    assert passage[-1].endswith("…")
    assert all(width(line) <= 60 for line in passage)


def test_marks_are_coloured_and_nothing_else_is_added() -> None:
    snippet = Snippet("Impact", "impact", "users could not login at all", ((16, 21),))
    hit = replace(HIT, snippets=(snippet,))
    styled = "\n".join(report(replace(RESULTS, hits=(hit,)), ASKED))
    assert click.style("login", fg="yellow", bold=True) in styled
    assert "   Impact: users could not login at all" in click.unstyle(styled).split("\n")


def test_marks_of_the_title_are_shown_in_the_title() -> None:
    snippet = Snippet("title", "", "로그인 장애", ((0, 3),))
    styled = list(report(replace(RESULTS, hits=(replace(HIT, snippets=(snippet,)),)), ASKED))
    assert click.style("로그인", fg="yellow", bold=True) in styled[2]
    assert sum("로그인" in line for line in styled) == 1


def test_a_hostile_title_cannot_command_the_terminal() -> None:
    hit = replace(HIT, title="a\x1b]0;x\x07b")
    assert "\x07" not in "".join(lines(replace(RESULTS, hits=(hit,))))


def test_nothing_found_says_what_to_try() -> None:
    empty = replace(RESULTS, total=0, total_any=0, hits=(), did_you_mean="login")
    asked = replace(ASKED, query="logni", options=("--service", "x"))
    assert list(nothing(empty, asked)) == [
        "Nothing found: text matches login",
        "Did you mean: kb search login --service x",
        "Try fewer or other words, without a filter, or `kb services`",
        "and `kb causes` for the names there are.",
    ]


def test_a_page_beyond_the_last_says_how_many_there_are() -> None:
    empty = replace(RESULTS, total=1, total_any=3, hits=())
    assert list(nothing(empty, replace(ASKED, offset=10))) == ["No more: 3 entries in all."]
