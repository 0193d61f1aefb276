"""One entry under review: its bytes in, its findings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING
from unicodedata import normalize

from kb import corpus
from kb.review import waivers
from kb.review.changes import repository_root
from kb.review.choice import Choice, choose
from kb.review.columns import telling_lines
from kb.review.files import Files
from kb.review.masking import mask_of
from kb.review.reading import subject_of
from kb.review.rule import Place, ReviewFinding
from kb.review.rules import RULES, named, problems
from kb.review.rules.links import DEAD_LINK
from kb.review.subject import Folder
from kb.review.waivers import UNUSED

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kb.config import Config
    from kb.finding import Finding
    from kb.model import Postmortem
    from kb.review.masking import Mask
    from kb.review.online import Answer
    from kb.review.report import Waived
    from kb.review.rule import Problem, Rule

_HIDING = "privacy"
"""The family whose rules say what no report may show; they look whatever rules are chosen."""
_NO_PLACE = Place(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in one entry.

    Attributes:
        path: relative to the entries folder.
        title: without what no report may show.
        lines: number -> line, of those lines that formats need to count columns in.
        entry: None where its file could not be read.
    """

    path: str
    title: str
    findings: tuple[ReviewFinding, ...]
    waived: tuple[Waived, ...] = ()
    lines: Mapping[int, str] = field(default_factory=dict)
    entry: Postmortem | None = None


@dataclass(frozen=True)
class Examiner:
    """All that is needed to review entries, each for itself; it can be sent to other processes.

    Attributes:
        folder: the entries folder.
        prefix: what findings put before an entry's path.
        only, ignored: names of rules, as `kb.review.choice.choose` takes them.
        ids: id or former id, folded -> the paths of the entries that have it.
        names: path -> the name on disk, where the two differ.
        answers: address -> what became of asking for that page; empty: nothing was asked.
    """

    folder: Path
    prefix: str
    config: Config
    today: date
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @cached_property
    def choice(self) -> Choice:
        """The rules that are applied."""
        return choose(self.config.review, self.only, self.ignored)

    @cached_property
    def _looking(self) -> tuple[Rule, ...]:
        """The rules that look, those that only hide included."""
        chosen = {rule.code for rule in self.choice.rules}
        return tuple(one for one in RULES if one.code in chosen or one.family == _HIDING)

    @property
    def applied(self) -> tuple[Rule, ...]:
        """The rules that were looked at."""
        return tuple(one for one in self.choice.rules if one.code not in self._silent)

    @cached_property
    def _silent(self) -> frozenset[str]:
        """The codes of rules that were chosen, but not looked at."""
        return frozenset() if self.answers else frozenset({DEAD_LINK.code})

    @cached_property
    def _surroundings(self) -> Folder:
        files = Files(self.folder, repository_root(self.folder))
        return Folder(self.ids, files.exists, files.nearest, self._anchors)

    @cached_property
    def _known_anchors(self) -> dict[str, frozenset[str] | None]:
        return {}

    def shown(self, path: str) -> str:
        """An entry's path as a report names it: as git does, whose letters may be decomposed."""
        name = self.names.get(path, path)
        return self.prefix + (name if normalize("NFC", name) == path else path)

    def file(self, path: str) -> Examined:
        """What is found in an entry's file, read now."""
        content = self._read(path)
        if isinstance(content, bytes):
            return self.content(content, path)
        return Examined(path, "", tuple(self.unreadable(content)))

    def content(self, content: bytes, path: str) -> Examined:
        """What is found in a content, as if it stood in an entry of this path."""
        subject = subject_of(content, path, self.config, self.today, self._surroundings)
        met = problems(subject, self._looking)
        if self.answers:
            from kb.review import online

            met += [(DEAD_LINK, problem) for problem in online.problems(subject, self.answers)]
        mask = mask_of(subject.lines, [problem for _, problem in met])
        allowing = waivers.read(subject)
        chosen = {rule.code for rule in self.choice.rules}
        kept, waived = waivers.apply(
            [self._finding(*one, path, mask) for one in met if one[0].code in chosen], allowing
        )
        waived = tuple(replace(one, reason=mask.text(one.reason)) for one in waived)
        if UNUSED.code in chosen:
            left = waivers.unused(allowing, waived, chosen - self._silent)
            kept += tuple(self._finding(UNUSED, one, path, mask) for one in left)
        return Examined(
            path=path,
            title=mask.text(subject.entry.title),
            findings=kept,
            waived=waived,
            lines=telling_lines(content, (*kept, *(one.finding for one in waived))),
            entry=subject.entry,
        )

    def mask(self, content: bytes, path: str) -> Mask:
        """What no report may show of a content."""
        subject = subject_of(content, path, self.config, self.today, self._surroundings)
        hiding = [rule for rule in self._looking if rule.family == _HIDING]
        return mask_of(subject.lines, [problem for _, problem in problems(subject, hiding)])

    def pages(self, path: str) -> list[str]:
        """The pages of other hosts that an entry's file links to."""
        content = self._read(path)
        if not isinstance(content, bytes):
            return []
        from kb.review import online

        subject = subject_of(content, path, self.config, self.today)
        return [page for _, page in online.addresses(subject)]

    def _finding(self, rule: Rule, problem: Problem, path: str, mask: Mask) -> ReviewFinding:
        shown = mask.problem(problem)
        return ReviewFinding(
            rule=rule.code,
            level=self.choice.level(rule, problem),
            path=self.shown(path),
            place=shown.place,
            message=shown.message,
            help=shown.help,
            fix=shown.fix,
            text=mask.line(shown.place.line),
        )

    def _read(self, path: str) -> bytes | Finding:
        return corpus.read(self.folder, path, corpus.Scan(names=self.names))

    def unreadable(self, finding: Finding) -> list[ReviewFinding]:
        """That a file cannot be read, as a finding of the rule about such files."""
        rule = named("unreadable-file")
        if rule is None or rule not in self.choice.rules:
            return []
        where = self.shown(finding.path)
        level = self.choice.levels.get(rule.code, finding.level)
        return [
            ReviewFinding(rule.code, level, where, _NO_PLACE, finding.message, finding.help, None)
        ]

    def _anchors(self, path: str) -> frozenset[str] | None:
        """The anchors of another entry's page; None where there is no such entry."""
        known = self._known_anchors
        if path not in known:
            known[path] = self._read_anchors(path)
        return known[path]

    def _read_anchors(self, path: str) -> frozenset[str] | None:
        from kb.document import parse

        if not path.endswith(corpus.ENDINGS):
            return None
        content = self._read(path)
        if not isinstance(content, bytes):
            return None
        entry = parse(content, path, self.config.vocabulary, self.config.timezone)
        return frozenset(
            (*(one.anchor for one in entry.sections), *(one.anchor for one in entry.timeline))
        )
