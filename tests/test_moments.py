"""Moments as people write them: tables of what is read, and properties that hold for any text."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.moments import (
    Clock,
    Moment,
    combine,
    find_moments,
    find_zone,
    format_duration,
    is_ambiguous_zone,
    parse_date,
    parse_duration,
    parse_instant,
    parse_period,
    read_moment,
    resolve_zone,
    walk,
    zone_offset,
)

CONTEXT = date(2024, 7, 19)
TODAY = date(2024, 7, 18)  # a Thursday

steady = settings(derandomize=True, deadline=None, max_examples=60, database=None)


def read(text: str, context: date | None = CONTEXT) -> Moment:
    moment = read_moment(text, context)
    assert moment is not None, text
    return moment


def when(moment: Moment) -> str:
    """Date, clock and end of a moment in one readable line."""
    parts = [moment.date, moment.clock, moment.until and f"to {moment.until}", moment.zone]
    return " ".join(str(part) for part in parts if part)


# --- one moment at the beginning of a text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-07-18T10:54:00+09:00", "2024-07-18 10:54 +09:00"),
        ("2024-07-18T10:54Z", "2024-07-18 10:54 Z"),
        ("2024-07-18T10:54:30.123-05:00", "2024-07-18 10:54 -05:00"),
        ("2024-07-18 10:54:30 -0700", "2024-07-18 10:54 -0700"),
        ("2024-07-18 10:54+09", "2024-07-18 10:54 +09"),
        ("2024-07-18 10:54", "2024-07-18 10:54"),
        ("2024-07-18 10:54 KST", "2024-07-18 10:54 KST"),
        ("2024.07.18 10:54", "2024-07-18 10:54"),
        ("2024. 7. 18.(목) 10:54", "2024-07-18 10:54"),
        ("2024/7/18 10:54", "2024-07-18 10:54"),
        ("2024-07-18 - 10:54", "2024-07-18 10:54"),
        ("2021-12-10   16:10", "2021-12-10 16:10"),
        ("20202-01-24 12:00", "2020-01-24 12:00"),
        ("18 July 2024 10:54", "2024-07-18 10:54"),
        ("18th of July 2024 at 10:54", "2024-07-18 10:54"),
        ("18-Jul-2024 10:54", "2024-07-18 10:54"),
        ("July 18, 2024 10:54 AM", "2024-07-18 10:54"),
        ("Thursday, July 18th, 2024 10:54", "2024-07-18 10:54"),
        ("Jul 18 10:54", "2024-07-18 10:54"),
        ("Fri Jan 28 02:34", "2024-01-28 02:34"),
        ("19. April, 11:00", "2024-04-19 11:00"),
        ("Feb 20 2018 14:17", "2018-02-20 14:17"),
        ("Jan 14, 10:18 AM", "2024-01-14 10:18"),
        ("7/18 10:54", "2024-07-18 10:54"),
        ("01-31-2024", "2024-01-31"),
        ("31/01/2024", "2024-01-31"),
        ("18.07.2024 10:54", "2024-07-18 10:54"),
        ("2018-07-08 ca. 18:30", "2018-07-08 18:30"),
        ("２０２４-０７-１８ １０：５４", "2024-07-18 10:54"),
    ],
)
def test_a_date_with_a_time(text: str, expected: str) -> None:
    moment = read(text)
    assert when(moment) == expected
    assert moment.end == len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10:54", "10:54"),
        ("10:54:30", "10:54"),
        ("~14:05", "14:05"),
        ("about 14:05", "14:05"),
        ("circa 14:05", "14:05"),
        ("around 2pm", "14:00"),
        ("12:11 PM", "12:11"),
        ("12:20 p.m.", "12:20"),
        ("13:06 PM", "13:06"),
        ("17:14pm", "17:14"),
        ("9am", "09:00"),
        ("12 AM", "00:00"),
        ("12:30 am", "00:30"),
        ("PM 3:20", "15:20"),
        ("noon", "12:00"),
        ("midnight", "24:00"),
        ("24:00", "24:00"),
        ("08:09 AM UTC", "08:09 UTC"),
        ("16:58 UTC", "16:58 UTC"),
        ("16:58 (UTC)", "16:58 UTC"),
        ("9am est", "09:00 est"),
        ("10:54 UTC+9", "10:54 UTC+9"),
        ("10:54 America/New_York", "10:54 America/New_York"),
        ("１０：５４", "10:54"),
        ("~13:30-13:45", "13:30 to 13:45"),
        ("13:30–13:45", "13:30 to 13:45"),
        ("8:20 - 8:24", "08:20 to 08:24"),
        ("10:54 ~ 12:20", "10:54 to 12:20"),
        ("10:54 to 12:20 UTC", "10:54 to 12:20 UTC"),
        ("9:15-9:45 PM", "21:15 to 21:45"),
        ("11:30-1:00 PM", "11:30 to 13:00"),
        ("9pm-11", "21:00"),
        ("2024-07-18 13:30:00-13:45", "2024-07-18 13:30 to 13:45"),
    ],
)
def test_a_time_in_english(text: str, expected: str) -> None:
    assert when(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("오전 9시 15분", "09:15"),
        ("오전 9시 15분쯤", "09:15"),
        ("오전 12시 10분", "00:10"),
        ("오후 3시", "15:00"),
        ("오후 3시 정각", "15:00"),
        ("오후 12시 10분", "12:10"),
        ("오후 10:54", "22:54"),
        ("낮 12시 20분", "12:20"),
        ("낮 1시", "13:00"),
        ("낮 11시", "11:00"),
        ("밤 11시", "23:00"),
        ("밤 12시", "24:00"),
        ("밤 12시 30분", "24:30"),
        ("밤 1시", "01:00"),
        ("새벽 2시 5분", "02:05"),
        ("새벽 12시 5분", "00:05"),
        ("아침 7시", "07:00"),
        ("저녁 7시 반", "19:30"),
        ("자정", "24:00"),
        ("정오", "12:00"),
        ("0시", "00:00"),
        ("15시 20분", "15:20"),
        ("15시20분경", "15:20"),
        ("약 9시", "09:00"),
        ("9:15경", "09:15"),
        ("3시23분", "03:23"),
        ("18일 오전 9시 15분", "2024-07-18 09:15"),
        ("18일(목) 오전 9시 15분", "2024-07-18 09:15"),
        ("7월 18일 오전 10시 54분", "2024-07-18 10:54"),
        ("2024년 7월 18일 오전 10시 54분", "2024-07-18 10:54"),
        ("2024년 7월 18일(목) 10:54", "2024-07-18 10:54"),
        ("'24년 7월 18일 10:54", "2024-07-18 10:54"),
        ("한국시간 18일 오전 9시", "2024-07-18 09:00 한국시간"),
        ("10:54 (한국 시간 기준)", "10:54 한국 시간"),
        ("오전 9시 15분부터 11시 57분까지", "09:15 to 11:57"),
        ("9시 15분~11시 57분", "09:15 to 11:57"),
        ("09:15부터 11:57까지", "09:15 to 11:57"),
        ("오전 10시 54분부터 낮 12시 20분까지", "10:54 to 12:20"),
        ("오전 11시부터 1시까지", "11:00 to 13:00"),
        ("오후 1시부터 3시까지", "13:00 to 15:00"),
        ("오후 9시~12시", "21:00 to 24:00"),
        ("오후 11시부터 1시까지", "23:00 to 01:00"),
        ("오후 9~10시", "21:00 to 22:00"),
    ],
)
def test_a_time_in_korean(text: str, expected: str) -> None:
    moment = read(text)
    assert when(moment) == expected
    assert moment.end == len(text)


@pytest.mark.parametrize(
    "text",
    [
        *("3시간 20분", "2시간여", "20분 동안", "1시간만에", "10시즌", "8~12시간", "3시리즈"),
        *("18일 동안", "3일간", "3일째", "자정 노력", "자정작용", "정오표", "24시간"),
        *("1.2.3", "10.0.0.1", "v2.4.1", "2.4.1-rc1", "16:9", "3:1 ratio", "16:10 ratio"),
        *("localhost:8080", "10000:20", "10:54:99", "10:20:30:40", "00:1b:44:11:3a:b7"),
        *("25:00", "24:30", "10:60", "T+5", "T+00:05", "+00:05", "may 5 users", "20240718"),
        *("2024-07-18-kakaotalk-login-outage", "2024-07-18.2", "2024.13.45", "13/32/2024"),
        *("", " ", "**", "Deployed at 10:54", "한국", "오전", "3", "약", "about"),
    ],
)
def test_what_is_no_moment(text: str) -> None:
    assert read_moment(text, CONTEXT) is None


@pytest.mark.parametrize(
    ("text", "day", "date_unknown"),
    [
        ("2022-05-?? HH:mm", None, True),
        ("20xx-MM-DD HH:mm", None, True),
        ("2021/22-??-?? HH:mm", None, True),
        ("2024-02-30 HH:mm", None, True),
        ("2022-06-02 HH:mm", date(2022, 6, 2), False),
        ("2024-03-13 14:??", date(2024, 3, 13), False),
        ("14:??", None, False),
        ("HH:mm", None, False),
        ("2X:XX", None, False),
    ],
)
def test_a_place_held_open_has_no_clock(text: str, day: date | None, *, date_unknown: bool) -> None:
    moment = read(text)
    assert (moment.date, moment.clock, moment.date_unknown) == (day, None, date_unknown)
    assert moment.end == len(text)


def test_a_date_that_no_calendar_has_keeps_its_time() -> None:
    moment = read("2024-02-30 10:54")
    assert (moment.date, moment.clock, moment.date_unknown) == (None, Clock(10, 54), True)


@pytest.mark.parametrize(
    "text", ["~14:05", "about 14:05", "약 9시", "9시쯤", "9:15경", "10:54ish", "10:54?", "≈ 10:54"]
)
def test_about(text: str) -> None:
    moment = read(text)
    assert moment.approximate
    assert moment.clock is not None
    assert moment.clock.approximate


def test_the_end_of_a_range_can_be_approximate_alone() -> None:
    moment = read("10:00 - ~11:00")
    assert moment.until == Clock(11, 0, approximate=True)
    assert not moment.approximate


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("**16:58 UTC** - Writer database", " - Writer database"),
        ("- **16:58 UTC** - Writer database", " - Writer database"),
        ("### ~13:30-13:45", ""),
        ("[10:54] fault", " fault"),
        ("(2024-07-18 10:54 KST) fault", " fault"),
        ("`10:54` fault", " fault"),
        ("**[~10:54]** fault", " fault"),
        ("15:35 – Plan pushed", " – Plan pushed"),
        ("12:45 PM DATE: Thing 1", " DATE: Thing 1"),
        ("2024-07-25 12:10: cp-live", ": cp-live"),
        ("2022-08-03 12:26-12:?? fault", " fault"),
        ("2024-07-18 - fault", " - fault"),
        ("오전 9시 15분에 알람", " 알람"),
        ("오전 9시 15분부터 장애", " 장애"),
        ("18일 - 배포", " - 배포"),
        ("10:54 - 2 pods down", " - 2 pods down"),
        ("10:54 BEST effort", " BEST effort"),
        ("At 10:54, fault", ", fault"),
    ],
)
def test_the_rest_of_the_line_begins_at_the_end(text: str, rest: str) -> None:
    assert text[read(text).end :] == rest


def test_a_range_over_midnight_with_both_dates() -> None:
    moment = read("2024-07-18 23:50 ~ 2024-07-19 00:10")
    assert (moment.clock, moment.until) == (Clock(23, 50), Clock(0, 10))
    assert moment.until_date == date(2024, 7, 19)


def test_a_range_that_ends_on_the_next_day_in_words() -> None:
    assert read("18일 23:50부터 다음 날 00:30까지").until_date == date(2024, 7, 19)


def test_a_range_of_days() -> None:
    moment = read("2024-07-18 ~ 2024-07-19")
    assert (moment.date, moment.until_date) == (date(2024, 7, 18), date(2024, 7, 19))


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("Dec 31 23:50", date(2025, 1, 2), date(2024, 12, 31)),
        ("Jan 1 00:10", date(2024, 12, 31), date(2025, 1, 1)),
        ("7월 18일 10:54", date(2024, 1, 1), date(2024, 7, 18)),
        ("31일 오후 11시", date(2024, 8, 1), date(2024, 7, 31)),
        ("1일 오전 1시", date(2024, 12, 31), date(2025, 1, 1)),
        ("18일 오전 1시", date(2024, 7, 1), date(2024, 7, 18)),
        ("31일 오전 1시", date(2024, 6, 15), None),
        ("Jul 18 10:54", None, None),
        ("Feb 29 10:54", date(2023, 3, 1), None),
        ("Jan 1 00:10", date(9999, 12, 31), None),
    ],
)
def test_the_context_completes_a_date(
    text: str, context: date | None, expected: date | None
) -> None:
    moment = read(text, context)
    assert moment.date == expected
    assert moment.clock is not None
    assert moment.date_unknown is (expected is None)


@pytest.mark.parametrize(
    ("order", "expected"),
    [("mdy", date(2024, 1, 2)), ("ymd", date(2024, 1, 2)), ("dmy", date(2024, 2, 1))],
)
def test_the_order_decides_where_numbers_do_not(
    order: Literal["ymd", "mdy", "dmy"], expected: date
) -> None:
    moment = read_moment("01/02/2024", order=order)
    assert moment is not None
    assert moment.date == expected
    assert parse_date("01/02/2024", order) == expected


def test_the_clock_as_text() -> None:
    assert str(Clock(9, 5, 59)) == "09:05"


# --- moments in running text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "18일 오전 9시 15분부터 11시 57분까지 약 2시간여 동안 고용24가 멈췄다",
            ["2024-07-18 09:15 to 11:57"],
        ),
        (
            "사이트가 오전 9시 15분쯤부터 오류였으나 2시간여 만에 복구됐고, 낮 12시 20분에 정상화",
            ["09:15", "12:20"],
        ),
        ("“오전 11시 57분경 모든 시스템이 복구됐다”며 3시23분에", ["11:57", "03:23"]),
        ("1999년 1월 31일에 시작해 3일 동안", ["1999-01-31"]),
        ("- First detected: 2023-07-25 14:05", ["2023-07-25 14:05"]),
        (
            "Failed at 10:54 UTC on 18 July 2024, fixed ~14:05.",
            ["10:54 UTC", "2024-07-18", "14:05"],
        ),
        ("10.0.0.1:80 v1.2.3 http://x/2024/07/18/10:20 2024-07-18-foo db-10:20", []),
        ("18일에 7/18 10시즌 8~12시간 may 5 users 16:9 HH:mm", []),
        ("", []),
    ],
)
def test_moments_in_running_text(text: str, expected: list[str]) -> None:
    assert [when(moment) for moment in find_moments(text, CONTEXT)] == expected


def test_marks_belong_to_the_moment() -> None:
    text = "seen (about 15:00) and **~14:05**, 약 9시에"
    spans = [text[moment.start : moment.end] for moment in find_moments(text)]
    assert spans == ["(about 15:00)", "**~14:05**", "약 9시에"]
    assert all(moment.approximate for moment in find_moments(text))


# --- dates and instants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-07-18", date(2024, 7, 18)),
        (" July 18, 2024 ", date(2024, 7, 18)),
        ("2024년 7월 18일", date(2024, 7, 18)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-30", None),
        ("2024-13-01", None),
        ("0000-01-01", None),
        ("July 18", None),
        ("7월 18일", None),
        ("2024-07-18 10:54", None),
        ("2024-07-18T10:54", None),
        ("", None),
    ],
)
def test_a_whole_date(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2024-07-18T10:54:00+09:00", None, "2024-07-18T10:54:00+09:00"),
        ("2024-07-18T01:54:00Z", "Asia/Seoul", "2024-07-18T01:54:00+00:00"),
        ("2024-07-18 10:54", "Asia/Seoul", "2024-07-18T10:54:00+09:00"),
        ("2024-07-18 10:54 KST", "UTC", "2024-07-18T10:54:00+09:00"),
        ("2024-07-18 오전 10시 54분", "Asia/Seoul", "2024-07-18T10:54:00+09:00"),
        ("2024-07-18 24:00", "KST", "2024-07-19T00:00:00+09:00"),
        ("18일 오전 9시", "KST", "2024-07-18T09:00:00+09:00"),
        ("2024-07-18 10:54", None, None),
        ("2024-07-18 10:54", "Mars/Olympus", None),
        ("2024-07-18 10:54 XYZ", "UTC", None),
        ("2024-07-18 10:54-11:20", "UTC", None),
        ("2024-07-18", "UTC", None),
        ("10:54 UTC", "UTC", None),
        ("9999-12-31 24:00", "UTC", None),
    ],
)
def test_an_instant(text: str, zone: str | None, expected: str | None) -> None:
    instant = parse_instant(text, zone, CONTEXT)
    assert (instant.isoformat() if instant else None) == expected


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        # The gap: 02:30 does not exist; the offset before the change counts.
        (date(2024, 3, 31), Clock(2, 30), "Europe/Berlin", "2024-03-31T02:30:00+01:00"),
        # The fold: 01:30 happens twice; the first one is meant.
        (date(2024, 11, 3), Clock(1, 30), "America/New_York", "2024-11-03T01:30:00-04:00"),
        (date(2024, 7, 18), Clock(24, 30), "KST", "2024-07-19T00:30:00+09:00"),
    ],
)
def test_combining_a_day_and_a_clock(day: date, clock: Clock, zone: str, expected: str) -> None:
    combined = combine(day, clock, zone)
    assert combined is not None
    assert combined.isoformat() == expected


def test_instants_across_a_change_of_clocks_subtract_to_real_time() -> None:
    before = combine(date(2024, 3, 31), Clock(1, 0), "Europe/Berlin")
    after = combine(date(2024, 3, 31), Clock(4, 0), "Europe/Berlin")
    assert before is not None
    assert after is not None
    assert after - before == timedelta(hours=2)


# --- zones


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        *[("KST", 9.0), ("한국시간", 9.0), ("한국 시간", 9.0), ("JST", 9.0), ("kst", 9.0)],
        *[("UTC", 0.0), ("GMT", 0.0), ("Z", 0.0), ("BST", 1.0), ("IST", 5.5), ("CST", -6.0)],
        *[("CET", 1.0), ("CEST", 2.0), ("EET", 2.0), ("EEST", 3.0), ("AEST", 10.0)],
        *[("PST", -8.0), ("PDT", -7.0), ("PT", -7.0), ("ET", -4.0), ("EST", -5.0)],
        *[("+09:00", 9.0), ("-0330", -3.5), ("UTC+9", 9.0), ("GMT-3", -3.0), ("UTC +5:30", 5.5)],
        *[("Asia/Seoul", 9.0), ("asia/seoul", 9.0), ("America/New_York", -4.0)],
        *[("Central European Time", 1.0), ("Pacific Time", -7.0), ("(UTC)", 0.0)],
    ],
)
def test_how_far_a_zone_is_ahead_in_july(zone: str, hours: float) -> None:
    assert zone_offset(zone, TODAY) == timedelta(hours=hours)


def test_pacific_time_follows_daylight_saving() -> None:
    assert zone_offset("PT", date(2024, 1, 18)) == timedelta(hours=-8)
    assert zone_offset("PT", datetime(2024, 7, 18, 10, 54, tzinfo=UTC)) == timedelta(hours=-7)


@pytest.mark.parametrize(
    "zone",
    [
        *(
            "",
            " ",
            "XYZ",
            "Best",
            "UTC+25",
            "-13:45",
            "UTC+9:75",
            "+99:00",
            "Mars/Olympus",
            "UC/Pacific",
        ),
        *(
            "../../etc/passwd",
            "/etc/localtime",
            "Asia/../../etc/passwd",
            "Asia",
            "Asia/",
            "posix/UTC",
        ),
        *("A" * 10_000, "Asia/" + "x" * 50, "\x00", "Asia/\x00", "\ud800", "한국", "localtime"),
    ],
)
def test_what_is_no_zone(zone: str) -> None:
    assert resolve_zone(zone) is None
    assert zone_offset(zone, TODAY) is None


@pytest.mark.parametrize(
    ("zone", "ambiguous"),
    [("CST", True), ("IST", True), ("bst", True), ("KST", False), ("Asia/Seoul", False)],
)
def test_ambiguous_abbreviations(zone: str, *, ambiguous: bool) -> None:
    assert is_ambiguous_zone(zone) is ambiguous


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("All times in UTC.", "UTC"),
        ("_All times in **CET**_", "CET"),
        ("Time (UTC)", "UTC"),
        ("| Date and Time in CET | Event |", "CET"),
        ("times are in PST", "PST"),
        ("All times in PST (UTC-7)", "UTC-7"),
        ("All times in CET (GMT+1)", "GMT+1"),
        ("All times in UTC+1 (Zurich time)", "UTC+1"),
        ("All times in Central European Time (CET)", "Central European Time"),
        ("All times in GMT+2", "GMT+2"),
        ("All times in UC/Pacific", "UC/Pacific"),
        ("Timezone: Asia/Seoul", "Asia/Seoul"),
        ("All timestamps in this document are UTC.", "UTC"),
        ("## Timeline (KST)", "KST"),
        ("KST", "KST"),
        ("All times Eastern: times are ET", "ET"),
        ("모든 시각은 KST", "KST"),
        ("시간 (UTC)", "UTC"),
        ("(시간은 모두 한국시간 기준)", "한국시간"),
        ("한국 시간 기준", "한국 시간"),
        ("모든 시간은 한국 시간 기준입니다", "한국 시간"),
        ("All times in {{ most convenient timezone}}", None),
        ("Best effort at the time, et al.", None),
        ("The time was short, ET al. wrote", None),
        ("Latest test in the west", None),
        ("At 10:54 UTC the response time rose", None),
        ("EST was slow to respond", None),
        ("", None),
    ],
)
def test_the_zone_a_line_declares(line: str, expected: str | None) -> None:
    assert find_zone(line) == expected


# --- durations


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *[("2h", 120), ("90m", 90), ("1d", 1440), ("1d 4h", 1680), ("2h30m", 150), ("1w", 10080)],
        *[("1.5h", 90), ("1.1h", 66), ("45s", 0), ("90 sec", 1), ("2 days", 2880)],
        *[("86 minutes", 86), ("544 minutes", 544), ("1,234 minutes", 1234), ("2H", 120)],
        *[("1 hour and 26 minutes", 86), ("1 hour, 26 min", 86), ("half an hour", 30)],
        *[("about 2 hours", 120), ("~2h", 120), ("an hour", 60), ("0m", 0)],
        *[("3시간 20분", 200), ("3시간20분", 200), ("2시간 반", 150), ("2시간반", 150)],
        *[("두 시간 반", 150), ("이틀", 2880), ("하루", 1440), ("2시간여", 120), ("1주일", 10080)],
        *[("약 2시간 20분 가량", 140), ("127시간30분", 7650), ("20분 동안", 20), ("3일간", 4320)],
    ],
)
def test_a_duration(text: str, minutes: int) -> None:
    assert parse_duration(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "h",
            "90",
            "3:20",
            "-2h",
            "2x",
            "2h 3h",
            "30m 2h",
            "1y",
            "반",
            "약",
            "about",
            "오전 9시",
        ),
        "9" * 1000 + "h",
    ],
)
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("minutes", "english", "korean"),
    [
        (86, "1 h 26 min", "1시간 26분"),
        (6, "6 min", "6분"),
        (0, "0 min", "0분"),
        (4440, "3 d 2 h", "3일 2시간"),
        (1441, "1 d 1 min", "1일 1분"),
        (-86, "-1 h 26 min", "-1시간 26분"),
    ],
)
def test_a_duration_for_people(minutes: int, english: str, korean: str) -> None:
    assert format_duration(minutes) == english
    assert format_duration(minutes, "ko") == korean


# --- periods of a query


def span(first: str, last: str) -> tuple[date | None, date | None]:
    return (
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024년", "2024-01-01", "2024-12-31"),
        ("2024-07", "2024-07-01", "2024-07-31"),
        ("2024-7", "2024-07-01", "2024-07-31"),
        ("2024년 7월", "2024-07-01", "2024-07-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-07-18", "2024-07-18", "2024-07-18"),
        ("2024/07/18", "2024-07-18", "2024-07-18"),
        ("2024.07.18", "2024-07-18", "2024-07-18"),
        ("2024년 7월 18일", "2024-07-18", "2024-07-18"),
        ("July 18, 2024", "2024-07-18", "2024-07-18"),
        ("today", "2024-07-18", "2024-07-18"),
        ("오늘", "2024-07-18", "2024-07-18"),
        ("yesterday", "2024-07-17", "2024-07-17"),
        ("어제", "2024-07-17", "2024-07-17"),
        ("1d", "2024-07-18", "2024-07-18"),
        ("7d", "2024-07-12", "2024-07-18"),
        ("최근 7일", "2024-07-12", "2024-07-18"),
        ("4w", "2024-06-21", "2024-07-18"),
        ("6m", "2024-01-19", "2024-07-18"),
        ("1y", "2023-07-19", "2024-07-18"),
        ("999999d", "", "2024-07-18"),
        ("99999y", "", "2024-07-18"),
        ("this-week", "2024-07-15", "2024-07-21"),
        ("last-week", "2024-07-08", "2024-07-14"),
        ("Last Week", "2024-07-08", "2024-07-14"),
        ("this-month", "2024-07-01", "2024-07-31"),
        ("last-month", "2024-06-01", "2024-06-30"),
        ("지난달", "2024-06-01", "2024-06-30"),
        ("지난 달", "2024-06-01", "2024-06-30"),
        ("이번달", "2024-07-01", "2024-07-31"),
        ("this-year", "2024-01-01", "2024-12-31"),
        ("올해", "2024-01-01", "2024-12-31"),
        ("last-year", "2023-01-01", "2023-12-31"),
        ("작년", "2023-01-01", "2023-12-31"),
        ("2024-06..2024-07", "2024-06-01", "2024-07-31"),
        ("2024-07..2024-06", "2024-06-01", "2024-07-31"),
        ("2023 .. 2024-07-18", "2023-01-01", "2024-07-18"),
        ("2024-07..", "2024-07-01", ""),
        ("..2024-07", "", "2024-07-31"),
        ("last-month..today", "2024-06-01", "2024-07-18"),
        (">2024", "2025-01-01", ""),
        (">=2024-07", "2024-07-01", ""),
        ("<2024", "", "2023-12-31"),
        ("<= 2024-07", "", "2024-07-31"),
        ("２０２４", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_period(text: str, first: str, last: str) -> None:
    assert parse_period(text, TODAY) == span(first, last)


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", ">", "2024-13-45", "2024-13", "2024-02-30", "0000", "garbage", "0d", "2024..x"),
        *(">9999", "<0001", "1..2..3", "2024...2025", "d", "-7d", "x" * 1000),
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text, TODAY) is None


def test_months_back_from_the_end_of_a_long_month() -> None:
    assert parse_period("6m", date(2024, 8, 31)) == span("2024-03-01", "2024-08-31")


@pytest.mark.parametrize("today", [date.min, date.max])
@pytest.mark.parametrize("text", ["yesterday", "last-week", "this-week", "last-month", "last-year"])
def test_the_ends_of_the_calendar_raise_nothing(text: str, today: date) -> None:
    period = parse_period(text, today)
    assert period is None or len(period) == 2


# --- timelines


def timeline(*lines: str, zone: str | None = "UTC") -> list[str]:
    moments = [read(line, date(2024, 7, 18)) for line in lines]
    return [f"{item.date} {item.time}" for item in walk(moments, date(2024, 7, 18), zone)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ["2024-07-19 10:54", "11:20"], ["2024-07-19 10:54", "2024-07-19 11:20"], id="inherits"
        ),
        pytest.param(["10:54", "11:20"], ["2024-07-18 10:54", "2024-07-18 11:20"], id="start date"),
        pytest.param(
            ["23:50", "00:10", "09:00"],
            ["2024-07-18 23:50", "2024-07-19 00:10", "2024-07-19 09:00"],
            id="rolls over midnight",
        ),
        pytest.param(
            ["14:49", "14:43", "09:00"],
            ["2024-07-18 14:49", "2024-07-18 14:43", "2024-07-18 09:00"],
            id="small steps back are disorder",
        ),
        pytest.param(
            ["23:58", "00:02", "23:59", "00:03"],
            ["2024-07-18 23:58", "2024-07-19 00:02", "2024-07-18 23:59", "2024-07-19 00:03"],
            id="disorder around midnight",
        ),
        pytest.param(
            ["23:50", "밤 12시", "0시 20분"],
            ["2024-07-18 23:50", "2024-07-19 00:00", "2024-07-19 00:20"],
            id="24:00 is the next day",
        ),
        pytest.param(
            ["18:00", "2024-07-20 - rest", "09:00"],
            ["2024-07-18 18:00", "2024-07-20 None", "2024-07-20 09:00"],
            id="a bare date starts afresh",
        ),
        pytest.param(
            ["10:00", "2022-05-?? HH:mm", "11:00", "2024-07-19 12:00", "14:??"],
            [
                *["2024-07-18 10:00", "None None", "None 11:00"],
                *["2024-07-19 12:00", "2024-07-19 None"],
            ],
            id="an unknown date is not inherited over",
        ),
    ],
)
def test_a_timeline_gives_its_dates(lines: list[str], expected: list[str]) -> None:
    assert timeline(*lines) == expected


def test_a_timeline_without_any_date_keeps_its_times() -> None:
    (item,) = walk([read("10:54 KST")], None, None)
    assert (item.date, item.time, item.zone, item.at) == (None, "10:54", "KST", None)


def test_a_zone_of_its_own_goes_before_the_default_and_is_not_inherited() -> None:
    items = walk([read("2024-07-18 10:54 KST"), read("02:00")], None, "UTC")
    assert [item.zone for item in items] == ["KST", "UTC"]
    assert items[0].at == datetime(2024, 7, 18, 1, 54, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("2024-07-18 23:50-00:10", "2024-07-19T00:10:00+00:00"),
        ("2024-07-18 13:30-13:45", "2024-07-18T13:45:00+00:00"),
        ("2024-07-18 23:50 ~ 2024-07-20 00:10", "2024-07-20T00:10:00+00:00"),
        ("2024-07-18 자정부터 2시까지", "2024-07-19T02:00:00+00:00"),
        ("2024-07-18 밤 11시부터 12시까지", "2024-07-19T00:00:00+00:00"),
        ("2024-07-18 밤 12시~밤 12시 30분", "2024-07-19T00:30:00+00:00"),
    ],
)
def test_the_end_of_a_range_in_a_timeline(line: str, until: str) -> None:
    (item,) = walk([read(line)], None, "UTC")
    assert item.until is not None
    assert item.until.isoformat() == until


def test_approximate_times_stay_so() -> None:
    (item,) = walk([read("~14:05")], None, None)
    assert item.approximate


# --- properties

clocks = st.builds(Clock, st.integers(0, 23), st.integers(0, 59))
days = st.dates(date(1000, 1, 1), date(9999, 12, 31))
likely_text = st.text(
    st.sampled_from(
        "0123456789:-./~ T월일년시분초오전후낮밤자정약쯤경부터까지amPUTCKSh?*[]()\n한국간"
    ),
    max_size=60,
)
any_text = st.one_of(st.text(max_size=60), likely_text)


@steady
@given(clocks, st.sampled_from(["24", "12", "ko", "ko12"]))
def test_a_written_clock_is_read_back(clock: Clock, form: str) -> None:
    hour = (clock.hour - 1) % 12 + 1
    half, ko_half = ("AM", "오전") if clock.hour < 12 else ("PM", "오후")
    text = {
        "24": str(clock),
        "12": f"{hour}:{clock.minute:02d} {half}",
        "ko": f"{clock.hour}시 {clock.minute}분",
        "ko12": f"{ko_half} {hour}시 {clock.minute}분",
    }[form]
    moment = read(text)
    assert moment.clock == clock
    assert (moment.start, moment.end) == (0, len(text))


@steady
@given(days, st.sampled_from(["-", "/", ".", "년", "en", "us", "mdy", "dmy"]))
def test_a_written_date_is_read_back(day: date, form: str) -> None:
    year, month, number = day.year, day.month, day.day
    names = "January February March April May June July August September October November December"
    name = names.split()[month - 1]
    text = {
        "년": f"{year}년 {month}월 {number}일",
        "en": f"{number} {name} {year}",
        "us": f"{name[:3]} {number}, {year}",
        "mdy": f"{month:02d}/{number:02d}/{year}",
        "dmy": f"{number}/{month}/{year}",
    }.get(form, f"{year}{form}{month:02d}{form}{number:02d}")
    if form in {"en", "us"} and not 1900 <= year < 2200:
        assert parse_date(text) is None
    else:
        assert parse_date(text, "dmy" if form == "dmy" else "mdy") == day


@steady
@given(st.integers(0, 10_000_000), st.sampled_from(["en", "ko"]))
def test_a_formatted_duration_is_read_back(minutes: int, language: str) -> None:
    assert parse_duration(format_duration(minutes, language)) == minutes


@steady
@given(days, clocks, st.sampled_from(["UTC", "KST", "Asia/Seoul", "+05:30", "America/New_York"]))
def test_an_instant_is_read_back_from_its_iso_form(day: date, clock: Clock, zone: str) -> None:
    instant = combine(day, clock, zone)
    assert instant is not None
    if instant.utcoffset() in {timedelta(hours=h / 2) for h in range(-24, 29)}:
        assert parse_instant(instant.isoformat(), None) == instant


@settings(steady, max_examples=200)
@given(any_text, st.one_of(st.none(), st.dates()))
@example("2024-07-18 10:54-", date.max)
def test_moments_of_any_text_lie_in_it_in_order(text: str, context: date | None) -> None:
    position = 0
    for moment in find_moments(text, context):
        assert position <= moment.start < moment.end <= len(text)
        assert moment.date or moment.clock
        position = moment.end
    moment_first = read_moment(text, context)
    assert moment_first is None or 0 <= moment_first.start < moment_first.end <= len(text)


@settings(steady, max_examples=200)
@given(any_text, st.dates())
def test_no_text_raises(text: str, today: date) -> None:
    parse_date(text)
    parse_duration(text)
    parse_instant(text, "UTC", today)
    parse_period(text, today)
    find_zone(text)
    resolve_zone(text)
    is_ambiguous_zone(text)
    zone_offset(text, today)


@steady
@given(st.lists(likely_text, max_size=8), st.one_of(st.none(), st.dates()))
def test_a_walk_keeps_every_moment(texts: list[str], start: date | None) -> None:
    moments = [moment for text in texts for moment in find_moments(text, start)]
    assert len(walk(moments, start, "Asia/Seoul")) == len(moments)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1",
            "1:",
            "1 ",
            " ",
            "10:54-",
            "2024-",
            "18일 ",
            "오전 ",
            "~",
            "**",
            "about ",
            "시간 ",
            "time in ",
        )
    ],
)
def test_long_text_takes_linear_time(piece: str) -> None:
    """Counts calls, not seconds; inside one call every repetition of a pattern has a limit."""

    def steps(length: int) -> int:
        count = 0

        def tally(*_: object) -> None:
            nonlocal count
            count += 1

        text = piece * (length // len(piece))
        sys.setprofile(tally)
        try:
            find_moments(text, CONTEXT)
            read_moment(text, CONTEXT)
            find_zone(text)
        finally:
            sys.setprofile(None)
        return count

    assert steps(20_000) <= 2.2 * steps(10_000) + 500
