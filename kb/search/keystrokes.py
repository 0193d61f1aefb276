"""Names as they are typed, letter by letter, so that a beginning can be compared with them.

A Korean syllable grows while it is typed: 카카오 goes through 칵 and 카캉. Taken apart into the
letters that were pressed, each of these is a beginning of the whole.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import normalize

from kb.vocabulary import fold

_FINALS = (
    "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ "
    "ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
).split()
_VOWELS = {
    "ㅘ": "ㅗㅏ",
    "ㅙ": "ㅗㅐ",
    "ㅚ": "ㅗㅣ",
    "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ",
    "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ",
}
_FIRST_FINAL = 0x11A8
_PRESSED = {
    **{_FIRST_FINAL + at: normalize("NFKC", final) for at, final in enumerate(_FINALS)},
    **{ord(normalize("NFKC", one)): normalize("NFKC", two) for one, two in _VOWELS.items()},
}


def keystrokes_once(name: str) -> str:
    """`keystrokes` of one name of very many, none of which is likely to be asked for again."""
    folded = fold(name)
    return folded if folded.isascii() else normalize("NFD", folded).translate(_PRESSED)


@lru_cache(maxsize=8_192)
def keystrokes(name: str) -> str:
    """The letters that are pressed to type a name; case, width, hyphens and spaces do not count.

    One name begins with another, however much of its last syllable is typed, where this does.
    """
    return keystrokes_once(name)


def is_half_typed(text: str) -> bool:
    """Whether it is letters of a first syllable alone: ㅋ is the beginning of anything."""
    letters = [each for each in normalize("NFC", text) if each.isalnum()]
    return bool(letters) and all(map(_is_lone, letters))


def _is_lone(character: str) -> bool:
    """Whether it is a Korean letter outside of a syllable."""
    return "\u1100" <= character <= "\u11ff" or "\u3131" <= character <= "\u318e"
