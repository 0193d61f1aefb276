"""Whatever is typed becomes a query; writing it out gives what parses to the same."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.query import (
    DEEPEST_GROUP,
    LONGEST_QUERY,
    MOST_ITEMS,
    cleaned,
    parse,
)
from kb.search.query_tree import Either, Filter, Group, Item, Not, Query, Text, without, write

OTHER_FIELDS = ("organisation", "oncall.team", "담당자")
PIECES = st.sampled_from(
    [
        *"abx카카 -()\":,.<>=*~/\\'|_",
        *("OR", "AND", "NOT", "service", "date", "title", "organisation:", "..", "x-y", "-("),
        *('"a b"', "title:", "foo:", "sev", "service:카톡", "“", "\ud800", "\x1b", "　", "é"),
    ]
)
TYPED = st.one_of(st.lists(PIECES, max_size=16).map("".join), st.text(max_size=80))


def word(text: str) -> Text:
    return Text(text)


@pytest.mark.parametrize(
    ("typed", "items"),
    [
        ("", ()),
        ("  \t\n ", ()),
        ("login outage", (word("login"), word("outage"))),
        ("카카오톡 로그인", (word("카카오톡"), word("로그인"))),
        ('"a phrase"', (Text("a phrase", "phrase"),)),
        ("“a phrase”", (Text("a phrase", "phrase"),)),
        ("-word", (Not(word("word")),)),
        ("NOT word", (Not(word("word")),)),
        ('-"a phrase"', (Not(Text("a phrase", "phrase")),)),
        ("-service:kakaotalk", (Not(Filter("service", ("kakaotalk",))),)),
        ("a OR b", (Either((word("a"), word("b"))),)),
        ("a OR b OR c", (Either((word("a"), word("b"), word("c"))),)),
        ("a OR (b OR c)", (Either((word("a"), word("b"), word("c"))),)),
        ("a AND b", (word("a"), word("b"))),
        ("x a OR b y", (word("x"), Either((word("a"), word("b"))), word("y"))),
        ("(a b) OR c", (Either((Group((word("a"), word("b"))), word("c"))),)),
        ("(a)", (word("a"),)),
        ("-(a OR b)", (Not(Either((word("a"), word("b")))),)),
        ("NOT NOT a", (word("a"),)),
        ("databas*", (Text("databas", "prefix"),)),
        ("카카*", (Text("카카", "prefix"),)),
        ("kakao-acc*", (Text("kakao-acc", "prefix"),)),
        ("databse~", (Text("databse", "typo"),)),
        ("service:a,b", (Filter("service", ("a", "b")),)),
        ('title:"two words"', (Filter("title", ("two words",)),)),
        ('title:"two words",three', (Filter("title", ("two words", "three")),)),
        ("date:2024-05", (Filter("date", ("2024-05",)),)),
        ("date:2023..2024", (Filter("date", ("2023", "2024"), ".."),)),
        ("date:2023..", (Filter("date", ("2023", ""), ".."),)),
        ("duration:>2h", (Filter("duration", ("2h",), ">"),)),
        ("duration:>=2h", (Filter("duration", ("2h",), ">="),)),
        ("Service:A", (Filter("service", ("A",)),)),
        ("서비스:카톡", (Filter("service", ("카톡",)),)),
        ("서비스：카톡", (Filter("service", ("카톡",)),)),
        ("detected_by:alert", (Filter("detected-by", ("alert",)),)),
        ("organisation:Kakao", (Filter("organisation", ("Kakao",)),)),
        ("oncall.team:infra", (Filter("oncall.team", ("infra",)),)),
        ("담당자:김", (Filter("담당자", ("김",)),)),
        ("ticket:https://example.org/a", (word("ticket:https://example.org/a"),)),
    ],
)
def test_what_is_typed_is_read_so(typed: str, items: tuple[Item, ...]) -> None:
    assert parse(typed, OTHER_FIELDS).items == items


@pytest.mark.parametrize(
    "typed",
    [
        "payments-api",
        "10.0.0.1",
        "ADR-016",
        "std::bad_alloc",
        "C:\\boot.ini",
        "a:b:c",
        ":x",
        "--force",
        "https://example.org/a?b=1",
        "example.org:8080",
        "12:30",
        "it's",
        "x=1",
        "a/b",
        "a(b)c",
        'say"what"',
        "*",
        "x*y",
    ],
)
def test_signs_in_ordinary_words_are_data(typed: str) -> None:
    query = parse(typed, OTHER_FIELDS)
    expected = (word(typed),) if any(map(str.isalnum, typed)) else ()
    assert query.items == expected
    assert [notice.message for notice in query.notices] == (
        [] if expected else ["there is no word in it to search for"]
    )


@pytest.mark.parametrize(
    ("typed", "message", "suggestion"),
    [
        ("-", "there is no word in it to search for", ""),
        ("--", "there is no word in it to search for", ""),
        ("OR", "there is no word in it to search for", ""),
        ("NOT", "there is no word in it to search for", ""),
        ("()", "there is no word in it to search for", ""),
        ("🔥", "there is no word in it to search for", ""),
        ('"', "the quote is not closed", ""),
        ('"login', "the quote is not closed", ""),
        ("(login", "the parenthesis is not closed", ""),
        ("ca*", "before * must stand 3 letters or more; searched as a word", ""),
        ("카*", "before * must stand 2 syllables or more; searched as a word", ""),
        (
            "service: kakaotalk",
            "the value of service: must follow without a space; searched as text",
            "service:kakaotalk",
        ),
        ("title:", "the value of title: must follow without a space; searched as text", ""),
        ('title:""', "the value of title: must follow without a space; searched as text", ""),
        ("caues:dns", "there is no field caues", "?"),
    ],
)
def test_what_cannot_be_used_is_said_once(typed: str, message: str, suggestion: str) -> None:
    notices = parse(typed).notices
    assert [(notice.message, notice.suggestion) for notice in notices] == [(message, suggestion)]
    assert notices[0].part in typed


@pytest.mark.parametrize(
    "typed", ["a - b", "login ) outage", "login outage ()", "OR login", "login OR", "a & b", "it’s"]
)
def test_stray_operators_need_no_notice(typed: str) -> None:
    assert parse(typed).notices == ()


def test_a_group_ends_where_its_parenthesis_closes() -> None:
    assert parse("(a NOT ) b").items == (word("a"), word("b"))
    assert parse("(a -) b").items == (word("a"), word("b"))


def test_control_characters_and_halves_of_characters_are_not_read() -> None:
    query = parse("\x1b[31mred\x00 \u202elogin \ud800x")
    assert str(query) == "[31mred login \ufffdx"


def test_a_long_query_is_read_in_part_and_says_so_once() -> None:
    query = parse("word " * 10_000)
    assert len(query.items) == MOST_ITEMS
    assert [n.message for n in query.notices] == [
        f"only the first {MOST_ITEMS} words and filters were read"
    ]


def test_one_long_word_is_cut_and_says_so() -> None:
    query = parse("x" * 10_000)
    assert query.items == (word("x" * LONGEST_QUERY),)
    assert [n.message for n in query.notices] == ["only the first 2,000 characters were read"]


@pytest.mark.parametrize(
    "typed",
    [
        "(" * 200_000,
        "x" + "(" * 1000 + ")" * 1000,
        "-NOT " * 50_000 + "x",
        '"' * 200_000,
        'service:"' * 20_000,
        "a OR " * 50_000,
        "service:" + "," * 200_000,
        "\ud800" * 200_000,
    ],
)
def test_hostile_text_takes_no_time(typed: str) -> None:
    begun = time.perf_counter()
    query = parse(typed)
    assert time.perf_counter() - begun < 1
    assert len(query.notices) <= 2


def test_parentheses_nested_too_deep_are_left_out_with_a_notice() -> None:
    query = parse("(" * 30 + "x y" + ")" * 30)
    assert [n.message for n in query.notices] == [
        f"parentheses more than {DEEPEST_GROUP} deep were left out"
    ]


@given(TYPED)
def test_any_text_is_read_and_written_to_the_same_items(typed: str) -> None:
    query = parse(typed, OTHER_FIELDS)
    again = parse(str(query), OTHER_FIELDS)
    assert again.items == query.items
    assert str(again) == str(query)


@given(TYPED)
def test_parts_of_notices_stand_in_what_was_typed(typed: str) -> None:
    read = " ".join(cleaned(typed).split())
    for notice in parse(typed, OTHER_FIELDS).notices:
        assert " ".join(notice.part.removesuffix("…").split()) in read


def test_a_filter_can_be_taken_off_again() -> None:
    query = parse("login service:kakaotalk cause:network")
    left = without(query, Filter("service", ("kakaotalk",)))
    assert str(left) == left.typed == "login cause:network"


@pytest.mark.parametrize(
    ("item", "written"),
    [
        (Filter("title", ("two words",)), 'title:"two words"'),
        (Filter("title", (">5",)), 'title:">5"'),
        (Filter("author", ("/a", "b")), 'author:"/a",b'),
        (Not(Either((word("a"), word("b")))), "-(a OR b)"),
        (Not(word("--x")), "NOT --x"),
    ],
)
def test_an_item_is_written_so_that_it_reads_back(item: Item, written: str) -> None:
    assert write(item) == written
    assert parse(written).items == (item,)
    assert str(Query("", (item,))) == written
