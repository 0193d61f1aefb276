"""The prose of an entry is what its author says; everything else is blanked in place."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.config import Config, load
from kb.document import parse
from kb.review.prose import blanked
from kb.review.reading import subject_of

if TYPE_CHECKING:
    from kb.review.subject import Subject

ENTRIES = Path(__file__).parent.parent / "entries"
FRONT = "---\ntitle: 로그인 실패\n---\n"


def read(body: str) -> Subject:
    content = (FRONT + body).encode()
    return subject_of(content, "2024/2024-07-18-x.md", Config(), date(2024, 8, 1))


def prose(body: str) -> list[tuple[int, str]]:
    return [(one.line - 3, one.text.rstrip()) for one in read(body).prose()]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a `b c` d", "a d"),
        ("a ``b ` c`` d", "a d"),
        ("a `b d", "a `b d"),
        (r"a \`b` d", r"a \`b` d"),
        ('he said "never again" twice', "he said twice"),
        ("공지에 “접속 불가”라고 했다", "공지에 라고 했다"),
        ("공지에 '접속 불가'라고 했다", "공지에 라고 했다"),
        ("a 「카톡 먹통」 b", "a b"),
        ("users' data and the team's pager", "users' data and the team's pager"),
        ('a 5" disk and a 3" disk', 'a 5" disk and a 3" disk'),
        ("see [the post](https://x.example/a_(b)) now", "see [the post now"),
        ('see [the post](a.md "he did it") now', "see [the post now"),
        ("see [the post][1] now", "see [the post now"),
        ("[1]: https://x.example/a the note", ""),
        ("see [1]: a fault", "see [1]: a fault"),
        ("at https://x.example/human-error, then", "at , then"),
        ("at www.example.com/x then", "at then"),
        ("a <b>bold</b> c", "a bold c"),
        ("a <https://x.example> c", "a c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a <!-- hidden --> c", "a c"),
        ("a <!-- never closed", "a <!-- never closed"),
    ],
)
def test_what_is_no_prose_is_blanked(text: str, left: str) -> None:
    assert " ".join(blanked(text).split()) == left


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\n\n```\ncode\n```\nb", [(1, "a"), (6, "b")]),
        ("a\n\n    code\n\nb", [(1, "a"), (5, "b")]),
        ("- a\n\n  ```\n  code\n  ```\n- b", [(1, "- a"), (6, "- b")]),
        ("> said\nlazily\n\nb", [(4, "b")]),
        ("- a\n\n  > said\n\n- b", [(1, "- a"), (5, "- b")]),
        ("a <!-- one\ntwo\nthree --> b", [(1, "a"), (3, "          b")]),
        ("a “one\ntwo” b", [(1, "a"), (2, "     b")]),
        ('a "one\n\ntwo" b', [(1, 'a "one'), (3, 'two" b')]),
        ("```\nnever closed\n", []),
        ("", []),
    ],
)
def test_code_and_quotations_go_line_by_line(body: str, expected: list[tuple[int, str]]) -> None:
    assert prose(body) == expected


def test_front_matter_is_no_prose() -> None:
    assert all(one.line > 3 for one in read("text").prose())


def test_each_line_knows_its_innermost_section() -> None:
    body = (
        "above\n\n## Response\na\n### Detection\nb\n### Second day\nc\n## 원인\nd\n"
        "```\n## Impact\n```\ne"
    )
    kinds = {
        one.text.strip(): one.section.kind if one.section else None for one in read(body).prose()
    }
    assert kinds["above"] == "summary"
    assert kinds["a"] == "response"
    assert kinds["b"] == "detection"
    assert kinds["c"] == "response"
    assert kinds["d"] == kinds["e"] == "root-cause"


def test_decomposed_korean_keeps_its_columns_in_the_composed_line() -> None:
    import unicodedata

    content = unicodedata.normalize("NFD", FRONT + "담당자의 `실수` 때문").encode()
    subject = subject_of(content, "x.md", Config(), date(2024, 8, 1))
    assert [one.text for one in subject.prose()] == ["담당자의      때문"]
    assert subject.lines[3][5:9] == "`실수`"


HOSTILE = r"""` "a 'a “ ‘a 「 <!-- <a ]( ](a ](a(b) [a]: [ https:// www. \ ' | # a` > - *""".split()


@pytest.mark.parametrize("mark", [*HOSTILE, "``` ", "` `` ", ' "a'])
def test_a_hostile_line_costs_little(mark: str) -> None:
    text = mark * (300_000 // len(mark))
    start = time.process_time()
    blanked(text)
    assert time.process_time() - start < 10  # in quadratic time it would be hours


@given(st.text(alphabet="ab \n`\"'“”‘’「」<>!-[]():/\\w.h가", max_size=200))
def test_line_breaks_and_lengths_never_change(text: str) -> None:
    left = blanked(text)
    assert len(left) == len(text)
    assert all(b in {a, " "} for a, b in zip(text, left, strict=True))
    assert [n for n, a in enumerate(text) if a == "\n"] == [
        n for n, a in enumerate(left) if a == "\n"
    ]


@pytest.mark.parametrize("path", sorted(ENTRIES.rglob("*.md")), ids=lambda path: path.stem)
def test_the_entry_under_review_is_the_entry_that_is_indexed(path: Path) -> None:
    settings, _ = load(ENTRIES)
    name = path.relative_to(ENTRIES).as_posix()
    subject = subject_of(path.read_bytes(), name, settings, date(2026, 1, 1))
    assert subject.entry == parse(path.read_bytes(), name, settings.vocabulary, settings.timezone)
    assert len(subject.lines) > subject.body_line


@given(st.binary(max_size=300))
def test_any_bytes_give_the_same_entry_as_the_index_has(raw: bytes) -> None:
    settings = Config()
    subject = subject_of(raw, "a\\b.md", settings, date(2026, 1, 1))
    assert subject.entry == parse(raw, "a\\b.md", settings.vocabulary, settings.timezone)
    list(subject.prose())


@pytest.mark.parametrize("written", ["true", "True", '"true"'])
def test_an_imported_entry_is_known_as_one(written: str) -> None:
    content = f"---\nimported: {written}\n---\n".encode()
    assert subject_of(content, "x.md", Config(), date(2024, 8, 1)).imported
    assert not read("imported: true").imported
