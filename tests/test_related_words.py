"""Which words of a text tell what it is about, and which mean the same."""

from __future__ import annotations

import unicodedata

import pytest

from kb.related.everyday import is_everyday
from kb.related.words import ZONE_WEIGHTS, Words, unit
from kb.vocabulary import Service, Vocabulary

VOCABULARY = Vocabulary(services={"kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡",))})


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(VOCABULARY.synonym_groups())


def surfaces(words: Words, body: str) -> list[str]:
    return [counted.surface for counted in words.count([("text", body)]).values()]


@pytest.mark.parametrize(
    "word",
    [
        *("incident", "outages", "services", "resolved", "went", "kept", "lessons"),
        *(
            "장애",
            "원인",
            "복구",
            "이용자",
            "않았다",
            "않았고",
            "했다",
            "밝혔다",
            "한다",
            "명을",
            "일에",
        ),
        *("2024", "10:54", "14th", "30s", "2,000", "12", "200", "134a959a"),
    ],
)
def test_words_of_every_report_tell_nothing(word: str) -> None:
    assert is_everyday(word, unit)


@pytest.mark.parametrize(
    "word",
    [
        "kafka",
        "bgp",
        "us-east-1",
        "502",
        "503",
        "x509",
        "데이터베이스",
        "네트워크",
        "람다",
        "캐나다",
    ],
)
def test_words_of_a_subject_tell_something(word: str) -> None:
    assert not is_everyday(word, unit)


def test_korean_and_english_words_that_mean_the_same_count_as_one(words: Words) -> None:
    counted = words.count([("text", "데이터베이스가 멈췄다. The database stopped; databases too.")])
    (one,) = [each for each in counted.values() if each.surface == "데이터베이스"]
    assert one.weight == 3


def test_a_name_of_several_words_counts_as_its_translation(words: Words) -> None:
    assert set(words.count([("text", "a memory leak")])) == set(
        words.count([("text", "메모리 누수")])
    )


def test_a_service_counts_as_one_by_all_its_names(words: Words) -> None:
    counted = words.count([("text", "카톡 로그인, 카카오톡 로그인, kakaotalk")])
    assert counted[words.concept("kakaotalk")].weight == 3


def test_forms_of_a_word_are_one(words: Words) -> None:
    assert surfaces(words, "failover failovers 로그인은 로그인이") == ["failover", "로그인"]


def test_decomposed_korean_reads_alike(words: Words) -> None:
    composed = "네트워크 스위치 교체"
    decomposed = unicodedata.normalize("NFC", unicodedata.normalize("NFD", composed))
    assert words.count([("text", composed)]).keys() == words.count([("text", decomposed)]).keys()


def test_a_word_counts_by_where_it_stands(words: Words) -> None:
    zones = ("title", "timeline", "root-cause", "source-notes")
    counted = words.count([(zone, "kafka") for zone in zones])[unit("kafka")]
    assert counted.weight == ZONE_WEIGHTS["title"] + ZONE_WEIGHTS["timeline"] + 1
    assert not counted.in_timeline_only
    assert words.count([("timeline", "kafka")])[unit("kafka")].in_timeline_only


def test_a_joined_word_is_counted_as_a_whole_and_by_its_parts(words: Words) -> None:
    assert surfaces(words, "payments-api") == ["payments", "api", "payments-api"]


def test_every_spelling_of_a_concept_is_known(words: Words) -> None:
    spellings = words.spellings(words.concept("database"))
    assert {unit("database"), unit("데이터베이스")} <= set(spellings)
    assert words.spellings(unit("qwertz")) == (unit("qwertz"),)


@pytest.mark.parametrize("body", ["", "   ", "— · …", "2024-07-18 10:54", "the of and"])
def test_a_text_without_telling_words_counts_nothing(words: Words, body: str) -> None:
    assert not words.count([("text", body)])
