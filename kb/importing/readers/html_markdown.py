"""A cleaned part of a page -> Markdown, by markdownify, with tables and lists as readers need them.

Written so that headings, lists, tables and bold labels are found again: ATX headings, `-` for
bullets, one line a table row, a definition list as bold labels. Text that would turn into
Markdown or HTML by accident is escaped; what people typed as Markdown is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdownify import MarkdownConverter  # noqa: TID253 - the HTML reader imports this late

from kb.importing.readers.line_marks import unmarked

if TYPE_CHECKING:
    from bs4 import Tag

_CELL, _ROW = "\ue01a", "\ue01b"
"""End of a cell and of a row, until the table is whole; `without_reserved` keeps texts free of
them."""

_HTML_START = re.compile(r"<(?=[A-Za-z/!?])")
_REFERENCE = re.compile(r"&(?=#?\w{1,31};)")
_EMPHASIS = re.compile(r"\*(?=\S)|(?<=\S)\*")
_DIGIT = re.compile(r"\d")
_RELATIVE = re.compile(r"\bago\b|[전前]$|yesterday|어제|today|오늘", re.IGNORECASE)
_BOLD_CELL = re.compile(r"\*\*[^*]+\*\*")
_MOST_COLUMNS = 100


class _Converter(MarkdownConverter):
    """markdownify with our tables, labels and escapes; each method makes one element's text."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Escape what would be HTML, a character reference or emphasis."""
        del parent_tags
        if "<" in text:
            text = _HTML_START.sub(r"\\<", text)
        if "&" in text:
            text = _REFERENCE.sub(r"\\&", text)
        return _EMPHASIS.sub(r"\\*", text) if "*" in text else text

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A link; one without a target, within the page, or around nothing is its text."""
        target = str(el.get("href") or "").strip()
        bare = text.strip()
        if "_noformat" in parent_tags or not bare or not target or target.startswith("#"):
            return text
        if re.match(r"(?i)(?:javascript|vbscript|data):", target) or "\n\n" in bare:
            return text
        target = _unwrapped(target)
        before = " " * (text[:1].isspace())
        after = " " * (text[-1:].isspace())
        return f"{before}[{' '.join(bare.split())}]({_target(target)}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture by its description and address; in a cell or a heading by its description."""
        del text
        description = " ".join(str(el.get("alt") or "").split())
        address = str(el.get("src") or "").strip()
        if "_inline" in parent_tags or not address:
            return description
        return f"![{description}]({_target(address)})"

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A list item, numbered as the page numbers it."""
        del parent_tags
        text = text.strip()
        if not text:
            return "\n"
        marker = "- "
        if el.parent is not None and el.parent.name == "ol":
            number = self._number(el.parent)
            marker = f"{number}. "
        lines = text.split("\n")
        rest = [f"{' ' * len(marker)}{line}" if line else "" for line in lines[1:]]
        return "\n".join([f"{marker}{lines[0]}", *rest]) + "\n"

    def _number(self, parent: Tag) -> int:
        """The next number in a list; counted on the list itself, so that long ones stay cheap."""
        start = str(parent.get("start") or "1")
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1
        given = int(str(parent.get("data-given") or first - 1)) + 1
        parent["data-given"] = str(given)
        return given

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A defined term as a bold label."""
        del el, parent_tags
        term = " ".join(text.replace("**", "").split()).rstrip(": ")
        return f"\n\n**{term}:** " if term else ""

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """What is said of a term, behind it."""
        del el, parent_tags
        return f"{text.strip()}\n\n"

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A block of its own; markdownify takes most of these elements for inline ones."""
        del el
        bare = text.strip()
        if "_inline" in parent_tags:
            return f" {bare} "
        return f"\n\n{bare}\n\n" if bare else ""

    convert_address = convert_aside = convert_body = convert_center = convert_details = convert_div
    convert_dialog = convert_fieldset = convert_figure = convert_footer = convert_form = convert_div
    convert_header = convert_hgroup = convert_main = convert_nav = convert_summary = convert_div

    def convert_time(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A time as shown; where that is `2 hours ago`, with the moment it stands for behind it."""
        del parent_tags
        text = text.removeprefix("@")  # Notion's mark of dates
        moment = str(el.get("datetime") or "")
        is_clear = _DIGIT.search(unmarked(text)) and not _RELATIVE.search(unmarked(text))
        return text if is_clear or not moment else f"{text} ({moment})"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """One cell; a line break in it becomes a space, a spanned column an empty cell."""
        del parent_tags
        span = str(el.get("colspan") or "1")
        columns = min(int(span), _MOST_COLUMNS) if re.fullmatch(r"[1-9]\d{0,3}", span) else 1
        cell = " ".join(text.replace(_CELL, " ").replace(_ROW, " ").split())
        return cell.replace("|", "\\|") + _CELL * columns

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """One row, until the table is whole."""
        del el, parent_tags
        return text.strip("\n") + _ROW

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A table; one within a cell becomes a part of the cell's text."""
        if "_inline" in parent_tags:
            return f" {' '.join(text.replace(_CELL, ' ').replace(_ROW, ' ').split())} "
        before, _, rest = text.rpartition("\n") if _ROW not in text else ("", "", text)
        rows = [row.split(_CELL)[:-1] for row in rest.split(_ROW) if _CELL in row]
        rows = [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]
        if not rows:
            return f"\n\n{(before or text).strip(_CELL + _ROW)}\n\n"
        width = min(max(map(len, rows)), _MOST_COLUMNS)
        if not _has_header(el, rows):
            rows.insert(0, [""] * width)
        rows[0] = [cell.replace("**", "") for cell in rows[0]]
        padded = [row[:width] + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in padded]
        lines.insert(1, "|" + " --- |" * width)
        return "\n\n" + "\n".join(lines) + "\n\n"


def _has_header(table: Tag, rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: by its elements, in bold, or as words over data."""
    first = table.find("tr")
    if first is None:
        return False
    cells = first.find_all(["td", "th"], recursive=False)
    if len(rows[0]) > 1 and cells and all(cell.name == "th" for cell in cells):
        return True
    if first.parent is not None and first.parent.name == "thead":
        return True
    written = [cell for cell in rows[0] if cell]
    if len(rows) < 2 or len(written) < 2 or any(cell.name == "th" for cell in cells):
        return False
    return all(_BOLD_CELL.fullmatch(unmarked(cell)) for cell in written)


def _target(address: str) -> str:
    """An address as it may stand in brackets."""
    if re.search(r"[\s()<>]", address):
        address = re.sub(r"\s+", "%20", address).replace("(", "%28").replace(")", "%29")
    return address.replace("<", "%3C").replace(">", "%3E")


def _unwrapped(address: str) -> str:
    """The address behind a redirection of Google Docs."""
    if not address.startswith(("https://www.google.com/url?", "http://www.google.com/url?")):
        return address
    from urllib.parse import parse_qs, urlsplit

    try:
        return parse_qs(urlsplit(address).query).get("q", [address])[0]
    except ValueError:
        return address


def markdown_of(content: Tag) -> str:
    """The Markdown of an element, line marks included, without blank lines around it."""
    text = _Converter(heading_style="atx", bullets="-").convert_soup(content)
    lines = text.replace(_CELL, " ").replace(_ROW, "\n").split("\n")
    kept: list[str] = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        bare = line.rstrip()
        if bare or (kept and kept[-1]):
            breaks = bare and below.strip() and line.endswith("  ")
            kept.append(f"{bare}  " if breaks else bare)
    return "\n".join(kept).strip("\n")
