"""Figures over entries: how long incidents took, how many there were when, what is left to do.

Every figure says what it is (`DEFINITIONS`). Times are told by median and 90th percentile and
never by a mean: a few very long incidents would rule it. `kb.stats_counting` counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import UsageError
from kb.search.results import SCHEMA_VERSION

if TYPE_CHECKING:
    from kb import shapes
    from kb.search.results import Notice

GROUPINGS = ("service", "cause", "month", "severity")
"""What statistics can be grouped by: facets."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a length of time is spread over the entries that state it, in whole minutes.

    Attributes:
        stated: how many entries state both ends of it.
        median: half took no longer; None where nothing is stated.
        percentile_90: nine of ten took no longer; None where nothing is stated.
    """

    stated: int
    median: int | None
    percentile_90: int | None

    def to_json(self) -> shapes.Spread:
        """The spread as JSON has it; minutes."""
        return {
            "stated": self.stated,
            "median": self.median,
            "percentile_90": self.percentile_90,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of some entries together.

    Attributes:
        name: the service's id, ...; empty for the entries that have none, and for the total.
        label: what to call it in English.
        entries: how many there are.
        detect: from `started` to `detected`.
        mitigate: from `started` to `mitigated`.
        resolve: from `started` to `resolved`.
        overdue_follow_ups: how many of the open ones are past their due day.
    """

    name: str
    label: str
    entries: int
    detect: Spread
    mitigate: Spread
    resolve: Spread
    open_follow_ups: int
    overdue_follow_ups: int

    def to_json(self) -> shapes.Group:
        """The group as JSON has it."""
        return {
            "name": self.name,
            "label": self.label,
            "entries": self.entries,
            "detect": self.detect.to_json(),
            "mitigate": self.mitigate.to_json(),
            "resolve": self.resolve.to_json(),
            "open_follow_ups": self.open_follow_ups,
            "overdue_follow_ups": self.overdue_follow_ups,
        }


@dataclass(frozen=True, slots=True)
class Month:
    """How many incidents began in a month.

    Attributes:
        month: `2024-07`.
        by_severity: severity -> how many, worst first; the same severities in every month. An
            empty severity stands for none.
    """

    month: str
    total: int
    by_severity: Mapping[str, int]

    def to_json(self) -> shapes.Month:
        """The month as JSON has it."""
        return {
            "month": self.month,
            "total": self.total,
            "by_severity": dict(self.by_severity),
        }


@dataclass(frozen=True, slots=True)
class AgeBand:
    """The unfinished follow-ups of entries of like age.

    Attributes:
        key: names the band for whoever labels it: `0-30`, ..., `366-`, `undated`.
        from_days: days since the entry's day, this one included; None for undated entries.
        to_days: the last day included; None where the band is open or the entries are undated.
        overdue: how many of the open ones are past their due day.
    """

    key: str
    from_days: int | None
    to_days: int | None
    open: int
    overdue: int

    def to_json(self) -> shapes.AgeBand:
        """The band as JSON has it."""
        return {
            "key": self.key,
            "from_days": self.from_days,
            "to_days": self.to_days,
            "open": self.open,
            "overdue": self.overdue,
        }


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is left to do after all these incidents, and what was done.

    Attributes:
        overdue, without_due, without_owner: how many of the open ones.
        by_age: by the age of the entry, youngest first; `undated` only where there are any.
    """

    open: int
    overdue: int
    without_due: int
    without_owner: int
    done: int
    by_age: tuple[AgeBand, ...]

    def to_json(self) -> shapes.Backlog:
        """The backlog as JSON has it."""
        return {
            "open": self.open,
            "overdue": self.overdue,
            "without_due": self.without_due,
            "without_owner": self.without_owner,
            "done": self.done,
            "by_age": [band.to_json() for band in self.by_age],
        }


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures over the entries that match a query well.

    Attributes:
        understood: the query in words, as it was read.
        by: what the groups are: one of `GROUPINGS`.
        total: over all these entries.
        groups: most entries first. An entry counts in each group whose value it has.
        months: from the first month with an incident to the last, those without included.
        week_hours: incidents by the weekday (Monday first) and hour (0 to 23) of their start,
            where it happened: 7 rows of 24.
        week_hours_stated: how many entries state a time of day to be counted there.
        definitions: what each figure means, in English, under keys that stay.
    """

    query: str
    understood: str
    notices: tuple[Notice, ...]
    by: str
    total: Group
    groups: tuple[Group, ...]
    months: tuple[Month, ...]
    week_hours: tuple[tuple[int, ...], ...]
    week_hours_stated: int
    backlog: Backlog
    definitions: Mapping[str, str]

    def to_json(self) -> shapes.StatisticsAnswer:
        """The statistics as `kb stats --json` and the web have them."""
        return {
            "schema_version": SCHEMA_VERSION,
            "query": self.query,
            "understood": self.understood,
            "notices": [notice.to_json() for notice in self.notices],
            "by": self.by,
            "total": self.total.to_json(),
            "groups": [group.to_json() for group in self.groups],
            "months": [month.to_json() for month in self.months],
            "week_hours": [list(hours) for hours in self.week_hours],
            "week_hours_stated": self.week_hours_stated,
            "backlog": self.backlog.to_json(),
            "definitions": dict(self.definitions),
        }


DEFINITIONS: Mapping[str, str] = {
    "entries": "Entries that match the query well; all of them where there is none.",
    "groups": "An entry counts in each service and cause it names, so groups may add up to more "
    "than the total. A group without a name holds the entries that name none.",
    "detect": "Minutes from when the incident started to when it was detected.",
    "mitigate": "Minutes from when the incident started to when its effect was mitigated.",
    "resolve": "Minutes from when the incident started to when it was resolved. Incidents that "
    "are not resolved, or do not say when, are not in it.",
    "stated": "How many of the entries state both ends of this time. The others are not in its "
    "figures; nothing is guessed.",
    "median": "Half of the stated times are no longer. No mean is told: a few very long "
    "incidents would rule it.",
    "percentile_90": "Nine of ten of the stated times are no longer. Both are interpolated "
    "linearly between the two nearest times and rounded to whole minutes.",
    "months": "Incidents by the month in which they began, by severity; a month without any "
    "between two others counts zero. Entries without a date are left out.",
    "week_hours": "Incidents by weekday and hour of their start, on the clocks of the place that "
    "the entry states. Entries that give only a day are left out.",
    "open": "Follow-ups that are not marked as done.",
    "overdue": "Open follow-ups whose due day is before today.",
    "without_due": "Open follow-ups that have no due day.",
    "without_owner": "Open follow-ups that have no owner.",
    "done": "Follow-ups that are marked as done.",
    "by_age": "Open follow-ups by the days since the incident began.",
}
"""What the figures mean: key -> English. The keys stay; another surface may translate by them."""


def check_grouping(by: str) -> None:
    """Raise UsageError where there is no such grouping."""
    if by in GROUPINGS:
        return
    from kb.vocabulary import near

    nearest = near(by, GROUPINGS, limit=1)
    remedy = f"Did you mean {nearest[0]}? " if nearest else ""
    raise UsageError(
        f"Statistics cannot be grouped by {by!r}.",
        f"{remedy}There are {', '.join(GROUPINGS)}.",
    )
