"""What the commands of one run share: the knowledge base, messages and the way out to a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

import click

from kb.cli.layout import plain
from kb.errors import KbError

if TYPE_CHECKING:
    from kb.finding import Finding
    from kb.knowledge_base import KnowledgeBase
    from kb.search.sync import SyncStats

_FINDINGS_TOLD = 5
# Fewer documents are indexed before a bar could be read.
_BAR_FROM = 100
_WIDEST = 100
_NARROWEST = 40


class Session:
    """One run of `kb`.

    Attributes:
        entries: the folder that `--entries` or `KB_ENTRIES` names, or None to look for it.
        pager: whether long output may go through a pager.
    """

    def __init__(self, entries: str | None = None, *, pager: bool = True) -> None:
        self.entries = entries
        self.pager = pager
        self._opened: list[KnowledgeBase] = []

    def open(self) -> KnowledgeBase:
        """The knowledge base, opened once; CorpusError where there is no entries folder."""
        if not self._opened:
            from kb import KnowledgeBase

            self._opened.append(KnowledgeBase.open(self.entries, notify=tell))
        return self._opened[0]

    def close(self) -> None:
        """Let go of the index's files."""
        for knowledge in self._opened:
            knowledge.close()

    def synced(self) -> KnowledgeBase:
        """The knowledge base with its index brought up to date; findings are told."""
        knowledge = self.open()
        stats = self.sync()
        self.tell_findings((*knowledge.findings, *stats.findings))
        return knowledge

    def sync(self, *, rebuild: bool = False) -> SyncStats:
        """Bring the index up to date; where that fails, what is wrong with kb.toml is told."""
        knowledge = self.open()
        try:
            with Progress() as progress:
                return knowledge.sync(progress.report, rebuild=rebuild)
        except KbError:
            self.tell_findings(knowledge.findings)
            raise

    def tell_findings(self, findings: Iterable[Finding]) -> None:
        """What is wrong with entries, a line each, on standard error; notes are left to reviews."""
        told = [finding for finding in findings if finding.level != "note"]
        told.sort(key=lambda finding: (finding.path, finding.line))
        for finding in told[:_FINDINGS_TOLD]:
            click.echo(self.describe(finding), err=True)
        if len(told) > _FINDINGS_TOLD:
            click.echo(f"and {len(told) - _FINDINGS_TOLD} more: kb index --verify", err=True)

    def describe(self, finding: Finding) -> str:
        """A finding on one line, in the form that editors jump to: `path:line: level: message`."""
        where = self.place(finding.path) + (f":{finding.line}" if finding.line else "")
        text = f"{where}: {finding.level}: {finding.message} {finding.help}"
        return plain(" ".join(text.split()))

    def defaults(self) -> dict[str, dict[str, object]]:
        """What `kb.toml` sets for options: command -> option -> value.

        Empty where there is no knowledge base: a command that needs one says so itself.
        """
        try:
            options = self.open().config.options
        except KbError:
            return {}
        return {command: dict(values) for command, values in options.items()}

    def place(self, path: str) -> str:
        """Where an entry lies, as somebody in the current folder would write it.

        Where its file is on another machine, its place there in the entries folder.
        """
        knowledge = self.open()
        absolute = knowledge.folder / path
        if knowledge.reads_index and not absolute.exists():
            return path
        try:
            here = os.path.relpath(absolute)
        except (OSError, ValueError):
            return str(absolute)
        return str(absolute) if here.startswith(os.pardir) else here

    def show(self, lines: Iterable[str]) -> None:
        """Print text, through a pager where it is longer than the terminal is high."""
        text = "\n".join(lines)
        if self.pager and sys.stdout.isatty() and text.count("\n") + 1 >= _terminal().lines:
            if os.environ.get("KB_PAGER"):
                os.environ["PAGER"] = os.environ["KB_PAGER"]
            # Without it `less` shows Korean as <EA><B0>... where the locale is C.
            os.environ.setdefault("LESSCHARSET", "utf-8")
            # As git has it: colours, and what was read stays on the screen afterwards.
            os.environ.setdefault("LESS", "-FRX")
            click.echo_via_pager(text + "\n")
        else:
            click.echo(text)


class Progress:
    """A bar on standard error while something long runs; nothing where nobody looks."""

    def __init__(self, label: str = "Indexing entries") -> None:
        self._label = label
        self._bars: list[click._termui_impl.ProgressBar[int]] = []
        self._watched = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars:
            bar.render_finish()

    def report(self, done: int, total: int) -> None:
        """Show that so many of them are done; there may be more of them each time."""
        if not self._watched or total < _BAR_FROM:
            return
        if not self._bars:
            self._bars.append(click.progressbar(length=total, label=self._label, file=sys.stderr))
        bar = self._bars[0]
        bar.length = total
        bar.update(done - bar.pos)


def current() -> Session:
    """The session of the command that runs."""
    found = click.get_current_context().find_object(Session)
    assert found is not None
    return found


def tell(message: str) -> None:
    """One line on standard error."""
    click.echo(f"note: {plain(' '.join(message.split()))}", err=True)


def terminal_width() -> int:
    """The columns to lay text out in: the terminal's, 80 where there is none, at most 100."""
    return max(_NARROWEST, min(_terminal().columns, _WIDEST))


def table_width() -> int | None:
    """The columns of a table; None, for no limit, where a program reads it instead of a person."""
    watched = sys.stdout.isatty() or os.environ.get("COLUMNS")
    return max(_NARROWEST, _terminal().columns) if watched else None


def _terminal() -> os.terminal_size:
    """As `shutil.get_terminal_size` has it, which imports every kind of archive beside."""
    asked = [os.environ.get(name, "") for name in ("COLUMNS", "LINES")]
    columns, lines = (int(size) if size.isdecimal() else 0 for size in asked)
    try:
        known = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else -1)
    except (OSError, ValueError):
        known = os.terminal_size((0, 0))
    return os.terminal_size((columns or known.columns or 80, lines or known.lines or 24))
