"""Where the parts of the site are: the header's and the footer's links, and the switches."""

from __future__ import annotations

from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import request
from markupsafe import Markup

from web.addresses import url_for, with_parameters
from web.language import gettext, marked

if TYPE_CHECKING:
    from flask import Flask

_HEADER = (
    ("search", "search.page", marked("Search")),
    ("services", "browse.services", marked("Services")),
    ("causes", "browse.causes", marked("Causes")),
    ("recurrences", "browse.recurrences", marked("Recurrences")),
    ("follow-ups", "follow_ups.page", marked("Follow-ups")),
    ("stats", "statistics.page", marked("Statistics")),
    ("help", "help.contents", marked("Help")),
)
"""What `page` is there, the endpoint, the label."""
_FOOTER = (
    ("feeds.atom", marked("Atom feed")),
    ("feeds.calendar", marked("Calendar of due dates")),
    ("api.description", marked("API")),
)
_DISCOVERABLE = (
    (
        "feeds.opensearch",
        "search",
        "application/opensearchdescription+xml",
        marked("Postmortems"),
    ),
    ("feeds.atom", "alternate", "application/atom+xml", marked("Newest postmortems")),
)
"""What a browser or a reader of feeds finds by itself: endpoint, relation, media type, name."""


def install(app: Flask) -> None:
    """Give an application's templates the links."""

    def present(endpoint: str) -> bool:
        return endpoint in app.view_functions

    def navigation() -> list[tuple[str, str, str]]:
        return [
            (page, url_for(endpoint), gettext(label))
            for page, endpoint, label in _HEADER
            if present(endpoint)
        ]

    def footer_links() -> list[tuple[str, str]]:
        return [
            (url_for(endpoint), gettext(label)) for endpoint, label in _FOOTER if present(endpoint)
        ]

    def discoverable() -> list[tuple[str, str, str, str]]:
        return [
            (relation, kind, url_for(endpoint), gettext(label))
            for endpoint, relation, kind, label in _DISCOVERABLE
            if present(endpoint)
        ]

    def suggesting() -> Markup:
        """The attributes of a search box under which suggestions appear."""
        if not present("api.suggest"):
            return Markup("")
        script = app.jinja_env.globals["asset"]("suggest.js")  # type: ignore[operator]  # is one
        address = url_for("api.suggest")
        return Markup('data-suggest="{}" data-suggest-script="{}"').format(address, script)

    app.jinja_env.globals.update(
        navigation=navigation,
        footer_links=footer_links,
        discoverable=discoverable,
        suggesting=suggesting,
        preference=_preference,
    )


def _preference(name: str, value: str) -> str:
    """The address that keeps a choice and comes back to this page."""
    # Some programs send bytes that an address cannot hold as they are.
    query = f"?{quote(request.query_string, safe=punctuation)}" if request.query_string else ""
    here = request.script_root + request.path + query
    return with_parameters("preferences.choose", {name: value, "next": here})
