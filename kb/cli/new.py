"""`kb new`: begin an entry."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from kb.cli import completion
from kb.cli.options import KbCommand
from kb.cli.session import current


@click.command("new", cls=KbCommand, short_help="Write a new entry from the template.")
@click.argument("title")
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
def new_command(title: str, service: Sequence[str], cause: Sequence[str], severity: str) -> None:
    r"""Write a new entry with this TITLE from the template, and print its path.

    It is dated today; the file is named after date and title and never overwrites another.
    On a terminal it is opened in $VISUAL or $EDITOR, where one is set.

    \b
      kb new "Checkout returned 502" --service payments-api --cause network
    """
    session = current()
    path = session.open().new(title, services=service, causes=cause, severity=severity)
    click.echo(session.place(str(path)))
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and sys.stdin.isatty() and sys.stdout.isatty():
        click.edit(filename=str(path), editor=editor)
