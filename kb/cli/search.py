"""`kb search`: find entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kb.cli import completion
from kb.cli.options import KbCommand, output_forms, print_json
from kb.cli.session import current, tell, terminal_width

if TYPE_CHECKING:
    from kb.search.results import SearchResults

SORTS = ("relevance", "newest", "oldest", "longest")
NOTHING_FOUND = 1


class SearchCommand(KbCommand):
    """A command whose words may begin with a hyphen: `kb search kafka -dns`, `-cause:network`.

    Only what begins with two hyphens, and `-h`, is an option. Words keep their order.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the options before the words, then let click read both."""
        options, words = self._apart(args)
        return super().parse_args(ctx, [*options, "--", *words])

    def _apart(self, args: Iterable[str]) -> tuple[list[str], list[str]]:
        valued = {
            name
            for param in self.params
            if isinstance(param, click.Option) and not param.is_flag
            for name in param.opts
        }
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                words += rest
            elif arg == "-h" or arg.startswith("--"):
                options.append(arg)
                if arg in valued:
                    options += [value for value in [next(rest, None)] if value is not None]
            else:
                words.append(arg)
        return options, words


@click.command("search", cls=SearchCommand, short_help="Search the entries.")
@click.argument("query", nargs=-1)
@click.option(
    "--service",
    multiple=True,
    metavar="SERVICE",
    shell_complete=completion.services,
    help="Only entries of this service; given twice, of either.",
)
@click.option(
    "--cause",
    multiple=True,
    metavar="CAUSE",
    shell_complete=completion.causes,
    help="Only entries with this cause; given twice, with either.",
)
@click.option(
    "--severity",
    multiple=True,
    metavar="SEVERITY",
    shell_complete=completion.severities,
    help="Only entries of this severity, sev1 (worst) to sev4.",
)
@click.option("--since", metavar="DATE", help="Only from this day on: 2024-07-18, 2024-07, 30d.")
@click.option("--until", metavar="DATE", help="Only up to this day, month or year, all of it.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    help="The order; by itself relevance, and newest where no words are given.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="At most so many entries.",
)
@click.option(
    "--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Leave out the first N."
)
@output_forms("json", "ids", "paths")
def search_command(  # noqa: PLR0913 - the options of the contract
    query: tuple[str, ...],
    *,
    service: Sequence[str],
    cause: Sequence[str],
    severity: Sequence[str],
    since: str | None,
    until: str | None,
    sort: str | None,
    limit: int,
    offset: int,
    form: str,
) -> int:
    r"""Search the entries, those that match best first; without QUERY the newest come first.

    Not all words need match. Quotes around the whole query are the shell's: a phrase has
    quotes of its own. Words may begin with a hyphen; after -- everything is a word.

    \b
      kb search kafka consumer lag
      kb search '"route leak" OR BGP' --since 2021
      kb search 카카오톡 로그인 -cause:network
      kb search service:kakaotalk duration:'>1h' is:open

    Fields: service cause severity status id title author tag language trigger detected-by
    summary impact timeline root-cause response follow-ups source, and every other key of the
    front matter; date, after, before, duration, detect-time, mitigate-time,
    resolve-time, is:open, is:overdue, is:recurrence, has:timeline, sort.

    Ends with 0 where something was found, 1 where nothing was, 2 on wrong use.
    """
    session = current()
    knowledge = session.synced()
    words = " ".join(query).encode("utf-8", "replace").decode("utf-8")
    results = knowledge.search(
        words,
        limit=limit,
        offset=offset,
        sort=sort,
        services=service,
        causes=cause,
        severities=severity,
        since=since,
        until=until,
    )
    if form == "json":
        print_json(results.to_json())
    elif form == "text":
        _print_text(results, words, offset)
    else:
        for hit in results.hits:
            click.echo(hit.id if form == "ids" else session.place(hit.path))
        for notice in results.notices:
            tell(notice.message)
    return 0 if results.hits else NOTHING_FOUND


def _print_text(results: SearchResults, words: str, offset: int) -> None:
    from kb.cli import search_text

    asked = search_text.Asked(words, *_typed_options(), offset, terminal_width())
    if results.hits:
        current().show(search_text.report(results, asked))
        return
    for line in search_text.nothing(results, asked):
        click.echo(line, err=True)


def _typed_options() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the command line set, to be typed again: before the command's name, and after it.

    The page and the form are left out: they differ from one look at the results to the next.
    """
    ctx = click.get_current_context()
    root = ctx.find_root()
    return _typed(root, ("entries",)), _typed(
        ctx, ("service", "cause", "severity", "since", "until", "sort", "limit")
    )


def _typed(ctx: click.Context, names: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = ctx.params[name]
            for one in value if isinstance(value, tuple) else (value,):
                found += [f"--{name}", str(one)]
    return tuple(found)
