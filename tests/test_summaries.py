"""What lists show of each document, kept beside a segment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search.summaries import Summaries

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
shown = st.lists(st.dictionaries(st.text(max_size=4), values, max_size=4), max_size=5)


def summaries_of(taken: list[dict[str, object]]) -> Summaries:
    summaries = Summaries()
    for each in taken:
        summaries.add(each)
    return summaries


@settings(max_examples=40)
@given(shown)
def test_bytes_give_the_same_summaries_back(taken: list[dict[str, object]]) -> None:
    again = Summaries.from_bytes(summaries_of(taken).to_bytes())
    assert [again.of(number) for number in range(len(again))] == taken


@settings(max_examples=40)
@given(shown, shown)
def test_those_chosen_of_another_segment_follow(
    first: list[dict[str, object]], second: list[dict[str, object]]
) -> None:
    summaries = summaries_of(first)
    summaries.extend(summaries_of(second), range(0, len(second), 2))
    found = [summaries.of(number) for number in range(len(summaries))]
    assert found == first + second[::2]


def test_damaged_bytes_are_no_summaries() -> None:
    data = bytearray(summaries_of([{"title": "one"}]).to_bytes())
    data[-2] ^= 1
    with pytest.raises(ValueError, match="checksum"):
        Summaries.from_bytes(bytes(data))
