"""A query as it was read: a small syntax tree, and how it is written out again."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from kb.record import record

if TYPE_CHECKING:
    from kb.search.results import Notice

TextKind = Literal["word", "phrase", "prefix", "typo"]
_SPECIAL_VALUE = re.compile(r'[\s",()]|\.\.|^[:/\\<>=]')


@record
class Text:
    """A word, a phrase, the beginning of a word, or a word with a possible typo."""

    text: str
    kind: TextKind = "word"
    part: str = dataclasses.field(default="", compare=False)


@record
class Filter:
    """`field:value`.

    Attributes:
        values: any of these; for a comparison, the one value.
        comparison: empty for "is", else `..` (then two values, "" for an open end), `>`,
            `>=`, `<`, `<=`.
        part: the piece of the query as typed.
    """

    field: str
    values: tuple[str, ...]
    comparison: str = ""
    part: str = dataclasses.field(default="", compare=False)


@record
class Not:
    """The entry must not match the item."""

    item: Item


@record
class Either:
    """The entry matches one of the items."""

    items: tuple[Item, ...]


@record
class Group:
    """Items in parentheses."""

    items: tuple[Item, ...]


Item = Text | Filter | Not | Either | Group


@record
class Query:
    """A whole query.

    Attributes:
        typed: the text as it was read: see `cleaned`.
    """

    typed: str
    items: tuple[Item, ...]
    notices: tuple[Notice, ...] = ()

    def __str__(self) -> str:
        """The query in the syntax it was read from: parsing this gives the same items."""
        return " ".join(map(write, self.items))


def write(item: Item) -> str:
    """An item in the syntax it can be read from."""
    if isinstance(item, Text):
        return _write_text(item)
    if isinstance(item, Filter):
        return f"{item.field}:{_write_values(item)}"
    if isinstance(item, Not):
        inner = write(item.item)
        if isinstance(item.item, Either):
            return f"-({inner})"
        return f"NOT {inner}" if inner.startswith(("-", ")")) else f"-{inner}"
    if isinstance(item, Either):
        return " OR ".join(map(write, item.items))
    return f"({' '.join(map(write, item.items))})"


def _write_text(item: Text) -> str:
    if item.kind == "prefix":
        return f"{item.text}*"
    if item.kind == "typo":
        return f"{item.text}~"
    if item.kind == "phrase":
        return f'"{item.text}"'
    return item.text


def _write_values(item: Filter) -> str:
    if item.comparison == "..":
        return "..".join(item.values)
    values = ",".join(f'"{v}"' if _SPECIAL_VALUE.search(v) else v for v in item.values)
    return f"{item.comparison}{values}"


def without(query: Query, item: Item) -> Query:
    """The query without one of its top-level items: how a facet is taken off again."""
    items = tuple(other for other in query.items if other != item)
    return replace(query, items=items, typed=" ".join(map(write, items)))
