"""`kb rules`: what reviews look for, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from kb.cli import completion
from kb.cli.layout import counted, pad, plain, table, wrap
from kb.cli.options import KbCommand, output_forms, print_json
from kb.cli.session import current, table_width, terminal_width
from kb.errors import KbError, NotFound

if TYPE_CHECKING:
    from kb.config import Config
    from kb.finding import Level
    from kb.review.choice import Choice
    from kb.review.rule import Rule

SCHEMA_VERSION = 1
_COLOURS = {"error": "red", "warning": "yellow", "note": "blue", "off": None}


@click.command("rules", cls=KbCommand, short_help="List the rules of reviews, or explain one.")
@click.argument("rule", required=False, shell_complete=completion.rules)
@click.option(
    "--schema",
    is_flag=True,
    help="Print the JSON Schema of an entry's front matter, for editors.",
)
@output_forms("json")
def rules_command(rule: str | None, *, schema: bool, form: str) -> None:
    r"""List what kb review looks for, or explain one RULE with a bad and a good example.

    RULE is a code (KB204), a name, a family (wording), or the beginning of codes (KB6). Levels
    are those of this folder: kb.toml may change them below [review], or turn a rule off.

    \b
      kb rules KB301
      kb rules wording
      kb rules --schema > entries/schema.json

    With the schema, editors complete and check the front matter: put
    `# yaml-language-server: $schema=../schema.json` on the line below the first `---`.
    """
    from kb.review.choice import choose

    config = _config()
    if schema:
        if rule is not None:
            raise click.UsageError("--schema is of all entries: leave out the rule.")
        from kb.review.schema import front_matter_schema

        print_json(front_matter_schema(config))
        return
    choice = choose(config.review)
    rules = _asked(rule)
    if form == "json":
        print_json(
            {
                "schema_version": SCHEMA_VERSION,
                "rules": [_as_json(one, choice) for one in rules],
            }
        )
    elif len(rules) == 1 and rule is not None:
        current().show(_page(rules[0], choice, terminal_width()))
    else:
        current().show(_list(rules, choice))


def _config() -> Config:
    """What kb.toml says; the defaults where there is no knowledge base."""
    from kb.config import Config

    session = current()
    try:
        return session.open().config
    except KbError:
        if session.entries:
            raise
        return Config()


def _asked(name: str | None) -> tuple[Rule, ...]:
    from kb.review.choice import EVERY_RULE, meant, nearest

    if name is None:
        return EVERY_RULE
    rules = meant(name)
    if not rules:
        raise NotFound(f"There is no rule {name!r}.", "`kb rules` lists them.", nearest(name))
    return rules


def _level(rule: Rule, choice: Choice) -> Level | str:
    """What it weighs in this folder."""
    applied = rule in choice.rules
    return choice.levels.get(rule.code, rule.level) if applied else "off"


def _as_json(rule: Rule, choice: Choice) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "level": _level(rule, choice),
        "default_level": rule.level,
        "summary": rule.summary,
        "why": rule.why,
        "bad": rule.bad,
        "good": rule.good,
    }


def _list(rules: Sequence[Rule], choice: Choice) -> Iterator[str]:
    rows = [("CODE", "LEVEL", "NAME", "WHAT IT WANTS")]
    rows += [(one.code, _level(one, choice), one.name, one.summary) for one in rules]
    head, *lines = table(rows, table_width())
    yield click.style(head, bold=True)
    yield from lines
    yield click.style(counted(len(rules), "rule"), dim=True)


def _page(rule: Rule, choice: Choice, columns: int) -> Iterator[str]:
    level = _level(rule, choice)
    usually = f", usually {rule.level}" if level != rule.level else ""
    yield click.style(f"{rule.code} {rule.name}", bold=True)
    yield click.style(level, fg=_COLOURS[level]) + f"{usually} · {rule.family}"
    yield ""
    yield from wrap(rule.summary, columns)
    yield ""
    yield from wrap(rule.why, columns)
    for title, example in (("Bad", rule.bad), ("Good", rule.good)):
        yield ""
        yield click.style(f"{title}:", bold=True)
        yield from textwrap.indent(plain(example), "    ").split("\n")
    yield ""
    for what, how in (
        ("Allow it once", f"<!-- kb: allow {rule.code} because … -->  in the entry"),
        ("Turn it off", f'disable = ["{rule.code}"]  below [review] in kb.toml'),
    ):
        yield click.style(f"{pad(what + ':', 15)}{how}", dim=True)
