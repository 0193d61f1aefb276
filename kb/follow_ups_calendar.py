"""The due days of unfinished follow-ups as a calendar to subscribe to (iCalendar, RFC 5545).

A due day is an all-day event (VEVENT), not a to-do (VTODO): subscribed to, to-dos are left out
by Google Calendar, Outlook and the calendars of iOS and macOS, while all of them show events.
An event takes nobody's time (TRANSPARENT), and is gone from the next answer once its follow-up
is marked as done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from kb.search.documents import plain
from kb.search.keywords import fold
from kb.search.results import entry_url

if TYPE_CHECKING:
    from icalendar import Event

    from kb.follow_ups import EntryFollowUp

PRODUCT = "-//postmortem-kb//follow-ups//EN"
NAME = "Postmortem follow-ups"
REFRESH = timedelta(hours=6)
"""How often a calendar application is asked to look again."""

_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_LONGEST_SUMMARY = 200


def follow_ups_calendar(items: Iterable[EntryFollowUp], *, base_url: str = "") -> bytes:
    """The calendar of those of the follow-ups that are unfinished and have a due day.

    The same follow-ups give the same bytes: no time of asking stands in it. An event keeps its
    identity (UID) when its due day, its owner or its place in the file changes; it has another
    where the entry's id or the text changes.

    Args:
        items: follow-ups in any order; the events are in the order of their days.
        base_url: where the web pages are, such as `https://kb.example.com`, so that an event
            links to its entry; empty for no links.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for event in _events(items, base_url.rstrip("/")):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(items: Iterable[EntryFollowUp], base_url: str) -> Iterator[Event]:
    ordered = sorted(items, key=lambda item: (item.due or "", item.entry_path, item.line))
    twins: Counter[tuple[str, str]] = Counter()
    for item in ordered:
        if item.due is None or not item.is_open:
            continue
        same = (fold(item.entry_id), fold(item.text))
        twins[same] += 1
        yield _event(item, date.fromisoformat(item.due), _uid(*same, twins[same]), base_url)


def _event(item: EntryFollowUp, due: date, uid: str, base_url: str) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", _stamp(item, due))
    event.add("dtstart", due)
    if due < date.max:
        event.add("dtend", due + timedelta(days=1))
    event.add("summary", _one_line(plain(item.text))[:_LONGEST_SUMMARY] or item.entry_id)
    event.add("description", "\n".join(_description(item)))
    event.add("transp", "TRANSPARENT")
    if base_url:
        event.add("url", base_url + entry_url(item.entry_id))
    return event


def _description(item: EntryFollowUp) -> Iterator[str]:
    if item.owner:
        yield f"Owner: {_one_line(item.owner)}"
    if item.ticket:
        yield f"Ticket: {_one_line(item.ticket)}"
    yield f"Postmortem: {_one_line(item.entry_title or item.entry_id)}"
    if item.services:
        yield f"Services: {_one_line(', '.join(item.services))}"


def _uid(identifier: str, text: str, number: int) -> str:
    from hashlib import blake2b

    named = f"{identifier}\n{text}\n{number}".encode("utf-8", "replace")
    return f"{blake2b(named, digest_size=16).hexdigest()}@postmortem-kb"


def _stamp(item: EntryFollowUp, due: date) -> datetime:
    """A time that stays: when the follow-up was written is not known, the incident's day is."""
    day = date.fromisoformat(item.entry_date) if item.entry_date else due
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _one_line(text: str) -> str:
    return " ".join(text.translate(_CONTROLS).split())
