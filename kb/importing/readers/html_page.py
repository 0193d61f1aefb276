"""A web page -> the part of it that is the document, its title and what it says about itself.

Confluence, Notion and site generators each mark the title, the body and the properties of a
document in their own way. The page comes cleaned and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag  # noqa: TID253 - imported late by the HTML reader

from kb.importing.readers.line_marks import first_line_in, mark, unmarked
from kb.importing.readers.metadata import Gathering

_MAIN = (
    "#main-content",
    ".wiki-content",
    ".ak-renderer-document",
    "article.page",
    "main",
    "[role=main]",
    "article",
    ".post-content",
    ".entry-content",
    ".markdown-body",
)
"""Where documents stand, the surest first."""

_TITLES = (
    "#title-text",
    "#title-heading",
    "h1.page-title",
    "h1.title",
    "h1.entry-title",
)
_LONGEST_TITLE = 300
"""Characters; what is longer is the document under the title's mark."""
_STATED = ("#title-heading", "h1.entry-title", "h1.page-title")
"""Those of them that are headings and stand above the document."""
_NAMES = re.compile(r"[\w-]+")
_SITE = re.compile(
    r"(?:\s+[-–—|·:]\s+[^-–—|·:]{1,40})?\s+[-–—|·:]\s+"
    r"(?:Confluence|Notion|Google (?:Docs|문서|ドキュメント))\s*$"
)
_SPACE_PREFIX = re.compile(r"^[^:]{1,60} : (?=\S)")
_META = frozenset(
    """
    description author date keywords og:title og:description og:site_name article:published_time
    article:modified_time article:author article:tag
    """.split()
)


@dataclass(frozen=True, slots=True)
class Page:
    """The document in a page.

    Attributes:
        content: the element that holds the document, as plain elements.
        title: as stated, or an empty string.
        gathered: what the page says about itself, as fields with lines.
    """

    content: Tag
    title: str
    gathered: Gathering


@dataclass(frozen=True, slots=True)
class _Soup:
    """A parsed page; a selector that names what the page does not hold costs nothing."""

    top: BeautifulSoup
    html: str

    def select(self, selector: str, limit: int = 0) -> list[Tag]:
        """The elements that match a CSS selector, at most so many; 0 for all."""
        if all(name in self.html for name in _NAMES.findall(selector)):
            return list(self.top.select(selector, limit=limit))
        return []


def read_page(clean_html: str) -> Page:
    """Find the document in a cleaned page."""
    soup = BeautifulSoup(clean_html, "html.parser")
    page = _Soup(soup, clean_html)
    gathered = _meta_fields(page)
    page_title = _text(soup.title) if soup.title else ""
    if soup.head:
        soup.head.decompose()
    stated = _stated_title(page)
    content = _main_content(page)
    if "properties" in clean_html:
        _take_properties(content, gathered)
    title = stated or _heading_title(content, page_title, gathered)
    _keep_stated_heading(page, content, title)
    return Page(content, title, gathered)


def _text(element: Tag) -> str:
    return " ".join(unmarked(element.get_text()).split())


def _main_content(page: _Soup) -> Tag:
    """The element that holds the document: a marked one with most of the text, else the body."""
    body = page.top.body or page.top
    enough = len(body.get_text(strip=True)) // 2
    for selector in _MAIN:
        found = page.select(selector, limit=2)
        if len(found) == 1 and len(found[0].get_text(strip=True)) >= enough:
            return found[0]
    return body


def _meta_fields(page: _Soup) -> Gathering:
    gathered = Gathering()
    for meta in page.top.find_all("meta", limit=200):
        name = str(meta.get("name") or meta.get("property") or "").lower()
        content = str(meta.get("content") or "")
        if name in _META and unmarked(content).strip():
            gathered.add(name.replace(":", "_"), [unmarked(content)], first_line_in(content))
    for metadata in page.select(".page-metadata", limit=1):
        gathered.add("page_metadata", [_text(metadata)], first_line_in(metadata.get_text()))
        metadata.decompose()
    return gathered


def _stated_title(page: _Soup) -> str:
    """The title where the page marks it as such."""
    for selector in _TITLES:
        found = page.select(selector, limit=1)
        if found and 0 < len(text := _text(found[0])) <= _LONGEST_TITLE:
            is_confluence = selector.startswith("#title")
            return _SPACE_PREFIX.sub("", text) if is_confluence else text
    return ""


def _heading_title(content: Tag, page_title: str, gathered: Gathering) -> str:
    """The title by the one main heading, by what is told to other sites, by the window's title."""
    headings = [text for heading in content.find_all("h1", limit=20) if (text := _text(heading))]
    if len(headings) == 1:
        return headings[0]
    inside = [text for text in headings if text in page_title]
    window = [_SITE.sub("", page_title)] if page_title else []
    shared = gathered.fields.get("og_title", ())
    return next(iter((*inside, *shared, *window, *headings)), "")


def _keep_stated_heading(page: _Soup, content: Tag, title: str) -> None:
    """Put a title that stands above the document back on top of it."""
    found = [one for selector in _STATED for one in page.select(selector, limit=1)]
    above = found[0] if found else None
    if above is None or content is page.top or any(one is above for one in _around(content)):
        return
    if not content.find(lambda tag: tag is above):
        line = first_line_in(above.get_text())
        above.extract().string = f"{title}{mark(line)}" if line else title
        content.insert(0, above)


def _around(content: Tag) -> Iterator[Tag]:
    """The element itself and all that it stands in."""
    yield content
    yield from content.parents


def _take_properties(content: Tag, gathered: Gathering) -> None:
    """Notion's table of properties: fields of the document, no part of its text."""
    for table in content.select("table.properties"):
        for row in table.find_all("tr"):
            key, value = row.find("th"), row.find("td")
            if key is None or value is None:
                continue
            chosen = value.select(".selected-value") or [value]
            line = first_line_in(row.get_text())
            texts = [_text(element) for element in chosen]
            if value.find("time"):
                texts = [text.removeprefix("@") for text in texts]  # Notion's mark of dates
            gathered.add(_text(key), texts, line)
        table.decompose()
