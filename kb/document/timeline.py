"""A timeline's events, from the forms that people write them in.

Lists, tables, a heading for each event, bold times, plain lines that begin with a time:
all give one event a line of the timeline. What is written below an event (nested lists,
paragraphs, code under its heading) belongs to its text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.document.markdown import without_comments
from kb.document.sections import source
from kb.document.turns import turn_of
from kb.model import TimelineEvent
from kb.moments import find_moments, find_zone, read_moment, walk
from kb.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kb.document.markdown import Block
    from kb.document.sections import Part
    from kb.moments import Moment, Order

_DAY_FIRST = pattern(r"(?<![\d/.-])(1[3-9]|2\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-]\d{4}")
_BETWEEN = pattern(r"\s*(?:(?:[—–:：|,;→⇒·]|-{1,3}(?=\s|$)|->|=>)\s*)?")
_LABEL = pattern(r"(?P<label>[^:：\n]{2,50}?)(?:\*\*|__)?\s*[:：](?:\*\*|__)?\s*(?P<rest>\S.*)")
_LONGEST_LABEL_WORDS = 6


@dataclass(slots=True)
class _Line:
    """A line of a timeline under way: its moment, what is told of it, and where it stands.

    A line with `told` None only sets the date for those that follow.
    """

    line: int
    moment: Moment | None
    told: list[str] | None


def read_timeline(
    parts: Sequence[Part], lines: Sequence[str], start: date | None, zone: str
) -> tuple[TimelineEvent, ...]:
    """The events of a document's timeline sections, in the order of the document.

    Args:
        parts: all sections of the document.
        lines: all lines of its file.
        start: the day the incident began, for times that stand without a date.
        zone: what times without a zone mean where the timeline itself names none; or empty.
    """
    events: list[TimelineEvent] = []
    taken: dict[str, int] = {}
    for part in _timelines(parts):
        continued = part.section.kind == "other"
        begin = next((event.date for event in reversed(events) if event.date), start)
        reader = _Reader(lines, part, begin if continued else start)
        reader.read()
        if reader.zone:
            zone = reader.zone
        events += _dated(reader, begin if continued else start, zone, taken)
    return tuple(events)


def _timelines(parts: Sequence[Part]) -> Iterable[Part]:
    """The timeline sections that do not lie within another, and what continues them."""
    end, level = 0, 0
    for part in parts:
        section = part.section
        if section.line < end:
            continue
        if section.kind == "timeline":
            end, level = part.end, section.level
            yield part
        elif end == section.line and section.kind == "other" and section.level == level:
            moment = read_moment(section.heading)
            if moment and moment.clock:
                end = part.end
                yield part


def _dated(
    reader: _Reader, start: date | None, zone: str, taken: dict[str, int]
) -> Iterable[TimelineEvent]:
    timed = [line.moment for line in reader.found if line.moment is not None]
    dated = iter(walk(timed, start, zone or None))
    for line in reader.found:
        when = next(dated) if line.moment is not None else None
        if line.told is None:
            continue
        text = "\n\n".join(told for told in line.told if told).strip()
        day = when.date if when else None
        time = when.time if when else None
        yield TimelineEvent(
            date=day,
            time=time,
            zone=when.zone if when else None,
            at=when.at if when else None,
            until=when.until if when else None,
            text=text,
            kind=turn_of(text),
            approximate=when.approximate if when else False,
            line=line.line,
            anchor=_anchor(day, time, taken),
        )


def _anchor(day: date | None, time: str | None, taken: dict[str, int]) -> str:
    """`t-20240718-1054`, with `-2` for the second of the same minute; else `t-unknown-1`.

    Made from the time alone, so that it stays when another event is added.
    """
    stem = "t"
    if day:
        stem += f"-{day:%Y%m%d}"
    if time:
        stem += f"-{time.replace(':', '')}"
    taken[stem] = count = taken.get(stem, 0) + 1
    if stem == "t":
        return f"t-unknown-{count}"
    return f"{stem}-{count}" if count > 1 else stem


class _Reader:
    """Reads the blocks of one timeline section, keeping the last date for short ones.

    Attributes:
        found: the lines read so far.
        zone: the zone that the section names for all its times, or None.
    """

    def __init__(self, lines: Sequence[str], part: Part, start: date | None) -> None:
        self.found: list[_Line] = []
        self.zone = find_zone(part.section.heading)
        self._lines = lines
        self._part = part
        self._context = start
        self._order: Order = "dmy" if _DAY_FIRST.search(part.section.text) else "mdy"
        self._open: str = ""  # the kind of block whose event takes what follows

    def read(self) -> None:
        """Read the section."""
        section, blocks = self._part.section, self._part.blocks
        if section.kind == "other":
            self._heading_event(section.line, section.heading, blocks)
        levels = {
            block.level for block in blocks if block.kind == "heading" and self._moment(block.text)
        }
        timed = [self._is_timed(block) for block in blocks]
        untimed = not (levels or any(timed))
        for place, block in enumerate(blocks):
            if block.kind == "heading":
                self._open = ""
                if block.level in levels:
                    self._heading_event(block.line, block.text, blocks[place + 1 :])
            elif self._open == "heading" or (
                self._open and not timed[place] and block.kind != "paragraph"
            ):
                after = blocks[place + 1].line if place + 1 < len(blocks) else self._part.end
                self._tell(source(self._lines, block.line, after))
            elif block.kind == "list" and (timed[place] or untimed):
                for item in block.children:
                    self._item(item)
            elif block.kind == "table":
                self._table(block, needed=untimed)
            elif block.kind == "paragraph":
                self._paragraph(block, heads_timed=any(timed[place + 1 : place + 2]))

    def _moment(self, text: str) -> Moment | None:
        return read_moment(text, self._context, self._order)

    def _is_timed(self, block: Block) -> bool:
        if block.kind == "list":
            return any(self._moment(item.text) or _labelled(item.text) for item in block.children)
        if block.kind == "table":
            from kb.document.timeline_tables import read_table

            return bool(read_table(block, self._context, self._order))
        return False

    def _add(self, line: int, moment: Moment | None, told: str | None, kind: str) -> None:
        if moment and moment.date:
            self._context = moment.date
        self.found.append(_Line(line, moment, None if told is None else [told]))
        self._open = kind

    def _tell(self, text: str) -> None:
        told = self.found[-1].told if self.found else None
        if told is not None:
            told.append(text)

    def _heading_event(self, line: int, text: str, below: Sequence[Block]) -> None:
        moment = self._moment(text)
        rest = words_after(text, moment) if moment else text
        only_date = moment is not None and moment.clock is None and not rest
        if only_date and self._begins_timed(below):
            self._add(line, moment, None, "")
        else:
            self._add(line, moment, rest, "heading")

    def _begins_timed(self, below: Sequence[Block]) -> bool:
        """Whether what stands first below a date begins with times of its own."""
        first = below[0] if below else None
        if first is None:
            return False
        if first.kind == "heading":
            moment = self._moment(first.text)
            return moment is not None and moment.date is None
        if first.kind == "paragraph":
            moment = self._moment(first.text)
            return moment is not None and moment.clock is not None
        return self._is_timed(first)

    def _item(self, item: Block) -> None:
        text = without_comments(item.text).strip()
        if not text:
            return
        moment = self._moment(text)
        if moment is None:
            labelled = _labelled(text, self._context, self._order)
            if labelled:
                self._add(item.line, labelled[0], labelled[1], "")
            else:
                self._add(item.line, None, text, "")
            return
        nested = [block for block in item.children[1:] if block.kind == "list"]
        first = item.children[0].text if item.children else ""
        alone = moment.clock is None and not words_after(first, moment)
        if alone and nested and any(self._is_timed(block) for block in nested):
            self._add(item.line, moment, None, "")
            for block in nested:
                for child in block.children:
                    self._item(child)
        else:
            self._add(item.line, moment, words_after(text, moment), "")

    def _table(self, block: Block, *, needed: bool) -> None:
        from kb.document.timeline_tables import read_table

        rows = read_table(block, self._context, self._order, needed=needed)
        for row in rows:
            self._add(row.line, row.moment, row.text, "")

    def _paragraph(self, block: Block, *, heads_timed: bool) -> None:
        if self._zone_line(block.text):
            return
        for offset, line in enumerate(block.text.split("\n")):
            moment = self._moment(line)
            if moment is not None:
                rest = words_after(line, moment)
                is_date = moment.clock is None and len(rest) <= 40 and not rest.endswith(".")
                told = None if is_date and heads_timed else rest
                self._add(block.line + offset, moment, told, "" if told is None else "paragraph")
            elif labelled := _labelled(line, self._context, self._order):
                self._add(block.line + offset, labelled[0], labelled[1], "paragraph")
            elif self._open:
                self._continue(line, first=offset == 0)

    def _zone_line(self, text: str) -> bool:
        zone = find_zone(text) if len(text) <= 200 and not self._moment(text) else None
        if zone:
            self.zone = self.zone or zone
        return zone is not None

    def _continue(self, line: str, *, first: bool) -> None:
        told = self.found[-1].told if self.found else None
        if not told:
            return
        if first or not told[-1]:
            told.append(line)
        else:
            told[-1] += f"\n{line}"


def words_after(text: str, moment: Moment) -> str:
    """What a line says after its moment, without what separates the two."""
    head, rest = text[: moment.end], text[moment.end :]
    rest = rest[_end_of(rest) :].strip()
    for mark in ("**", "__", "~~"):
        if head.count(mark) % 2:
            rest = (
                rest.removeprefix(mark)[_end_of(rest.removeprefix(mark)) :]
                if (rest.startswith(mark))
                else f"{mark}{rest}"
            )
    return rest.strip()


def _end_of(rest: str) -> int:
    between = _BETWEEN.match(rest)
    return between.end() if between else 0


def _labelled(
    text: str, context: date | None = None, order: Order = "mdy"
) -> tuple[Moment, str] | None:
    """A line that names its event first (`First detected: 2023-07-25 14:05`), read apart."""
    line = text.split("\n", 1)[0].strip()
    if len(line) > 120 or not any(letter.isdigit() for letter in line):
        return None
    label = _LABEL.fullmatch(line)
    if label:
        moment = read_moment(label["rest"], context, order)
        if moment and (moment.clock or moment.date) and label["rest"][moment.end :].strip() == "":
            below = text.partition("\n")[2]
            return replace(
                moment, start=0, end=0
            ), f"{label['label'].strip(' *_')}\n{below}".strip()
    found = find_moments(line, context, order)
    if len(found) != 1 or found[0].clock is None or line[found[0].end :].strip(" .)*_"):
        return None
    words = line[: found[0].start].strip(" *_-–—(:：")
    if not words or len(words.split()) > _LONGEST_LABEL_WORDS:
        return None
    below = text.partition("\n")[2]
    return replace(found[0], start=0, end=0), f"{words}\n{below}".strip()
