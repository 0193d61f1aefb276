"""The fixes of a report, made in the files that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kb.errors import CorpusError
from kb.review import fixes
from kb.review.examining import Examiner
from kb.review.reviewing import prefix_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kb.config import Config
    from kb.review.report import Report
    from kb.review.rule import Fix


@dataclass(frozen=True, slots=True)
class Mended:
    """One file as it would be with its fixes.

    Attributes:
        path: as the report names it.
        made: how many fixes.
        left: how many could not be made, as where two would change the same words.
    """

    path: str
    place: Path
    before: bytes
    after: bytes
    made: int
    left: int

    def write(self) -> None:
        """Put it in the place of the file, whole or not at all.

        Raises:
            CorpusError: the file has changed since, or cannot be written.
        """
        fixes.write(self.place, self.before, self.after)


def mended(report: Report, folder: Path) -> Iterator[Mended]:
    """The files that fixes of a report change; findings that the base had are left alone.

    Args:
        report: what was found a moment ago.
        folder: the entries folder that it is about.

    Raises:
        CorpusError: a file cannot be read any more.
    """
    by_path: dict[str, list[Fix]] = {}
    for finding in report.findings:
        if finding.fix is not None and not finding.inherited:
            by_path.setdefault(finding.path, []).append(finding.fix)
    root = root_of(folder)
    for path, wanted in by_path.items():
        place = root / path
        try:
            before = place.read_bytes()
        except OSError as error:
            raise CorpusError(f"{place} cannot be read: {error.strerror}.") from error
        done = fixes.fixed(before, wanted)
        if done.content != before or done.left:
            yield Mended(path, place, before, done.content, len(done.made), len(done.left))


def differences(report: Report, folder: Path, config: Config) -> Iterator[str]:
    """What fixes would change in each file, as `diff -u` shows it, without what is hidden."""
    examiner = Examiner(folder, prefix_of(folder), config, date.min)
    for one in mended(report, folder):
        mask = examiner.mask(one.before, one.path.removeprefix(examiner.prefix))
        yield mask.text(fixes.difference(one.path, one.before, one.after))
