"""The YAML above an entry, read as text with lines, whatever state it is in.

YAML types nothing here: `no` stays `no`, `10:54` is not 654 and `2024-07-18` is not a date
object, since every field knows best how to read what was typed. So only YAML's events are
used, which also bounds what a hostile file can cost: an alias is followed a limited number
of times and nesting ends at a depth. Where YAML gives up, the plain `key: value` lines are
read without it, so that a broken entry still has its title, date and services.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Any

from kb.document.front_matter_keys import canonical_key
from kb.finding import Finding, Level
from kb.patterns import lazily, pattern
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence

MAXIMUM_DEPTH = 20
MAXIMUM_VALUES = 20_000

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_KEY_LINE = pattern(r"(?P<key>[^\W\d][\w .\-]{0,60}?)[ \t]*[:：](?:[ \t]+(?P<value>.*))?$")
_ITEM_LINE = pattern(r"[ \t]*-[ \t]+(?P<value>.*)$")
_COMMENT = pattern(r"(?:^|\s)#.*$")


@record
class Scalar:
    """A single value as typed; `empty` where nothing, `~` or `null` stands there."""

    text: str
    line: int
    empty: bool = False


@record
class Several:
    """A YAML list."""

    items: tuple[Value, ...]
    line: int


@record
class Table:
    """A YAML mapping, in the order of the file; a key may stand twice."""

    pairs: tuple[tuple[Scalar, Value], ...]
    line: int


Value = Scalar | Several | Table


@record
class FrontMatter:
    """What stands above an entry's text.

    Attributes:
        values: key -> value; of a key that stands twice, the last one.
        lines: key -> the line it stands on.
        body_line: the line of the file, from 1, on which the text below begins.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    body_line: int = 1


class _Refused(Exception):
    """YAML that is well formed and still not acceptable; says why, and where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read_front_matter(lines: Sequence[str], path: str) -> FrontMatter:
    """Read the front matter of a file's lines; never raises."""
    boundary = _boundary()
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not lines or not boundary.fullmatch(lines[first]):
        return _missing(path)
    last = next((n for n in range(first + 1, len(lines)) if _closes(lines[n], boundary)), None)
    findings: list[Finding] = []
    if last is None:
        last = _likely_end(lines, first + 1)
        if last == first + 1:
            return _missing(path)
        help_ = "Close the front matter with a line of `---` below its last key."
        findings.append(_finding(path, first + 1, "The front matter is never closed.", help_))
        body_line = last + 1
    else:
        body_line = last + 2
    inner = lines[first + 1 : last]
    table, found = read_yaml(inner, first + 2, path)
    findings += found
    values, where, found = _by_key(table, path)
    return FrontMatter(values, where, (*findings, *found), body_line)


@cache
def _boundary() -> re.Pattern[str]:
    """The line above and below front matter; python-frontmatter, and with it YAML, is loaded."""
    with lazily():
        from frontmatter.default_handlers import YAMLHandler

    assert YAMLHandler.FM_BOUNDARY is not None
    return YAMLHandler.FM_BOUNDARY


def _closes(line: str, boundary: re.Pattern[str]) -> bool:
    return line.startswith(("---", "...")) and (
        boundary.fullmatch(line) is not None or line.rstrip() == "..."
    )


def _missing(path: str) -> FrontMatter:
    help_ = "Begin the file with a line of `---`, the keys (`title: ...`) and another `---`."
    return FrontMatter(findings=(_finding(path, 1, "The entry has no front matter.", help_),))


def _likely_end(lines: Sequence[str], start: int) -> int:
    """Where front matter that nobody closed ends: at the first line that cannot be YAML."""
    for place in range(start, len(lines)):
        line = lines[place]
        if not (_KEY_LINE.match(line) or line[:1] in {" ", "\t", "-"}):
            return place
    return len(lines)


def _finding(path: str, line: int, message: str, help_: str, level: Level = "error") -> Finding:
    return Finding("front-matter", level, path, line, message, help_)


def read_yaml(
    lines: Sequence[str], first_line: int, path: str
) -> tuple[Table, tuple[Finding, ...]]:
    """Read the lines between two boundaries as a table, whatever state they are in.

    Args:
        lines: the lines between the boundaries.
        first_line: the file's line on which the first of them stands.
        path: the file, for findings.
    """
    findings: list[Finding] = []
    text = "\n".join(lines)
    if "\t" in text:
        tabbed = next((n for n, line in enumerate(lines) if re.match(r"\s*\t", line)), None)
        if tabbed is not None:
            help_ = "Indent with spaces: YAML does not allow tabs there."
            message = "The front matter is indented with a tab, read here as two spaces."
            findings.append(_finding(path, first_line + tabbed, message, help_, "warning"))
        text = text.replace("\t", "  ")
    try:
        value = _compose(text, first_line)
    except _Refused as refused:
        help_ = "Write the value out plainly."
        findings.append(_finding(path, refused.line, str(refused), help_))
        return _salvaged(lines, first_line), tuple(findings)
    if isinstance(value, Table):
        return value, tuple(findings)
    if not (isinstance(value, Scalar) and value.empty):
        kind = "a list" if isinstance(value, Several) else "plain text"
        help_ = "Write one `key: value` on each line, such as `title: ...`."
        message = f"The front matter is {kind}, not keys with values."
        findings.append(_finding(path, first_line, message, help_))
    return Table((), first_line), tuple(findings)


