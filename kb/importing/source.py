"""What a reader hands on: one document of somebody else's, whatever it came in.

This is the seam between getting at a document (files, web pages, exports) and understanding it
as a postmortem: everything behind it sees Markdown, metadata as text, and line numbers of the
original.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import KbError

if TYPE_CHECKING:
    from kb.finding import Finding


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document as a reader delivers it.

    Attributes:
        name: as given: a path, a URL or `-`. Where one file holds several incidents or records,
            `#` and the id that it states follow: an id stays what it is when the file grows at
            its beginning. Without ids the second one ends in `#2`, and so on.
        format: `markdown`, `html`, `statuspage` or `csv`.
        title: the title that the document states (front matter, `<title>`, the incident's
            name), or an empty string.
        fields: front matter and other metadata as text values; keys in lower case with `_`.
        field_lines: key -> its line in the original, where that is known.
        markdown: the body as Markdown, lines ended by LF.
        lines: for every line of `markdown` its line in the original, counted from 1; the
            nearest one where the body was converted. An empty `markdown` has one line, too.
        original: the whole original text, decoded, lines ended by LF.
        digest: 32 hexadecimal digits over the original bytes (of one incident or record where
            the file holds several); the same document always has the same.
        findings: what was odd, and what could not be read.
    """

    name: str
    format: str
    title: str
    fields: Mapping[str, tuple[str, ...]]
    field_lines: Mapping[str, int]
    markdown: str
    lines: tuple[int, ...]
    original: str
    digest: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that was not read, or was left out on purpose.

    Attributes:
        name: as given, like the name of a `SourceDocument`.
        message: what is wrong, in one sentence that names the source.
        help: the remedy, in one sentence.
        skipped: whether it was left out because it is no postmortem (a template, a licence);
            this is told, but it does not count as an error.
    """

    name: str
    message: str
    help: str = ""
    skipped: bool = False


class UnreadableSource(KbError):
    """A source cannot be read; raised inside the readers, told to callers as a `Failure`."""

    exit_code = 1
