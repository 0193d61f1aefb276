"""Columns of a terminal: width, cutting, wrapping, tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cli.layout import counted, cut, lines_of, pad, plain, table, width, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("database", 8),
        ("장애", 4),
        ("ＡＢ", 4),
        ("결제 API", 8),
        ("e\u0301", 1),
        ("\u1112\u1161\u11ab", 2),
        ("障害…", 5),
        ("a\u200bb", 2),
    ],
)
def test_width_counts_wide_characters_twice_and_combining_ones_not(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shortened"),
    [
        ("failover", 8, "failover"),
        ("failover", 7, "failov…"),
        ("장애 감지", 9, "장애 감지"),
        ("장애 감지", 8, "장애 감…"),
        ("장애 감지", 6, "장애…"),
    ],
)
def test_cut_keeps_within_the_columns(text: str, columns: int, shortened: str) -> None:
    assert cut(text, columns) == shortened


def test_padding_aligns_korean_with_english() -> None:
    assert [pad("장애", 6) + "|", pad("ab", 6) + "|", pad("7", 3, right=True)] == [
        "장애  |",
        "ab    |",
        "  7",
    ]


def test_lines_break_at_spaces_and_inside_words_wider_than_a_line() -> None:
    text = "네트워크 오류로 장애 aaaaaaaaaaaaaaa b"
    assert [text[a:b] for a, b in lines_of(text, 10)] == [
        "네트워크",
        "오류로",
        "장애",
        "aaaaaaaaaa",
        "aaaaa b",
    ]


@given(st.text(alphabet="ab 장애\u0301\n"), st.integers(4, 30))
def test_wrapped_lines_fit_and_lose_no_character(text: str, columns: int) -> None:
    lines = wrap(text, columns, "- ", "  ")
    assert all(width(line) <= columns for line in lines)
    kept = "".join(line[2:] for line in lines)
    assert "".join(kept.split()) == "".join(text.split())


def test_wrap_hangs_what_follows_below_the_first_line() -> None:
    assert wrap("one two three", 9, "- ", "  ") == ["- one two", "  three"]
    assert wrap("", 9, "- ", "  ") == ["-"]


def test_a_table_wraps_its_last_column_into_its_own_space() -> None:
    rows = [("cause", "entries", "use when"), ("network", "12", "packets are lost on the way")]
    assert table(rows, 38, right=(1,)) == [
        "cause    entries  use when",
        "network       12  packets are lost on",
        "                  the way",
    ]
    assert table(rows, None)[1] == "network  12       packets are lost on the way"


def test_counts_read_as_english() -> None:
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(1200, "entry", "entries") == "1,200 entries"
    assert counted(2, "finding") == "2 findings"


def test_plain_takes_the_power_over_the_terminal_from_a_text() -> None:
    hostile = "a\x1b[31mb\u202ec\x9bd\te\nf"
    assert plain(hostile) == "a\ufffd[31mb\ufffdc\ufffdd e\nf"
    assert len(plain(hostile)) == len(hostile)
