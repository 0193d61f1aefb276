"""`kb stats`: figures over the entries."""

from __future__ import annotations

import click

from kb.cli.options import output_forms, print_json
from kb.cli.query import tell_notices, words_of
from kb.cli.search import SearchCommand
from kb.cli.session import current, table_width

GROUPINGS = ("service", "cause", "month", "severity")


@click.command("stats", cls=SearchCommand, short_help="Figures: counts, times, what is left to do.")
@click.argument("query", nargs=-1)
@click.option(
    "--by",
    type=click.Choice(GROUPINGS),
    default="service",
    show_default=True,
    help="What to group the entries by.",
)
@output_forms("json")
def stats_command(query: tuple[str, ...], by: str, form: str) -> None:
    r"""Figures over the entries that match QUERY well; without QUERY over all.

    For each group: how many entries, the times from the start to detection, mitigation and
    resolution (the median, what 90% stay within, and of how many entries that state the time),
    and the open follow-ups. Then the months, and what is left to do.

    \b
      kb stats
      kb stats --by cause date:2024
      kb stats --by month service:kakaotalk
      kb stats 로그인 --json

    QUERY is what kb search takes.
    """
    session = current()
    statistics = session.synced().stats(words_of(query), by=by)
    if form == "json":
        print_json(statistics.to_json())
        return
    from kb.cli.stats_text import report

    tell_notices(statistics.notices)
    session.show(report(statistics, table_width()))
