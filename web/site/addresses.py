"""Which address of the application becomes which file of a static site."""

from __future__ import annotations

import posixpath
import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

if TYPE_CHECKING:
    from flask import Flask

SEARCH = "search.page"
PAGES = frozenset(
    (
        SEARCH,
        "entry.page",
        "browse.services",
        "browse.service",
        "browse.causes",
        "browse.cause",
        "browse.recurrences",
        "follow_ups.page",
        "statistics.page",
        "help.contents",
        "help.topic",
    )
)
"""The endpoints that answer with a page."""
FILES = frozenset(
    ("static", "entry.source", "entry.file", "feeds.atom", "feeds.calendar", "feeds.sitemap")
)
"""The endpoints whose address already names a file."""
ABSOLUTE = frozenset(("feeds.atom", "feeds.calendar", "feeds.sitemap"))
"""What is read elsewhere, and so needs to know where the site is."""
MOST_PARAMETERS = 1
"""Of an address beside `page`; more of them would multiply without end."""

_ODD = re.compile(r'[<>:"|?*\\%\x00-\x1f\x7f]')
_LONGEST_NAME = 120


@dataclass(slots=True)
class Addresses:
    """The files of one site.

    Attributes:
        base_url: where the site will stand, or empty where nobody said.
    """

    app: Flask
    base_url: str = ""
    _files: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def canonical(self, link: str, page: str = "/") -> str | None:
        """The address, without fragment, that a link on a page leads to; None: none of the site's.

        The parameters are sorted, so that one page has one address; of a file they do not count,
        nor do those of the search page, which are for its script.
        """
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return None
        path = posixpath.normpath(posixpath.join(urlsplit(page).path, parts.path or "."))
        if parts.path.endswith("/") and path != "/":
            path += "/"
        if not parts.path:
            path = urlsplit(page).path
        endpoint = self.endpoint(unquote(path))
        if endpoint is None:
            return None
        chosen = sorted(parse_qsl(parts.query))
        if endpoint in {SEARCH, "static"}:
            chosen = []
        if sum(name != "page" for name, _ in chosen) > MOST_PARAMETERS:
            return None
        address = quote(unquote(path), safe="/")
        return f"{address}?{urlencode(chosen)}" if chosen else address

    def endpoint(self, path: str) -> str | None:
        """What answers a path, where that can be a file."""
        adapter = self.app.url_map.bind("localhost")
        try:
            endpoint = str(adapter.match(path, method="GET")[0])
        except RequestRedirect as redirect:
            return self.endpoint(unquote(urlsplit(redirect.new_url).path))
        except HTTPException:
            return None
        if endpoint in ABSOLUTE and not self.base_url:
            return None
        return endpoint if endpoint in PAGES | FILES else None

    def file(self, address: str) -> str:
        """The file of a canonical address, relative to the site's root; always the same one."""
        if address not in self._files:
            name = self._name(address)
            if name.casefold() in self._taken:  # on macOS the two would be one
                stem, dot, ending = name.rpartition(".")
                name = f"{stem}-{zlib.crc32(address.encode()):08x}{dot}{ending}"
            self._taken.add(name.casefold())
            self._files[address] = name
        return self._files[address]

    def _name(self, address: str) -> str:
        parts = urlsplit(address)
        path = unquote(parts.path).lstrip("/")
        name = "/".join(_safe(segment) for segment in path.split("/"))
        told = ""
        if parts.query:
            said = re.sub(r"[^\w.-]+", "-", unquote(parts.query.replace("+", " "))).strip("-")
            told = f"{said[:40]}-{zlib.crc32(parts.query.encode()):08x}"
        if self.endpoint(unquote(parts.path)) in FILES:
            stem, dot, ending = name.rpartition(".")
            return f"{stem}{told and '-'}{told}{dot}{ending}"
        if not name or name.endswith("/"):
            return f"{name}{told or 'index'}.html"
        return f"{name}/{told}.html" if told else f"{name}.html"

    def relative(self, address: str, from_file: str) -> str:
        """A link from one file to the file of an address."""
        return relative(self.file(address), from_file)


def relative(file: str, from_file: str) -> str:
    """A link from one file to another."""
    return quote(posixpath.relpath(file, posixpath.dirname(from_file) or "."), safe="/.~-_")


def _safe(segment: str) -> str:
    """A part of an address as a name that every file system takes."""
    safe = _ODD.sub(lambda odd: f"%{ord(odd.group()):02X}", segment)
    if safe in {".", ".."}:
        return safe.replace(".", "%2E")
    if len(safe.encode()) > _LONGEST_NAME:
        short = safe.encode()[: _LONGEST_NAME - 20].decode("utf-8", "ignore")
        return f"{short}-{zlib.crc32(segment.encode()):08x}"
    return safe
