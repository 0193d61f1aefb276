"""What was found, put into words: an entry with its reasons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.related import likeness
from kb.related.results import OpenFollowUp, Reason, ReasonKind, RelatedEntry
from kb.search import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.related.incident import Incident
    from kb.related.likeness import Shared
    from kb.related.times import Times

MOST_WORDS = 6
"""Shared words that are named."""
LEAST_EVIDENCE = 0.01
"""What counts less is no reason, unless there is no other."""

_SENTENCES: Mapping[ReasonKind, tuple[str, str]] = {
    "service": ("same service", "same services"),
    "cause": ("same cause", "same causes"),
    "tag": ("same tag", "same tags"),
    "words": ("shared word", "shared words"),
    "timeline": ("shared word in the timelines", "shared words in the timelines"),
    "trigger": ("same trigger", "same triggers"),
    "detected-by": ("detected in the same way", "detected in the same ways"),
}


@dataclass(frozen=True)
class Answer:
    """One entry that may be alike.

    Attributes:
        shown: what its document stored.
        other: the same as it was compared.
        shared: what it has in common with the incident asked about, the strongest first.
        times: when that one was.
    """

    shown: Mapping[str, Any]
    other: Incident
    shared: Sequence[Shared]
    times: Times

    @cached_property
    def score(self) -> float:
        """How much alike, from 0 to 1."""
        return likeness.score(self.shared)

    @cached_property
    def overlaps(self) -> bool:
        """Whether it may be the same incident."""
        return self.times.overlap(self.other)

    def entry(self, *, stated: bool) -> RelatedEntry:
        """The entry with its reasons in words.

        Args:
            stated: whether services and causes of what was asked about are stated somewhere.
        """
        shown, earlier = self.shown, self.times.earlier(self.other)
        again = {"service", "cause"} <= {one.kind for one in self.shared}
        return RelatedEntry(
            id=shown["id"],
            path=shown["path"],
            title=shown["title"],
            date=shown["date"],
            services=tuple(shown["services"]),
            causes=tuple(shown["causes"]),
            severity=shown["severity"],
            score=self.score,
            reasons=tuple(_reasons(self.shared, self.other)),
            open_follow_ups=tuple(
                OpenFollowUp(**{name: item[name] for name in OpenFollowUp.__slots__})
                for item in shown["follow_ups"]
                if item["done"] is not True
            ),
            earlier=earlier,
            is_recurrence=earlier and again and stated,
            overlaps=self.overlaps,
        )


def _reasons(shared: Sequence[Shared], other: Incident) -> Iterator[Reason]:
    for number, one in enumerate(shared):
        if one.evidence < LEAST_EVIDENCE and number:
            return
        values = one.values
        if one.kind in {"words", "timeline"}:
            values = tuple(as_written(word, other) for word in _apart(values)[:MOST_WORDS])
        yield Reason(one.kind, values, _sentence(one.kind, values))


def _apart(words: Sequence[str]) -> list[str]:
    """The words without those that are part of another one (`us`, `east`: `us-east-1`)."""
    parts = {part for word in words for part in text.words(word) if part != word}
    return [word for word in words if word not in parts]


def _sentence(kind: ReasonKind, values: Sequence[str]) -> str:
    if kind == "near-in-time":
        return "began on the same day" if values == ("0",) else "began on the day before or after"
    return f"{_SENTENCES[kind][len(values) > 1]}: {', '.join(values)}"


def as_written(word: str, entry: Incident) -> str:
    """A word in the capitals in which an entry writes it most often."""
    if not word.isascii() or len(word) < 2:
        return word
    written = re.compile(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])", re.IGNORECASE)
    forms: Counter[str] = Counter()
    for _, body in entry.passages:
        forms.update(written.findall(body))
    return max(forms, key=lambda form: (forms[form], form.islower()), default=word)
