"""What is compared: an incident as an index stores it, as an entry says it, or as a text tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kb.search import text

if TYPE_CHECKING:
    from kb.config import Config
    from kb.model import Postmortem

LONGEST_TEXT = 200_000
"""Characters of a text that are read, half of them from its end: a log tells most there."""

# What a name counts that is guessed from where it stands: (of a service, of a cause).
_TITLE_WEIGHTS = (4.0, 4.0)
_TEXT_WEIGHTS = (2.0, 1.5)
_FRONT_MATTER_OR_HEADING = re.compile(r"\A\s*---[ \t]*\n|^#{1,3}[ \t]+\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, as far as it is compared.

    Attributes:
        path: of its entry in the index; empty for what is not indexed.
        day: the local day it began, ISO 8601, or None.
        began, ended: instants in ISO 8601 with an offset, or None.
        guessed: the fields (`services`, `causes`) that an import or this module guessed.
        passages: (kind of section or `title`, normalised plain text).
    """

    path: str = ""
    title: str = ""
    day: str | None = None
    began: str | None = None
    ended: str | None = None
    services: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    trigger: str = ""
    detected_by: str = ""
    guessed: frozenset[str] = frozenset()
    passages: tuple[tuple[str, str], ...] = ()


def of_shown(shown: Mapping[str, Any]) -> Incident:
    """An indexed entry, from what its document stored to be shown."""
    return Incident(
        path=shown["path"],
        title=shown["title"],
        day=shown["date"],
        began=shown["started"],
        ended=shown["resolved"] or shown.get("mitigated"),
        services=tuple(shown["services"]),
        causes=tuple(shown["causes"]),
        tags=tuple(shown["tags"]),
        trigger=shown["trigger"],
        detected_by=shown["detected_by"],
        guessed=frozenset(shown["guessed"]),
        passages=(
            ("title", shown["title"]),
            *((kind, body) for kind, _, _, body in shown["sections"] if body),
        ),
    )


def of_entry(entry: Postmortem) -> Incident:
    """An entry that need not be indexed, in the very form an index would store."""
    from kb.search import documents

    return of_shown(documents.build(entry, "", lambda _field, _name: None).shown)


def of_text(typed: str, config: Config) -> Incident:
    """Any text. Markdown with front matter or headings is read as an entry is.

    What it does not state of services and causes is guessed from the names it uses.
    """
    typed = _bounded(typed)
    if _FRONT_MATTER_OR_HEADING.search(typed):
        from kb.reading import read_entry

        told = of_entry(read_entry(typed.encode("utf-8", "replace"), "", config))
    else:
        told = Incident(passages=(("text", text.normalise(typed)),))
    return _with_guesses(told, config)


def _bounded(typed: str) -> str:
    if len(typed) <= LONGEST_TEXT:
        return typed
    half = LONGEST_TEXT // 2
    return f"{typed[:half]}\n{typed[-half:]}"


def _with_guesses(told: Incident, config: Config) -> Incident:
    """The incident with services and causes that its text speaks of, where it states none."""
    from kb.importing.proposals import Passage, propose_causes, propose_services

    vocabulary = config.vocabulary
    passages = [
        Passage(body, 1, kind, *(_TITLE_WEIGHTS if kind == "title" else _TEXT_WEIGHTS))
        for kind, body in told.passages
    ]
    services, causes, guessed = told.services, told.causes, set(told.guessed)
    if not services:
        services = tuple(one.id for one in propose_services(passages, vocabulary))
        guessed.add("services")
    if not causes:
        causes = tuple(one.id for one in propose_causes(passages, vocabulary))
        guessed.add("causes")
    return replace(told, services=services, causes=causes, guessed=frozenset(guessed))
