"""Follow-ups across entries: what was promised after incidents, and what is still to be done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kb.errors import UsageError
from kb.search.keywords import fold
from kb.search.results import SCHEMA_VERSION

if TYPE_CHECKING:
    from datetime import date

    from kb import shapes
    from kb.search.answer import Listing
    from kb.search.engine import Listed
    from kb.search.results import Notice

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class EntryFollowUp:
    """One follow-up with the entry it belongs to. Dates are ISO 8601 text or None.

    Attributes:
        entry_path: the entry's file, relative to the entries folder.
        text: what is to be done, as Markdown.
        done: True or False where the entry says so, None where it does not.
        owner: as written, or None.
        due: the day it is due, or None where none is given or it could not be read.
        line: where it stands in the entry's file, from 1.
        days_overdue: days since it was due, where it is unfinished and that day is past.
    """

    entry_id: str
    entry_title: str
    entry_path: str
    entry_date: str | None
    services: tuple[str, ...]
    severity: str
    text: str
    done: bool | None
    owner: str | None
    due: str | None
    ticket: str | None
    line: int
    days_overdue: int | None

    @property
    def is_open(self) -> bool:
        """Whether it still counts as unfinished: everything not marked as done."""
        return self.done is not True

    def to_json(self) -> shapes.EntryFollowUp:
        """The follow-up as JSON has it; the same names."""
        return {
            "entry_id": self.entry_id,
            "entry_title": self.entry_title,
            "entry_path": self.entry_path,
            "entry_date": self.entry_date,
            "services": list(self.services),
            "severity": self.severity,
            "text": self.text,
            "done": self.done,
            "owner": self.owner,
            "due": self.due,
            "ticket": self.ticket,
            "line": self.line,
            "days_overdue": self.days_overdue,
        }


class OwnerCount(NamedTuple):
    """An owner of unfinished follow-ups: how many are open, and how many of these overdue."""

    owner: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The follow-ups of the entries that match a query.

    Attributes:
        understood: the query in words, as it was read.
        total: how many follow-ups the options leave, on all pages.
        open: how many of the matching entries' follow-ups are unfinished; this and the next
            three do not depend on `open_only` and `overdue_only`, but on `owner`.
        overdue: how many of the open ones are past their due day.
        without_owner: how many of the open ones nobody has taken.
        without_due: how many of the open ones have no due day.
        items: the asked page. Overdue ones come first, longest overdue on top, then others by
            due day, then those without one by newest entry, done ones last.
        owners: who has unfinished ones, most overdue first, whatever `owner` was asked for.
    """

    query: str
    understood: str
    notices: tuple[Notice, ...]
    total: int
    open: int
    overdue: int
    without_owner: int
    without_due: int
    items: tuple[EntryFollowUp, ...]
    owners: tuple[OwnerCount, ...]

    def to_json(self) -> shapes.FollowUpsAnswer:
        """The follow-ups as `kb follow-ups --json` and the web have them."""
        return {
            "schema_version": SCHEMA_VERSION,
            "query": self.query,
            "understood": self.understood,
            "notices": [notice.to_json() for notice in self.notices],
            "total": self.total,
            "open": self.open,
            "overdue": self.overdue,
            "without_owner": self.without_owner,
            "without_due": self.without_due,
            "owners": [
                {"owner": one.owner, "open": one.open, "overdue": one.overdue}
                for one in self.owners
            ],
            "items": [item.to_json() for item in self.items],
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which follow-ups are asked for; see `kb.KnowledgeBase.follow_ups`."""

    open_only: bool = False
    overdue_only: bool = False
    owner: str | None = None
    limit: int | None = None
    offset: int = 0

    def check(self) -> None:
        """Raise UsageError where limit or offset is out of range."""
        for name, value in (("limit", self.limit), ("offset", self.offset)):
            if value is not None and value < 0:
                raise UsageError(f"The {name} {value} is out of range.", "Choose 0 or more.")


Promise = tuple["Listed", Mapping[str, Any]]
"""An entry and one of its follow-ups, as `Document.summary` has it."""


class AllFollowUps:
    """The follow-ups of the entries that match a query.

    They stay what the index has stored; only those that are asked for become `EntryFollowUp`.

    Args:
        listing: the entries, and how the query that found them was understood.
        today: the day that due days are compared with.
    """

    def __init__(self, listing: Listing, today: date) -> None:
        self._listing = listing.without_entries()
        self._today = today
        self._day = today.isoformat()
        self._promises = in_order(listing.entries)

    def chosen(self, wanted: Wanted) -> FollowUps:
        """Those that are wanted, with counts."""
        owned = self._promises if wanted.owner is None else self._of_owner(wanted.owner)
        unfinished = [promise for promise in owned if is_open(promise[1])]
        overdue = [promise for promise in unfinished if self._is_overdue(promise[1])]
        left = overdue if wanted.overdue_only else unfinished if wanted.open_only else owned
        end = None if wanted.limit is None else wanted.offset + wanted.limit
        return FollowUps(
            query=self._listing.query,
            understood=self._listing.understood,
            notices=self._listing.notices,
            total=len(left),
            open=len(unfinished),
            overdue=len(overdue),
            without_owner=sum(not item["owner"] for _, item in unfinished),
            without_due=sum(item["due"] is None for _, item in unfinished),
            items=tuple(
                entry_follow_up(entry, item, self._today)
                for entry, item in left[wanted.offset : end]
            ),
            owners=self._owners,
        )

    def _is_overdue(self, item: Mapping[str, Any]) -> bool:
        """Whether an unfinished one is past its due day; days compare as they are written."""
        return item["due"] is not None and item["due"] < self._day

    def _of_owner(self, owner: str) -> list[Promise]:
        """Those whose owner is this one, or holds these words side by side."""
        known: dict[str, bool] = {}
        found = []
        for promise in self._promises:
            written = promise[1]["owner"] or ""
            if written not in known:
                known[written] = owner_matches(owner, written)
            if known[written]:
                found.append(promise)
        return found

    @cached_property
    def _owners(self) -> tuple[OwnerCount, ...]:
        """Owners in any case and spacing are one; it is written as most write it."""
        written: Counter[str] = Counter()
        late: Counter[str] = Counter()
        for _, item in self._promises:
            if item["owner"] and is_open(item):
                written[item["owner"]] += 1
                late[item["owner"]] += self._is_overdue(item)
        spellings: dict[str, list[str]] = {}
        for owner in written:
            spellings.setdefault(" ".join(_words(owner)) or owner, []).append(owner)
        counts = (
            OwnerCount(
                max(owners, key=lambda owner: written[owner]),
                sum(written[owner] for owner in owners),
                sum(late[owner] for owner in owners),
            )
            for owners in spellings.values()
        )
        return tuple(sorted(counts, key=lambda count: (-count.overdue, -count.open, count.owner)))


def is_open(item: Mapping[str, Any]) -> bool:
    """Whether a stored follow-up still counts as unfinished; see `EntryFollowUp.is_open`."""
    return item["done"] is not True


def in_order(entries: Iterable[Listed]) -> list[Promise]:
    """The follow-ups of entries, those first that press most; see `FollowUps.items`."""
    newest = sorted(entries, key=lambda entry: entry.row.path)
    newest.sort(key=lambda entry: entry.summary["date"] or "", reverse=True)
    keyed = [
        (urgency(item), at, item["line"], place)
        for at, entry in enumerate(newest)
        for place, item in enumerate(entry.summary["follow_ups"])
    ]
    keyed.sort()
    return [(newest[at], newest[at].summary["follow_ups"][place]) for _, at, _, place in keyed]


def urgency(item: Mapping[str, Any]) -> tuple[int, str]:
    """What follow-ups are sorted by: overdue ones have the earliest due days, so come first."""
    if not is_open(item):
        return 2, ""
    return (1, "") if item["due"] is None else (0, item["due"])


def entry_follow_up(entry: Listed, item: Mapping[str, Any], today: date) -> EntryFollowUp:
    """A stored follow-up with the entry it belongs to."""
    shown = entry.summary
    return EntryFollowUp(
        entry_id=shown["id"],
        entry_title=shown["title"],
        entry_path=shown["path"],
        entry_date=shown["date"],
        services=tuple(shown["services"]),
        severity=shown["severity"],
        text=item["text"],
        done=item["done"],
        owner=item["owner"],
        due=item["due"],
        ticket=item["ticket"],
        line=item["line"],
        days_overdue=_days_overdue(item["due"], today) if is_open(item) else None,
    )


def _days_overdue(due: str | None, today: date) -> int | None:
    if due is None:
        return None
    days = today.toordinal() - type(today).fromisoformat(due).toordinal()
    return days if days > 0 else None


def owner_matches(wanted: str, owner: str) -> bool:
    """Whether an owner is meant: `network team` means `Network Team` and `the network-team`."""
    words, those = _words(wanted), _words(owner)
    if not words or not those:
        return False
    starts = range(len(those) - len(words) + 1)
    if any(those[start : start + len(words)] == words for start in starts):
        return True
    return "".join(words) == "".join(those)  # Korean is spaced freely


def _words(name: str) -> list[str]:
    return _WORD.findall(fold(name).replace("_", " "))
