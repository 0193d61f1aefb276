"""What a rule sees: one entry as read, its text, and what it may know of the rest of the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kb.document.front_matter import FrontMatter
from kb.review.prose import Prose, prose_of
from kb.review.rule import Place
from kb.review.written import Joined, Written, joined, written_of

if TYPE_CHECKING:
    from datetime import date

    from kb.config import Config
    from kb.document.markdown import Block
    from kb.model import Postmortem


@dataclass(frozen=True, slots=True)
class Folder:
    """What an entry's review may ask about its surroundings.

    Attributes:
        paths_of: id (former ids too), folded by `kb.search.keywords.fold` -> the paths of the
            entries that have it.
        exists: whether a path, relative to the entries folder, is there, in just that case.
        nearest: a path that differs from one only in its case; empty where there is none.
        anchors_of: the anchors of the page of an entry, by its path; None: no such entry.
    """

    paths_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exists: Callable[[str], bool] = lambda _: True
    nearest: Callable[[str], str] = lambda _: ""
    anchors_of: Callable[[str], frozenset[str] | None] = lambda _: None


@dataclass(frozen=True)
class Subject:
    """One entry under review.

    Attributes:
        entry: as the reader understood it; its findings are problems of their own rules.
        lines: the file's lines, composed (NFC), without line ends.
        body_line: the line, from 1, on which the Markdown below the front matter begins.
        blocks: the Markdown as a tree.
        front: what stands above that, as typed, each value with its line.
        imported: whether the entry was imported and is held to a lower standard.
        today: the day of the review.
        raw: the file's bytes, for what `lines` no longer tell.
    """

    entry: Postmortem
    lines: tuple[str, ...]
    body_line: int
    blocks: tuple[Block, ...]
    config: Config
    today: date
    front: FrontMatter = field(default_factory=FrontMatter)
    folder: Folder = field(default_factory=Folder)
    imported: bool = False
    raw: bytes = b""

    def line(self, number: int) -> Place:
        """A whole line without the space around its text; line 1 where there is none such."""
        number = number if 1 <= number <= len(self.lines) else 1
        text = self.lines[number - 1] if self.lines else ""
        start = len(text) - len(text.lstrip())
        return Place(number, start + 1, number, max(len(text.rstrip()), start) + 1)

    def part(self, number: int, start: int, end: int) -> Place:
        """Characters `start` to `end` (from 0, end excluded) of a line."""
        return Place(number, start + 1, number, end + 1)

    def find(self, number: int, text: str) -> Place:
        """The first occurrence of a text in a line; the whole line where it is not there."""
        at = self.lines[number - 1].find(text) if 1 <= number <= len(self.lines) and text else -1
        return self.part(number, at, at + len(text)) if at >= 0 else self.line(number)

    def key(self, name: str) -> Place:
        """Where a front-matter key stands; the first line where it does not."""
        return self.line(self.entry.source_lines.get(name, 1))

    def prose(self) -> Iterator[Prose]:
        """The running text of the body, line by line."""
        return iter(self._prose)

    @cached_property
    def whole(self) -> Joined:
        """All lines as one text, front matter and code included."""
        return joined(self.lines)

    @cached_property
    def written(self) -> Written:
        """The body as Markdown, its code blanked."""
        return written_of(self)

    @cached_property
    def _prose(self) -> tuple[Prose, ...]:
        return prose_of(self)
