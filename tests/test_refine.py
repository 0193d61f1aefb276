from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.query import LONGEST_QUERY, MOST_ITEMS, parse
from kb.search.query_tree import Filter
from kb.search.refine import (
    applied_filters,
    has_words,
    values_of,
    with_value,
    without_field,
    without_value,
)
from kb.search.text import normalise

VALUES = st.one_of(
    st.sampled_from(["kakaotalk", "payments-api", "2024-07", "sev1", "카카오 T", "a,b", "x..y"]),
    st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8),
)
PIECES = st.sampled_from(
    'kafka|"route leak"|leak OR BGP|(a OR service:z)|-service:x|원인:네트워크|장애|replic*|10.0.0.1'
    '|cause:network,database|NOT severity:sev1|certifcate~|"open|service:a|서비스:카톡|sort:newest'
    '|author:"Kim Seoyeon"|duration:>2h|date:2024-07|(|)|OR|AND|NOT|-|(service:q)|-(service:r)'
    "|service:|５|：".split("|")
)
QUERIES = st.one_of(
    st.lists(PIECES, max_size=8).map(" ".join),
    st.text(st.sampled_from('ab:,"()-~* >.ORNT서비스service'), max_size=30),
)


@pytest.mark.parametrize(
    ("query", "field", "value", "expected"),
    [
        ("", "service", "kakaotalk", "service:kakaotalk"),
        ("로그인", "service", "kakaotalk", "로그인 service:kakaotalk"),
        ("service:a", "service", "b", "service:a,b"),
        ("service:a  login", "service", "b", "service:a,b  login"),
        ("서비스:카톡 login", "service", "b", "서비스:카톡,b login"),
        ("원인:네트워크", "cause", "database", "원인:네트워크,database"),
        ("-service:a", "service", "a", "-service:a service:a"),
        ("(service:a OR x)", "service", "b", "(service:a OR x) service:b"),
        ("service:a OR x", "service", "b", "service:a OR x service:b"),
        ("x", "author", "Kim Seoyeon", 'x author:"Kim Seoyeon"'),
        ('author:"Kim Seoyeon"', "author", "Lee", 'author:"Kim Seoyeon",Lee'),
        ("x OR", "service", "a", "service:a x OR"),
        ("(x", "service", "a", "service:a (x"),
        ("date:>2023", "date", "2024-07", "date:>2023 date:2024-07"),
        ("service:a", "service", "a", "service:a"),
    ],
)
def test_a_value_is_put_in(query: str, field: str, value: str, expected: str) -> None:
    assert with_value(query, field, value) == expected


@pytest.mark.parametrize(
    ("query", "field", "value", "expected"),
    [
        ("service:a", "service", "a", ""),
        ("로그인  service:a  장애", "service", "a", "로그인 장애"),
        ("service:a,b login", "service", "a", "service:b login"),
        ("서비스:a,b login", "service", "b", "서비스:a login"),
        ('author:"Kim Seoyeon",Lee', "author", "Kim Seoyeon", "author:Lee"),
        ("x AND service:a", "service", "a", "x"),
        ("service:a AND x", "service", "a", "x"),
        ("(service:a) x", "service", "a", "x"),
        ("service:a service:a,b", "service", "a", "service:b"),
        ("-service:a", "service", "a", "-service:a"),
        ("(x OR service:a)", "service", "a", "(x OR service:a)"),
        ("service:ab service:a", "service", "a", "service:ab"),
        ('"service:a" service:a', "service", "a", '"service:a"'),
        ("원인:네트워크 장애", "cause", "네트워크", "장애"),
        ("x", "service", "a", "x"),
    ],
)
def test_a_value_is_taken_out(query: str, field: str, value: str, expected: str) -> None:
    assert without_value(query, field, value) == expected


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ("service:a,b 원인:dns", "service", ("a", "b")),
        ("원인:네트워크", "cause", ("네트워크",)),
        ("cause:dns 원인:dns,x", "cause", ("dns", "x")),
        ("-service:a", "service", ()),
        ("service:a OR x", "service", ()),
        ("date:2023..2024 date:>2020", "date", ()),
        ('author:"Kim Seoyeon"', "author", ("Kim Seoyeon",)),
    ],
)
def test_the_values_that_narrow_a_field(query: str, field: str, expected: tuple[str, ...]) -> None:
    assert values_of(query, field) == expected


def test_a_field_is_left_out_whole() -> None:
    query = "date:2024 x date:>2020 -date:2024-07 after:2021 sort:newest"
    assert without_field(query, "date") == "x after:2021 sort:newest"


def test_applied_filters_are_named_as_typed_with_what_is_left() -> None:
    query = "login -원인:network duration:>2h NOT is:open sort:newest (a OR service:b)"
    shown = [(one.field, one.text, one.denied, one.without) for one in applied_filters(query)]
    rest = "sort:newest (a OR service:b)"
    assert shown == [
        ("cause", "-원인:network", True, f"login duration:>2h NOT is:open {rest}"),
        ("duration", "duration:>2h", False, f"login -원인:network NOT is:open {rest}"),
        ("is", "NOT is:open", True, f"login -원인:network duration:>2h {rest}"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", False), ("service:a -cause:b sort:newest", False), ("x", True), ("-x", True),
     ("(a OR service:b)", True)],
)  # fmt: skip
def test_words_are_told_from_filters(query: str, expected: bool) -> None:  # noqa: FBT001
    assert has_words(query) is expected


@given(QUERIES, st.sampled_from(["service", "cause", "severity", "date"]), VALUES)
def test_what_is_put_in_is_there_and_all_else_as_before(query: str, field: str, value: str) -> None:
    before = parse(query)
    after = parse(with_value(query, field, value))
    assert normalise(value) in values_of(with_value(query, field, value), field)
    others = [item for item in before.items if not _on(item, field)]
    assert [item for item in after.items if not _on(item, field)] == others


@given(QUERIES, st.sampled_from(["service", "cause", "date"]), VALUES)
def test_what_is_put_in_and_taken_out_leaves_the_same_query(
    query: str, field: str, value: str
) -> None:
    if normalise(value) in values_of(query, field):
        return
    again = without_value(with_value(query, field, value), field, value)
    assert parse(again).items == parse(query).items


@given(QUERIES)
def test_every_filter_can_be_taken_off(query: str) -> None:
    items = parse(query).items
    for one in applied_filters(query):
        left = parse(one.without).items
        assert len(left) == len(items) - 1
        assert all(item in items for item in left)


def test_a_value_that_cannot_be_written_is_left_as_near_as_can_be() -> None:
    assert with_value("x", "service", 'say "a b"') == 'x service:"say  a b"'
    assert with_value("x", "service", ' " ') == "x"


def test_a_query_at_its_limits_is_edited_without_an_error() -> None:
    for query in ("a" * LONGEST_QUERY * 2, "a " * MOST_ITEMS * 2, "(" * 5_000, '"' * 999):
        assert "service:b" in with_value(query, "service", "b")


def _on(item: object, field: str) -> bool:
    return isinstance(item, Filter) and item.field == field
