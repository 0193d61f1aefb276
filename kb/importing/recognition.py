"""What a text is, by what it holds: the ending of its name only decides where nothing else does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.importing.readers.csv import is_table, read_csv
from kb.importing.readers.html import is_html, read_html
from kb.importing.readers.markdown import read_markdown
from kb.importing.readers.metadata import read_json_metadata, read_metadata
from kb.importing.readers.statuspage import looks_like_json, read_statuspage
from kb.importing.source import UnreadableSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importing.original import Original
    from kb.importing.source import Failure, SourceDocument

_OTHER_MARKUP = {
    ".rst": "reStructuredText",
    ".rest": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".org": "Org mode",
    ".textile": "Textile",
    ".tex": "LaTeX",
    ".mediawiki": "MediaWiki markup",
    ".ipynb": "a notebook",
}
_XML = re.compile(
    r"\s*(?:<\?xml[^>]{0,500}\?>\s*)?<(?P<root>rss|feed|svg|[a-z]\w{0,30}:\w{1,40})\b"
)


def documents_in(original: Original) -> Iterator[SourceDocument | Failure]:
    """Every document that a source holds.

    Raises:
        UnreadableSource: it is in a format that is not read, or holds no document.
    """
    name = original.name.lower()
    ending = next((end for end in _OTHER_MARKUP if name.endswith(end)), "")
    if ending:
        raise UnreadableSource(
            f"{original.name} is {_OTHER_MARKUP[ending]}, which is not read.",
            "Convert it to Markdown, for example with pandoc.",
        )
    xml = _XML.match(original.text)
    if xml:
        raise UnreadableSource(
            f"{original.name} is XML (<{xml['root']}>), no web page.",
            "Save the page itself as HTML, or its text as Markdown.",
        )
    lines = original.text.split("\n")
    is_json = looks_like_json(original.text)
    metadata = read_json_metadata(lines) if is_json else read_metadata(lines, original.name)
    if metadata is None:
        yield from read_statuspage(original)
        return
    if not metadata.fields and is_table(lines, name):
        yield from read_csv(original)
        return
    below = lines[metadata.body :]
    if is_html(below):
        yield read_html(original, lines, metadata)
    else:
        yield read_markdown(original, lines, metadata)
