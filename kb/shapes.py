"""The JSON of this package as types: what each key holds, for checkers and for whoever reads it.

The command line and the API answer the same documents. `to_json` and `kb.export` are annotated
with these types, so a key that is missing or of another type is found by mypy; the web makes
the schemas of its API description from them. They exist for that alone: nothing that runs for
a search imports this module.

Days are ISO 8601 (`2024-07-18`), instants ISO 8601 with an offset, lengths whole minutes.
"""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict  # the one of `typing` keeps too little before 3.12


class Notice(TypedDict):
    """A part of a query that was ignored or read in another way than typed."""

    part: str
    """The part as typed."""
    message: str
    suggestion: str
    """What to type instead, or empty."""


class Snippet(TypedDict):
    """A passage of an entry that holds what was looked for."""

    section: str
    """The heading it stands under, as written; `title` for the title."""
    anchor: str
    """The section's identifier on the entry's page."""
    text: str
    marks: list[list[int]]
    """Pairs `[from, to]` of characters in `text`, ascending, not overlapping."""


class Hit(TypedDict):
    """One found entry."""

    id: str
    path: str
    """The entry's file, relative to the entries folder."""
    title: str
    date: str | None
    """The local day it began."""
    services: list[str]
    causes: list[str]
    severity: str
    status: str
    started: str | None
    resolved: str | None
    duration_minutes: int | None
    score: float
    url: str
    """The entry's page, as a path on the site."""
    snippets: list[Snippet]
    open_follow_ups: int


class FacetCount(TypedDict):
    """A value, and how many of the entries that match well have it."""

    value: str
    count: int


class SearchAnswer(TypedDict):
    """What `kb search --json` prints."""

    schema_version: int
    query: str
    understood: str
    """The query in words, as it was read."""
    notices: list[Notice]
    did_you_mean: str | None
    """A whole query to try instead."""
    total: int
    """Entries that match well; the facets count these."""
    total_any: int
    """Entries that match at all; paging goes on into them."""
    took_ms: float
    hits: list[Hit]
    facets: dict[str, list[FacetCount]]
    """By facet: service, cause, severity, year and status."""


class EntrySummary(TypedDict):
    """One entry in a list."""

    id: str
    path: str
    title: str
    date: str | None
    services: list[str]
    causes: list[str]
    severity: str
    status: str
    started: str | None
    resolved: str | None
    duration_minutes: int | None
    open_follow_ups: int
    problems: int
    """How many findings the entry has."""


class EntryList(TypedDict):
    """What `kb list --json` prints."""

    schema_version: int
    entries: list[EntrySummary]


class EntryPage(EntryList):
    """A page of what `kb list --json` prints."""

    total: int
    """Entries on all pages."""


class Source(TypedDict):
    """Where a fact of an entry was published."""

    title: str
    publisher: str
    url: str
    published: str


