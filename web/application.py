"""create_app: a Flask application over one knowledge base, wired from its parts."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from kb import __version__
from kb.moments import format_duration
from web import (
    addresses,
    api,
    current,
    errors,
    feeds,
    headers,
    health,
    language,
    navigation,
    preferences,
    spoken,
)
from web.pages import browse, entry, follow_ups, help_pages, search, statistics
from web.settings import Settings

if TYPE_CHECKING:
    from kb import KnowledgeBase

_LARGEST_REQUEST = 2 * 1024 * 1024
"""Bytes of a request's body: what `related` takes as text fits in."""


def create_app(
    knowledge_base: KnowledgeBase | current.Source, settings: Settings | None = None
) -> Flask:
    """An application that shows this knowledge base as it was last synced."""
    chosen = settings or Settings()
    app = Flask("web", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the provider that is there
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if chosen.trusted_proxies:
        hops = chosen.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask documents it
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )
    for part in (addresses, language, spoken, navigation, preferences, headers, errors):
        part.install(app)
    current.install(app, knowledge_base, chosen)
    for pages in (search, entry, browse, follow_ups, statistics, help_pages, feeds, health, api):
        app.register_blueprint(pages.blueprint)
    app.jinja_env.filters["duration"] = _duration
    app.jinja_env.globals.update(
        asset=_asset, site_title=_site_title, version=__version__, knowledge=current.knowledge
    )
    return app


def _site_title() -> str:
    return current.settings().title or language.gettext("Postmortems")


def _duration(minutes: int | None) -> str:
    """A span in the reader's words; an unknown one is a dash."""
    return "–" if minutes is None else format_duration(minutes, language.current())


def _asset(name: str) -> str:
    """The address of a file in static/, which changes with the file."""
    return addresses.url_for("static", filename=name, v=_fingerprint(name))


@cache
def _fingerprint(name: str) -> str:
    content = (Path(__file__).with_name("static") / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
