"""What every search engine must do, whatever it is made of: what is asked of it.

`test_engine_changes` has what changes it, `test_engine_contents` odd, long and many entries.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from kb.search.engine import (
    DEFAULT_FACETS,
    NUMBER_FIELDS,
    UNLISTED,
    AllOf,
    Between,
    Except,
    Keyword,
    Request,
    SearchEngine,
    Sort,
)
from tests.engine_contract import (
    CASES,
    CORPUS,
    EVERYTHING,
    Case,
    corpus,
    found,
    stem,
    word,
)


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


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest"])
def test_sorted_pages_put_together_are_the_whole_though_numbers_are_missing(
    full: SearchEngine, sort: Sort
) -> None:
    for words in ((), (word("leak"), word("prefixes")), (word("database", "데이터베이스"),)):
        request = Request(words, sort=sort, limit=50)
        whole = full.search(request).hits
        assert whole
        pages = [
            full.search(replace(request, offset=at, limit=2)).hits for at in range(0, len(whole), 2)
        ]
        assert [hit for page in pages for hit in page] == list(whole)


@pytest.mark.parametrize("offset", [len(CORPUS), 9_999, 10_000, 1_000_000, 2**31, 2**63])
def test_far_beyond_the_last_hit_there_is_nothing_and_the_counts_stay(
    full: SearchEngine, offset: int
) -> None:
    for words in ((), (word("database"), word("pool"))):
        request = Request(words, limit=50)
        whole = full.search(request)
        beyond = full.search(replace(request, offset=offset, limit=10_000))
        assert beyond == replace(whole, hits=())
        assert full.search(replace(request, limit=offset + 10)) == whole


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


@pytest.mark.parametrize("field", NUMBER_FIELDS)
def test_a_bound_may_be_any_number(full: SearchEngine, field: str) -> None:
    known = {row.path for row in full.rows() if field in row.numbers}
    assert known or field == "mitigate-time"

    def between(low: int | None, high: int | None) -> set[str]:
        results = full.search(Request(condition=Between(field, low, high), limit=50))
        assert results.total == len(results.hits)
        return {hit.path for hit in results.hits}

    for large in (2**31, 2**62, 2**63, 10**30):
        assert between(-large, large) == between(None, large) == between(-large, None) == known
        assert between(large, None) == between(None, -large) == between(large, -large) == set()
        unknown = Except(Between(field, -large, large))
        assert full.search(Request(condition=unknown)).total == len(CORPUS) - len(known)


def test_anything_may_be_asked_for(full: SearchEngine) -> None:
    for odd in ("\udcff", "\x00", "a" * 100_000, "🔥", "=", "", "~", "*"):
        assert list(full.values(odd)) == []
        assert odd == "" or list(full.words(odd)) == []
        assert full.document(odd) is None
        assert full.search(Request(condition=Keyword("service", (odd,)))).total == 0
        term = replace(word("x").spellings[0], terms=((odd, 0),))
        assert full.search(Request((replace(word("x"), spellings=(term,)),))).total_any == 0
