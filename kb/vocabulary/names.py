"""The names this knowledge base knows: services, causes, severities, and how people write them.

A name counts in any case, width and spacing, in English and Korean, by id, label or alias.
Built in are the causes, severities, statuses, triggers and ways of detection; `kb.toml` adds
the services and may change the causes (`kb.config`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from unicodedata import normalize
from zlib import adler32, crc32

from kb.vocabulary.causes import CAUSES
from kb.vocabulary.glossary import GLOSSARY
from kb.vocabulary.terms import DETECTED_BY, SEVERITIES, STATUSES, TRIGGERS, Cause, Service, Term

# Spaces, underscores, hyphens and dashes of all kinds, the middle dots Korean joins words with
# (U+119E is what NFKC makes of U+318D), and characters without width.
_SEPARATORS = dict.fromkeys(
    map(
        ord,
        " \t\n\r\f\v_-\u00ad\u00b7\u119e\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2027\u2212"
        "\u30fb\u200b\u200c\u200d\u2060\ufeff",
    )
)


def fold(name: str) -> str:
    """The key under which names are compared: two names with one key are the same name.

    Case, width and composition are evened out (NFKC, case folding); spaces, underscores,
    hyphens and middle dots are left out, so `SEV-1`, `sev 1` and `ｓｅｖ１` are one name.
    """
    if name.isascii():
        return name.translate(_SEPARATORS).lower()
    even = normalize("NFKC", name).casefold().translate(_SEPARATORS)
    # Folding case can take composed letters apart, and separators can stand between parts.
    return normalize("NFKC", "".join(even.split()))


@dataclass(frozen=True)
class Vocabulary:
    """The names of one knowledge base.

    Attributes:
        services: id -> service, in the order of `kb.toml`.
        causes: id -> cause, in the order in which they are shown.
        synonyms: groups of words that mean the same, in any language.
    """

    services: Mapping[str, Service] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=lambda: {one.id: one for one in CAUSES})
    synonyms: tuple[tuple[str, ...], ...] = GLOSSARY

    def canonical(self, field: str, name: str) -> str | None:
        """The id that a name stands for, or None where the vocabulary does not know it.

        An id wins over another's label, and a label over another's alias. A field without a
        vocabulary (`title`, `owner`) knows no names.
        """
        table = self._tables.get(field)
        return table.get(fold(name)) if table else None

    def known(self, field: str) -> tuple[str, ...]:
        """The ids of a field in their order; empty for a field without a vocabulary."""
        return tuple(self._terms.get(field, ()))

    def nearest(self, field: str, name: str, limit: int = 3) -> tuple[str, ...]:
        """The ids whose id, label or alias is spelled almost like the name, best first."""
        return near(name, self._tables.get(field, {}), limit)

    def label(self, field: str, id: str, language: str = "en") -> str:  # noqa: A002 - its name
        """What to call an id in a language; the id itself where it has no label."""
        term = self._terms.get(field, {}).get(id)
        if term is None:
            return id
        korean = "" if isinstance(term, Service) else term.label_ko
        return (korean if language.startswith("ko") else "") or term.label or id

    def synonym_groups(self) -> tuple[tuple[str, ...], ...]:
        """Words and phrases that mean the same, a group each, to widen a query with.

        These are `synonyms`, each service by id, label and aliases, and each cause by id and
        labels: its aliases are narrower than the cause (`DNS` is not another word for
        `network`). A word may stand in several groups; groups do not run together.
        """
        services = ((one.id, one.label, *one.aliases) for one in self.services.values())
        causes = ((one.id, one.label, one.label_ko) for one in self.causes.values())
        named = (distinct(group) for group in (*services, *causes))
        return (*self.synonyms, *(group for group in named if len(group) > 1))

    def fingerprint(self) -> str:
        """A short text that changes whenever a name may come to stand for another id.

        An index stores ids, so it must be rebuilt then. Owners, definitions and synonyms are
        looked up when they are needed and do not count.
        """
        names = repr(
            [
                (field, *map(tuple, map(_names, terms.values())))
                for field, terms in self._terms.items()
            ]
        ).encode("utf-8", "surrogatepass")
        return f"{crc32(names):08x}{adler32(names):08x}"

    @cached_property
    def _terms(self) -> dict[str, Mapping[str, Service | Cause | Term]]:
        return {
            "service": self.services,
            "cause": self.causes,
            "severity": {one.id: one for one in SEVERITIES},
            "status": {one.id: one for one in STATUSES},
            "trigger": {one.id: one for one in TRIGGERS},
            "detected-by": {one.id: one for one in DETECTED_BY},
        }

    @cached_property
    def _tables(self) -> dict[str, dict[str, str]]:
        return {field: _table(terms.values()) for field, terms in self._terms.items()}


def near(name: str, names: Mapping[str, str] | Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """What somebody may have meant who wrote `name`, best first; empty where nothing is near.

    Near is a slip of the keys (optimal string alignment over letters, Korean ones taken
    apart; one slip below five letters, two below ten, else three). Where there is none, a
    word that is begun (`dep`) or carried on (`kakaotalk-pc`) is near.

    Args:
        name: what was written.
        names: what it can be compared with: the names, or a map from folded name to answer.
        limit: how many answers at most.
    """
    from rapidfuzz.distance import OSA

    written = fold(name)
    typed = letters(written)
    allowed = min(3, 1 + len(typed) // 5)
    answers = names if isinstance(names, Mapping) else {fold(one): one for one in names}
    slips: dict[str, int] = {}
    continued: dict[str, int] = {}
    for key, answer in answers.items():
        distance = OSA.distance(typed, letters(key), score_cutoff=allowed)
        if distance <= allowed and distance < len(key):
            slips[answer] = min(distance, slips.get(answer, distance))
        elif _continues(written, key):
            missing = abs(len(written) - len(key))
            continued[answer] = min(missing, continued.get(answer, missing))
    ranks = slips or continued
    return tuple(sorted(ranks, key=ranks.__getitem__)[:limit])


def _continues(written: str, key: str) -> bool:
    """Whether one begins with the other, and shares enough of it to mean the same."""
    shorter, longer = sorted((written, key), key=len)
    if not longer.startswith(shorter) or len(shorter) < (3 if shorter.isascii() else 2):
        return False
    return shorter == written or len(shorter) * 2 > len(longer)


def letters(folded: str) -> str:
    """The name in single letters: a Korean syllable is two or three, so one slip is one."""
    if folded.isascii():
        return folded
    return normalize("NFD", folded)


def _names(term: Service | Cause | Term) -> Iterator[str]:
    yield term.id
    yield term.label
    if not isinstance(term, Service):
        yield term.label_ko
    yield from term.aliases


def _table(terms: Iterable[Service | Cause | Term]) -> dict[str, str]:
    """Folded name -> id: ids first, then labels, then aliases; who comes first keeps a name."""
    listed = tuple(terms)
    table: dict[str, str] = {}
    for term in listed:
        table.setdefault(fold(term.id), term.id)
    for term in listed:
        table.setdefault(fold(term.label), term.id)
        if not isinstance(term, Service):
            table.setdefault(fold(term.label_ko), term.id)
    for term in listed:
        for alias in term.aliases:
            table.setdefault(fold(alias), term.id)
    table.pop("", None)
    return table


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """The words in their order, without empty ones and what repeats another in any case."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.casefold(), word)
    first.pop("", None)
    return tuple(first.values())


DEFAULT_VOCABULARY = Vocabulary()
