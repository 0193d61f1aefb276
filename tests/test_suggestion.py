"""What somebody may be about to type."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.errors import UsageError
from tests.engine_contract import CORPUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.search.suggestion import Suggestion

TOML = """\
[services]
kakaotalk = { label = "카카오톡", owner = "Kakao", aliases = ["카톡"] }
kakao-account = { label = "카카오계정", owner = "Kakao" }
gift = { label = "카카오톡 선물하기" }
payments-api = { label = "Payments API" }
"""
CHAT = """\
---
title: 카카오톡 로그인이 안 됨
date: 2024-07-18
services: [kakaotalk]
causes: [network]
severity: sev2
authors: [Kim Min-ji]
---
## Summary
Routes were withdrawn; a route was announced by mistake.
"""


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("entries")
    for path, text in (CORPUS | {"2024/chat.md": CHAT, "kb.toml": TOML}).items():
        place = folder / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("KB_"):
                patch.delenv(name)
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        opened = KnowledgeBase.open(folder)
        opened.sync()
        yield opened
        opened.close()


def texts(found: tuple[Suggestion, ...], *kinds: str) -> list[str]:
    return [one.text for one in found if not kinds or one.kind in kinds]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ser", "service:"),
        ("서비", "서비스:"),
        ("organ", "organisation:"),
        ("카카", "service:kakaotalk"),
        ("캌", "service:kakaotalk"),
        ("카카ㅇ", "service:kakaotalk"),
        (normalize("NFD", "카카"), "service:kakaotalk"),
        ("카톡", "service:kakaotalk"),
        ("네트웤", "cause:network"),
        ("Payments", "service:payments-api"),
        ("payments-a", "service:payments-api"),
        ("sev1", "severity:sev1"),
        ("overd", "is:overdue"),
        ("newes", "sort:newest"),
        ("2024-07", "date:2024-07"),
        ("service:kakaot", "service:kakaotalk"),
        ("service:선물", "service:gift"),
        ("원인:네", "원인:network"),
        ("cause:네트워크", "cause:network"),
        ('cause:"data l', "cause:data"),
        ("service:kakaotalk,pay", "service:kakaotalk,payments-api"),
        ("is:op", "is:open"),
        ("sort:n", "sort:newest"),
        ("has:time", "has:timeline"),
        ("has:organ", "has:organisation"),
        ("status:초", "status:draft"),
        ("author:kim", 'author:"kim min-ji"'),
        ('author:"kim', 'author:"kim min-ji"'),
        ("tag:로", "tag:로그인"),
        ("date:2024", "date:2024"),
        ("before:last", "before:last-month"),
        ("duration:>2", "duration:>2m"),
        ("detect-time:", "detect-time:>30m"),
        ("duration:>", "duration:>30m"),
        ("title:rou", "title:route"),
        ('summary:"the rou', 'summary:"the route"'),
        ('"the rou', '"the route"'),
        ("partit", "cause:network"),
        ("데이터베", "cause:database"),
    ],
)
def test_the_last_piece_is_completed(knowledge: KnowledgeBase, typed: str, first: str) -> None:
    found = knowledge.suggest(typed)
    assert found[0].text == first
    if found[0].kind != "entry":
        assert found[0].query.endswith(found[0].text)


@pytest.mark.parametrize(
    "typed", ["", " ", "kafka ", "ㅋ", "ㅋㅋ", "service:ㅋ", "-", '"', "http://x", "caues:d", "OR"]
)
def test_what_says_nothing_yet_gives_nothing(knowledge: KnowledgeBase, typed: str) -> None:
    assert knowledge.suggest(typed) == ()


def test_what_was_typed_before_stays(knowledge: KnowledgeBase) -> None:
    (one, *_) = knowledge.suggest("kafka -service:kakaota")
    assert (one.start, one.end) == (7, 22)
    assert one.query == "kafka -service:kakaotalk"
    (one, *_) = knowledge.suggest("(a OR ser")
    assert one.query == "(a OR service:"


def test_a_value_is_not_given_twice(knowledge: KnowledgeBase) -> None:
    assert "service:kakaotalk,kakaotalk" not in texts(knowledge.suggest("service:kakaotalk,ka"))


def test_a_field_without_a_value_offers_what_most_entries_have(knowledge: KnowledgeBase) -> None:
    found = knowledge.suggest("service:", limit=100)
    counts = [one.count or 0 for one in found]
    assert counts == sorted(counts, reverse=True)
    assert (found[0].text, found[0].count, found[0].kind) == ("service:cdn", 2, "service")
    assert {one.text for one in found if one.count == 0} >= {"service:gift"}


def test_labels_are_korean_where_korean_is_typed(knowledge: KnowledgeBase) -> None:
    assert knowledge.suggest("cause:netw")[0].label == "Network"
    assert knowledge.suggest("원인:netw")[0].label == "네트워크"
    assert knowledge.suggest("카카")[0].label == "카카오톡"
    assert knowledge.suggest("카카")[0].detail == "Kakao"


def test_entries_are_found_by_id_and_title(knowledge: KnowledgeBase) -> None:
    for typed in ("route-l", "BGP", "bgp lea", "leak rou"):
        (entry,) = (one for one in knowledge.suggest(typed) if one.kind == "entry")
        assert (entry.text, entry.query, entry.url) == (
            "route-leak",
            "route-leak",
            "/entries/route-leak",
        )
        assert (entry.start, entry.end) == (0, len(typed))
        assert (entry.label, entry.detail) == (
            "BGP route leak took the CDN away",
            "2023-05-05, sev2",
        )
    assert texts(knowledge.suggest("카카오톡 로그"), "entry") == ["chat"]
    assert texts(knowledge.suggest("service:cdn rou"), "entry") == []
    assert texts(knowledge.suggest("kafka rou"), "entry") == []


def test_the_url_of_an_entry_is_quoted(knowledge: KnowledgeBase) -> None:
    (entry,) = (one for one in knowledge.suggest("워크넷") if one.kind == "entry")
    assert entry.url == "/entries/%EC%9B%8C%ED%81%AC%EB%84%B7-%EC%A7%80%EC%97%B0"


def test_words_come_by_how_many_entries_hold_them(knowledge: KnowledgeBase) -> None:
    words = [one for one in knowledge.suggest("rou", limit=20) if one.kind == "word"]
    assert [one.text for one in words][:2] == ["route", "routes"]
    assert words[0].count == 4
    assert "route-leak" not in texts(knowledge.suggest("route", limit=20), "word"), "it is an entry"
    assert "route" not in texts(knowledge.suggest("route", limit=20), "word"), "it is typed"


def test_each_kind_has_its_share(knowledge: KnowledgeBase) -> None:
    few = knowledge.suggest("ka", limit=4)
    assert len(few) == 4
    assert {one.kind for one in few} >= {"service", "word", "entry"}
    assert knowledge.suggest("ka", limit=0) == ()


def test_a_limit_out_of_range_is_a_wrong_use(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="limit"):
        knowledge.suggest("ka", limit=-1)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.text('se:rvic카ㅋ,"-()> *~“OR', max_size=20))
def test_anything_may_be_typed(knowledge: KnowledgeBase, typed: str) -> None:
    for one in knowledge.suggest(typed):
        assert 0 <= one.start <= one.end == len(typed)
        assert one.query == typed[: one.start] + one.text
        assert set(one.to_json()) == set(type(one).__dataclass_fields__)
    for one in knowledge.suggest("service:" + typed, limit=3):
        knowledge.search(one.query, limit=1)


def test_a_suggested_value_is_understood(knowledge: KnowledgeBase) -> None:
    for field in ("service", "cause", "severity", "is", "has", "date", "before", "sort", "author"):
        for one in knowledge.suggest(f"{field}:", limit=50):
            if one.count != 0:
                assert knowledge.search(one.query).notices == (), one.query


def test_a_very_long_query_is_not_completed(knowledge: KnowledgeBase) -> None:
    assert knowledge.suggest("x" * 5_000) == ()
