"""The review rules as the help shows them: made from the rules themselves, as `kb rules` is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kb.review.choice import EVERY_RULE, choose
from web import help_texts
from web.current import knowledge
from web.language import gettext, marked

if TYPE_CHECKING:
    from markupsafe import Markup

    from kb.review.choice import Choice
    from kb.review.rule import Family, Rule

FAMILIES: dict[Family, str] = {
    "waivers": marked("Rules about waivers and settings"),
    "front-matter": marked("Rules about the front matter"),
    "sections": marked("Rules about sections"),
    "time": marked("Rules about times"),
    "substance": marked("Rules about impact and cause"),
    "follow-ups": marked("Rules about follow-ups"),
    "wording": marked("Rules about wording"),
    "privacy": marked("Rules about privacy and secrets"),
    "links": marked("Rules about links"),
    "markdown": marked("Rules about Markdown"),
}
LEVELS = {
    "error": marked("error"),
    "warning": marked("warning"),
    "note": marked("note"),
    "off": marked("not applied here"),
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule; its texts are English.

    Attributes:
        level: what it weighs in this knowledge base; one of `LEVELS`.
        spoken_level: the same in the reader's language.
    """

    rule: Rule
    level: str
    spoken_level: str
    summary: Markup
    why: Markup


@dataclass(frozen=True, slots=True)
class FamilyText:
    """The rules of one family, under a heading in the reader's language."""

    anchor: str
    heading: str
    rules: tuple[RuleText, ...]


def families() -> tuple[FamilyText, ...]:
    """Every rule there is, by family and code; within a request."""
    choice = choose(knowledge().config.review)
    return tuple(
        FamilyText(
            f"rules-{family}",
            gettext(FAMILIES[family]),
            tuple(_text(rule, choice) for rule in rules),
        )
        for family, rules in groupby(EVERY_RULE, key=lambda rule: rule.family)
    )


def _text(rule: Rule, choice: Choice) -> RuleText:
    level = choice.levels.get(rule.code, rule.level) if rule in choice.rules else "off"
    summary, why = help_texts.inline(rule.summary), help_texts.inline(rule.why)
    return RuleText(rule, level, gettext(LEVELS[level]), summary, why)
