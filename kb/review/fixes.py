"""Fixes made: edits of an entry's file, safely, with nothing else of it changed.

Places count the composed lines that rules see; a file may have other line ends, a byte order
mark, another encoding or decomposed Korean. All of that stays as it is.
"""

from __future__ import annotations

import codecs
import difflib
import os
import re
import stat
import tempfile
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import is_normalized, normalize

from kb.document.encodings import decode
from kb.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.review.rule import Edit, Fix

_LINE_END = re.compile(r"\r\n|\n|\r")
_CODECS = {"UTF-8": "utf-8", "CP949": "cp949"}
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LONGEST_LINE = 20_000
"""Characters of a line that is not composed; places in a longer one are not looked up."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file's bytes with fixes made.

    Attributes:
        made: the fixes that were made.
        left: those that were not: they overlap with one that was, or their place is not there.
    """

    content: bytes
    made: tuple[Fix, ...] = ()
    left: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    """Characters `start` to `end` of the whole text, and what takes their place."""

    start: int
    end: int
    text: str

    def overlaps(self, other: _Change) -> bool:
        """Whether the two touch the same characters, or insert at the same place."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


def fixed(content: bytes, fixes: Iterable[Fix]) -> Fixed:
    """Make fixes, each wholly or not at all; of two that overlap, the first.

    Pure: nothing is read or written. A file whose encoding is not certain stays as it is.
    """
    fixes = tuple(dict.fromkeys(fixes))
    source = _Source.of(content)
    if source is None:
        return Fixed(content, left=fixes)
    made: list[Fix] = []
    left: list[Fix] = []
    changes: list[_Change] = []
    for fix in fixes:
        own = [source.change(edit) for edit in fix.edits]
        new = [change for change in own if change is not None]
        clash = any(one.overlaps(other) for one in new for other in changes)
        within = any(a.overlaps(b) for place, a in enumerate(new) for b in new[:place])
        if len(new) < len(own) or not own or clash or within:
            left.append(fix)
            continue
        changes += new
        made.append(fix)
    after = source.changed(changes)
    if after is None:  # the encoding has no such letter
        return Fixed(content, left=fixes)
    return Fixed(after, tuple(made), tuple(left))


@dataclass(frozen=True, slots=True)
class _Source:
    """A file's text with its own line ends, and how to turn it into bytes again."""

    text: str
    codec: str
    mark: bytes
    lines: Sequence[tuple[int, str, str]]
    """Of each line the offset, the text, and how it ends."""

    @classmethod
    def of(cls, content: bytes) -> _Source | None:
        """None where the same bytes would not come out again."""
        try:
            encoding = decode(content).encoding
        except UnicodeDecodeError:
            return None
        mark = next((one for one in (codecs.BOM_UTF8, *_WIDE) if content.startswith(one)), b"")
        codec = _WIDE.get(mark) or _CODECS.get(encoding)
        if codec is None:
            return None
        try:
            text = content[len(mark) :].decode(codec)
            if mark + text.encode(codec) != content:
                return None
        except UnicodeError:
            return None
        return cls(text, codec, mark, tuple(_lines(text)))

    def change(self, edit: Edit) -> _Change | None:
        """An edit as characters of the text; None where its place is not there."""
        start = self._offset(edit.place.line, edit.place.column - 1)
        end = self._offset(edit.place.end_line, edit.place.end_column - 1)
        if start is None or end is None or end < start:
            return None
        ends = self.lines[edit.place.line - 1][2] or next((e for _, _, e in self.lines if e), "\n")
        return _Change(start, end, edit.text.replace("\n", ends))

    def _offset(self, line: int, column: int) -> int | None:
        if not 1 <= line <= len(self.lines):
            return None
        start, text, _ = self.lines[line - 1]
        if is_normalized("NFC", text):
            return start + column if 0 <= column <= len(text) else None
        within = _decomposed(text, column)
        return None if within is None else start + within

    def changed(self, changes: Iterable[_Change]) -> bytes | None:
        """The bytes with changes made; None where the encoding cannot hold them."""
        pieces: list[str] = []
        done = 0
        for change in sorted(changes, key=lambda one: (one.start, one.end)):
            pieces += [self.text[done : change.start], change.text]
            done = change.end
        try:
            return self.mark + "".join([*pieces, self.text[done:]]).encode(self.codec)
        except UnicodeEncodeError:
            return None


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    start = 0
    for end in _LINE_END.finditer(text):
        yield start, text[start : end.start()], end[0]
        start = end.end()
    yield start, text[start:], ""


def _decomposed(text: str, column: int) -> int | None:
    """Where in a text the character at `column` of its composed form begins."""
    if len(text) > _LONGEST_LINE:
        return None
    whole = normalize("NFC", text)
    if not 0 <= column <= len(whole):
        return None
    near = bisect_left(range(len(text)), column, key=lambda end: len(normalize("NFC", text[:end])))
    for place in range(near, min(near + 8, len(text)) + 1):
        head, tail = normalize("NFC", text[:place]), normalize("NFC", text[place:])
        if head == whole[:column] and tail == whole[column:]:
            return place
    return None


def difference(path: str, before: bytes, after: bytes) -> str:
    """What would change, as `diff -u` shows it; empty where nothing would.

    It quotes the file: hold it against the entry's mask before it is shown.
    """
    old, new = _text_of(before), _text_of(after)
    lines = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    shown = (
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
    return "".join(shown)


def _text_of(content: bytes) -> list[str]:
    source = _Source.of(content)
    text = source.text if source else content.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)


def write(place: Path, before: bytes, after: bytes) -> None:
    """Put `after` in the place of `before`, whole or not at all; the file's mode stays.

    A link is followed: what it leads to is written.

    Raises:
        CorpusError: the file has changed since, or cannot be written.
    """
    place = Path(os.path.realpath(place))
    temporary = ""
    try:
        if place.read_bytes() != before:
            raise CorpusError(f"{place} has changed since it was read.", "Review it again.")
        mode = stat.S_IMODE(place.stat().st_mode)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:40]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        if place.read_bytes() != before:
            raise CorpusError(f"{place} has changed since it was read.", "Review it again.")
        Path(temporary).replace(place)
        temporary = ""
    except OSError as error:
        raise CorpusError(
            f"{place} cannot be written: {error.strerror}.",
            "Check that you may write there and that the disk is not full.",
        ) from error
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
