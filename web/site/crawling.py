"""Every page that can be reached, rendered by the application itself and written as a file."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import render_template, url_for

from kb.errors import KbError
from web import language as languages
from web.application import create_app
from web.current import knowledge as asked
from web.site import searching
from web.site.addresses import ABSOLUTE, SEARCH, Addresses, relative
from web.site.folder import whole_folder
from web.site.rewriting import rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from kb import KnowledgeBase
    from web.settings import Settings

Progress = Callable[[int, int], None]
"""Called with how many pages are written and how many are known."""

NEWEST = 50
"""Entries on the first page; the others are found by search, service, cause and year."""
ENTRY = "entry.page"
_SECTION = re.compile(r'(<section\b[^>]* id="([^"]+)"[^>]*>\s*)(<h[2-6])(?![^>]* id=)')
"""A section whose heading has no anchor of its own: Pagefind looks for anchors at headings."""
_NOWHERE = "/there-is-no-such-page"
_SERVER_ONLY = ("api.", "feeds.opensearch")


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written.

    Attributes:
        searchable: entries in the search's index.
        missing: links of entries that lead to no page: (page, link).
        feeds: whether there are feeds, which need to know where the site will stand.
    """

    pages: int
    searchable: int
    missing: tuple[tuple[str, str], ...]
    feeds: bool


def write_site(
    knowledge: KnowledgeBase,
    target: Path,
    settings: Settings,
    language: str,
    progress: Progress | None = None,
) -> Summary:
    """Write the whole site into a folder, complete or not at all.

    Args:
        knowledge: synced.
        target: the folder: empty, new, or made by an export before.
        settings: with `base_url`, where the site will stand; without it there are no feeds.
        language: of the interface: one of `web.language.LANGUAGES`.
        progress: receives how far it is.

    Raises:
        UsageError: Pagefind is missing, or the folder holds something else.
        KbError: the folder cannot be written, or Pagefind failed.
    """
    searching.require_pagefind()
    app = _static_app(knowledge, settings)
    with whole_folder(target) as folder:
        crawl = _Crawl(app, settings, language, folder, progress or (lambda *_: None))
        crawl.run(knowledge)
        searchable = searching.write_index(crawl.indexed(), folder)
    return Summary(crawl.written, searchable, tuple(crawl.missing), bool(settings.base_url))


def _static_app(knowledge: KnowledgeBase, settings: Settings) -> Flask:
    """The application with a search page for browsers, and without what only a server can do."""
    app = create_app(knowledge, settings)
    app.view_functions[SEARCH] = _search_page
    for name in list(app.view_functions):
        if name.startswith(_SERVER_ONLY) or (name in ABSOLUTE and not settings.base_url):
            del app.view_functions[name]  # pages link to what is there
    return app


def _search_page() -> str:
    results = asked().search("sort:newest", limit=NEWEST)
    return render_template("site_search.html", results=results)


