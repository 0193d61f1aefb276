"""`kb related`: similar past incidents."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from kb.cli import completion
from kb.cli.options import KbCommand, output_forms, print_json
from kb.cli.session import current, tell, terminal_width
from kb.errors import NotFound, UsageError

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

NONE_FOUND = 1
_STANDARD_INPUT = "-"


@click.command("related", cls=KbCommand, short_help="Find similar past incidents.")
@click.argument("what", metavar="ID|FILE|-", shell_complete=completion.ids)
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=1000),
    default=5,
    show_default=True,
    metavar="N",
    help="At most so many entries.",
)
@output_forms("json")
def related_command(what: str, *, limit: int, form: str) -> int:
    r"""Find the entries most like another one, or like any text, and say what they share.

    ID is an entry as for kb show. FILE is any text, such as a log or a postmortem that is not
    among the entries, and - reads one from standard input: an alert, a chat.

    \b
      kb related 2024-07-18-kakaotalk-login-outage
      kb related draft.md --limit 3
      tail -200 app.log | kb related -
      kb related 'checkout returns 502 since the deploy'

    One word that is no entry is an error: kb search finds words.

    Ends with 0 where something alike was found, 1 where nothing was, 2 on wrong use.
    """
    session = current()
    knowledge = session.synced()
    asked, name = _asked(knowledge, what)
    found = knowledge.related(asked, limit=limit)
    if form == "json":
        print_json(found.to_json())
    elif not found.hits:
        click.echo(f"No entry is like {name}.", err=True)
    else:
        from datetime import datetime

        from kb.cli import related_text

        today = datetime.now().astimezone().date()
        session.show(related_text.report(found, name, terminal_width(), today))
    return 0 if found.hits else NONE_FOUND


def _asked(knowledge: KnowledgeBase, what: str) -> tuple[str, str]:
    """What to ask for, an id or a text, and what to call it.

    Raises:
        NotFound: a single word that is neither an entry nor a file.
        UsageError: a file that is no text.
    """
    if what == _STANDARD_INPUT:
        # Bytes, since a log need not be in the encoding of the terminal.
        return _text(sys.stdin.buffer.read, "standard input"), "this text"
    try:
        entry = knowledge.id_of(what)
    except NotFound as error:
        if os.path.isfile(what):  # noqa: PTH113 -- any text may stand here
            with open(what, "rb") as file:  # noqa: PTH123 -- as it was typed
                return _text(file.read, what), what
        if len(what.split()) > 1:
            return what, "this text"
        advice = "To look for a text, pipe it into `kb related -`."
        remedy = " ".join(filter(None, (error.remedy, advice)))
        raise NotFound(error.message, remedy, error.nearest) from error
    return entry, entry


def _text(read: Callable[[int], bytes], name: str) -> str:
    """A text of any encoding, to a bounded length."""
    from kb.document.encodings import MAXIMUM_BYTES, read_text

    found = read_text(read(MAXIMUM_BYTES + 1), name)
    for finding in found.findings:
        if finding.rule == "binary":
            raise UsageError(f"{name} holds binary data.", "Name a file of text.")
        if finding.rule == "too-large":
            tell(f"{name} is long; its beginning is read.")
    return "\n".join(found.lines)
