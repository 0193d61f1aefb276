"""A new entry from the template: its id, its place, its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb import corpus
from kb.errors import CorpusError, UsageError
from kb.search.keywords import fold
from kb.search.text import normalise

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

LONGEST_SLUG = 60
"""Characters of the part of an id after the date."""

_NO_WORD = re.compile(r"[\W_]+")
_PLAIN = re.compile(r"[^\W_](?:[\w .-]*\w)?")
_NUMBER = re.compile(r"[\d.]|(?:true|false|yes|no|on|off|null|y|n)$", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def entry_id(title: str, day: date) -> str:
    """`2024-07-18-kakaotalk-login-outage`: the day and the words of the title, any script.

    Raises:
        UsageError: the title holds no letter or digit.
    """
    words = _NO_WORD.sub("-", normalise(title).lower()).strip("-")
    if not words:
        raise UsageError(f"The title {title!r} holds no letter.", "Give the entry a title.")
    if len(words) > LONGEST_SLUG:
        words = words[: LONGEST_SLUG + 1].rpartition("-")[0] or words[:LONGEST_SLUG]
    return f"{day.isoformat()}-{words}"


def template(  # noqa: PLR0913 -- the keys of an entry
    title: str,
    day: date,
    *,
    services: Sequence[str] = (),
    causes: Sequence[str] = (),
    severity: str = "",
    timezone: str = "",
) -> str:
    """The text of a new draft, with every section and what belongs into it as comments."""
    return f"""\
---
title: {_quoted(title)}
date: {day.isoformat()}
services: [{", ".join(map(_item, services))}]
causes: [{", ".join(map(_item, causes)) or "unknown"}]
severity: {severity or "sev3"}
status: draft
timezone: {timezone or "Etc/UTC"}
---
## Summary

<!-- What happened, for whom, how long, and why, in two to four sentences. -->

## Impact

<!-- Who could not do what, from when to when; how many, with figures. -->

## Timeline

<!-- One event a line: - {day.isoformat()} 10:54 — first alert -->

## Root cause

<!-- What made it possible and what set it off; conditions, not people. -->

## Response

<!-- How it was noticed, what was tried, what helped. -->

## Follow-ups

<!-- - [ ] What is to be done — owner: team, due: {day.isoformat()}, ticket: ABC-1 -->
"""


def _item(name: str) -> str:
    """A name in a YAML list: as it is where YAML reads it as such."""
    return name if _PLAIN.fullmatch(name) and not _NUMBER.match(name) else _quoted(name)


def _quoted(title: str) -> str:
    """A YAML double-quoted scalar on one line."""
    clean = " ".join(_UNPRINTABLE.sub(" ", title).split())
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def see_that_new(folder: Path, identifier: str) -> None:
    """Raise CorpusError where an entry of this id exists, in whatever subfolder."""
    for path in corpus.scan(folder).files:
        if fold(path.rpartition("/")[2].rpartition(".")[0]) == fold(identifier):
            raise CorpusError(f"{folder / path} exists already.", "Choose another title or date.")
