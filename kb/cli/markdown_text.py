"""Markdown as plain text for a terminal: markup taken off, wrapped, lists and code kept.

It reads lines, not a syntax tree: what it takes for a paragraph is at worst wrapped wrongly,
never lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.cli.layout import plain, width, wrap

_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_ITEM = re.compile(r"(?P<indent>\s*)(?P<marker>[-*+]|\d{1,3}[.)])\s+(?P<text>.*)")
_HEADING = re.compile(r"#{1,6}\s+(?P<text>.*?)\s*#*")
_QUOTE = re.compile(r"\s{0,3}>\s?(?P<text>.*)")
_RULE = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

_CODE = re.compile(r"(`+)(.+?)\1")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)\s]+(?:\s[^)]*)?\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\(<?([^)\s>]+)>?(?:\s[^)]*)?\)")
_ADDRESS = re.compile(r"<((?:https?|mailto):[^>\s]+)>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_STRESSED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def inline(text: str) -> str:
    """One paragraph's Markdown without markup; links become `text (address)`, code stays."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group(2).strip())
        return f"\x00{len(kept) - 1}\x00"

    text = _CODE.sub(keep, text.replace("\x00", "\ufffd"))
    text = _IMAGE.sub(lambda match: f"[image: {match[1]}]" if match[1] else "[image]", text)
    text = _LINK.sub(_link, text)
    text = _BREAK.sub(" ", _ADDRESS.sub(r"\1", text))
    text = _STRESSED.sub(r"\1", _STRONG.sub(r"\2", text))
    text = _ESCAPED.sub(r"\1", text)
    return re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], text)


def _link(match: re.Match[str]) -> str:
    text, address = match.groups()
    return address if text in {address, address.removeprefix("mailto:")} else f"{text} ({address})"


def block_lines(text: str, columns: int, indent: str = "") -> list[str]:
    """Markdown in lines of at most so many columns, the indent included.

    Code and tables keep their lines, however wide; comments are left out.
    """
    found: list[str] = []
    for part in _parts(_COMMENT.sub("", text).expandtabs(4).splitlines()):
        found += _laid_out(part, columns, indent)
    return _without_edges(found)


def _laid_out(part: list[str], columns: int, indent: str) -> list[str]:
    first = part[0]
    if _FENCE.match(first):
        return [(indent + "  " + plain(line)).rstrip() for line in part if not _FENCE.match(line)]
    if first.lstrip().startswith("|"):
        return [indent + plain(inline(line.strip())) for line in part]
    if _RULE.fullmatch(first):
        return [indent + "———"]
    before, hanging, lines = _opened(part)
    return wrap(_clean(lines), columns, indent + before, indent + hanging)


def _opened(part: list[str]) -> tuple[str, str, list[str]]:
    """What stands before a text's first line and before the others, and its lines without it."""
    first, *others = part
    if heading := _HEADING.fullmatch(first):
        return "", "", [heading["text"]]
    if _QUOTE.match(first):
        return "│ ", "│ ", [_QUOTE.sub(r"\g<text>", line) for line in part]
    if item := _ITEM.fullmatch(first):
        marker = "•" if item["marker"] in "-*+" else item["marker"]
        before = f"{item['indent']}{marker} "
        return before, " " * width(before), [item["text"], *others]
    return "", "", part


def _clean(lines: list[str]) -> str:
    return plain(inline(" ".join(line.strip() for line in lines)))


def _parts(lines: list[str]) -> Iterator[list[str]]:
    """The lines put together as paragraphs, list items, code blocks, tables, empty lines."""
    part: list[str] = []
    fence = ""
    for line in lines:
        opening = _FENCE.match(line)
        if fence:
            part.append(line)
            if opening and opening[1].startswith(fence):
                yield part
                part, fence = [], ""
            continue
        if part and (opening or _begins_part(line, part)):
            yield part
            part = []
        if opening:
            fence = opening[1]
        part.append(line)
    if part:
        yield part


def _begins_part(line: str, part: list[str]) -> bool:
    if not line.strip() or not part[0].strip():
        return True
    if _HEADING.fullmatch(part[0]) or _RULE.fullmatch(part[0]):
        return True
    kinds = (_ITEM, _HEADING, _RULE)
    if any(kind.fullmatch(line) for kind in kinds):
        return True
    table = line.lstrip().startswith("|")
    return table != part[0].lstrip().startswith("|") or (
        bool(_QUOTE.match(line)) and not _QUOTE.match(part[0])
    )


def _without_edges(lines: list[str]) -> list[str]:
    """The lines without empty ones before the first, after the last, or in a row."""
    found: list[str] = []
    for line in lines:
        if line.strip() or (found and found[-1].strip()):
            found.append(line.rstrip())
    while found and not found[-1]:
        found.pop()
    return found
