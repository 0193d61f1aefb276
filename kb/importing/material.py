"""A document taken apart, for those who decide what its title, its day and its names are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.document.front_matter import texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.document.entry import Body
    from kb.document.front_matter import FrontMatter
    from kb.importing.labels import Labelled
    from kb.importing.source import SourceDocument
    from kb.model import Postmortem
    from kb.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Material:
    """What one document consists of.

    Attributes:
        front: its metadata as an entry's front matter.
        base: what that metadata says.
        lines: of its Markdown.
        body: what the Markdown says; lines count in the Markdown.
        labels: the values that stand beside their names in it.
    """

    document: SourceDocument
    front: FrontMatter
    base: Postmortem
    lines: Sequence[str]
    body: Body
    labels: Sequence[Labelled]
    language: str
    vocabulary: Vocabulary

    def at(self, line: int) -> int:
        """The line of the original for a line of the Markdown."""
        return original_line(self.document, line)

    def line_of(self, key: str) -> int:
        """The line of the original that holds a key of the metadata; 0 where it is not known."""
        return self.front.lines.get(key, 0) or self.document.field_lines.get(key, 0)

    def stated(self, key: str) -> str:
        """What the metadata says for a key, on one line; empty where it says nothing."""
        value = self.front.values.get(key)
        return " ".join(", ".join(texts_of(value)).split()) if value is not None else ""


def original_line(document: SourceDocument, line: int) -> int:
    """The line of the original for a line of its Markdown; 0 stays 0."""
    if line < 1 or not document.lines:
        return 0
    return document.lines[min(line, len(document.lines)) - 1]
