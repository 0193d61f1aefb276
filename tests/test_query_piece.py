"""The last piece of a query that is still being typed."""

from __future__ import annotations

import pytest

from kb.search.query_piece import Piece, last_piece


def piece(query: str) -> Piece:
    found = last_piece(query, ("organisation",))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("query", "start", "field", "head", "typed"),
    [
        ("kaf", 0, "", "", "kaf"),
        ("kafka la", 6, "", "", "la"),
        ("-ser", 1, "", "", "ser"),
        ("a -(ser", 4, "", "", "ser"),
        ("service:", 0, "service", "service:", ""),
        ("x -service:ka", 3, "service", "service:", "ka"),
        ("service:a,ka", 0, "service", "service:a,", "ka"),
        ('service:"a b",ka', 0, "service", 'service:"a b",', "ka"),
        ('service:"kakao ta', 0, "service", "service:", "kakao ta"),
        ('service:a,"kakao ta', 0, "service", "service:a,", "kakao ta"),
        ("서비스:카", 0, "service", "서비스:", "카"),
        ("service：ka", 0, "service", "service:", "ka"),
        ("duration:>2", 0, "duration", "duration:>", "2"),
        ("organisation:ex", 0, "organisation", "organisation:", "ex"),
        ('"route le', 0, "", '"route ', "le"),
        ("“route le", 0, "", '"route ', "le"),
        ('"rou', 0, "", '"', "rou"),
        ('title:"route le', 0, "title", "title:", "route le"),
        ('5" disk', 3, "", "", "disk"),
    ],
)
def test_the_last_piece_is_found(query: str, start: int, field: str, head: str, typed: str) -> None:
    found = piece(query)
    assert (found.start, found.field, found.head, found.typed) == (start, field, head, typed)


@pytest.mark.parametrize(
    "query",
    ["", " ", "kafka ", '"route leak"', 'service:"a"', "http://x", "caues:d", "kaf*", "kafk~", "-"],
)
def test_where_nothing_is_being_typed_there_is_none(query: str) -> None:
    assert last_piece(query, ()) is None


def test_values_given_before_are_told() -> None:
    assert piece('service:a,"b c",').others == ("a", "b c")
    assert piece("service:ka").others == ()


@pytest.mark.parametrize(
    ("query", "before"),
    [
        ("kakao log", ("kakao",)),
        ("log", ()),
        ("-x log", None),
        ("service:a log", None),
        ('"a b" log', None),
        ("(a OR log", None),
    ],
)
def test_the_words_before_are_told_where_there_are_only_words(
    query: str, before: tuple[str, ...] | None
) -> None:
    assert piece(query).before == before
