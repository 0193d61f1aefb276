"""Due days as a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest

from kb.follow_ups import EntryFollowUp
from kb.follow_ups_calendar import follow_ups_calendar

ITEM = EntryFollowUp(
    entry_id="2024-login",
    entry_title="로그인 장애",
    entry_path="2024/2024-login.md",
    entry_date="2024-07-18",
    services=("login",),
    severity="sev2",
    text="**Sign** all [prefixes](https://example.org); then, rest",
    done=False,
    owner="network team",
    due="2024-08-31",
    ticket="NET-12",
    line=40,
    days_overdue=None,
)


def events(*items: EntryFollowUp, base_url: str = "") -> list[Any]:
    data = follow_ups_calendar(items, base_url=base_url)
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_a_due_day_is_a_whole_day_that_takes_no_time() -> None:
    (event,) = events(ITEM, base_url="https://kb.example.org/")
    assert event["dtstart"].dt == date(2024, 8, 31)
    assert event["dtend"].dt == date(2024, 9, 1)
    assert event["transp"] == "TRANSPARENT"
    assert event["summary"] == "Sign all prefixes; then, rest"
    assert event["url"] == "https://kb.example.org/entries/2024-login"
    assert "Owner: network team\nTicket: NET-12\nPostmortem: 로그인 장애" in event["description"]


def test_without_an_address_there_is_no_link() -> None:
    assert "url" not in events(ITEM)[0]


def test_what_is_done_or_has_no_due_day_is_left_out() -> None:
    assert events(replace(ITEM, done=True), replace(ITEM, due=None)) == []
    assert len(events(replace(ITEM, done=None))) == 1


def test_the_same_follow_ups_give_the_same_bytes_in_any_order() -> None:
    others = [replace(ITEM, text=f"number {number}", line=number) for number in range(5)]
    assert follow_ups_calendar([ITEM, *others]) == follow_ups_calendar([*others[::-1], ITEM])
    assert events(ITEM)[0]["dtstamp"].dt == datetime(2024, 7, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed", [{"due": "2025-01-01"}, {"owner": "others"}, {"line": 99}, {"entry_title": "x"}]
)
def test_an_event_keeps_its_identity(changed: dict[str, Any]) -> None:
    assert events(replace(ITEM, **changed))[0]["uid"] == events(ITEM)[0]["uid"]


@pytest.mark.parametrize("changed", [{"text": "other"}, {"entry_id": "other"}])
def test_another_follow_up_has_another(changed: dict[str, Any]) -> None:
    assert events(replace(ITEM, **changed))[0]["uid"] != events(ITEM)[0]["uid"]


def test_two_of_the_same_words_are_kept_apart() -> None:
    first, second = events(ITEM, replace(ITEM, line=41))
    assert first["uid"] != second["uid"]


def test_odd_text_makes_a_sound_calendar() -> None:
    hostile = "a\x00b\r\nEND:VEVENT\x1b\u2028 카카오 " + "long " * 200
    odd = replace(ITEM, text=hostile, owner="x\ny", entry_date=None, due="9999-12-31")
    data = follow_ups_calendar([odd, replace(ITEM, text="")])
    assert data.count(b"\nEND:VEVENT\r\n") == 2
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert not set(range(32)).difference((10, 13)).intersection(data)
    last = events(odd)[0]
    assert last["dtstart"].dt == date.max
    assert "dtend" not in last


def test_no_follow_ups_make_an_empty_calendar() -> None:
    calendar = icalendar.Calendar.from_ical(follow_ups_calendar([]))
    assert calendar["version"] == "2.0"
    assert calendar["x-wr-calname"] == "Postmortem follow-ups"
