"""`kb review`: what is wrong with entries, in the words of whatever tool reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import completion
from kb.cli.layout import counted
from kb.cli.options import KbCommand
from kb.cli.review_outputs import FormatType, Output, outputs_of, write_whole
from kb.cli.session import Progress, Session, current, tell, terminal_width

if TYPE_CHECKING:
    from kb.finding import Level
    from kb.knowledge_base import KnowledgeBase
    from kb.review.report import Report
    from kb.review.reports import Presentation

FOUND = 1
_FAIL_ON = ("error", "warning", "note", "never")


@click.command("review", cls=KbCommand, short_help="Review entries, as in a pull request.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--base",
    metavar="REV",
    help="Review only what was added or changed since the branch left REV, a branch or commit.",
)
@click.option(
    "--format",
    "formats",
    type=FormatType(),
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="How to tell it, and into which file; may be given several times. Else as text.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file for the format that names none. Else standard output.",
)
@click.option(
    "--fail-on",
    type=click.Choice(_FAIL_ON),
    help="End with 1 where something of this level or above is found. Else fail_on below "
    "[review] in kb.toml, else error.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    shell_complete=completion.rules,
    help="Apply only this rule: a code, a name or a family; may be given several times.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    shell_complete=completion.rules,
    help="Do not apply this rule; may be given several times.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Findings that this file holds are known, and fail nothing.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all that is found into a baseline, and end with 0.",
)
@click.option(
    "--related/--no-related",
    default=None,
    help="Look up similar incidents for all entries, or for none. Else for added ones and for "
    "files that are named.",
)
@click.option("--fix", "how", flag_value="fix", help="Make the fixes that are safe; tell the rest.")
@click.option(
    "--diff", "how", flag_value="diff", help="Print what --fix would change, and no more."
)
@click.option("--online", is_flag=True, help="Ask other hosts whether linked pages are there.")
def review_command(  # noqa: PLR0913 - click hands over one argument an option
    paths: Sequence[str],
    *,
    base: str | None,
    formats: Sequence[Output],
    output: Path | None,
    fail_on: str | None,
    rules: Sequence[str],
    ignore: Sequence[str],
    baseline: Path | None,
    write_baseline: Path | None,
    how: str | None,
    as_json: bool,
    related: bool | None,
    online: bool,
) -> int:
    r"""Say what is wrong with entries, and whether the incident was there before.

    PATH is an entry or a folder of them; without one, all entries are reviewed. With --base
    only those that a branch added or changed, and what was wrong with them before fails
    nothing; uncommitted and untracked files count.

    \b
      kb review entries/2024/2024-07-18-login.md
      kb review --base origin/main
      kb review --base main --format github --format sarif:kb.sarif
      kb review --write-baseline entries/baseline.json
      kb review --diff

    The formats are text, github, gitlab, sarif, rdjson, junit, json and markdown. What a rule
    wants is told by kb rules. Files are written whole or not at all.

    Ends with 0, with 1 where something fails the review (--fail-on), with 2 on wrong use.
    """
    session = current()
    outputs = outputs_of(formats, output, as_json=as_json)
    knowledge = session.open()
    session.tell_findings(knowledge.findings)
    asked = _Asked(paths, base, rules, ignore, baseline, related, online)
    report = asked.report(knowledge)
    if how == "fix" and _fix(report, knowledge):
        report = asked.report(knowledge)
    level = _level(fail_on or knowledge.config.review.fail_on or "error")
    if write_baseline is not None:
        return _write_baseline(write_baseline, report)
    if how == "diff":
        _show_differences(report, knowledge)
        return FOUND if report.fails(level) else 0
    _tell(session, report, outputs, _presentation(knowledge, level))
    return FOUND if report.fails(level) else 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody wants reviewed."""

    paths: Sequence[str]
    base: str | None
    rules: Sequence[str]
    ignore: Sequence[str]
    baseline: Path | None
    related: bool | None
    online: bool

    def report(self, knowledge: KnowledgeBase) -> Report:
        """Review it, with a bar where it takes long."""
        with Progress("Reading entries") as progress:
            return knowledge.review(
                self.paths,
                base=self.base,
                rules=self.rules,
                ignore=self.ignore,
                baseline=self.baseline,
                related=self.related,
                online=self.online,
                workers=os.cpu_count() or 1,
                progress=progress.report,
            )


