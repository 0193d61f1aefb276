"""A review from end to end: paths or a base in, a report out.

Each entry is read once. With a base its version there is examined as well, so that only what
the change added counts against it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb import config as settings
from kb import corpus
from kb.review import baseline, inherited
from kb.review.changes import Changes, changes_since, repository_root
from kb.review.choice import SETTINGS, mistakes
from kb.review.examining import Examined, Examiner
from kb.review.examining_many import LEAST, examined
from kb.review.ids import FormerIds, Holders, Ids
from kb.review.named_paths import NamedPaths
from kb.review.report import Report, ReviewedEntry, SeenBefore, Waived
from kb.review.rule import Place, ReviewFinding
from kb.review.seen_before import seen_before

if TYPE_CHECKING:
    from datetime import date

    from kb.config import Config
    from kb.finding import Finding
    from kb.model import Postmortem
    from kb.related import RelatedEntries

MOST_SEEN_BEFORE = 100
"""Entries that similar ones are looked up for; nobody reads more, and each takes a search."""

Progress = Callable[[int, int], None]
"""Called with how many entries are done and how many there are to do."""


@dataclass(frozen=True, slots=True)
class Index:
    """What a review asks of an index that is up to date.

    Attributes:
        holders: an id, folded -> the paths of the entries that have it, or had it.
        related: an entry and a number -> at most so many entries like it.
    """

    holders: Holders
    related: Callable[[Postmortem, int], RelatedEntries]


@dataclass(frozen=True, slots=True)
class Options:
    """How to review.

    Attributes:
        base: the revision to compare with; None: entries are reviewed as they are.
        rules: names of the only rules to apply; none: those that kb.toml says.
        ignore: names of rules not to apply.
        baseline: a file of findings that count as known.
        related: whether similar incidents are looked up for every entry; None: for added ones
            and for those that were named.
        online: whether pages of other hosts that entries link to are asked for.
        workers: how many processes may share the work, where there is much; above 1 only for
            programs whose main module can be imported.
    """

    base: str | None = None
    rules: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: Path | None = None
    related: bool | None = None
    online: bool = False
    workers: int = 1

    def asks_the_index(self, paths: Sequence[str | Path]) -> bool:
        """Whether a review of these paths may look up similar incidents."""
        if self.related is not None:
            return self.related
        return self.base is not None or any(os.path.isfile(path) for path in paths)  # noqa: PTH113 -- any text may stand here


@dataclass(frozen=True, slots=True)
class _Target:
    """One entry to review, and what it was at the base."""

    path: str
    status: str = "whole"
    old_path: str = ""
    old: bytes | None = None
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """One review of an entries folder.

    Attributes:
        findings: what is wrong with its kb.toml.
        index: None: similar incidents are not looked up.
        report: called after each entry.
    """

    folder: Path
    config: Config
    findings: tuple[Finding, ...]
    options: Options
    today: date
    index: Index | None = None
    progress: Progress | None = None

    def run(self, paths: Sequence[str | Path], found: corpus.Scan) -> Report:
        """Review the entries that are named or in folders that are; all where none is.

        Args:
            paths: files and folders, from the current folder.
            found: the entries that are in the folder now.

        Raises:
            UsageError: a path, a rule, the base or the baseline is none; git failed.
        """
        known = baseline.read(self.options.baseline) if self.options.baseline else {}
        asked = NamedPaths.of(paths, self.folder, found)
        changes = None
        if self.options.base is not None:
            changes = changes_since(self.options.base, self.folder, found, settings.NAME)
        targets = _targets(asked, changes)
        examiner = self._examiner(found, targets)
        unasked: tuple[str, ...] = ()
        if self.options.online:
            examiner, unasked = _with_answers(examiner, targets)
        results = list(self._examined(examiner, targets))
        findings = [
            *(() if paths else self._of_settings(examiner, changes)),
            *(() if paths or changes else _not_looked_into(examiner, found)),
            *(finding for one in results for finding in one.findings),
        ]
        entries, notices = self._entries(examiner, targets, results)
        return Report(
            entries=entries,
            findings=tuple(sorted(baseline.marked(findings, known), key=_order)),
            waived=_sorted_waived(waived for one in results for waived in one.waived),
            rules=examiner.applied,
            base=self.options.base,
            lines={examiner.shown(one.path): one.lines for one in results if one.lines},
            notices=(*asked.notices, *(changes.notices if changes else ()), *unasked, *notices),
        )

    def _examiner(self, found: corpus.Scan, targets: Sequence[_Target]) -> Examiner:
        # Of many entries each id would be a question of its own, and other processes cannot ask.
        holders = self.index.holders if self.index and len(targets) < LEAST else None
        return Examiner(
            folder=self.folder,
            prefix=prefix_of(self.folder),
            config=self.config,
            today=self.today,
            only=self.options.rules,
            ignored=self.options.ignore,
            ids=Ids(found, holders or FormerIds(self.folder, found, self.config)),
            names=found.names,
        )

    def _examined(self, examiner: Examiner, targets: Sequence[_Target]) -> Iterator[Examined]:
        """What is found in each, marked as inherited where the base had it."""
        _ = examiner.choice  # a rule that is none is told before anything is read
        paths = [target.path for target in targets]
        results = examined(examiner, paths, self.options.workers)
        for number, (target, new) in enumerate(zip(targets, results, strict=True), start=1):
            result = new
            if target.old is not None and new.findings:
                old = examiner.content(target.old, target.old_path)
                result = replace(new, findings=inherited.marked(new.findings, old.findings))
            if self.progress:
                self.progress(number, len(targets))
            # Of thousands of entries the texts would fill the memory.
            yield result if self._is_looked_up(target) else replace(result, entry=None)

    def _entries(
        self, examiner: Examiner, targets: Sequence[_Target], results: Sequence[Examined]
    ) -> tuple[tuple[ReviewedEntry, ...], tuple[str, ...]]:
        """The entries of the report, with what is like them, and what is to be said of that."""
        wanted = [one.path for one in targets if self._is_looked_up(one)]
        looked_up = frozenset(wanted[:MOST_SEEN_BEFORE])
        entries = []
        for target, result in zip(targets, results, strict=True):
            before = SeenBefore()
            if self.index and target.path in looked_up and result.entry is not None:
                before = seen_before(result.entry, self.index.related)
            entries.append(
                ReviewedEntry(
                    id=corpus_id(target.path),
                    path=examiner.shown(target.path),
                    title=result.title,
                    status=target.status,
                    seen_before=before,
                )
            )
        return tuple(entries), _cut_short(len(wanted))

    def _is_looked_up(self, target: _Target) -> bool:
        if self.index is None or self.options.related is False:
            return False
        return bool(self.options.related) or target.status == "added" or target.is_named

    def _of_settings(self, examiner: Examiner, changes: Changes | None) -> list[ReviewFinding]:
        """What is wrong with kb.toml, as findings of its rule."""
        if SETTINGS not in examiner.choice.rules:
            return []
        content = _read(self.folder / settings.NAME)
        new = _settings_findings(content, (*self.findings, *self._mistakes(content)), examiner)
        if changes is None:
            return new
        if changes.settings is None:
            return [replace(one, inherited=True) for one in new]
        text = changes.settings.decode("utf-8", "replace")
        before, wrong = settings.parse(text)
        wrong = (*wrong, *mistakes(before.review, text))
        return list(inherited.marked(new, _settings_findings(text, wrong, examiner)))

    def _mistakes(self, content: str) -> tuple[Finding, ...]:
        return mistakes(self.config.review, content)


def prefix_of(folder: Path) -> str:
    """What stands before an entry's path in a report, with a slash at its end.

    From the root of the repository, or without one from the current folder; a folder that is
    not below it with its whole path.
    """
    place = folder.resolve()
    root = repository_root(place) or Path.cwd().resolve()
    name = place.relative_to(root).as_posix() if place.is_relative_to(root) else place.as_posix()
    return "" if name == "." else f"{name.rstrip('/')}/"


def root_of(folder: Path) -> Path:
    """The folder from which the paths of a report lead to files."""
    return repository_root(folder.resolve()) or Path.cwd().resolve()


def corpus_id(path: str) -> str:
    """The id of the entry in a file."""
    return path.rpartition("/")[2].rpartition(".")[0]


def _targets(asked: NamedPaths, changes: Changes | None) -> list[_Target]:
    """The entries to review, by path."""
    if changes is None:
        return [_Target(path, is_named=path in asked.files) for path in asked.paths]
    return [
        _Target(one.path, one.status, one.old_path, one.old, one.path in asked.files)
        for one in changes.entries
        if one.path in asked.paths
    ]


def _with_answers(
    examiner: Examiner, targets: Sequence[_Target]
) -> tuple[Examiner, tuple[str, ...]]:
    """The examiner with what became of asking for all pages that the entries link to."""
    from kb.review import online

    pages = dict.fromkeys(page for target in targets for page in examiner.pages(target.path))
    answers = online.ask(pages)
    if online.is_offline(answers):
        return examiner, ("No host of a link could be looked up, so no page was asked for.",)
    return replace(examiner, answers=answers), ()


def _settings_findings(
    content: str, findings: Sequence[Finding], examiner: Examiner
) -> list[ReviewFinding]:
    lines = content.splitlines()
    found = []
    for one in findings:
        number = max(one.line, 1)
        text = lines[number - 1] if number <= len(lines) else ""
        start = len(text) - len(text.lstrip()) + 1
        place = Place(number, start, number, max(len(text.rstrip()) + 1, start))
        level = examiner.choice.levels.get(SETTINGS.code, one.level)
        path = examiner.prefix + settings.NAME
        found.append(
            ReviewFinding(SETTINGS.code, level, path, place, one.message, one.help, None, text)
        )
    return found


def _not_looked_into(examiner: Examiner, found: corpus.Scan) -> Iterator[ReviewFinding]:
    """What looks like an entry, but is none that can be read."""
    for finding in found.findings:
        yield from examiner.unreadable(finding)


def _cut_short(wanted: int) -> tuple[str, ...]:
    if wanted <= MOST_SEEN_BEFORE:
        return ()
    looked_up = f"Similar incidents were looked up for the first {MOST_SEEN_BEFORE} entries"
    return (f"{looked_up} of {wanted:,}.",)


def _read(place: Path) -> str:
    try:
        return place.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _order(finding: ReviewFinding) -> tuple[str, int, int, str]:
    return finding.path, finding.place.line, finding.place.column, finding.rule


def _sorted_waived(waived: Iterator[Waived]) -> tuple[Waived, ...]:
    return tuple(sorted(waived, key=lambda one: _order(one.finding)))
