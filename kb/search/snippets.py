"""The passages of an entry that show why it was found, with the words marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kb.search import text
from kb.search.engine import TermSequence
from kb.search.results import Snippet

if TYPE_CHECKING:
    from kb.search.engine import Word

LENGTH = 200
"""Characters of a snippet, about."""
LONGEST_SECTION = 60_000
"""Characters of a section that are looked through."""

_Places = Mapping[str, Mapping[int, tuple[int, int]]]
"""Term -> its positions -> the characters it stands at."""

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?。]\s|\n")


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    word: int


def snippets(shown: Mapping[str, Any], words: Sequence[Word], most: int = 2) -> tuple[Snippet, ...]:
    """The best passages of a stored entry, at most one a section, in the order of the entry.

    Where no word stands in any section (a filter or the title found the entry), the beginning
    of its summary, unmarked.
    """
    sections: Sequence[Sequence[str]] = shown["sections"]
    bodies = [body[:LONGEST_SECTION] for _, _, _, body in sections]
    scored: list[tuple[float, int, Snippet]] = []
    for number, marks in enumerate(_marks(bodies, words)):
        if marks:
            _, heading, anchor, _ = sections[number]
            start, end, score = _best_window(bodies[number], marks)
            cut = _cut(heading, anchor, bodies[number], (start, end), marks)
            scored.append((score, -number, cut))
    best = sorted(scored, key=lambda each: each[:2], reverse=True)[:most]
    if best:
        return tuple(snippet for _, _, snippet in sorted(best, key=lambda each: -each[1]))
    return _beginning(sections)


def _beginning(sections: Sequence[Sequence[str]]) -> tuple[Snippet, ...]:
    chosen = sorted(sections, key=lambda section: section[0] != "summary")
    for _, heading, anchor, body in chosen:
        if body.strip():
            return (_cut(heading, anchor, body, (0, min(LENGTH, len(body))), []),)
    return ()


def _marks(bodies: Sequence[str], words: Sequence[Word]) -> list[list[_Mark]]:
    """Where the words stand in each section; of a word that stands in none, its parts."""
    wanted = {term for word in words for s in word.spellings for term, _ in s.terms}
    places = [_places(body, wanted) for body in bodies]
    marks = [
        [
            mark
            for number, word in enumerate(words)
            for spelling in word.spellings
            for mark in _occurrences(spelling, at, number)
        ]
        for at in places
    ]
    marked = {mark.word for each in marks for mark in each}
    for number, word in enumerate(words):
        if number not in marked and word.zone is None:
            for each, at in zip(marks, places, strict=True):
                each.extend(_part_occurrences(word.spellings[0], at, number))
    return marks


def _places(body: str, wanted: Collection[str]) -> _Places:
    at: dict[str, dict[int, tuple[int, int]]] = {}
    for token in text.tokens(body) if wanted else ():
        if token.term in wanted:
            at.setdefault(token.term, {})[token.position] = (token.start, token.end)
    return at


def _occurrences(spelling: TermSequence, at: _Places, number: int) -> Iterator[_Mark]:
    """Where all terms stand together."""
    first, _ = spelling.terms[0]
    for position, (start, _) in at.get(first, {}).items():
        end = start
        for term, distance in spelling.terms:
            place = at.get(term, {}).get(position + distance)
            if place is None:
                break
            end = max(end, place[1])
        else:
            yield _Mark(start, end, number)


def _part_occurrences(spelling: TermSequence, at: _Places, number: int) -> Iterator[_Mark]:
    """Where one part of a joined word or a phrase stands.

    Pairs of syllables that overlap are one word: two of them must stand together, since a
    single pair is in too many other words.
    """
    ends = (("", 0), *spelling.terms, ("", 0))
    for (before, _), (term, _), (after, _) in zip(ends, ends[1:], ends[2:], strict=False):
        if _overlap(term, after):
            yield from _occurrences(TermSequence(((term, 0), (after, 1))), at, number)
        elif not _overlap(before, term) and len(spelling.terms) > 1:
            yield from (_Mark(start, end, number) for start, end in at.get(term, {}).values())


def _overlap(left: str, right: str) -> bool:
    """Whether two terms are neighbouring pairs of one Korean, Japanese or Chinese word."""
    return len(left) == len(right) == 2 and left[1] == right[0] and not left.isascii()


def _best_window(body: str, marks: list[_Mark]) -> tuple[int, int, float]:
    """The stretch of about `LENGTH` characters with the most different words, then marks."""
    marks.sort(key=lambda mark: (mark.start, mark.end))
    starts = [mark.start for mark in marks]
    best = (-1.0, 0, 0)
    for index, mark in enumerate(marks):
        last = bisect_right(starts, mark.start + LENGTH * 3 // 4)
        inside = marks[index:last]
        score = len({each.word for each in inside}) + min(len(inside), 9) / 10
        if score > best[0]:
            best = (score, mark.start, inside[-1].end)
    score, first, last_end = best
    room = max(0, LENGTH - (last_end - first))
    start = _sentence_start(body, first, room // 2)
    end = min(len(body), max(last_end, start + LENGTH))
    return start, _word_end(body, last_end, end), score


def _sentence_start(body: str, first: int, room: int) -> int:
    """A good place to begin at most `room` characters before the first mark."""
    low = max(0, first - room)
    if low == 0:
        return 0
    ends = [match.end() for match in _SENTENCE_END.finditer(body, low, first)]
    if ends:
        return ends[0]
    space = body.find(" ", low, first)
    return space + 1 if space >= 0 else low


def _word_end(body: str, least: int, end: int) -> int:
    """The end of a word shortly before `end`, but not before the last mark."""
    if end >= len(body):
        return len(body)
    space = body.rfind(" ", max(least, end - 20), end)
    return space if space > 0 else end


def _cut(
    heading: str, anchor: str, body: str, window: tuple[int, int], marks: Sequence[_Mark]
) -> Snippet:
    """The window on one line, with ellipses where it is cut and marks that fit it."""
    start, end = window
    lead = "… " if start > 0 else ""
    tail = " …" if end < len(body) else ""
    pieces: list[str] = [lead]
    length = len(lead)
    placed: list[tuple[int, int]] = []
    spans = [(m.start, m.end) for m in marks if m.start >= start and m.end <= end]
    cuts = sorted({start, end, *(point for span in spans for point in span)})
    where: dict[int, int] = {start: length}
    for left, right in pairwise(cuts):
        piece = _SPACE.sub(" ", body[left:right])
        if (length == len(lead) or pieces[-1].endswith(" ")) and piece.startswith(" "):
            piece = piece[1:]
        pieces.append(piece)
        length += len(piece)
        where[right] = length
    for left, right in sorted((where[a], where[b]) for a, b in spans):
        if placed and left <= placed[-1][1]:
            placed[-1] = (placed[-1][0], max(right, placed[-1][1]))
        else:
            placed.append((left, right))
    return Snippet(heading, anchor, "".join(pieces).rstrip() + tail, tuple(placed))
