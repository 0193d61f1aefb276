"""What all readers of moments share: folding of characters, and the marks of "about".

Folding is one character to one character, so that an offset in the folded text is an offset
in the text that was given. Canonical composition (NFC) would move offsets and is left to
the caller: decomposed Korean is not recognised here.
"""

from __future__ import annotations

from typing import Literal

Order = Literal["ymd", "mdy", "dmy"]

_FOLDED = {
    **{ord("０") + digit: str(digit) for digit in range(10)},
    **dict.fromkeys(map(ord, "：∶"), ":"),
    **dict.fromkeys(map(ord, "～〜∼"), "~"),
    **dict.fromkeys(map(ord, "－‐‑‒−"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2009\u202f\u3000"), " "),
    **dict.fromkeys(map(ord, "’‘"), "'"),
    **{ord(wide): narrow for wide, narrow in zip("（）／．，＋［］", "()/.,+[]", strict=True)},
}

_UNFOLDED = frozenset(map(chr, _FOLDED))

# Written before a time: "about", and after it in Korean: 쯤, 경.
ABOUT = r"(?:[~≈]|(?i:about|around|circa|roughly|approximately|approx|ca)\b\.?|약|대략)"
# Compiling [^가-힣] looks at each of 11,172 syllables; other scripts' letters do not matter here.
NO_HANGUL = r"[\W\d_A-Za-z]"
# What may directly follow a Korean hour or half; other letters make another word (10시즌, 3시간).
AFTER_HANGUL = (
    rf"(?=$|{NO_HANGUL}|에|부터|까지|경|쯤|께|무렵|즈음|정각|반|이|전|후|현재|기준"
    r"|를|을|가|는|은|와|과|로|으로|엔|인|의|만|였|나|보다|대|직|넘)"
)


def fold(text: str) -> str:
    """The text with full-width digits, colons and the like in their plain form.

    Characters correspond one to one; the length does not change.
    """
    # Translating costs ten times as much as seeing that there is nothing to translate.
    return text if text.isascii() or _UNFOLDED.isdisjoint(text) else text.translate(_FOLDED)
