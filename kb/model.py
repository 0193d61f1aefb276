"""What a postmortem is: frozen data with no behaviour beyond what it can say of itself.

Every part that was read from a file remembers the line it came from (counted from 1 in
the whole file, front matter included), so that a finding, a search result and a web page
can point at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from kb.record import record

if TYPE_CHECKING:
    from kb.finding import Finding

SectionKind = Literal[
    "summary",
    "impact",
    "timeline",
    "root-cause",
    "response",
    "follow-ups",
    "lessons",
    "detection",
    "source-notes",
    "other",
]
EventKind = Literal["started", "detected", "declared", "mitigated", "resolved"]

REQUIRED_SECTIONS: tuple[SectionKind, ...] = (
    "impact",
    "timeline",
    "root-cause",
    "response",
    "follow-ups",
)


@record
class Source:
    """Where a fact of the entry was published."""

    title: str = ""
    publisher: str = ""
    url: str = ""
    published: str = ""


@record
class Section:
    """One heading and the Markdown below it, down to the next heading of its level or higher.

    Attributes:
        kind: what the section is for, whatever its heading says.
        heading: as written, without the markup of the heading itself.
        level: 1 to 6; 0 for text that stands before the first heading.
        anchor: the section's identifier in a page, unique in the entry.
        line: where the heading stands.
        text: the Markdown below the heading, its own sub-headings included.
    """

    kind: SectionKind
    heading: str
    level: int
    anchor: str
    line: int
    text: str


@record
class TimelineEvent:
    """One line of a timeline.

    Attributes:
        date: the local date, written or inherited, or None where none is known.
        time: the local clock time `HH:MM`, or None where it is unknown.
        zone: the zone as written or inherited (`KST`, `Asia/Seoul`, `+09:00`), or None.
        at: the instant, with an offset, or None where date, time or zone is unknown.
        until: the end of a range (`13:30-13:45`), or None.
        text: what happened, as Markdown without the time.
        kind: which turn of the incident the event is, or None.
        approximate: whether the time was given as about (`~14:05`, 쯤).
        line: where it stands in the file.
        anchor: the event's identifier in a page, unique in the entry.
    """

    date: date | None
    time: str | None
    zone: str | None
    at: datetime | None
    until: datetime | None
    text: str
    kind: EventKind | None
    approximate: bool
    line: int
    anchor: str


@record
class FollowUp:
    """One thing to be done after the incident.

    Attributes:
        text: what is to be done, as Markdown without owner, due date, ticket and check box.
        done: True or False where the document says so, None where it does not.
        due: the day it is due, or None where none is given or it could not be read.
    """

    text: str
    done: bool | None
    owner: str | None
    due: date | None
    ticket: str | None
    line: int

    @property
    def is_open(self) -> bool:
        """Whether it still counts as unfinished: everything not marked as done."""
        return self.done is not True


@record
class Postmortem:
    """One entry of the knowledge base.

    Attributes:
        id: the file's stem in NFC; unique in the entries folder.
        path: relative to the entries folder, with forward slashes, in NFC.
        date: the local day the incident began, or None where nothing says it.
        services: canonical ids from the vocabulary, as-is where it does not know them.
        causes: the same for causes; the first one leads.
        severity: `sev1` (worst) to `sev4`, or an empty string.
        started, detected, declared, mitigated, resolved: instants with an offset, or None.
        language: `ko`, `en`, ...: written in the entry, else detected.
        written: the names as the entry writes them before the vocabulary resolved them, as
            (field, name) pairs for service, cause, severity, status, trigger, detected-by.
        extra: the front-matter keys that the format does not define, as text values.
        source_lines: front-matter key -> the line it stands on.
        findings: what could not be read or understood.
    """

    id: str
    path: str
    title: str = ""
    date: date | None = None
    services: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    severity: str = ""
    status: str = ""
    timezone: str = ""
    started: datetime | None = None
    detected: datetime | None = None
    declared: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    trigger: str = ""
    detected_by: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    source_lines: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def duration_minutes(self) -> int | None:
        """Whole minutes from `started` to `resolved`, or None where either is unknown.

        A negative span is a contradiction, not a duration: None.
        """
        return minutes_between(self.started, self.resolved)

    @property
    def minutes_to_detect(self) -> int | None:
        """Whole minutes from `started` to `detected`, or None."""
        return minutes_between(self.started, self.detected)

    @property
    def minutes_to_mitigate(self) -> int | None:
        """Whole minutes from `started` to `mitigated`, or None."""
        return minutes_between(self.started, self.mitigated)

    @property
    def open_follow_ups(self) -> tuple[FollowUp, ...]:
        """The follow-ups that nobody marked as done."""
        return tuple(item for item in self.follow_ups if item.is_open)


def minutes_between(start: datetime | None, end: datetime | None) -> int | None:
    """Whole minutes from start to end; None where either is missing or the end is earlier."""
    if start is None or end is None or end < start:
        return None
    return int((end - start).total_seconds() // 60)
