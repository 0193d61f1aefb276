"""Markdown text <-> Postmortem: the one place where an entry's format is read and written.

Reading never fails: whatever the bytes are, there is a postmortem with an id and a path,
with all that could be understood and a finding for what could not. Each part has a module:

    encodings       bytes -> lines
    front_matter    the YAML above the text -> values with lines
    fields          those values -> the fields of a postmortem
    markdown        the text -> blocks with lines (mistune)
    sections        blocks -> sections, by what their headings mean
    timeline        the events of timeline sections
    follow_ups      the items of follow-up sections
    writing         a postmortem -> Markdown
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.document.encodings import MAXIMUM_BYTES, MAXIMUM_LINES, read_text
from kb.document.fields import day_of_title, read_fields
from kb.document.follow_ups import read_follow_ups
from kb.document.front_matter import read_front_matter
from kb.document.markdown import read_blocks
from kb.document.sections import outline
from kb.document.timeline import read_timeline
from kb.moments import resolve_zone
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kb.document.markdown import Block
    from kb.finding import Finding
    from kb.model import FollowUp, Postmortem, Section, TimelineEvent
    from kb.vocabulary import Vocabulary

__all__ = ["MAXIMUM_BYTES", "MAXIMUM_LINES", "parse", "serialise"]

_HANGUL = bytes(range(0xAC, 0xD8))
"""The first bytes of Korean syllables in UTF-16."""
_KANA = pattern("[ぁ-ゖァ-ヺ]+")
_LETTERS = pattern(r"[^\W\d_]+")


@record
class Body:
    """What the text below the front matter says.

    Attributes:
        title: what the first heading calls the document, or an empty string.
        title_line: where that heading stands; 0 without one.
        blocks: the text as a tree, for whoever looks for more in it.
    """

    title: str
    title_line: int
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    timeline: tuple[TimelineEvent, ...]
    follow_ups: tuple[FollowUp, ...]
    findings: tuple[Finding, ...]


def parse(raw: bytes, path: str, vocabulary: Vocabulary, default_timezone: str = "") -> Postmortem:
    """Read an entry; never raises, whatever the bytes.

    Args:
        raw: the file's bytes; above `MAXIMUM_BYTES` only those before it are read.
        path: relative to the entries folder; the stem is the entry's id.
        vocabulary: the names that services, causes and the like may have.
        default_timezone: what times without an offset mean where the entry names no zone.
    """
    path = unicodedata.normalize("NFC", path).replace("\\", "/")
    identifier = path.rpartition("/")[2]
    if len(identifier) > 3 and identifier.lower().endswith(".md"):
        identifier = identifier[:-3]
    text = read_text(raw, path)
    front = read_front_matter(text.lines, path) if text.lines else None
    if front is None:
        return _unread(identifier, path, text.findings)
    postmortem = read_fields(front, identifier, path, vocabulary, default_timezone)
    zone = postmortem.timezone if resolve_zone(postmortem.timezone) else default_timezone
    body = read_body(text.lines, front.body_line, path, postmortem.date, zone)
    title, lines = postmortem.title, postmortem.source_lines
    if not title and body.title:
        title, lines = body.title, {**lines, "title": body.title_line}
    language = postmortem.language or language_of(text.lines[front.body_line - 1 :])
    return replace(
        postmortem,
        title=title,
        date=postmortem.date or day_of_title(title),
        language=language,
        sections=body.sections,
        timeline=body.timeline,
        follow_ups=body.follow_ups,
        source_lines=lines,
        findings=(*text.findings, *postmortem.findings, *body.findings),
    )


def serialise(postmortem: Postmortem) -> str:
    """An entry's Markdown, from which `parse` reads the same postmortem again.

    The sections are written as they are. A timeline or follow-ups that say something else
    than their section does take that section's place; without a section they get one.
    """
    from kb.document.writing import write

    start = postmortem.date
    zone = postmortem.timezone if resolve_zone(postmortem.timezone) else ""

    def read(text: str) -> tuple[tuple[TimelineEvent, ...], tuple[FollowUp, ...]]:
        body = read_body(tuple(text.split("\n")), 1, postmortem.path, start, zone)
        return body.timeline, body.follow_ups

    return write(postmortem, read)


def read_body(
    lines: Sequence[str], first_line: int, path: str, day: date | None, zone: str
) -> Body:
    """Read an entry's Markdown.

    Args:
        lines: all lines of the file, of which those from `first_line` on are read.
        first_line: the line, counted from 1, on which the Markdown begins.
        path: of the entry, for findings.
        day: the day the incident began, for times without a date.
        zone: what times without a zone mean where the text names none; or empty.
    """
    tree = read_blocks("\n".join(lines[first_line - 1 :]), first_line)
    outlined = outline(tree.blocks, lines)
    title = re.sub(r"^[*_]{2}(.+)[*_]{2}$", r"\1", " ".join(outlined.title.split()))
    day = day or day_of_title(title)
    todo = read_follow_ups(outlined.parts, tree.references, path, day)
    return Body(
        title=title,
        title_line=outlined.title_line,
        blocks=tree.blocks,
        sections=tuple(part.section for part in outlined.parts),
        timeline=read_timeline(outlined.parts, lines, day, zone),
        follow_ups=todo.items,
        findings=todo.findings,
    )


def _unread(identifier: str, path: str, findings: tuple[Finding, ...]) -> Postmortem:
    from kb.document.fields import day_of_id
    from kb.model import Postmortem

    return Postmortem(identifier, path, date=day_of_id(identifier), findings=findings)


def language_of(lines: Sequence[str]) -> str:
    """`ko` where a fifth of the letters are Hangul, `ja` where there is kana, else `en`."""
    text = "\n".join(lines)
    if text.isascii():
        return "en"
    # A pattern of so many characters takes longer to compile than all of this.
    first_bytes = text.encode("utf-16-be", "surrogatepass")[::2]
    hangul = len(first_bytes) - len(first_bytes.translate(None, _HANGUL))
    if hangul >= len(text) / 5:
        return "ko"
    letters = sum(map(len, _LETTERS.findall(text))) or 1
    if hangul >= letters / 5:
        return "ko"
    return "ja" if sum(map(len, _KANA.findall(text))) >= letters / 20 else "en"
