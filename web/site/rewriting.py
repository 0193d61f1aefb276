"""A page of the application as a page that needs no server.

The text stays as it is but for what must change: links, and the parts that only a server can do.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""The application's own policy, and WebAssembly, which the search runs on; a page can name no
`frame-ancestors`."""

LINKS = frozenset(("href", "src", "action"))
_DROPPED = frozenset(("data-suggest-script", "data-suggest-address", "data-fragment"))
_VOID = frozenset(("link", "meta", "img", "br", "hr", "input", "wbr", "source", "path", "use"))


def rewritten(page: str, link: Callable[[str, str], str | None], extra: Iterable[str] = ()) -> str:
    """A page with its links replaced.

    Args:
        page: of the application.
        link: a link as it stands and the element it is of -> as it must stand, or None where
            it needs a server. What an `a` held stays then, any other element goes.
        extra: attributes of `main`, as HTML, for an index.
    """
    rewriter = _Rewriter(link, " ".join(extra))
    rewriter.feed(page)
    rewriter.close()
    return "".join(rewriter.parts)


class _Rewriter(HTMLParser):
    """Copies what it reads, token by token."""

    def __init__(self, link: Callable[[str, str], str | None], extra: str) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._link = link
        self._extra = extra
        self._leaving: list[str] = []
        self._unwrapped: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        closed = (self.get_starttag_text() or "").endswith("/>")
        if self._leaving:
            if tag not in _VOID and not closed:
                self._leaving.append(tag)
            return
        found = dict(attrs)
        changed = [
            (name, self._link(value, tag) if name in LINKS and value is not None else value)
            for name, value in attrs
            if name not in _DROPPED
        ]
        lost = any(value is None and found[name] is not None for name, value in changed)
        if tag == "a":
            self._unwrapped.append(lost)
        asks = tag == "form" and "action" not in found and found.get("method") != "dialog"
        if "data-server-only" in found or asks or (lost and tag != "a"):
            if tag not in _VOID and not closed:
                self._leaving.append(tag)
            if tag == "a":
                self._unwrapped.pop()
            return
        if not lost:
            self._write_start(tag, attrs, changed, closed=closed)

    def _write_start(
        self,
        tag: str,
        before: list[tuple[str, str | None]],
        attributes: list[tuple[str, str | None]],
        *,
        closed: bool,
    ) -> None:
        text = self.get_starttag_text() or ""
        if attributes != before:
            said = "".join(
                f" {name}" if value is None else f' {name}="{escape(value)}"'
                for name, value in attributes
            )
            text = f"<{_as_written(text)}{said}{'/' if closed else ''}>"
        if tag == "main" and self._extra:
            text = f"{text[:-1]} {self._extra}>"
        self.parts.append(text)
        if tag == "meta" and dict(attributes).get("charset"):
            self.parts.append(
                f'\n  <meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
            )

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._leaving:
            if tag in self._leaving:
                while self._leaving.pop() != tag:
                    pass
            return
        if tag == "a" and self._unwrapped and self._unwrapped.pop():
            return
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._copy(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._copy(f"<!{decl}>")

    def _copy(self, text: str) -> None:
        if not self._leaving:
            self.parts.append(text)


def _as_written(start: str) -> str:
    """The name of an element in the letters it was written with: SVG has capitals in some."""
    return start[1:].split(None, 1)[0].rstrip("/>")
