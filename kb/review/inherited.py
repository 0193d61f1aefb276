"""Which findings a change did not add: the old version of the entry had them already."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from kb.review.rule import ReviewFinding

_SHORTEST = 12
"""Characters; a shorter line (`---`) may carry quite different findings of one rule."""

_LIKENESSES: tuple[Callable[[ReviewFinding], Hashable], ...] = (
    lambda one: (one.rule, one.message, one.text),
    lambda one: (one.rule, one.message),
    lambda one: (one.rule, " ".join(one.text.split())) if len(one.text) >= _SHORTEST else None,
)
"""What two findings must share to be the same, the surest first; never the line's number."""


def marked(new: Sequence[ReviewFinding], old: Sequence[ReviewFinding]) -> tuple[ReviewFinding, ...]:
    """The findings of the new version, those that the old one had marked as inherited.

    Each old finding stands for one new one: of a mistake that was made once more, one is new.
    """
    left = list(old)
    inherited: set[int] = set()
    for likeness in _LIKENESSES:
        counts = Counter(likeness(one) for one in left)
        taken: Counter[Hashable] = Counter()
        for number, one in enumerate(new):
            key = likeness(one)
            if key is not None and number not in inherited and taken[key] < counts[key]:
                taken[key] += 1
                inherited.add(number)
        kept = []
        for one in left:
            key = likeness(one)
            if taken[key]:
                taken[key] -= 1
            else:
                kept.append(one)
        left = kept
    return tuple(
        replace(one, inherited=True) if number in inherited else one
        for number, one in enumerate(new)
    )
