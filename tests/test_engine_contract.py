"""What every search engine must do, whatever it is made of."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from kb.search.engine import (
    DEFAULT_FACETS,
    UNLISTED,
    AllOf,
    Changes,
    Document,
    Keyword,
    Request,
    Results,
    SearchEngine,
    Sort,
)
from tests.engine_contract import (
    CASES,
    CORPUS,
    ENGINES,
    Case,
    corpus,
    filled,
    made,
    word,
)

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Request(limit=1000)


@pytest.fixture(params=ENGINES, scope="module")
def full(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchEngine]:
    """An engine with the corpus in it, for tests that only read."""
    engine = filled(ENGINES[request.param](tmp_path_factory.mktemp("index")), corpus())
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine with an empty index, for tests that write."""
    engine = ENGINES[request.param](tmp_path / "index")
    with engine.exclusive():
        engine.clear()
    yield engine
    engine.close()


def stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md")


def found(results: Results) -> list[str]:
    return [stem(hit.path) for hit in results.hits]


def paths(engine: SearchEngine) -> set[str]:
    return {row.path for row in engine.rows()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_finds_these_entries(full: SearchEngine, case: Case) -> None:
    results = full.search(case.request)
    well = frozenset(stem(hit.path) for hit in results.hits if hit.well)
    rest = frozenset(stem(hit.path) for hit in results.hits if not hit.well)
    assert (well, rest) == (case.well, case.rest)
    assert (results.total, results.total_any) == (len(well), len(well) + len(rest))
    assert len(results.word_totals) == len(case.request.words)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pages_put_together_are_the_whole(full: SearchEngine, case: Case) -> None:
    whole = full.search(case.request)
    for size in (1, 2, 3):
        pages = [
            full.search(replace(case.request, offset=offset, limit=size))
            for offset in range(0, 9, size)
        ]
        assert [hit for page in pages for hit in page.hits] == list(whole.hits)
        assert {(page.total, page.total_any, page.word_totals) for page in pages} == {
            (whole.total, whole.total_any, whole.word_totals)
        }
        assert all(page.facets == whole.facets for page in pages)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_facets_count_what_matches_well(full: SearchEngine, case: Case) -> None:
    results = full.search(case.request)
    rows = {row.path: row for row in full.rows()}
    well = [rows[hit.path] for hit in results.hits if hit.well]
    assert set(results.facets) == set(DEFAULT_FACETS)
    for facet, counted in results.facets.items():
        values = [value for row in well for value in row.facets[facet]]
        assert dict(counted) == {value: values.count(value) for value in values}
        assert counted == tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))


