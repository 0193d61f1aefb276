"""What `kb related` answers, as the command line, the web and reviews receive it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kb.search.results import SCHEMA_VERSION

ReasonKind = Literal[
    "service", "cause", "tag", "words", "timeline", "trigger", "detected-by", "near-in-time"
]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that two incidents have in common.

    Attributes:
        kind: what it is: names (`service`, `cause`, `tag`, `trigger`, `detected-by`), `words`
            anywhere, words of both timelines (`timeline`), or `near-in-time`.
        values: what is shared, each meaningful alone: ids of the vocabulary, or words as the
            earlier entry writes them; for `near-in-time` the whole days between as digits.
        text: the same as part of an English sentence (`same service: kakaotalk`).
    """

    kind: ReasonKind
    values: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """Something that was to be done after the other incident and is not marked as done.

    Attributes:
        text: what is to be done, as Markdown.
        owner: as written, or None.
        due: the day it is due, ISO 8601, or None.
        line: where it stands in the entry's file, from 1.
    """

    text: str
    owner: str | None
    due: str | None
    ticket: str | None
    line: int

    def to_json(self) -> dict[str, Any]:
        """The follow-up as JSON has it; the same names."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class RelatedEntry:
    """An entry that is like what was asked about.

    Attributes:
        path: relative to the entries folder.
        date: the local day it began, ISO 8601, or None.
        score: how much alike, from 0 to 1.
        reasons: what made the score, the strongest first; never empty.
        open_follow_ups: what nobody has marked as done.
        earlier: whether it began before what was asked about; a text without a date is of now.
        is_recurrence: whether it is earlier and shares a service and a known cause: what was
            asked about happened before. What is only guessed from a text does not count.
        overlaps: whether it shares a service and its time overlaps: perhaps the same incident.
    """

    id: str
    path: str
    title: str
    date: str | None
    services: tuple[str, ...]
    causes: tuple[str, ...]
    severity: str
    score: float
    reasons: tuple[Reason, ...]
    open_follow_ups: tuple[OpenFollowUp, ...]
    earlier: bool
    is_recurrence: bool
    overlaps: bool

    def to_json(self) -> dict[str, Any]:
        """The entry as the JSON contract has it; `reasons` as text, `why` as data."""
        return {
            "id": self.id,
            "path": self.path,
            "title": self.title,
            "date": self.date,
            "services": list(self.services),
            "causes": list(self.causes),
            "severity": self.severity,
            "score": round(self.score, 4),
            "reasons": [reason.text for reason in self.reasons],
            "why": [{"kind": one.kind, "values": list(one.values)} for one in self.reasons],
            "open_follow_ups": [item.to_json() for item in self.open_follow_ups],
            "earlier": self.earlier,
            "is_recurrence": self.is_recurrence,
            "overlaps": self.overlaps,
        }


@dataclass(frozen=True, slots=True)
class RelatedEntries:
    """The entries that are alike, the most alike first; empty where none is."""

    hits: tuple[RelatedEntry, ...]

    def to_json(self) -> dict[str, Any]:
        """The JSON contract: `schema_version` and `hits`."""
        return {"schema_version": SCHEMA_VERSION, "hits": [hit.to_json() for hit in self.hits]}
