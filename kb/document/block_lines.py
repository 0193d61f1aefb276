"""mistune's block parser, taught to say on which line each block stands.

mistune reads a document as a tree of states: the text of a list item or of a block quote
is cut out of its parent, with its indentation or its `>` taken off but line for line the
same, and read again by itself. So a state that knows the line its own text begins on can
place every block: that line plus the line breaks before the block. Only the places where
mistune starts a block, or cuts out a text, need a hand; they are the methods below.

Only `kb.document.markdown` imports this module, and late: it is where mistune is loaded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from kb.patterns import lazily, pattern

with lazily():
    from mistune.block_parser import BlockParser
    from mistune.core import BlockState

if TYPE_CHECKING:
    from re import Match

Token = dict[str, Any]

# A row with a bar above a row of dashes. Possessive, so that a long line costs one pass.
TABLE = (
    r"^ {0,3}(?=[^\n|]*\|)(?P<table_head>[^\n]++)\n"
    r"(?P<table_rule> {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?:\n|$))"
)
# One line an item, marker and one space at its start, and behind the list a heading or nothing:
# most lists are so, and mistune would begin a parse of its own for every item.
_PLAIN_LIST = pattern(
    r"(?P<items>(?P<bullet>[-*+]) \S[^\n]*+\n(?:(?P=bullet) \S[^\n]*+\n)*+)"
    r"(?:[ \t\v\f]*+\n)*+(?=\Z|\#{1,6}[ \t])"
)
_EMPTY_ITEM = pattern(r"[ \t]*(?:[*+-]|\d{1,9}[.)])[ \t]*$", re.MULTILINE)
_CELL_END = pattern(r"(?<!\\)(?:\\\\)*\|")


class LineState(BlockState):
    """One text under way, and where it stands in the file.

    Attributes:
        first_line: the line of the file on which this text begins.
        block_start: where the block being read starts in `src`; None between blocks.
        item_start: where the list item whose lines are being collected has its marker.
        items: the line and the text of every item of the list being read.
    """

    def __init__(self, parent: LineState | None = None) -> None:
        super().__init__(parent)
        self.first_line = 1
        self.block_start: int | None = None
        self.item_start: int | None = None
        self.items: list[tuple[int, str]] = []
        self._counted = (0, 0)

    def line_at(self, position: int) -> int:
        """The line of the file that holds the character at `position` of `src`."""
        counted, breaks = self._counted
        if position >= counted:
            breaks += self.src.count("\n", counted, position)
        else:
            breaks -= self.src.count("\n", position, counted)
        self._counted = (position, breaks)
        return self.first_line + breaks

    def place(self, token: Token) -> None:
        """Note the line in the token unless it has one."""
        if "line" not in token:
            start = self.cursor if self.block_start is None else self.block_start
            token["line"] = self.line_at(start)

    def append_token(self, token: Token) -> None:
        """Add a block at the end, with its line."""
        self.place(token)
        super().append_token(token)

    def prepend_token(self, token: Token) -> None:
        """Add a block before the last one, with its line."""
        self.place(token)
        super().prepend_token(token)

    def add_paragraph(self, text: str) -> None:
        """Add to the paragraph under way, or begin one, with its line."""
        last = self.last_token()
        if last and last["type"] == "paragraph":
            last["text"] += text
        else:
            self.append_token({"type": "paragraph", "text": text})

    def child_state(self, src: str, lazy_line_starts: set[int] | None = None) -> LineState:
        """The state of a text cut out of this one: a block quote's or a list item's."""
        child = LineState(self)
        child.process(src)
        if lazy_line_starts:
            child.lazy_line_starts = lazy_line_starts
        start = self.block_start if self.item_start is None else self.item_start
        line = self.line_at(self.cursor if start is None else start)
        if self.item_start is None:
            child.first_line = line
            return child
        # A marker with nothing after it is cut off with its whole line.
        child.first_line = line + bool(_EMPTY_ITEM.match(self.src, self.item_start))
        self.items.append((line, src))
        # Where another item follows, its marker's line is the one just passed.
        self.item_start = self.src.rfind("\n", 0, max(self.cursor - 1, 0)) + 1
        return child


class LineParser(BlockParser):
    """mistune's block parser with lines, tables as GitHub reads them, and nothing inline."""

    state_cls = LineState

    SPECIFICATION: ClassVar[dict[str, str]] = {**BlockParser.SPECIFICATION, "table": TABLE}

    def __init__(self) -> None:
        rules = [*self.DEFAULT_RULES, "table"]
        super().__init__(block_quote_rules=rules, list_rules=rules)
        self.rules = rules

    def parse_method(self, m: Match[str], state: BlockState) -> int | None:
        """Read the block that a rule has found, knowing where it starts."""
        assert isinstance(state, LineState)
        outer, state.block_start = state.block_start, m.start()
        end = super().parse_method(m, state)
        state.block_start = outer
        return end

    def parse_setex_heading(self, m: Match[str], state: BlockState) -> int | None:
        """Turn the paragraph above a line of `=` or `-` into a heading that ends here."""
        last = state.last_token()
        end = super().parse_setex_heading(m, state)
        if end and last is not None and last["type"] == "heading" and last is state.last_token():
            assert isinstance(state, LineState)
            last["end"] = state.line_at(m.start()) + 1
        return end

    def parse_block_quote(self, m: Match[str], state: BlockState) -> int:
        """Read a block quote; one that ends a list is no item of it."""
        assert isinstance(state, LineState)
        outer, state.item_start = state.item_start, None
        end = super().parse_block_quote(m, state)
        state.item_start = outer
        return end

    def parse_list(self, m: Match[str], state: BlockState) -> int:
        """Read a list, and give each item its line and its own text."""
        assert isinstance(state, LineState)
        if state.parent is None and (plain := _PLAIN_LIST.match(state.src, m.start())):
            children = self._plain_items(plain, state)
            if children:
                state.append_token({"type": "list", "children": children})
                return plain.end()
        before = len(state.tokens)
        outer = state.item_start, state.items
        state.item_start, state.items = m.start(), []
        end = super().parse_list(m, state)
        items = state.items
        state.item_start, state.items = outer
        # A block that ends the list is read before the list is added: it is not the first.
        for token in state.tokens[before:]:
            if token["type"] == "list":
                state.place(token)
                for item, (line, source) in zip(token["children"], items, strict=True):
                    item["line"], item["source"] = line, source
                break
        return end

    def _plain_items(self, found: Match[str], state: LineState) -> list[Token]:
        """The items of a plain list; none where one holds a block other than a paragraph."""
        line = state.line_at(found.start())
        begins_block = self.compile_sc(self.list_rules).match
        children: list[Token] = []
        for item in found["items"].split("\n")[:-1]:
            text = f"{item[2:]}\n"
            if not text[0].isalpha() and begins_block(text):
                return []
            paragraph = {"type": "paragraph", "text": text, "line": line}
            children.append(
                {"type": "list_item", "children": [paragraph], "line": line, "source": text}
            )
            line += 1
        return children

    def parse_table(self, m: Match[str], state: BlockState) -> int | None:
        """Read a table as GitHub does: the head decides how many cells a row has."""
        head = split_row(m.group("table_head"))
        if len(head) != len(split_row(m.group("table_rule"))):
            return None
        assert isinstance(state, LineState)
        line = state.line_at(m.start())
        rows = [(line, head)]
        position = m.end()
        while position < state.cursor_max:
            text = state.get_line(position)
            if "|" not in text:
                break
            rows.append((line + len(rows) + 1, split_row(text)))
            position += len(text)
        state.append_token({"type": "table", "rows": rows})
        return position


def split_row(line: str) -> tuple[str, ...]:
    r"""The cells of a table's row, `\|` read as a bar that belongs to the cell."""
    text = line.strip()
    text = text.removeprefix("|")
    cells: list[str] = []
    start = 0
    for end in _CELL_END.finditer(text):
        cells.append(text[start : end.end() - 1])
        start = end.end()
    if start < len(text):
        cells.append(text[start:])
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)
