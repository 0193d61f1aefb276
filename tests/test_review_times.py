"""KB3xx: times that cannot be right, found where they stand; times that can be, left alone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.review_examples import KEYS, codes, entry_of, found, found_at, read

DAY = "started: 2024-07-18T10:54:00+09:00\nresolved: 2024-07-18T12:20:00+09:00"


def timeline(*events: str, keys: str = "") -> str:
    body = "## Timeline\n\n" + "\n".join(f"- {event}" for event in events)
    return entry_of(f"{keys}\n\n{body}" if keys else body)


@pytest.mark.parametrize(
    ("example", "code", "expected"),
    [
        (
            "started: 2024-07-18T10:54:00+09:00\nresolved: 2024-07-18T10:20:00+09:00",
            "KB301",
            [(11, "2024-07-18T10:20:00+09:00")],
        ),
        ("started: 2024-07-18T10:54:00+09:00\nresolved: 2024-07-18T10:20:00Z", "KB301", []),
        (
            "started: 2024-07-18T10:54:00+09:00\ndetected: 2024-07-18T10:50:00+09:00",
            "KB304",
            [(11, "2024-07-18T10:50:00+09:00")],
        ),
        (f"{DAY}\ndetected: 2024-07-18 15:00", "KB304", [(12, "2024-07-18 15:00")]),
        (f"{DAY}\ndetected: 2024-07-18 12:20", "KB304", []),
        (f"{DAY}\nmitigated: 2024-07-18 12:30", "KB305", [(12, "2024-07-18 12:30")]),
        (f"{DAY}\nmitigated: 2024-07-18 12:20", "KB305", []),
        ("date: 2025-07-18", "KB307", [(3, "2025-07-18")]),
        ("date: 2024-08-02", "KB307", []),
        ("started: 2024-08-18T10:54:00+09:00", "KB307", [(10, "2024-08-18T10:54:00+09:00")]),
        ("timezone: IST", "KB310", [(8, "IST")]),
        ("timezone: KST", "KB310", []),
        (
            "timezone: America/New_York\nstarted: 2024-03-10 02:30",
            "KB311",
            [(10, "2024-03-10 02:30")],
        ),
        (
            "timezone: America/New_York\nstarted: 2023-11-05 01:30",
            "KB311",
            [(10, "2023-11-05 01:30")],
        ),
        ("timezone: America/New_York\nstarted: 2023-11-05 03:30", "KB311", []),
        ("timezone: America/New_York\nstarted: 2023-11-05T01:30:00-04:00", "KB311", []),
        ("timezone: Asia/Seoul\nstarted: 2024-03-10 02:30", "KB311", []),
        (
            "timezone: Europe/Berlin\nstarted: 2024-07-18T10:54:00+01:00",
            "KB312",
            [(10, "+01:00")],
        ),
        ("timezone: Europe/Berlin\nstarted: 2024-07-18T08:54:00Z", "KB312", []),
        ("timezone: Europe/Berlin\nstarted: 2024-07-18T17:54:00+09:00", "KB312", []),
        ("timezone: Asia/Seoul\nstarted: 2024-07-18T17:54:00+08:00", "KB312", []),
        ("status: published\nresolved:", "KB314", [(7, "status: published")]),
        ("status: draft\nresolved:", "KB314", []),
    ],
)
def test_times_of_the_front_matter(
    example: str, code: str, expected: list[tuple[int, str]]
) -> None:
    assert found_at(read(entry_of(example)), code) == expected


def test_the_day_that_begins_in_the_east_is_not_the_future() -> None:
    text = entry_of("date: 2024-08-02")
    assert found(read(text, today=date(2024, 8, 1)), "KB307") == []
    assert len(found(read(text, today=date(2024, 7, 31)), "KB307")) == 1


def test_mending_the_offset_in_the_timeline_is_enough() -> None:
    keys = "timezone: Europe/Berlin\nstarted: 2024-07-18T10:54:00+01:00"
    assert found(read(timeline("2024-07-18 11:54 CEST — first alert", keys=keys)), "KB312") == []


@pytest.mark.parametrize(
    ("events", "out"),
    [
        (["10:00 a", "10:05 b", "10:05 c", "12:00 d"], []),
        (["10:00 a", "12:00 b", "11:00 c"], ["11:00"]),
        (["10:00 a", "13:00 b", "11:00 c", "12:00 d"], ["13:00"]),
        (["10:00 a", "11:00 b", "10:30 c", "12:00 d", "11:30 e"], ["10:30", "11:30"]),
        (["12:00 d", "11:00 c", "10:00 a"], []),
        (["10:00 a", "13:00 b", "11:00 c", "11:30 d", "12:00 e"], ["13:00"]),
        (["12:00 a", "13:00 b", "10:00 c", "11:00 d"], ["10:00", "11:00"]),
        (["10:00 a", "~12:00 b", "11:00 c"], []),
        (["10:00 a", "12:00쯤 b", "11:00 c"], []),
        (["23:50 a", "00:10 b", "00:30 c"], []),
        (["10:00 KST a", "01:30 UTC b"], []),
        (["2024-07-18 10:00 KST a", "2024-07-18 00:30 UTC b"], ["00:30"]),
        (["오전 10시 a", "오후 1시 30분 b", "오전 11시 c"], ["11시"]),
        (["오전 10시 a", "오후 1시 30분 b", "오후 12시 40분 c"], ["12시 40분"]),
        (["2024-07-18 10:00 a", "2024-07-17 11:00 b"], ["11:00"]),
        (["10:00-10:30 a", "10:10 b"], []),
        ([], []),
    ],
)
def test_the_event_that_breaks_the_order_is_told_at_its_time(
    events: list[str], out: list[str]
) -> None:
    assert [text for _, text in found_at(read(timeline(*events)), "KB302")] == out


@given(st.lists(st.integers(0, 59), max_size=12))
def test_the_fewest_events_are_told_and_each_beside_one_it_contradicts(minutes: list[int]) -> None:
    subject = read(timeline(*(f"2024-07-18 10:{minute:02d} KST x" for minute in minutes)))
    told = found(subject, "KB302")
    out = {problem.place.line - 38 for problem in told}
    left = [minute for place, minute in enumerate(minutes) if place not in out]
    if left != sorted(left) or not told:
        assert not told
        assert minutes in (sorted(minutes), sorted(minutes, reverse=True))
    for problem in told:
        own, other = re.findall(r"10:(\d\d)", problem.message)
        below = "below a later" in problem.message
        assert (int(own) < int(other)) is below


def test_the_message_names_both_events() -> None:
    subject = read(timeline("2024-07-18 10:00 a", "2024-07-19 10:00 b", "2024-07-18 11:00 c"))
    [problem] = found(subject, "KB302")
    assert problem.message == (
        "The event of 2024-07-18 11:00 stands below a later one, of 2024-07-19 10:00 on line 39."
    )
    assert problem.place.line == 40


def test_timelines_in_two_languages_are_each_in_order() -> None:
    body = (
        "## 타임라인\n\n- 2024-07-18 10:54 KST — 감지\n- 2024-07-18 12:20 KST — 복구 완료\n\n"
        "## Timeline\n\n- 2024-07-18 10:54 KST — Detected\n- 2024-07-18 12:20 KST — Resolved"
    )
    assert codes(read(entry_of(body))) == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2024-07-18 12:20 KST — Resolved: all services work", []),
        ("2024-07-18 12:25 KST — Resolved: all services work", []),
        ("2024-07-18 12:26 KST — Resolved: all services work", ["12:26"]),
        ("2024-07-18 03:20 UTC — Resolved: all services work", []),
        ("2024-07-18 13:20 KST — 복구 완료", ["13:20"]),
        ("2024-07-18 12:10-12:30 KST — Resolved: all services work", []),
        ("~12:40 KST — Resolved: all services work", []),
        ("2024-07-18 13:20 KST — a customer thanks", []),
    ],
)
def test_timeline_and_front_matter_agree_within_five_minutes(
    event: str, expected: list[str]
) -> None:
    subject = read(timeline("2024-07-18 10:54 KST — Detected", event))
    assert [text for _, text in found_at(subject, "KB303")] == expected


def test_one_of_several_events_of_a_kind_is_enough() -> None:
    events = ["10:54 KST — Detected", "12:20 KST — Resolved: web", "14:00 KST — Resolved: mail"]
    assert found(read(timeline(*events)), "KB303") == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["2023-07-18 10:54 KST a", "2024-07-18 12:20 KST b"], ["2023"]),
        (["2024-07-18 10:54 KST a", "2024-09-24 — the ministry visits"], []),
        (["2019-02-01 — the link is built", "2024-07-18 10:54 KST a"], []),
    ],
)
def test_a_year_that_is_one_off_is_told(events: list[str], expected: list[str]) -> None:
    assert [text for _, text in found_at(read(timeline(*events)), "KB308")] == expected


def test_events_to_come_are_told_once() -> None:
    subject = read(timeline("2024-07-18 10:54 KST a", "2031-01-01 10:00 KST b", "2031-01-02 c"))
    assert [line for line, _ in found_at(subject, "KB307")] == [39]


@pytest.mark.parametrize(
    ("keys", "events", "count"),
    [
        ("timezone:", ["2024-07-18 10:54 a", "2024-07-18 12:20 b"], 1),
        ("timezone:", ["2024-07-18 10:54 KST a", "2024-07-18 12:20 b"], 1),
        ("timezone:", ["2024-07-18 10:54 KST a", "2024-07-18 12:20 KST b"], 0),
        ("timezone:", ["2024-07-18 a", "2024-07-19 b"], 0),
        ("timezone: Asia/Seoul", ["2024-07-18 10:54 a", "2024-07-18 12:20 b"], 0),
        ("timezone:\nstarted: 2024-07-18 10:54", ["2024-07-18 10:54 KST a"], 1),
    ],
)
def test_times_without_a_zone_are_told_once(keys: str, events: list[str], count: int) -> None:
    assert len(found(read(timeline(*events, keys=keys)), "KB309")) == count


def test_a_zone_that_a_line_declares_is_one() -> None:
    body = "timezone:\n\n## Timeline\n\nAll times in UTC.\n\n- 2024-07-18 01:54 a\n- 02:20 b"
    assert found(read(entry_of(body)), "KB309") == []


@pytest.mark.parametrize(
    ("zone", "events", "expected"),
    [
        ("Asia/Seoul", ["10:54 CST a", "11:54 CST b", "12:00 IST c"], ["CST", "IST"]),
        ("Europe/London", ["10:54 BST a"], []),
        ("America/Chicago", ["2024-01-18 10:54 CST a"], []),
        ("Asia/Shanghai", ["10:54 CST a"], ["CST"]),
    ],
)
def test_ambiguous_zones_are_told_unless_the_entry_settles_them(
    zone: str, events: list[str], expected: list[str]
) -> None:
    subject = read(timeline(*events, keys=f"timezone: {zone}"))
    assert [text for _, text in found_at(subject, "KB310")] == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2024-07-18 01:54 PST a", ["PST"]),
        ("2024-01-18 01:54 PST a", []),
        ("2024-01-18 01:54 CEST a", ["CEST"]),
        ("2024-07-18 01:54 CEST a", []),
        ("2024-07-18 01:54 PT a", []),
        ("2024-07-18 01:54 KST a", []),
    ],
)
def test_an_abbreviation_of_the_other_season_is_told(event: str, expected: list[str]) -> None:
    subject = read(timeline(event, "2024-07-19 10:00 UTC b"))
    assert [text for _, text in found_at(subject, "KB312")] == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("2023-11-05 01:30 — a", ["01:30"]),
        ("2023-11-05 01:30 EDT — a", []),
        ("2023-03-12 02:30 — a", ["02:30"]),
        ("2023-03-12 03:30 — a", []),
    ],
)
def test_events_in_the_hour_of_a_change_are_told(event: str, expected: list[str]) -> None:
    subject = read(timeline(event, keys="timezone: America/New_York"))
    assert [text for _, text in found_at(subject, "KB311")] == expected


@pytest.mark.parametrize(
    ("body", "code", "count"),
    [
        ("## Timeline\n\nThe alert came, then the end.", "KB313", 1),
        ("## Timeline\n\n- 2024-07-18 — a\n- 2024-07-19 — b", "KB313", 0),
        ("## Timeline\n\n- 2024-07-18 10:54 KST — a", "KB315", 1),
        ("## Timeline\n\n- 2024-07-18 10:54 KST — a\n- 12:20 KST — b", "KB315", 0),
    ],
)
def test_a_timeline_is_made_of_events_with_times(body: str, code: str, count: int) -> None:
    assert len(found(read(entry_of(body)), code)) == count


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The outage lasted 86 minutes.", None),
        ("The outage lasted about an hour and a half.", None),
        ("The outage lasted about 1.5 hours.", None),
        ("The outage lasted one hour.", None),
        ("The outage lasted for 1 hour and 26 minutes.", None),
        ("The outage lasted about two hours.", "two hours"),
        ("The outage lasted four hours.", "four hours"),
        ("The outage lasted 3 hours.", "3 hours"),
        ("A 3-hour outage of logins followed.", "3-hour"),
        ("An 86-minute outage of logins followed.", None),
        ("Logins were down for 5 hours.", "5 hours"),
        ("Logins were down for 40 minutes.", None),
        ("There were 42 minutes of downtime until logins worked.", None),
        ("로그인 장애가 1시간 26분간 이어졌다.", None),
        ("86분 동안 로그인하지 못했다.", None),
        ("약 4시간 동안 로그인하지 못했다.", "4시간"),
        ("한 시간 반 만에 복구됐다.", None),
        ("5시간여 만에 복구됐다.", "5시간"),
        ("42분 만에 일부가 돌아왔다.", None),
        ("장애 시간은 총 5시간 10분이었다.", None),
        ("장애 시간: 5시간 10분.", "5시간 10분"),
        ("The previous outage lasted 5 hours.", None),
        ("지난 장애는 5시간 만에 복구됐다.", None),
        ("It polls every 5 hours.", None),
        ('They said "the outage lasted 5 hours".', None),
        ("10시 54분부터 12시 20분까지 81분 동안 로그인하지 못했다.", "81분"),
        ("10시 54분부터 12시 20분까지 86분 동안 로그인하지 못했다.", None),
    ],
)
def test_a_duration_in_words_is_that_of_the_times(text: str, told: str | None) -> None:
    subject = read(entry_of(f"{DAY}\nmitigated: 2024-07-18T11:36:00+09:00\n\n## Summary\n\n{text}"))
    assert [text for _, text in found_at(subject, "KB306")] == ([told] if told else [])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- Time to recovery: 86 minutes", None),
        ("- **Time to recovery**: 3 hours", "3 hours"),
        ("- Time to detection: 5 minutes", None),
        ("| Time to detect | 30 minutes |", "30 minutes"),
        ("- Time to recovery: 42 minutes [^1]", None),
        ("- Time to recovery: N/A", None),
        ("- TTR: 400 min", "400 min"),
        ("- 복구까지: 5시간", "5시간"),
    ],
)
def test_labelled_lengths_are_compared_as_well(line: str, told: str | None) -> None:
    keys = f"{DAY}\ndetected: 2024-07-18T10:54:00+09:00\nmitigated: 2024-07-18T11:36:00+09:00"
    subject = read(entry_of(f"{keys}\n\n## Stats\n\n{line}"))
    assert [text for _, text in found_at(subject, "KB306")] == ([told] if told else [])


@pytest.mark.parametrize(
    ("keys", "count"),
    [("duration: 86", 0), ("duration: 3h", 1), ("duration_minutes: 20", 1), ("duration: long", 0)],
)
def test_a_key_that_states_the_duration_is_compared(keys: str, count: int) -> None:
    subject = read(entry_of(f"{DAY}\n{keys}"))
    assert len(found(subject, "KB306")) == count
    explained = read(entry_of(f"{DAY}\n{keys}\nduration_note: without the maintenance"))
    assert found(explained, "KB306") == []


def test_without_start_and_end_no_duration_is_wrong() -> None:
    text = entry_of(f"resolved: {KEYS['resolved']}\n\nThe outage lasted 9 days.")
    assert found(read(text), "KB306") == []
