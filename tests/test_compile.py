"""A query becomes words to match and conditions to fulfil, and says so in plain English."""

from __future__ import annotations

from datetime import date

import pytest

from kb.document import parse as read
from kb.search.compile import SORTS, Compiled, compile_query
from kb.search.documents import build
from kb.search.engine import SYNONYM_WEIGHT, AllOf, AnyOf, Changes, Condition, Except, Keyword, Word
from kb.search.filters import MOST_EXPANSIONS
from kb.search.meanings import Context
from kb.search.query import parse
from kb.search.synonyms import Synonyms
from kb.search.whoosh_engine import WhooshEngine
from kb.vocabulary import Service, Vocabulary

VOCABULARY = Vocabulary(
    services={
        "kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡",)),
        "kakao-t": Service("kakao-t", "카카오T"),
    },
    synonyms=(("database", "데이터베이스", "DB"), ("power outage", "정전"), ("outage", "장애")),
)
ENTRY = """\
---
title: Database outage
date: 2024-05-13
services: [kakaotalk]
causes: [network]
organisation: Kakao
---

## Summary

The databases lost redis:6379 to a router. 결제 시스템과 로그인서버는 정상.
"""


def context() -> Context:
    engine = WhooshEngine(None)
    engine.clear()
    entry = read(ENTRY.encode(), "one.md", VOCABULARY)
    engine.apply(Changes(documents=[build(entry, "", VOCABULARY.canonical)]))
    return Context(
        vocabulary=VOCABULARY,
        engine=engine,
        today=date(2025, 1, 15),
        recurring=frozenset,
        synonyms=Synonyms(VOCABULARY),
        similar_words=lambda word: ("database",) if word == "databse" else (),
    )


CONTEXT = context()


def compiled(typed: str) -> Compiled:
    return compile_query(parse(typed, ("organisation",)), CONTEXT)


def spelled(word: Word) -> list[tuple[str, ...]]:
    return [tuple(term for term, _ in spelling.terms) for spelling in word.spellings]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", "every entry"),
        ("login", "text matches login"),
        ("login outage", "text matches login outage"),
        ("login login Logins", "text matches login"),
        ("the login", "text matches login"),
        ('"route leak" login', "text matches “route leak” login"),
        ("databas*", "text matches databas*"),
        ("databse~", "text matches databse~"),
        ("a-b OR c", "text matches (a-b OR c)"),
        ("(login outage)", "text matches login outage"),
        ("(login outage) OR fire", "text matches ((login outage) OR fire)"),
        ("DB장애", "text matches DB 장애"),
        ("카카오T", "text matches 카카오T"),
        ("-login", "text does not have “login”"),
        ('-"route leak"', "text does not have the phrase “route leak”"),
        ("-databas*", "text does not have “databas*”"),
        ("-(login OR fire)", "not (text has “login” or text has “fire”)"),
        ("-(login fire)", "not (text has “login” and text has “fire”)"),
        ("login OR service:카톡", "(text has “login” or service is kakaotalk)"),
        ("(service:카톡 login)", "service is kakaotalk, and text matches login"),
        (
            "(service:카톡 -login) OR cause:network",
            "((service is kakaotalk and text does not have “login”) or cause is network)",
        ),
        (
            "service:카톡 date:2024-07 login",
            "service is kakaotalk, and date in July 2024, and text matches login",
        ),
        ("cause:network OR cause:BGP", "(cause is network)"),
        ("sort:newest", "every entry, newest first"),
        ("login sort:longest", "text matches login, longest first"),
    ],
)
def test_the_query_in_words(typed: str, understood: str) -> None:
    answer = compiled(typed)
    assert answer.understood == understood
    assert answer.notices == ()


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ("login", AllOf(())),
        ("cause:network", AllOf((Keyword("cause", ("network",)),))),
        ("-cause:network", AllOf((Except(Keyword("cause", ("network",))),))),
        (
            "cause:network OR organisation:Kakao",
            AllOf((AnyOf((Keyword("cause", ("network",)), Keyword("organisation", ("kakao",)))),)),
        ),
        (
            "(cause:network service:카톡)",
            AllOf((Keyword("cause", ("network",)), Keyword("service", ("kakaotalk",)))),
        ),
    ],
)
def test_filters_become_conditions(typed: str, condition: Condition) -> None:
    assert compiled(typed).condition == condition


def test_a_word_is_widened_with_its_synonyms_at_less_weight() -> None:
    (word,) = compiled("databases").words
    assert spelled(word) == [("databas",), ("데이", "이터", "터베", "베이", "이스"), ("db",)]
    whole = [spelling.weight * len(spelling.terms) for spelling in word.spellings]
    assert whole == [1, SYNONYM_WEIGHT, SYNONYM_WEIGHT]


