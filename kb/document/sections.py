"""A document's blocks, divided into sections by its headings, or by bold words in their stead.

A section runs to the next heading of its level or higher. A heading whose meaning is
unknown stays part of the text above it, unless there is nothing above it. Where a document
has no heading of some kind, a bold key does: `**Impact:** text`, or `- **Impact**: text`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.document.bold_keys import bold_keys
from kb.document.headings import Meaning, anchor_of, meaning
from kb.model import Section
from kb.moments import read_moment
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.document.markdown import Block
    from kb.model import SectionKind

_OWNED = pattern(
    r"\[[ xX]\]|\b(?:owner|assignee|assigned to|due)\s*[:：]|담당자?\s*[:：]|기한\s*[:：]",
    re.IGNORECASE,
)
_BLANK_HEAD = pattern(r"\A(?:[ \t]*\n)+")


@record
class Part:
    """A section and the blocks below its heading, sub-headings included.

    Attributes:
        end: the line of the file at which it has ended.
    """

    section: Section
    blocks: tuple[Block, ...]
    end: int


@record
class Outline:
    """What a document's headings say.

    Attributes:
        title: the first heading's Markdown where it names the document, else empty.
        parts: the sections in the order of their lines; one may lie within another.
    """

    title: str
    title_line: int
    parts: tuple[Part, ...]


@record
class _Span:
    """One heading with its blocks, `own` of which stand before the next heading."""

    heading: Block
    meaning: Meaning
    blocks: tuple[Block, ...]
    own: int
    end: int


def outline(blocks: Sequence[Block], lines: Sequence[str]) -> Outline:
    """Divide a document; `lines` are all lines of its file."""
    spans = tuple(_spans(blocks, len(lines) + 1))
    title = spans[0] if spans and _names_document(spans[0]) else None
    rest = spans[1:] if title else spans
    taken: dict[str, int] = {}
    parts = [Part(_section(span, lines, taken), span.blocks, span.end) for span in _listed(rest)]
    preface = _preface(blocks, title)
    kinds = {span.meaning.kind for span in rest} - {"other"}
    weak = {span.heading.line for span in rest if span.meaning.doubt == "weak"}
    owners = [(preface, 0, spans[1 if title else 0].heading.line if rest else len(lines) + 1)]
    owners += [
        (span.blocks[: span.own], span.heading.level, _own_end(span))
        for span in rest
        if span.meaning.kind != "timeline"
    ]
    for own, level, end in owners:
        parts += [
            part
            for part in _bold_parts(own, level, end, lines, taken)
            if part.section.kind not in kinds
        ]
    parts = _settle_summaries(parts, weak, _preface_part(blocks, title, rest, lines))
    parts.sort(key=lambda part: part.section.line)
    return Outline(
        title.heading.text if title else "", title.heading.line if title else 0, tuple(parts)
    )


def source(lines: Sequence[str], start: int, end: int) -> str:
    """The file's text from line `start` up to line `end`, without outer blank lines."""
    return _BLANK_HEAD.sub("", "\n".join(lines[start - 1 : end - 1])).rstrip()


def _spans(blocks: Sequence[Block], last: int) -> Iterator[_Span]:
    places = [place for place, block in enumerate(blocks) if block.kind == "heading"]
    closing = _closings([blocks[place].level for place in places])
    for order, place in enumerate(places):
        heading = blocks[place]
        following = places[order + 1] if order + 1 < len(places) else len(blocks)
        close = closing[order]
        stop = places[close] if close < len(places) else len(blocks)
        end = blocks[stop].line if stop < len(blocks) else last
        inner = tuple(blocks[place + 1 : stop])
        yield _Span(heading, _decided(heading.text, inner), inner, following - place - 1, end)


def _closings(levels: Sequence[int]) -> list[int]:
    """For each heading, the place of the next one of its level or higher."""
    closing = [len(levels)] * len(levels)
    still_open: list[int] = []
    for place, level in enumerate(levels):
        while still_open and levels[still_open[-1]] >= level:
            closing[still_open.pop()] = place
        still_open.append(place)
    return closing


def _own_end(span: _Span) -> int:
    return span.blocks[span.own].line if span.own < len(span.blocks) else span.end


def _names_document(span: _Span) -> bool:
    return span.heading.level == 1 and span.meaning.kind == "other"


