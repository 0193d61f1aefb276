"""KB0xx: findings that an entry allows, with a reason.

A waiver is a comment, so it is not shown on a page:

    <!-- kb: allow KB202 because nothing was written down that night -->
    <!-- kb: allow vague-link, KB706 이유: 공개된 주소다 -->

Rules are told by code or name. What it holds for depends on where it stands:

behind other text of a line                 that line
on a line of its own                        the block below it, up to the next blank line
above all other text of the body            the whole entry, its front matter too

A waiver without a reason allows nothing. Waivers in code and those for KB0xx count for nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kb.review.report import Waived
from kb.review.rule import Place, Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from kb.review.rule import ReviewFinding
    from kb.review.subject import Subject

_WAIVER = re.compile(
    r"<!--\s*kb\s*[:：]\s*(?P<verb>[\w-]{0,30})\s*(?P<rest>.*?)\s*-->", re.DOTALL | re.IGNORECASE
)
_REASON = re.compile(
    r"(?:^|\s)(?:because\b|reason\s*[:：]|이유\s*[:：])\s*[:：]?\s*(?P<reason>.*)",
    re.DOTALL | re.IGNORECASE,
)
_LONGEST = 1000
"""Characters; a longer comment is no waiver."""
_HELP = "Write `<!-- kb: allow KB202 because ... -->`."


@dataclass(frozen=True, slots=True)
class Waiver:
    """What an entry allows.

    Attributes:
        place: of the comment; of its first line where it has more.
        verb: what is asked for; only `allow` does anything.
        names: the rules as written.
        rules: the codes of those that there are.
        reason: empty where none is given.
        first, last: the lines it holds for.
    """

    place: Place
    verb: str
    names: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    first: int
    last: int

    def allows(self, rule: str, line: int) -> bool:
        """Whether a finding of a rule on a line is allowed."""
        counts = self.verb == "allow" and self.reason and rule in self.rules
        return bool(counts) and self.first <= line <= self.last


def read(subject: Subject) -> tuple[Waiver, ...]:
    """The waivers in an entry, in the order of its lines."""
    return tuple(_read(subject))


def _read(subject: Subject) -> Iterator[Waiver]:
    from kb.review.rules import named

    written = subject.written
    if "kb" not in written.body.text.casefold() or not written.comments:
        return
    layout = _Layout(subject)
    for start, end in written.comments:
        match = _WAIVER.fullmatch(written.body.text, start, end) if end - start < _LONGEST else None
        if match is None:
            continue
        said = _REASON.search(match["rest"])
        listed = match["rest"][: said.start()] if said else match["rest"]
        names = tuple(re.findall(r"[^\s,;]+", listed))
        rules = [rule for rule in map(named, names) if rule is not None]
        above, below = written.body.line_of(start), written.body.line_of(end - 1) + 1
        first, last = layout.reach(above, below)
        yield Waiver(
            place=written.body.place(start, end),
            verb=match["verb"].casefold(),
            names=names,
            rules=tuple(rule.code for rule in rules if rule.family != "waivers"),
            reason=" ".join(said["reason"].split()) if said else "",
            first=first,
            last=last,
        )


class _Layout:
    """Where the blocks of an entry's body begin and end."""

    def __init__(self, subject: Subject) -> None:
        written = subject.written
        self._first, self._count = subject.body_line, len(subject.lines)
        self._shown = written.shown.text.split("\n")
        lines = subject.lines[self._first - 1 :]
        code = written.body.text.split("\n")
        # Of a comment alone nothing is shown, but something is left where code is blanked.
        comment = [
            bool(own.strip()) and not shown.strip()
            for own, shown in zip(code, self._shown, strict=True)
        ]
        self._blank = [
            alone or not line.strip() for alone, line in zip(comment, lines, strict=True)
        ]
        self._starts = [row for row, blank in enumerate(self._blank) if not blank]
        empty = [row for row, line in enumerate(lines) if not line.strip()]
        for block in written.code:  # a blank line in code ends nothing
            inside = range(block.line - self._first, block.end - self._first)
            empty = [row for row in empty if row not in inside]
        self._empty = empty

    def reach(self, line: int, below: int) -> tuple[int, int]:
        """What a waiver holds for that stands on `line` up to the line above `below`."""
        row, after = line - self._first, below - self._first
        if any(self._shown[inside].strip() for inside in range(row, after)):
            return line, below - 1
        if not self._starts or row < self._starts[0]:
            return 1, self._count
        place = bisect_left(self._starts, after)
        if place == len(self._starts):
            return self._count, self._count
        first = self._starts[place]
        end = bisect_left(self._empty, first)
        last = self._empty[end] if end < len(self._empty) else self._count - self._first + 1
        return first + self._first, last + self._first - 1


