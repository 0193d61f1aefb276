"""What people type -> Query, a small syntax tree. Nothing that is typed fails.

    query   = item*                      all items; words need not all match
    item    = "-" item | "NOT" item      the entry must not match
            | item "OR" item             one of them (binds tighter than a space)
            | "(" query ")"
            | field ":" value            see `FIELDS`
            | '"' phrase '"'
            | prefix "*" | word "~" | word
    value   = part ("," part)* | low ".." high | (">" | ">=" | "<" | "<=") part

Hyphens, dots, slashes, colons and quotes inside words are data, and so is every operator that
has nothing to work on. What the parser could not use stands in the notices.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from kb.search.results import Notice
from kb.search.text import normalise

LONGEST_QUERY = 2_000
"""Characters; the rest is left out, with a notice."""
MOST_ITEMS = 64
"""Words and filters; the rest is left out, with a notice."""
DEEPEST_GROUP = 12
SHORTEST_PREFIX = 3
SHORTEST_HANGUL_PREFIX = 2

TextKind = Literal["word", "phrase", "prefix", "typo"]

FIELDS: dict[str, str] = {
    "service": "keyword",
    "cause": "keyword",
    "severity": "keyword",
    "status": "keyword",
    "id": "keyword",
    "author": "keyword",
    "tag": "keyword",
    "language": "keyword",
    "trigger": "keyword",
    "detected-by": "keyword",
    "title": "zone",
    "summary": "zone",
    "impact": "zone",
    "timeline": "zone",
    "root-cause": "zone",
    "response": "zone",
    "follow-ups": "zone",
    "source": "zone",
    "date": "period",
    "after": "period",
    "before": "period",
    "since": "period",
    "until": "period",
    "duration": "minutes",
    "detect-time": "minutes",
    "resolve-time": "minutes",
    "is": "state",
    "has": "presence",
    "sort": "sort",
}
"""Field name -> how its values are read. Every other front-matter key is a field as well."""

FIELD_ALIASES: dict[str, str] = {
    "services": "service",
    "서비스": "service",
    "causes": "cause",
    "원인": "cause",
    "심각도": "severity",
    "sev": "severity",
    "상태": "status",
    "authors": "author",
    "작성자": "author",
    "tags": "tag",
    "태그": "tag",
    "lang": "language",
    "언어": "language",
    "제목": "title",
    "요약": "summary",
    "영향": "impact",
    "타임라인": "timeline",
    "대응": "response",
    "후속조치": "follow-ups",
    "follow-up": "follow-ups",
    "followups": "follow-ups",
    "sources": "source",
    "출처": "source",
    "날짜": "date",
    "기간": "duration",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A word, a phrase, the beginning of a word, or a word with a possible typo."""

    text: str
    kind: TextKind = "word"
    part: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Not:
    """The entry must not match the item."""

    item: Item


@dataclass(frozen=True, slots=True)
class Either:
    """The entry matches one of the items."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items in parentheses."""

    items: tuple[Item, ...]


