"""The passages of an entry that show why it was found, with the words marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kb.record import record
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
_Wanted = tuple[int, TermSequence]
"""The number of a word, and terms that stand for it."""

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?。]\s|\n")
_SIGMA = "\u03a3"
"""Its small letter depends on what stands around it."""


@record
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
    marks: list[list[_Mark]] = [[] for _ in bodies]
    _mark_all(bodies, [(n, each) for n, word in enumerate(words) for each in word.spellings], marks)
    marked = {mark.word for each in marks for mark in each}
    parts = [
        (number, part)
        for number, word in enumerate(words)
        if number not in marked and word.zone is None
        for part in _parts(word.spellings[0])
    ]
    _mark_all(bodies, parts, marks)
    return marks


def _mark_all(bodies: Sequence[str], wanted: Sequence[_Wanted], marks: list[list[_Mark]]) -> None:
    """Add where what is wanted stands in each section."""
    begun = {term: text.beginning(term) for _, each in wanted for term, _ in each.terms}
    for body, found in zip(bodies, marks, strict=True) if wanted else ():
        found.extend(_standing(wanted, begun, body))


def _standing(wanted: Sequence[_Wanted], begun: Mapping[str, str], body: str) -> Iterator[_Mark]:
    """Where any of these stand, of whose terms we know how each begins.

    To analyse an entry takes longer than to find it, so only the words are analysed that may
    begin what is wanted, and as many behind them as it is long.
    """
    lower = body.lower()
    if len(lower) != len(body) or _SIGMA in body:  # what stands there cannot be found in `lower`
        yield from _marked(wanted, _places(body, [0], len(body), begun))
        return
    there = {term for term, beginning in begun.items() if beginning in lower}
    if not there:
        return
    possible = [
        (number, each) for number, each in wanted if all(term in there for term, _ in each.terms)
    ]
    if possible:
        starts = _starts(lower, {begun[each.terms[0][0]] for _, each in possible})
        reach = max(distance for _, each in possible for _, distance in each.terms)
        yield from _marked(possible, _places(body, starts, reach, there))


def _marked(wanted: Sequence[_Wanted], at: _Places) -> Iterator[_Mark]:
    for number, each in wanted:
        yield from _occurrences(each, at, number)


def _starts(lower: str, beginnings: Collection[str]) -> list[int]:
    """Where the words start, between spaces, in which one of these stands."""
    starts: set[int] = set()
    for beginning in beginnings:
        found = lower.find(beginning)
        while found >= 0:
            space = lower.rfind(" ", 0, found) + 1
            starts.add(max(space, lower.rfind("\n", space, found) + 1))
            found = lower.find(beginning, _end(lower, found))
    return sorted(starts)


def _end(body: str, start: int) -> int:
    """Where the word ends that stands here; no term goes beyond a space or the end of a line."""
    space = body.find(" ", start)
    end = space if space >= 0 else len(body)
    line = body.find("\n", start, end)
    return line if line >= 0 else end


def _places(body: str, starts: Iterable[int], reach: int, wanted: Collection[str]) -> _Places:
    """Where these terms stand in the word at each start, and as many positions after it."""
    at: dict[str, dict[int, tuple[int, int]]] = {}
    done = position = 0
    for start in starts:
        if start >= done:
            # What was passed over parts what stands before it from what stands behind it.
            position, end = position + reach + 1, _end(body, start)
            position, done = text.locate(body, (start, end), position, wanted, at), end + 1
        until = position + reach
        while position < until and done < len(body):
            end = _end(body, done)
            position, done = text.locate(body, (done, end), position, wanted, at), end + 1
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


def _parts(spelling: TermSequence) -> Iterator[TermSequence]:
    """The parts of a joined word or a phrase.

    Pairs of syllables that overlap are one word: two of them must stand together, since a
    single pair is in too many other words.
    """
    ends = (("", 0), *spelling.terms, ("", 0))
    for (before, _), (term, _), (after, _) in zip(ends, ends[1:], ends[2:], strict=False):
        if _overlap(term, after):
            yield TermSequence(((term, 0), (after, 1)))
        elif not _overlap(before, term) and len(spelling.terms) > 1:
            yield TermSequence(((term, 0),))


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
