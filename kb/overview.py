"""What can be said of all entries at once: each in a line, names with counts, the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from kb.search.results import summary_of

if TYPE_CHECKING:
    from kb.search.engine import Row
    from kb.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """One entry in a list. Dates and instants are ISO 8601 text or None."""

    id: str
    path: str
    title: str
    date: str | None
    services: tuple[str, ...]
    causes: tuple[str, ...]
    severity: str
    status: str
    started: str | None
    resolved: str | None
    duration_minutes: int | None
    open_follow_ups: int
    problems: int


@dataclass(frozen=True, slots=True)
class NameCount:
    """A service or a cause, and how often entries name it.

    Attributes:
        latest: the day of the latest entry that names it, ISO 8601, or None.
        known: whether the vocabulary has it.
    """

    id: str
    label: str = ""
    label_ko: str = ""
    owner: str = ""
    definition: str = ""
    aliases: tuple[str, ...] = ()
    count: int = 0
    latest: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What can be said of the index without comparing every file.

    Attributes:
        location: the index's folder or address, or None where it is in memory.
        problems: how many findings the entries have.
        size_bytes: of the index on disk.
        up_to_date: None where there are no files to compare with.
    """

    engine: str
    location: str | None
    entries: int
    problems: int
    size_bytes: int
    up_to_date: bool | None


def known_names(
    vocabulary: Vocabulary, facet: Literal["service", "cause"]
) -> tuple[NameCount, ...]:
    """The services or the causes of a vocabulary, not counted yet."""
    if facet == "service":
        return tuple(
            NameCount(one.id, label=one.label, owner=one.owner, aliases=one.aliases)
            for one in vocabulary.services.values()
        )
    return tuple(
        NameCount(
            one.id,
            label=one.label,
            label_ko=one.label_ko,
            definition=one.definition,
            aliases=one.aliases,
        )
        for one in vocabulary.causes.values()
    )


def counted(rows: Iterable[Row], facet: str, known: Sequence[NameCount]) -> tuple[NameCount, ...]:
    """The known names, then those that only entries have, by count.

    Args:
        rows: what an index knows of each entry.
        facet: `service` or `cause`.
        known: the names of the vocabulary, not counted yet.
    """
    counts: dict[str, list[int]] = {}
    for row in rows:
        for name in row.facets[facet]:
            counts.setdefault(name, []).append(row.numbers.get("date", 0))
    ids = {name.id for name in known}
    unknown = [NameCount(name, known=False) for name in sorted(counts) if name not in ids]
    found = (
        replace(name, count=len(days), latest=_iso(max(days)))
        if (days := counts.get(name.id))
        else name
        for name in (*known, *unknown)
    )
    return tuple(sorted(found, key=lambda name: -name.count))


def summary(shown: Mapping[str, Any]) -> EntrySummary:
    """One entry in a list, from what its document stored."""
    return EntrySummary(**summary_of(shown), problems=shown["problems"])


def _iso(ordinal: int) -> str | None:
    from datetime import date

    return date.fromordinal(ordinal).isoformat() if ordinal else None
