"""Any HTML -> small, well-formed HTML: in one pass, in linear time, whatever was written.

Pages come unclosed, nested a hundred thousand deep, or made to stall a parser. What passes here
is balanced, at most `MAXIMUM_DEPTH` deep, bounded in size, and holds only elements that mean
something in Markdown; every line of text carries the number of the line it stood on. Scripts,
styles and comments end here. Nothing later has to be careful.
"""

from __future__ import annotations

import html
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from kb.importing.readers.html_meaning import (
    box_of,
    classes_of,
    is_bold,
    is_furniture,
    written_as,
)
from kb.importing.readers.line_marks import mark, without_reserved

MAXIMUM_DEPTH = 120
MAXIMUM_ELEMENTS = 12_000
MAXIMUM_TEXT = 600_000
MAXIMUM_MARKUP = 100_000
"""Elements written, characters, and pieces of markup looked at. A page at one of these bounds
takes a second or two; what stands below is left to the original."""

_LONGEST_VALUE = 2_000
_LONGEST_TAG = 20_000
_LONGEST_STYLE = 100_000

_RAW = frozenset("script style noscript template iframe svg math object textarea select".split())
_VOID = frozenset("br hr img input meta wbr".split())
_BLOCKS = frozenset(
    """
    address article aside blockquote body center details dialog dd div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup html li main nav ol p pre search section
    summary table tbody td tfoot th thead tr ul caption head title
    """.split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_INLINE = frozenset("a b code del em i kbd q s samp span strike strong time u button label".split())
_STYLED = frozenset("span font".split())
_KEPT = _BLOCKS | _INLINE | _VOID | _STYLED
_SCOPES = frozenset("td th table li ul ol body html".split())
"""An end tag of anything else does not reach beyond these."""

_CLOSED_BY = {
    "li": ({"li"}, {"ul", "ol"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "td": ({"td", "th"}, {"table", "tr"}),
    "th": ({"td", "th"}, {"table", "tr"}),
    "tr": ({"tr"}, {"table"}),
    "tbody": ({"tbody", "thead", "tfoot", "caption"}, {"table"}),
    "tfoot": ({"tbody", "thead", "tfoot", "caption"}, {"table"}),
    "thead": ({"tbody", "thead", "tfoot", "caption"}, {"table"}),
}
"""Start tag -> (the open elements that it ends, the ones that it looks no further than)."""

_ENDS_BY_ITSELF = frozenset("p li td th tr dt dd".split())

_ATTRIBUTES = frozenset(
    """
    href src alt class id role type checked start colspan datetime data-task-state data-checked
    aria-hidden hidden name property content style aria-label
    """.split()
)
_MARKED = frozenset({"alt", "content"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:_-]{0,60})")
_TAG_STOP = re.compile(r">|=\s*[\"']")
_RULE = re.compile(r"\.([\w-]+)\s*\{([^{}]*)\}")
_ATTRIBUTE = re.compile(r"([^\s=/>\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+))?")
_LONG_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")
_SPACES = re.compile(r"[ \t\f\v\xa0\u200b\ufeff]+")
_CODE_SPACES = re.compile("[\xa0\u200b\ufeff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page made safe.

    Attributes:
        html: well-formed, bounded, with line marks in its text.
        cut_at: the line on which a bound was reached; 0 where the page is whole.
        left_out: characters of text that were taken for navigation and the like.
    """

    html: str
    cut_at: int
    left_out: int


class _Open(NamedTuple):
    """An element that is open: its name in the page, and the one written for it, if any.

    What stands in a silent one is not written.
    """

    name: str
    written: str
    silent: bool = False
    has_tasks: bool = False


@dataclass(slots=True)
class _Output:
    """The page in the making: what is written and what is open."""

    parts: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    too_deep: dict[str, int] = field(default_factory=dict)
    elements: int = 0
    characters: int = 0
    left_out: int = 0
    swallowed: bool = False

    def is_full(self) -> bool:
        return self.elements >= MAXIMUM_ELEMENTS or self.characters >= MAXIMUM_TEXT

    def start(self, element: _Open, attributes: str) -> None:
        """Open an element; written as nothing, it only waits for its end."""
        name, written, silent, has_tasks = element
        self._end_implied(name)
        silent = silent or self.is_silent()
        if silent or (written == "strong" and any(_is_strong(element) for element in self.open)):
            written = ""
        if name not in _VOID:
            if len(self.open) >= MAXIMUM_DEPTH:
                self.too_deep[name] = self.too_deep.get(name, 0) + 1
                return
            self.open.append(_Open(name, written, silent, has_tasks))
        if written == "strong" and self.parts and self.parts[-1] == "</strong>":
            self.parts.pop()  # bold text in several pieces is one piece
        elif written:
            self.parts.append(f"<{written}{attributes}>")
        if written:
            self.elements += 1
            self.characters += len(attributes)

    def is_silent(self) -> bool:
        return bool(self.open) and self.open[-1].silent

    def end(self, name: str) -> None:
        """Close the nearest element of this name and what is open in it, if there is one."""
        if self.too_deep.get(name):
            self.too_deep[name] -= 1
            return
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place].name == name:
                self.close_to(place)
                return
            if self.open[place].name in _SCOPES and name not in _SCOPES:
                return

    def close_to(self, place: int) -> None:
        """Close all from this place in the stack on."""
        for outer, element in pairwise(self.open[place:]):
            if element.silent and not outer.silent and element.name not in _ENDS_BY_ITSELF:
                self.swallowed = True
        for element in reversed(self.open[place:]):
            if element.written:
                self.parts.append(f"</{element.written}>")
        del self.open[place:]

    def _end_implied(self, name: str) -> None:
        """Close what a start tag ends without saying so: `<li>` the item before it, and so on."""
        if name in _BLOCKS:
            ended = _HEADINGS | {"p"} if name in _HEADINGS else {"p"}
            self._close_nearest(ended, _BLOCKS)
        if name in _CLOSED_BY:
            self._close_nearest(*_CLOSED_BY[name])

    def _close_nearest(self, ended: AbstractSet[str], scope: AbstractSet[str]) -> None:
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place].name in ended:
                self.close_to(place)
                return
            if self.open[place].name in scope:
                return

    def text(self, text: str, line: int) -> None:
        """Write text; its lines are joined by spaces except in `<pre>`."""
        if self.is_silent():
            self.left_out += len(text.strip())
            return
        lines = text.split("\n")
        in_code = any(element.name == "pre" for element in self.open)
        marked = []
        for number, part in enumerate(lines, line):
            part = _CODE_SPACES.sub(" ", part) if in_code else _SPACES.sub(" ", part)  # noqa: PLW2901 - folded
            bare = part.rstrip(" ")
            if bare:
                escaped = html.escape(bare, quote=False)
                marked.append(f"{escaped}{mark(number)}{part[len(bare) :]}")
            else:
                marked.append(part)
        written = ("\n" if in_code else " ").join(marked)
        self.parts.append(written)
        self.characters += len(text)


def _is_strong(element: _Open) -> bool:
    """Whether all text in an element is bold, so that bold in it says nothing more."""
    return element.written == "strong" or element.written in _HEADINGS


def clean(text: str, first_line: int = 1) -> CleanPage:
    """Make a page safe; never raises.

    Args:
        text: HTML, lines ended by LF.
        first_line: the line of the original on which it begins.
    """
    text = without_reserved(text)
    cleaning = _Cleaning(text, first_line)
    page = cleaning.run()
    if cleaning.has_unclosed_furniture:  # it has swallowed the document
        page = _Cleaning(text, first_line, keep_furniture=True).run()
    return page


class _Cleaning:
    """One pass over a page."""

    def __init__(self, text: str, first_line: int, *, keep_furniture: bool = False) -> None:
        self._source = text
        self._line = first_line
        self._at = 0
        self._output = _Output()
        self._bold_classes: set[str] = set()
        self._never_closed: set[str] = set()
        self._quotes_count = True
        self._pieces = 0
        self._keep_furniture = keep_furniture
        self.has_unclosed_furniture = False

    def run(self) -> CleanPage:
        source, output = self._source, self._output
        while self._at < len(source) and not output.is_full() and self._pieces < MAXIMUM_MARKUP:
            self._pieces += 1
            start = source.find("<", self._at)
            start = len(source) if start < 0 else start
            self._write(start)
            if start < len(source):
                self._markup()
        cut_at = self._line if self._at < len(source) else 0
        self.has_unclosed_furniture = output.swallowed or output.is_silent()
        output.close_to(0)
        return CleanPage("".join(output.parts), cut_at, output.left_out)

    def _write(self, end: int) -> None:
        """Write the text up to `end`, no more of it than there is room for."""
        end = min(end, self._at + MAXIMUM_TEXT - self._output.characters + 1)
        text = self._source[self._at : end]
        if text:
            self._output.text(_unescaped(text), self._line)
        self._move_to(end)

    def _move_to(self, place: int) -> None:
        self._line += self._source.count("\n", self._at, place)
        self._at = place

    def _markup(self) -> None:
        """Read one piece of markup, or a `<` that is none."""
        source, at = self._source, self._at
        if source[at : at + 1] != "<":
            return
        if source.startswith("<!--", at):
            self._skip_past("-->", at + 4)
        elif source.startswith(("<!", "<?"), at):
            self._skip_past(">", at + 2)
        elif (tag := _TAG.match(source, at)) is not None:
            self._tag(tag)
        else:
            end = source.find("<", at + 1)
            while 0 <= end < len(source) - 1 and source[end + 1] in "< \n":
                end = source.find("<", end + 1)
            self._write(len(source) if end < 0 else end)

    def _skip_past(self, mark_: str, start: int) -> None:
        """Go on behind a mark; where it never comes, behind the two characters that began it."""
        end = -1 if mark_ in self._never_closed else self._source.find(mark_, start)
        if end < 0:
            self._never_closed.add(mark_)
            self._move_to(min(start, len(self._source)))
        else:
            self._move_to(end + len(mark_))

    def _tag(self, tag: re.Match[str]) -> None:
        closing, name = tag[1] == "/", tag[2].lower()
        end = self._end_of_tag(tag.end())
        inside = self._source[tag.end() : min(end, tag.end() + _LONGEST_TAG)]
        line = self._line
        self._move_to(min(end + 1, len(self._source)))
        if closing:
            if name in _KEPT:
                self._output.end(name)
        elif name in _RAW:
            if not inside.endswith("/"):
                self._skip_raw(name)
        elif name in _KEPT:
            self._start(name, _attributes(inside), line)

    def _start(self, name: str, attributes: dict[str, str], line: int) -> None:
        output = self._output
        around = [element.name for element in output.open]
        silent = not self._keep_furniture and is_furniture(name, attributes, around)
        written = written_as(name, attributes, self._bold_classes)
        kept = "".join(_written_attribute(*pair, line) for pair in attributes.items())
        in_task_list = output.open[-1].has_tasks if output.open else False
        box = box_of(name, attributes, in_task_list=in_task_list)
        has_tasks = "inline-task-list" in classes_of(attributes)
        output.start(_Open(name, written, silent, has_tasks), kept)
        if box and not silent:
            output.text(box, line)

    def _end_of_tag(self, start: int) -> int:
        """Where the `>` of a tag stands; quotes count as long as all of them close."""
        place = start
        while self._quotes_count:
            stop = _TAG_STOP.search(self._source, place)
            if stop is None:
                break
            if stop[0] == ">":
                return stop.start()
            closing = self._source.find(stop[0][-1], stop.end())
            if closing < 0:
                self._quotes_count = False
                break
            if closing - stop.end() > _LONGEST_VALUE and "<" in stop.string[stop.end() : closing]:
                break  # a quote that somebody forgot to close swallowed elements
            place = closing + 1
        end = self._source.find(">", start)
        return len(self._source) if end < 0 else end

    def _skip_raw(self, name: str) -> None:
        """Go past an element whose content is no text; keep what a style sheet says."""
        if name in self._never_closed:
            return
        end = re.compile(f"</{name}[^>]*>?", re.IGNORECASE).search(self._source, self._at)
        if end is None:
            self._never_closed.add(name)
            return
        if name == "style":
            style = self._source[self._at : min(end.start(), self._at + _LONGEST_STYLE)]
            rules = _RULE.findall(style)
            self._bold_classes.update(name for name, rule in rules if is_bold(rule))
        self._move_to(end.end())


def _unescaped(text: str) -> str:
    """Text with character references resolved and no character that stands for anything else."""
    if "&" in text:
        text = html.unescape(_LONG_REFERENCE.sub("\ufffd", text))
        text = without_reserved(text).replace("\r", " ")
    return _CONTROLS.sub("\ufffd", text)


def _attributes(inside: str) -> dict[str, str]:
    """The attributes that matter; of one that stands twice the first, as in a browser."""
    kept: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(inside):
        name = found[1].lower()
        if name in _ATTRIBUTES and name not in kept:
            value = _unescaped((found[2] or "").strip("\"'")).replace("\n", " ").strip()
            too_long = len(value) > _LONGEST_VALUE or value.lower().startswith("data:")
            kept[name] = "" if too_long else value
    return kept


def _written_attribute(name: str, value: str, line: int) -> str:
    marked = value + mark(line) if name in _MARKED and value else value
    return f' {name}="{html.escape(marked)}"'
