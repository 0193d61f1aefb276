"""Text becomes the same terms however it is composed, and every term knows where it stands."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search import text as analysis
from kb.search.text import (
    LONGEST_COMPOUND,
    LONGEST_WORD,
    chunks,
    normalise,
    place,
    tokens,
    words,
    words_of,
)

ASCII_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
# Text with what matters here in it: Korean, Latin, joiners, wide forms, halves of characters.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("ab1 가네트워크는톡DB-._/:\\@+카カー漢ＡＢ１\u3000ｶﾞ\u200b\u2011\ud800é\n"),
        st.characters(),
    ),
    max_size=60,
)


def terms(text: str) -> list[str]:
    return [token.term for token in tokens(normalise(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The databases failed", ["databas", "fail"]),
        ("Restarting SERVERS", ["restart", "server"]),
        ("카카오톡", ["카카", "카오", "오톡"]),
        ("카톡", ["카톡"]),
        ("톡", ["톡"]),
        ("네트워크가", ["네트", "트워", "워크"]),
        ("DB장애", ["db", "장애"]),
        ("DB는", ["db"]),
        ("카카오T", ["카카", "카오", "t"]),
        ("G드라이브", ["g", "드라", "라이", "이브"]),
        ("고용24", ["고용", "24"]),
        ("障害対応", ["障害", "害対", "対応"]),
        ("payments-api", ["payment", "api", "payments-api"]),
        ("10.0.0.1", ["10", "0", "0", "1", "10.0.0.1"]),
        ("ADR-016", ["adr", "016", "adr-016"]),
        ("std::bad_alloc", ["std", "bad", "alloc", "std::bad_alloc"]),
        (r"C:\boot.ini", ["c", "boot", "ini", r"c:\boot.ini"]),
        ("payments-api를", ["payment", "api", "payments-api"]),
        ("and/or", ["and/or"]),
        ("🔥 — …", []),
        ("__init__", ["init"]),
        ("x" * 100, ["x" * LONGEST_WORD]),
    ],
)
def test_a_text_becomes_these_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("network", "Networks"),
        ("데이터베이스의", "데이터베이스"),
        ("복구했다", "복구"),
        ("ＫＡＫＡＯ　ＴＡＬＫ", "kakao talk"),
        ("ｻｰﾊﾞｰ", "サーバー"),
        ("payments\u2011api", "payments-api"),
        ("카카\u200b오톡", "카카오톡"),
        ("data\u00adbase", "database"),
        (normalize("NFD", "카카오톡 로그인 장애"), "카카오톡 로그인 장애"),
    ],
)
def test_two_ways_to_write_one_thing_have_the_same_terms(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_a_compound_too_long_to_be_typed_counts_by_its_parts_only() -> None:
    long = "/".join(["segment"] * 12)
    assert len(long) > LONGEST_COMPOUND
    assert set(terms(long)) == {"segment"}


def test_stop_words_keep_their_place_so_that_phrases_keep_their_gaps() -> None:
    found = [(token.term, token.position) for token in tokens("loss of the data")]
    assert found == [("loss", 0), ("data", 3)]


def test_a_whole_compound_stands_beside_its_first_part() -> None:
    found = [(t.term, t.position, t.whole) for t in tokens("the payments-api failed")]
    assert found == [
        ("payment", 1, False),
        ("api", 2, False),
        ("payments-api", 1, True),
        ("fail", 3, False),
    ]


def test_positions_of_two_pieces_follow_one_another() -> None:
    places: dict[str, list[int]] = {}
    after = place(chunks("네트워크 장애"), places, 0)
    end = place(chunks("DB 장애"), places, after)
    assert (after, end) == (4, 6)
    assert places == {"네트": [0], "트워": [1], "워크": [2], "장애": [3, 5], "db": [4]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Databases failed", ["databases", "failed"]),
        ("데이터베이스의 장애는", ["데이터베이스", "장애"]),
        ("payments-api", ["payments", "api", "payments-api"]),
        ("a b 가", []),
    ],
)
def test_words_are_as_people_write_them(text: str, expected: list[str]) -> None:
    assert list(words(text)) == expected


@given(TEXTS)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
def test_composition_does_not_matter(text: str) -> None:
    assert normalise(normalize("NFD", text)) == normalise(normalize("NFC", text))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_width_does_not_matter(text: str) -> None:
    assert normalise(text.translate(ASCII_FULL_WIDTH)) == text


@given(TEXTS)
def test_normalised_text_can_be_stored(text: str) -> None:
    normalise(text).encode("utf-8")


@given(TEXTS)
def test_terms_stand_where_they_say(text: str) -> None:
    even = normalise(text)
    last = -1
    for token in tokens(even):
        assert 0 <= token.start < token.end <= len(even)
        assert token.term
        assert token.whole or token.position > last
        last = max(last, token.position)


@given(TEXTS)
def test_positions_are_those_of_the_tokens(text: str) -> None:
    even = normalise(text)
    expected: dict[str, list[int]] = {}
    for token in tokens(even):
        expected.setdefault(token.term, []).append(token.position)
    places: dict[str, list[int]] = {}
    place(chunks(even), places, 0)
    assert places == expected


@given(TEXTS)
def test_terms_and_words_of_chunks_are_those_of_the_text(text: str) -> None:
    even = normalise(text)
    assert analysis.terms(even) == {token.term for token in tokens(even) if not token.whole}
    assert words_of(chunks(even)) == set(words(even))


SUFFIXES = (
    "s es ed ing ies ied ying ly eed tional ational ization izer ator alism ality fulness ously "
    "iveness ivity ability ibly ably ogy fully lessly alize icate ical ness ative ance ence able "
    "ible ment ism ate ous ive ion e y ency ancy ently sses us"
).split()


@given(
    st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=7),
    st.lists(st.sampled_from(SUFFIXES), max_size=3),
)
def test_a_text_with_a_term_has_its_beginning(start: str, suffixes: list[str]) -> None:
    body = start + "".join(suffixes)
    for token in tokens(body):
        assert analysis.beginning(token.term) in body


@pytest.mark.parametrize(
    ("term", "beginning"),
    [
        ("abl", "ab"),
        ("router", "rout"),
        ("die", "d"),
        ("ski", "sk"),
        ("장애", "장애"),
        ("v2", "v2"),
    ],
)
def test_the_beginning_of_a_term(term: str, beginning: str) -> None:
    assert analysis.beginning(term) == beginning


@given(TEXTS)
def test_every_text_with_a_term_has_its_beginning(text: str) -> None:
    even = normalise(text)
    lower = even.lower()
    for token in tokens(even) if "Σ" not in even else ():
        assert analysis.beginning(token.term) in lower


@given(TEXTS)
def test_wanted_terms_are_located_where_the_tokens_stand(text: str) -> None:
    even = normalise(text)
    expected: dict[str, dict[int, tuple[int, int]]] = {}
    for token in tokens(even):
        expected.setdefault(token.term, {})[token.position] = (token.start, token.end)
    found: dict[str, dict[int, tuple[int, int]]] = {}
    analysis.locate(even, (0, len(even)), 0, expected, found)
    assert found == expected
