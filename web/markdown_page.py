"""The Markdown of an entry as safe HTML: one writer a page, so that no identifier stands twice.

Headings get the level that the page's outline asks for and an anchor made as GitHub makes it.
Links between entries lead to their pages, `[1]` to the first source; what would be fetched
from another host is not. The result of `blocks` and `inline` can be put into a page as it is.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import mistune
from markupsafe import Markup
from mistune.core import BlockState

from kb.document.headings import anchor_of
from web.safe_html import clean, kept_tags

if TYPE_CHECKING:
    from mistune.core import InlineState
    from mistune.inline_parser import InlineParser

IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
}
"""The endings of files that an entry may show from its folder -> their media types."""

_PLUGINS = ("table", "strikethrough", "task_lists", "url")
_CITATION = r"\[(?P<cited>[1-9][0-9]{0,2})\](?!\()"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HIDDEN = re.compile(r"[\x00-\x20\x7f]+")
_MARKUP = re.compile(r"<[^>]*>")
_OWN_ID = re.compile(r"[\w-]{1,100}")
_OURS = "\N{REPLACEMENT CHARACTER}"
"""What marks an identifier as made here: no document can hold it as a written one."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an entry's Markdown refers to.

    Attributes:
        path: of the entry, relative to the entries folder; relative links begin there.
        references: the targets of links such as `[issue][name]`, by name in capitals.
        sources: how many sources the entry has: `[1]` up to that number cite them.
        entry_address: the address of an entry's page, by id.
        file_address: the address of a file of the entries folder, by its path.
    """

    path: str
    references: Mapping[str, str]
    sources: int
    entry_address: Callable[[str], str]
    file_address: Callable[[str], str]


@dataclass(slots=True)
class Writer:
    """Writes the pieces of one page.

    Attributes:
        taken: the identifiers of the page so far, as `anchor_of` counts them.
    """

    around: Surroundings
    taken: dict[str, int] = field(default_factory=dict)
    _level: int = 2
    _headings: list[int] = field(default_factory=list)
    _open_tags: int = 0
    _markdown: mistune.Markdown | None = None

    def reserve(self, identifiers: Iterable[str]) -> None:
        """Keep identifiers for other parts of the page."""
        for one in identifiers:
            self.taken.setdefault(one, 1)

    def blocks(self, markdown: str, below: int = 1) -> Markup:
        """Markdown of any length; its headings come below one of the level `below`."""
        self._level, self._headings, self._open_tags = below, [], 0
        state = BlockState()
        state.env = self._environment()
        html, _ = self._parser().parse(markdown, state)
        return self._cleaned(str(html))

    def inline(self, markdown: str) -> Markup:
        """Markdown of one paragraph, without the paragraph; more of it as blocks."""
        markdown = markdown.strip()
        if "\n" in markdown:
            return self.blocks(markdown, 5)
        self._open_tags = 0
        parser, state = self._parser(), BlockState()
        state.env = self._environment()
        tokens = parser.inline(markdown, state.env)
        assert parser.renderer is not None
        return self._cleaned(str(parser.renderer.render_tokens(tokens, state)))

    def _environment(self) -> dict[str, Any]:
        links = {name: {"url": url, "label": name} for name, url in self.around.references.items()}
        return {"ref_links": links}

    def _cleaned(self, html: str) -> Markup:
        return Markup(clean(html, self._address, self._identifier).strip())  # noqa: S704 -- cleaned

    def _parser(self) -> mistune.Markdown:
        if self._markdown is None:
            renderer = _Renderer(self)
            self._markdown = mistune.create_markdown(renderer=renderer, plugins=_PLUGINS)
            renderer.register("task_list_item", _task)
            named = any(name.isdigit() for name in self.around.references)
            if self.around.sources and not named:
                self._markdown.inline.register("citation", _CITATION, self._citation, before="link")
        return self._markdown

    def _citation(
        self, _inline: InlineParser, match: re.Match[str], state: InlineState
    ) -> int | None:
        number = int(match["cited"])
        if state.in_link or number > self.around.sources:
            return None
        state.append_token({"type": "citation", "raw": str(number)})
        return match.end()

    def heading(self, html: str, level: int) -> tuple[int, str]:
        """The level and the identifier that a heading gets on this page."""
        while self._headings and self._headings[-1] >= level:
            self._headings.pop()
        self._headings.append(level)
        anchor = anchor_of(unescape(_MARKUP.sub("", html)), self.taken)
        return min(6, self._level + len(self._headings)), f"{_OURS}{anchor}"

    def kept_tags(self, raw: str) -> str:
        """What is kept of raw HTML."""
        html, self._open_tags = kept_tags(raw, self._open_tags)
        return html

    def _identifier(self, written: str) -> str | None:
        if written.startswith(_OURS):
            return written.removeprefix(_OURS)
        if written in self.taken or not _OWN_ID.fullmatch(written):
            return None
        self.taken[written] = 1
        return written

    def _address(self, attribute: str, written: str) -> str | None:
        """Where a link or an image leads; None: nowhere that a reader should be sent."""
        bare = _HIDDEN.sub("", written)
        if attribute == "href" and bare.startswith("#"):
            return bare
        if _SCHEME.match(bare):
            allowed = ("http://", "https://", *(("mailto:",) if attribute == "href" else ()))
            return bare if bare.lower().startswith(allowed) else None
        try:
            parts = urlsplit(bare.replace("\\", "/"))
        except ValueError:
            return None
        if parts.netloc or not parts.path:
            return None
        return self._own_address(attribute, unquote(parts.path), parts.fragment)

    def _own_address(self, attribute: str, path: str, fragment: str) -> str | None:
        folder = posixpath.dirname(self.around.path)
        place = posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
        if _above(folder, path) or any(part.startswith(".") for part in place.split("/")):
            return None
        stem, ending = posixpath.splitext(place)
        if ending.lower() in IMAGES:
            return self.around.file_address(place)
        if attribute == "href" and ending.lower() == ".md":
            address = self.around.entry_address(posixpath.basename(stem))
            return f"{address}#{fragment}" if fragment else address
        return None


def _above(folder: str, path: str) -> bool:
    """Whether a relative path leaves the entries folder."""
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
    return posixpath.normpath(joined).startswith("..")


def _task(_renderer: object, text: str, *, checked: bool = False) -> str:
    return f'<li class="task">{"☑" if checked else "☐"} {text}</li>\n'


class _Renderer(mistune.HTMLRenderer):
    """mistune's renderer with this page's headings, citations and rules for raw HTML."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(escape=False, allow_harmful_protocols=True)  # addresses are ours to judge
        self._writer = writer

    def heading(self, text: str, level: int, **_attrs: object) -> str:
        shown, anchor = self._writer.heading(text, level)
        return f'<h{shown} id="{anchor}">{text}</h{shown}>\n'

    def citation(self, text: str) -> str:
        return f'<a class="citation" href="#source.{text}">[{text}]</a>'

    def inline_html(self, html: str) -> str:
        return self._writer.kept_tags(html)

    def block_html(self, html: str) -> str:
        return self._writer.kept_tags(html)

    def block_code(self, code: str, info: str | None = None) -> str:  # noqa: ARG002 -- mistune's
        return f"<pre><code>{mistune.escape(code)}</code></pre>\n"