def _level(name: str) -> Level | None:
    from kb.review.report import LEVELS

    return next((level for level in LEVELS if level == name), None)


def _presentation(knowledge: KnowledgeBase, fail_on: Level | None) -> Presentation:
    from datetime import datetime

    from kb.review.reports.presentation import Presentation, source_url

    return Presentation(
        today=datetime.now().astimezone().date(),
        fail_on=fail_on,
        site_url=knowledge.config.web.base_url,
        source_url=source_url(os.environ),
        columns=terminal_width(),
    )


def _write_baseline(place: Path, report: Report) -> int:
    from kb.review import baseline

    write_whole({place: baseline.text_of(report.findings)})
    count = len(report.findings)
    known = "1 finding is" if count == 1 else f"{count:,} findings are"
    click.echo(f"{place}: {known} known now.", err=True)
    return 0


def _fix(report: Report, knowledge: KnowledgeBase) -> int:
    """Make the fixes; how many were made."""
    from kb.review.fixing import mended

    made = files = left = 0
    for one in mended(report, knowledge.folder):
        if one.made:
            one.write()
            made, files = made + one.made, files + 1
        left += one.left
    if made:
        fixes = counted(made, "fix", "fixes")
        click.echo(f"Made {fixes} in {counted(files, 'file')}.", err=True)
    if left:
        tell(f"{counted(left, 'fix', 'fixes')} could not be made yet: run it again.")
    return made


def _show_differences(report: Report, knowledge: KnowledgeBase) -> None:
    from kb.review.fixing import differences

    for text in differences(report, knowledge.folder, knowledge.config):
        click.echo(text.encode("utf-8", "replace"), nl=False)


def _tell(
    session: Session, report: Report, outputs: Sequence[Output], presentation: Presentation
) -> None:
    """Write the report in each format; the files first, so that a reader finds them there."""
    from kb.review.reports import FORMATS

    files = {one.place: FORMATS[one.format](report, presentation) for one in outputs if one.place}
    write_whole(files)
    for one in outputs:
        if one.place is None and one.format == "text":
            shown = replace(presentation, colour=_wants_colour())
            told = FORMATS["text"](_from_here(report, session), shown)
            session.show(told.removesuffix("\n").split("\n"))
        elif one.place is None:
            click.echo(
                FORMATS[one.format](report, presentation).encode("utf-8", "replace"), nl=False
            )
            if one.format == "github":
                from kb.cli.github_summary import append_summary

                append_summary(report, presentation, os.environ)
    if all(one.place for one in outputs):
        for notice in report.notices:
            tell(notice)


def _wants_colour() -> bool:
    chosen = click.get_current_context().color
    return sys.stdout.isatty() if chosen is None else chosen


def _from_here(report: Report, session: Session) -> Report:
    """The report with paths from the current folder, as editors and shells take them."""
    from kb.review.reviewing import root_of

    root = root_of(session.open().folder)
    if root == Path.cwd().resolve():
        return report

    def here(path: str) -> str:
        return os.path.relpath(root / path).replace(os.sep, "/")

    return replace(
        report,
        entries=tuple(replace(one, path=here(one.path)) for one in report.entries),
        findings=tuple(replace(one, path=here(one.path)) for one in report.findings),
        waived=tuple(
            replace(one, finding=replace(one.finding, path=here(one.finding.path)))
            for one in report.waived
        ),
        lines={here(path): lines for path, lines in report.lines.items()},
    )
