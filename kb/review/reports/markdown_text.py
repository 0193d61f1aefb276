"""Text of entries within Markdown of ours: shown as it is, commanding nothing.

What an entry says is anybody's text. In a comment it must make no link, heading or HTML, call
nobody (`@team`), and leave no mark in other issues (`#12`, `owner/repository#12`).
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()!|~$^])")
_HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
# A mention, a reference, the commit of another repository, an address: GitHub links them all.
_REFERENCE = re.compile(r"@(?=[\w\\])|#(?=\d)|(?<=[Gg][Hh])-(?=\d)|:(?=//)|(?<=[Ww][Ww][Ww])\.")
_REVISION = re.compile(r"(?<![\w-])([0-9a-f]{7})(?=[0-9a-f]{0,33}(?![\w-]))", re.IGNORECASE)
_APART = "&#8203;"
"""A space of no width."""
_AT_BEGINNING = re.compile(r"^([#+=-]|\d{1,9}(?=[.)]))")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def escaped(text: str) -> str:
    """Text on one line of Markdown that reads as it is written."""
    text = _MARKS.sub(r"\\\1", " ".join(text.split())).translate(_HTML)
    text = _REVISION.sub(rf"\1{_APART}", _REFERENCE.sub(_parted, text))
    return _AT_BEGINNING.sub(r"\\\1" if not text[:1].isdigit() else rf"\1{_APART}", text)


def _parted(match: re.Match[str]) -> str:
    return match[0] + _APART


def message(text: str) -> str:
    """A finding's sentence, what it quotes between back-ticks as code, the rest escaped."""
    parts: list[str] = []
    done = 0
    text = " ".join(text.split())
    for quoted in _CODE.finditer(text):
        parts += [_between(text[done : quoted.start()]), code(quoted[1])]
        done = quoted.end()
    return "".join([*parts, _between(text[done:])])


def _between(text: str) -> str:
    """Escaped, the spaces around it kept."""
    if not text.strip():
        return text
    before = " " if text[0] == " " else ""
    after = " " if text[-1] == " " else ""
    return before + escaped(text) + after


def code(text: str) -> str:
    """Text as code on one line; nothing in it means anything."""
    text = " ".join(text.split())
    if not text:
        return ""
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def link(text: str, address: str) -> str:
    """A link with Markdown as its text, or that text alone where there is no address."""
    return f"[{text}](<{address}>)" if address else text
