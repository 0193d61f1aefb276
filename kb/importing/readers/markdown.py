"""Markdown with any front matter or none: line for line as it stands, below its fields.

Site generators mix their own language in. What they would have put into the page from the front
matter is put in; their other tags are taken off the text, and stay in the original.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kb.importing.source import SourceDocument

if TYPE_CHECKING:
    from kb.importing.original import Original
    from kb.importing.readers.metadata import Metadata

_VALUE = re.compile(
    r"<%=\s*(?:current_page\.data|data|page)\.(?P<erb>\w+)\s*%>"
    r"|\{\{-?\s*(?:page|\.Params|\$frontmatter|frontmatter)\.(?P<liquid>\w+)\s*-?\}\}"
)
_TAG = re.compile(r"<%[^<%]*%>|\{%-?\s*\w[^{}]*%\}|\{\{[<%][^{}]*[%>]\}\}")
_LONGEST_LINE = 10_000
_TAG_START = re.compile(r"<%|\{[{%]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def read_markdown(original: Original, lines: Sequence[str], metadata: Metadata) -> SourceDocument:
    """The document in an original whose lines and front matter are given."""
    first, last = metadata.body, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    body = lines[first:last]
    if metadata.fields or original.name.endswith(".erb"):
        body = _without_generator(body, metadata.fields)
    return SourceDocument(
        name=original.name,
        format="markdown",
        title=" ".join(metadata.fields.get("title", ())),
        fields=metadata.fields,
        field_lines=metadata.lines,
        markdown="\n".join(body),
        lines=tuple(range(first + 1, last + 1)) or (min(first + 1, len(lines)),),
        original=original.text,
        digest=original.digest,
        findings=(*original.findings, *metadata.findings),
    )


def _without_generator(lines: Sequence[str], fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The lines with the generator's tags filled in or taken off, except within code."""
    fence = ""
    kept: list[str] = []
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        elif not fence and len(line) < _LONGEST_LINE and _TAG_START.search(line):
            line = _TAG.sub("", _VALUE.sub(lambda tag: _value_of(tag, fields), line))  # noqa: PLW2901 - the same line, filled in
        kept.append(line)
    return kept


def _value_of(tag: re.Match[str], fields: Mapping[str, tuple[str, ...]]) -> str:
    values = fields.get((tag["erb"] or tag["liquid"]).lower(), ())
    return " ".join(" ".join(values).split())
