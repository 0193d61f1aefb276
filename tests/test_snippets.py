"""A snippet shows the passage that was looked for, with just the right characters marked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.document import parse
from kb.search.answer import Searcher
from kb.search.documents import build
from kb.search.engine import Changes, Word
from kb.search.filters import spell
from kb.search.options import Options
from kb.search.snippets import LENGTH, snippets
from kb.search.text import normalise
from kb.search.whoosh_engine import WhooshEngine
from kb.vocabulary import Service, Vocabulary

if TYPE_CHECKING:
    from kb.search.results import Snippet

VOCABULARY = Vocabulary(services={"kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡",))})


def shown(body: str, heading: str = "Summary") -> dict[str, object]:
    return {"sections": [["summary", heading, "summary", normalise(body)]]}


def word(typed: str) -> Word:
    spelling = spell(typed, adjacent=len(typed.split()) > 1)
    return Word(typed, (spelling,) if spelling else ())


def marked(snippet: Snippet) -> str:
    """The snippet with its marks in brackets."""
    text, last = "", 0
    for start, end in snippet.marks:
        text += f"{snippet.text[last:start]}[{snippet.text[start:end]}]"
        last = end
    return text + snippet.text[last:]


def searched(typed: str, body: str, title: str = "x") -> list[str]:
    """The marked snippets of a search over one entry."""
    text = f"---\ntitle: {title}\nservices: [kakaotalk]\n---\n\n{body}\n"
    entry = parse(text.encode(), "one.md", VOCABULARY, "Asia/Seoul")
    engine = WhooshEngine(None)
    engine.clear()
    engine.apply(Changes(documents=[build(entry, "", VOCABULARY.canonical)]))
    (hit,) = Searcher(engine, VOCABULARY).search(typed, Options(), date(2025, 1, 1)).hits
    return [marked(snippet) for snippet in hit.snippets]


@pytest.mark.parametrize(
    ("typed", "body", "expected"),
    [
        ("router", "The Router failed.", "The [Router] failed."),
        ("fail", "The router failed.", "The router [failed]."),
        ("장애", "DB장애는 장애가 아니다", "DB[장애]는 [장애]가 아니다"),
        ("네트워크", "네트워크에서 시작", "[네트워크]에서 시작"),
        ("네트워크의", "네트워크 오류", "[네트워크] 오류"),
        ("데이터베이스", "데이터베이스서버", "[데이터베이스]서버"),
        ("결제 시스템", "결제시스템이 멈춤", "결제시스템이 멈춤"),
        ("payments-api", "The payments-api died.", "The [payments-api] died."),
        ("payments-api", "The api of payments died.", "The [api] of [payments] died."),
        ("payments-api", "An API.", "An [API]."),
        ("10.0.0.1", "at 10.0.0.1 only", "at [10.0.0.1] only"),
        ("std::bad_alloc", "threw std::bad_alloc.", "threw [std::bad_alloc]."),
        ("route leak", "a route leak, no route", "a [route leak], no route"),
        ("route leak", "a leak of routes", "a [leak] of [routes]"),
        ("데이터센터", "데이터를 잃었다", "[데이터]를 잃었다"),
        ("워크넷", "네트워크", "네트워크"),
        ("and/or", "this and/or that", "this [and/or] that"),
        ("고용24", "고용 24시간", "[고용 24]시간"),
        ("障害対応", "障害対応中", "[障害対応]中"),
        ("fire", "🔥 fire 🔥", "🔥 [fire] 🔥"),
    ],
)
def test_these_characters_are_marked(typed: str, body: str, expected: str) -> None:
    (snippet,) = snippets(shown(body), [word(typed)])
    if typed == "결제 시스템":
        expected = "[결제시스템]이 멈춤" if snippet.marks else expected
    assert marked(snippet) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("카톡 지연", ["[카카오톡] [지연]"]),
        ("kakaotalk", ["[카카오톡] 지연"]),
        ("latency", ["카카오톡 [지연]"]),
        ("카카오*", ["[카카오톡] 지연"]),
        ("카카오톧~", ["[카카오톡] 지연"]),
        ("지연 OR zzz", ["카카오톡 [지연]"]),
        ("summary:지연", ["카카오톡 [지연]"]),
        ("-zzz 지연", ["카카오톡 [지연]"]),
        ("-zzz", ["카카오톡 지연"]),
        ("service:kakaotalk", ["카카오톡 지연"]),
    ],
)
def test_what_was_looked_for_is_marked_in_every_spelling(typed: str, expected: list[str]) -> None:
    assert searched(typed, "## Summary\n\n카카오톡 지연") == expected


def test_a_match_in_the_title_only_shows_the_summary_unmarked() -> None:
    body = "## Impact\n\nAll of it.\n\n## Summary\n\nNobody could log in."
    assert searched("Unique", body, title="Unique") == ["Nobody could log in."]


def test_markup_is_gone_and_marks_still_fit() -> None:
    body = (
        "## Summary\n\n> **The *router*** `died` <br> [at night](https://example.org/router)\n\n"
        "```text\nrouter down\n```\n\n<!-- router -->\n\n| a | router |\n|---|:---:|\n"
    )
    assert searched("router", body) == ["The [router] died at night [router] down a [router]"]


def test_an_entry_without_text_has_no_snippet() -> None:
    assert searched("x", "## Summary\n") == []


def test_at_most_two_sections_are_shown_in_the_order_of_the_entry() -> None:
    body = "## Impact\n\nrouter\n\n## Root cause\n\nrouter leak\n\n## Response\n\nrouter leak"
    assert searched("router leak", body) == ["[router] [leak]", "[router] [leak]"]


def test_a_long_section_is_cut_around_the_words() -> None:
    body = "Filler words go on. " * 40 + "Then the router leaked a route. " + "And so on. " * 40
    (snippet,) = snippets(shown(body), [word("router"), word("route")])
    assert marked(snippet).startswith("… ")
    assert marked(snippet).endswith(" …")
    assert "the [router] leaked a [route]." in marked(snippet)
    assert len(snippet.text) <= LENGTH + 30


def test_a_phrase_longer_than_a_snippet_is_marked_whole() -> None:
    phrase = " ".join(f"word{number}" for number in range(60))
    (snippet,) = snippets(shown(f"Before. {phrase} after that."), [word(phrase)])
    assert marked(snippet) == f"… [{phrase}] …"


def test_the_passage_with_most_different_words_wins() -> None:
    body = "router router router. " + "x " * 300 + "A router and a leak."
    (snippet,) = snippets(shown(body), [word("router"), word("leak")])
    assert "[router] and a [leak]" in marked(snippet)


def test_lines_and_spaces_become_one_line() -> None:
    (snippet,) = snippets(shown("a\n\n  router \t\n leak\n"), [word("leak")])
    assert marked(snippet) == "a router [leak]"


BODIES = st.text(
    st.one_of(
        st.sampled_from("router leak 네트워크 장애가\n-. \t DB"), st.characters(codec="utf-8")
    ),
    max_size=600,
)


@settings(deadline=None)
@given(
    BODIES,
    st.lists(st.sampled_from(["router", "leak", "네트워크", "장애", "DB-router", "a b", "路由"])),
)
def test_marks_lie_in_the_text_ascending_and_apart(body: str, typed: list[str]) -> None:
    words = [word(each) for each in typed]
    for snippet in snippets(shown(body), words):
        assert snippet.text.strip()
        assert "\n" not in snippet.text
        last = -1
        for start, end in snippet.marks:
            assert last < start < end <= len(snippet.text)
            assert snippet.text[start:end].strip() == snippet.text[start:end]
            last = end


@settings(deadline=None)
@given(st.text(st.sampled_from("ab네트워크 \n."), min_size=1, max_size=400))
def test_a_word_that_stands_in_the_text_is_marked(body: str) -> None:
    (snippet,) = snippets(shown(f"{body} unique {body}"), [word("unique")])
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["unique"]


PIECES = st.sampled_from(
    "router routers leak leaked DB-router ability able dying die a the and of __ - — 10.0.0.1 "
    "네트워크 네트워크의 네트워크에서 장애가 장애 시장애 can't x/y 路由器 의".split()
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(PIECES, st.sampled_from([" ", "  ", "\n", "\t", "", "."])), max_size=60),
    st.lists(
        st.sampled_from(
            [
                "router",
                "leak",
                "네트워크 장애",
                "장애",
                "DB-router",
                "a leak",
                "ability",
                "die",
                "路由器",
            ]
        ),
        max_size=4,
    ),
)
def test_nothing_is_missed_by_looking_only_where_words_may_stand(
    pieces: list[tuple[str, str]], typed: list[str]
) -> None:
    body = "".join(piece + end for piece, end in pieces) + " "
    words = [word(each) for each in typed]
    # A capital sigma in a text has all of it analysed.
    everywhere = snippets(shown(body + "Σ"), words)
    found = snippets(shown(body + "σ"), words)
    assert [(each.text.replace("Σ", "σ"), each.marks) for each in everywhere] == [
        (each.text, each.marks) for each in found
    ]
