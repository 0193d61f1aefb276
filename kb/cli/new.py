"""`kb new`: begin an entry."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kb.cli import completion
from kb.cli.options import KbCommand
from kb.cli.session import Session, current
from kb.errors import CorpusError, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from kb.importing.overrides import Named


@click.command("new", cls=KbCommand, short_help="Write a new entry from the template.")
@click.argument("title", required=False)
@click.option(
    "--service",
    multiple=True,
    metavar="SERVICE",
    shell_complete=completion.services,
    help="A service that was affected; may be given several times.",
)
@click.option(
    "--cause",
    multiple=True,
    metavar="CAUSE",
    shell_complete=completion.causes,
    help="A cause, the leading one first; may be given several times.",
)
@click.option(
    "--severity",
    default="",
    metavar="SEVERITY",
    shell_complete=completion.severities,
    help="How bad it was, sev1 (worst) to sev4.",
)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    help="Begin with what this document tells, read as `kb import` reads it; `-` for input.",
)
def new_command(
    title: str | None,
    service: Sequence[str],
    cause: Sequence[str],
    severity: str,
    source: str | None,
) -> None:
    r"""Write a new entry with this TITLE from the template, and print its path.

    It is dated today; the file is named after date and title and never overwrites another.
    On a terminal it is opened in $VISUAL or $EDITOR, where one is set.

    \b
      kb new "Checkout returned 502" --service payments-api --cause network
      kb new --from ~/Downloads/postmortem.html

    With --from the whole text of the document is in the entry, and a TITLE is needed only
    where the document's own is not wanted.
    """
    session = current()
    if source is not None:
        from kb.importing.overrides import Named

        path = _from_document(session, source, Named(title or "", service, cause, severity))
    elif title is None:
        raise click.UsageError("Give the entry a TITLE, or a document with --from FILE.")
    else:
        path = session.open().new(title, services=service, causes=cause, severity=severity)
    click.echo(session.place(str(path)))
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and sys.stdin.isatty() and sys.stdout.isatty():
        click.edit(filename=str(path), editor=editor)


def _from_document(session: Session, source: str, named: Named) -> Path:
    """Write the entry of one document; what the command line names comes before its text."""
    from kb.cli.importing import Place
    from kb.importing.reading import read_document
    from kb.importing.source import Failure
    from kb.importing.sources import read_sources

    place = Place.of(session, None, dry_run=False)
    found = next(iter(read_sources([source])), None)
    if found is None:
        raise NotFound(f"There is no document in {source}.", "Name a file that holds one.")
    if isinstance(found, Failure):
        raise NotFound(found.message, found.help)
    reading = read_document(found, place.vocabulary, place.timezone, place.known)
    written = place.files(dry_run=False).add(named.put_into(reading, place.vocabulary))
    if written.outcome != "new":
        message = f"{written.path} was imported from this document before."
        raise CorpusError(message, "Edit that entry.")
    return place.folder / written.path
