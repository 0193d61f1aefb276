from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kb.errors import UsageError
from web import params


def args(**values: str) -> MultiDict[str, str]:
    return MultiDict(values)


def test_a_text_has_no_spaces_around_it() -> None:
    assert params.text(args(q="  카카오톡 로그인 \n"), "q") == "카카오톡 로그인"
    assert params.text(args(), "q") == ""
    assert params.text(args(), "q", "x") == "x"


def test_a_parameter_may_stand_more_than_once() -> None:
    many = MultiDict([("s", "a"), ("s", " "), ("s", " b ")])
    assert params.texts(many, "s") == ("a", "b")


@pytest.mark.parametrize(("typed", "expected"), [("", 7), ("3", 3), (" 12 ", 12), ("007", 7)])
def test_a_number_is_read(typed: str, expected: int) -> None:
    assert params.number(args(page=typed), "page", 7, least=1) == expected


@pytest.mark.parametrize("typed", ["abc", "-1", "0", "1.5", "١", "1e3", "9" * 10, "0x1", "1_0"])
def test_what_is_no_number_in_range_is_refused_by_name(typed: str) -> None:
    with pytest.raises(UsageError, match="page=") as caught:
        params.number(args(page=typed), "page", 1, least=1)
    assert caught.value.remedy


def test_a_choice_is_one_of_its_words() -> None:
    assert params.choice(args(sort="newest"), "sort", ("newest", "oldest")) == "newest"
    assert params.choice(args(), "sort", ("newest",)) is None
    with pytest.raises(UsageError, match="sort=best is none of newest, oldest"):
        params.choice(args(sort="best"), "sort", ("newest", "oldest"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [({}, False), ({"open": ""}, True), ({"open": "1"}, True), ({"open": "0"}, False),
     ({"open": "false"}, False), ({"open": " No "}, False), ({"open": "yes"}, True)],
)  # fmt: skip
def test_a_flag_is_on_by_being_there(address: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    assert params.flag(args(**address), "open") is expected


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused_shortly(typed: str) -> None:
    said = ""
    try:
        assert 1 <= params.number(args(page=typed), "page", 1, least=1) < 10**9
    except UsageError as error:
        said = error.message
    assert len(said) < 120
