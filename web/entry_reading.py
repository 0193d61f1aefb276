"""An entry as its page shows it: sections in reading order, prose apart from events and follow-ups.

Every line of the file is shown once. A section's text holds the sections within it, and the
lines that events and follow-ups were read from; here each line belongs to one section, and
where items were read the items stand in place of the lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Literal, TypeVar

from markupsafe import Markup

from kb.document.entry import language_of
from kb.document.markdown import read_blocks
from kb.document.timeline import words_after
from kb.moments import read_moment, resolve_zone

if TYPE_CHECKING:
    from kb.document.markdown import Block
    from kb.model import FollowUp, Postmortem, Section, TimelineEvent
    from web.markdown_page import Writer

RESERVED = ("main", "site-query")
"""Identifiers of the frame around every page."""

_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:", re.MULTILINE)
_DEEPEST = 4
_HANGUL = re.compile("[가-힣]")

_Item = TypeVar("_Item")
Lines = Sequence[tuple[int, str]]
PassageKind = Literal["text", "events", "follow-ups"]


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event of the timeline.

    Attributes:
        html: what happened.
        zone: the zone as a person says it (`KST`), or empty.
        until: the clock time at which a range ends, or empty.
        elapsed: whole minutes since the incident began, or None.
        day: the day where it is another than that of the event before, else empty.
        identifier: the event's anchor; empty where the page has that identifier already.
    """

    event: TimelineEvent
    html: Markup
    language: str
    zone: str
    until: str
    elapsed: int | None
    day: str
    identifier: str


@dataclass(frozen=True, slots=True)
class ShownFollowUp:
    """One follow-up: `number` counts them from 1 in the entry."""

    item: FollowUp
    html: Markup
    language: str
    number: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of a section: prose, or the items that were read from it."""

    kind: PassageKind
    html: Markup
    events: tuple[ShownEvent, ...] = ()
    follow_ups: tuple[ShownFollowUp, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A section on the page.

    Attributes:
        heading: its heading, empty where the text has none.
        level: of its heading on the page, 2 to 4.
        identifier: its anchor; empty where the page has that identifier already.
    """

    section: Section
    heading: Markup
    level: int
    language: str
    identifier: str
    passages: tuple[Passage, ...]


def read(entry: Postmortem, raw: str, writer: Writer) -> tuple[Part, ...]:
    """The sections of an entry: its summaries first, notes on sources last.

    Args:
        entry: what is shown.
        raw: the text of its file.
        writer: writes the Markdown; it has to know the identifiers of the page.
    """
    reader = _Reader(entry, writer)
    parts = [
        reader.part(section, lines, level) for section, lines, level in _owned(entry.sections, raw)
    ]
    first = [part for part in parts if part.section.kind == "summary" and part.level == 2]
    last = [part for part in parts if part.section.kind == "source-notes" and part.level == 2]
    ahead = {id(part) for part in (*first, *last)}
    return (*first, *(part for part in parts if id(part) not in ahead), *last)


def references(entry: Postmortem) -> Mapping[str, str]:
    """The targets of the links `[text][name]` of an entry, by name in capitals."""
    text = "\n\n".join(section.text for section in entry.sections)
    return read_blocks(text).references if _DEFINITION.search(text) else {}


def content_language(text: str, usual: str) -> str:
    """The language a piece of content is read in, which may differ from its entry's.

    A piece without a letter, or in an alphabet that tells nothing of its own, is as usual.
    """
    found = language_of([text])
    if found in {"ko", "ja"} or not usual:
        return found
    if _HANGUL.search(text) and usual == "ko":
        return usual
    letters = sum(1 for letter in text if letter.isascii() and letter.isalpha())
    return found if letters >= 12 and usual in {"ko", "ja"} else usual


def in_zone(at: datetime, zone: tzinfo | None) -> datetime:
    """The instant by the clocks of a zone; as it is where that would leave the calendar."""
    try:
        return at.astimezone(zone) if zone else at
    except OverflowError:
        return at


