"""Columns in the unit of each tool, in files as they stand."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.review.columns import as_it_stands, lines_of, place_in, utf8_bytes, utf16_units
from kb.review.rule import Place
from tests.review_report import (
    CLEAN,
    KOREAN,
    REPORT,
    TEXTS,
    data,
)


@pytest.mark.parametrize(
    ("line", "characters", "in_characters", "in_utf16", "in_utf8"),
    [
        ("abc", 2, 2, 2, 2),
        ("한글 장애", 3, 3, 3, 7),
        ("🔥 불", 1, 1, 2, 4),
        ("🔥 불", 3, 3, 4, 8),
        (unicodedata.normalize("NFD", "한글 장애"), 1, 3, 3, 9),
        (unicodedata.normalize("NFD", "한글 장애"), 3, 7, 7, 19),
        (unicodedata.normalize("NFD", "é가🔥"), 3, 5, 6, 13),
        ("e\u0301\u0323x", 2, 3, 3, 5),
        ("", 0, 0, 0, 0),
    ],
)
def test_columns_count_what_stands_in_the_file(
    line: str, characters: int, in_characters: int, in_utf16: int, in_utf8: int
) -> None:
    before = as_it_stands(line, characters)
    assert (len(before), utf16_units(before), utf8_bytes(before)) == (
        in_characters,
        in_utf16,
        in_utf8,
    )


@given(st.text(alphabet="a1 한글각\u0301\u0323é🔥\u1112\u1161\u11ab\u200d", max_size=20))
def test_the_beginning_of_a_line_composes_to_the_beginning_of_the_composed_line(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    for form in (text, unicodedata.normalize("NFD", text)):
        whole = unicodedata.normalize("NFC", form)
        assert whole == composed
        for count in range(len(whole) + 1):
            before = as_it_stands(form, count)
            assert form.startswith(before)
            made = len(unicodedata.normalize("NFC", before))
            assert made == count or (made > count and unicodedata.combining(whole[count]))


def test_each_format_counts_in_its_own_unit() -> None:
    line = TEXTS[KOREAN].split("\n")[5]
    sarif = data("sarif")["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]
    rdjson = data("rdjson")["diagnostics"][1]["location"]["range"]
    own = data("json")["findings"][1]
    cut = line[own["column"] - 1 : own["end_column"] - 1]
    assert cut == "🔥🔥 로그인하지"
    units = line.encode("utf-16-le")[2 * (sarif["startColumn"] - 1) : 2 * (sarif["endColumn"] - 1)]
    assert units.decode("utf-16-le") == cut
    octets = line.encode()[rdjson["start"]["column"] - 1 : rdjson["end"]["column"] - 1]
    assert octets.decode() == cut


def test_columns_of_a_decomposed_file_are_those_of_the_file() -> None:
    line = unicodedata.normalize("NFD", TEXTS[KOREAN].split("\n")[5])
    report = replace(REPORT, lines={KOREAN: {6: line}})
    place = data("rdjson", report)["diagnostics"][1]["location"]["range"]
    octets = line.encode()[place["start"]["column"] - 1 : place["end"]["column"] - 1]
    assert unicodedata.normalize("NFC", octets.decode()) == "🔥🔥 로그인하지"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_lines_of_a_file_are_told_apart_in_any_encoding(encoding: str, end: str) -> None:
    lines = ["---", "title: 카카오톡 로그인 장애", "---", ""]
    assert lines_of(end.join(lines).encode(encoding)) == lines


def test_a_place_in_a_line_that_is_not_known_stays() -> None:
    place = Place(3, 5, 3, 9)
    assert place_in(CLEAN, "entries/x.md", place, utf8_bytes) == place
