"""The last piece of a query that is still being typed: where it begins and what it is part of."""

from __future__ import annotations

import re
from collections.abc import Collection

from kb.record import record
from kb.search.query import cleaned
from kb.search.query_fields import FIELD_ALIASES, FIELDS

_QUOTES = '"“”„'
_OPENING = re.compile(r"[-(]*|.*[:：,<>=]", re.DOTALL)
"""What stands before a quote that keeps words together; elsewhere a quote is a character."""
_FIELD = re.compile(r"(?P<name>[^\W\d_][\w.-]*):(?P<sign>[<>]=?)?(?P<value>.*)", re.DOTALL)
_WORD = re.compile(r"[^\s\"()]+")


@record
class Piece:
    """The last piece of a query, after a minus or parenthesis that stands before it.

    Attributes:
        start: the character of the query at which it begins; it ends with the query.
        field: the field whose value it is, or empty for plain text.
        head: what of it is complete and stays: field and values before the last comma, the
            words of a phrase before the last one.
        typed: the rest, to be completed; without quotes, normalised.
        quoted: whether it stands in quotes that are still open.
        others: the values of the same field that stand in `head`.
        before: the words typed earlier, or None where there is more than plain words.
    """

    start: int
    field: str
    head: str
    typed: str
    quoted: bool = False
    others: tuple[str, ...] = ()
    before: tuple[str, ...] | None = ()


def last_piece(query: str, other_fields: Collection[str]) -> Piece | None:
    """The last piece; None where the query ends between two, or with a field of no such name.

    Args:
        query: as typed, up to where the person stands.
        other_fields: the front-matter keys beyond `FIELDS` that some entry has.
    """
    start, open_quote = _last_start(query)
    text = cleaned(query[start:])
    if not text.strip() or text.endswith(("*", "~")):
        return None
    before = _plain_words(cleaned(query[:start]))
    match = _FIELD.fullmatch(text)
    if match is None:
        if open_quote:
            head, _, typed = text.rpartition(" ")
            head = f"{head} " if head else '"'
            return Piece(start, "", head, typed.removeprefix('"'), quoted=True, before=before)
        return None if '"' in text else Piece(start, "", "", text, before=before)
    field = _known(match["name"], other_fields)
    if not field or (not open_quote and text.endswith('"')):
        return None
    return _value(start, field, text[: match.start("value")], match["value"], quoted=open_quote)


def _last_start(query: str) -> tuple[int, bool]:
    """Where the last piece begins, and whether a quote in it is still open."""
    start, open_quote = 0, False
    for at, character in enumerate(query):
        if character in _QUOTES and (open_quote or _OPENING.fullmatch(query, start, at)):
            open_quote = not open_quote
        elif character.isspace() and not open_quote:
            start = at + 1
    while query[start : start + 1] in ("-", "(") and start < len(query):
        start += 1
    return start, open_quote


def _plain_words(text: str) -> tuple[str, ...] | None:
    words = tuple(text.split())
    return (
        words if all(_WORD.fullmatch(w) and ":" not in w and w[0] != "-" for w in words) else None
    )


def _known(name: str, other_fields: Collection[str]) -> str:
    folded = name.lower().replace("_", "-")
    folded = FIELD_ALIASES.get(folded, folded)
    return folded if folded in FIELDS or folded in other_fields else ""


def _value(start: int, field: str, head: str, value: str, *, quoted: bool) -> Piece:
    """A piece of a field: what stands after the open quote or the last comma is completed."""
    complete, mark, typed = value.rpartition('"' if quoted else ",")
    complete += "" if quoted else mark
    others = tuple(one.strip('"') for one in complete.split(",") if one.strip('"'))
    return Piece(start, field, head + complete, typed, quoted=quoted, others=others, before=None)
