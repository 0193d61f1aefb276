"""What the reader of entries has found already, as problems of coded rules.

The reader (`kb.document`) names what it could not understand by a slug; a rule takes the
findings of a slug over, so that they have a code, a page and a precise column, and nothing is
told twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from kb.review.rule import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.document.front_matter import Value
    from kb.finding import Finding, Level
    from kb.review.rule import Check
    from kb.review.subject import Subject

Part = Literal["front matter", "body"]

_QUOTED = re.compile(r"`([^`]{1,200})`")


def told(
    slug: str,
    part: Part | None = None,
    level: Level | None = None,
    only: Callable[[Subject, Finding], bool] = lambda *_: True,
) -> Check:
    """A check that takes over what the reader found.

    Args:
        slug: how the reader names it.
        part: only findings above or below the line where the text begins.
        level: only findings of this level.
        only: which of them, where slug, part and level do not decide.
    """

    def check(subject: Subject) -> Iterator[Problem]:
        for finding in subject.entry.findings:
            if finding.rule != slug or (level and finding.level != level):
                continue
            where: Part = "body" if finding.line >= subject.body_line else "front matter"
            if part in {None, where} and only(subject, finding):
                yield Problem(place_of(subject, finding), finding.message, finding.help)

    return check


def place_of(subject: Subject, finding: Finding) -> Place:
    """The words that a finding quotes where they stand on its line, else the whole line."""
    if finding.line and finding.line <= len(subject.lines):
        line = subject.lines[finding.line - 1]
        for quoted in reversed(_QUOTED.findall(finding.message)):
            at = line.rfind(quoted)
            if at >= 0:
                return subject.part(finding.line, at, at + len(quoted))
    return subject.line(finding.line)


def value_place(subject: Subject, key: str, text: str = "") -> Place:
    """Where a text stands in a key's value; the key's line where it is not found there.

    Without a text, the whole value where it stands on the key's line.
    """
    value = subject.front.values.get(key)
    key_line = subject.entry.source_lines.get(key, 0)
    lines = dict.fromkeys([key_line, *(_lines(value) if value else ())])
    for number in lines:
        if not 1 <= number <= len(subject.lines):
            continue
        line = subject.lines[number - 1]
        start = line.find(":") + 1 if number == key_line else 0
        if not text and number == key_line and line[start:].strip():
            start += len(line[start:]) - len(line[start:].lstrip())
            return subject.part(number, start, len(line.rstrip()))
        at = line.find(text, start) if text else -1
        if at >= 0:
            return subject.part(number, at, at + len(text))
    return subject.key(key)


def _lines(value: Value) -> Iterator[int]:
    """The lines on which the single values in a value stand."""
    from kb.document.front_matter import Several, Table

    yield value.line
    match value:
        case Several(items=items):
            for item in items:
                yield from _lines(item)
        case Table(pairs=pairs):
            for _, item in pairs:
                yield from _lines(item)
        case _:
            return
