"""A mistyped word is near what was meant, letter by letter, in Korean and English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.spelling import Spelling

WORDS = Spelling(
    [
        ("cache", 2),
        ("caches", 1),
        ("catch", 9),
        ("database", 5),
        ("kakaotalk", 10),
        ("kubernetes", 2),
        ("network", 3),
        ("네트워크", 4),
        ("데이터베이스", 4),
        ("라우터", 1),
        ("로그인", 5),
        ("카카오톡", 9),
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("databse", "database"),
        ("dtaabase", "database"),
        ("databasee", "database"),
        ("DATABSE", "database"),
        ("kakaotlk", "kakaotalk"),
        ("kuberntes", "kubernetes"),
        ("netwrok", "network"),
        ("카카오톧", "카카오톡"),
        ("카카우톡", "카카오톡"),
        ("로그잉", "로그인"),
        ("데이타베이스", "데이터베이스"),
        ("내트워크", "네트워크"),
        ("라우타", "라우터"),
    ],
)
def test_the_meant_word_comes_first(typed: str, meant: str) -> None:
    assert WORDS.similar(typed)[0] == meant


@pytest.mark.parametrize("typed", ["", "a", "zz", "elephant", "코끼리", "🔥", "12"])
def test_nothing_is_near_what_is_short_or_far(typed: str) -> None:
    assert WORDS.similar(typed) == ()


def test_a_word_is_not_similar_to_itself() -> None:
    assert "database" not in WORDS.similar("database")


def test_short_words_may_have_one_slip_only() -> None:
    assert WORDS.similar("cchae") == ()
    assert "cache" in WORDS.similar("cahce")


def test_of_equally_near_words_the_more_frequent_comes_first() -> None:
    assert Spelling([("tests", 1), ("teste", 7)]).similar("test") == ("teste", "tests")


def test_how_many_and_how_far_can_be_said() -> None:
    assert WORDS.similar("databas", slips=0) == ()
    assert len(WORDS.similar("catche", limit=1)) == 1


def test_nothing_is_similar_where_there_are_no_words() -> None:
    assert Spelling([]).similar("database") == ()


@given(st.text(max_size=30))
def test_any_text_can_be_asked_for(typed: str) -> None:
    assert typed not in WORDS.similar(typed)
