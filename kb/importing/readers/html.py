"""HTML -> a source document: a saved page, an export, or a post whose body is HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.finding import Finding
from kb.importing.readers.html_cleaning import clean
from kb.importing.readers.line_marks import lines_of
from kb.importing.source import SourceDocument, UnreadableSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.importing.original import Original
    from kb.importing.readers.metadata import Metadata

_FULL_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?")
_BLOCK_LINE = re.compile(
    r"[ \t]*</?(?:p|h[1-6]|div|ul|ol|li|table|thead|tbody|tr|td|th|section|article|main|header"
    r"|blockquote|pre|dl|dt|dd|figure|hr|br|meta|span|style|nav|b|strong|img)\b",
    re.IGNORECASE,
)
_MARKDOWN_LINE = re.compile(r" {0,3}(?:#{1,6}\s|[-*+]\s|\d{1,3}[.)]\s|>|\||`{3}|~{3}|[-=]{3,}\s*$)")
_CODE_STARTS = re.compile(r"<(pre|script|style)\b", re.IGNORECASE)
_ENOUGH_LINES = 2_000
_ENOUGH_CHARACTERS = 200_000


def is_html(lines: Sequence[str]) -> bool:
    """Whether a body is HTML, and not Markdown with some HTML in it."""
    start = "\n".join(lines[:_ENOUGH_LINES])[:_ENOUGH_CHARACTERS]
    start = _PROLOGUE.sub("", start, count=1)
    while start.startswith("<!--") and "-->" in start:
        start = start.partition("-->")[2].lstrip()
    if _FULL_PAGE.match(start):
        return True
    if not _BLOCK_LINE.match(start):
        return False
    bare = [line for line in _without_code(start) if line.strip()]
    blocks = sum(bool(_BLOCK_LINE.match(line)) for line in bare)
    own = sum(bool(_MARKDOWN_LINE.match(line)) for line in bare)
    return blocks > 2 * own and blocks * 4 >= len(bare)


def _without_code(text: str) -> Iterator[str]:
    """The lines of a page without those that stand within code, scripts and styles."""
    until = ""
    for line in text.split("\n"):
        if until:
            until = "" if until in line.lower() else until
            continue
        yield line
        starts = _CODE_STARTS.search(line)
        if starts and f"</{starts[1].lower()}" not in line.lower()[starts.end() :]:
            until = f"</{starts[1].lower()}"


def read_html(original: Original, lines: Sequence[str], metadata: Metadata) -> SourceDocument:
    """The document in an original whose lines and front matter are given.

    Raises:
        UnreadableSource: the page holds no text.
    """
    from kb.importing.readers.html_markdown import markdown_of
    from kb.importing.readers.html_page import read_page

    first_line = metadata.body + 1
    cleaned = clean("\n".join(lines[metadata.body :]), first_line)
    page = read_page(cleaned.html)
    markdown, numbers = lines_of(markdown_of(page.content), first_line)
    if not markdown.strip() and not metadata.fields:
        raise UnreadableSource(
            f"{original.name} is a page without text.",
            "Open it in a browser and save it once it shows its text.",
        )
    fields = {**page.gathered.fields, **metadata.fields}
    return SourceDocument(
        name=original.name,
        format="html",
        title=" ".join(metadata.fields.get("title", ())) or page.title,
        fields=fields,
        field_lines={**page.gathered.lines, **metadata.lines},
        markdown=markdown,
        lines=numbers,
        original=original.text,
        digest=original.digest,
        findings=(
            *original.findings,
            *metadata.findings,
            *_findings(original.name, cleaned.cut_at, cleaned.left_out),
        ),
    )


def _findings(name: str, cut_at: int, left_out: int) -> list[Finding]:
    findings = []
    if cut_at:
        message = "The page is too large: what stands from here on is only in the original."
        help_ = "Save the part that tells of the incident, and import that."
        findings.append(Finding("too-large", "warning", name, cut_at, message, help_))
    if left_out > 0:
        message = "Navigation and other parts around the document are only in the original."
        findings.append(Finding("page-furniture", "note", name, 0, message))
    return findings
