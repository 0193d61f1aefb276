"""What a review found: the one value that every output format is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.finding import Level
    from kb.related import RelatedEntry
    from kb.review.rule import ReviewFinding, Rule

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""Heaviest first."""


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that the entry allows.

    Attributes:
        reason: as the entry gives it.
        line: where it is allowed.
    """

    finding: ReviewFinding
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """What the team has been through already, for one reviewed entry.

    Attributes:
        recurrences: earlier incidents of a same service and a same cause, newest first.
        similar: the other similar ones, most similar first.
        duplicates: entries of a same service whose times overlap: perhaps the same incident.
    """

    recurrences: tuple[RelatedEntry, ...] = ()
    similar: tuple[RelatedEntry, ...] = ()
    duplicates: tuple[RelatedEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewedEntry:
    """One entry that was looked at.

    Attributes:
        status: `added`, `changed`, `renamed` against the base, or `whole` without one.
    """

    id: str
    path: str
    title: str
    status: str
    seen_before: SeenBefore = field(default_factory=SeenBefore)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one review; findings in the order of files and lines.

    Attributes:
        rules: every rule that was applied, by code.
        base: the revision it was compared with, as given, or None.
        notices: what could not be done as asked, one sentence each (a shallow clone, ...).
        lines: path -> line number -> the line as it stands in the file, as
            `kb.review.columns.telling_lines` gives them for findings and waived ones alike.
            Formats count columns in them and show nothing of them: secrets stand there.
    """

    entries: tuple[ReviewedEntry, ...]
    findings: tuple[ReviewFinding, ...]
    waived: tuple[Waived, ...]
    rules: tuple[Rule, ...]
    base: str | None = None
    notices: tuple[str, ...] = ()
    lines: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def count(self, level: Level) -> int:
        """How many findings of a level the change is answerable for."""
        return sum(f.level == level and not f.inherited for f in self.findings)

    def fails(self, fail_on: Level | None) -> bool:
        """Whether something at or above a level was found; None: never fails."""
        if fail_on is None:
            return False
        return any(self.count(level) for level in LEVELS[: LEVELS.index(fail_on) + 1])
