"""Blocks stand on the lines they are said to stand on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.document.markdown import Block, read_blocks, without_comments


def flat(blocks: tuple[Block, ...]) -> list[Block]:
    return [inner for block in blocks for inner in (block, *flat(block.children))]


def places(text: str, kind: str, first_line: int = 1) -> list[tuple[int, str]]:
    blocks = flat(read_blocks(text, first_line).blocks)
    return [(block.line, block.text) for block in blocks if block.kind == kind]


NESTED = """\
- one
  lazy
 and lazier
  - two
    - three

      below three
  - four
-
  after an empty marker
1. five

   six
2. seven
"""


def test_items_of_nested_lists() -> None:
    lines = [(line, text.split("\n")[0]) for line, text in places(NESTED, "item")]
    assert lines == [
        (1, "one"), (4, "two"), (5, "three"), (8, "four"), (9, "after an empty marker"),
        (11, "five"), (14, "seven"),
    ]  # fmt: skip


def test_paragraphs_in_nested_lists() -> None:
    assert places(NESTED, "paragraph") == [
        (1, "one\nlazy\n and lazier"), (4, "two"), (5, "three"), (7, "below three"), (8, "four"),
        (10, "after an empty marker"), (11, "five"), (13, "six"), (14, "seven"),
    ]  # fmt: skip


def test_headings_of_both_kinds_and_what_follows_them() -> None:
    text = "# A\n\nB\n===\nC\nstill C\n---\n### D ###\n- x\n## E\n"
    headings = [block for block in read_blocks(text).blocks if block.kind == "heading"]
    assert [(block.line, block.after, block.level, block.text) for block in headings] == [
        (1, 2, 1, "A"), (3, 5, 1, "B"), (5, 8, 2, "C\nstill C"), (8, 9, 3, "D"), (10, 11, 2, "E"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "```\n# no\n- no\n```\n",
        "~~~ md\n# no\n~~~\n",
        "    # no\n    - no\n",
        "<!--\n# no\n- no\n-->\n",
        "<div>\n# no\n</div>\n",
    ],
)
def test_what_is_quoted_in_code_or_comments_is_no_block_of_the_document(text: str) -> None:
    kinds = {block.kind for block in flat(read_blocks(text + "\n## yes\n").blocks)}
    assert kinds & {"heading", "item"} == {"heading"}
    assert len(places(text + "\n## yes\n", "heading")) == 1


def test_a_quote_holds_its_own_blocks_with_lines() -> None:
    text = "> a\n> - b\nlazy\n>\n> # c\n\n- d\n> e\n"
    assert [block.kind for block in read_blocks(text).blocks] == ["quote", "list", "quote"]
    assert places(text, "item") == [(2, "b\nlazy"), (7, "d")]
    assert places(text, "heading") == [(5, "c")]
    assert places(text, "paragraph")[-1] == (8, "e")


def test_a_quote_in_a_list_in_a_quote() -> None:
    assert places("> - a\n>   > b\n>   > - c\n", "item")[-1] == (3, "c")


def test_a_block_that_ends_a_list_has_its_own_line() -> None:
    text = "- a\n- b\n# c\n- d\n```\nx\n```\n- e\n***\n"
    assert places(text, "heading") == [(3, "c")]
    assert places(text, "list") == [(1, ""), (4, ""), (8, "")]
    assert places(text, "code") == [(5, "")]
    assert places(text, "rule") == [(9, "")]


def test_rows_of_tables_of_any_width() -> None:
    text = "a\n\n| x | y |\n|---|:-:|\n| 1 | 2 | 3 |\n| \\| |\nno row\n"
    (table,) = [block for block in read_blocks(text).blocks if block.kind == "table"]
    assert table.line == 3
    assert [(row.line, row.cells) for row in table.rows] == [
        (3, ("x", "y")), (5, ("1", "2", "3")), (6, ("|",)),
    ]  # fmt: skip


def test_a_table_without_outer_bars() -> None:
    (table,) = read_blocks("x | y\n--|--\n1 | 2\n").blocks
    assert [row.cells for row in table.rows] == [("x", "y"), ("1", "2")]


def test_dashes_of_another_width_are_no_table() -> None:
    assert [block.kind for block in read_blocks("| x | y |\n|---|\n").blocks] == ["paragraph"]


def test_lines_are_counted_from_where_the_text_stands_in_its_file() -> None:
    assert places("\n\n- a\n  - b\n", "item", first_line=10) == [(12, "a\n- b"), (13, "b")]


def test_link_targets_are_kept() -> None:
    assert read_blocks("[a b]: https://example.org/1\n").references == {
        "A B": "https://example.org/1"
    }


def test_comments_are_taken_out_unless_they_never_close() -> None:
    assert without_comments("a<!-- b -->c<!---->d<!-- e") == "acd<!-- e"


@given(
    st.lists(
        st.sampled_from(["- ", "  ", "> ", "1. ", "    ", "\t", "x", "\n", "# ", "```", "|"]),
        max_size=60,
    )
)
def test_every_heading_and_paragraph_begins_with_the_words_of_its_line(pieces: list[str]) -> None:
    text = "".join(pieces)
    lines = text.split("\n")
    for block in flat(read_blocks(text).blocks):
        assert 1 <= block.line <= len(lines)
        if block.kind in {"heading", "paragraph"} and block.text:
            assert block.text.split("\n")[0].split()[0] in lines[block.line - 1].replace("\t", " ")
