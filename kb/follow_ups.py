"""Follow-ups across entries: what was promised after incidents, and what is still to be done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kb.errors import UsageError
from kb.search.documents import fold
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

    def takes(self, item: EntryFollowUp) -> bool:
        """Whether a follow-up is left by what may be open or overdue only."""
        if self.overdue_only:
            return item.days_overdue is not None
        return item.is_open or not self.open_only


def follow_ups_of(entry: Listed, today: date) -> Iterator[EntryFollowUp]:
    """The follow-ups of one entry, as they stand in it."""
    shown = entry.summary
    day = today.isoformat()
    for item in shown["follow_ups"]:
        yield EntryFollowUp(
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
            days_overdue=_days_overdue(item["due"], today, day)
            if item["done"] is not True
            else None,
        )


def _days_overdue(due: str | None, today: date, day: str) -> int | None:
    """Days since the due day; compared as text first, which is much faster."""
    if due is None or due >= day:
        return None
    return today.toordinal() - type(today).fromisoformat(due).toordinal()


def in_order(entries: Iterable[Listed], today: date) -> tuple[EntryFollowUp, ...]:
    """The follow-ups of entries, those first that press most; see `FollowUps.items`."""
    items = [item for entry in entries for item in follow_ups_of(entry, today)]
    # Stable sorts, the last one counts most: by place in the file, by newest entry, by urgency.
    items.sort(key=lambda item: (item.entry_path, item.line))
    items.sort(key=lambda item: item.entry_date or "", reverse=True)
    items.sort(key=urgency)
    return tuple(items)


def urgency(item: EntryFollowUp) -> tuple[int, str]:
    """What follow-ups are sorted by: overdue ones have the earliest due days, so come first."""
    if not item.is_open:
        return 2, ""
    return (1, "") if item.due is None else (0, item.due)


def chosen(listing: Listing, items: Sequence[EntryFollowUp], wanted: Wanted) -> FollowUps:
    """The follow-ups that are wanted, with counts.

    Args:
        listing: the query as it was understood.
        items: the follow-ups of the entries that match it, in order.
        wanted: which of them, from where on, and how many.
    """
    owned = items if wanted.owner is None else _of_owner(items, wanted.owner)
    left = [item for item in owned if wanted.takes(item)]
    unfinished = [item for item in owned if item.is_open]
    end = None if wanted.limit is None else wanted.offset + wanted.limit
    return FollowUps(
        query=listing.query,
        understood=listing.understood,
        notices=listing.notices,
        total=len(left),
        open=len(unfinished),
        overdue=sum(item.days_overdue is not None for item in unfinished),
        without_owner=sum(not item.owner for item in unfinished),
        without_due=sum(item.due is None for item in unfinished),
        items=tuple(left[wanted.offset : end]),
        owners=_owners(items),
    )


def _of_owner(items: Iterable[EntryFollowUp], owner: str) -> list[EntryFollowUp]:
    """The follow-ups whose owner is this one, or holds these words side by side."""
    known: dict[str, bool] = {}
    found = []
    for item in items:
        written = item.owner or ""
        if written not in known:
            known[written] = owner_matches(owner, written)
        if known[written]:
            found.append(item)
    return found


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


def _owners(items: Iterable[EntryFollowUp]) -> tuple[OwnerCount, ...]:
    """Owners in any case and spacing are one; it is written as most write it."""
    spellings: dict[str, Counter[str]] = {}
    overdue: Counter[str] = Counter()
    for item in items:
        if item.is_open and item.owner:
            key = " ".join(_words(item.owner)) or item.owner
            spellings.setdefault(key, Counter())[item.owner] += 1
            overdue[key] += item.days_overdue is not None
    counts = (
        OwnerCount(written.most_common(1)[0][0], written.total(), overdue[key])
        for key, written in spellings.items()
    )
    return tuple(sorted(counts, key=lambda count: (-count.overdue, -count.open, count.owner)))