Item = Text | Filter | Not | Either | Group


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query, as typed and as read."""

    typed: str
    items: tuple[Item, ...]
    notices: tuple[Notice, ...] = ()

    def __str__(self) -> str:
        """The query in the syntax it was read from: parsing this gives the same items."""
        return " ".join(map(write, self.items))


_SPECIAL_VALUE = re.compile(r'[\s",()]|\.\.')
_FIELD = re.compile(r"(?P<name>[^\W\d_][\w-]*):(?P<value>[^\s:/\\].*)", re.DOTALL)
_OPENING_QUOTES = '"“”'
_COMPARISON = re.compile(r"(?P<sign>>=|<=|>|<)(?P<value>.+)")


def parse(typed: str, other_fields: Collection[str] = ()) -> Query:
    """Read a query. Never raises.

    Args:
        typed: any text.
        other_fields: the front-matter keys beyond `FIELDS` that some entry has.
    """
    text = normalise(typed).replace("\x00", " ")
    notices: list[Notice] = []
    if len(text) > LONGEST_QUERY:
        text = text[:LONGEST_QUERY]
        notices.append(
            Notice(f"{text[:40]}…", f"only the first {LONGEST_QUERY:,} characters were read")
        )
    parser = _Parser(text, frozenset(other_fields), notices)
    items = parser.items(0)
    return Query(typed, items, tuple(parser.notices))


def write(item: Item) -> str:
    """An item in the syntax it can be read from."""
    if isinstance(item, Text):
        return _write_text(item)
    if isinstance(item, Filter):
        return f"{item.field}:{_write_values(item)}"
    if isinstance(item, Not):
        inner = write(item.item)
        return f"-({inner})" if isinstance(item.item, Either) else f"-{inner}"
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


class _Parser:
    """One pass over the characters; `at` is where it stands."""

    def __init__(self, text: str, other_fields: frozenset[str], notices: list[Notice]) -> None:
        self.text = text
        self.other_fields = other_fields
        self.notices = notices
        self.at = 0
        self.count = 0

    def items(self, depth: int) -> tuple[Item, ...]:
        """The items up to the end, or to the parenthesis that closes this group."""
        found: list[Item] = []
        either = False
        while self._skip_space():
            if depth and self.text[self.at] == ")":
                break
            if (operator := self._operator(found)) is not None:
                either = operator == "OR"
                continue
            item = self._item(depth)
            if item is None:
                continue
            if either:
                found[-1] = _either(found[-1], item)
            else:
                found.append(item)
            either = False
        return tuple(found)

    def _skip_space(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _operator(self, found: list[Item]) -> str | None:
        """OR and AND between two items; elsewhere they are words."""
        for operator in ("OR", "AND"):
            if not found or not self.text.startswith(operator, self.at):
                continue
            rest = self.text[self.at + len(operator) :]
            if rest[:1].isspace() and rest.strip(" \t\n)"):
                self.at += len(operator)
                return operator
        return None

    def _item(self, depth: int) -> Item | None:
        start = self.at
        if self._negation():
            item = self._item(depth) if self._skip_space() else None
            return None if item is None else (item.item if isinstance(item, Not) else Not(item))
        if self.text[start] == "(":
            return self._group(depth)
        self.count += 1
        if self.count > MOST_ITEMS:
            rest = self.text[start:].strip()
            self.at = len(self.text)
            if self.count == MOST_ITEMS + 1:
                self.notices.append(
                    Notice(rest[:40], f"only the first {MOST_ITEMS} words and filters were read")
                )
            return None
        if self.text[start] in _OPENING_QUOTES:
            phrase = self._quoted()
            return Text(phrase, "phrase", self.text[start : self.at]) if phrase else None
        return self._token(depth)

    def _negation(self) -> bool:
        """A minus directly before what it negates, or NOT and a space."""
        rest = self.text[self.at : self.at + 5]
        if rest.startswith("-") and rest[1:2] and not rest[1].isspace() and rest[1] != "-":
            if rest[1] == ")":
                return False
            self.at += 1
            return True
        if rest[:3] == "NOT" and rest[3:4].isspace() and self.text[self.at + 3 :].strip(" \t\n)"):
            self.at += 3
            return True
        return False

    def _group(self, depth: int) -> Item | None:
        start = self.at
        self.at += 1
        if depth >= DEEPEST_GROUP:
            return None
        items = self.items(depth + 1)
        if self.at < len(self.text):
            self.at += 1
        elif depth == 0:
            self.notices.append(Notice(self.text[start:][:40], "the parenthesis is not closed"))
        if not items:
            return None
        return items[0] if len(items) == 1 else Group(items)

    def _quoted(self) -> str:
        """The text in quotes that begin here; nothing where they are not closed."""
        for end in range(self.at + 1, len(self.text)):
            if self.text[end] in _OPENING_QUOTES:
                phrase = self.text[self.at + 1 : end].strip()
                self.at = end + 1
                return phrase
        self.notices.append(Notice(self.text[self.at :][:40], "the quote is not closed"))
        self.at += 1
        return ""

    def _token(self, depth: int) -> Item | None:
        start = self.at
        raw = self._raw_token(depth)
        if not raw:
            self.at = max(self.at, start + 1)
            return None
        match = _FIELD.fullmatch(raw)
        if match and len(match["name"]) > 1:
            name = self._field(match["name"])
            if name:
                return self._filter(name, match["value"], raw)
            self.notices.append(Notice(raw, f"there is no field {match['name']}", "?"))
        return self._word(raw)

    def _raw_token(self, depth: int) -> str:
        """Characters up to a space; quotes after a colon or comma keep their spaces together."""
        start = self.at
        open_parentheses = 0
        while self.at < len(self.text) and not self.text[self.at].isspace():
            character = self.text[self.at]
            if character in _OPENING_QUOTES and self.text[self.at - 1 : self.at] in (":", ","):
                end = next(
                    (
                        i
                        for i in range(self.at + 1, len(self.text))
                        if self.text[i] in _OPENING_QUOTES
                    ),
                    None,
                )
                if end is not None:
                    self.at = end
            elif character == "(":
                if not _closes(self.text, self.at):
                    break
                open_parentheses += 1
            elif character == ")":
                if depth and not open_parentheses:
                    break
                open_parentheses -= 1
            self.at += 1
        return self.text[start : self.at]

    def _field(self, name: str) -> str | None:
        folded = name.lower().replace("_", "-")
        folded = FIELD_ALIASES.get(folded, folded)
        return folded if folded in FIELDS or folded in self.other_fields else None

    def _filter(self, name: str, value: str, raw: str) -> Item:
        comparison = _COMPARISON.fullmatch(value)
        if comparison:
            values: tuple[str, ...] = (_unquote(comparison["value"]),)
            return Filter(name, values, comparison["sign"], raw)
        if ".." in value and value[0] not in _OPENING_QUOTES:
            low, _, high = value.partition("..")
            return Filter(name, (_unquote(low), _unquote(high)), "..", raw)
        values = tuple(v for v in map(_unquote, _split_values(value)) if v.strip())
        return Filter(name, values or (value,), "", raw)

    def _word(self, raw: str) -> Item | None:
        if not any(map(str.isalnum, raw)):
            return None
        bare = raw.rstrip("*~")
        if raw.endswith("*") and raw == f"{bare}*" and bare:
            shortest = SHORTEST_HANGUL_PREFIX if "가" <= bare[0] <= "힣" else SHORTEST_PREFIX
            if len(bare) >= shortest and bare.isalnum():
                return Text(bare, "prefix", raw)
            if len(bare) < shortest:
                message = f"a beginning with * needs {SHORTEST_PREFIX} letters or more"
                self.notices.append(Notice(raw, message, bare))
        if raw.endswith("~") and raw == f"{bare}~" and len(bare) >= 3 and bare.isalnum():
            return Text(bare, "typo", raw)
        return Text(raw, "word", raw)


def _closes(text: str, opening: int) -> bool:
    """Whether the parenthesis inside a word is closed before the next space."""
    depth = 0
    for character in text[opening:]:
        if character.isspace():
            return False
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return True
    return False


def _either(left: Item, right: Item) -> Either:
    items = left.items if isinstance(left, Either) else (left,)
    return Either((*items, right))


def _split_values(value: str) -> list[str]:
    """Split at commas outside quotes."""
    parts: list[str] = [""]
    quoted = False
    for character in value:
        if character in _OPENING_QUOTES:
            quoted = not quoted
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _unquote(value: str) -> str:
    return "".join(c for c in value if c not in _OPENING_QUOTES)


def without(query: Query, item: Item) -> Query:
    """The query without one of its top-level items: how a facet is taken off again."""
    items = tuple(other for other in query.items if other != item)
    return replace(query, items=items, typed=" ".join(map(write, items)))
