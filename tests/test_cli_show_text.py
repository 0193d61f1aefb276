"""One entry laid out for reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import click
import pytest

from kb.cli.show_sections import Item, runs, sections
from kb.cli.show_text import elapsed, report
from kb.config import Config
from kb.document import parse

if TYPE_CHECKING:
    from kb.model import Postmortem

KST = timezone(timedelta(hours=9), "KST")
TODAY = date(2024, 8, 1)
HEAD = "---\ntitle: Outage\ndate: 2024-07-18\ntimezone: Asia/Seoul\n{more}---\n"


def shown(text: str, columns: int = 80, more: str = "") -> list[str]:
    raw = HEAD.format(more=more) + text
    lines = report(entry_of(raw), raw, "entries/x.md", columns, TODAY)
    return click.unstyle("\n".join(lines)).split("\n")


def entry_of(raw: str) -> Postmortem:
    return parse(raw.encode(), "2024-07-18-x.md", Config().vocabulary)


def below(lines: list[str], heading: str) -> list[str]:
    """What stands below a heading, up to the next empty line before a heading."""
    rest = lines[lines.index(heading) + 1 :]
    end = next((n for n, line in enumerate(rest) if line and not line.startswith(" ")), None)
    return [line for line in rest[:end] if line]


def test_a_timeline_tells_the_time_elapsed_since_the_start() -> None:
    text = """
## Timeline

- 2024-07-18 10:50 KST — deployed
- 2024-07-18 10:54 KST — outage starts
- ~11:00 — a long text that does not fit on the line that it begins on, so it goes on
- 12:20–12:30 — resolved
- 2024-07-19 — review
"""
    assert below(shown(text, 60, "started: 2024-07-18T10:54:00+09:00\n"), "Timeline") == [
        "  2024-07-18 KST",
        "  10:50             −4 min  deployed",
        "  10:54             +0 min  [started] outage starts",
        "  ~11:00            +6 min  a long text that does not fit on",
        "                            the line that it begins on, so",
        "                            it goes on",
        "  12:20–12:30  +1 h 26 min  resolved",
        "  2024-07-19",
        "                            review",
    ]


def test_without_a_start_the_first_event_is_the_start() -> None:
    text = "## Timeline\n\n- 2024-07-18 10:00 KST — a\n- 2024-07-18 11:05 KST — b\n"
    assert below(shown(text), "Timeline")[2] == "  11:05  +1 h 5 min  b"


def test_follow_ups_have_boxes_and_overdue_ones_are_marked() -> None:
    text = """
## Follow-ups

### Soon

- [x] Done long ago — owner: Kim, due: 2024-07-20
- [ ] Late — owner: network team, due: 2024-07-31, ticket: NET-1
- [ ] In time — due: 2024-08-01

Nothing else was agreed on.
"""
    assert below(shown(text), "Follow-ups") == [
        "  Soon",
        "  [x] Done long ago",
        "      owner Kim · due 2024-07-20",
        "  [ ] Late",
        "      owner network team · due 2024-07-31 · OVERDUE · ticket NET-1",
        "  [ ] In time",
        "      due 2024-08-01",
        "  Nothing else was agreed on.",
    ]


def test_times_are_those_of_the_entry_with_the_time_to_each() -> None:
    more = "started: 2024-07-18T14:50:00Z\ndetected: 2024-07-18T15:10:00Z\ndetected_by: alert\n"
    lines = shown("## Impact\nNone.\n", more=more)
    assert [line.split(maxsplit=1)[1] for line in lines if line.startswith(("Start", "Detec"))] == [
        "2024-07-18 23:50 KST",
        "2024-07-19 00:10  +20 min (by alert)",
    ]


def test_sections_come_in_reading_order_whatever_the_files() -> None:
    text = "".join(f"## {h}\nText.\n" for h in ("Lessons", "Root cause", "Timeline", "Impact"))
    headings = [line for line in shown(text) if line in {"Lessons", "Root cause", "Timeline"}]
    assert headings == ["Timeline", "Root cause", "Lessons"]


def test_a_section_within_a_section_is_shown_once() -> None:
    text = """
## Incident

Before.

### Timeline

- 2024-07-18 10:00 KST — begins

### Root cause

A disk.
"""
    lines = shown(text)
    assert below(lines, "Incident") == ["  Before."]
    assert below(lines, "Root cause") == ["  A disk."]
    assert sum("begins" in line for line in lines) == 1


def test_paragraphs_below_an_event_are_told_once_and_others_kept() -> None:
    text = """
## Timeline

All times are local.

- 2024-07-18 10:00 KST — begins

  with a second paragraph

After the list.
"""
    lines = below(shown(text), "Timeline")
    assert lines[0] == "  All times are local."
    assert lines[-1] == "  After the list."
    assert sum("second paragraph" in line for line in lines) == 1


def test_an_empty_section_says_so() -> None:
    assert below(shown("## Impact\n\n## Response\nNone.\n"), "Impact") == ["  nothing written"]


def test_what_is_wrong_stands_at_the_end() -> None:
    lines = shown("## Impact\nAll.\n", more="severity: huge\n")
    assert lines[lines.index("To be looked at") + 1].startswith("  error: line 5: ") or lines[
        lines.index("To be looked at") + 1
    ].startswith("  warning: line 5: ")


def test_nothing_an_entry_says_can_command_the_terminal() -> None:
    text = "## Impact\nred \x1b[31m and \x9b2J\n\n```\n\x1b]0;title\x07\n```\n"
    raw = HEAD.format(more='authors: ["\\e[1m"]\n') + text
    lines = "\n".join(report(entry_of(raw), raw, "x.md", 80, TODAY))
    assert "\x1b[31m" not in lines
    assert "\x1b]0;" not in lines
    assert not {"\x9b", "\x07"} & set(lines)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_found_whatever_ends_them(ending: str) -> None:
    raw = (HEAD.format(more="") + "\n\n## Impact\n\nOne\nTwo\n").replace("\n", ending)
    (found,) = sections(entry_of(raw), raw)
    assert found[1] == [(10, "One"), (11, "Two")]


def test_runs_tell_prose_from_items() -> None:
    lines = [(5, "Before"), (6, ""), (7, "- a"), (8, "- b"), (9, ""), (10, "  more of b")]
    found = list(runs(lines, [Item(7, "a"), Item(8, "b\n\nmore of b")]))
    assert [(run.items, run.text) for run in found] == [((), "Before"), ((0, 1), "")]


def test_elapsed_is_signed() -> None:
    start = datetime(2024, 7, 18, 10, 54, tzinfo=KST)
    assert elapsed(start, start) == "+0 min"
    assert elapsed(start, start - timedelta(minutes=65)) == "−1 h 5 min"
    assert elapsed(start, datetime(2024, 7, 18, 3, 20, tzinfo=UTC)) == "+1 h 26 min"
