"""`kb show`: one entry."""

from __future__ import annotations

import click

from kb.cli import completion
from kb.cli.options import KbCommand, output_forms, print_json
from kb.cli.session import current, terminal_width


@click.command("show", cls=KbCommand, short_help="Show one entry.")
@click.argument("id", metavar="ID", shell_complete=completion.ids)
@output_forms("json", "raw")
def show_command(id: str, form: str) -> None:  # noqa: A002 - the name in the help
    r"""Show the entry ID: its facts, then its sections, the timeline with the time elapsed.

    ID may be cut short as long as it is clear, and may be a former id or a file's path.

    \b
      kb show 2024-07-18-kakaotalk-login-outage
      kb show 2024-07-18-kakao --json

    Ends with 0, or with 1 where there is no such entry: the nearest ones are named.
    """
    session = current()
    knowledge = session.synced()
    entry = knowledge.get(id)
    if form == "json":
        from kb.export import entry_to_json

        print_json(entry_to_json(entry))
        return
    raw = knowledge.raw(entry.id)
    if form == "raw":
        click.echo(raw, nl=not raw.endswith("\n"))
        return
    from datetime import datetime

    from kb.cli import show_text

    today = datetime.now().astimezone().date()
    session.show(show_text.report(entry, raw, session.place(entry.path), terminal_width(), today))
