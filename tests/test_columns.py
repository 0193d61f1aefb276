"""The lists that an engine keeps of every document of a segment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search.columns import Columns
from kb.search.engine import FACETS, K1, NUMBER_FIELDS, B, Document

names = st.text(max_size=8)
documents = st.builds(
    Document,
    id=names,
    path=names,
    fingerprint=names,
    written=st.lists(st.tuples(names, names, names), max_size=2).map(tuple),
    zones=st.dictionaries(
        st.sampled_from(["title", "summary"]),
        st.dictionaries(names, st.lists(st.integers(0, 99), min_size=1, max_size=3), max_size=3),
        max_size=2,
    ),
    words=st.frozensets(names, max_size=2),
    keywords=st.just({}),
    numbers=st.dictionaries(st.sampled_from(NUMBER_FIELDS), st.integers(0, 2**40)),
    facets=st.dictionaries(st.sampled_from(FACETS), st.lists(names, max_size=3).map(tuple)),
    shown=st.lists(st.just("a finding"), max_size=3).map(lambda findings: {"findings": findings}),
)


def columns_of(taken: list[Document]) -> Columns:
    columns = Columns()
    for document in taken:
        columns.add(document)
    return columns


@settings(max_examples=40)
@given(st.lists(documents, max_size=6))
def test_bytes_give_the_same_columns_back(taken: list[Document]) -> None:
    columns = columns_of(taken)
    again = Columns.from_bytes(columns.to_bytes())
    assert again == columns
    assert len(again) == len(taken)


@settings(max_examples=40)
@given(st.lists(documents, max_size=6))
def test_a_row_is_what_the_document_said(taken: list[Document]) -> None:
    columns = columns_of(taken)
    for number, document in enumerate(taken):
        row = columns.row(number)
        assert (row.id, row.path, row.fingerprint, row.written) == (
            document.id,
            document.path,
            document.fingerprint,
            document.written,
        )
        assert row.numbers == document.numbers
        assert row.facets == {facet: document.facets.get(facet, ()) for facet in FACETS}
        assert row.problems == len(document.shown["findings"])
        assert columns.lengths[number] == document.length


@settings(max_examples=40)
@given(st.lists(documents, min_size=1, max_size=6), st.data())
def test_extending_takes_the_chosen_documents_in_their_order(
    taken: list[Document], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(taken) - 1)))
    columns = columns_of(taken[:1])
    columns.extend(columns_of(taken), chosen)
    assert columns == columns_of([taken[0], *(taken[number] for number in chosen)])


@settings(max_examples=40)
@given(st.lists(documents, min_size=1, max_size=3), st.data())
def test_damaged_bytes_are_told_and_never_read(taken: list[Document], data: st.DataObject) -> None:
    whole = columns_of(taken).to_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(flipped), whole[:place]):
        with pytest.raises((ValueError, EOFError, TypeError)):
            Columns.from_bytes(damaged)


def test_a_path_leads_to_its_document() -> None:
    columns = Columns(paths=["a.md", "b.md"])
    assert columns.by_path == {"a.md": 0, "b.md": 1}


def test_norms_grow_with_the_length_and_are_k1_at_the_average() -> None:
    columns = Columns(ids=["a", "b", "c"], lengths=[0, 10, 20])
    assert columns.norms(10.0) == pytest.approx([K1 * (1 - B), K1, K1 * (1 + B)])
    assert columns.norms(0.0) == pytest.approx([K1 * (1 - B)] * 3)
