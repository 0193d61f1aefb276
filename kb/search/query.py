"""What people type -> Query, a small syntax tree. Nothing that is typed fails.

    query   = item*                      all items; words need not all match
    item    = "-" item | "NOT" item      the entry must not match
            | item "OR" item             one of them (binds tighter than a space)
            | "(" query ")"
            | field ":" value            see `kb.search.query_fields`
            | '"' phrase '"'
            | prefix "*" | word "~" | word
    value   = part ("," part)* | low ".." high | (">" | ">=" | "<" | "<=") part

Hyphens, dots, slashes, colons and quotes inside words are data, and so is every operator that
has nothing to work on. What the parser could not use stands in the notices.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.search.query_tree import Either, Filter, Group, Item, Not, Query, Text
from kb.search.results import Notice
from kb.search.text import normalise

LONGEST_QUERY = 2_000
"""Characters; the rest is left out, with a notice."""
MOST_ITEMS = 64
"""Words and filters; the rest is left out, with a notice."""
DEEPEST_GROUP = 12
SHORTEST_PREFIX = 3
SHORTEST_HANGUL_PREFIX = 2

# Most queries need none of these, and to compile one takes longer than to read a query.
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_FIELD = r"(?s)(?P<name>[^\W\d_][\w.-]+):(?P<value>[^\s:/\\].*)"
_EMPTY_FIELD = r'(?P<name>[^\W\d_][\w.-]+):[",\s]*'
_NEXT_WORD = r'\s+([^\s()":,/\\][^\s()":]*)'
_QUOTE = '"'
_CURLY_QUOTES = str.maketrans("“”„", _QUOTE * 3)
_VALUE_OPENS = r"(?s)[^\W\d_][\w.-]+:(?:[<>]=?|(?:.*,)?)"
_COMPARISON = r"(?s)(?P<sign>>=|<=|>|<)(?P<value>.+)"
_JOINED = r"[^\W_]+(?:[-_./:\\@+]+[^\W_]+)*"
OPERATORS = ("OR", "AND", "NOT")


def cleaned(typed: str) -> str:
    """What is read of a typed text: normalised, quotes straight, no control characters."""
    even = normalise(typed)
    if not even.isprintable():
        even = re.sub(_CONTROL, " ", even)
    return even.translate(_CURLY_QUOTES)


def parse(typed: str, other_fields: Collection[str] = ()) -> Query:
    """Read a query. Never raises.

    Args:
        typed: any text.
        other_fields: the front-matter keys beyond `FIELDS` that some entry has.
    """
    whole = cleaned(typed)
    text = whole[:LONGEST_QUERY]
    parser = _Parser(text, frozenset(other_fields), cut=len(text) < len(whole))
    items = parser.items(0)
    notices = parser.notices
    if parser.cut and parser.count <= MOST_ITEMS:
        message = f"only the first {LONGEST_QUERY:,} characters were read"
        notices.append(Notice(_beginning(whole[LONGEST_QUERY:]), message))
    if text.strip() and not items and not notices:
        notices.append(Notice(_beginning(text), "there is no word in it to search for"))
    return Query(text, items, tuple(notices))


def _beginning(text: str) -> str:
    """The first characters, to name a part in a notice."""
    short = " ".join(text[:80].split())
    return f"{short[:40]}…" if len(short) > 40 else short


class _Parser:
    """One pass over the characters; `at` is where it stands."""

    def __init__(self, text: str, other_fields: frozenset[str], *, cut: bool) -> None:
        self.text = text
        self.other_fields = other_fields
        self.cut = cut
        self.notices: list[Notice] = []
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
        negated = False
        while self._negation():
            negated = not negated
            if not self._skip_space():
                return None
        if depth and self.text[self.at] == ")":
            return None
        item = self._plain_item(depth)
        if item is None or not negated:
            return item
        return item.item if isinstance(item, Not) else Not(item)

    def _plain_item(self, depth: int) -> Item | None:
        """An item without a sign before it; None where it says nothing."""
        start = self.at
        if self.text[start] == "(":
            return self._group(depth)
        self.count += 1
        if self.count > MOST_ITEMS:
            self.at = len(self.text)
            message = f"only the first {MOST_ITEMS} words and filters were read"
            self.notices.append(Notice(_beginning(self.text[start:]), message))
            return None
        if self.text[start] == _QUOTE:
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
            self._note_structure("(", f"parentheses more than {DEEPEST_GROUP} deep were left out")
            return None
        items = self.items(depth + 1)
        if self.at < len(self.text):
            self.at += 1
        elif depth == 0:
            self._note_structure(self.text[start:], "the parenthesis is not closed")
        if not items:
            return None
        return items[0] if len(items) == 1 else Group(items)

    def _quoted(self) -> str:
        """The text in quotes that begin here; nothing where they are not closed."""
        end = self._closing_quote()
        if end is not None:
            phrase = self.text[self.at + 1 : end].strip()
            self.at = end + 1
            return phrase
        self._note_structure(self.text[self.at :], "the quote is not closed")
        self.at += 1
        return ""

    def _note_structure(self, part: str, message: str) -> None:
        """Say what is wrong with quotes or parentheses, once, unless the end was cut off."""
        if not self.cut and not any(notice.message == message for notice in self.notices):
            self.notices.append(Notice(_beginning(part), message))

    def _token(self, depth: int) -> Item | None:
        start = self.at
        raw, read = self._raw_token(depth)
        if not raw:
            self.at = max(self.at, start + 1)
            return None
        if ":" not in read:
            return self._word(read, raw)
        match = re.fullmatch(_FIELD, read)
        empty = re.fullmatch(_EMPTY_FIELD, read)
        if empty:
            self._note_empty(empty["name"], start)
        elif match:
            name = self._field(match["name"])
            if name:
                return self._filter(name, match["value"], raw)
            if "." not in match["name"]:
                self.notices.append(Notice(raw, f"there is no field {match['name']}", "?"))
        return self._word(read, raw)

    def _note_empty(self, name: str, start: int) -> None:
        """`service: kakaotalk` has the value in the wrong place."""
        if not self._field(name):
            return
        following = re.match(_NEXT_WORD, self.text[self.at :])
        part = self.text[start : self.at + (following.end() if following else 0)]
        suggestion = f"{name}:{following[1]}" if following else ""
        message = f"the value of {name}: must follow without a space; searched as text"
        self.notices.append(Notice(part, message, suggestion))

    def _raw_token(self, depth: int) -> tuple[str, str]:
        """Characters up to a space, as typed, and without quotes that have no other half.

        Quotes around a field's value keep its spaces together.
        """
        start = self.at
        open_parentheses = 0
        stray: list[int] = []
        while self.at < len(self.text) and not self.text[self.at].isspace():
            character = self.text[self.at]
            if character == _QUOTE:
                end = self._closing_quote() if self._opens_value(start) else None
                if end is None:
                    stray.append(self.at)
                else:
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
        raw = self.text[start : self.at]
        left_out = {at - start for at in stray} if len(stray) % 2 else ()
        return raw, "".join(c for at, c in enumerate(raw) if at not in left_out)

    def _opens_value(self, start: int) -> bool:
        """Whether a quote here keeps together what follows a field's colon, comma or sign."""
        return re.fullmatch(_VALUE_OPENS, self.text[start : self.at]) is not None

    def _closing_quote(self) -> int | None:
        following = range(self.at + 1, len(self.text))
        return next((at for at in following if self.text[at] == _QUOTE), None)

    def _field(self, name: str) -> str | None:
        folded = name.lower().replace("_", "-")
        folded = FIELD_ALIASES.get(folded, folded)
        return folded if folded in FIELDS or folded in self.other_fields else None

    def _filter(self, name: str, value: str, raw: str) -> Item:
        comparison = re.fullmatch(_COMPARISON, value)
        if comparison and (compared := _unquote(comparison["value"]).strip()):
            return Filter(name, (compared,), comparison["sign"], raw)
        if ".." in value and _QUOTE not in value:
            low, _, high = value.partition("..")
            return Filter(name, (low, high), "..", raw)
        values = tuple(v for v in map(_unquote, _split_values(value)) if v.strip())
        return Filter(name, values or (value,), "", raw)

    def _word(self, read: str, part: str) -> Item | None:
        """A word; None for an operator with nothing to work on and for signs alone."""
        if read in OPERATORS or not any(map(str.isalnum, read)):
            return None
        bare = read[:-1]
        if read.endswith("*") and re.fullmatch(_JOINED, bare):
            hangul = "가" <= bare[0] <= "힣"
            shortest = SHORTEST_HANGUL_PREFIX if hangul else SHORTEST_PREFIX
            if len(bare) >= shortest:
                return Text(bare, "prefix", part)
            unit = "syllables" if hangul else "letters"
            message = f"before * must stand {shortest} {unit} or more; searched as a word"
            self.notices.append(Notice(part, message))
        if read.endswith("~") and len(bare) >= 3 and bare.isalnum():
            return Text(bare, "typo", part)
        return Text(read, "word", part)


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
    return Either(tuple(part for item in (left, right) for part in _choices(item)))


def _choices(item: Item) -> tuple[Item, ...]:
    return item.items if isinstance(item, Either) else (item,)


def _split_values(value: str) -> list[str]:
    """Split at commas outside quotes."""
    parts: list[str] = [""]
    quoted = False
    for character in value:
        if character == _QUOTE:
            quoted = not quoted
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _unquote(value: str) -> str:
    return value.replace(_QUOTE, "")
