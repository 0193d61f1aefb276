"""`kb` itself: its own options, and its commands, each imported only when it runs."""

from __future__ import annotations

import os

import click

from kb.cli.errors import answer
from kb.cli.session import Session

COMMANDS = {
    "search": ("kb.cli.search", "Search the entries."),
    "show": ("kb.cli.show", "Show one entry."),
    "related": ("kb.cli.related", "Find similar past incidents."),
    "list": ("kb.cli.listing", "List all entries."),
    "services": ("kb.cli.listing", "List the services, with how many entries each has."),
    "causes": ("kb.cli.listing", "List the causes, with how many entries each has."),
    "stats": ("kb.cli.stats", "Figures: counts, times, what is left to do."),
    "follow-ups": ("kb.cli.follow_ups", "List follow-ups, the most pressing first."),
    "new": ("kb.cli.new", "Write a new entry from the template."),
    "review": ("kb.cli.review", "Review entries, as in a pull request."),
    "rules": ("kb.cli.rules", "List the rules of reviews, or explain one."),
    "import": ("kb.cli.importing", "Turn other documents into draft entries."),
    "serve": ("kb.cli.serve", "Show the knowledge base as web pages."),
    "export": ("kb.cli.export", "Write the whole knowledge base out."),
    "index": ("kb.cli.index", "Look after the index."),
}
"""Name -> module that defines it, and its short help, so that `kb --help` imports none."""

EPILOG = """\
\b
Every option can be set for good: in the environment (KB_SEARCH_LIMIT=20), or in
entries/kb.toml (limit = 20 below [search]). The command line comes first, then the
environment, then kb.toml.

\b
Completion of commands, options, ids, services, causes and owners:
  bash  eval "$(_KB_COMPLETE=bash_source kb)"            in ~/.bashrc
  zsh   eval "$(_KB_COMPLETE=zsh_source kb)"             in ~/.zshrc
  fish  _KB_COMPLETE=fish_source kb | source             in config.fish
"""


class Root(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands, those most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, or None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command = getattr(import_module(COMMANDS[cmd_name][0]), _function(cmd_name))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to run; one that does not exist is answered with the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from kb.vocabulary import near

            nearest = near(args[0], tuple(COMMANDS), limit=1)
            advice = nearest[0] if nearest else f"search {args[0]}"
            raise click.UsageError(
                f"There is no command {args[0]!r}. Did you mean kb {advice}?", ctx
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; all its failures leave through `kb.cli.errors.answer`."""
        ctx.exit(answer(lambda: self._run(ctx)))

    def _run(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        finally:
            if isinstance(ctx.obj, Session):
                ctx.obj.close()


@click.command(
    cls=Root,
    epilog=EPILOG,
    context_settings={
        "help_option_names": ["--help", "-h"],
        "auto_envvar_prefix": "KB",
        "max_content_width": 100,
    },
)
@click.option(
    "--entries",
    metavar="DIR",
    type=click.Path(file_okay=True),
    help="The folder of the entries. Else $KB_ENTRIES, else the nearest `entries` upward.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour in the output; by itself only on a terminal, and not where NO_COLOR is set.",
)
@click.option(
    "--no-pager",
    is_flag=True,
    help="Never page; else long output goes through $KB_PAGER or $PAGER.",
)
@click.version_option(package_name="postmortem-kb", prog_name="kb")
@click.pass_context
def root(ctx: click.Context, entries: str | None, color: str, *, no_pager: bool) -> None:
    """Incident postmortems in Markdown, searched in Korean and English.

    The entries are files in a folder; `kb search` finds them by words, service, cause and
    date, `kb show` reads one, `kb new` begins one.
    """
    session = Session(entries, pager=not no_pager)
    ctx.obj = session
    ctx.default_map = session.defaults()
    ctx.color = _wants_colour(color)


def _function(command: str) -> str:
    """The name of the function that is a command."""
    return f"{command.replace('-', '_')}_command"


def _wants_colour(option: str) -> bool | None:
    """Whether to colour; None lets each stream decide by whether it is a terminal."""
    if option != "auto":
        return option == "always"
    plain_terminal = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return False if plain_terminal else None
