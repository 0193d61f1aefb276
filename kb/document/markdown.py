"""Markdown as a tree of blocks, each with the line of the file it stands on.

Blocks are what a postmortem is read from: a heading inside a code fence, a list inside a
quote, a timeline in an HTML comment are not the document's own, and only a real parse
tells. Inline markup stays as written, since readers want the Markdown of an event.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.document.block_lines import LineParser

BlockKind = Literal[
    "heading", "paragraph", "list", "item", "table", "code", "quote", "html", "rule"
]

_KINDS: Mapping[str, BlockKind] = {
    "heading": "heading",
    "paragraph": "paragraph",
    "block_text": "paragraph",
    "list": "list",
    "list_item": "item",
    "table": "table",
    "block_code": "code",
    "block_quote": "quote",
    "block_html": "html",
    "thematic_break": "rule",
}


@record
class Row:
    """One row of a table: its cells as Markdown, without the bars."""

    line: int
    cells: tuple[str, ...]


@record
class Block:
    """One block of Markdown.

    Attributes:
        line: where it starts, from 1 in the file.
        text: a heading's or a paragraph's Markdown; for an item all of its Markdown, with
            the marker and the indentation taken off; else empty.
        level: a heading's level, 1 to 6; else 0.
        after: a heading's next line (an underlined heading takes two or more); else 0.
        children: the items of a list, the blocks of an item or of a quote.
        rows: a table's rows, the head first.
    """

    kind: BlockKind
    line: int
    text: str = ""
    level: int = 0
    after: int = 0
    children: tuple[Block, ...] = ()
    rows: tuple[Row, ...] = ()


@record
class Tree:
    """A document's blocks and the targets of its links `[text][name]`, by name in capitals."""

    blocks: tuple[Block, ...]
    references: Mapping[str, str]


@functools.cache
def _parser() -> LineParser:
    from kb.document.block_lines import LineParser

    return LineParser()


def read_blocks(text: str, first_line: int = 1) -> Tree:
    """Read Markdown whose lines end in LF; `first_line` is the file's line it begins on."""
    from kb.document.block_lines import LineState

    state = LineState()
    state.first_line = first_line
    state.process(text if text.endswith("\n") else text + "\n")
    _parser().parse(state)
    references = {name: link["url"] for name, link in state.env["ref_links"].items()}
    return Tree(_blocks(state.tokens), references)


def without_comments(text: str) -> str:
    """Markdown without its HTML comments; one that never closes stays."""
    kept: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + 3
    return "".join([*kept, text[position:]])


def _blocks(tokens: Iterable[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(token) for token in tokens if token["type"] in _KINDS)


def _block(token: dict[str, Any]) -> Block:
    kind = _KINDS[token["type"]]
    line: int = token["line"]
    match kind:
        case "heading":
            text = token["text"].strip()
            after = token.get("end", line + 1)
            return Block(kind, line, text, level=token["attrs"]["level"], after=after)
        case "paragraph":
            return Block(kind, line, token["text"].strip())
        case "item":
            return Block(kind, line, token["source"].strip(), children=_blocks(token["children"]))
        case "list" | "quote":
            return Block(kind, line, children=_blocks(token["children"]))
        case "table":
            return Block(kind, line, rows=tuple(Row(at, cells) for at, cells in token["rows"]))
        case _:
            return Block(kind, line)
