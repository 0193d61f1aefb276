"""From an entry's bytes to what rules see of it, the file read once."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.document.encodings import read_text
from kb.document.entry import language_of, parse, read_body
from kb.document.fields import day_of_title, read_fields
from kb.document.front_matter import read_front_matter
from kb.moments import resolve_zone
from kb.review.subject import Folder, Subject

if TYPE_CHECKING:
    from datetime import date

    from kb.config import Config


def subject_of(
    content: bytes, path: str, config: Config, today: date, folder: Folder | None = None
) -> Subject:
    """Read an entry for review; never raises, whatever the bytes.

    The entry is the one that `kb.document.parse` gives: the same parts are asked in the same
    order, but what they have read on the way is kept.

    Args:
        content: the file's bytes.
        path: relative to the entries folder, with forward slashes; the stem is the id.
        config: of the folder; its vocabulary and its time zone count as in an index.
        today: the day of the review.
        folder: what may be asked about the other entries; without it nothing is known of them.
    """
    folder = folder or Folder()
    path = unicodedata.normalize("NFC", path).replace("\\", "/")
    text = read_text(content, path)
    if not text.lines:
        entry = parse(content, path, config.vocabulary, config.timezone)
        return Subject(entry, (), 1, (), config, today, folder=folder)
    identifier = path.rpartition("/")[2]
    if len(identifier) > 3 and identifier.lower().endswith(".md"):
        identifier = identifier[:-3]
    front = read_front_matter(text.lines, path)
    entry = read_fields(front, identifier, path, config.vocabulary, config.timezone)
    zone = entry.timezone if resolve_zone(entry.timezone) else config.timezone
    body = read_body(text.lines, front.body_line, path, entry.date, zone)
    lines = entry.source_lines
    if not entry.title and body.title:
        lines = {**lines, "title": body.title_line}
    entry = replace(
        entry,
        title=entry.title or body.title,
        date=entry.date or day_of_title(entry.title or body.title),
        language=entry.language or language_of(text.lines[front.body_line - 1 :]),
        sections=body.sections,
        timeline=body.timeline,
        follow_ups=body.follow_ups,
        source_lines=lines,
        findings=(*text.findings, *entry.findings, *body.findings),
    )
    return Subject(
        entry=entry,
        lines=text.lines,
        body_line=front.body_line,
        blocks=body.blocks,
        config=config,
        today=today,
        front=front,
        folder=folder,
        raw=content,
        imported=[value.casefold() for value in entry.extra.get("imported", ())] == ["true"],
    )
