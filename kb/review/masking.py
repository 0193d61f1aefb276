"""What no report may show: secrets and personal data, wherever an entry is quoted.

A rule that finds a token says where it stands (`Problem.hidden`). Other rules quote the same
lines, and formats show them, so all quotations of an entry go through one `Mask`: stars take
the place of letters, one for one, so that columns stay right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.review.rule import Fix, Place, Problem

SHORTEST = 6
"""Characters; a shorter hidden text is masked where it stands, but not elsewhere: it might be
part of any word."""
_TELLING = 4
"""Characters that a long masked text may begin with, so that its kind is known."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What is hidden in one entry.

    Attributes:
        lines: the entry's lines.
        spans: line -> the columns (from 0, end excluded) that are hidden in it.
        texts: the hidden texts, the longest first.
    """

    lines: Sequence[str]
    spans: Mapping[int, Sequence[tuple[int, int]]]
    texts: tuple[str, ...]

    def line(self, number: int) -> str:
        """A line of the entry as it may be shown; empty where there is none such."""
        if not 1 <= number <= len(self.lines):
            return ""
        text = self.lines[number - 1]
        for start, end in self.spans.get(number, ()):
            text = text[:start] + masked(text[start:end]) + text[end:]
        return self.text(text)

    def text(self, quoting: str) -> str:
        """Any text that may quote the entry, such as a message, a title or a difference."""
        for secret in self.texts:
            if secret in quoting:
                quoting = quoting.replace(secret, masked(secret))
        return quoting

    def problem(self, problem: Problem) -> Problem:
        """A problem as it may be shown.

        Its fix goes where it would repeat what is hidden: a masked text is no text to write.
        """
        if not self.texts:
            return problem
        return replace(
            problem,
            message=self.text(problem.message),
            help=self.text(problem.help),
            fix=None if problem.fix and self._tells(problem.fix) else problem.fix,
        )

    def _tells(self, fix: Fix) -> bool:
        texts = [fix.description, *(edit.text for edit in fix.edits)]
        return any(secret in text for secret in self.texts for text in texts)


def mask_of(lines: Sequence[str], problems: Iterable[Problem]) -> Mask:
    """The mask of an entry, from its lines and all that was found in it."""
    spans: dict[int, list[tuple[int, int]]] = {}
    texts: set[str] = set()
    for place in (place for problem in problems for place in problem.hidden):
        for number, start, end in _by_line(place, lines):
            spans.setdefault(number, []).append((start, end))
            text = lines[number - 1][start:end]
            if len(text) >= SHORTEST:
                texts.add(text)
    return Mask(lines, spans, tuple(sorted(texts, key=lambda text: (-len(text), text))))


def masked(text: str) -> str:
    """A text of the same length that keeps at most its first four characters."""
    kept = _TELLING if len(text) >= 4 * _TELLING else 0
    return text[:kept] + "*" * (len(text) - kept)


def _by_line(place: Place, lines: Sequence[str]) -> Iterable[tuple[int, int, int]]:
    for number in range(place.line, min(place.end_line, len(lines)) + 1):
        start = place.column - 1 if number == place.line else 0
        end = place.end_column - 1 if number == place.end_line else len(lines[number - 1])
        if start < end:
            yield number, start, end