def _compose(text: str, first_line: int) -> Value:
    """Read YAML as a value; raises `_Refused` for what is malformed or would cost too much."""
    import yaml

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        loader = loader_class(text)
        try:
            return _Composer(loader, first_line).read()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise _Refused(f"YAML cannot read the front matter: {error.problem}.", line) from error
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise _Refused(f"YAML cannot read the front matter: {reason}.", first_line) from error


class _Composer:
    """Builds values from YAML's events, without recursion and within bounds."""

    def __init__(self, loader: Any, first_line: int) -> None:  # noqa: ANN401 - either loader
        self._loader = loader
        self._first_line = first_line
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._count = 0

    def read(self) -> Value:
        """The document's one value."""
        import yaml

        open_nodes: list[tuple[Any, list[Value], int]] = []
        value: Value
        while True:
            event = self._loader.get_event()
            line = self._first_line + event.start_mark.line
            size = 1
            match event:
                case yaml.ScalarEvent():
                    empty = not event.style and event.implicit[0] and event.value in _NULLS
                    value = Scalar("" if empty else event.value, line, empty)
                    self._remember(event, value, 1)
                    self._spend(1, line)
                case yaml.StreamEndEvent():
                    return Scalar("", line, empty=True)
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    if len(open_nodes) >= MAXIMUM_DEPTH:
                        raise _Refused("The front matter is nested too deeply.", line)
                    open_nodes.append((event, [], self._count))
                    continue
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    start, children, before = open_nodes.pop()
                    value = self._closed(start, children)
                    size = self._count - before + 1
                    self._remember(start, value, size)
                    self._spend(1, line)
                case yaml.AliasEvent():
                    if event.anchor not in self._anchors:
                        message = f"The alias *{event.anchor} names nothing above it."
                        raise _Refused(message, line)
                    value, size = self._anchors[event.anchor]
                    self._spend(size, line)
                case _:
                    continue
            if not open_nodes:
                return value
            open_nodes[-1][1].append(value)

    def _spend(self, count: int, line: int) -> None:
        self._count += count
        if self._count > MAXIMUM_VALUES:
            raise _Refused("The front matter's aliases unfold into too many values.", line)

    def _remember(self, event: Any, value: Value, size: int) -> None:  # noqa: ANN401 - an event
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, size)

    def _closed(self, event: Any, children: list[Value]) -> Value:  # noqa: ANN401 - an event
        import yaml

        line = self._first_line + event.start_mark.line
        if isinstance(event, yaml.SequenceStartEvent):
            return Several(tuple(children), line)
        keys = children[::2]
        pairs = tuple(
            (key if isinstance(key, Scalar) else Scalar(", ".join(texts_of(key)), key.line), value)
            for key, value in zip(keys, children[1::2], strict=True)
        )
        return Table(pairs, line)


def texts_of(value: Value) -> Iterator[str]:
    """Every text in a value, keys of nested mappings left out, empty ones too."""
    match value:
        case Scalar(text=text, empty=empty):
            if not empty and text.strip():
                yield text
        case Several(items=items):
            for item in items:
                yield from texts_of(item)
        case Table(pairs=pairs):
            for _, item in pairs:
                yield from texts_of(item)


def _salvaged(lines: Sequence[str], first_line: int) -> Table:
    """The plain `key: value` lines, and the `- item` lines below a key without a value."""
    pairs: list[tuple[Scalar, Value]] = []
    for offset, line in enumerate(lines):
        number = first_line + offset
        item = _ITEM_LINE.match(line)
        key, several = pairs[-1] if pairs else (None, None)
        if item and key and isinstance(several, Several):
            text = _unquoted(item["value"])
            pairs[-1] = (key, Several((*several.items, Scalar(text, number)), several.line))
            continue
        plain = _KEY_LINE.match(line)
        if not plain:
            continue
        raw = (plain["value"] or "").strip()
        value: Value = Scalar(_unquoted(raw), number)
        if not raw:
            value = Several((), number)
        elif raw.startswith("["):
            inner = _COMMENT.sub("", raw).strip().strip("[]").split(",")
            texts = [_unquoted(part) for part in inner if part.strip()]
            value = Several(tuple(Scalar(text, number) for text in texts), number)
        pairs.append((Scalar(plain["key"], number), value))
    return Table(tuple(pairs), first_line)


def _unquoted(raw: str) -> str:
    text = raw.strip()
    if len(text) >= 2 and text[0] in "\"'" and text[0] == text[-1]:
        return text[1:-1]
    return _COMMENT.sub("", text).strip().strip("\"'")


def _by_key(
    table: Table, path: str
) -> tuple[dict[str, Value], dict[str, int], tuple[Finding, ...]]:
    """The pairs by folded key; one that stands twice is a finding, and its last value counts."""
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    findings: list[Finding] = []
    for key, value in table.pairs:
        name = canonical_key(key.text)
        if not name:
            continue
        if name in values:
            message = f"`{key.text}` stands on line {lines[name]} already; this one counts."
            help_ = "Keep one of the two lines."
            findings.append(_finding(path, key.line, message, help_))
        values[name], lines[name] = value, key.line
    return values, lines, tuple(findings)
