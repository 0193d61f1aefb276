"""HTML that came out of Markdown, made safe: what is kept of raw tags, and the last cleaning.

Raw HTML is read twice. `kept_tags` looks at it before the page is put together: a tag that
documents use stays, without attributes it has no need for; any other is shown as the text it
is (`<pod-name>` in a sentence is not markup). This bounds what the parser meets: no nesting
without end, no attribute that would multiply elements. `clean` then lets a real HTML parser
(ammonia, by nh3) have the last word on every tag, attribute and address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape, unescape

import nh3

_ATTRIBUTES = {
    "a": {"href", "title", "id"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}
_NESTING = frozenset(
    "a b i em strong s del ins u small mark code pre samp var q cite abbr dfn kbd sub sup "
    "blockquote details table ul ol dl".split()
)
"""Tags that may lie in one another without end."""
_KEPT = _NESTING | frozenset(
    "br hr img li dt dd p summary caption thead tbody tfoot tr th td".split()
)
_SEEN_THROUGH = frozenset("div span font center section article figure figcaption tt big".split())
"""Tags that only lay out: they go, what they hold stays."""
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_ONLY_OURS = {
    **{f"h{level}": {"id"} for level in range(2, 7)},
    "a": {"class", *_ATTRIBUTES["a"]},
    "li": {"class"},
}
_DEEPEST = 40
"""Raw tags that may be open at once; the next ones are shown as text."""

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]{0,30})"
    r"(?P<rest>(?:\s+[^\s<>\"'=/]{1,60}(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`]+))?)*)"
    r"\s*/?>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s<>\"'=/]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>\S+)))?"
)
_IMAGE_OR_LINK = re.compile(r"<img(?P<image>(?: [a-z]+=\"[^\"]*\")*)>|<a(?= |>)|</a>")
_LINK_WITHIN = re.compile(r"(<a(?: class=\"[a-z ]*\")? href=\"#[^\"]*\") rel=\"[a-z ]*\"")
_ATTRIBUTE_OF_OURS = re.compile(r" ([a-z]+)=\"([^\"]*)\"")

Address = Callable[[str, str], str | None]
"""(`href` or `src`, an address as written) -> the one to use, or None for none."""
Identifier = Callable[[str], str | None]
"""An identifier as written -> the one to use, or None for none."""


def kept_tags(raw: str, depth: int) -> tuple[str, int]:
    """Raw HTML with the tags that may stay, all else as text; comments are left out.

    Args:
        raw: one run of HTML as it stands in the Markdown.
        depth: how many raw tags are open before it.

    Returns:
        the HTML, and how many are open after it.
    """
    pieces: list[str] = []
    position = 0
    raw = _without_comments(raw)
    for tag in _TAG.finditer(raw):
        pieces.append(_as_text(raw[position : tag.start()]))
        position = tag.end()
        shown, depth = _tag(tag, depth)
        pieces.append(shown)
    pieces.append(_as_text(raw[position:]))
    return "".join(pieces), depth


def clean(html: str, address: Address, identifier: Identifier) -> str:
    """HTML with nothing in it but what a postmortem may hold, every tag closed.

    Images of other hosts become links, so that reading asks nobody but this site.

    Args:
        html: what a renderer made.
        address: what becomes of the address in a link or an image.
        identifier: what becomes of an `id`.
    """

    def decide(_tag: str, name: str, value: str) -> str | None:
        if name in {"href", "src"}:
            return address(name, value)
        return identifier(value) if name == "id" else value

    cleaned = nh3.clean(
        html,
        tags=set(_allowed_tags()),
        clean_content_tags={"script", "style"},
        attributes={**_ATTRIBUTES, **_ONLY_OURS},
        attribute_filter=decide,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    if "<img" in cleaned:
        cleaned = _without_foreign_images(cleaned)
    cleaned = _LINK_WITHIN.sub(r"\1", cleaned)
    return (
        cleaned.replace("<table>", '<div class="table-scroll" tabindex="0"><table>')
        .replace("</table>", "</table></div>")
        .replace("<pre>", '<pre tabindex="0">')
    )


@cache
def _allowed_tags() -> frozenset[str]:
    return _KEPT | _ONLY_OURS.keys()


def _without_comments(raw: str) -> str:
    kept: list[str] = []
    position = 0
    while (start := raw.find("<!--", position)) >= 0:
        end = raw.find("-->", start + 4)
        if end < 0:
            break
        kept.append(raw[position:start])
        position = end + 3
    return "".join([*kept, raw[position:]])


def _as_text(raw: str) -> str:
    return raw.replace("<", "&lt;").replace(">", "&gt;")


def _tag(tag: re.Match[str], depth: int) -> tuple[str, int]:
    name, ends = tag["name"].lower(), bool(tag["end"])
    if name in _SEEN_THROUGH:
        return "", depth
    if name in _HEADINGS:  # it would upset the outline: no reader counts it as a section
        return ("</strong></p>" if ends else "<p><strong>"), depth
    if name not in _KEPT:
        return escape(tag[0]), depth
    if ends:
        return f"</{name}>", max(0, depth - (name in _NESTING))
    if name in _NESTING:
        if depth >= _DEEPEST:
            return escape(tag[0]), depth
        depth += 1
    return f"<{name}{_attributes(name, tag['rest'])}>", depth


def _attributes(tag: str, rest: str) -> str:
    allowed = _ATTRIBUTES.get(tag)
    if not allowed or not rest:
        return ""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(rest):
        name = one["name"].lower()
        if (tag, name) == ("a", "name"):  # how anchors were written once
            name = "id"
        if name in allowed:
            value = one["double"] or one["single"] or one["bare"] or ""
            found.setdefault(name, f' {name}="{escape(unescape(value))}"')
    return "".join(found.values())


def _without_foreign_images(html: str) -> str:
    """Images of other hosts as links, or as their text where a link stands around them."""
    linked = False

    def shown(match: re.Match[str]) -> str:
        nonlocal linked
        if match["image"] is None:
            linked = match[0] != "</a>"
            return match[0]
        values = dict(_ATTRIBUTE_OF_OURS.findall(match["image"]))
        source = values.get("src", "")
        if source and not source.startswith(("http://", "https://")):
            values.setdefault("alt", "")
            written = "".join(f' {name}="{value}"' for name, value in values.items())
            return f'<img{written} loading="lazy">'
        text = values.get("alt", "").strip() or source.rpartition("/")[2] or "image"
        if linked or not source:
            return text
        return f'<a class="image-elsewhere" href="{source}" rel="noopener noreferrer">{text}</a>'

    return _IMAGE_OR_LINK.sub(shown, html)