class Section(TypedDict):
    """One heading and the Markdown below it."""

    kind: Literal[
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
    heading: str
    """As written."""
    anchor: str
    """The section's identifier on the entry's page."""
    line: int
    """The heading's line in the file, from 1."""
    text: str
    """Markdown, sub-headings included."""


class TimelineEvent(TypedDict):
    """One line of a timeline."""

    date: str | None
    time: str | None
    """`HH:MM`, local, or null where it is unknown."""
    zone: str | None
    """As written or inherited: `KST`, `Asia/Seoul`, `+09:00`."""
    at: str | None
    """The instant, where date, time and zone are known."""
    until: str | None
    """The end of a range."""
    text: str
    kind: Literal["started", "detected", "declared", "mitigated", "resolved"] | None
    """Which turn of the incident it is."""
    line: int


class OpenFollowUp(TypedDict):
    """Something that is still to be done after an incident."""

    text: str
    """Markdown."""
    owner: str | None
    due: str | None
    ticket: str | None
    line: int
    """Where it stands in the entry's file, from 1."""


class FollowUp(OpenFollowUp):
    """Something that was to be done after an incident."""

    done: bool | None
    """Null where the document does not say."""


class Finding(TypedDict):
    """Something that could not be read or understood, and what to do about it."""

    rule: str
    level: Literal["error", "warning", "note"]
    path: str
    line: int
    """0 where it has none."""
    column: int
    """0 where it has none."""
    message: str
    help: str


class Entry(TypedDict):
    """What `kb show --json` prints: every field of an entry. Unknown names are empty."""

    schema_version: int
    id: str
    path: str
    title: str
    date: str | None
    services: list[str]
    causes: list[str]
    """The first one leads."""
    severity: str
    status: str
    timezone: str
    started: str | None
    detected: str | None
    declared: str | None
    mitigated: str | None
    resolved: str | None
    duration_minutes: int | None
    """From `started` to `resolved`."""
    trigger: str
    detected_by: str
    language: str
    authors: list[str]
    tags: list[str]
    aliases: list[str]
    """Former ids, which keep working."""
    sources: list[Source]
    extra: dict[str, list[str]]
    """The front-matter keys that the format does not define."""
    sections: list[Section]
    timeline: list[TimelineEvent]
    follow_ups: list[FollowUp]
    findings: list[Finding]


class RelatedReason(TypedDict):
    """One thing that two incidents have in common."""

    kind: Literal[
        "service", "cause", "tag", "words", "timeline", "trigger", "detected-by", "near-in-time"
    ]
    values: list[str]


class RelatedHit(TypedDict):
    """An entry that is like what was asked about."""

    id: str
    path: str
    title: str
    date: str | None
    services: list[str]
    causes: list[str]
    severity: str
    score: float
    """How much alike, from 0 to 1."""
    reasons: list[str]
    """What made the score, in English, the strongest first."""
    why: list[RelatedReason]
    """The reasons as data."""
    open_follow_ups: list[OpenFollowUp]
    earlier: bool
    """Whether it began before what was asked about."""
    is_recurrence: bool
    """Whether what was asked about happened before: an earlier entry, same service and cause."""
    overlaps: bool
    """Whether it shares a service and its time overlaps: perhaps the same incident."""


class RelatedAnswer(TypedDict):
    """What `kb related --json` prints."""

    schema_version: int
    hits: list[RelatedHit]


class EntryFollowUp(FollowUp):
    """A follow-up with the entry it belongs to."""

    entry_id: str
    entry_title: str
    entry_path: str
    entry_date: str | None
    services: list[str]
    severity: str
    days_overdue: int | None
    """Days since it was due, where it is unfinished and that day is past."""


class OwnerCount(TypedDict):
    """An owner of unfinished follow-ups."""

    owner: str
    open: int
    overdue: int


class FollowUpsAnswer(TypedDict):
    """What `kb follow-ups --json` prints."""

    schema_version: int
    query: str
    understood: str
    notices: list[Notice]
    total: int
    """Follow-ups on all pages."""
    open: int
    overdue: int
    without_owner: int
    without_due: int
    owners: list[OwnerCount]
    items: list[EntryFollowUp]


class Spread(TypedDict):
    """How a length of time is spread over the entries that state it, in minutes."""

    stated: int
    """How many entries state both ends of it."""
    median: int | None
    percentile_90: int | None


class Group(TypedDict):
    """The figures of some entries together."""

    name: str
    """Empty for the entries that have none, and for the total."""
    label: str
    entries: int
    detect: Spread
    mitigate: Spread
    resolve: Spread
    open_follow_ups: int
    overdue_follow_ups: int


class Month(TypedDict):
    """How many incidents began in a month."""

    month: str
    """`2024-07`."""
    total: int
    by_severity: dict[str, int]


class AgeBand(TypedDict):
    """The unfinished follow-ups of entries of like age, in days."""

    key: str
    from_days: int | None
    to_days: int | None
    open: int
    overdue: int


class Backlog(TypedDict):
    """What is left to do after all these incidents."""

    open: int
    overdue: int
    without_due: int
    without_owner: int
    done: int
    by_age: list[AgeBand]


class StatisticsAnswer(TypedDict):
    """What `kb stats --json` prints: figures over the entries that match a query well."""

    schema_version: int
    query: str
    understood: str
    notices: list[Notice]
    by: str
    """What the groups are: service, cause, month or severity."""
    total: Group
    groups: list[Group]
    """Most entries first. An entry counts in each group whose value it has."""
    months: list[Month]
    week_hours: list[list[int]]
    """Incidents by weekday (Monday first) and hour of their start: 7 rows of 24."""
    week_hours_stated: int
    backlog: Backlog
    definitions: dict[str, str]
    """What each figure means."""


class Suggestion(TypedDict):
    """One way to go on typing a query."""

    kind: Literal["field", "service", "cause", "severity", "value", "entry", "word"]
    text: str
    """What the replaced characters become."""
    label: str
    detail: str
    count: int | None
    """How many entries have it."""
    query: str
    """The whole query with the text put in."""
    start: int
    """The first character of what was typed that the text replaces."""
    end: int
    url: str
    """The entry's page, or empty."""


class SuggestAnswer(TypedDict):
    """Ways to go on typing a query, the likeliest first."""

    schema_version: int
    suggestions: list[Suggestion]


class NameCount(TypedDict):
    """A service or a cause, and how often entries name it."""

    id: str
    label: str
    label_ko: str
    owner: str
    definition: str
    aliases: list[str]
    count: int
    latest: str | None
    """The day of the latest entry that names it."""
    known: bool
    """Whether the vocabulary has it."""


class ServicesAnswer(TypedDict):
    """What `kb services --json` prints."""

    schema_version: int
    services: list[NameCount]


class CausesAnswer(TypedDict):
    """What `kb causes --json` prints."""

    schema_version: int
    causes: list[NameCount]


class Recurrence(TypedDict):
    """A service that failed for the same cause more than once."""

    service: str
    cause: str
    entries: list[EntrySummary]
    """Two or more, oldest to newest."""
    open_before: list[EntryFollowUp]
    """Unfinished follow-ups of all but the latest entry."""


class RecurrencesAnswer(TypedDict):
    """What happened again, the latest first."""

    schema_version: int
    total: int
    """Recurrences on all pages."""
    recurrences: list[Recurrence]
