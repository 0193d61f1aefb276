"""The table `[review]` of `kb.toml`: which rules a team applies, and how much they weigh.

Which rules there are is not known here: `kb.review.choice` finds names that are none.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from kb.record import record
from kb.vocabulary import near

if TYPE_CHECKING:
    from kb.config.toml_table import Reader
    from kb.finding import Level

TABLE = "review"
KEYS = ("disable", "enable", "levels", "fail_on", "ticket")
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
NEVER = "never"


@record
class ReviewSettings:
    """What a team chose; rules are named by code, name, family or the beginning of a code.

    Attributes:
        disable: rules that are not applied.
        enable: rules that are applied all the same.
        levels: rules with the level they have here.
        fail_on: the level from which on a review fails, `never`, or empty: the usual one.
        ticket: a regular expression for what a ticket's name is here; empty: any text.
    """

    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    levels: Mapping[str, Level] = field(default_factory=dict)
    fail_on: str = ""
    ticket: str = ""


def read_review(reader: Reader, table: Mapping[str, object]) -> ReviewSettings:
    """The table's settings; what cannot be used is a finding, and its default counts."""
    reader.known_keys(table, KEYS, (TABLE,))
    return ReviewSettings(
        disable=reader.strings(table, TABLE, "disable"),
        enable=reader.strings(table, TABLE, "enable"),
        levels=_levels(reader, reader.table(table, TABLE, "levels")),
        fail_on=_one_of(reader, table, (*LEVELS, NEVER), TABLE, "fail_on"),
        ticket=_pattern(reader, table, TABLE, "ticket"),
    )


def _levels(reader: Reader, table: Mapping[str, object]) -> dict[str, Level]:
    found: dict[str, Level] = {}
    for rule in table:
        word = _one_of(reader, table, LEVELS, TABLE, "levels", rule)
        for level in LEVELS:
            if word == level:
                found[rule] = level
    return found


def _one_of(
    reader: Reader, table: Mapping[str, object], known: tuple[str, ...], *place: str
) -> str:
    """The word at a place; empty where there is none, or another."""
    word = reader.string(table, *place)
    if not word or word in known:
        return word
    nearest = near(word, known, limit=1)
    remedy = f"Did you mean {nearest[0]}?" if nearest else f"Known: {', '.join(known)}."
    message = f'{".".join(place)} "{word}" is no level.'
    reader.report("config-value", "error", place, message, remedy)
    return ""


def _pattern(reader: Reader, table: Mapping[str, object], *place: str) -> str:
    """The regular expression at a place; empty where there is none, or a broken one.

    One that Python says will mean something else in a later version counts as broken.
    """
    pattern = reader.string(table, *place)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        message = f'{".".join(place)} "{pattern}" is no regular expression: {error}.'
        remedy = r"Put it in single quotes: '[A-Z]+-\d+'."
        reader.report("config-value", "error", place, message, remedy)
        return ""
    return pattern
