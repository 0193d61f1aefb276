"""`kb follow-ups`: what is to be done after incidents, across entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kb.cli import completion
from kb.cli.layout import plain, wrap
from kb.cli.markdown_text import inline
from kb.cli.options import output_forms, print_json
from kb.cli.query import tell_notices, words_of
from kb.cli.search import SearchCommand
from kb.cli.session import current, table_width

if TYPE_CHECKING:
    from kb.follow_ups import EntryFollowUp, FollowUps

_INDENT = " " * 4
_NO_LIMIT = 1_000_000


@click.command(
    "follow-ups", cls=SearchCommand, short_help="List follow-ups, the most pressing first."
)
@click.argument("query", nargs=-1)
@click.option("--open", "open_only", is_flag=True, help="Only those that are not marked as done.")
@click.option("--overdue", "overdue_only", is_flag=True, help="Only those past their due day.")
@click.option(
    "--owner",
    metavar="OWNER",
    shell_complete=completion.owners,
    help="Only those of this owner: in any case, by the whole name or some words of it.",
)
@output_forms("ics", "json")
def follow_ups_command(
    query: tuple[str, ...], *, open_only: bool, overdue_only: bool, owner: str | None, form: str
) -> None:
    r"""List the follow-ups of the entries that match QUERY well; without QUERY of all.

    Overdue ones come first, the longest overdue on top, then those with a due day, then those
    without, done ones last.

    \b
      kb follow-ups --open
      kb follow-ups --overdue service:kakaotalk
      kb follow-ups --owner 'network team' --json
      kb follow-ups --open --ics > follow-ups.ics

    QUERY is what kb search takes. The calendar of --ics holds those that are not done and have
    a due day.
    """
    session = current()
    found = session.synced().follow_ups(
        words_of(query), open_only=open_only, overdue_only=overdue_only, owner=owner
    )
    if form == "json":
        print_json(found.to_json())
    elif form == "ics":
        from kb.follow_ups_calendar import follow_ups_calendar

        click.echo(follow_ups_calendar(found.items), nl=False)
    else:
        tell_notices(found.notices)
        session.show(report(found, table_width()))


def report(found: FollowUps, columns: int | None) -> Iterator[str]:
    """Each follow-up with its owner, due day and entry; then how many there are."""
    limit = columns or _NO_LIMIT
    for item in found.items:
        box = "[ ] " if item.is_open else "[x] "
        text = plain(" ".join(inline(item.text).split()))
        first, *rest = wrap(text or "—", limit, box, _INDENT)
        yield first if item.is_open else click.style(box, fg="green") + first[len(box) :]
        yield from rest
        late = item.days_overdue is not None
        for line in wrap(plain(" · ".join(_about(item))), limit, _INDENT, _INDENT):
            yield click.style(line, fg="red" if late else None, dim=not late)
    if found.items:
        yield ""
    yield from wrap(_totals(found), limit)


def _about(item: EntryFollowUp) -> Iterator[str]:
    if item.owner:
        yield f"owner {item.owner}"
    if item.due:
        yield f"due {item.due}"
    if item.days_overdue is not None:
        yield "OVERDUE"
    if item.ticket:
        yield f"ticket {item.ticket}"
    yield item.entry_id


def _totals(found: FollowUps) -> str:
    return (
        f"{found.total or 'None'} shown; {found.open:,} open, {found.overdue:,} overdue, "
        f"{found.without_due:,} without a due day, {found.without_owner:,} without an owner"
    )
