"""Front matter in any state gives what it can, and says what is wrong and where."""

from __future__ import annotations

import time

import frontmatter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.document.front_matter import (
    FrontMatter,
    Scalar,
    Several,
    Table,
    read_front_matter,
    texts_of,
)
from kb.document.front_matter_keys import canonical_key


def read(text: str) -> FrontMatter:
    return read_front_matter(text.split("\n"), "x.md")


def texts(front: FrontMatter, key: str) -> list[str]:
    return list(texts_of(front.values[key]))


def test_a_well_formed_one_is_split_as_the_library_does() -> None:
    text = "---\ntitle: A\nservices: [a, b]\n---\n\n## Summary\n"
    front = read(text)
    library = frontmatter.loads(text)
    assert texts(front, "title") == [library["title"]]
    assert texts(front, "services") == library["services"]
    assert "\n".join(text.split("\n")[front.body_line - 1 :]).strip() == library.content
    assert front.findings == ()


@pytest.mark.parametrize(
    "typed",
    ["2024-07-18", "10:54", "2024", "no", "on", "0o17", "1e3", "2024-07-18 10:54", "true", "1_000"],
)
def test_values_stay_as_typed(typed: str) -> None:
    assert texts(read(f"---\nx: {typed}\n---"), "x") == [typed]


def test_nothing_is_nothing_unless_quoted() -> None:
    front = read("---\na: ~\nb:\nc: null\nd: 'null'\n---")
    assert [front.values[key] for key in "abc"] == [
        Scalar("", line, empty=True) for line in (2, 3, 4)
    ]
    assert texts(front, "d") == ["null"]


def test_values_and_keys_know_their_lines() -> None:
    front = read("---\ntitle: A\ntags:\n  - one\n  - two\n---\nbody")
    tags = front.values["tags"]
    assert isinstance(tags, Several)
    assert [item.line for item in tags.items] == [4, 5]
    assert front.lines == {"title": 2, "tags": 3}
    assert front.body_line == 7


@pytest.mark.parametrize(
    ("text", "line", "words", "title"),
    [
        ("no front matter", 1, "no front matter", None),
        ("", 1, "no front matter", None),
        ("---\n\ntext below a rule", 1, "no front matter", None),
        ("---\ntitle: A\n\ntext", 1, "never closed", "A"),
        ("---\ntitle: A\n## Summary\n", 1, "never closed", "A"),
        ("---\n- a\n- b\n---", 2, "a list", None),
        ("---\nplain text\n---", 2, "plain text", None),
        ("---\ntags:\n\t- a\ntitle: A\n---", 3, "tab", "A"),
        ("---\ntitle: B\nTitle: A\n---", 3, "line 2 already", "A"),
        ("---\ntitle: A: B\ndate: x\n---", 2, "YAML cannot read", "A: B"),
        ("---\ntitle: A\nx: [a, b\ndate: y\n---", 4, "YAML cannot read", "A"),
        ("---\ntitle: A\nx: @b\n---", 3, "YAML cannot read", "A"),
        ("---\ntitle: A\nx: *nothing\n---", 3, "names nothing", "A"),
        ("---\ntitle: A\nx: " + "[" * 5000 + "\n---", 3, "too deeply", "A"),
        ("---\ntitle: A\nx: \x07\n---", 2, "YAML cannot read", "A"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_read(
    text: str, line: int, words: str, title: str | None
) -> None:
    front = read(text)
    (found,) = front.findings
    assert (found.rule, found.line, found.path) == ("front-matter", line, "x.md")
    assert words in found.message
    assert found.help
    assert (texts(front, "title") if "title" in front.values else None) == (
        [title] if title else None
    )


def test_broken_yaml_keeps_lists_and_the_lines_after_the_fault() -> None:
    front = read(
        "---\ntitle: A: B\nservices: [a, 'b']  # note\ncauses:\n  - x\n  - y\ndate: d\n---"
    )
    assert texts(front, "services") == ["a", "b"]
    assert texts(front, "causes") == ["x", "y"]
    assert texts(front, "date") == ["d"]


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    begin = time.perf_counter()
    front = read("---\ntitle: A\n" + "\n".join(lines) + "\n---")
    assert "too many" in front.findings[0].message
    assert texts(front, "title") == ["A"]
    assert time.perf_counter() - begin < 1


def test_a_few_aliases_are_fine() -> None:
    front = read("---\na: &a [x, y]\nb: *a\n---")
    assert texts(front, "b") == ["x", "y"]
    assert front.findings == ()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Detected-By", "detected_by"), ("detected by", "detected_by"), ("제목", "title"),
        ("날짜", "date"), ("일자", "date"), ("서비스", "services"), ("원인", "causes"),
        ("심각도", "severity"), ("등급", "severity"), ("상태", "status"), ("작성자", "authors"),
        ("태그", "tags"), ("출처", "sources"), ("Service", "services"), ("My Key", "my_key"),
    ],
)  # fmt: skip
def test_keys_go_by_many_names(typed: str, key: str) -> None:
    assert canonical_key(typed) == key


def test_nested_mappings_are_kept() -> None:
    front = read("---\nx:\n  y: {z: 1}\n---")
    assert isinstance(front.values["x"], Table)
    assert texts(front, "x") == ["1"]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    front = read(f"---\n{text}\n---\n")
    assert 1 <= front.body_line <= text.count("\n") + 5
