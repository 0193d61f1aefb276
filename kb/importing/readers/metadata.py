"""What stands above a document's text (YAML, TOML or JSON) as fields of text values with lines.

Nothing is typed and nothing is renamed: `start_time: 2024-07-18T10:54:00Z` is the field
`start_time` with that text. Understanding it is for others; here no key may be lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.document.front_matter import Scalar, Several, Table, Value, read_yaml, texts_of
from kb.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

MAXIMUM_LINES = 5_000
"""Above this, a block between two boundaries is text between two rules."""

_LARGEST_TOML = 100_000
_YAML = re.compile(r"-{3,}[ \t]*")
_TOML = re.compile(r"\+{3,}[ \t]*")
_TOML_KEY = re.compile(
    r"[ \t]*(?:\[+(?P<table>[^\[\]]+)\]+|(?P<key>[\w\"'.-]+)[ \t]*=(?P<value>.*))"
)
_TOML_LINE = re.compile(r"at line (\d+)")
_TOML_DEPTH = re.compile(r"[\[{.]")
_JSON_KEY = re.compile(r'"([\w -]{1,60})"\s*:')
_FOLDED = re.compile(r"[\s\-_]+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields above a text.

    Attributes:
        fields: folded key -> values; one of a nested mapping is `outer_inner`.
        lines: folded key -> its line in the file, from 1.
        body: index of the first line below the front matter, from 0.
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    body: int = 0


class Gathering:
    """Fields in the making; a key that stands twice keeps both values."""

    def __init__(self) -> None:
        self.fields: dict[str, tuple[str, ...]] = {}
        self.lines: dict[str, int] = {}

    def add(self, key: str, values: Sequence[str], line: int = 0) -> None:
        """Note a field; an empty key is nothing, an empty value is kept."""
        name = fold(key)
        if not name:
            return
        stripped = tuple(text for value in values if (text := value.strip()))
        self.fields[name] = (*self.fields.get(name, ()), *stripped)
        if line:
            self.lines.setdefault(name, line)


def fold(key: str) -> str:
    """A key in lower case, its words joined by `_`."""
    return _FOLDED.sub("_", key.strip().casefold()).strip("_")


def read_metadata(lines: Sequence[str], name: str) -> Metadata:
    """Read the front matter of a document, if it has any; never raises."""
    first = next((n for n, line in enumerate(lines[:20]) if line.strip()), 0)
    boundary = _YAML if _YAML.fullmatch(lines[first]) else _TOML
    if not boundary.fullmatch(lines[first]):
        return Metadata()
    below = range(first + 1, min(first + 1 + MAXIMUM_LINES, len(lines)))
    last = next((n for n in below if _closes(lines[n], boundary)), None)
    if last is None:
        return _unclosed(lines, first, name)
    read = _from_yaml if boundary is _YAML else _from_toml
    gathered, findings = read(lines[first + 1 : last], first + 2, name)
    if not gathered.fields and any(line.strip() for line in lines[first + 1 : last]):
        return Metadata()  # a text between two rules
    return Metadata(gathered.fields, gathered.lines, findings, last + 1)


def read_json_metadata(lines: Sequence[str]) -> Metadata | None:
    """JSON above a text, as Hugo takes it; None where there is no text below, or no JSON."""
    import json

    text = "\n".join(lines[:MAXIMUM_LINES])
    start = len(text) - len(text.lstrip())
    try:
        values, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    line_end = text.find("\n", end)
    if not isinstance(values, dict) or line_end < 0 or text[end:line_end].strip():
        return None
    if not text[line_end:].strip() or text[line_end:].lstrip()[0] in "{[":
        return None
    places = {
        fold(found[1]): number
        for number, line in enumerate(lines[: text.count("\n", 0, end) + 1], 1)
        for found in _JSON_KEY.finditer(line)
    }
    gathered = Gathering()
    add_nested(gathered, values, places, 1)
    return Metadata(gathered.fields, gathered.lines, (), text.count("\n", 0, line_end) + 1)


def _closes(line: str, boundary: re.Pattern[str]) -> bool:
    if not line.startswith(("---", "+++", "...")):
        return False
    return bool(boundary.fullmatch(line)) or (boundary is _YAML and line.rstrip() == "...")


def _unclosed(lines: Sequence[str], first: int, name: str) -> Metadata:
    """Front matter that nobody closed: the `key: value` lines at its beginning, if any."""
    plain = re.compile(r"[^\W\d][\w .-]{0,40}[:=]([ \t]|$)|[ \t]+\S|- ")
    last = first + 1
    while last < min(len(lines), first + MAXIMUM_LINES) and plain.match(lines[last]):
        last += 1
    gathered, found = _from_yaml(lines[first + 1 : last], first + 2, name)
    if not gathered.fields:
        return Metadata()
    finding = _finding(name, first + 1, "The front matter is never closed.")
    return Metadata(gathered.fields, gathered.lines, (finding, *found), last)


def _finding(name: str, line: int, message: str) -> Finding:
    help_ = "The whole original is kept; check these keys."
    return Finding("front-matter", "warning", name, line, message, help_)


def _from_yaml(
    lines: Sequence[str], first_line: int, name: str
) -> tuple[Gathering, tuple[Finding, ...]]:
    table, findings = read_yaml(lines, first_line, name)
    gathered = Gathering()
    pending: list[tuple[str, Scalar, Value]] = [("", *pair) for pair in reversed(table.pairs)]
    while pending:
        prefix, key, value = pending.pop()
        full = f"{prefix}{key.text}"
        if isinstance(value, Table):
            pending += [(f"{full}_", *pair) for pair in reversed(value.pairs)]
        else:
            gathered.add(full, _values(value), key.line)
    return gathered, findings


def _values(value: Value) -> tuple[str, ...]:
    """Each item of a list as one text; what an item nests is joined by commas."""
    if isinstance(value, Several):
        return tuple(", ".join(texts_of(item)) for item in value.items)
    return tuple(texts_of(value))


def _from_toml(
    lines: Sequence[str], first_line: int, name: str
) -> tuple[Gathering, tuple[Finding, ...]]:
    import tomllib

    text = "\n".join(lines)
    places = _toml_places(lines, first_line)
    gathered = Gathering()
    deepest = max((len(_TOML_DEPTH.findall(line)) for line in lines), default=0)
    if len(text) > _LARGEST_TOML or deepest > 2000:
        return gathered, (_finding(name, first_line, "The front matter is too large to be TOML."),)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        place = _TOML_LINE.search(str(error))
        line = first_line + (int(place[1]) if place else len(lines)) - 1
        for number, plain in enumerate(lines, first_line):
            if (found := _TOML_KEY.match(plain)) and found["key"]:
                gathered.add(found["key"].strip("\"'"), [found["value"].strip(" \t\"'")], number)
        return gathered, (_finding(name, line, f"TOML cannot read the front matter: {error}."),)
    add_nested(gathered, values, places, first_line)
    return gathered, ()


def _toml_places(lines: Sequence[str], first_line: int) -> dict[str, int]:
    places: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(lines, first_line):
        found = _TOML_KEY.match(line)
        if found and found["table"]:
            prefix = f"{found['table']}_"
        elif found:
            places.setdefault(fold(f"{prefix}{found['key']}".replace(".", "_")), number)
    return places


def add_nested(
    gathered: Gathering, values: Mapping[str, object], places: Mapping[str, int], line: int
) -> None:
    """Add a parsed TOML or JSON mapping; a nested key is `outer_inner`."""
    pending: list[tuple[str, object]] = list(values.items())[::-1]
    while pending:
        key, value = pending.pop()
        if isinstance(value, Mapping):
            pending += [(f"{key}_{inner}", item) for inner, item in value.items()][::-1]
        else:
            items = value if isinstance(value, list) else [value]
            texts = [text for item in items if (text := text_of(item))]
            gathered.add(key, texts, places.get(fold(key), line))


def text_of(value: object) -> str:
    """A parsed value as text: dates in ISO 8601, no for None, nested values joined by commas."""
    texts: list[str] = []
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Mapping):
            pending += reversed(list(item.values()))
        elif isinstance(item, list):
            pending += reversed(item)
        elif isinstance(item, bool):
            texts.append("true" if item else "false")
        elif item is not None:
            isoformat = getattr(item, "isoformat", None)
            texts.append(isoformat() if isoformat else str(item))
    return ", ".join(texts)