def test_only_the_facets_asked_for_are_counted(full: SearchEngine) -> None:
    results = full.search(Request(facets=("month", "service"), limit=0))
    assert set(results.facets) == {"month", "service"}
    assert results.facets["month"] == tuple(
        (month, 1) for month in "2021-12 2022-03 2023-05 2023-06 2024-01 2024-02".split()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_listing_has_all_that_matches_well_in_order(full: SearchEngine, case: Case) -> None:
    results = full.search(case.request)
    listed = full.listed(replace(case.request, limit=1, offset=3))
    assert [entry.row.path for entry in listed] == [hit.path for hit in results.hits if hit.well]
    rows = {row.path: row for row in full.rows()}
    for entry in listed:
        assert entry.row == rows[entry.row.path]
        shown = full.document(entry.row.path)
        assert shown is not None
        assert entry.summary == {k: v for k, v in shown.items() if k not in UNLISTED}


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest"])
def test_a_listing_is_sorted_as_asked(full: SearchEngine, sort: Sort) -> None:
    whole = full.search(Request(sort=sort, limit=50))
    listed = full.listed(Request(sort=sort))
    assert [entry.row.path for entry in listed] == [hit.path for hit in whole.hits]


def test_a_listing_follows_every_change(empty: SearchEngine) -> None:
    def listed() -> dict[str, str]:
        return {one.row.path: one.summary["title"] for one in empty.listed(Request())}

    assert listed() == {}
    entries = [made(f"{number}.md", f"---\ntitle: first {number}\n---\n") for number in range(20)]
    for entry in entries:  # so many commits that segments are merged
        empty.apply(Changes(documents=[entry]))
    again = made("7.md", "---\ntitle: second\n---\n")
    empty.apply(Changes(frozenset({"3.md"}), [again]))
    expected = {entry.path: entry.shown["title"] for entry in entries} | {"7.md": "second"}
    del expected["3.md"]
    assert listed() == expected


def test_without_facets_or_hits_the_counts_stay(full: SearchEngine) -> None:
    asked = Request(words=(word("database"), word("pool")))
    whole = full.search(asked)
    bare = full.search(replace(asked, limit=0, facets=()))
    assert (bare.total, bare.total_any) == (whole.total, whole.total_any)
    assert bare.word_totals == whole.word_totals
    assert (bare.hits, dict(bare.facets)) == ((), {})


def test_a_condition_is_kept_whatever_the_words(full: SearchEngine) -> None:
    words = (word("database"), word("pool"))
    results = full.search(Request(words, Keyword("status", ("draft",))))
    assert found(results) == ["notes"]
    assert not full.search(Request(words, Keyword("status", ("in-review",)))).hits


def test_word_totals_count_each_word_whatever_the_condition(full: SearchEngine) -> None:
    words = (word("database"), word("kafka"), word("zeppelin"), word("고갈"))
    for condition in (AllOf(()), Keyword("status", ("draft",))):
        assert full.search(Request(words, condition)).word_totals == (2, 1, 0, 2)


def test_no_page_has_more_hits_than_asked_for(full: SearchEngine) -> None:
    assert full.search(replace(EVERYTHING, limit=0)).hits == ()
    assert full.search(replace(EVERYTHING, limit=0)).total == len(CORPUS)
    assert full.search(replace(EVERYTHING, offset=100)).hits == ()


def test_sorting_puts_what_is_unknown_last(full: SearchEngine) -> None:
    newest = ["login", "failover", "dns-typo", "route-leak", "kafka", "워크넷-지연", "notes"]
    longest = ["kafka", "워크넷-지연", "failover", "login", "dns-typo", "route-leak", "notes"]
    assert found(full.search(replace(EVERYTHING, sort="newest"))) == newest
    oldest = [*reversed(newest[:-1]), "notes"]
    assert found(full.search(replace(EVERYTHING, sort="oldest"))) == oldest
    assert found(full.search(replace(EVERYTHING, sort="longest"))) == longest


def test_sorting_leaves_entries_with_all_words_first(full: SearchEngine) -> None:
    request = Request((word("leak"), word("prefixes")), sort="newest")
    assert found(full.search(request)) == ["route-leak", "dns-typo", "notes"]


def test_relevance_ranks_by_weight_and_rarity(full: SearchEngine) -> None:
    hits = full.search(Request((word("leak"),))).hits
    assert stem(hits[0].path) == "route-leak", "it stands in the title"
    assert all(first.score >= second.score for first, second in pairwise(hits))
    rare, common = (full.search(Request((word(each),))).hits for each in ("typo", "route"))
    assert rare[0].score > common[-1].score > 0


def test_equal_scores_are_ordered_by_date_then_path(full: SearchEngine) -> None:
    results = full.search(EVERYTHING)
    assert {hit.score for hit in results.hits} == {0.0}
    assert found(results)[0] == "login"
    assert found(results)[-1] == "notes"


def test_an_entry_named_by_its_path_comes_first(full: SearchEngine) -> None:
    for sort in ("relevance", "newest"):
        request = Request((word("leak"), word("bgp")), first="2023/dns-typo.md", sort=sort)
        assert found(full.search(request))[0] == "dns-typo"
    gone = Request((word("leak"),), first="no/such.md")
    assert found(full.search(gone))[0] == "route-leak"


def test_a_lighter_spelling_and_an_extra_term_count_for_less(full: SearchEngine) -> None:
    plain = word("kafka")
    light = replace(plain, spellings=(replace(plain.spellings[0], weight=0.5),))
    whole, half = (full.search(Request((each,))).hits[0].score for each in (plain, light))
    assert half == pytest.approx(whole / 2)
    extra = replace(plain, spellings=(replace(plain.spellings[0], extra=("order",)),))
    assert full.search(Request((extra,))).hits[0].score > whole
    assert full.search(Request((extra,))).total == 1


def test_a_keyword_can_stand_for_a_word(full: SearchEngine) -> None:
    by_cause = replace(word("misconfiguration"), keywords=(("cause", "config-change"),))
    results = full.search(Request((by_cause, word("rolled"))))
    assert found(results) == ["dns-typo"]
    assert results.word_totals == (1, 1)
    assert results.hits[0].score > 0


def test_documents_come_back_as_they_were_given(full: SearchEngine) -> None:
    for document in corpus():
        assert full.document(document.path) == document.shown
    assert full.document("no/such.md") is None
    hits = full.search(EVERYTHING).hits
    assert {hit.path: hit.shown for hit in hits} == {each.path: each.shown for each in corpus()}


def test_rows_tell_what_is_known_without_reading(full: SearchEngine) -> None:
    rows = {row.path: row for row in full.rows()}
    assert set(rows) == set(CORPUS)
    for document in corpus():
        row = rows[document.path]
        assert (row.id, row.fingerprint, row.written) == (
            document.id,
            document.fingerprint,
            document.written,
        )
        assert row.numbers == dict(document.numbers)
        assert {facet: values for facet, values in row.facets.items() if values} == {
            facet: values for facet, values in document.facets.items() if values
        }
        assert row.problems == len(document.shown["findings"])


def test_words_are_counted_as_people_write_them(full: SearchEngine) -> None:
    words = dict(full.words(""))
    expected: dict[str, int] = {}
    for document in corpus():
        for each in document.words:
            expected[each] = expected.get(each, 0) + 1
    assert words == expected
    assert [each for each, _ in full.words("")] == sorted(expected)
    assert full.words("databas") == [("database", 2)]
    assert full.words("데이터") == [("데이터베이스", 2)]
    assert list(full.words("zz")) == []


def test_values_and_fields_are_those_of_the_documents(full: SearchEngine) -> None:
    assert list(full.values("status")) == [("draft", 1), ("in-review", 1), ("published", 5)]
    assert dict(full.values("service"))["cdn"] == 2
    assert full.values("tag") == [("failover", 1), ("로그인", 1)]
    assert list(full.values("no-such-field")) == []
    fields = full.fields()
    assert {"service", "cause", "organisation", "timeline"} - set(fields) == {"timeline"}
    assert list(fields) == sorted(fields)


def test_frequencies_are_how_many_documents_hold_a_term(full: SearchEngine) -> None:
    terms = ["databas", "kafka", "데이", "qwertz", "", "payments-api", "databas"]
    holding = [
        sum(any(term in zone for zone in document.zones.values()) for document in corpus())
        for term in terms
    ]
    assert max(holding) > 1
    assert list(full.frequencies(terms)) == holding
    assert list(full.frequencies([])) == []


def test_frequencies_of_an_empty_index_are_none(empty: SearchEngine) -> None:
    assert list(empty.frequencies(["databas"])) == [0]


def test_an_empty_index_answers(empty: SearchEngine) -> None:
    request = Request((word("database"), word("로그인")), Keyword("service", ("x",)))
    for each in (EVERYTHING, request):
        results = empty.search(each)
        assert (results.total, results.total_any, results.hits) == (0, 0, ())
        assert results.word_totals == (0,) * len(each.words)
        assert set(results.facets) == set(DEFAULT_FACETS)
    assert (list(empty.rows()), list(empty.words("")), list(empty.fields())) == ([], [], [])
    assert list(empty.listed(EVERYTHING)) == []
    assert empty.document("x.md") is None
    assert empty.version() != ""


def test_each_change_of_the_index_changes_its_version(empty: SearchEngine) -> None:
    versions = [empty.version()]

    def apply(*documents: Document, removed: tuple[str, ...] = ()) -> None:
        empty.apply(Changes(frozenset(removed), documents))
        versions.append(empty.version())

    one, two = corpus()[:2]
    apply(one)
    apply(two)
    apply(one)
    apply(removed=(one.path,))
    empty.clear()
    versions.append(empty.version())
    apply(one)
    assert len(set(versions)) == len(versions)
    empty.search(EVERYTHING)
    empty.rows()
    assert empty.version() == versions[-1]
    empty.apply(Changes())
    assert empty.version() == versions[-1], "nothing was to be done"


def test_added_replaced_and_removed_documents_are_seen_at_once(empty: SearchEngine) -> None:
    first = made("a.md", "---\ntitle: One\nservices: [x]\n---\n## Summary\nA zebra and a lion.\n")
    second = made("a.md", "---\ntitle: Two\nservices: [y]\n---\n## Summary\nA tiger and a lion.\n")
    other = made("b.md", "---\ntitle: Other\n---\n## Summary\nA lion alone.\n")

    def seen(typed: str) -> list[str]:
        return sorted(str(hit.shown["title"]) for hit in empty.search(Request((word(typed),))).hits)

    empty.apply(Changes(documents=[first]))
    assert (seen("zebra"), seen("lion")) == (["One"], ["One"])
    empty.apply(Changes(documents=[second, other]))
    assert (seen("zebra"), seen("tiger"), seen("lion")) == ([], ["Two"], ["Other", "Two"])
    assert empty.search(Request((word("tiger and a lion"),))).total == 1
    assert list(empty.words("zebra")) == []
    assert list(empty.values("service")) == [("y", 1)]
    empty.apply(Changes(frozenset({"a.md", "never-there.md"})))
    assert (seen("tiger"), seen("lion")) == ([], ["Other"])
    assert paths(empty) == {"b.md"}
    assert "service" not in empty.fields()
    empty.apply(Changes(frozenset({"b.md"}), [first]))
    assert (seen("lion"), paths(empty)) == (["One"], {"a.md"})
    empty.apply(Changes(frozenset({"a.md"}), [second]))
    assert (seen("lion"), paths(empty)) == (["Two"], {"a.md"})


def test_a_renamed_entry_is_there_once_under_its_new_path(empty: SearchEngine) -> None:
    filled(empty, corpus())
    for old, new in (("2022/kafka.md", "2022/카프카.md"), ("2022/카프카.md", "KAFKA.md")):
        empty.apply(Changes(frozenset({old}), [made(new, CORPUS["2022/kafka.md"])]))
        assert found(empty.search(Request((word("kafka"),)))) == [stem(new)]
        assert paths(empty) == (set(CORPUS) - {"2022/kafka.md"}) | {new}
        assert empty.document(old) is None
        assert empty.search(Request(condition=Keyword("id", (stem(new).lower(),)))).total == 1


def test_clearing_forgets_everything(empty: SearchEngine) -> None:
    filled(empty, corpus())
    empty.clear()
    assert (empty.search(EVERYTHING).total_any, list(empty.rows())) == (0, [])
    filled(empty, corpus()[:2])
    assert len(empty.rows()) == 2


ODD_NAMES = (
    "2024/카카오톡 장애.md",
    "spaces and 'quotes' \"too\".md",
    "emoji-🔥-👩‍💻.md",
    "=x=y=.md",
    "a/b/c/d/e.md",
    "ΑΒΓ-ß-ı-İ.md",
    "한" * 80 + ".md",
    "%FF~!@#$^&()[]{};,.md",
    "مرحبا.md",
    "lone-\udcff-surrogate.md",
    "nul-\x00-and-\x1f.md",
)


def test_odd_paths_and_ids_are_kept_apart(empty: SearchEngine) -> None:
    content = "---\ntitle: {}\n---\n## Summary\nWord{} and zebra.\n"
    filled(empty, [made(path, content.format(n, n)) for n, path in enumerate(ODD_NAMES)])
    assert paths(empty) == set(ODD_NAMES)
    assert empty.search(Request((word("zebra"),), limit=50)).total == len(ODD_NAMES)
    for number, path in enumerate(ODD_NAMES):
        results = empty.search(Request((word(f"word{number}"),)))
        assert [hit.path for hit in results.hits] == [path]
        shown = empty.document(path)
        assert shown is not None
        assert shown["title"] == str(number)
    empty.apply(Changes(frozenset(ODD_NAMES[::2])))
    assert paths(empty) == set(ODD_NAMES[1::2])


def test_anything_may_be_asked_for(full: SearchEngine) -> None:
    for odd in ("\udcff", "\x00", "a" * 100_000, "🔥", "=", "", "~", "*"):
        assert list(full.values(odd)) == []
        assert odd == "" or list(full.words(odd)) == []
        assert full.document(odd) is None
        assert full.search(Request(condition=Keyword("service", (odd,)))).total == 0
        term = replace(word("x").spellings[0], terms=((odd, 0),))
        assert full.search(Request((replace(word("x"), spellings=(term,)),))).total_any == 0


def test_a_very_long_entry_is_found_by_all_its_words(empty: SearchEngine) -> None:
    words = [f"unique{number}" for number in range(10_000)]
    text = " ".join(words) + " 데이터베이스" * 3000
    assert len(text) > 100_000
    filled(empty, [made("long.md", f"---\ntitle: Long\n---\n## Summary\n{text}\n"), *corpus()])
    for typed in (words[0], words[5_000], words[-1], "unique4999 unique5000 unique5001"):
        assert found(empty.search(Request((word(typed),)))) == ["long"]
    assert empty.search(Request((word("데이터베이스"),))).total == 3


def test_documents_are_taken_as_they_come(empty: SearchEngine) -> None:
    def documents() -> Iterator[Document]:
        for number in range(300):
            service = f"s{number % 7}"
            yield made(
                f"{number:03}.md",
                f"---\ntitle: Number {number}\nservices: [{service}]\n---\n"
                f"## Summary\nCommon words and number{number}.\n",
            )

    empty.apply(Changes(documents=documents()))
    results = empty.search(Request((word("common words"),), limit=5))
    assert (results.total, len(results.hits)) == (300, 5)
    assert dict(results.facets["service"]) == {f"s{n}": 43 if n < 6 else 42 for n in range(7)}
    assert found(empty.search(Request((word("number123"),)))) == ["123"]


def test_an_index_answers_alike_however_it_came_about(
    empty: SearchEngine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Sixty random changes later, merges included, all answers are those of a fresh index."""
    chance = random.Random(20_240_718)
    texts = list(CORPUS.values())
    current: dict[str, str] = {}
    for _ in range(60):
        removed = frozenset(path for path in current if chance.random() < 0.1)
        changed = {
            f"{chance.randrange(12)}.md": chance.choice(texts) for _ in range(chance.randrange(4))
        }
        current = {path: text for path, text in current.items() if path not in removed} | changed
        empty.apply(Changes(removed, [made(path, text) for path, text in changed.items()]))
    assert len(current) > 4
    name = request.node.callspec.params["empty"]
    fresh = ENGINES[name](tmp_path / "fresh")
    with fresh.exclusive():
        filled(fresh, [made(path, text) for path, text in current.items()])
    for case in CASES:
        assert empty.search(case.request) == fresh.search(case.request), case.name
    assert empty.words("") == fresh.words("")
    assert empty.fields() == fresh.fields()
    for field in fresh.fields():
        assert empty.values(field) == fresh.values(field)
    key = lambda row: row.path  # noqa: E731
    assert sorted(empty.rows(), key=key) == sorted(fresh.rows(), key=key)
    fresh.close()


def test_what_fails_halfway_leaves_the_index_as_it_was(empty: SearchEngine) -> None:
    filled(empty, corpus())
    version = empty.version()

    def failing() -> Iterator[Document]:
        yield made("new.md", CORPUS["notes.md"])
        raise RuntimeError("the source of documents dried up")

    with pytest.raises(RuntimeError, match="dried up"):
        empty.apply(Changes(frozenset({"notes.md"}), failing()))
    assert empty.version() == version
    assert paths(empty) == set(CORPUS)
    empty.apply(Changes(frozenset({"notes.md"})))
    assert len(empty.rows()) == len(CORPUS) - 1


def test_a_closed_engine_opens_again_when_asked(empty: SearchEngine) -> None:
    filled(empty, corpus())
    empty.close()
    assert empty.search(EVERYTHING).total == len(CORPUS)
    empty.close()
    empty.close()
