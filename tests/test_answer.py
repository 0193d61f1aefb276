"""A search from end to end: what is found, counted, said of the query, and suggested."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.document import parse
from kb.errors import UsageError
from kb.search.answer import Searcher, replaced
from kb.search.documents import build
from kb.search.engine import Changes
from kb.search.options import Options
from kb.search.whoosh_engine import WhooshEngine
from kb.vocabulary import Service, Vocabulary

if TYPE_CHECKING:
    from kb.search.results import SearchResults

TODAY = date(2025, 12, 1)
VOCABULARY = Vocabulary(
    services={
        "kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡", "KakaoTalk")),
        "payments-api": Service("payments-api", "Payments API"),
        "work24": Service("work24", "고용24"),
    }
)
ENTRIES = {
    "2023/2023-05-01-payments-retry-storm": """\
title: Payments retry storm
date: 2023-05-01
services: [payments-api]
causes: [overload]
severity: sev1
aliases: [INC-17, 결제 장애]
""",
    "2024/2024-05-20-kakaotalk-messages": """\
title: KakaoTalk messages late
date: 2024-05-20
services: [kakaotalk]
causes: [network]
severity: sev2
""",
    "2024/2024-07-18-kakaotalk-login-outage": """\
title: 카카오톡 로그인 장애
date: 2024-07-18
services: [kakaotalk]
causes: [network]
severity: sev2
organisation: Kakao
""",
    "2024/2024-07-19-work24": """\