def test_words_that_together_are_one_name_are_widened_together() -> None:
    power, outage = compiled("power outage").words
    assert ("정전",) in spelled(power)
    assert ("정전",) in spelled(outage)
    assert ("장애",) in spelled(outage)
    assert ("장애",) not in spelled(power)


def test_each_choice_is_widened() -> None:
    (word,) = compiled("database OR outage").words
    assert {("databas",), ("db",), ("outag",), ("장애",)} <= set(spelled(word))


@pytest.mark.parametrize("typed", ['"database"', "-database", "database~"])
def test_what_is_meant_literally_is_not_widened(typed: str) -> None:
    answer = compiled(typed)
    words = answer.words
    if not words:
        (part,) = answer.condition.parts if isinstance(answer.condition, AllOf) else ()
        assert isinstance(part, Except)
        assert isinstance(part.part, Word)
        words = (part.part,)
    assert [spelled(word) for word in words] == [[("databas",)]]


def test_a_prefix_stands_for_the_words_that_begin_so() -> None:
    (word,) = compiled("databas*").words
    assert spelled(word) == [("databas",), ("databas",)][: len(word.spellings)]
    assert len(word.spellings) <= MOST_EXPANSIONS


def test_a_word_with_a_typo_stands_for_similar_words_too() -> None:
    (word,) = compiled("databse~").words
    assert spelled(word) == [("databs",), ("databas",)]


def test_korean_that_no_entry_writes_in_one_word_is_looked_for_with_a_space() -> None:
    (spaced,) = compiled("결제시스템").words
    assert ("결제", "시스", "스템") in spelled(spaced)
    (held,) = compiled("로그인서버").words
    assert len(held.spellings) == 1


def test_what_must_not_be_there_is_not_marked() -> None:
    answer = compiled('login -fire title:outage "a leak" OR cause:network')
    assert [word.text for word in answer.marked] == ["login", "outage", "a leak"]


def test_words_know_the_part_of_the_query_they_came_from() -> None:
    answer = compiled('DB장애 "route leak" databas*')
    assert answer.typed == ("DB", "장애", '"route leak"', "databas*")
    assert len(answer.typed) == len(answer.words)


@pytest.mark.parametrize(
    ("typed", "part", "message", "suggestion"),
    [
        ("the of and", "the of and", "only words that are in almost every text; left out", ""),
        ("-the", "the", "only words that are in almost every text; left out", ""),
        ('login "to be"', '"to be"', "only words that are in almost every text; left out", ""),
        ("caues:dns", "caues:dns", "there is no field caues; searched as text", "cause:dns"),
        ("zzzz:dns", "zzzz:dns", "there is no field zzzz; searched as text", ""),
        ("zzz*", "zzz*", "no word begins with zzz", ""),
        ("-zzz*", "zzz*", "no word begins with zzz", ""),
        (
            "sort:bogus",
            "sort:bogus",
            "entries can be sorted by relevance, newest, oldest, longest",
            "sort:newest",
        ),
        (
            "sort:oldst",
            "sort:oldst",
            "entries can be sorted by relevance, newest, oldest, longest",
            "sort:oldest",
        ),
        ("-sort:newest", "sort:newest", "sort: counts at the top of a query only", ""),
    ],
)
def test_what_is_left_out_is_said(typed: str, part: str, message: str, suggestion: str) -> None:
    (notice,) = compiled(typed).notices
    assert (notice.part, notice.message, notice.suggestion) == (part, message, suggestion)


def test_the_same_notice_comes_once() -> None:
    assert len(compiled("caues:dns caues:dns").notices) == 1


def test_what_looks_like_a_field_but_stands_in_an_entry_is_data() -> None:
    answer = compiled("redis:6379")
    assert answer.notices == ()
    assert answer.understood == "text matches redis:6379"


def test_a_field_that_does_not_exist_becomes_its_words() -> None:
    assert compiled('caues:dns,"two words"').understood == "text matches caues dns two words"


def test_an_unusable_filter_inside_of_something_else_is_demanded_as_text() -> None:
    answer = compiled("-service:kakaotlk")
    assert answer.words == ()
    assert answer.understood == "text does not have “kakaotlk”"
    either = compiled("service:kakaotlk OR cause:network")
    assert either.understood == "(text has “kakaotlk” or cause is network)"


@pytest.mark.parametrize("sort", SORTS)
def test_a_query_can_name_its_order(sort: str) -> None:
    assert compiled(f"sort:{sort}").sort == sort
    assert compiled(f"sort:{sort.upper()}").sort == sort
