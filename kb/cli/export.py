"""`kb export`: the whole knowledge base as JSON, as tables, or as a site of static files."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from kb.cli.layout import counted
from kb.cli.options import KbCommand
from kb.cli.session import Progress, current, tell
from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from kb import KnowledgeBase

_MARK = "\ufeff"
"""Excel takes a CSV file for UTF-8, and so shows Korean, only where this stands first."""
_MISSING_TOLD = 5
_READABLE = 0o644


@click.command("export", cls=KbCommand, short_help="Write the whole knowledge base out.")
@click.argument("form", type=click.Choice(["json", "csv", "site"]))
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to write into. Else JSON and CSV go to standard output.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "ko"]),
    default="en",
    show_default=True,
    help="site: the language of the pages around the entries.",
)
@click.option(
    "--base-url",
    metavar="URL",
    help="site: where it will stand, for feeds. Else base_url below [web] in kb.toml.",
)
def export_command(form: str, to: Path | None, language: str, base_url: str | None) -> None:
    r"""Write the whole knowledge base out.

    json is one document with every field of every entry; csv is a table of the entries, with
    --to also of their follow-ups and timelines. Both are written whole or not at all. site is
    the web pages as static files for any web server, searched in the reader's browser.

    \b
    kb export json > postmortems.json
    kb export csv --to tables            entries.csv, follow_ups.csv, timeline.csv
    kb export site --to public           needs pip install "postmortem-kb[site]"
    """
    if form == "site":
        _site(to, language, base_url)
    elif form == "json":
        _json(current().synced(), to)
    else:
        _csv(current().synced(), to)


def _json(knowledge: KnowledgeBase, to: Path | None) -> None:
    if to is None:
        for piece in _json_pieces(knowledge):
            click.echo(piece.encode(), nl=False)
        return
    with _whole_files(to, ["postmortems.json"]) as (file,):
        file.writelines(_json_pieces(knowledge))
    click.echo(str(to / "postmortems.json"))


def _json_pieces(knowledge: KnowledgeBase) -> Iterator[str]:
    """The document piece by piece: all entries together may be larger than the memory."""
    from kb.export import entry_to_json
    from kb.search.results import SCHEMA_VERSION

    yield f'{{"schema_version": {SCHEMA_VERSION}, "entries": ['
    for number, entry in enumerate(knowledge.entries()):
        text = json.dumps(entry_to_json(entry), ensure_ascii=False)
        # A lone surrogate, from a damaged name, cannot be written as it is.
        yield (",\n" if number else "\n") + text.encode("utf-8", "replace").decode()
    yield "\n]}\n"


def _csv(knowledge: KnowledgeBase, to: Path | None) -> None:
    from kb.export_tables import TABLES

    if to is None:
        columns, rows = TABLES["entries"]
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        for row in (columns, *(row for entry in knowledge.entries() for row in rows(entry))):
            writer.writerow(row)
            click.echo(text.getvalue().encode("utf-8", "replace"), nl=False)
            text.seek(text.truncate(0))
        return
    names = [f"{name}.csv" for name in TABLES]
    with _whole_files(to, names) as files:
        writers: list[Any] = []
        for file, (columns, _) in zip(files, TABLES.values(), strict=True):
            file.write(_MARK)
            writers.append(csv.writer(file))
            writers[-1].writerow(columns)
        for entry in knowledge.entries():
            for writer, (_, rows) in zip(writers, TABLES.values(), strict=True):
                writer.writerows(rows(entry))
    for name in names:
        click.echo(str(to / name))


@contextmanager
def _whole_files(folder: Path, names: Sequence[str]) -> Iterator[list[IO[str]]]:
    """Files to write, which take their places when all of them are complete."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            made: list[str] = []
            files: list[IO[str]] = []
            for _ in names:
                handle, place = tempfile.mkstemp(prefix=".kb-export-", dir=folder)
                stack.callback(_remove, place)
                file = os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="")
                files.append(stack.enter_context(file))
                made.append(place)
            yield files
            for complete, place, name in zip(files, made, names, strict=True):
                complete.close()
                Path(place).chmod(_READABLE)
                Path(place).replace(folder / name)
    except OSError as error:
        raise KbError(
            f"{folder} cannot be written: {error.strerror or error}.",
            "Check that you may write there and that the disk is not full.",
        ) from error


def _remove(place: str) -> None:
    with suppress(OSError):
        Path(place).unlink()


def _site(to: Path | None, language: str, base_url: str | None) -> None:
    if to is None:
        raise UsageError("A site needs a folder to be written into.", "Name one with --to.")
    from dataclasses import replace

    from kb.config.web import is_base_url
    from web.site import require_pagefind, write_site

    require_pagefind()
    address = (base_url or "").rstrip("/")
    if address and not is_base_url(address):
        raise UsageError(
            f"{base_url} is no web address.", 'Write it as "https://example.com/postmortems".'
        )
    knowledge = current().synced()
    settings = knowledge.config.web
    if address:
        settings = replace(settings, base_url=address)
    with Progress("Writing pages") as progress:
        done = write_site(knowledge, to, settings, language, progress.report)
    for page, link in done.missing[:_MISSING_TOLD]:
        tell(f"{page} links to {link}, which is not there.")
    if len(done.missing) > _MISSING_TOLD:
        tell(f"and {len(done.missing) - _MISSING_TOLD} more such links.")
    if not done.feeds:
        tell("No feeds were written: they need --base-url, the address the site will have.")
    click.echo(
        f"{counted(done.pages, 'file')} in {to}, {counted(done.searchable, 'entry', 'entries')} "
        f"searchable. Look at it: python3 -m http.server -d {to}"
    )
