"""What several commands' options have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import click
from click.core import ParameterSource

from kb.cli.session import tell

P = ParamSpec("P")
R = TypeVar("R")

_FORMS = {
    "json": "One JSON document.",
    "ics": "A calendar of the due days (iCalendar).",
    "ids": "The ids alone, one a line.",
    "paths": "The files' paths alone, one a line.",
    "raw": "The Markdown as it stands in the file.",
}


class KbCommand(click.Command):
    """A command that says where an option's value came from when it is no good."""

    def __init__(self, name: str | None, **attributes: Any) -> None:  # noqa: ANN401 -- click's own
        super().__init__(name, **attributes)
        if self.help:
            # click's mark of a paragraph kept as it is; a raw docstring cannot hold it.
            self.help = self.help.replace("\\b\n", "\b\n")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; a bad value from elsewhere is told with the place."""
        options = {param.name: param for param in self.params if isinstance(param, click.Option)}
        defaults = dict(ctx.default_map or {})
        for name in sorted(defaults.keys() - options.keys()):
            tell(f"kb.toml: [{self.name}] has no option {name!r}.")
        # One value for an option that may be given several times needs no brackets.
        ctx.default_map = {
            name: [value] if isinstance(value, str) and options[name].multiple else value
            for name, value in defaults.items()
            if name in options
        }
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            origin = self._origin(ctx, error.param)
            if not origin:
                raise
            told = error.message + origin
            raise click.BadParameter(told, ctx, error.param, error.param_hint) from error

    def _origin(self, ctx: click.Context, param: click.Parameter | None) -> str:
        if param is None or param.name is None:
            return ""
        source = ctx.get_parameter_source(param.name)
        if source is ParameterSource.DEFAULT_MAP:
            return f" It stands in kb.toml, below [{self.name}]."
        if source is ParameterSource.ENVIRONMENT:
            return f" It comes from ${ctx.auto_envvar_prefix}_{param.name.upper()}."
        return ""


def output_forms(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Give a command the options `--json`, `--ids`, ... that exclude each other.

    The command receives the chosen name as `form`, or `text`. Where several are set, those on
    the command line count; two of them there are a wrong use.
    """

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(command)
        def run(*args: P.args, **options: P.kwargs) -> R:
            asked = {name: options.pop(name) for name in names}
            options["form"] = _chosen(click.get_current_context(), asked)
            return command(*args, **options)

        decorated: Callable[P, R] = run
        for name in reversed(names):
            decorated = click.option(f"--{name}", is_flag=True, help=_FORMS[name])(decorated)
        return decorated

    return decorate


def _chosen(ctx: click.Context, asked: Mapping[str, object]) -> str:
    wanted = [name for name, on in asked.items() if on]
    typed = [n for n in wanted if ctx.get_parameter_source(n) is ParameterSource.COMMANDLINE]
    given = typed or wanted
    if len(given) > 1:
        either = " and ".join(f"--{name}" for name in given)
        raise click.UsageError(f"{either} exclude each other: choose one.", ctx)
    return given[0] if given else "text"


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document, characters as they are."""
    import json

    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
