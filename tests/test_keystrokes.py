"""Beginnings of names, in Korean too."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from kb.search.keystrokes import is_half_typed, keystrokes


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ka", "KakaoTalk"),
        ("kakao-t", "KakaoTalk"),
        ("카", "카카오톡"),
        ("캌", "카카오톡"),
        ("카캉", "카카오톡"),
        ("카ㅋ", "카카오톡"),
        ("카카오토", "카카오톡"),
        ("네트웤", "네트워크"),
        ("고", "과부하"),
        ("가", "값"),
        ("갑", "값"),
        ("데이터손", "데이터 손상·오류"),
        ("ＤＢ", "DB 장애"),
        (normalize("NFD", "카카"), "카카오톡"),
    ],
)
def test_what_is_typed_on_the_way_is_a_beginning(typed: str, name: str) -> None:
    assert keystrokes(name).startswith(keystrokes(typed))


@pytest.mark.parametrize(("typed", "name"), [("칵", "카카오톡"), ("ka", "카카오"), ("갃", "값")])
def test_other_letters_are_no_beginning(typed: str, name: str) -> None:
    assert not keystrokes(name).startswith(keystrokes(typed))


@pytest.mark.parametrize("typed", ["ㅋ", "ㅏ", "ㅋㅋ", "ㄳ", "-ㅋ", "\u110f"])
def test_letters_of_no_syllable_are_half_typed(typed: str) -> None:
    assert is_half_typed(typed)


@pytest.mark.parametrize("typed", ["", "카", "카ㅋ", "k", "kㅋ", "2024", "-", ">"])
def test_anything_else_is_not(typed: str) -> None:
    assert not is_half_typed(typed)
