"""What formats are told beside the report, and what several of them say in the same words."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import quote

from kb.review.baseline import fingerprint
from kb.review.report import LEVELS
from kb.search.results import entry_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kb.finding import Level
    from kb.related import OpenFollowUp, RelatedEntry
    from kb.review.report import Report, ReviewedEntry
    from kb.review.rule import ReviewFinding

NAME = "kb review"


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a report is to be shown.

    Attributes:
        today: the day that due days are compared with.
        fail_on: the level from which on findings fail the review; None: they never do.
        site_url: where the web pages are, without a slash at the end (`web.base_url` of
            kb.toml), for links to rules and entries; empty for none.
        source_url: the address under which the repository's files are shown, without a slash
            at the end, for links to lines; empty for none.
        colour: whether the output may be coloured with ANSI sequences.
        columns: the width that quoted lines are cut to.
    """

    today: date
    fail_on: Level | None = "error"
    site_url: str = ""
    source_url: str = ""
    colour: bool = False
    columns: int = 100

    def rule_url(self, code: str) -> str:
        """The page that explains a rule, or an empty text."""
        return f"{self.site_url}/help/review#{code}" if self.site_url else ""

    def entry_url(self, identifier: str) -> str:
        """An entry's page, or an empty text."""
        return self.site_url + entry_url(identifier) if self.site_url else ""

    def line_url(self, path: str, line: int) -> str:
        """A line of a file; `plain=1` shows Markdown as it is written. Or an empty text."""
        if not self.source_url:
            return ""
        return f"{self.source_url}/{quote(path, safe='/')}?plain=1#L{line}"


def source_url(environment: Mapping[str, str]) -> str:
    """The address of the files on the CI that runs us, by its variables; empty elsewhere."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    server, repository, revision = (environment.get(name, "") for name in names)
    if server and repository and revision:
        return f"{server}/{repository}/blob/{revision}"
    project, revision = (environment.get(name, "") for name in ("CI_PROJECT_URL", "CI_COMMIT_SHA"))
    return f"{project}/-/blob/{revision}" if project and revision else ""


def by_path(findings: Iterable[ReviewFinding]) -> dict[str, list[ReviewFinding]]:
    """The findings of each file, in the order in which files first come."""
    found: defaultdict[str, list[ReviewFinding]] = defaultdict(list)
    for finding in findings:
        found[finding.path].append(finding)
    return dict(found)


def own(report: Report) -> list[ReviewFinding]:
    """The findings that the change is answerable for."""
    return [finding for finding in report.findings if not finding.inherited]


def inherited(report: Report) -> list[ReviewFinding]:
    """The findings that were there before."""
    return [finding for finding in report.findings if finding.inherited]


def fingerprints(findings: Iterable[ReviewFinding]) -> list[str]:
    """What each finding is known by from one report to the next; no two are the same.

    Those that a baseline takes for the same (`kb.review.baseline`) are told apart by their order.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        key = fingerprint(finding)
        seen[key] += 1
        again = f"{key} {seen[key]}".encode()
        found.append(key if seen[key] == 1 else blake2b(again, digest_size=16).hexdigest())
    return found


def is_serious(level: Level, fail_on: Level | None) -> bool:
    """Whether a finding of this level fails the review."""
    return fail_on is not None and LEVELS.index(level) <= LEVELS.index(fail_on)


def counted(count: int, one: str, many: str = "") -> str:
    """`1 entry`, `12 entries`, `1,200 entries`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def levels_counted(report: Report) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    counts = [(report.count(level), level) for level in LEVELS]
    return ", ".join(counted(n, level) for n, level in counts if n) or "no findings"


def entries_counted(report: Report) -> str:
    """`3 entries`."""
    return counted(len(report.entries), "entry", "entries")


def is_late(item: OpenFollowUp, today: date) -> bool:
    """Whether its due day has passed."""
    return item.due is not None and item.due < today.isoformat()


def about(item: OpenFollowUp, today: date) -> str:
    """`platform team, due 2024-08-31 (overdue), NET-12`, or an empty text."""
    due = f"due {item.due}" + (" (overdue)" if is_late(item, today) else "") if item.due else ""
    return ", ".join(filter(None, (item.owner, due, item.ticket)))


def seen_before(entry: ReviewedEntry) -> list[tuple[str, RelatedEntry]]:
    """What was seen before the entry, each with what it is to it; what matters most first."""
    seen = entry.seen_before
    return [
        *(("recurrence", one) for one in seen.recurrences),
        *(("duplicate", one) for one in seen.duplicates),
        *(("similar", one) for one in seen.similar),
    ]