def _owned(sections: Sequence[Section], raw: str) -> Iterator[tuple[Section, Lines, int]]:
    """Each section with the lines that no section within it has, and its level on the page."""
    file = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    starts = [_first_line(section, file) for section in sections]
    texts = [section.text.split("\n") if section.text else [] for section in sections]
    owner: dict[int, int] = {}
    levels: list[int] = []
    around: list[int] = []
    for place, section in enumerate(sections):
        end = starts[place] + len(texts[place])
        while around and starts[around[-1]] + len(texts[around[-1]]) <= section.line:
            around.pop()
        levels.append(min(_DEEPEST, 2 + len(around)))
        around.append(place)
        owner.update(dict.fromkeys(range(min(section.line, starts[place]), end), place))
    for place, section in enumerate(sections):
        numbered = enumerate(texts[place], starts[place])
        yield section, [(n, line) for n, line in numbered if owner[n] == place], levels[place]


def _first_line(section: Section, file: Sequence[str]) -> int:
    """The line of the file on which a section's text begins."""
    first = section.text.split("\n", 1)[0].rstrip()
    start = max(section.line, 1)
    for number in range(start, min(start + 50, len(file) + 1)):
        if first.strip() and file[number - 1].rstrip().endswith(first):
            return number
    number = section.line + 1
    while number <= len(file) and (
        not file[number - 1].strip() or _UNDERLINE.fullmatch(file[number - 1])
    ):
        number += 1
    return number


