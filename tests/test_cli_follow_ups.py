"""`kb follow-ups` in a calendar, in a narrow terminal and behind the Tab key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import icalendar
import pytest

from kb.cli import completion
from kb.cli.follow_ups import follow_ups_command, report
from kb.cli.layout import width
from kb.cli.root import root
from kb.follow_ups import EntryFollowUp, FollowUps

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunKb


def offered(entries: Path, incomplete: str) -> dict[str, str | None]:
    context = click.Context(root)
    context.params["entries"] = str(entries)
    owner = next(param for param in follow_ups_command.params if param.name == "owner")
    return {item.value: item.help for item in completion.owners(context, owner, incomplete)}


def test_the_tab_key_offers_owners_of_what_is_open(own_entries: Path, run_kb: RunKb) -> None:
    assert offered(own_entries, "") == {}
    assert not list(own_entries.parent.rglob("*.toc")), "a Tab key must not index"
    assert run_kb("index").exit_code == 0
    assert offered(own_entries, "") == {
        "Data": "1 open",
        "Database team": "1 open",
        "Edge": "1 open",
        "Platform": "1 open",
        "네트워크팀": "1 open",
    }
    assert list(offered(own_entries, "네")) == ["네트워크팀"]
    assert offered(own_entries / "none", "") == {}


def test_the_calendar_is_one_that_a_program_can_read(run_kb: RunKb) -> None:
    result = run_kb("follow-ups", "--ics")
    calendar = icalendar.Calendar.from_ical(result.stdout_bytes)
    days = [event["dtstart"].to_ical() for event in calendar.walk("VEVENT")]
    assert days == [b"20240430", b"20241130", b"20991231"]
    assert result.stdout_bytes.count(b"\r\n") == result.stdout_bytes.count(b"\n")
    assert result.stderr == ""


@pytest.mark.parametrize("columns", [40, 80, None])
def test_it_fits_a_narrow_terminal_and_commands_none(columns: int | None) -> None:
    item = EntryFollowUp(
        entry_id="2024-id",
        entry_title="",
        entry_path="2024-id.md",
        entry_date=None,
        services=(),
        severity="",
        text="**스위치** \x1b[31m\n" + "펌웨어를 올린다 " * 12,
        done=None,
        owner="네트워크 " * 9,
        due=None,
        ticket=None,
        line=1,
        days_overdue=None,
    )
    found = FollowUps("", "every entry", (), 1, 1, 0, 0, 1, (item,), ())
    lines = [click.unstyle(line) for line in report(found, columns)]
    assert lines[0].startswith("[ ] 스위치 ")
    assert "\x1b" not in "".join(lines)
    assert all(width(line) <= (columns or 1_000) for line in lines)
