"""`kb list`, `kb services` and `kb causes`: what there is, in tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from kb.cli.layout import counted, cut, pad, plain, table, width, wrap
from kb.cli.options import KbCommand, output_forms, print_json
from kb.cli.session import current, table_width
from kb.spans import short_duration

if TYPE_CHECKING:
    from kb.overview import EntrySummary, NameCount

SCHEMA_VERSION = 1
_LEAST_TITLE = 20
_NO_LIMIT = 1_000_000


@click.command("list", cls=KbCommand, short_help="List all entries.")
@click.option(
    "--sort",
    type=click.Choice(["newest", "oldest", "longest"]),
    default="newest",
    show_default=True,
    help="The order.",
)
@output_forms("json", "ids", "paths")
def list_command(sort: str, form: str) -> None:
    """List all entries, the newest first."""
    session = current()
    entries = session.synced().list(sort=sort)
    if form == "json":
        from kb.export import summary_to_json

        listed = [summary_to_json(entry) for entry in entries]
        print_json({"schema_version": SCHEMA_VERSION, "entries": listed})
    elif form == "text":
        session.show(entry_table(entries, table_width()))
    else:
        for entry in entries:
            click.echo(entry.id if form == "ids" else session.place(entry.path))


@click.command("services", cls=KbCommand)
@output_forms("json")
def services_command(form: str) -> None:
    """List the services, with how many entries each has.

    They are those of entries/kb.toml, and those that entries name without its knowing them.
    """
    _names("services", current().synced().services(), form)


@click.command("causes", cls=KbCommand)
@output_forms("json")
def causes_command(form: str) -> None:
    """List the causes, with how many entries each has.

    They are the built-in ones unless entries/kb.toml has its own.
    """
    _names("causes", current().synced().causes(), form)


def _names(what: str, names: Sequence[NameCount], form: str) -> None:
    if form == "json":
        from kb.export import name_to_json

        listed = [name_to_json(name) for name in names]
        print_json({"schema_version": SCHEMA_VERSION, what: listed})
        return
    lines = service_table if what == "services" else cause_table
    current().show(lines(names, table_width()))


def entry_table(entries: Sequence[EntrySummary], columns: int | None) -> Iterator[str]:
    """One line an entry; where it is narrow the title is cut, never the id."""
    if not entries:
        yield "There are no entries yet. Begin one: kb new TITLE"
        return
    rows = [("id", "sev", "duration", "open", "title")]
    for entry in entries:
        minutes = entry.duration_minutes
        rows.append(
            (
                entry.id,
                entry.severity,
                short_duration(minutes) if minutes is not None else "",
                str(entry.open_follow_ups or ""),
                entry.title,
            )
        )
    widths = [max(width(plain(row[at])) for row in rows) for at in range(4)]
    shown = [0, 1, 2, 3]
    for expendable in (3, 2, 1):
        if columns and columns - sum(widths[at] + 2 for at in shown) < _LEAST_TITLE:
            shown.remove(expendable)
    for number, row in enumerate(rows):
        cells = [pad(plain(row[at]), widths[at], right=at in {2, 3}) for at in shown]
        before = "".join(cell + "  " for cell in cells)
        title = plain(row[4])
        line = before + (cut(title, max(columns - width(before), 8)) if columns else title)
        yield line.rstrip() if number else click.style(line.rstrip(), dim=True)
    yield click.style(counted(len(entries), "entry", "entries"), dim=True)


def service_table(names: Sequence[NameCount], columns: int | None) -> Iterator[str]:
    """The services that have entries, most first; below them those that have none."""
    rows = [("service", "entries", "latest", "label (owner)")]
    for name in names:
        if name.count:
            label = f"{name.label} ({name.owner})" if name.owner else name.label
            if not name.known:
                label = "not in kb.toml"
            rows.append((name.id, str(name.count), name.latest or "", label))
    yield from _with_head(rows, columns)
    without = [name.id for name in names if not name.count]
    if without:
        yield ""
        line = plain(f"Without entries: {', '.join(without)}")
        yield from wrap(line, columns or _NO_LIMIT, "", "  ")


def cause_table(names: Sequence[NameCount], columns: int | None) -> Iterator[str]:
    """All causes, most first, each with when to use it on a line of its own."""
    rows = [("cause", "entries", "latest", "label")]
    for name in names:
        label = ", ".join(part for part in (name.label, name.label_ko) if part)
        rows.append((name.id, str(name.count), name.latest or "", label))
    head, *lines = _with_head(rows, None)
    yield head
    for name, line in zip(names, lines, strict=True):
        yield line
        for part in wrap(plain(name.definition), columns or _NO_LIMIT, "  ", "  "):
            yield click.style(part, dim=True)


def _with_head(rows: Sequence[Sequence[str]], columns: int | None) -> Iterator[str]:
    safe = [[plain(cell) for cell in row] for row in rows]
    first, *rest = table(safe, columns, right=(1,))
    yield click.style(first, dim=True)
    yield from rest