@dataclass(slots=True)
class _Crawl:
    """One way through the site."""

    app: Flask
    settings: Settings
    language: str
    folder: Path
    progress: Progress
    written: int = 0
    missing: list[tuple[str, str]] = field(default_factory=list)
    _addresses: Addresses = field(init=False)
    _known: dict[str, str] = field(default_factory=dict)
    _pending: deque[str] = field(default_factory=deque)
    _entries: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _indexed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._addresses = Addresses(self.app, self.settings.base_url)

    def run(self, knowledge: KnowledgeBase) -> None:
        """Write every page that links lead to, from the first page and from every entry."""
        with self.app.test_request_context():
            starts = [url_for(SEARCH), url_for("static", filename="base.css")]
            for entry in knowledge.list():
                address = url_for(ENTRY, entry_id=entry.id)
                starts.append(address)
                self._entries[self._addresses.canonical(address) or ""] = [
                    *searching.filters_of(entry)
                ]
            feeds = sorted(ABSOLUTE & self.app.view_functions.keys())
            starts.extend(url_for(feed) for feed in feeds)
        for start in starts:
            self._know(start, "/")
        client = self.app.test_client()
        client.set_cookie(languages.COOKIE, self.language)
        while self._pending:
            address = self._pending.popleft()
            response = client.get(address)
            self._write(address, response)
            response.close()
            self.progress(self.written, len(self._known))
        self._write_missing_page(client.get(_NOWHERE))

    def _know(self, link: str, page: str) -> str | None:
        """Note where a link leads; its canonical address, or None where it needs a server."""
        address = self._addresses.canonical(link, page)
        if address is not None and address not in self._known:
            self._known[address] = page
            self._pending.append(address)
        return address

    def _write(self, address: str, response: TestResponse) -> None:
        if response.status_code >= 500:
            raise KbError(f"{address} could not be rendered.", "Look at the messages above.")
        file = self._addresses.file(address)
        content = response.get_data()
        if 300 <= response.status_code < 400:
            content = self._forwarding(response.headers["Location"], address, file).encode()
        elif response.mimetype == "text/html":
            content = self._page(response.get_data(as_text=True), address, file).encode()
        elif self._addresses.endpoint(unquote(urlsplit(address).path)) in ABSOLUTE:
            content = self._elsewhere(response.get_data(as_text=True)).encode()
        if response.status_code >= 400:
            self.missing.append((self._known[address], address))
        elif address in self._entries and response.status_code == 200:
            self._indexed.append(address)
        place = self.folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        self.written += 1

    def _page(self, text: str, address: str, file: str) -> str:
        return rewritten(text, lambda link, tag: self._link(link, tag, address, file))

    def _link(self, link: str, tag: str, address: str, file: str) -> str | None:
        parts = urlsplit(link)
        base = self.settings.base_url or "http://localhost"
        if link.startswith(f"{base}/"):  # canonical addresses, for readers elsewhere
            return self._elsewhere(link) if self.settings.base_url else None
        if parts.scheme or parts.netloc or (not parts.path and not parts.query):
            return link
        if tag == "form" and self._addresses.endpoint(parts.path) != SEARCH:
            return None
        known = self._know(link, address)
        if known is None:
            return None
        target = self._addresses.relative(known, file)
        if parts.query and self._addresses.endpoint(urlsplit(known).path) == SEARCH:
            target += f"?{parts.query}"
        return f"{target}#{parts.fragment}" if parts.fragment else target

    def _elsewhere(self, text: str) -> str:
        """A text with the site's whole addresses as those of its files."""
        base = self.settings.base_url

        def replaced(match: re.Match[str]) -> str:
            parts = urlsplit(html.unescape(match[1]))
            known = self._know(parts.path + (f"?{parts.query}" if parts.query else ""), "/")
            if known is None:
                return match[0]
            file = relative(self._addresses.file(known), "")
            at = f"#{parts.fragment}" if parts.fragment else ""
            return f"{base}/{'' if file == 'index.html' else file}{at}"

        return re.sub(rf"{re.escape(base)}(/[^\s<>\"']*)", replaced, text)

    def _forwarding(self, location: str, address: str, file: str) -> str:
        """A page that leads on, in the place of a redirect."""
        here = urlsplit(location)._replace(scheme="", netloc="").geturl()
        link = self._link(here, "a", address, file)
        target = html.escape(link or relative("index.html", file))
        return (
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
            f'<meta http-equiv="refresh" content="0; url={target}">\n'
            f'<title>{target}</title>\n<a href="{target}">{target}</a>\n</html>\n'
        )

    def _write_missing_page(self, response: TestResponse) -> None:
        """What a server shows for an address without a file, at whatever depth that is."""
        base = urlsplit(self.settings.base_url).path.rstrip("/")
        page = self._page(response.get_data(as_text=True), "/", "404.html")
        if self.settings.base_url:
            page = re.sub(r'((?:href|src|action)=")(?![a-z]+:|#|/)', rf"\1{base}/", page)
        (self.folder / "404.html").write_text(page, encoding="utf-8")

    def indexed(self) -> Iterator[tuple[str, str]]:
        """The entries' pages with the attributes that the index is made by: (file, HTML)."""
        for address in self._indexed:
            file = self._addresses.file(address)
            marks = "".join(
                f'<span data-pagefind-filter="{name}">{html.escape(value)}</span>'
                for name, value in self._entries[address]
            )
            text = (self.folder / file).read_text("utf-8")
            text = text.replace("<main ", "<main data-pagefind-body ", 1)
            text = _SECTION.sub(r'\1\3 id="\2"', text)
            yield file, text.replace("</main>", f"<div hidden>{marks}</div></main>", 1)
