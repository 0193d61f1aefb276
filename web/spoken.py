"""What the core says of a query in English, said in the reader's language.

The core answers a query with sentences (`understood`, notices), since the command line and the
JSON have only these. Each follows one of the forms below, whose translations stand in
`translations/`. A sentence of no known form stays as it is, in English and marked so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from web.language import current, gettext, marked

if TYPE_CHECKING:
    from flask import Flask

NOTICES = (
    marked("there is no field %(name)s"),
    marked("the value of %(typed)s: must follow without a space"),
    marked("before * must stand %(number)s letters or more"),
    marked("before * must stand %(number)s syllables or more"),
    marked("only the first %(number)s characters were read"),
    marked("only the first %(number)s words and filters were read"),
    marked("there is no word in it to search for"),
    marked("only words that are in almost every text"),
    marked("entries can be sorted by %(names)s"),
    marked("sort: counts at the top of a query only"),
    marked("no word begins with %(word)s"),
    marked("%(name)s has no order, so no ranges"),
    marked("no entry has the %(name)s %(value)s"),
    marked("there is no is:%(value)s, only %(names)s"),
    marked("nothing of an entry is called %(value)s"),
    marked("this date cannot be read (2024-07, 7d, 2023..2024 can)"),
    marked("this length of time cannot be read (>2h, 30m..1d can)"),
    marked("parentheses more than %(number)s deep were left out"),
    marked("the parenthesis is not closed"),
    marked("the quote is not closed"),
    marked("searched as text"),
    marked("searched as a word"),
    marked("left out"),
)
"""The forms of a notice; several stand beside each other with a semicolon."""

UNDERSTOOD = (
    marked("every entry"),
    marked("text matches %(words)s"),
    marked("text has %(words)s"),
    marked("text does not have %(words)s"),
    marked("it has an unfinished follow-up"),
    marked("it has no unfinished follow-up"),
    marked("a follow-up of it is overdue"),
    marked("no follow-up of it is overdue"),
    marked("it repeats an earlier incident (same service, same cause)"),
    marked("it repeats no earlier incident (same service, same cause)"),
    marked("date in %(year)s"),
    marked("date from %(first)s to %(last)s"),
    marked("date on or after %(day)s"),
    marked("date on or before %(day)s"),
    marked("date in %(month)s %(year)s"),
    marked("date on %(day)s %(month)s %(year)s"),
    marked("%(name)s is not %(values)s"),
    marked("%(name)s is %(values)s"),
    marked("%(name)s does not have %(words)s"),
    marked("%(name)s has %(words)s"),
    marked("%(name)s over %(length)s"),
    marked("%(name)s at least %(length)s"),
    marked("%(name)s under %(length)s"),
    marked("%(name)s at most %(length)s"),
    marked("best match first"),
    marked("newest first"),
    marked("oldest first"),
    marked("longest first"),
)
"""The forms of what a query was understood as, the narrower ones first."""

ERRORS = (
    marked("%(typed)s is not a number from %(least)s to %(most)s."),
    marked("%(typed)s is none of %(names)s."),
    marked("Leave %(parameter)s out of the address, or write a number."),
    marked("Leave %(parameter)s out of the address, or choose one of these."),
    marked("There is no entry %(typed)s."),
)
"""The forms of what is wrong with an address, and of what to do then."""

MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)
_SHAPES = {
    "number": "[0-9,]+",
    "name": "(?!it )[^ ]+",
    "year": "[0-9]{4}",
    "month": "|".join(MONTHS),
    "day": "[0-9-]+",
    "first": "[0-9-]+",
    "last": "[0-9-]+",
}
_HOLE = re.compile(r"%\((\w+)\)s")
_BETWEEN = re.compile(r", and |, (?=(?:best match|newest|oldest|longest) first$)")


def install(app: Flask) -> None:
    """Let an application's templates say these."""
    app.jinja_env.globals.update(notice_said=notice, understood_said=understood)


def notice(message: str) -> str:
    """A notice's message in the reader's language."""
    return _said(message.split("; "), NOTICES, "; ") or message


def understood(sentence: str) -> str:
    """How a query was read, in the reader's language."""
    return _said(_BETWEEN.split(sentence), UNDERSTOOD, ", ") or sentence


def error(sentence: str) -> str:
    """What is wrong, or what to do about it, in the reader's language."""
    return _said([sentence], ERRORS, "") or sentence


def _said(parts: list[str], forms: tuple[str, ...], between: str) -> str:
    """The parts in the reader's language; empty where one has no known form, or all is English."""
    if current() == "en":
        return ""
    said = [_one(part, forms) for part in parts]
    return between.join(said) if all(said) else ""


def _one(part: str, forms: tuple[str, ...]) -> str:
    for form in forms:
        found = _pattern(form).fullmatch(part)
        if found:
            return gettext(form) % _translated(found.groupdict())
    return ""


def _translated(holes: Mapping[str, str]) -> dict[str, str]:
    """What stands in the holes: months and fields have names, all else is as it was typed."""
    said = {"month": gettext, "name": _field}
    return {hole: said.get(hole, str)(text) for hole, text in holes.items()}


def _field(name: str) -> str:
    label = name.capitalize()
    said = gettext(label)
    return name if said == label else said


@cache
def _pattern(form: str) -> re.Pattern[str]:
    pieces = _HOLE.split(form)
    written = [
        f"(?P<{piece}>{_SHAPES.get(piece, '.+')})" if number % 2 else re.escape(piece)
        for number, piece in enumerate(pieces)
    ]
    return re.compile("".join(written), re.DOTALL)
