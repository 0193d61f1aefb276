"""Korean words lose their particles and verb endings, and nothing that belongs to the noun."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.korean import stem

SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("장애가", "장애"),
        ("장애는", "장애"),
        ("장애를", "장애"),
        ("장애의", "장애"),
        ("장애로", "장애"),
        ("장애와", "장애"),
        ("장애까지", "장애"),
        ("장애부터는", "장애"),
        ("화재로", "화재"),
        ("서버에서", "서버"),
        ("서버에서는", "서버"),
        ("서울로", "서울"),
        ("네트워크의", "네트워크"),
        ("데이터센터에서부터", "데이터센터"),
        ("로그인이", "로그인"),
        ("로그인을", "로그인"),
        ("로그인은", "로그인"),
        ("로그인과", "로그인"),
        ("로그인으로", "로그인"),
        ("이용자들이", "이용자"),
        ("이용자들에게", "이용자"),
    ],
)
def test_particles_are_taken_off(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("복구했다", "복구"),
        ("복구되었습니다", "복구"),
        ("복구하는", "복구"),
        ("복구하고", "복구"),
        ("고갈되어", "고갈"),
        ("발생한", "발생"),
        ("발생했으며", "발생"),
        ("중단시켰다", "중단"),
        ("일시적인", "일시"),
    ],
)
def test_endings_of_light_verbs_are_taken_off(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    "word",
    [
        "장애",
        "회의",
        "제주도",
        "카카오",
        "고도",
        "시도",
        "이",
        "한",
        "네트워크",
        "인터넷",
        "메시지",
    ],
)
def test_nouns_that_look_like_noun_and_particle_stay_whole(word: str) -> None:
    assert stem(word) in (word, word[:2])
    assert len(word) > 2 or stem(word) == word


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("장애은", "은 follows a consonant"),
        ("장애을", "을 follows a consonant"),
        ("로그인는", "는 follows a vowel"),
        ("로그인가", "가 follows a vowel"),
        ("로그인로", "로 follows a vowel or rieul"),
    ],
)
def test_a_particle_that_cannot_follow_the_syllable_stays(word: str, why: str) -> None:
    assert stem(word) == word, why


@pytest.mark.parametrize(("word", "expected"), [("는", ""), ("에서", ""), ("장애", "장애")])
def test_after_another_script_all_of_it_may_be_a_particle(word: str, expected: str) -> None:
    assert stem(word, after_other_script=True) == expected


@given(SYLLABLES)
def test_a_stem_begins_the_word_and_is_never_empty(word: str) -> None:
    assert stem(word)
    assert word.startswith(stem(word))


@given(SYLLABLES)
def test_after_another_script_a_stem_begins_the_word_too(word: str) -> None:
    assert word.startswith(stem(word, after_other_script=True))
