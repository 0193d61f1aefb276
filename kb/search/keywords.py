"""Keyword values: how they are compared, and what entries can always be asked to have."""

from __future__ import annotations

from functools import lru_cache

from kb.search import text

PRESENCES = frozenset(
    "service cause severity status author tag language trigger detected-by timezone "
    "date started detected declared mitigated resolved duration source follow-up finding "
    "summary impact timeline root-cause response follow-ups lessons detection "
    "source-notes".split()
)
"""What `has:` can always be asked for; the unknown front-matter keys of entries come beside."""


@lru_cache(maxsize=8192)
def fold(value: str) -> str:
    """The form under which keyword values are compared: normalised, lower case, one space."""
    return " ".join(text.normalise(value).casefold().split())


def part_field(field: str) -> str:
    """The keyword field that holds the single words of `field`'s values."""
    return f"{field}~"


@lru_cache(maxsize=8192)
def parts(value: str) -> frozenset[str]:
    """The terms of a keyword value's words; of a joined one (`kakao-corp`) its parts."""
    return text.terms(text.normalise(value))