title: 고용24 접속 장애
date: 2024-07-19
services: [work24]
causes: [database]
severity: sev3
""",
}
TEXTS = {
    "2023/2023-05-01-payments-retry-storm": "Clients called the payments-api in a loop until the "
    "connection pool of the database was empty. The router was healthy.",
    "2024/2024-05-20-kakaotalk-messages": "A router lost packets. Messages were late.",
    "2024/2024-07-18-kakaotalk-login-outage": "네트워크 오류로 로그인이 실패했다. 결제 시스템은 "
    "정상이었다. DB장애는 아니었다.",
    "2024/2024-07-19-work24": "데이터베이스의 연결이 고갈되어 실업급여 신청이 중단되었다.",
}


def entry(path: str) -> bytes:
    head, text = ENTRIES[path], TEXTS[path]
    return f"---\n{head}---\n\n## Summary\n\n{text}\n".encode()


def indexed(*paths: str) -> WhooshEngine:
    engine = WhooshEngine(None)
    engine.clear()
    resolve = VOCABULARY.canonical
    read = (parse(entry(path), f"{path}.md", VOCABULARY, "Asia/Seoul") for path in paths)
    engine.apply(Changes(documents=[build(one, one.id, resolve) for one in read]))
    return engine


SEARCHER = Searcher(indexed(*ENTRIES), VOCABULARY)


def search(typed: str, options: Options | None = None) -> SearchResults:
    return SEARCHER.search(typed, options or Options(), TODAY)


def found(typed: str) -> list[str]:
    """The ids of what matches well, shortened to what tells them apart."""
    hits = search(typed).hits
    return [hit.id.split("-")[-1] for hit in hits if hit.matches_well]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("카카오톡 로그인 장애", ["outage"]),
        ("kakaotalk login outage", ["outage"]),
        ("카톡 로그인", ["outage"]),
        ("로그인이", ["outage"]),
        ("고용24 데이터베이스", ["work24"]),
        ("고용24 데이타베이스", ["work24"]),
        ("payments-api", ["storm"]),
        ("PAYMENTS_API", ["storm"]),
        ("네트워크에서", ["outage", "messages"]),
        ("결제시스템", ["outage"]),
        ("결제 시스템", ["outage"]),
        ("DB장애", ["outage", "work24", "storm"]),
        ("워크넷", []),
        ("트워크", ["outage"]),
        ('"connection pool"', ["storm"]),
        ('"pool connection"', []),
        ("-router", ["work24", "outage"]),
        ("-service:kakaotalk", ["work24", "storm"]),
        ('-"connection pool" router', ["messages"]),
        ("-service:kakaotlk", ["work24", "outage", "messages", "storm"]),
        ("(router -packets)", ["storm"]),
        ("packets OR pool", ["messages", "storm"]),
        ("service:work24 OR packets", ["messages", "work24"]),
        ("rout*", ["messages", "storm"]),
        ("실업급*", ["work24"]),
        ("ruoter~", ["messages", "storm"]),
        ("INC-17", ["storm"]),
        ("sort:oldest service:kakaotalk", ["messages", "outage"]),
    ],
)
def test_these_entries_match_well(typed: str, expected: list[str]) -> None:
    assert found(typed) == expected


@pytest.mark.parametrize(
    "typed", ["카카오톡 로그인", "로그인 데이터베이스", "네트워크 결제", "ｋａｋａｏｔａｌｋ"]
)
def test_composition_and_width_of_the_query_do_not_matter(typed: str) -> None:
    even = normalize("NFKC", typed)
    expected = [hit.id for hit in search(even).hits]
    assert [hit.id for hit in search(normalize("NFD", typed)).hits] == expected
    assert expected


def test_total_counts_what_has_all_words_and_total_any_the_rest_too() -> None:
    results = search("router packets")
    assert (results.total, results.total_any) == (1, 2)
    assert [hit.matches_well for hit in results.hits] == [True, False]
    assert results.facets["service"] == (("kakaotalk", 1),)


def test_where_none_has_all_words_one_fewer_than_the_best_counts() -> None:
    results = search("router packets messages retry 실업급여")
    assert (results.total, results.total_any) == (2, 3)


def test_a_word_that_matches_in_part_is_never_counted() -> None:
    results = search("legacy-api")
    assert (results.total, results.total_any) == (0, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "2024-05-20-kakaotalk-messages",
        "2024-05-20-KakaoTalk-Messages",
        " 2024-05-20-kakaotalk-messages ",
    ],
)
def test_an_id_as_the_whole_query_comes_first(typed: str) -> None:
    assert search(typed).hits[0].id == "2024-05-20-kakaotalk-messages"


@pytest.mark.parametrize("typed", ["inc-17", "결제 장애", normalize("NFD", "결제 장애")])
def test_a_former_id_as_the_whole_query_comes_first(typed: str) -> None:
    assert search(typed).hits[0].id == "2023-05-01-payments-retry-storm"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("caues:network", "cause:network"),
        ("-caues:network", "-cause:network"),
        ("service:kakaotlk", "service:kakaotalk"),
        ("login service:kakaotlk router", "login service:kakaotalk router"),
        ("service: kakaotalk", "service:kakaotalk"),
        ("date:2024-13-45", "date:2024"),
        ("date:lst-month", "date:last-month"),
        ("duration:>2", "duration:>2h"),
        ("is:opne", "is:open"),
        ("sort:newst", "sort:newest"),
        ("packtes", "packets"),
        ("router packtes late", "router packets late"),
        ('"packtes lost"', '"packets lost"'),
        ("title:mesages", "title:messages"),
        ("실업급려", "실업급여"),
        ("로그잉", "로그인"),
        (normalize("NFD", "로그잉 장애"), "로그인 장애"),
        ("packtes (OR", "packets (OR"),
        ("router", None),
        ("데이터베이스", None),
        ("ADR-016", None),
        ("legacy-api", None),
        ("zzzzqqq", None),
        ("date:garbage", None),
        ("is:garbage", None),
        ("has:garbage", None),
        ("", None),
    ],
)
def test_what_was_meant_is_suggested(typed: str, meant: str | None) -> None:
    assert search(typed).did_you_mean == meant


def test_a_word_that_no_entry_holds_any_more_is_not_suggested() -> None:
    engine = indexed(*ENTRIES)
    assert Searcher(engine, VOCABULARY).search("packtes", Options(), TODAY).did_you_mean
    engine.apply(Changes(removed=frozenset({"2024/2024-05-20-kakaotalk-messages.md"})))
    results = Searcher(engine, VOCABULARY).search("packtes", Options(), TODAY)
    assert results.did_you_mean is None


def test_a_value_that_no_entry_has_any_more_is_neither_found_nor_suggested() -> None:
    engine = indexed(*ENTRIES)
    engine.apply(Changes(removed=frozenset({"2024/2024-07-18-kakaotalk-login-outage.md"})))
    for value in ("Kakao", "Kakap"):
        results = Searcher(engine, VOCABULARY).search(f"organisation:{value}", Options(), TODAY)
        assert results.notices
        assert results.notices[0].suggestion == ""


def test_options_filter_like_the_fields_of_a_query() -> None:
    options = Options(services=("카톡",), since="2024-06", until="2024")
    results = search("", options)
    assert [hit.id for hit in results.hits] == ["2024-07-18-kakaotalk-login-outage"]
    assert results.understood == (
        "service is kakaotalk, and date on or after 2024-06-01, and date on or before 2024-12-31"
    )


def test_an_unknown_option_value_is_a_notice_and_blank_ones_do_not_count() -> None:
    results = search("login", Options(services=("kakaotlk", " "), causes=("",)))
    assert [notice.part for notice in results.notices] == ["service:kakaotlk"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(limit=-1), "limit -1"),
        (Options(limit=1001), "limit 1001"),
        (Options(offset=-1), "offset -1"),
        (Options(sort="best"), "sort 'best'"),
        (Options(since="garbage"), "--since"),
        (Options(until="2024-13"), "--until"),
    ],
)
def test_wrong_options_are_errors(options: Options, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        search("login", options)


def test_a_question_asked_again_is_answered_from_memory() -> None:
    searcher = Searcher(indexed(*ENTRIES), VOCABULARY)
    first = searcher.search("router", Options(services=["kakaotalk"]), TODAY)
    again = searcher.search("router", Options(services=("kakaotalk",)), TODAY)
    assert again.hits is first.hits
    assert again.took_ms < first.took_ms
    others = (
        searcher.search("router", Options(), TODAY),
        searcher.search("router", Options(services=["kakaotalk"], limit=1), TODAY),
        searcher.search("router", Options(services=["kakaotalk"], facets=("year",)), TODAY),
        searcher.search("router", Options(services=["kakaotalk"]), date(2020, 1, 1)),
        searcher.search("Router", Options(services=["kakaotalk"]), TODAY),
    )
    assert all(other.hits is not first.hits for other in others)


def test_pages_follow_one_another() -> None:
    whole = [hit.id for hit in search("router packets 로그인").hits]
    pages = [
        hit.id
        for offset in range(len(whole))
        for hit in search("router packets 로그인", Options(limit=1, offset=offset)).hits
    ]
    assert pages == whole
    assert len(set(whole)) == len(whole) == 3


@pytest.mark.parametrize(
    ("typed", "part", "better", "expected"),
    [
        ("databse of databases", "databse", "database", "database of databases"),
        ("xdns dns", "dns", "DNS", "xdns DNS"),
        ("a caues:dns", "caues:dns", "cause:dns", "a cause:dns"),
        ("nothing", "else", "x", "nothing"),
        (r"C:\1", "C", r"\1", r"\1:\1"),
    ],
)
def test_a_part_is_replaced_as_a_whole(typed: str, part: str, better: str, expected: str) -> None:
    assert replaced(typed, part, better) == expected


def test_the_answer_in_json_is_the_contract() -> None:
    answer = search("login service:kakaotlk").to_json()
    assert sorted(answer) == sorted(
        "schema_version query understood notices did_you_mean total total_any took_ms hits "
        "facets".split()
    )
    assert sorted(answer["facets"]) == ["cause", "service", "severity", "status", "year"]


@pytest.mark.parametrize(
    "typed",
    [
        "word " * 10_000,
        "packtes rotuer conection databse " * 60,
        "(" * 200_000,
        "카" * 200_000,
        "\x00\x1b[31m\u202e",
        "🔥💥",
        "שלום عربى",
        "\ud800",
        "service:\ud800",
        "organisation:\udfff*",
        "*:*",
        "date:" + "9" * 1000,
        "duration:>" + "9" * 1000 + "d",
        "date:0000-00-00..9999-99-99",
        "date:<0001",
        "date:>9999",
        "before:0001 after:9999",
    ],
)
def test_hostile_queries_are_answered_at_once(typed: str) -> None:
    begun = time.perf_counter()
    results = search(typed)
    assert time.perf_counter() - begun < 1
    f"{results.understood}{results.notices}{results.did_you_mean}".encode()


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.lists(
            st.sampled_from(
                [
                    *(
                        "카톡",
                        "router",
                        "packtes",
                        " ",
                        " ",
                        "-",
                        "(",
                        ")",
                        '"',
                        "OR ",
                        "NOT ",
                        "~",
                    ),
                    *("service:", "date:", "is:", "has:", "sort:", "title:", "duration:", "id:"),
                    *("2024", "..", ">", ",", "*", "open", "kakao", "organisation:", "x:", "the "),
                ]
            ),
            max_size=14,
        ).map("".join),
        st.text(max_size=40),
    )
)
def test_any_text_is_answered(typed: str) -> None:
    begun = time.perf_counter()
    results = search(typed)
    assert time.perf_counter() - begun < 1
    assert results.total <= results.total_any <= len(ENTRIES)
    assert results.understood
    assert len(set(results.notices)) == len(results.notices)
    assert results.did_you_mean != typed
    for hit in results.hits:
        for snippet in hit.snippets:
            edges = [edge for mark in snippet.marks for edge in mark]
            assert snippet.text
            assert edges == sorted(edges)
            assert not edges or edges[-1] <= len(snippet.text)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("overload", ["storm"]),
        ("과부하", ["storm"]),
        ("BGP", ["messages", "outage"]),
        ("router", ["messages", "storm"]),
    ],
)
def test_the_name_of_a_cause_counts_as_a_word(typed: str, expected: list[str]) -> None:
    """An alias (`BGP` of network) only where no entry holds the word itself (`router`)."""
    assert VOCABULARY.canonical("cause", typed) is not None
    assert sorted(found(typed)) == expected
