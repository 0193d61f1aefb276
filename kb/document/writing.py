"""A postmortem as Markdown with front matter, the way a person would write it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.document.front_matter_keys import KEYS
from kb.model import Section
from kb.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from kb.model import FollowUp, Postmortem, SectionKind, Source, TimelineEvent

    Reader = Callable[[str], tuple[tuple[TimelineEvent, ...], tuple[FollowUp, ...]]]

# What YAML of any version would not read as the text it is.
_PLAIN = pattern(r"[^\W\d_][^\x00-\x1f:#,\[\]{}\"'`&*!|>%@\\\x7f-\x9f\u2028\u2029\ufeff]*")
_ADDRESS = pattern(r"https?://[\w./?=&%~+@;-]+")
_TYPED = pattern(
    r"(?:y|n|yes|no|on|off|true|false|null|nan|inf|none)|[\d.+\-:eE_xXoO]+", re.IGNORECASE
)
_DAY = pattern(r"\d{4}-\d{2}-\d{2}")
_UNPRINTABLE = pattern(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_HEADINGS: dict[SectionKind, tuple[str, str]] = {
    "timeline": ("Timeline", "타임라인"),
    "follow-ups": ("Follow-ups", "후속 조치"),
}


def write(postmortem: Postmortem, read: Reader) -> str:
    """The Markdown of a postmortem.

    Args:
        postmortem: what to write.
        read: reads timeline and follow-ups out of a body, to see whether it says them.
    """
    front = "\n".join(front_matter(postmortem))
    body = _body(postmortem.sections)
    timeline, follow_ups = read(body)
    sections = list(postmortem.sections)
    if _unplaced(timeline) != _unplaced(postmortem.timeline):
        text = "\n".join(event_line(event) for event in postmortem.timeline)
        sections = _with(sections, "timeline", text, postmortem.language)
    if _without_lines(follow_ups) != _without_lines(postmortem.follow_ups):
        text = "\n".join(_follow_up(item, read) for item in postmortem.follow_ups)
        sections = _with(sections, "follow-ups", text, postmortem.language)
    body = _body(sections)
    return f"---\n{front}\n---\n\n{body}\n" if body else f"---\n{front}\n---\n"


def _unplaced(events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    return [replace(event, line=0, anchor="", kind=None) for event in events]


def _without_lines(items: Sequence[FollowUp]) -> list[FollowUp]:
    return [replace(item, line=0) for item in items]


def _with(
    sections: Sequence[Section], kind: SectionKind, text: str, language: str
) -> list[Section]:
    """The sections with another text for one kind, at its place or else at the end."""
    changed: list[Section] = []
    done = False
    for section in sections:
        if section.kind != kind:
            changed.append(section)
        elif not done:
            done = True
            if text:
                changed.append(replace(section, text=text))
    if not done and text:
        heading = _HEADINGS[kind][language == "ko"]
        changed.append(Section(kind, heading, 2, heading.lower(), 0, text))
    return changed


def _body(sections: Sequence[Section]) -> str:
    pieces: list[str] = []
    outer: Section | None = None
    for section in sections:
        if outer is not None and _lies_within(section, outer):
            continue
        outer = section
        if section.level:
            pieces.append(f"{'#' * section.level} {' '.join(section.heading.split())}")
        if section.text:
            pieces.append(section.text)
    return "\n\n".join(pieces)


def _lies_within(section: Section, outer: Section) -> bool:
    """Whether a section is already told in the text of the one before it."""
    return (
        section.level > outer.level
        and section.heading in outer.text
        and section.text.split("\n", 1)[0] in outer.text
    )


def front_matter(postmortem: Postmortem) -> Iterator[str]:
    """The lines of a postmortem's front matter, without the two lines of `---`."""
    for key in KEYS[:-1]:
        value: str | date | tuple[str, ...] | None = getattr(postmortem, key)
        if isinstance(value, tuple):
            yield from _list(key, value)
        elif value:
            text = value if isinstance(value, str) else value.isoformat()
            yield f"{key}: {scalar(text) if isinstance(value, str) else text}"
    for key, values in postmortem.extra.items():
        if len(values) == 1:
            yield f"{scalar(key)}: {scalar(values[0])}"
        else:
            yield from _list(scalar(key), values)
    if postmortem.sources:
        yield "sources:"
        for source in postmortem.sources:
            yield from _source(source)


def _list(key: str, values: Sequence[str]) -> Iterator[str]:
    if values:
        yield f"{key}: [{', '.join(scalar(value) for value in values)}]"


def _source(source: Source) -> Iterator[str]:
    mark = "-"
    for key in ("title", "publisher", "url", "published"):
        if value := getattr(source, key):
            yield f"  {mark} {key}: {scalar(value)}"
            mark = " "


def scalar(text: str) -> str:
    """A text as YAML, quoted where it could be read as anything else."""
    if _DAY.fullmatch(text) or _ADDRESS.fullmatch(text):
        return text
    plain = _PLAIN.fullmatch(text) and text == text.strip() and not _TYPED.fullmatch(text)
    if plain:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def event_line(event: TimelineEvent) -> str:
    """An event as an item of a list, from which the same event is read."""
    when = _when(event)
    text = event.text.replace("\n", "\n  ")
    if when and text:
        return f"- {when} — {text}"
    return f"- {when or text}"


def _when(event: TimelineEvent) -> str:
    about = "~" if event.approximate else ""
    if event.date is None:
        return f"{about}{event.time}" if event.time else ""
    day = event.date.isoformat()
    if event.time is None:
        return f"{about}{day}"
    zone = f" {event.zone}" if event.zone else ""
    until = ""
    if event.until is not None:
        same = event.until.date() == event.date
        until = f"–{event.until:%H:%M}" if same else f" ~ {event.until:%Y-%m-%d %H:%M}"
    return f"{day} {about}{event.time}{until}{zone}"


def _follow_up(item: FollowUp, read: Reader) -> str:
    box = {True: "[x] ", False: "[ ] ", None: ""}[item.done]
    text = item.text.replace("\n", "\n  ")
    line = f"- {box}{text}"
    _, found = read(f"## Follow-ups\n\n{line}")
    said = found[0].ticket if found else None
    attributes = [
        f"{name}: {value}"
        for name, value in (
            ("owner", item.owner),
            ("due", item.due),
            ("ticket", item.ticket if item.ticket != said else None),
        )
        if value
    ]
    first, newline, rest = line.partition("\n")
    return f"{first} — {', '.join(attributes)}{newline}{rest}" if attributes else line