def _decided(heading: str, blocks: Sequence[Block]) -> Meaning:
    """What a heading says; where it leaves a doubt, the blocks below it decide."""
    said = meaning(heading)
    if said.doubt in {"what-happened", "weak"} and _mostly_timed(blocks):
        return Meaning("timeline")
    if said.doubt == "remediation":
        checked = any(block.kind == "table" or _OWNED.search(_text_of(block)) for block in blocks)
        return Meaning("follow-ups" if checked else "response")
    return said


def _text_of(block: Block) -> str:
    return block.text or "\n".join(item.text for item in block.children)


def _mostly_timed(blocks: Sequence[Block]) -> bool:
    texts: list[str] = []
    for block in blocks:
        if block.kind == "list":
            texts += [item.text for item in block.children]
        elif block.kind == "table":
            texts += [row.cells[0] for row in block.rows[1:] if row.cells]
        elif block.kind == "paragraph":
            texts += block.text.split("\n")
        elif block.kind == "heading":
            texts.append(block.text)
    timed = sum(1 for text in texts if (moment := read_moment(text[:200])) and moment.clock)
    return timed * 2 > len(texts)


def _listed(spans: Sequence[_Span]) -> Iterator[_Span]:
    """The headings that make a section: top ones, and those with another kind of their own."""
    enclosing: list[tuple[int, SectionKind]] = []
    for span in spans:
        while enclosing and enclosing[-1][0] >= span.heading.level:
            enclosing.pop()
        kind = span.meaning.kind
        if not enclosing or kind not in {"other", enclosing[-1][1]}:
            yield span
            enclosing.append((span.heading.level, kind))
        else:
            enclosing.append((span.heading.level, enclosing[-1][1]))


def _section(span: _Span, lines: Sequence[str], taken: dict[str, int]) -> Section:
    heading = span.heading
    text = source(lines, heading.after, span.end)
    anchor = anchor_of(heading.text, taken)
    return Section(span.meaning.kind, heading.text, heading.level, anchor, heading.line, text)


def _preface(blocks: Sequence[Block], title: _Span | None) -> tuple[Block, ...]:
    """The blocks that stand before the first heading and between the title and the next."""
    first = next((n for n, block in enumerate(blocks) if block.kind == "heading"), len(blocks))
    below = title.blocks[: title.own] if title else ()
    return (*blocks[:first], *below)


def _preface_part(
    blocks: Sequence[Block], title: _Span | None, rest: Sequence[_Span], lines: Sequence[str]
) -> Part | None:
    preface = _preface(blocks, title)
    if all(block.kind in {"html", "rule"} for block in preface):
        return None
    end = rest[0].heading.line if rest else len(lines) + 1
    line = preface[0].line
    if title is None or line > title.heading.line:
        text = source(lines, line, end)
    else:
        above = source(lines, line, title.heading.line)
        text = f"{above}\n\n{source(lines, title.heading.after, end)}".rstrip()
    return Part(Section("summary", "", 0, "top", line, text), preface, end)


def _settle_summaries(parts: Sequence[Part], weak: set[int], preface: Part | None) -> list[Part]:
    """Let text above all headings, and a `Background`, be the summary where none is named."""
    strong = any(part.section.kind == "summary" and part.section.line not in weak for part in parts)
    settled: list[Part] = []
    if preface is not None:
        settled.append(_as_kind(preface, "other") if strong else preface)
        strong = True
    for part in parts:
        is_weak = part.section.kind == "summary" and part.section.line in weak
        settled.append(_as_kind(part, "other") if is_weak and strong else part)
        strong = strong or is_weak
    return settled


def _as_kind(part: Part, kind: SectionKind) -> Part:
    return replace(part, section=replace(part.section, kind=kind))


def _bold_parts(
    blocks: Sequence[Block], level: int, end: int, lines: Sequence[str], taken: dict[str, int]
) -> Iterator[Part]:
    """The sections that bold keys open in a run of blocks under a heading of `level`."""
    for keyed in bold_keys(blocks, end, lines):
        kind = _decided(keyed.heading, keyed.blocks).kind
        if kind != "other":
            anchor = anchor_of(keyed.heading, taken)
            section = Section(
                kind, keyed.heading, min(level + 1, 6), anchor, keyed.line, keyed.text
            )
            yield Part(section, keyed.blocks, keyed.end)
