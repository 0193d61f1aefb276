"""Clock times in an article's sentences, made a draft of a timeline.

News in Korean (and Japanese) tells an outage in prose: "오전 9시 15분부터 11시 57분까지". Each time
becomes an event with the sentence it came from, so that a person can check it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.document.turns import turn_of
from kb.moments import Clock, find_moments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from kb.model import EventKind

_SENTENCES = re.compile(r"(?<=[.!?。])[\"'”’)]*\s+|(?<=。)")
_TROUBLE = re.compile(
    r"장애|오류|먹통|중단|마비|지연|불가|복구|정상|멈[추췄춘]|끊[기겼]|障害|停止|復旧|不具合|つなが"
)
_OVER = re.compile(r"복구(?!되지|하지)|정상화|정상적|해소|재개|解消|復旧")
_UNTIL = re.compile(r"까지|まで")
_SINCE = re.compile(r"부터|から")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)|[*_`]+")
_HEADING = re.compile(r"^#{1,6}\s")


@dataclass(frozen=True, slots=True)
class Told:
    """A clock time in a sentence.

    Attributes:
        day: the date written there, or None.
        until: the end of a range, told by the same words.
        kind: which turn of the incident the words make it, or None.
        line: in the Markdown, counted from 1.
    """

    day: date | None
    clock: Clock
    until: Clock | None
    kind: EventKind | None
    zone: str | None
    sentence: str
    line: int


def told_times(lines: Sequence[str], context: date | None) -> tuple[Told, ...]:
    """The times that sentences about an outage name, in the order of the text.

    Args:
        lines: the Markdown.
        context: a day near the incident, for days without month or year.
    """
    found: list[Told] = []
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if not fenced and not _HEADING.match(line):
            found += _in_line(line, number, context)
    # A table's row or a title may name times without a word about what they are.
    return tuple(found) if any(one.kind for one in found) else ()


def troubled_sentences(line: str) -> Iterator[str]:
    """The sentences of a line that speak of an outage or its end."""
    plain = _MARKUP.sub(r"\1", line)
    yield from (one for one in _SENTENCES.split(plain) if _TROUBLE.search(one))


def _in_line(line: str, number: int, context: date | None) -> Iterator[Told]:
    plain = " ".join(_MARKUP.sub(r"\1", line).replace("|", " ").split()).lstrip("-+> ")
    if not plain or not any(letter.isdigit() for letter in plain):
        return
    for sentence in _SENTENCES.split(plain):
        timed = [moment for moment in find_moments(sentence, context) if moment.clock]
        if not timed:
            continue
        trouble = _TROUBLE.search(sentence) is not None
        for moment in timed:
            assert moment.clock is not None
            words = sentence[moment.start : moment.end + 3]
            kind = _kind(words, sentence) if trouble or moment.until else None
            if moment.until and not trouble and not _UNTIL.search(words):
                continue
            yield Told(
                moment.date, moment.clock, moment.until, kind, moment.zone, sentence.strip(), number
            )


def _kind(words: str, sentence: str) -> EventKind | None:
    if _SINCE.search(words):
        return "started"
    if _UNTIL.search(words) or _OVER.search(sentence):
        return "resolved"
    return turn_of(sentence)


@dataclass(frozen=True, slots=True)
class Span:
    """A beginning and an end that a document tells together."""

    day: date | None
    start: Clock
    end: Clock
    sentence: str
    line: int


def spans_of(told: Sequence[Told]) -> tuple[Span, ...]:
    """The ranges that are told, each once."""
    spans: dict[tuple[int, int], Span] = {}
    for one, following in zip(told, (*told[1:], None), strict=True):
        end = one.until
        if end is None and one.kind == "started" and following is not None:
            # "10시 54분부터 ... 12시 20분에 복구": both in one sentence.
            same = (following.line, following.sentence) == (one.line, one.sentence)
            end = following.clock if same and following.kind == "resolved" else None
        if end is not None:
            key = (one.clock.minutes, end.minutes)
            spans.setdefault(key, Span(one.day, one.clock, end, one.sentence, one.line))
    return tuple(spans.values())


def draft_events(told: Sequence[Told]) -> tuple[Told, ...]:
    """One event for each time of day, ranges taken apart, in the order of the clock.

    Of several sentences about one time the first that says what it was is kept.
    """
    single: list[Told] = []
    for one in told:
        single.append(replace(one, until=None, kind="started" if one.until else one.kind))
        if one.until is not None:
            single.append(replace(one, clock=one.until, until=None, kind="resolved"))
    best: dict[tuple[int, int], Told] = {}
    for one in single:
        key = (one.day.toordinal() if one.day else 0, one.clock.minutes)
        same = next((old for old in best if old[1] == key[1] and 0 in {old[0], key[0]}), key)
        kept = best.get(same)
        if kept is None:
            best[key] = one
        elif (one.kind and not kept.kind) or (one.day and not kept.day):
            best.pop(same)
            merged = one if one.kind and not kept.kind else kept
            best[key] = replace(merged, day=one.day or kept.day, kind=one.kind or kept.kind)
    return tuple(best[key] for key in sorted(best))
