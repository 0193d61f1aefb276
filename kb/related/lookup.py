"""One question from end to end: candidates from an engine, compared, ordered, put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from kb.related import incident, likeness
from kb.related.answers import Answer
from kb.related.likeness import Comparison, Sketch
from kb.related.results import RelatedEntries
from kb.related.times import Times
from kb.related.words import Concept, Words, unit
from kb.search.engine import AllOf, Between, Except, Keyword, Paths, Request, TermSequence, Word
from kb.search.keywords import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from kb.config import Config
    from kb.model import Postmortem
    from kb.related.incident import Incident
    from kb.search.engine import Condition, SearchEngine

CANDIDATES = 40
"""Entries that are compared in full, or as many as are asked for."""
LEAST_ASKED = 5
MOST_POSTINGS = 10_000
"""Words that an engine is asked for: so many at least, and until so many entries hold them."""
MOST_OVERLAPPING = 10
LEAST_SCORE = 0.12
LEAST_OF_BEST = 0.25
"""What is less alike than this, at all or against the best, is not shown."""
LONGEST_ID = 200
MOST_KEPT = 500
"""Sketches of entries that are kept for the next question: some ten megabytes."""
MOST_KNOWN = 100_000
"""Words whose frequencies are kept."""


class Relations:
    """Finds what is alike in one state of an index; make a new one when index or config change."""

    def __init__(self, engine: SearchEngine, config: Config) -> None:
        self._engine = engine
        self._config = config
        self._words = Words(config.vocabulary.synonym_groups())
        self._frequencies = _Frequencies(engine, self._words)
        self._sketches: dict[str, Sketch] = {}

    def find(self, asked: str | Postmortem, limit: int, today: date) -> RelatedEntries:
        """The entries most like another one or like a text; see `kb.KnowledgeBase.related`."""
        subject = self._subject(asked)
        sketch = likeness.sketch(subject, self._words)
        self._frequencies.look_up(sketch.words)
        comparison = Comparison(sketch, self._frequencies)
        times = Times(subject, today)
        found = [
            Answer(shown, other.incident, comparison.with_(other), times)
            for shown, other in self._candidates(subject, comparison, max(limit, CANDIDATES))
        ]
        found.sort(key=lambda one: (-one.score, one.shown["path"]))
        least = max(LEAST_SCORE, LEAST_OF_BEST * found[0].score) if found else 0.0
        kept = [one for one in found if one.score >= least or (one.overlaps and one.score > 0)]
        # A service or cause that was only guessed from a text is no word that it happened before.
        stated = not (isinstance(asked, str) and not subject.path and subject.guessed)
        return RelatedEntries(tuple(one.entry(stated=stated) for one in kept[:limit]))

    def _subject(self, asked: str | Postmortem) -> Incident:
        if not isinstance(asked, str):
            told = incident.of_entry(asked)
            return told if self._engine.document(told.path) else replace(told, path="")
        shown = self._entry(asked)
        return incident.of_text(asked, self._config) if shown is None else incident.of_shown(shown)

    def _entry(self, name: str) -> Mapping[str, Any] | None:
        """What the entry of this id or former id stored; None where the name is a text."""
        folded = fold(name) if len(name) <= LONGEST_ID else ""
        if not folded:
            return None
        request = Request(condition=Keyword("id", (folded,)), limit=1, facets=())
        return next((hit.shown for hit in self._engine.search(request).hits), None)

    def _candidates(
        self, subject: Incident, comparison: Comparison, most: int
    ) -> Iterator[tuple[Mapping[str, Any], Sketch]]:
        """The entries that may be alike: what they stored, and their sketches."""
        requests = self._requests(subject, comparison, most)
        hits = chain.from_iterable(self._engine.search(request).hits for request in requests)
        found = {hit.path: hit.shown for hit in hits if hit.path != subject.path}
        sketches = {path: self._sketch(path, shown) for path, shown in found.items()}
        self._frequencies.look_up(
            chain.from_iterable(likeness.heaviest(one) for one in sketches.values())
        )
        for path, shown in found.items():
            yield shown, sketches[path]

    def _requests(self, subject: Incident, comparison: Comparison, most: int) -> Iterator[Request]:
        """What an engine is asked: who speaks of the same, and who failed at the same time."""
        others: Condition = Except(Paths(frozenset([subject.path]))) if subject.path else AllOf(())
        words = (*self._wanted(comparison), *_names(subject))
        if words:
            yield Request(words=words, condition=others, limit=most, facets=())
        days = Times.days(subject)
        if subject.services and days:
            same = Keyword("service", tuple(map(fold, subject.services)))
            near = AllOf((same, Between("date", *days), others))
            yield Request(condition=near, limit=MOST_OVERLAPPING, facets=())

    def _wanted(self, comparison: Comparison) -> Iterator[Word]:
        """The telling words, as many as an engine can look up quickly."""
        most = max(comparison.wanted.values(), default=1.0)
        postings = 0
        for number, (concept, weight) in enumerate(comparison.wanted.items()):
            postings += self._frequencies.of_word(concept)
            if number >= LEAST_ASKED and postings > MOST_POSTINGS:
                break
            yield Word(
                " ".join(concept),
                tuple(
                    TermSequence(_places(terms), weight=weight / most / len(terms))
                    for terms in self._words.spellings(concept)
                ),
            )

    def _sketch(self, path: str, shown: Mapping[str, Any]) -> Sketch:
        known = self._sketches.get(path)
        if known is None:
            known = likeness.sketch(incident.of_shown(shown), self._words)
            if len(self._sketches) < MOST_KEPT:
                self._sketches[path] = known
        return known


class _Frequencies:
    """How many entries hold what, asked of an engine once."""

    def __init__(self, engine: SearchEngine, words: Words) -> None:
        self._engine = engine
        self._words = words
        self._holding: dict[Concept, int] = {}
        self._names: dict[str, dict[str, int]] = {}
        self.documents = engine.search(Request(limit=0, facets=())).total_any

    def look_up(self, concepts: Iterable[Concept]) -> None:
        """Ask for the words that are not known yet, all at once."""
        if len(self._holding) > MOST_KNOWN:
            self._holding.clear()
        spelled = {
            concept: self._words.spellings(concept)
            for concept in concepts
            if concept not in self._holding
        }
        terms = list({t for spellings in spelled.values() for terms in spellings for t in terms})
        counts = dict(zip(terms, self._engine.frequencies(terms), strict=True)) if terms else {}
        for concept, spellings in spelled.items():
            # Of a word of several terms no more entries can hold all than hold the rarest.
            holding = sum(min(counts[term] for term in terms) for terms in spellings)
            self._holding[concept] = min(holding, self.documents)

    def of_word(self, concept: Concept) -> int:
        """How many entries hold a word, at most."""
        if concept not in self._holding:
            self.look_up([concept])
        return self._holding[concept]

    def of_name(self, field: str, name: str) -> int:
        """How many entries have a service, cause, tag, ..."""
        if field not in self._names:
            self._names[field] = dict(self._engine.values(field))
        return self._names[field].get(fold(name), 0)


def _names(subject: Incident) -> Iterator[Word]:
    """Words that find the entries of the same services."""
    for service in subject.services:
        if terms := unit(service):
            named = (("service", fold(service)),)
            yield Word(service, (TermSequence(_places(terms)),), named=named)


def _places(terms: Concept) -> tuple[tuple[str, int], ...]:
    return tuple((term, place) for place, term in enumerate(terms))
