"""Names are looked up by what they are indexed as, in whatever way they are written."""

from __future__ import annotations

import pytest

from kb.search.synonyms import LONGEST, Synonyms, key
from kb.vocabulary import DEFAULT_VOCABULARY, Service, Vocabulary

SYNONYMS = Synonyms(
    Vocabulary(
        services={
            "kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡", "KakaoTalk")),
            "payments-api": Service("payments-api", "Payments API"),
        },
        synonyms=(
            ("데이터베이스", "database", "DB"),
            ("power outage", "정전"),
            ("outage", "장애"),
            ("장애", "incident"),
            ("🔥", "fire"),
        ),
    )
)


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("카톡", ("kakaotalk", "카카오톡")),
        ("KAKAOTALK", ("카카오톡", "카톡")),
        ("카카오톡은", ("kakaotalk", "카톡")),
        ("databases", ("데이터베이스", "DB")),
        ("DB", ("데이터베이스", "database")),
        ("power outage", ("정전",)),
        ("power outages", ("정전",)),
        ("정전", ("power outage",)),
        ("nothing known", ()),
        ("fire", ("🔥",)),
        ("", ()),
        ("🔥", ()),
        ("the", ()),
    ],
)
def test_a_name_has_these_other_names(typed: str, others: tuple[str, ...]) -> None:
    assert SYNONYMS.of(key(typed)) == others


def test_a_word_of_two_groups_has_the_members_of_both() -> None:
    assert SYNONYMS.of(key("장애")) == ("outage", "incident")


def test_groups_do_not_run_together() -> None:
    assert "incident" not in SYNONYMS.of(key("outage"))


def test_the_parts_of_a_joined_name_make_its_key() -> None:
    assert key("payments-api") == key("Payments API") == ("payment", "api")


def test_a_cause_is_a_synonym_by_its_labels_but_not_by_narrower_names() -> None:
    synonyms = Synonyms(DEFAULT_VOCABULARY)
    assert "설정 변경" in synonyms.of(key("configuration change"))
    assert "misconfiguration" not in synonyms.of(key("config-change"))


def test_every_built_in_name_of_several_words_can_be_typed_as_one() -> None:
    groups = DEFAULT_VOCABULARY.synonym_groups()
    too_long = [name for group in groups for name in group if len(name.split()) > LONGEST]
    assert too_long == []
