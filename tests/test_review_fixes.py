"""Edits of a file: what they change, and all that they leave as it is."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import CorpusError
from kb.review.fixes import difference, fixed, write
from kb.review.rule import Edit, Fix, Place

if TYPE_CHECKING:
    from pathlib import Path


def _fix(line: int, start: int, end: int, text: str) -> Fix:
    """Characters `start` to `end` of a line, from 0, become a text."""
    return Fix("Change it.", (Edit(Place(line, start + 1, line, end + 1), text),))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"one\ntwo\n", b"one\nTWO\n"),
        (b"one\r\ntwo\r\n", b"one\r\nTWO\r\n"),
        (b"one\rtwo", b"one\rTWO"),
        (b"one\r\ntwo\nx\r", b"one\r\nTWO\nx\r"),
        (b"\xef\xbb\xbfone\ntwo", b"\xef\xbb\xbfone\nTWO"),
        ("one\ntwo".encode("utf-16"), "one\nTWO".encode("utf-16")),
        (
            "장애 복구 완료\ntwo 장애 영향 범위".encode("cp949"),
            "장애 복구 완료\nTWO 장애 영향 범위".encode("cp949"),
        ),
    ],
)
def test_encoding_line_ends_and_marks_stay(content: bytes, expected: bytes) -> None:
    result = fixed(content, [_fix(2, 0, 3, "TWO")])
    assert result.content == expected
    assert len(result.made) == 1


def test_decomposed_korean_stays_but_for_the_edit() -> None:
    line = "카카오톡 [] 장애 복구"
    content = normalize("NFD", f"가\n{line}\n").encode()
    at = line.index("[]")
    result = fixed(content, [_fix(2, at, at + 2, "[ ]")])
    assert result.content.decode() == normalize("NFD", f"가\n{line}\n").replace("[]", "[ ]")


def test_an_edit_within_a_syllable_is_not_made() -> None:
    content = normalize("NFD", "각").encode()
    assert fixed(content, [_fix(1, 0, 1, "x")]).content == b"x"
    assert fixed(content, [_fix(1, 0, 2, "x")]).content == content


def test_new_lines_end_as_the_others_do() -> None:
    assert fixed(b"a\r\nb\r\n", [_fix(2, 0, 0, "\n")]).content == b"a\r\n\r\nb\r\n"


def test_of_fixes_that_overlap_the_first_is_made() -> None:
    first, second, third = _fix(1, 0, 2, "x"), _fix(1, 1, 3, "y"), _fix(1, 2, 3, "z")
    result = fixed(b"abc", [first, second, third])
    assert (result.content, result.made, result.left) == (b"xz", (first, third), (second,))


def test_two_insertions_at_one_place_are_not_both_made() -> None:
    result = fixed(b"abc", [_fix(1, 1, 1, "x"), _fix(1, 1, 1, "y")])
    assert result.content == b"axbc"
    assert len(result.left) == 1


def test_the_same_fix_twice_is_made_once() -> None:
    fix = _fix(1, 1, 1, "x")
    result = fixed(b"abc", [fix, fix])
    assert (result.content, result.left) == (b"axbc", ())


def test_a_fix_is_made_wholly_or_not_at_all() -> None:
    both = Fix("Both.", (*_fix(1, 0, 1, "x").edits, *_fix(9, 0, 1, "y").edits))
    assert fixed(b"abc", [both]).content == b"abc"


@pytest.mark.parametrize(
    "fix", [_fix(0, 0, 0, "x"), _fix(3, 0, 0, "x"), _fix(1, 0, 9, "x"), _fix(1, 2, 1, "x")]
)
def test_a_place_that_is_not_there_changes_nothing(fix: Fix) -> None:
    result = fixed(b"abc\n", [fix])
    assert (result.content, result.left) == (b"abc\n", (fix,))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"ab\xff\xfe\x81 \xc3\n", "x"),
        (b"a\0b\0\xff", "x"),
        ("장애 복구 완료".encode("cp949"), "☑"),
    ],
)
def test_what_cannot_be_written_back_is_left_alone(content: bytes, text: str) -> None:
    result = fixed(content, [_fix(1, 0, 1, text)])
    assert result.content == content
    assert len(result.left) == 1


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 12), st.integers(0, 12), st.text(max_size=3)),
        max_size=6,
    ),
)
def test_what_is_not_edited_stays_byte_for_byte(
    text: str, places: list[tuple[int, int, int, str]]
) -> None:
    content = text.encode()
    fixes = [_fix(line, min(a, b), max(a, b), new) for line, a, b, new in places]
    result = fixed(content, fixes)
    assert sorted(map(id, (*result.made, *result.left))) == sorted(
        {fix: id(fix) for fix in reversed(fixes)}.values()
    )
    if not result.made:
        assert result.content == content
    assert fixed(content, result.made).content == result.content
    assert fixed(result.content, ()).content == result.content


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40), st.data())
def test_an_insertion_adds_just_its_text(text: str, data: st.DataObject) -> None:
    composed = normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = composed.split("\n")
    line = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(0, len(lines[line - 1])))
    result = fixed(text.encode(), [_fix(line, column, column, "#")])
    if result.made:
        new = normalize("NFC", result.content.decode().replace("\r\n", "\n").replace("\r", "\n"))
        edited = lines[line - 1][:column] + "#" + lines[line - 1][column:]
        assert new.split("\n")[line - 1].removeprefix("\ufeff") == edited.removeprefix("\ufeff")


def test_the_difference_is_that_of_diff() -> None:
    shown = difference("2024/a.md", b"one\r\ntwo", b"one\r\nTWO")
    assert shown.splitlines() == [
        "--- a/2024/a.md",
        "+++ b/2024/a.md",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "\\ No newline at end of file",
        "+TWO",
        "\\ No newline at end of file",
    ]
    assert difference("a.md", b"one", b"one") == ""


def test_a_file_is_written_with_its_mode_and_nothing_else_is_left(tmp_path: Path) -> None:
    place = tmp_path / "a.md"
    place.write_bytes(b"one")
    place.chmod(0o640)
    write(place, b"one", b"two")
    assert place.read_bytes() == b"two"
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"one")
    (tmp_path / "a.md").symlink_to("real.md")
    write(tmp_path / "a.md", b"one", b"two")
    assert (tmp_path / "a.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() == b"two"


def test_a_file_that_has_changed_is_not_written(tmp_path: Path) -> None:
    place = tmp_path / "a.md"
    place.write_bytes(b"newer")
    with pytest.raises(CorpusError, match="has changed since"):
        write(place, b"one", b"two")
    assert place.read_bytes() == b"newer"


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be written"):
        write(tmp_path / "a.md", b"one", b"two")
    assert list(tmp_path.iterdir()) == []
