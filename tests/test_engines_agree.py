"""Engine against engine: the same entries and a few hundred queries, and the same answers.

Our own entries, the benchmark's generated ones, and the benchmark's queries; more queries are
made of the words, names, phrases and days of the entries themselves, in Korean and English.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase, document
from kb.search import documents
from kb.search.answer import Options, Searcher
from kb.search.engine import Changes, Document, Request
from kb.vocabulary import Vocabulary
from tests.benchmarks import generator
from tests.benchmarks.queries import QUERIES
from tests.engine_contract import ENGINES

if TYPE_CHECKING:
    from kb.search.engine import SearchEngine
    from kb.search.results import SearchResults

ENTRIES = Path(__file__).parents[1] / "entries"
GENERATED = 500
TODAY = date(2026, 1, 1)
REFERENCE = "whoosh"
OTHERS = [name for name in ENGINES if name != REFERENCE and not name.endswith("in memory")]
CLEARLY = 1e-6
"""Scores that differ by more than this part of themselves differ clearly."""
LEAST_OVERLAP = 0.9
VOCABULARY = Vocabulary()


def _documents() -> Iterator[Document]:
    sources = [(path.name, path.read_bytes()) for path in sorted(ENTRIES.rglob("*.md"))]
    sources += [(path, text.encode()) for path, text in generator.generate(GENERATED)]
    for path, content in sources:
        entry = document.parse(content, path, VOCABULARY, "Asia/Seoul")
        yield documents.build(entry, f"content of {path}", VOCABULARY.canonical)


def _typed(corpus: list[Document]) -> list[str]:
    """What people may type about these entries, the same on every run."""
    chance = random.Random(20_241_122)
    typed = [query for _, query in QUERIES]
    for entry in chance.sample(corpus, 40):
        words = sorted(entry.words)
        text = str(chance.choice(entry.shown["sections"])[3]).replace('"', " ").split()
        start = chance.randrange(max(1, len(text) - 3))
        typed += [
            chance.choice(words),
            " ".join(chance.sample(words, min(4, len(words)))),
            f'"{" ".join(text[start : start + 2])}"',
            f"{chance.choice(words)} -{chance.choice(words)} sort:oldest",
            f"{chance.choice(words)} OR {chance.choice(words)}",
            f"title:{chance.choice(str(entry.shown['title']).split())}",
            f"{chance.choice(words)[:3]}* has:timeline",
            entry.id,
        ]
    return typed


@pytest.fixture(scope="module")
def corpus() -> list[Document]:
    return list(_documents())


@pytest.fixture(scope="module", params=OTHERS)
def pair(
    request: pytest.FixtureRequest,
    corpus: list[Document],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[SearchEngine, SearchEngine]]:
    """Whoosh and another engine over the same entries, some replaced and some removed since."""
    engines = []
    for name in (REFERENCE, request.param):
        engine = ENGINES[name](tmp_path_factory.mktemp("index"))
        with engine.exclusive():
            engine.clear()
            engine.apply(Changes(documents=corpus))
            engine.apply(Changes(frozenset(each.path for each in corpus[100:130]), corpus[50:60]))
        engines.append(engine)
    yield engines[0], engines[1]
    for engine in engines:
        engine.close()


def _clearly_ordered(results: SearchResults) -> list[set[str]]:
    """The found entries in groups of scores that do not differ clearly."""
    groups: list[set[str]] = []
    last = float("inf")
    for hit in results.hits:
        if not groups or last - hit.score > CLEARLY * max(last, 1e-9):
            groups.append(set())
        groups[-1].add(hit.path)
        last = hit.score
    return groups


def test_the_queries_are_a_few_hundred_of_both_languages(corpus: list[Document]) -> None:
    typed = _typed(corpus)
    assert len(set(typed)) > 300
    assert sum(any("가" <= letter <= "힣" for letter in each) for each in typed) > 80


def test_engines_find_count_and_order_alike(
    pair: tuple[SearchEngine, SearchEngine], corpus: list[Document]
) -> None:
    first, second = (Searcher(engine, VOCABULARY) for engine in pair)
    found = 0
    for typed in _typed(corpus):
        ours, theirs = (each.search(typed, Options(limit=10), TODAY) for each in (first, second))
        assert (ours.total, ours.total_any) == (theirs.total, theirs.total_any), typed
        assert ours.facets == theirs.facets, typed
        assert ours.did_you_mean == theirs.did_you_mean, typed
        assert ours.understood == theirs.understood, typed
        assert ours.notices == theirs.notices, typed
        mine, other = ({hit.path for hit in each.hits} for each in (ours, theirs))
        assert len(mine & other) >= LEAST_OVERLAP * len(mine), typed
        assert [hit.snippets for hit in ours.hits if hit.path in other] == [
            hit.snippets for hit in theirs.hits if hit.path in mine
        ], typed
        if mine == other and "sort:" not in typed:
            assert _clearly_ordered(ours) == _clearly_ordered(theirs), typed
        found += bool(mine)
    assert found > 250


def test_engines_find_the_same_sets(
    pair: tuple[SearchEngine, SearchEngine], corpus: list[Document]
) -> None:
    first, second = (Searcher(engine, VOCABULARY) for engine in pair)
    for typed in _typed(corpus)[::4]:
        sets = []
        for each in (first, second):
            hits = each.search(typed, Options(limit=1000, facets=()), TODAY).hits
            sets.append({(hit.path, hit.matches_well) for hit in hits})
        assert sets[0] == sets[1], typed


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest"])
def test_engines_sort_alike(pair: tuple[SearchEngine, SearchEngine], sort: str) -> None:
    for typed in ("", "timeout", "데이터베이스 복제", "severity:sev1"):
        pages = [
            [
                [hit.path for hit in searcher.search(typed, options, TODAY).hits]
                for options in (Options(limit=25, sort=sort), Options(10, offset=95, sort=sort))
            ]
            for searcher in (Searcher(engine, VOCABULARY) for engine in pair)
        ]
        assert pages[0] == pages[1], typed


def test_engines_know_the_same_words_values_and_rows(
    pair: tuple[SearchEngine, SearchEngine],
) -> None:
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
