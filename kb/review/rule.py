"""What a rule is, and what it finds: all that rules, waivers, fixes and formats share.

A rule is data and a pure function: the same entry on the same day gives the same problems. Its
texts make `kb rules`, the help page and the long descriptions in SARIF, so they stand once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kb.finding import Level
    from kb.review.subject import Subject

Family = Literal[
    "front-matter",
    "sections",
    "time",
    "substance",
    "follow-ups",
    "wording",
    "privacy",
    "links",
    "markdown",
    "waivers",
]
"""The hundreds of a code: KB1xx front-matter, KB2xx sections, and so on in this order;
waivers are KB0xx."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of an entry's file.

    Lines count from 1, columns in characters (Unicode code points) from 1; the end is the
    first character that does not belong to it. Formats turn columns into bytes or UTF-16.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A text that takes the place of what stands there; an empty place is an insertion."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that is safe to make without asking: it says no more than the entry does.

    Attributes:
        description: what it does, in the imperative.
        edits: do not overlap.
    """

    description: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a rule found in one entry.

    Attributes:
        message: what is wrong, in one sentence, with the words of the entry it is about.
        help: what to do about just this, where the rule's own text is not enough.
        level: where it weighs otherwise than the rule usually does.
        hidden: what no report may show, wherever it quotes the entry (`kb.review.masking`).
    """

    place: Place
    message: str
    help: str = ""
    fix: Fix | None = None
    level: Level | None = None
    hidden: tuple[Place, ...] = ()


Check = Callable[["Subject"], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for in every reviewed entry.

    Attributes:
        code: `KB204`; never used for another rule, even when this one goes.
        name: a few words with hyphens, for people who forget numbers.
        level: what a finding weighs unless kb.toml says otherwise.
        summary: what the rule wants, in one line.
        why: why it matters for this kind of document; Markdown, a few sentences.
        bad, good: an example of each, as it stands in a file.
        check: finds it.
    """

    code: str
    name: str
    family: Family
    level: Level
    summary: str
    why: str
    bad: str
    good: str
    check: Check


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """A problem as the report has it: of which rule, in which file, how heavy.

    Attributes:
        path: the file as the reviewer names it: relative to the repository's root, or where
            there is none to the current folder, with forward slashes.
        text: the line it stands on, for formats that quote it; masked where it holds a secret.
        inherited: whether the base had it already; it is told, but never fails a review.
    """

    rule: str
    level: Level
    path: str
    place: Place
    message: str
    help: str
    fix: Fix | None
    text: str = ""
    inherited: bool = False
