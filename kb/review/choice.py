"""Which rules are applied, and how much each weighs: the command line and `[review]` of kb.toml.

A rule is named by its code (`KB204`), its name, its family (`wording`), or the beginning of
codes (`KB6`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.config import NAME
from kb.config.review import LEVELS
from kb.errors import UsageError
from kb.finding import Finding
from kb.review.rule import Rule
from kb.review.rules import LATER, RULES

if TYPE_CHECKING:
    from kb.config import ReviewSettings
    from kb.finding import Level
    from kb.review.rule import Problem

_BEGINNING = re.compile(r"KB\d{1,3}", re.IGNORECASE)

SETTINGS = Rule(
    "KB010",
    "settings",
    "waivers",
    "warning",
    "kb.toml can be read, and what it says makes sense.",
    "A setting that is mistyped counts for nothing: a service that it declares is unknown in every "
    "entry, a rule that it names is applied as if nothing had been said.",
    '[review]\ndisable = ["KB6O1"]',
    '[review]\ndisable = ["KB601"]',
    lambda _: (),
)
"""What is wrong with kb.toml, as findings like those of entries."""

EVERY_RULE: tuple[Rule, ...] = tuple(sorted((*RULES, *LATER, SETTINGS), key=lambda rule: rule.code))
"""By code, what is told of more than one entry included."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The rules of one review.

    Attributes:
        rules: those that are applied, in the order of their codes.
        levels: code -> what it weighs here, where that is not what it usually does.
    """

    rules: tuple[Rule, ...]
    levels: Mapping[str, Level] = field(default_factory=dict)

    def level(self, rule: Rule, problem: Problem) -> Level:
        """What a problem weighs here.

        A problem that says itself that it is lighter than its rule stays so.
        """
        chosen = self.levels.get(rule.code, rule.level)
        own = problem.level
        if own is None:
            return chosen
        if rule.code not in self.levels:
            return own
        return max(chosen, own, key=LEVELS.index)


def meant(name: str) -> tuple[Rule, ...]:
    """The rules that a name stands for; none where there is none of this name."""
    wanted = name.strip().casefold().replace("_", "-")
    exact = [
        rule for rule in EVERY_RULE if wanted in {rule.code.casefold(), rule.name, rule.family}
    ]
    if not exact and _BEGINNING.fullmatch(wanted):
        exact = [rule for rule in EVERY_RULE if rule.code.casefold().startswith(wanted)]
    return tuple(exact)


def nearest(name: str) -> tuple[str, ...]:
    """The names of rules and families that are like one which is none, best first."""
    from kb.vocabulary import near

    return near(name, _names(), limit=3)


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    names = [*(rule.code for rule in EVERY_RULE), *(rule.name for rule in EVERY_RULE)]
    return tuple(dict.fromkeys((*names, *(rule.family for rule in EVERY_RULE))))


def choose(
    settings: ReviewSettings, only: Sequence[str] = (), ignored: Sequence[str] = ()
) -> Choice:
    """The rules to apply; of kb.toml's names those that mean nothing do not count.

    Args:
        settings: what kb.toml says.
        only: rules that somebody named to be applied alone; whatever kb.toml disables.
        ignored: rules that somebody named not to be applied.

    Raises:
        UsageError: one of those named is no rule.
    """
    if only:
        wanted = {rule.code for name in only for rule in _must_mean(name)}
    else:
        wanted = {rule.code for rule in EVERY_RULE}
        wanted -= {rule.code for name in settings.disable for rule in meant(name)}
        wanted |= {rule.code for name in settings.enable for rule in meant(name)}
    wanted -= {rule.code for name in ignored for rule in _must_mean(name)}
    rules = tuple(rule for rule in EVERY_RULE if rule.code in wanted)
    return Choice(rules, _levels(settings))


def _levels(settings: ReviewSettings) -> dict[str, Level]:
    """Code -> level; a name of few rules counts before one of many."""
    named = [(meant(name), level) for name, level in settings.levels.items()]
    named.sort(key=lambda pair: -len(pair[0]))
    return {rule.code: level for rules, level in named for rule in rules}


def _must_mean(name: str) -> tuple[Rule, ...]:
    rules = meant(name)
    if rules:
        return rules
    names = nearest(name)
    advice = f"Did you mean {', '.join(names)}?" if names else "`kb rules` lists them."
    raise UsageError(f"There is no rule {name!r}.", advice)


def mistakes(settings: ReviewSettings, text: str, path: str = NAME) -> tuple[Finding, ...]:
    """The names in `[review]` that are no rules, each on its line.

    Args:
        settings: what was read of the text.
        text: the whole of kb.toml.
        path: how findings name it.
    """
    from kb.config.toml_text import line_of

    named = [
        *((name, ("review", "disable")) for name in settings.disable),
        *((name, ("review", "enable")) for name in settings.enable),
        *((name, ("review", "levels", name)) for name in settings.levels),
    ]
    found = []
    for name, place in named:
        if not meant(name):
            near = nearest(name)
            remedy = f"Did you mean {', '.join(near)}?" if near else "`kb rules` lists them."
            line = line_of(text, *place, holding=name)
            message = f'"{name}" in [review] is no rule.'
            found.append(Finding("config-value", "warning", path, line, message, remedy))
    return tuple(found)
