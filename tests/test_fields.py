"""Every front-matter field is read for itself; what is odd is said on its line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kb.document.fields import read_fields
from kb.document.front_matter import read_front_matter
from kb.model import Source
from kb.vocabulary import DEFAULT_VOCABULARY, Service, Vocabulary

if TYPE_CHECKING:
    from kb.model import Postmortem

VOCABULARY = Vocabulary(
    services={
        "kakaotalk": Service("kakaotalk", "KakaoTalk", aliases=("카톡",)),
        "no": Service("no"),
        "daum": Service("daum"),
    },
    causes=DEFAULT_VOCABULARY.causes,
    synonyms=(),
)


def read(front: str, identifier: str = "login-outage", zone: str = "") -> Postmortem:
    values = read_front_matter(["---", *front.split("\n"), "---"], "x.md")
    return read_fields(values, identifier, "x.md", VOCABULARY, zone)


def rules(entry: Postmortem) -> list[tuple[str, str, int]]:
    return [(found.rule, found.level, found.line) for found in entry.findings]


@pytest.mark.parametrize(
    ("typed", "services"),
    [
        ("services: [kakaotalk, daum]", ("kakaotalk", "daum")),
        ("services: kakaotalk", ("kakaotalk",)),
        ("service: KakaoTalk, 카톡; daum", ("kakaotalk", "daum")),
        ("서비스:\n  - 카톡\n  - no", ("kakaotalk", "no")),
    ],
)
def test_lists_are_written_in_many_ways(typed: str, services: tuple[str, ...]) -> None:
    entry = read(typed)
    assert entry.services == services
    assert entry.findings == ()


def test_names_become_those_of_the_vocabulary_and_stay_as_written_beside() -> None:
    entry = read("causes: [misconfiguration]\nseverity: P1\nstatus: Draft\ndetected-by: 모니터링")
    assert entry.causes == ("config-change",)
    assert entry.status == "draft"
    assert entry.detected_by == "alert"
    assert entry.severity in {"sev1", "sev2"}
    assert ("cause", "misconfiguration") in entry.written
    assert ("severity", "P1") in entry.written


def test_an_unknown_name_is_kept_and_the_nearest_is_offered() -> None:
    entry = read("title: x\nservices: [kakaotlak]\ncauses: [netwrok]\nseverity: huge")
    assert (entry.services, entry.causes, entry.severity) == (("kakaotlak",), ("netwrok",), "huge")
    assert rules(entry) == [
        ("unknown-service", "warning", 3), ("unknown-cause", "warning", 4),
        ("unknown-severity", "warning", 5),
    ]  # fmt: skip
    assert "`kakaotalk`" in entry.findings[0].help
    assert "sev1" in entry.findings[2].help


def test_without_services_in_the_vocabulary_any_is_fine() -> None:
    values = read_front_matter(["---", "services: [x]", "---"], "x.md")
    assert read_fields(values, "x", "x.md", DEFAULT_VOCABULARY).findings == ()


@pytest.mark.parametrize(
    ("front", "identifier", "day"),
    [
        ("date: 2024-07-18", "x", "2024-07-18"),
        ("date: 2024-07-18 10:54", "x", "2024-07-18"),
        ("날짜: 2024년 7월 18일", "x", "2024-07-18"),
        ("started: 2024-07-17T20:00:00Z\ntimezone: Asia/Seoul", "x", "2024-07-18"),
        ("title: a", "2024-07-18-x", "2024-07-18"),
        ("title: a", "2024-07-99-x", None),
    ],
)
def test_the_day_it_began(front: str, identifier: str, day: str | None) -> None:
    entry = read(front, identifier)
    assert entry.date == (date.fromisoformat(day) if day else None)
    assert entry.findings == ()


@pytest.mark.parametrize("typed", ["2024-07", "yesterday", "2024-02-30", "18"])
def test_a_day_that_is_none_is_a_finding(typed: str) -> None:
    assert rules(read(f"date: {typed}")) == [("unreadable-date", "warning", 2)]


@pytest.mark.parametrize(
    ("front", "zone", "instant"),
    [
        ("started: 2024-07-18T10:54:00+09:00", "", "2024-07-18T10:54:00+09:00"),
        ("started: 2024-07-18 10:54 KST", "", "2024-07-18T10:54:00+09:00"),
        ("started: 2024-07-18 10:54\ntimezone: Asia/Seoul", "UTC", "2024-07-18T10:54:00+09:00"),
        ("started: 2024-07-18 10:54", "UTC", "2024-07-18T10:54:00+00:00"),
        ("date: 2024-07-18\nstarted: 10:54", "Asia/Seoul", "2024-07-18T10:54:00+09:00"),
        ("시작: 2024-07-18 오전 10시 54분", "Asia/Seoul", "2024-07-18T10:54:00+09:00"),
    ],
)
def test_instants(front: str, zone: str, instant: str) -> None:
    entry = read(front, zone=zone)
    assert entry.started is not None
    assert entry.started.isoformat() == instant
    assert entry.findings == ()


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_the_first_and_the_last_year_hold_no_instant(year: str) -> None:
    entry = read(f"started: {year}-06-01T00:00:00+09:00", zone="America/New_York")
    assert entry.started is None
    assert rules(entry) == [("unreadable-date", "warning", 2)]


def test_a_time_without_a_zone_is_no_instant_and_the_remedy_is_named() -> None:
    entry = read("started: 2024-07-18 10:54")
    assert entry.started is None
    assert rules(entry) == [("time-without-zone", "warning", 2)]
    assert "timezone: Asia/Seoul" in entry.findings[0].help


def test_what_is_no_time_is_said() -> None:
    assert rules(read("started: soon")) == [("unreadable-date", "warning", 2)]
    assert rules(read("timezone: Asia/Nowhere")) == [("unknown-timezone", "warning", 2)]


def test_contradictions_are_said() -> None:
    front = (
        "date: 2024-07-18\nstarted: 2024-07-18T10:54:00+09:00\nresolved: 2024-07-17T10:54:00+09:00"
    )
    assert rules(read(front)) == [("time-order", "error", 4)]
    assert rules(read("date: 2024-07-18", "2024-07-19-x")) == [("date-contradiction", "warning", 2)]
    front = "date: 2024-07-19\nstarted: 2024-07-18T10:54:00+09:00"
    assert rules(read(front, "2024-07-19-x")) == [("date-contradiction", "warning", 2)]


@pytest.mark.parametrize(
    ("front", "level"),
    [
        ("title: [a, b]", "warning"),
        ("title: {a: b}", "warning"),
        ("services: {kakaotalk: daum}", "warning"),
        ("tags: [[a], b]", "warning"),
        ("tags: [a, ~]", "warning"),
        ("started:", "note"),
        ("title: ~", "note"),
    ],
)
def test_values_of_another_shape_are_read_as_far_as_possible(front: str, level: str) -> None:
    assert rules(read(front)) == [("front-matter", level, 2)]


def test_a_number_is_a_title_too() -> None:
    assert read("title: 2024").title == "2024"
    assert read("title: [a, b]").title == "a, b"
    assert read("tags: [[a], b]").tags == ("a", "b")


def test_unknown_keys_are_kept_as_text() -> None:
    entry = read("Data Center: seoul\nx:\n  y: 1\n  z: [a, b]\nempty:")
    assert entry.extra == {"data_center": ("seoul",), "x.y": ("1",), "x.z": ("a", "b")}
    assert entry.findings == ()


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("{title: A, publisher: B, url: https://x.org, published: 2024-07-18}",
         Source("A", "B", "https://x.org", "2024-07-18")),
        ("{제목: A, 매체: B, 링크: https://x.org, 날짜: 2024-07-18}",
         Source("A", "B", "https://x.org", "2024-07-18")),
        ("'[A](https://x.org)'", Source("A", url="https://x.org")),
        ("https://x.org/a", Source(url="https://x.org/a")),
        ("A book", Source("A book")),
    ],
)  # fmt: skip
def test_sources(typed: str, source: Source) -> None:
    assert read(f"sources:\n  - {typed}").sources == (source,)


def test_lines_are_known_by_key() -> None:
    assert read("title: a\ndate: 2024-07-18").source_lines == {"title": 2, "date": 3}
