"""`kb index`: the index by hand. Searching keeps it up to date by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kb.cli.layout import counted, pad, plain
from kb.cli.options import KbCommand, output_forms, print_json
from kb.cli.session import current
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.finding import Finding
    from kb.overview import IndexStatus
    from kb.search.sync import SyncStats

SCHEMA_VERSION = 1
_UP_TO_DATE = {
    True: "yes",
    False: "no: the next search updates it",
    None: "not known here: entries are read from the index",
}


@click.command("index", cls=KbCommand, short_help="Look after the index.")
@click.option("--rebuild", is_flag=True, help="Forget the index and build it anew.")
@click.option("--status", is_flag=True, help="Only say where the index is and how it is.")
@click.option(
    "--verify", is_flag=True, help="Compare the index with the files; list all that is wrong."
)
@output_forms("json")
def index_command(*, rebuild: bool, status: bool, verify: bool, form: str) -> None:
    """Bring the index up to date, or look at it.

    The index is a cache of the entries: it may be deleted at any time, and every search
    brings it up to date first.
    """
    if status and (rebuild or verify):
        other = "--rebuild" if rebuild else "--verify"
        raise click.UsageError(f"--status only looks; it cannot go with {other}.")
    session = current()
    knowledge = session.open()
    if knowledge.reads_index and not (status or rebuild or verify):
        raise UsageError(
            "Here entries are read from the index, which is written where their files are.",
            "Run `kb index` there; `kb index --status` looks at the index from here.",
        )
    stats: SyncStats | None = None
    if rebuild or not (status or verify):
        stats = session.sync(rebuild=rebuild)
    findings = knowledge.verify() if verify else ()
    state = knowledge.status()
    if form == "json":
        print_json(_as_json(stats, state, findings))
        return
    if stats is not None:
        click.echo(_done(stats))
        if not verify:
            session.tell_findings((*knowledge.findings, *stats.findings))
    if verify:
        session.show(_verified([session.describe(finding) for finding in findings]))
    elif status:
        session.show(_status_lines(state))


def _as_json(
    stats: SyncStats | None, state: IndexStatus, findings: Sequence[Finding]
) -> dict[str, object]:
    from kb.export import finding_to_json

    changes = None
    if stats is not None:
        changes = {
            "added": stats.added,
            "changed": stats.changed,
            "removed": stats.removed,
            "unchanged": stats.unchanged,
            "rebuilt": stats.rebuilt,
            "seconds": round(stats.seconds, 3),
        }
        findings = (*stats.findings, *findings)
    return {
        "schema_version": SCHEMA_VERSION,
        "changes": changes,
        "status": asdict(state),
        "findings": [finding_to_json(finding) for finding in findings],
    }


def _done(stats: SyncStats) -> str:
    """What an update did, in one line."""
    whole = counted(stats.added + stats.changed + stats.unchanged, "entry", "entries")
    if stats.rebuilt:
        return f"Built the index anew: {whole}."
    parts = {"added": stats.added, "changed": stats.changed, "removed": stats.removed}
    told = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
    return f"Index of {whole} is up to date{': ' + told if told else ''}."


def _verified(described: Sequence[str]) -> Iterator[str]:
    if not described:
        yield "The index agrees with the files, and nothing is wrong with the entries."
        return
    yield from described
    yield click.style(counted(len(described), "finding"), dim=True)


def _status_lines(state: IndexStatus) -> Iterator[str]:
    facts = (
        ("Engine", state.engine),
        ("Location", state.location or "in memory"),
        ("Entries", f"{state.entries:,}"),
        ("With findings", f"{state.problems:,}"),
        ("Size", _size(state.size_bytes)),
        ("Up to date", _UP_TO_DATE[state.up_to_date]),
    )
    for name, value in facts:
        yield f"{pad(name, 15)}{plain(value)}"


def _size(count: int) -> str:
    """Bytes in the largest unit that leaves at least one."""
    for unit, size in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return counted(count, "byte")