def apply(
    findings: Iterable[ReviewFinding], waivers: Sequence[Waiver]
) -> tuple[tuple[ReviewFinding, ...], tuple[Waived, ...]]:
    """Part the findings of one entry into those that stand and those that it allows."""
    kept: list[ReviewFinding] = []
    waived: list[Waived] = []
    for finding in findings:
        allowed = next((w for w in waivers if w.allows(finding.rule, finding.place.line)), None)
        if allowed is None:
            kept.append(finding)
        else:
            waived.append(Waived(finding, allowed.reason, allowed.place.line))
    return tuple(kept), tuple(waived)


def unused(
    waivers: Iterable[Waiver], waived: Iterable[Waived], applied: Collection[str]
) -> Iterator[Problem]:
    """Waivers, or rules named in them, that allowed nothing: problems of the rule `UNUSED`.

    Args:
        waivers: of one entry.
        waived: what they allowed.
        applied: the codes of the rules that were looked at; of others nothing is known.
    """
    used = {(one.line, one.finding.rule) for one in waived}
    for waiver in waivers:
        if not waiver.reason or waiver.verb != "allow":
            continue
        for rule in dict.fromkeys(waiver.rules):
            if rule in applied and (waiver.place.line, rule) not in used:
                message = f"{rule} is allowed here, but not found{_where(waiver)}."
                yield Problem(waiver.place, message, "Remove it: the next one would go unseen.")


def _where(waiver: Waiver) -> str:
    if waiver.first == waiver.last:
        return f" on line {waiver.first}"
    return f" on lines {waiver.first} to {waiver.last}"


def _without_reason(subject: Subject) -> Iterator[Problem]:
    for waiver in read(subject) if _has_any(subject) else ():
        if waiver.verb == "allow" and not waiver.reason:
            listed = ", ".join(waiver.names) or "nothing"
            message = f"The waiver for {listed[:60]} gives no reason, so it allows nothing."
            yield Problem(waiver.place, message, _HELP)


def _unknown_rules(subject: Subject) -> Iterator[Problem]:
    from kb.review.rules import NAMES, named

    for waiver in read(subject) if _has_any(subject) else ():
        if waiver.verb != "allow":
            message = f"`kb: {waiver.verb}` is nothing that a comment can ask for."
            yield Problem(waiver.place, message, _HELP)
            continue
        for name in waiver.names:
            rule = named(name)
            if rule is None:
                near = get_close_matches(name.casefold()[:60], NAMES, n=1)
                help_ = f"Did you mean `{near[0]}`?" if near else "`kb rules` lists them."
                yield Problem(waiver.place, f"There is no rule `{name[:60]}`.", help_)
            elif rule.family == "waivers":
                message = f"{rule.code} is about waivers and cannot be waived."
                yield Problem(waiver.place, message, "Mend or remove the waiver it is about.")


def _has_any(subject: Subject) -> bool:
    return bool(subject.written.comments)


RULES: tuple[Rule, ...] = (
    Rule(
        "KB001",
        "waiver-without-reason",
        "waivers",
        "warning",
        "A waiver says why.",
        "In a year nobody knows whether a finding was allowed for good reason or to get past a "
        "review. A waiver without `because ...` (이유: ...) allows nothing.",
        "## Response\n\n<!-- kb: allow KB808 -->\nThe graph is [here](https://example.com/g).",
        "## Response\n\n<!-- kb: allow KB808 because it quotes the notice -->\n"
        "The graph is [here](https://example.com/g).",
        _without_reason,
    ),
    Rule(
        "KB002",
        "waiver-of-unknown-rule",
        "waivers",
        "warning",
        "A waiver names rules that there are.",
        "By code or by name; `kb rules` lists them. Rules about waivers cannot be waived.",
        "## Response\n\n<!-- kb: allow KB999 because it quotes the notice -->\n"
        "The graph is [here](https://example.com/g).",
        "## Response\n\n<!-- kb: allow KB808 because it quotes the notice -->\n"
        "The graph is [here](https://example.com/g).",
        _unknown_rules,
    ),
)
"""What can be told of a waiver without knowing what was found."""

UNUSED = Rule(
    "KB003",
    "unused-waiver",
    "waivers",
    "warning",
    "A waiver allows something that is there.",
    "One that is left behind would hide the next finding of its rule. Only rules that were "
    "looked at count.",
    "## Response\n\n<!-- kb: allow KB808 because it quotes the notice -->\n"
    "See [the graph of lost packets](https://example.com/g).",
    "## Response\n\nSee [the graph of lost packets](https://example.com/g).",
    lambda _: (),
)
"""Found by `unused`, when all else of an entry has been."""
