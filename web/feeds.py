"""What other programs subscribe to: Atom, iCalendar, OpenSearch, sitemap, robots.txt.

Addresses in them are whole ones (`Settings.base_url`, else as the request came), for they are
read elsewhere. Their times are those of the entries, never the clock's: what has not changed
is the same to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from heapq import nlargest
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, render_template, request, url_for
from werkzeug.exceptions import NotFound

from web import language, params
from web.conditional import today, unless_known
from web.current import absolute_url, base_url, knowledge, settings

if TYPE_CHECKING:
    from kb.search.results import SearchHit

blueprint = Blueprint("feeds", __name__)

FEED_ENTRIES = 30
CALENDAR_EVENTS = 1_000
"""Due days in the calendar, the latest of them: calendar applications take about a megabyte."""
SITEMAP_ADDRESSES = 50_000
"""As many as one sitemap may hold: https://www.sitemaps.org/protocol.html."""
_SHORT_NAME = 16
"""Characters of a search engine's name that browsers take."""

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold, however it is written."""
_NEVER = "1970-01-01T00:00:00+00:00"
_LISTED = (
    "search.page",
    "browse.services",
    "browse.causes",
    "browse.recurrences",
    "follow_ups.page",
    "statistics.page",
    "help.contents",
)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry in the feed.

    Attributes:
        published: when the incident began, RFC 3339.
        updated: the latest time that the entry states, RFC 3339.
        summary: the beginning of it, or the passage that matches.
    """

    title: str
    address: str
    published: str
    updated: str
    services: tuple[str, ...]
    causes: tuple[str, ...]
    summary: str


@blueprint.get("/feed.atom")
def atom() -> Response:
    """The newest entries, of those that match `q` well; RFC 4287."""
    query = params.text(request.args, "q")

    def make() -> Response:
        found = knowledge().search(query, limit=FEED_ENTRIES, sort="newest", facets=())
        items = [_item(hit) for hit in found.hits if hit.date and hit.matches_well]
        asked = {"q": query} if query else {}
        return _xml(
            "application/atom+xml",
            "feeds/atom.xml",
            query=query,
            items=items,
            address=absolute_url("feeds.atom", **asked),
            page_address=absolute_url("search.page", **asked),
            services_address=absolute_url("browse.services"),
            causes_address=absolute_url("browse.causes"),
            icon=_icon(),
            updated=max((item.updated for item in items), default=_NEVER),
        )

    return unless_known(make, today(), base_url(), language.current(), settings().title)


def _item(hit: SearchHit) -> FeedItem:
    assert hit.date is not None
    began = hit.started or hit.date
    return FeedItem(
        title=hit.title or hit.id,
        address=absolute_url("entry.page", entry_id=hit.id),
        published=_instant(began),
        updated=max(_instant(began), _instant(hit.resolved or began)),
        services=hit.services,
        causes=hit.causes,
        summary=next((one.text for one in hit.snippets if one.section != "title"), ""),
    )


def _instant(moment: str) -> str:
    """An ISO 8601 day or instant as an RFC 3339 time in UTC, which sorts as text."""
    try:
        instant = datetime.fromisoformat(moment)
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
        return instant.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:  # the first or the last day there is, in another zone
        day = date.fromisoformat(moment[:10])
        return datetime.combine(day, time(), UTC).isoformat(timespec="seconds")


@blueprint.get("/follow-ups.ics")
def calendar() -> Response:
    """The due days of what is still to be done, of the entries that match `q`; RFC 5545."""
    asked = request.args
    query, owner = params.text(asked, "q"), params.text(asked, "owner") or None
    open_only, overdue_only = params.flag(asked, "open"), params.flag(asked, "overdue")
    day = today()

    def make() -> Response:
        from kb.follow_ups_calendar import follow_ups_calendar

        found = knowledge().follow_ups(
            query, open_only=open_only, overdue_only=overdue_only, owner=owner, today=day
        )
        due = (item for item in found.items if item.due and item.is_open)
        latest = nlargest(CALENDAR_EVENTS, due, key=lambda item: item.due or "")
        written = follow_ups_calendar(latest, base_url=base_url())
        return Response(written, content_type="text/calendar; charset=utf-8")

    return unless_known(make, day, base_url(), vary=())


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """How a browser can search here from its address bar, with suggestions."""

    def make() -> Response:
        return _xml(
            "application/opensearchdescription+xml",
            "feeds/opensearch.xml",
            name=(settings().title or language.gettext("Postmortems"))[:_SHORT_NAME],
            icon=_icon(),
            search=absolute_url("search.page"),
            suggestions=absolute_url("api.suggest"),
            feed=absolute_url("feeds.atom"),
            address=absolute_url("feeds.opensearch"),
        )

    return unless_known(make, today(), base_url(), language.current(), settings().title)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page that stays; in several parts, and a list of them, where there are too many."""
    part = params.number(request.args, "part", 0)

    def make() -> Response:
        return _sitemap(_addresses(), part)

    return unless_known(make, today(), base_url(), vary=())


def _addresses() -> list[str]:
    known = knowledge()
    return [
        *(absolute_url(one) for one in _LISTED if one in current_app.view_functions),
        *(absolute_url("entry.page", entry_id=one.id) for one in known.list()),
        *(absolute_url("browse.service", service=s.id) for s in known.services() if s.count),
        *(absolute_url("browse.cause", cause=c.id) for c in known.causes() if c.count),
    ]


def _sitemap(addresses: Sequence[str], part: int) -> Response:
    parts = -(-len(addresses) // SITEMAP_ADDRESSES)
    if part > parts:
        raise NotFound(f"There are {parts} parts of the sitemap.")
    if part == 0 and parts > 1:
        places = [absolute_url("feeds.sitemap", part=number + 1) for number in range(parts)]
        return _xml("application/xml", "feeds/sitemap_index.xml", addresses=places)
    first = max(part - 1, 0) * SITEMAP_ADDRESSES
    chosen = addresses[first : first + SITEMAP_ADDRESSES]
    return _xml("application/xml", "feeds/sitemap.xml", addresses=chosen)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keeps crawlers out.

    The site is internal: where a public search engine can reach it, something was left open by
    mistake, and what is written about incidents must not be found there. A search engine of
    one's own is told to come in all the same, and finds the sitemap here.
    """
    lines = ("User-agent: *", "Disallow: /", f"Sitemap: {absolute_url('feeds.sitemap')}", "")
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


def _icon() -> str:
    return base_url() + url_for("static", filename="icon.svg").removeprefix(request.script_root)


def _xml(media_type: str, template: str, **values: object) -> Response:
    written = _NOT_IN_XML.sub("", render_template(template, **values))
    return Response(written, content_type=f"{media_type}; charset=utf-8")
