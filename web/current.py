"""What the request at hand works with: the knowledge base and the settings of its application."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request, url_for

if TYPE_CHECKING:
    from flask import Flask

    from kb import KnowledgeBase
    from web.settings import Settings

_KNOWLEDGE = "kb.knowledge_base"
_SETTINGS = "kb.settings"

Source = Callable[[], "KnowledgeBase"]
"""Gives the knowledge base as it is now; see `web.freshness.Follower`."""


def install(app: Flask, knowledge_base: KnowledgeBase | Source, settings: Settings) -> None:
    """Tie a knowledge base, or where to get it for each request, and settings to an application."""
    source = knowledge_base if callable(knowledge_base) else lambda: knowledge_base
    app.extensions[_KNOWLEDGE] = source
    app.extensions[_SETTINGS] = settings


def knowledge() -> KnowledgeBase:
    """The knowledge base that this application shows: one and the same for a whole request."""
    if "knowledge" not in g:
        g.knowledge = source()()
    return cast("KnowledgeBase", g.knowledge)


def source() -> Source:
    """Where this application gets its knowledge base from."""
    return cast("Source", current_app.extensions[_KNOWLEDGE])


def settings() -> Settings:
    """The settings of this application."""
    return cast("Settings", current_app.extensions[_SETTINGS])


def base_url() -> str:
    """Where readers find the site, without a slash at the end."""
    return settings().base_url or request.url_root.rstrip("/")


def absolute_url(endpoint: str, **values: str | int | None) -> str:
    """The whole address of a part of the site, for what is read elsewhere.

    `base_url` and `url_for` both hold the prefix that the site may stand under.
    """
    return base_url() + url_for(endpoint, **values).removeprefix(request.script_root)  # type: ignore[arg-type]
