"""Scores and order, over segments that are plain lists: against a model that is slow and plain."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.columns import Columns
from kb.search.engine import (
    COMPOUND_WEIGHT,
    K1,
    SYNONYM_WEIGHT,
    AllOf,
    AnyOf,
    B,
    Condition,
    Document,
    Except,
    Keyword,
    Request,
    TermSequence,
    Word,
)
from kb.search.ranking import ZONE_BITS, Ranked, rank


@dataclass
class Lists:
    """A segment in plain lists: document number -> its terms in their order."""

    texts: list[list[str]]
    tags: list[list[str]]
    deleted: Collection[int] = ()
    norms: Sequence[float] = ()
    columns: Columns = field(default_factory=Columns)

    def postings(self, field: str, term: str) -> tuple[Sequence[int], Sequence[float]]:
        held = self.texts if field == "text" else self.tags
        found = [
            (number, float(terms.count(term)))
            for number, terms in enumerate(held)
            if term in terms and number not in self.deleted
        ]
        return [number for number, _ in found], [often for _, often in found]

    def positions(self, term: str, documents: Collection[int]) -> Mapping[int, Sequence[int]]:
        return {
            number: [at for at, each in enumerate(self.texts[number]) if each == term]
            for number in documents
            if term in self.texts[number]
        }


def document(path: str, terms: Sequence[str], started: int | None) -> Document:
    return Document(
        id=path,
        path=path,
        fingerprint="",
        written=(),
        zones={"title": {term: [at] for at, term in enumerate(terms)}},
        words=frozenset(),
        keywords={},
        numbers={} if started is None else {"started": started},
        facets={"service": tuple(sorted(set(terms)))},
        shown={},
    )


def segments(
    texts: Sequence[tuple[str, int | None]], parts: int = 1, gone: Collection[int] = ()
) -> list[Lists]:
    """The texts, dealt out over so many segments; `gone` ones are deleted in theirs."""
    made = [Lists([], [], deleted=set()) for _ in range(parts)]
    for number, (text, started) in enumerate(texts):
        part = made[number % parts]
        terms = text.split()
        if number in gone:
            part.deleted = {*part.deleted, len(part.texts)}
        part.texts.append(terms)
        part.tags.append([f"tag={term}" for term in terms] + ["has=tag"])
        part.columns.add(document(f"{number:02}.md", terms, started))
        part.columns.lengths[-1] = len(terms)
    kept = [len(text.split()) for number, (text, _) in enumerate(texts) if number not in gone]
    average = sum(kept) / len(kept) if kept else 0.0
    for part in made:
        part.norms = part.columns.norms(average)
    return made


def word(*terms: str, adjacent: bool = False, weight: float = 1.0, zone: str | None = None) -> Word:
    places = tuple((term, at) for at, term in enumerate(terms))
    return Word(" ".join(terms), (TermSequence(places, adjacent, weight),), zone)


def found(parts: Sequence[Lists], ranked: Ranked) -> list[str]:
    return [parts[each.segment].columns.paths[each.number] for each in ranked.found]


def test_a_score_is_bm25() -> None:
    texts = [("a a b", None), ("a c c c", None), ("c", None)]
    [first, second] = rank(segments(texts), Request((word("a"),))).found
    rarity = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    average = 8 / 3

    def score(often: int, length: int) -> float:
        return rarity * often * (K1 + 1) / (often + K1 * (1 - B + B * length / average))

    assert (first.number, second.number) == (0, 1)
    assert (first.score, second.score) == pytest.approx((score(2, 3), score(1, 4)))


def test_a_compound_adds_to_the_score_and_is_not_needed() -> None:
    parts = segments([("pay api pay-api", 1), ("pay api x", 2)])
    whole = TermSequence((("pay", 0), ("api", 1)), extra=("pay-api",))
    with_extra = rank(parts, Request((Word("pay-api", (whole,)),)))
    without = rank(parts, Request((word("pay", "api"),)))
    assert (with_extra.total, found(parts, with_extra)) == (2, ["00.md", "01.md"])
    more = with_extra.found[0].score - without.found[-1].score
    rarity = math.log(1 + (2 - 1 + 0.5) / 1.5)
    assert more == pytest.approx(COMPOUND_WEIGHT * rarity * (K1 + 1) / (1 + K1))


def test_a_keyword_stands_for_a_word_at_the_weight_of_a_synonym() -> None:
    parts = segments([("a", 1), ("b", 2), ("c", 3)])
    by_tag = Word("z", (TermSequence((("z", 0),)),), keywords=(("tag", "a"),))
    ranked = rank(parts, Request((by_tag,)))
    rarity = math.log(1 + (3 - 1 + 0.5) / 1.5)
    assert [each.score for each in ranked.found] == [pytest.approx(SYNONYM_WEIGHT * rarity)]
    assert ranked.word_totals == (1,)


def test_parts_of_a_word_are_no_match_once_a_whole_one_is_found() -> None:
    parts = segments([("wo ok kn", 1), ("ok kn et", 2), ("ok", 3)])
    ranked = rank(parts, Request((word("wo", "ok", "kn"),)))
    assert found(parts, ranked) == ["00.md"]
    assert (ranked.total, ranked.total_any) == (1, 1)
    partly = rank(parts, Request((word("wo", "et"),)))
    assert (partly.total, partly.total_any) == (0, 2)


def test_a_phrase_must_stand_together_in_one_document() -> None:
    parts = segments([("a b", 1), ("b a", 2), ("a x b", 3), ("x a b x a b", 4)])
    ranked = rank(parts, Request((word("a", "b", adjacent=True),)))
    assert set(found(parts, ranked)) == {"00.md", "03.md"}


def test_a_zone_bounds_a_word() -> None:
    parts = segments([("a b", 1)])
    assert rank(parts, Request((word("a", zone="title"),))).total == 1
    assert rank(parts, Request((word("a", zone="names"),))).total == 0
    assert ZONE_BITS >= 17, "an entry of 100,000 terms in one zone keeps its positions"


def test_no_segments_are_an_empty_index() -> None:
    ranked = rank([], Request((word("a"), word("b"))))
    assert (ranked.total, ranked.total_any, ranked.found, ranked.word_totals) == (0, 0, (), (0, 0))


texts = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), max_size=5).map(" ".join),
        st.none() | st.integers(0, 3),
    ),
    max_size=9,
)
terms = st.sampled_from("abcde")
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.builds(Keyword, st.just("tag"), st.lists(terms, max_size=2).map(tuple))
    | st.builds(word, terms)
    | st.just(AllOf(())),
    lambda inner: (
        st.builds(Except, inner)
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=5,
)
requests = st.builds(
    Request,
    words=st.lists(st.builds(word, terms), max_size=3, unique_by=lambda each: each.text).map(tuple),
    condition=conditions,
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    limit=st.just(99),
)


def holds(condition: Condition, held: Collection[str]) -> bool:
    """What a condition means, said plainly."""
    match condition:
        case Keyword(_, values):
            return not values or not set(values).isdisjoint(held)
        case Word():
            return condition.text in held
        case Except(part):
            return not holds(part, held)
        case AnyOf(parts):
            return any(holds(part, held) for part in parts)
        case AllOf(parts):
            return all(holds(part, held) for part in parts)
    raise AssertionError(condition)


@given(texts, requests, st.sets(st.integers(0, 8), max_size=3))
def test_it_finds_and_counts_what_the_definition_says(
    given_texts: list[tuple[str, int | None]], request: Request, gone: set[int]
) -> None:
    parts = segments(given_texts, 2, gone)
    ranked = rank(parts, request)
    held = {
        f"{number:02}.md": text.split()
        for number, (text, _) in enumerate(given_texts)
        if number not in gone and holds(request.condition, text.split())
    }
    matched = {
        path: sum(each.text in terms for each in request.words) for path, terms in held.items()
    }
    if request.words:
        matched = {path: count for path, count in matched.items() if count}
    best = max(matched.values(), default=0)
    needed = best if best == len(request.words) else max(best - 1, 1)
    well = {path for path, count in matched.items() if count >= needed}
    assert set(found(parts, ranked)) == set(matched)
    assert (ranked.total, ranked.total_any) == (len(well), len(matched))
    assert {
        parts[each.segment].columns.paths[each.number] for each in ranked.found if each.well
    } == well
    counts = dict(ranked.facets["service"])
    assert counts == {
        term: sum(term in held[path] for path in well) for path in well for term in held[path]
    }


@given(texts, requests, st.sets(st.integers(0, 8), max_size=3))
def test_how_documents_are_dealt_out_changes_nothing(
    given_texts: list[tuple[str, int | None]], request: Request, gone: set[int]
) -> None:
    one, three = segments(given_texts, 1, gone), segments(given_texts, 3, gone)
    single, several = rank(one, request), rank(three, request)
    assert found(one, single) == found(three, several)
    assert [each.score for each in single.found] == [each.score for each in several.found]
    assert (single.total, single.total_any) == (several.total, several.total_any)
    assert (single.facets, single.word_totals) == (several.facets, several.word_totals)


@given(texts, requests)
def test_the_order_is_all_words_first_then_as_sorted(
    given_texts: list[tuple[str, int | None]], request: Request
) -> None:
    parts = segments(given_texts)
    ranked = rank(parts, request)
    columns = parts[0].columns
    if ranked.found and all(each.well for each in ranked.found[:1]):
        flags = [each.well for each in ranked.found]
        complete = [
            all(word.text in parts[0].texts[each.number] for word in request.words)
            for each in ranked.found
        ]
        assert complete == sorted(complete, reverse=True)
        assert len(flags) == ranked.total_any
        group = [each for each, whole in zip(ranked.found, complete, strict=True) if whole]
        started = [columns.numbers["started"][each.number] for each in group]
        known = [each for each in started if each is not None]
        if request.sort == "relevance":
            scores = [each.score for each in group]
            assert scores == sorted(scores, reverse=True)
        else:
            assert known == sorted(known, reverse=request.sort == "newest")
            assert started[: len(known)] == known, "unknown ones come last"


@given(texts, requests, st.integers(0, 5), st.integers(0, 5))
def test_a_page_is_a_part_of_the_whole(
    given_texts: list[tuple[str, int | None]], request: Request, offset: int, limit: int
) -> None:
    parts = segments(given_texts, 2)
    whole = rank(parts, request)
    page = rank(
        parts,
        Request(request.words, request.condition, None, request.sort, offset, limit),
    )
    assert page.found == whole.found[offset : offset + limit]
    assert (page.total, page.total_any) == (whole.total, whole.total_any)
