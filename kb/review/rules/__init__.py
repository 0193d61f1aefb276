"""The rules, one family a file, and how they are applied to one entry.

front_matter    KB1xx: what stands above the text; `values` beside it
sections        KB2xx: the parts of a postmortem
times           KB3xx: times; `timelines`, `stated_lengths` and `clock_changes` beside it
substance       KB4xx: impact and root cause
follow_ups      KB5xx: follow-ups; `open_ended` beside it
wording         KB6xx: blame, hindsight, vague words; `wording_lexicon` beside it
privacy         KB7xx: secrets and personal data
links           KB8xx: links; those to other hosts are asked by `kb.review.online`
markdown        KB9xx: Markdown that is shown otherwise than meant; `markup` beside it

Rules about waivers, KB0xx, stand in `kb.review.waivers`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kb.review.rules.follow_ups import RULES as FOLLOW_UPS
from kb.review.rules.front_matter import RULES as FRONT_MATTER
from kb.review.rules.links import DEAD_LINK
from kb.review.rules.links import RULES as LINKS
from kb.review.rules.markdown import RULES as MARKDOWN
from kb.review.rules.privacy import RULES as PRIVACY
from kb.review.rules.sections import RULES as SECTIONS
from kb.review.rules.substance import RULES as SUBSTANCE
from kb.review.rules.times import RULES as TIMES
from kb.review.rules.wording import RULES as WORDING
from kb.review.waivers import RULES as WAIVERS
from kb.review.waivers import UNUSED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.review.rule import Problem, Rule
    from kb.review.subject import Subject

RULES: tuple[Rule, ...] = (
    *WAIVERS,
    *FRONT_MATTER,
    *SECTIONS,
    *TIMES,
    *SUBSTANCE,
    *FOLLOW_UPS,
    *WORDING,
    *PRIVACY,
    *LINKS,
    *MARKDOWN,
)
"""Every rule that looks at one entry, in the order of their codes."""

LATER: tuple[Rule, ...] = (UNUSED, DEAD_LINK)
"""Rules that need more than an entry, so that their `check` finds nothing: what was found in it
(`kb.review.waivers`), or what other hosts answer (`kb.review.online`)."""

_BY_NAME = {name: rule for rule in (*RULES, *LATER) for name in (rule.code.casefold(), rule.name)}


NAMES = tuple(_BY_NAME)
"""What rules are called: codes in small letters, and names."""


def named(text: str) -> Rule | None:
    """The rule that somebody means who types a code or a name, in any case; or None."""
    return _BY_NAME.get(text.strip().casefold().replace("_", "-"))


def problems(subject: Subject, rules: Iterable[Rule] = RULES) -> list[tuple[Rule, Problem]]:
    """What the rules find in one entry, in the order of its lines.

    An imported entry is somebody else's text: what would be an error in a new one weighs as a
    warning there, unless the rule gives it a level of its own.
    """
    found = [(rule, _weighed(subject, rule, p)) for rule in rules for p in rule.check(subject)]
    return sorted(found, key=lambda pair: (pair[1].place.line, pair[1].place.column, pair[0].code))


def _weighed(subject: Subject, rule: Rule, problem: Problem) -> Problem:
    lower = subject.imported and rule.level == "error" and problem.level is None
    return replace(problem, level="warning") if lower else problem
