"""The help: Markdown texts in `web/help/`, one a topic and a language, as HTML.

A text begins with `# Title` and a paragraph that says what it is about. Its links:

    [importing](importing.md#steps)     another topic
    [figures](/stats)                   a page of this site
    [`cause:network`](?)                the search that the link itself spells

The headings of all languages have the English anchors, so that a link to one holds in each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

import mistune
from flask import request, url_for
from markupsafe import Markup

from kb.document.headings import anchor_of
from web.safe_html import clean

FOLDER = Path(__file__).with_name("help")
SOURCE_LANGUAGE = "en"
"""The language that every topic is written in."""
TOPICS = (
    "query-language",
    "entry-format",
    "writing",
    "review",
    "importing",
    "command-line",
    "running",
    "static-site",
    "api",
    "engines",
    "opensearch",
    "scale",
)
"""In the order in which they are listed."""
RUNS_ITSELF = "?"
"""The address of a link whose text is a query."""

_MARKUP = re.compile(r"<[^>]*>")
_KEPT_SITES = 4
"""Prefixes that the site stands under at once; more than one only in tests."""


class Heading(NamedTuple):
    """One heading: its level from 2, its identifier in the page, its words as HTML."""

    level: int
    anchor: str
    words: Markup


@dataclass(frozen=True, slots=True)
class HelpText:
    """One topic in one language, ready to be put into a page.

    Attributes:
        language: what it is written in: another one than asked for where that is missing.
        lead: the paragraph below the title.
    """

    topic: str
    language: str
    title: str
    lead: Markup
    body: Markup
    headings: tuple[Heading, ...]

    @property
    def first_section(self) -> Markup:
        """What stands below the first heading of level 2."""
        return Markup(self.body.partition("</h2>")[2].partition("<h2 ")[0])  # noqa: S704 -- cleaned


def read(topic: str, language: str) -> HelpText:
    """A topic in a language, or in English where there is none; within a request.

    Raises:
        KeyError: there is no such topic.
    """
    if topic not in TOPICS:
        raise KeyError(topic)
    return _read(topic, language, request.script_root)


def inline(markdown: str) -> Markup:
    """A paragraph of Markdown without the paragraph, such as a rule's text; within a request."""
    return _inline(markdown, request.script_root)


def forget() -> None:
    """Read the texts anew from now on."""
    _read.cache_clear()


@lru_cache(len(TOPICS) * 2 * _KEPT_SITES)
def _read(topic: str, language: str, script_root: str) -> HelpText:
    place = FOLDER / language / f"{topic}.md"
    anchors: Sequence[str] = ()
    if language != SOURCE_LANGUAGE:
        source = _read(topic, SOURCE_LANGUAGE, script_root)
        if not place.is_file():
            return source
        anchors = [heading.anchor for heading in source.headings]
    title, lead, body = place.read_text(encoding="utf-8").split("\n\n", 2)
    renderer = _Renderer(anchors)
    html = _safe(str(mistune.create_markdown(renderer=renderer, plugins=["table"])(body)))
    return HelpText(
        topic,
        language,
        title.removeprefix("# "),
        _inline(lead, script_root),
        html,
        tuple(renderer.headings),
    )


@lru_cache(1000)
def _inline(markdown: str, _script_root: str) -> Markup:
    html = str(mistune.create_markdown(renderer=_Renderer())(markdown)).strip()
    return _safe(html.removeprefix("<p>").removesuffix("</p>"))


def _safe(html: str) -> Markup:
    """What the renderer made, cleaned; addresses and identifiers are the renderer's own."""
    cleaned = clean(html, lambda _, address: address, lambda identifier: identifier)
    return Markup(cleaned.strip())  # noqa: S704 -- cleaned


class _Renderer(mistune.HTMLRenderer):
    """mistune's renderer with links that lead to this site, and headings that are noted.

    Args:
        anchors: of the headings, in their order; where they run out, the headings' own.
    """

    def __init__(self, anchors: Sequence[str] = ()) -> None:
        super().__init__(escape=True)
        self.headings: list[Heading] = []
        self._anchors = anchors
        self._taken: dict[str, int] = {}

    def heading(self, text: str, level: int, **_attrs: object) -> str:
        number = len(self.headings)
        own = anchor_of(unescape(_MARKUP.sub("", text)), self._taken)
        anchor = self._anchors[number] if number < len(self._anchors) else own
        self.headings.append(Heading(level, anchor, _safe(text)))
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        del title
        return f'<a href="{mistune.escape(_address(text, url))}">{text}</a>'


def _address(text: str, url: str) -> str:
    """Where a link leads on this site."""
    if url == RUNS_ITSELF:
        return url_for("search.page", q=unescape(_MARKUP.sub("", text)))
    name, _, anchor = url.partition("#")
    if name.endswith(".md"):
        return url_for("help.topic", topic=name.removesuffix(".md"), _anchor=anchor or None)
    return f"{request.script_root}{url}" if url.startswith("/") else url
