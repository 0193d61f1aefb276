"""`kb import`: documents that a team has already become draft entries."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from kb.cli.layout import plain
from kb.cli.options import KbCommand, output_forms
from kb.cli.session import Session, current
from kb.errors import CorpusError, KbError

if TYPE_CHECKING:
    from kb.importing.entry_files import EntryFiles, Written
    from kb.importing.prose import KnownIncident
    from kb.importing.reading import Reading
    from kb.importing.source import Failure, SourceDocument
    from kb.vocabulary import Vocabulary

_COUNTED_FROM = 100
_COUNT_EVERY = 25


@click.command("import", cls=KbCommand, short_help="Turn other documents into draft entries.")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="The folder to write entries into; made if need be. Else that of the entries.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; tell what would be imported.")
@click.option("--explain", is_flag=True, help="Tell each value with its line and the reason.")
@click.option("--online", is_flag=True, help="Allow web addresses as sources.")
@output_forms("json")
def import_command(  # noqa: PLR0913 - click hands over one argument an option
    sources: Sequence[str],
    folder: str | None,
    form: str,
    *,
    dry_run: bool,
    explain: bool,
    online: bool,
) -> int:
    r"""Read documents that exist already and write an entry for each of them.

    A SOURCE is a file, a folder, a glob, `-` for standard input, or with --online the address
    of a web page. Read are Markdown with any front matter or none, HTML, incidents of a status
    page (JSON) and CSV.

    \b
      kb import ~/postmortems --dry-run
      kb import ~/postmortems --to entries
      curl -s https://status.example.com/api/v2/incidents.json | kb import -

    The whole text of a document stays in its entry. What is guessed stands in `guessed`; the
    status is draft. Importing again changes nothing, updates what has changed at its source,
    and never overwrites what somebody has edited.

    Ends with 0, or with 1 where something was not read.
    """
    from kb.importing import report
    from kb.importing.sources import Failure, read_sources

    session = current()
    place = Place.of(session, folder, dry_run=dry_run)
    files = place.files(dry_run=dry_run)
    tally = report.Tally()
    detailed = dry_run or explain
    with _Count() as count:
        for found in read_sources(sources, online=online):
            count.step()
            if isinstance(found, Failure):
                tally.add_failure(found)
                _tell(found, count)
                continue
            try:
                reading, written = _import(found, place, files)
            except KbError as error:
                failure = Failure(found.name, f"{found.name}: {error.message}", error.remedy)
                tally.add_failure(failure)
                _tell(failure, count)
                continue
            tally.add(reading, written.outcome)
            count.clear()
            if form == "json":
                _print_line(report.reading_to_json(reading, written, explain=explain))
            else:
                for line in _lines(reading, written, detailed=detailed, explain=explain):
                    click.echo(plain(line))
    for line in report.total(tally, place.shown, dry_run=dry_run):
        click.echo(plain(line), err=form == "json")
    return 1 if tally.failed else 0


def _import(document: SourceDocument, place: Place, files: EntryFiles) -> tuple[Reading, Written]:
    from kb.importing.reading import read_document

    reading = read_document(document, place.vocabulary, place.timezone, place.known)
    return reading, files.add(reading)


def _lines(reading: Reading, written: Written, *, detailed: bool, explain: bool) -> Iterator[str]:
    """What is told of one document: all in a dry run, else only what needs a look."""
    from kb.importing import report

    if detailed:
        yield from report.summary(reading, written)
        if explain:
            yield from report.explanation(reading)
        return
    yield f"{written.outcome:<9} {written.path}  from {reading.document.name}"
    for finding in (*reading.entry.findings, *written.findings):
        if finding.level != "note":
            where = f"line {finding.line}: " if finding.line else ""
            yield f"{'':<9} {finding.level}: {where}{finding.message} {finding.help}".rstrip()


def _tell(failure: Failure, count: _Count) -> None:
    count.clear()
    level = "note" if failure.skipped else "Error"
    text = f"{level}: {failure.message} {failure.help}".strip()
    click.echo(plain(text), err=True)


def _print_line(document: Mapping[str, object]) -> None:
    import json

    click.echo(json.dumps(document, ensure_ascii=False))


@dataclass(slots=True)
class Place:
    """Where entries go, and the knowledge base whose names are proposed."""

    folder: Path
    shown: str
    vocabulary: Vocabulary
    timezone: str
    session: Session
    has_knowledge: bool
    _incidents: tuple[KnownIncident, ...] | None = None

    @classmethod
    def of(cls, session: Session, folder: str | None, *, dry_run: bool) -> Self:
        """The folder of `--to`, else that of the entries; the vocabulary of whichever has one.

        A dry run needs neither: somebody may look before there is a knowledge base.
        """
        from kb import config

        if folder is None:
            try:
                knowledge = session.open()
            except CorpusError:
                if not dry_run or session.entries:
                    raise
                folder = "entries"
            else:
                vocabulary, zone = knowledge.config.vocabulary, knowledge.config.timezone
                shown = session.place(".").removesuffix("/.")
                return cls(knowledge.folder, shown, vocabulary, zone, session, has_knowledge=True)
        target = Path(folder).expanduser()
        try:
            knowledge = session.open()
        except KbError:
            own = config.load(target)[0] if target.is_dir() else config.Config()
            return cls(target, folder, own.vocabulary, own.timezone, session, has_knowledge=False)
        used = knowledge.config
        if (target / "kb.toml").is_file():
            used = config.load(target)[0]
        return cls(target, folder, used.vocabulary, used.timezone, session, has_knowledge=True)

    def files(self, *, dry_run: bool) -> EntryFiles:
        """The folder as something to import into."""
        from kb.importing.entry_files import EntryFiles

        return EntryFiles(self.folder, dry_run=dry_run)

    def known(self) -> Sequence[KnownIncident]:
        """The incidents of the knowledge base, looked up once, when first asked for."""
        if self._incidents is None:
            self._incidents = tuple(self._look_up()) if self.has_knowledge else ()
        return self._incidents

    def _look_up(self) -> Iterator[KnownIncident]:
        from datetime import date

        from kb.importing.prose import KnownIncident

        for entry in self.session.synced().list():
            if entry.date:
                times = tuple(at[11:16] for at in (entry.started, entry.resolved) if at)
                yield KnownIncident(entry.id, date.fromisoformat(entry.date), entry.services, times)


class _Count:
    """How many documents were read so far, on standard error; nothing where nobody looks."""

    def __init__(self) -> None:
        self._read = 0
        self._shown = False
        self._watched = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def step(self) -> None:
        """One more."""
        self._read += 1
        if self._watched and self._read >= _COUNTED_FROM and self._read % _COUNT_EVERY == 0:
            click.echo(f"\rRead {self._read:,} documents …", nl=False, err=True)
            self._shown = True

    def clear(self) -> None:
        """Take the count away before something else is printed."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._shown = False
