"""The values that a field of a query may be given, to be completed from any of their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from kb.record import record
from kb.search.engine import Sort
from kb.search.filters import SPOKEN_STATES, STATES
from kb.search.keystrokes import keystrokes
from kb.search.keywords import PRESENCES
from kb.search.query_fields import FIELDS
from kb.vocabulary import DETECTED_BY, SEVERITIES, STATUSES, TRIGGERS, Service

if TYPE_CHECKING:
    from kb.search.engine import Row, SearchEngine
    from kb.vocabulary import Cause, Term, Vocabulary

_PERIODS = "today yesterday 7d 30d this-month last-month this-year last-year".split()
_LENGTHS = (">30m", ">1h", ">4h", ">1d")
_NUMBER = re.compile(r"([<>]=?)?[0-9]{1,6}")
_WORD = re.compile(r"\w+")
_MOST_MONTHS = 24


class Rank(IntEnum):
    """How well a beginning fits a name, best first."""

    NAME = 0
    ALIAS = 1
    WORD = 2
    ALIAS_WORD = 3
    NONE = 4


@record
class Name:
    """A value with all the names it is found by.

    Attributes:
        label_ko: what to call it in Korean, or empty.
        count: how many entries have it; None where that is not known.
        keys, other_keys: the keystrokes of id and labels, and of aliases.
        words, other_words: those of the words in them, each after a space.
    """

    id: str
    label: str = ""
    label_ko: str = ""
    detail: str = ""
    count: int | None = None
    keys: tuple[str, ...] = ()
    other_keys: tuple[str, ...] = ()
    words: str = ""
    other_words: str = ""

    def rank(self, key: str) -> Rank:
        """How well a beginning fits it."""
        if any(one.startswith(key) for one in self.keys):
            return Rank.NAME
        if any(one.startswith(key) for one in self.other_keys):
            return Rank.ALIAS
        word = f" {key}"
        if word in self.words:
            return Rank.WORD
        return Rank.ALIAS_WORD if word in self.other_words else Rank.NONE


def _name(
    identifier: str, label: str = "", label_ko: str = "", aliases: Iterable[str] = ()
) -> Name:
    own = [one for one in (identifier, label, label_ko) if one]
    others = tuple(aliases)
    return Name(
        identifier,
        label,
        label_ko,
        keys=tuple(map(keystrokes, own)),
        other_keys=tuple(map(keystrokes, others)),
        words=_words(own),
        other_words=_words(others),
    )


def _words(names: Iterable[str]) -> str:
    return "".join(f" {keystrokes(word)}" for name in names for word in _WORD.findall(name))


class Values:
    """What each field's values are in one state of an index.

    Args:
        engine: tells the values of fields without a vocabulary.
        vocabulary: tells names.
        rows: what the index knows of each entry.
    """

    def __init__(self, engine: SearchEngine, vocabulary: Vocabulary, rows: Sequence[Row]) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._rows = rows
        self._known: dict[str, tuple[Name, ...]] = {}

    def of(self, field: str, key: str) -> list[Name]:
        """The values with a name that begins with these keystrokes, best first."""
        if field not in self._known:
            self._known[field] = tuple(self._names(field))
        names = (*self._known[field], *_with_units(field, key))
        ranked = [(name.rank(key), -(name.count or 0), name) for name in names]
        ranked.sort(key=lambda each: each[:2])
        return [name for rank, _, name in ranked if rank < Rank.NONE]

    def _names(self, field: str) -> Iterator[Name]:
        kind = FIELDS.get(field, "keyword")
        if kind == "period":
            yield from map(_name, _PERIODS)
            yield from self._dates(counted=field == "date")
        elif kind == "minutes":
            yield from (_name(length, aliases=[length[1:]]) for length in _LENGTHS)
        elif kind == "state":
            for state in STATES:
                said = SPOKEN_STATES.get(state, (f"status is {state}",))
                yield replace(_name(state), detail=said[0])
        elif kind == "presence":
            yield from map(_name, sorted(PRESENCES.union(self._engine.fields())))
        elif kind == "sort":
            yield from map(_name, get_args(Sort))
        else:
            yield from self._keywords(field)

    def _dates(self, *, counted: bool) -> Iterator[Name]:
        """The years with entries and the latest months, the newest first."""
        for facet, most in (("year", None), ("month", _MOST_MONTHS)):
            counts = self._counts(facet)
            for value in sorted(counts, reverse=True)[:most]:
                yield replace(_name(value), count=counts[value] if counted else None)

    def _keywords(self, field: str) -> Iterator[Name]:
        """The vocabulary's values, then those that only entries have."""
        counts = self._counts(field)
        terms = self._terms.get(field, ())
        for term in terms:
            korean = "" if isinstance(term, Service) else term.label_ko
            name = _name(term.id, term.label, korean, term.aliases)
            detail = term.owner if isinstance(term, Service) else getattr(term, "definition", "")
            yield replace(name, detail=detail, count=counts.get(term.id, 0))
        known = {term.id for term in terms}
        for value, count in counts.items():
            if value not in known:
                yield replace(_name(value), count=count)

    def _counts(self, field: str) -> Mapping[str, int]:
        """How many entries have each value; as shown where the rows have it, else folded."""
        if self._rows and field in self._rows[0].facets:
            return Counter(value for row in self._rows for value in row.facets[field])
        return dict(self._engine.values(field))

    @cached_property
    def _terms(self) -> Mapping[str, Sequence[Service | Cause | Term]]:
        return {
            "service": tuple(self._vocabulary.services.values()),
            "cause": tuple(self._vocabulary.causes.values()),
            "severity": SEVERITIES,
            "status": STATUSES,
            "trigger": TRIGGERS,
            "detected-by": DETECTED_BY,
        }


def _with_units(field: str, key: str) -> Iterator[Name]:
    """A number begun as a length of time, with each unit."""
    if FIELDS.get(field) == "minutes" and _NUMBER.fullmatch(key):
        yield from (_name(f"{key}{unit}") for unit in "mhd")
