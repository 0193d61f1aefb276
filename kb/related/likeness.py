"""How much two incidents are alike, from 0 to 1, and why. Pure.

Each thing in common is evidence e between 0 and 1, and evidence adds up as independent chances
do: the score is 1 - (1 - e1)(1 - e2)... So no single thing is needed and none can make a score
alone but nearly equal texts.

Words are compared by the cosine of two vectors of the most telling words, where a word weighs
its count (saturating) times its rarity in the knowledge base. A name counts less the more
entries have it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kb.related.incident import Incident
    from kb.related.results import ReasonKind
    from kb.related.words import Concept, Counted, Words

MOST_WORDS = 40
"""Words of an incident that are compared."""
MOST_COUNTED = 400
"""Words of a long text that are looked up at all, those that stand there most often."""
LEAST_SHARE = 0.15
"""Words that tell less than this, against the most telling one, are not named."""
FEW = 1.0
"""Occurrences at which a word of a short text weighs half of what it can in another incident."""
ALONE = 0.5
"""What a word counts that only one of the two can have, where the whole is added up."""
_NEAR_DAYS = 1
_NO_NAMES = frozenset(("", "unknown", "none"))


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much.

    Attributes:
        saturation: occurrences at which a word weighs half of what it can.
        rarity: the power to which a word's rarity is taken.
        words .. near_in_time: the evidence of each thing where it agrees fully.
        cause_of_service: instead of `cause` where a service is shared as well: it recurs.
        second_cause: of a shared cause that leads in neither, against one that leads in both.
        guessed: of services or causes that were guessed, against stated ones.
    """

    saturation: float = 30.0
    rarity: float = 0.75
    words: float = 0.9
    service: float = 0.3
    cause: float = 0.1
    cause_of_service: float = 0.2
    second_cause: float = 0.5
    guessed: float = 0.25
    tag: float = 0.1
    trigger: float = 0.06
    detected_by: float = 0.02
    near_in_time: float = 0.02


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Sketch:
    """An incident with its words counted.

    Attributes:
        words: the telling words, those that count most first, at most `MOST_COUNTED`.
        services: the words that name its services.
    """

    incident: Incident
    words: Mapping[Concept, Counted]
    services: Mapping[Concept, str]


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing in common: what, how much evidence it is, and what the two share."""

    kind: ReasonKind
    evidence: float
    values: tuple[str, ...]

    def __mul__(self, factor: float) -> Shared:
        """The same, as weaker or stronger evidence."""
        return replace(self, evidence=self.evidence * factor)


class Frequencies(Protocol):
    """How many entries there are, and how many hold what."""

    documents: int

    def of_word(self, concept: Concept) -> int:
        """How many entries hold a word."""

    def of_name(self, field: str, name: str) -> int:
        """How many entries have a service, cause, tag, ..."""


def rarity(holding: int, documents: int) -> float:
    """The inverse document frequency, scaled: 1 for what one entry has, near 0 for all."""
    if documents < 2:
        return 1.0
    scale = math.log((documents + 1) / 1.5)
    return min(1.0, max(0.0, math.log((documents + 1) / (holding + 0.5)) / scale))


def sketch(incident: Incident, words: Words) -> Sketch:
    """An incident with its heaviest words."""
    counted = words.count(incident.passages)
    heaviest = sorted(counted, key=lambda concept: -counted[concept].weight)[:MOST_COUNTED]
    return Sketch(
        incident,
        {concept: counted[concept] for concept in heaviest},
        {words.concept(service): service for service in incident.services},
    )


def heaviest(one: Sketch) -> Iterator[Concept]:
    """The words of a sketch whose frequencies are needed to compare with it."""
    return islice(one.words, MOST_WORDS)


class Comparison:
    """One incident, ready to be compared with others.

    Attributes:
        wanted: its most telling words with their weights, the heaviest first.
    """

    def __init__(
        self, subject: Sketch, frequencies: Frequencies, weights: Weights = WEIGHTS
    ) -> None:
        self._subject = subject
        self._frequencies = frequencies
        self._weights = weights
        # What no other entry holds cannot be shared.
        least = 2 if subject.incident.path else 1
        weighed = {
            word: self._weight(counted, frequencies.of_word(word))
            for word, counted in subject.words.items()
        }
        best = sorted(weighed, key=lambda word: -weighed[word])
        shareable = [word for word in best if frequencies.of_word(word) >= least][:MOST_WORDS]
        alone = [word for word in best if frequencies.of_word(word) < least][:MOST_WORDS]
        self.wanted: Mapping[Concept, float] = {word: weighed[word] for word in shareable}
        self._length = _length([*self.wanted.values(), *(ALONE * weighed[word] for word in alone)])
        count = min(MOST_WORDS, len(shareable) + len(alone))
        self._long = count / MOST_WORDS
        # One word in common is little, however much of the text it is.
        known = 1 - 0.5 ** (count / 2)
        whole = sum(map(self._rarity, shareable)) + ALONE * len(alone)
        self._parts: Mapping[Concept, float] = {
            word: known * self._rarity(word) / whole for word in shareable
        }

    def _rarity(self, word: Concept) -> float:
        return rarity(self._frequencies.of_word(word), self._frequencies.documents)

    def _weight(self, counted: Counted, holding: int) -> float:
        often = counted.weight / (counted.weight + self._weights.saturation)
        rare = rarity(holding, self._frequencies.documents)
        return often * float(rare**self._weights.rarity)

    def with_(self, other: Sketch) -> tuple[Shared, ...]:
        """What the two have in common, the strongest evidence first."""
        found = (
            *self._names(other.incident),
            *self._words(other),
            *_near(self._subject.incident, other.incident, self._weights),
        )
        telling = (one for one in found if one.evidence > 0)
        return tuple(sorted(telling, key=lambda one: -one.evidence))

    def _words(self, other: Sketch) -> Iterator[Shared]:
        """Words of both, those that stand in both timelines only apart."""
        shares = self._shares(other)
        apart = {word for word in shares if self._in_timelines_only(word, other)}
        yield self._said("words", {w: part for w, part in shares.items() if w not in apart}, other)
        yield self._said("timeline", {word: shares[word] for word in apart}, other)

    def _said(self, kind: ReasonKind, shares: Mapping[Concept, float], other: Sketch) -> Shared:
        """Shared words as one thing in common, those that tell most first."""
        words = sorted(shares, key=lambda word: (-shares[word], word))
        told = [word for word in words if not self._names_shared_service(word, other)] or words
        named = [word for word in told if shares[word] >= LEAST_SHARE * shares[told[0]]]
        values = tuple(other.words[word].surface for word in named)
        return Shared(kind, self._weights.words * min(1.0, sum(shares.values())), values)

    def _shares(self, other: Sketch) -> dict[Concept, float]:
        """Shared word -> its part of how much the words of the two are alike.

        Of a text of few words it is asked how much of it the other one holds; the more words
        there are, the more counts the cosine, which asks that of both.
        """
        # A service that both state counts as that, not once more as a word.
        stated = self._sure("services", other.incident) == 1.0
        common = [
            word
            for word in self.wanted
            if word in other.words and not (stated and self._names_shared_service(word, other))
        ]
        if not common:
            return {}
        lengths = self._length * self._length_of(other)
        return {
            word: self._long * self.wanted[word] * self._weight_in(other, word) / lengths
            + (1 - self._long) * self._held(word, other.words[word].weight)
            for word in common
        }

    def _weight_in(self, other: Sketch, word: Concept) -> float:
        return self._weight(other.words[word], self._frequencies.of_word(word))

    def _length_of(self, other: Sketch) -> float:
        """The length of the other one's words, of which those that it alone holds do not count."""
        return _length(
            self._weight_in(other, word)
            * (1.0 if word in self.wanted or self._frequencies.of_word(word) > 1 else ALONE)
            for word in heaviest(other)
        )

    def _held(self, word: Concept, count: float) -> float:
        """How much of a short text one word in the other incident is."""
        return self._parts[word] * count / (count + FEW)

    def _names_shared_service(self, word: Concept, other: Sketch) -> bool:
        return word in self._subject.services and word in other.services

    def _in_timelines_only(self, word: Concept, other: Sketch) -> bool:
        return self._subject.words[word].in_timeline_only and other.words[word].in_timeline_only

    def _names(self, other: Incident) -> Iterator[Shared]:
        mine, weights = self._subject.incident, self._weights
        service = self._shared("service", weights.service, mine.services, other.services)
        service *= self._sure("services", other)
        yield service
        cause = self._shared(
            "cause",
            weights.cause_of_service if service.evidence else weights.cause,
            mine.causes,
            other.causes,
        )
        cause *= self._sure("causes", other)
        yield cause if mine.causes[:1] == other.causes[:1] else cause * weights.second_cause
        yield self._shared("tag", weights.tag, mine.tags, other.tags)
        yield self._shared("trigger", weights.trigger, (mine.trigger,), (other.trigger,))
        detected = (mine.detected_by,), (other.detected_by,)
        yield self._shared("detected-by", weights.detected_by, *detected)

    def _sure(self, field: str, other: Incident) -> float:
        guessed = field in self._subject.incident.guessed or field in other.guessed
        return self._weights.guessed if guessed else 1.0

    def _shared(
        self, kind: ReasonKind, weight: float, mine: Sequence[str], theirs: Sequence[str]
    ) -> Shared:
        """Names of both: the more of all they have the better, and the rarer the better."""
        both = tuple(
            name for name in dict.fromkeys(mine) if name in theirs and name not in _NO_NAMES
        )
        if not both:
            return Shared(kind, 0.0, ())
        rare = max(
            rarity(self._frequencies.of_name(kind, name), self._frequencies.documents)
            for name in both
        )
        part = len(both) / math.sqrt(len(set(mine)) * len(set(theirs)))
        return Shared(kind, weight * part * math.sqrt(rare), both)


def score(shared: Iterable[Shared]) -> float:
    """All evidence together, from 0 to 1."""
    return 1.0 - math.prod(1.0 - one.evidence for one in shared)


def _length(weights: Iterable[float]) -> float:
    return float(math.hypot(*weights))


def _near(mine: Incident, other: Incident, weights: Weights) -> Iterator[Shared]:
    """Whether one began on the day of the other or on the next: perhaps one thing behind both."""
    if mine.day and other.day:
        days = abs((date.fromisoformat(mine.day) - date.fromisoformat(other.day)).days)
        if days <= _NEAR_DAYS:
            yield Shared("near-in-time", weights.near_in_time, (str(days),))
