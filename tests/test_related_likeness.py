"""How much two incidents are alike, and what is said of why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from kb.related.incident import Incident
from kb.related.likeness import (
    MOST_COUNTED,
    WEIGHTS,
    Comparison,
    Shared,
    Sketch,
    rarity,
    score,
    sketch,
)
from kb.related.words import Concept, Words
from kb.vocabulary import DEFAULT_VOCABULARY

WORDS = Words(DEFAULT_VOCABULARY.synonym_groups())


class Corpus:
    """What entries hold, counted by reading them: the frequencies of a real index in small."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        self.documents = len(incidents)
        self.sketches = [sketch(one, WORDS) for one in incidents]
        self._holding = Counter(word for one in self.sketches for word in one.words)

    def of_word(self, concept: Concept) -> int:
        return self._holding[concept]

    def of_name(self, field: str, name: str) -> int:
        names = {"service": "services", "cause": "causes", "tag": "tags"}.get(field)
        values = [getattr(one.incident, names) if names else () for one in self.sketches]
        return sum(name in each for each in values)


def made(body: str = "", **values: Any) -> Incident:  # noqa: ANN401 -- the fields
    return Incident(path=body[:20], passages=(("summary", body),), **values)


OTHERS = [
    made(f"unrelated {word} {number}") for number, word in enumerate(("apple", "pear", "plum"))
]


def shared(one: Incident, two: Incident) -> tuple[Shared, ...]:
    corpus = Corpus([one, two, *OTHERS])
    return Comparison(corpus.sketches[0], corpus).with_(corpus.sketches[1])


def by_kind(one: Incident, two: Incident) -> dict[str, Shared]:
    return {each.kind: each for each in shared(one, two)}


def test_nothing_in_common_is_no_likeness() -> None:
    assert shared(made("kafka consumer lag"), made("route leak")) == ()


def test_equal_texts_are_nearly_as_alike_as_can_be() -> None:
    body = " ".join(f"word{letter}{other}" for letter in "abcdefg" for other in "hijklmn")
    assert score(shared(made(body), made(body + " "))) == pytest.approx(WEIGHTS.words, abs=0.05)


def test_more_evidence_makes_a_higher_score_below_one() -> None:
    parts = [Shared("words", 0.5, ("a",)), Shared("service", 0.3, ("b",))]
    assert score(parts[:1]) < score(parts) < 1
    assert score([]) == 0
    assert score(parts) == pytest.approx(0.65)


def test_the_strongest_comes_first_and_all_is_evidence() -> None:
    found = shared(
        made("kafka lag", services=("a",), trigger="deploy", detected_by="alert"),
        made("kafka rebalance", services=("a",), trigger="deploy", detected_by="alert"),
    )
    evidence = [each.evidence for each in found]
    assert evidence == sorted(evidence, reverse=True)
    assert min(evidence) > 0


def test_rare_words_tell_more_than_frequent_ones() -> None:
    assert rarity(1, 100) == 1
    assert rarity(1, 100) > rarity(10, 100) > rarity(100, 100) > 0
    assert rarity(0, 0) == rarity(1, 1) == 1
    one, two = made("kafka zookeeper"), made("kafka zookeeper partition")
    corpus = Corpus([one, two, *(made(f"kafka number{n}") for n in range(20))])
    words = {
        each.kind: each for each in Comparison(corpus.sketches[0], corpus).with_(corpus.sketches[1])
    }
    assert words["words"].values == ("zookeeper",)


def test_a_word_that_only_the_asked_entry_holds_is_not_looked_for() -> None:
    corpus = Corpus([made("kafka zookeeper"), made("kafka"), *OTHERS])
    assert list(Comparison(corpus.sketches[0], corpus).wanted) == [("kafka",)]


def test_a_text_that_is_no_entry_finds_a_word_that_one_entry_holds() -> None:
    corpus = Corpus([made("kafka"), *OTHERS])
    asked = sketch(Incident(passages=(("text", "kafka"),)), WORDS)
    (found,) = Comparison(asked, corpus).with_(corpus.sketches[0])
    assert (found.kind, found.values) == ("words", ("kafka",))


def test_words_of_both_timelines_alone_are_told_apart() -> None:
    one = replace(made("kafka"), passages=(("summary", "kafka"), ("timeline", "rebalance")))
    two = replace(one, path="two")
    found = by_kind(one, two)
    assert found["words"].values == ("kafka",)
    assert found["timeline"].values == ("rebalance",)


def test_unknown_causes_and_no_trigger_are_nothing_in_common() -> None:
    one = made("kafka", causes=("unknown",), trigger="unknown", detected_by="")
    two = made("route", causes=("unknown",), trigger="unknown", detected_by="")
    assert shared(one, two) == ()
    assert shared(replace(one, trigger="none"), replace(two, trigger="none")) == ()


def test_a_leading_cause_counts_more_than_another() -> None:
    one = made("kafka", causes=("network", "process"))
    leading = by_kind(one, made("route", causes=("network", "data")))["cause"]
    other = by_kind(one, made("route", causes=("data", "network")))["cause"]
    assert leading.evidence > other.evidence
    assert leading.values == other.values == ("network",)


def test_a_cause_counts_more_where_the_service_is_the_same() -> None:
    one = made("kafka", causes=("network",), services=("a",))
    again = by_kind(one, made("route", causes=("network",), services=("a",)))["cause"]
    elsewhere = by_kind(one, made("route", causes=("network",), services=("b",)))["cause"]
    assert again.evidence > elsewhere.evidence


def test_what_was_guessed_counts_less_than_what_is_stated() -> None:
    one, two = made("kafka", services=("a",)), made("route", services=("a",))
    stated = by_kind(one, two)["service"]
    guessed = by_kind(one, replace(two, guessed=frozenset({"services"})))["service"]
    assert 0 < guessed.evidence < stated.evidence


def test_a_service_that_all_have_tells_little() -> None:
    one, two = made("kafka", services=("a",)), made("route", services=("a",))
    rare = by_kind(one, two)["service"].evidence
    all_of_it = Corpus([one, two, *(made(f"number{n}", services=("a",)) for n in range(30))])
    (common,) = Comparison(all_of_it.sketches[0], all_of_it).with_(all_of_it.sketches[1])
    assert common.evidence < rare / 3


@pytest.mark.parametrize(
    ("day", "values"), [("2024-07-18", ("0",)), ("2024-07-19", ("1",)), ("2024-07-20", None)]
)
def test_days_that_are_near_are_named(day: str, values: tuple[str, ...] | None) -> None:
    found = by_kind(made("kafka", day="2024-07-18"), made("route", day=day))
    assert (found["near-in-time"].values if values else found.get("near-in-time")) == values


def test_a_name_of_a_shared_service_is_named_as_that_alone() -> None:
    one = made("kakaotalk login", services=("kakaotalk",))
    two = made("kakaotalk login again", services=("kakaotalk",))
    found = by_kind(one, two)
    assert found["words"].values == ("login",)
    guessed = replace(two, guessed=frozenset({"services"}))
    assert by_kind(one, guessed)["words"].values == ("login",)


def test_a_long_text_is_bounded() -> None:
    body = " ".join(f"word{number}x" for number in range(5 * MOST_COUNTED))
    one: Sketch = sketch(made(body), WORDS)
    assert len(one.words) == MOST_COUNTED
