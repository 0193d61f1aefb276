"""Text as a screen of fixed columns shows it: how wide it is, and nothing in it that commands.

Korean, Chinese and Japanese characters take two columns (East Asian Width W and F, Unicode
Standard Annex #11), combining ones none.
"""

from __future__ import annotations

import functools
import unicodedata

# Control characters, and those that make a terminal show text in another order than it has.
_CONTROLS = dict.fromkeys(
    (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)
_CONTROLS |= {ord("\n"): "\n", ord("\t"): " ", ord("\r"): " "}


def plain(text: str) -> str:
    """The text without characters that command a terminal instead of showing something.

    Characters correspond one to one; the length does not change.
    """
    return text if text.isprintable() else text.translate(_CONTROLS)


def width(text: str) -> int:
    """How many columns the text takes."""
    return len(text) if text.isascii() else sum(map(character_width, text))


@functools.lru_cache(maxsize=4096)
def character_width(character: str) -> int:
    """How many columns one character takes: 0, 1 or 2."""
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    # Hangul vowels and final consonants that stand alone join the syllable before them.
    joins = "\u1160" <= character <= "\u11ff"
    return 0 if joins or unicodedata.category(character) in {"Mn", "Me", "Cf"} else 1