class _Reader:
    """Reads the parts of one entry in the order of its file."""

    def __init__(self, entry: Postmortem, writer: Writer) -> None:
        self._entry = entry
        self._writer = writer
        self._events = sorted(entry.timeline, key=lambda event: event.line)
        self._follow_ups = sorted(entry.follow_ups, key=lambda item: item.line)
        self._event_lines = [event.line for event in self._events]
        self._follow_up_lines = [item.line for item in self._follow_ups]
        anchors = [section.anchor for section in entry.sections]
        anchors += [event.anchor for event in entry.timeline]
        writer.reserve((*RESERVED, *anchors))
        self._free = set(anchors) - set(RESERVED)
        self._start = entry.started or next((e.at for e in entry.timeline if e.at), None)
        self._day = ""
        self._told = self._lines_told()

    def part(self, section: Section, lines: Lines, level: int) -> Part:
        text = "\n".join(line for _, line in lines)
        language = content_language(text or section.heading, self._entry.language)
        identifier = self._claim(section.anchor)
        heading = self._writer.inline(" ".join(section.heading.split()))
        ahead = tuple(self._told_by_heading(section, lines))
        passages = (*ahead, *self._passages(lines, level, told=bool(ahead)))
        return Part(section, heading, level, language, identifier, passages)

    def _told_by_heading(self, section: Section, lines: Lines) -> Iterator[Passage]:
        """The event that a section's heading tells: `## Feb 21, 13:00`."""
        events = _between(self._event_lines, section.line, section.line + 1)
        if events and not (lines and lines[0][0] == section.line):
            yield Passage("events", Markup(), tuple(self._shown_events([(section.line, "")])))

    def _claim(self, anchor: str) -> str:
        if anchor not in self._free:
            return ""
        self._free.discard(anchor)
        return anchor

    def _lines_told(self) -> frozenset[str]:
        """The lines that stand in an item's text: the paragraphs below it."""
        texts = (*(e.text for e in self._events), *(f.text for f in self._follow_ups))
        return frozenset(" ".join(line.split()) for text in texts for line in text.split("\n"))

    def _passages(self, lines: Lines, level: int, *, told: bool) -> Iterator[Passage]:
        prose: list[str] = []
        for kind, block in self._blocks(lines, told=told):
            if kind == "text":
                prose += [line for _, line in block]
                continue
            yield from self._prose(prose, level)
            prose = []
            if kind == "events":
                yield Passage(kind, Markup(), events=tuple(self._shown_events(block)))
            else:
                yield Passage(kind, Markup(), follow_ups=tuple(self._shown_follow_ups(block)))
        yield from self._prose(prose, level)

    def _prose(self, lines: Sequence[str], level: int) -> Iterator[Passage]:
        text = "\n".join(lines)
        if text.strip():
            html = self._writer.blocks(text, level)
            if html:
                yield Passage("text", html)

    def _blocks(self, lines: Lines, *, told: bool) -> Iterator[tuple[PassageKind, Lines]]:
        """Runs of neighbouring lines: prose, lines with events, lines with follow-ups.

        `told` says that an item may tell them already though none stands in them.
        """
        items = [number for number, _ in lines if self._kind(number, number + 1) != "text"]
        if not items and not told:
            yield "text", lines
            return
        run: list[tuple[int, str]] = []
        current: PassageKind = "text"
        for block, kind in self._kinds(lines):
            if kind is None:
                continue
            if kind != current and run:
                yield current, run
                run = []
            current = kind
            run += block
        if run:
            yield current, run

    def _kinds(self, lines: Lines) -> Iterator[tuple[Lines, PassageKind | None]]:
        """The blocks of Markdown with what they hold; None for what items say already."""
        for run in _unbroken(lines):
            first = run[0][0]
            blocks = read_blocks("\n".join(line for _, line in run), first).blocks
            for place, block in enumerate(blocks):
                begin = 0 if place == 0 else block.line - first
                end = blocks[place + 1].line - first if place + 1 < len(blocks) else len(run)
                own = run[begin:end]
                kind = self._kind(first + begin, first + end)
                yield own, None if kind == "text" and self._is_told(block, own) else kind
            if not blocks:
                yield run, "text"

    def _kind(self, begin: int, end: int) -> PassageKind:
        if _between(self._event_lines, begin, end):
            return "events"
        return "follow-ups" if _between(self._follow_up_lines, begin, end) else "text"

    def _is_told(self, block: Block, lines: Lines) -> bool:
        """Whether the items beside it say it: the text below one, a date above them."""
        if block.kind in {"heading", "paragraph"}:
            moment = read_moment(block.text[:200])
            if moment and moment.clock is None and not words_after(block.text, moment):
                return True
        written = [" ".join(line.split()) for _, line in lines if line.strip()]
        return all(line in self._told for line in written)

    def _shown_events(self, lines: Lines) -> Iterator[ShownEvent]:
        for event in _those(self._events, self._event_lines, lines):
            day = event.date.isoformat() if event.date else ""
            new = day if day != self._day else ""
            self._day = day or self._day
            yield ShownEvent(
                event=event,
                html=self._writer.inline(event.text),
                language=content_language(event.text, self._entry.language),
                zone=self._zone(event),
                until=_end(event),
                elapsed=_minutes_after(self._start, event.at),
                day=new,
                identifier=self._claim(event.anchor),
            )

    def _zone(self, event: TimelineEvent) -> str:
        if not event.zone or event.at is None or "/" not in event.zone:
            return event.zone or ""
        zone = resolve_zone(event.zone)
        return (in_zone(event.at, zone).tzname() or event.zone) if zone else event.zone

    def _shown_follow_ups(self, lines: Lines) -> Iterator[ShownFollowUp]:
        first = bisect_left(self._follow_up_lines, lines[0][0])
        for number, item in enumerate(
            _those(self._follow_ups, self._follow_up_lines, lines), first + 1
        ):
            language = content_language(item.text, self._entry.language)
            yield ShownFollowUp(item, self._writer.inline(item.text), language, number)


def _end(event: TimelineEvent) -> str:
    if event.until is None:
        return ""
    return f"{in_zone(event.until, event.at.tzinfo if event.at else None):%H:%M}"


def _minutes_after(start: datetime | None, at: datetime | None) -> int | None:
    return None if start is None or at is None else int((at - start).total_seconds() // 60)


def _unbroken(lines: Lines) -> Iterator[Lines]:
    """Runs of lines that follow one another in the file."""
    begin = 0
    for place in range(1, len(lines) + 1):
        if place == len(lines) or lines[place][0] != lines[place - 1][0] + 1:
            yield lines[begin:place]
            begin = place


def _between(numbers: Sequence[int], begin: int, end: int) -> bool:
    place = bisect_left(numbers, begin)
    return place < len(numbers) and numbers[place] < end


def _those(items: Sequence[_Item], numbers: Sequence[int], lines: Lines) -> Iterator[_Item]:
    """The items that stand on these lines, between which others may have been left out."""
    own = {number for number, _ in lines}
    begin, end = bisect_left(numbers, lines[0][0]), bisect_left(numbers, lines[-1][0] + 1)
    return (items[place] for place in range(begin, end) if numbers[place] in own)
