"""Engine against engine: the same entries and a few hundred queries, and the same answers.

The tests of a `pair` run again on a real OpenSearch, see `tests/opensearch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from kb.search.answer import Searcher
from kb.search.engine import Request
from kb.search.options import Options
from tests.benchmarks.queries import QUERIES
from tests.conftest import ENTRIES
from tests.engine_agreement import CLEARLY, TODAY, fill, in_order, queries, vocabulary
from tests.engine_contract import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import SearchEngine

    Pair = tuple[SearchEngine, SearchEngine]

REFERENCE = "whoosh"
OTHERS = [name for name in ENGINES if name != REFERENCE and not name.endswith("in memory")]
LEAST_OVERLAP = 0.9
IN_ORDER = 100
"""Hits whose order must be exact; further on an engine may order block by block."""


@pytest.fixture(scope="module", params=OTHERS)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Whoosh and another engine over the same entries."""
    engines = [ENGINES[n](tmp_path_factory.mktemp("index")) for n in (REFERENCE, request.param)]
    for engine in engines:
        fill(engine)
    yield engines[0], engines[1]
    for engine in engines:
        engine.close()


def searchers(pair: Pair) -> tuple[Searcher, Searcher]:
    return Searcher(pair[0], vocabulary()), Searcher(pair[1], vocabulary())


def test_the_queries_are_a_few_hundred_of_both_languages() -> None:
    assert len(set(queries())) > 300
    assert sum(any("가" <= letter <= "힣" for letter in each) for each in queries()) > 80


def test_engines_answer_alike(pair: Pair) -> None:
    first, second = searchers(pair)
    found = 0
    for typed in queries():
        ours, theirs = (each.search(typed, Options(limit=10), TODAY) for each in (first, second))
        assert (ours.total, ours.total_any) == (theirs.total, theirs.total_any), typed
        assert ours.facets == theirs.facets, typed
        assert ours.did_you_mean == theirs.did_you_mean, typed
        assert ours.understood == theirs.understood, typed
        assert ours.notices == theirs.notices, typed
        mine = {hit.path: hit for hit in ours.hits}
        both = [hit for hit in theirs.hits if hit.path in mine]
        assert len(theirs.hits) == len(mine), typed
        assert len(both) >= LEAST_OVERLAP * len(mine), typed
        for hit in both:
            assert hit.snippets == mine[hit.path].snippets, typed
        if "sort:" in typed:
            assert [hit.path for hit in theirs.hits] == list(mine), typed
        else:
            assert in_order(both, {path: hit.score for path, hit in mine.items()}), typed
        found += bool(mine)
    assert found > 250


def test_engines_find_the_same_sets_with_the_same_scores(pair: Pair) -> None:
    first, second = searchers(pair)
    for typed in dict.fromkeys([*(typed for _, typed in QUERIES), *queries()[::4]]):
        whole = Options(limit=1000, facets=())
        ours, theirs = (each.search(typed, whole, TODAY).hits for each in (first, second))
        assert {(hit.path, hit.matches_well) for hit in ours} == {
            (hit.path, hit.matches_well) for hit in theirs
        }, typed
        scores = {hit.path: hit.score for hit in ours}
        assert "sort:" in typed or in_order(theirs[:IN_ORDER], scores), typed
        differences = (abs(hit.score - scores[hit.path]) for hit in theirs)
        assert max(differences, default=0.0) <= CLEARLY * max((1.0, *scores.values())), typed


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "longest"])
def test_engines_put_pages_together_to_the_whole(pair: Pair, sort: str) -> None:
    for typed in ("", "timeout", "데이터베이스 복제", "severity:sev1 -network"):
        for searcher in searchers(pair):
            whole = searcher.search(typed, Options(60, sort=sort), TODAY).hits
            pages = [
                searcher.search(typed, Options(7, offset=at, sort=sort), TODAY).hits
                for at in range(0, 63, 7)
            ]
            assert [hit.path for page in pages for hit in page][:60] == [hit.path for hit in whole]


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest"])
def test_engines_sort_alike(pair: Pair, sort: str) -> None:
    for typed in ("", "timeout", "데이터베이스 복제", "severity:sev1"):
        pages = [
            [
                [hit.path for hit in searcher.search(typed, options, TODAY).hits]
                for options in (Options(limit=25, sort=sort), Options(10, offset=95, sort=sort))
            ]
            for searcher in searchers(pair)
        ]
        assert pages[0] == pages[1], typed


def test_engines_list_alike(pair: Pair) -> None:
    for typed in ("", "database sort:newest", "cause:network", "장애 sort:longest"):
        ours, theirs = (each.listing(typed, TODAY) for each in searchers(pair))
        assert replace(ours, entries=()) == replace(theirs, entries=())
        assert list(ours.entries) == list(theirs.entries), typed


def test_engines_know_the_same_words_values_and_rows(pair: Pair) -> None:
    ours, theirs = pair
    assert ours.words("") == theirs.words("")
    assert ours.words("데이") == theirs.words("데이")
    assert list(ours.fields()) == list(theirs.fields())
    for field in ours.fields():
        assert ours.values(field) == theirs.values(field), field
    assert set(map(str, ours.rows())) == set(map(str, theirs.rows()))
    newest = Request(sort="newest")
    assert list(ours.listed(newest)) == list(theirs.listed(newest))


@pytest.mark.parametrize("engine", OTHERS)
def test_pages_of_an_engine_relate_and_count_alike(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path))
    bases = [KnowledgeBase.open(ENTRIES, engine=name) for name in (REFERENCE, engine)]
    for base in bases:
        base.sync()
    ours, theirs = bases
    assert (ours.status().engine, theirs.status().engine) == (REFERENCE, engine)
    assert ours.status().location != theirs.status().location
    ids = [hit.id for hit in ours.search("", limit=50).hits]
    assert len(ids) > 20
    for name in ids:
        assert ours.related(name) == theirs.related(name), name
    assert ours.stats() == theirs.stats()
    assert ours.follow_ups() == theirs.follow_ups()
    for typed in ("k", "카", "service:", "cause:d"):
        assert ours.suggest(typed) == theirs.suggest(typed)
    for base in bases:
        base.close()


@pytest.mark.parametrize("engine", OTHERS)
def test_going_to_another_engine_and_back_rebuilds_nothing(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path))
    seen = []
    for name in (REFERENCE, engine, REFERENCE, engine):
        base = KnowledgeBase.open(ENTRIES, engine=name)
        seen.append(base.sync())
        assert base.search("네트워크").total > 0
        base.close()
    assert [stats.rebuilt for stats in seen] == [True, True, False, False]
    assert len({stats.added + stats.unchanged for stats in seen}) == 1
