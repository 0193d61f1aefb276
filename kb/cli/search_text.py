"""Search results as a person reads them in a terminal. Pure: results in, lines out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import click

from kb.cli.layout import counted, cut, lines_of, plain, width, wrap
from kb.record import record
from kb.spans import short_duration

if TYPE_CHECKING:
    from kb.search.results import SearchHit, SearchResults, Snippet

Marks = Sequence[tuple[int, int]]

_SNIPPETS = 2
_SNIPPET_LINES = 2
_NAMES = 4
_FACETS = ("service", "cause", "severity", "year")
_FACET_LINES = 2
_SAFE_WORD = re.compile(r"[\w@%+=:,./-][\w@%+=:,./~-]*")


@record
class Asked:
    """What was asked, as far as the answer repeats it.

    Attributes:
        query: the words, joined.
        before: the options that stood before the command's name.
        options: those of the command, without the page.
        offset: how many results were left out before the first one.
        width: the columns to lay out in.
    """

    query: str
    before: tuple[str, ...]
    options: tuple[str, ...]
    offset: int
    width: int

    def again(self, query: str, offset: int = 0) -> str:
        """The command line that asks for another query or page."""
        options = [*self.options, *(["--offset", str(offset)] if offset else [])]
        start = " ".join(["kb", *map(quoted, self.before), "search"])
        asked = " ".join(map(quoted, options))
        words = query.split()
        text = " ".join(words) if all(map(_SAFE_WORD.fullmatch, words)) else quoted(query)
        if any(word.startswith("--") or word == "-h" for word in words):
            return " ".join(filter(None, (start, asked, "--", text)))
        return " ".join(filter(None, (start, text, asked)))


def quoted(word: str) -> str:
    """A word as a shell reads it unchanged; letters of all scripts need no quotes."""
    if _SAFE_WORD.fullmatch(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def report(results: SearchResults, asked: Asked) -> Iterator[str]:
    """The lines of a search that found something."""
    yield from _head(results, asked)
    numbered = len(str(asked.offset + len(results.hits)))
    below = asked.offset > 0 and not results.hits[0].matches_well
    for number, hit in enumerate(results.hits, asked.offset + 1):
        yield ""
        if not hit.matches_well and not below and results.total:
            below = True
            line = "— below: entries that match only part of the query —"
            yield click.style(cut(line, asked.width), dim=True)
            yield ""
        yield from _hit(hit, number, numbered, asked.width)
    below_hits = list(_facets(results, asked.width)) if results.total > 1 else []
    seen = asked.offset + len(results.hits)
    if seen < results.total_any:
        below_hits.append(f"More: {plain(asked.again(asked.query, seen))}")
    yield from ["", *below_hits] if below_hits else []


def nothing(results: SearchResults, asked: Asked) -> Iterator[str]:
    """The lines of a search that found nothing: what was understood, and what to try."""
    if asked.offset and results.total_any:
        yield f"No more: {counted(results.total_any, 'entry', 'entries')} in all."
        return
    yield from wrap(_found_nothing(results), asked.width)
    yield from _notices(results, asked)
    tries = ["fewer or other words"]
    if asked.options or ":" in asked.query:
        tries.append("without a filter")
    tries.append("`kb services` and `kb causes` for the names there are")
    yield from wrap(f"Try {', '.join(tries[:-1])}, or {tries[-1]}.", asked.width)


def _found_nothing(results: SearchResults) -> str:
    understood = plain(results.understood)
    return f"Nothing found: {understood}" if understood else "There are no entries yet: `kb new`."


def _head(results: SearchResults, asked: Asked) -> Iterator[str]:
    found = counted(results.total_any, "entry", "entries")
    if not results.total:
        found = f"No entry matches well, {results.total_any:,} in part"
    elif results.total < results.total_any:
        match = "matches" if results.total == 1 else "match"
        found = (
            f"{counted(results.total, 'entry', 'entries')} {match} well"
            f" (of {results.total_any:,} that match in part)"
        )
    understood = plain(results.understood)
    line = f"{found}  ·  {understood}" if understood else found
    first, *rest = wrap(line, asked.width, "", "  ")
    yield click.style(first[: len(found)], bold=True) + first[len(found) :]
    yield from rest
    yield from _notices(results, asked)


def _notices(results: SearchResults, asked: Asked) -> Iterator[str]:
    for notice in results.notices:
        text = notice.message
        told = f"{text} {results.did_you_mean or ''}"
        if notice.suggestion and notice.suggestion not in told:
            text = f"{text.rstrip('.')}. Did you mean {notice.suggestion}?"
        for line in wrap(plain(text), asked.width, "note: ", "      "):
            yield click.style(line, fg="yellow")
    if results.did_you_mean:
        yield f"Did you mean: {plain(asked.again(results.did_you_mean))}"


def _hit(hit: SearchHit, number: int, digits: int, columns: int) -> Iterator[str]:
    indent = " " * (digits + 2)
    titles = [snippet for snippet in hit.snippets if snippet.section == "title"]
    marks = titles[0].marks if titles and titles[0].text == hit.title else ()
    room = columns - len(indent)
    title = plain(hit.title) or hit.id
    for index, (start, end) in enumerate(lines_of(title, room)):
        before = indent if index else f"{number:>{digits}}  "
        yield before + _marked(title, start, end, marks, bold=True)
    yield indent + click.style(hit.id, fg="cyan")
    for line in _joined(_facts(hit), room):
        yield from wrap(line, columns, indent, indent)
    others = [snippet for snippet in hit.snippets if snippet.section != "title"]
    for snippet in others[:_SNIPPETS]:
        for line in _snippet(snippet, room):
            yield indent + line


def _facts(hit: SearchHit) -> Iterator[str]:
    yield hit.date or "no date"
    for names in (hit.services, hit.causes):
        if names:
            more = f" +{len(names) - _NAMES}" if len(names) > _NAMES else ""
            yield plain(", ".join(names[:_NAMES])) + more
    if hit.severity:
        yield plain(hit.severity)
    if hit.duration_minutes is not None:
        yield short_duration(hit.duration_minutes)
    if hit.open_follow_ups:
        yield counted(hit.open_follow_ups, "open follow-up")
    if hit.status and hit.status != "published":
        yield plain(hit.status)


def _snippet(snippet: Snippet, columns: int) -> Iterator[str]:
    """At most two lines of a passage, so chosen that its first mark is on them."""
    label = f"{plain(snippet.section)}: " if snippet.section else ""
    text = label + plain(snippet.text)
    marks = [(start + len(label), end + len(label)) for start, end in snippet.marks]
    spans = lines_of(text, columns - 1)
    at = next((i for i, (_, end) in enumerate(spans) if marks and marks[0][0] < end), 0)
    first = 0 if at < _SNIPPET_LINES else at - 1
    shown = spans[first : first + _SNIPPET_LINES]
    for index, (start, end) in enumerate(shown):
        last = index == len(shown) - 1 and first + _SNIPPET_LINES < len(spans)
        line = _marked(text, start, end, marks)
        yield ("…" if first and not index else "") + line + ("…" if last else "")


def _marked(text: str, start: int, end: int, marks: Marks, *, bold: bool = False) -> str:
    """One line of a text with what was looked for highlighted."""
    edges = {start, end}
    for mark in marks:
        edges.update(edge for edge in mark if start < edge < end)
    parts = []
    for left, right in pairwise(sorted(edges)):
        hit = any(low <= left and right <= high for low, high in marks)
        part = text[left:right]
        parts.append(click.style(part, fg="yellow", bold=True) if hit else _bold(part, on=bold))
    return "".join(parts)


def _bold(text: str, *, on: bool) -> str:
    return click.style(text, bold=True) if on else text


def _facets(results: SearchResults, columns: int) -> Iterator[str]:
    """What the entries that match well have in common, two lines of it at most."""
    parts = []
    for name in _FACETS:
        counts = results.facets.get(name, ())
        if counts:
            parts.append(_facet(name, counts, columns))
    for line in islice(_joined(parts, columns), _FACET_LINES):
        yield click.style(cut(line, columns), dim=True)


def _facet(name: str, counts: Sequence[tuple[str, int]], columns: int) -> str:
    """The most frequent values with their counts, as many as fit on a line."""
    shown = name
    for place, (value, count) in enumerate(counts[:_NAMES]):
        longer = f"{shown}{',' if place else ''} {plain(value)} {count}"
        if place and width(longer) + 3 > columns:
            return f"{shown}, …"
        shown = longer
    return f"{shown}, …" if len(counts) > _NAMES else shown


def _joined(parts: Iterable[str], columns: int) -> Iterator[str]:
    """The parts with a dot between them, in lines that break at the dots only."""
    line = ""
    for part in parts:
        if line and width(line) + 3 + width(part) > columns:
            yield line
            line = part
        else:
            line = f"{line} · {part}" if line else part
    if line:
        yield line
