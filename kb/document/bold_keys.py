"""Bold words that stand in for headings: `**Impact:** text`, `- **Impact**: text`.

Of 142 published postmortems, 43 say their impact under a bold key and 5 under a heading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.document.markdown import Block
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

# The colon may stand inside or outside; without one, nothing else may stand on the line.
_KEY = pattern(
    r"(?:\*\*|__)(?P<key>[^*_\n]{2,60}?)\s*"
    r"(?:[:：]\s*(?:\*\*|__)|(?:\*\*|__)[ \t]*[:：]|(?:\*\*|__)[ \t]*(?=\n|$))[ \t]*"
)


@record
class Keyed:
    """A bold key and what it opens.

    Attributes:
        heading: the key's words, without their colon.
        text: the Markdown after the key, down to the next key.
        blocks: the same as blocks.
        end: the line of the file at which it has ended.
    """

    heading: str
    line: int
    end: int
    text: str
    blocks: tuple[Block, ...]


def bold_keys(blocks: Sequence[Block], end: int, lines: Sequence[str]) -> Iterator[Keyed]:
    """The bold keys in a run of blocks that ends before line `end` of the file's `lines`."""
    if any(
        block.kind == "paragraph" and ("**" in block.text or "__" in block.text) for block in blocks
    ):
        yield from _in_paragraphs(blocks, end, lines)
    for block in blocks:
        if block.kind == "list":
            yield from _in_items(block.children)


def _in_paragraphs(blocks: Sequence[Block], end: int, lines: Sequence[str]) -> Iterator[Keyed]:
    pieces = [piece for block in blocks for piece in _split(block)]
    places = [place for place, piece in enumerate(pieces) if _key(piece)]
    for order, place in enumerate(places):
        following = places[order + 1] if order + 1 < len(places) else len(pieces)
        piece = pieces[place]
        stop = pieces[following].line if following < len(pieces) else end
        key = _key(piece)
        assert key is not None
        below = _without_key(piece, key)
        first = piece.text.split("\n", 1)[0][key.end() :]
        text = "\n".join([first, *lines[piece.line : stop - 1]]).strip()
        inner = (*below, *pieces[place + 1 : following])
        yield Keyed(key["key"].strip(), piece.line, stop, text, inner)


def _in_items(items: Iterable[Block]) -> Iterator[Keyed]:
    for item in items:
        key = _KEY.match(item.text)
        if key is None:
            continue
        first = item.children[:1]
        below = _without_key(first[0], key) if first else ()
        text = item.text[key.end() :].strip()
        end = item.line + item.text.count("\n") + 1
        yield Keyed(key["key"].strip(), item.line, end, text, (*below, *item.children[1:]))


def _split(block: Block) -> Iterator[Block]:
    """A paragraph in pieces that each begin with a key; any other block as it is."""
    if block.kind != "paragraph":
        yield block
        return
    lines = block.text.split("\n")
    starts = [place for place, line in enumerate(lines) if place == 0 or _KEY.match(line)]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Block("paragraph", block.line + start, "\n".join(lines[start:stop]))


def _key(block: Block) -> re.Match[str] | None:
    return _KEY.match(block.text) if block.kind == "paragraph" else None


def _without_key(block: Block, key: re.Match[str]) -> tuple[Block, ...]:
    text = block.text[key.end() :].strip() if block.kind == "paragraph" else ""
    return (Block("paragraph", block.line, text),) if text else ()
