"""The links of an entry as written, and where a link into it can lead."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import unquote

from kb.document.headings import anchor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.document.markdown import Block
    from kb.review.rule import Place
    from kb.review.subject import Subject

_TEXT = r"(?:[^\[\]\\\n]|\\.|\n(?!\s*\n)|\[[^\[\]\n]{0,300}\]){0,600}"
# A link's or an image's text and target, as CommonMark has them, within bounds.
_INLINE = re.compile(
    rf"(?P<image>!?)\[(?P<text>{_TEXT})\]\(\s{{0,9}}"
    r"(?:<(?P<angle>[^<>\n]{0,2000})>"
    r"|(?P<bare>[^\s()<>]{0,2000}(?:\([^\s()]{0,300}\)[^\s()]{0,300}){0,5}))"
    r"(?:\s{1,9}(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)))?\s{0,9}\)"
)
DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)(?P<name>[^\[\]\n]{1,300})\]:[ \t]{0,9}<?(?P<target>[^\s<>]{1,2000})>?",
    re.MULTILINE,
)
_HTML = re.compile(
    r"<(?:a|img)\s[^<>]{0,500}?\b(?:href|src)\s{0,3}=\s{0,3}[\"'](?P<target>[^\"'<>]{0,2000})[\"']",
    re.IGNORECASE,
)
_OWN_ID = re.compile(r"<[a-z][^<>]{0,200}?\b(?:id|name)\s{0,3}=\s{0,3}[\"']([^\"'<>]{1,200})[\"']")
_CODE = re.compile(r"`([^`\n]{1,300})`")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:|//")


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image as written.

    Attributes:
        place: of its target; of the whole link where the target is empty.
        text: what is shown; empty for a definition.
        target: as written, without angle brackets.
    """

    place: Place
    text: str
    target: str
    image: bool = False


def links(subject: Subject) -> Iterator[Link]:
    """The links, images and definitions of an entry's body, outside code and comments."""
    shown = subject.written.shown
    if "](" in shown.text:
        for match in _INLINE.finditer(shown.text):
            name = "bare" if match["angle"] is None else "angle"
            at = match.span(name) if match[name] else match.span()
            target = match[name].replace("\\", "") if match[name].startswith("\\") else match[name]
            yield Link(shown.place(*at), match["text"], target, bool(match["image"]))
    if "]:" in shown.text:
        for match in DEFINITION.finditer(shown.text):
            yield Link(shown.place(*match.span("target")), "", match["target"])
    if "<a " in shown.text or "<img " in shown.text:
        for match in _HTML.finditer(shown.text):
            yield Link(shown.place(*match.span("target")), "", match["target"])


def page_anchors(subject: Subject) -> frozenset[str]:
    """Where a link into an entry can lead: on its page here, and on the forge's."""
    entry = subject.entry
    taken: dict[str, int] = {}
    made = [anchor_of(_bare(block.text), taken) for block in _headings(subject.blocks)]
    own = _OWN_ID.findall(subject.written.shown.text) if "<" in subject.written.shown.text else []
    return frozenset(
        (
            *made,
            *own,
            *(section.anchor for section in entry.sections),
            *(event.anchor for event in entry.timeline),
            *(f"source.{number + 1}" for number in range(len(entry.sources))),
            "top",
        )
    )


def _headings(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        if block.kind == "heading":
            yield block
        yield from _headings(block.children)


def _bare(heading: str) -> str:
    """A heading's words without markup, as its anchor is made of."""
    heading = _CODE.sub(lambda code: re.sub(r"[\[\]]", "", code[1]), heading)
    return re.sub(r"[`*]|<[^<>]{1,200}>", "", heading)


def relative(subject: Subject, target: str) -> tuple[str, str] | None:
    """The path, relative to the entries folder, and the fragment; None: no relative link."""
    target = target.strip()
    if not target or _SCHEME.match(target):
        return None
    path, _, fragment = target.partition("#")
    path = normalize("NFC", unquote(path.partition("?")[0]))
    if not path:
        return "", normalize("NFC", unquote(fragment))
    folder = "" if path.startswith("/") else posixpath.dirname(subject.entry.path)
    joined = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    return joined, normalize("NFC", unquote(fragment))
