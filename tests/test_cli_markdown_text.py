"""Markdown as plain text in a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cli.markdown_text import block_lines, inline


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("see [the graph](https://g.example/d) now", "see the graph (https://g.example/d) now"),
        ("[https://g.example](https://g.example)", "https://g.example"),
        ('[a](<https://g.example> "title")', "a (https://g.example)"),
        ("<https://g.example>", "https://g.example"),
        ("![a graph](g.png) ![](x.png)", "[image: a graph] [image]"),
        ("**bold**, __bold__ and *stressed*", "bold, bold and stressed"),
        ("`a ** b` and ``c ` d``", "a ** b and c ` d"),
        ("a * b * c, x_y_z, 2**3**4", "a * b * c, x_y_z, 234"),
        ("one<br>two", "one two"),
        (r"1\. and \*", "1. and *"),
        ("장애를 **고객이** 알림 [1][2]", "장애를 고객이 알림 [1][2]"),
        ("`\x00`", "\ufffd"),
    ],
)
def test_inline_markup_is_taken_off(markdown: str, text: str) -> None:
    assert inline(markdown) == text


def test_blocks_are_wrapped_each_in_its_way() -> None:
    markdown = """\
First paragraph
on two lines.
<!-- a comment

on several lines -->
- an item that is long enough
  to be wrapped
  - one below it
1. first
## Heading ##
> quoted
> text
***
| a | b |
|---|---|
```sh
kb   search   'not wrapped and not cleaned: **x**'
```
"""
    assert block_lines(markdown, 24, " ") == [
        " First paragraph on two",
        " lines.",
        "",
        " • an item that is long",
        "   enough to be wrapped",
        "   • one below it",
        " 1. first",
        " Heading",
        " │ quoted text",
        " ———",
        " | a | b |",
        " |---|---|",
        "   kb   search   'not wrapped and not cleaned: **x**'",
    ]


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert block_lines("~~~\n# a\n\n- b", 40) == ["  # a", "", "  - b"]


@given(st.text(alphabet="ab 장*_>#-1.|~(\n", max_size=200))
def test_no_text_is_lost_or_broken(markdown: str) -> None:
    shown = "".join(block_lines(markdown.replace("~~~", "~"), 20))
    assert [c for c in shown if c in "ab장"] == [c for c in markdown if c in "ab장"]
