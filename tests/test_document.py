"""An entry is read whole and written back, and no bytes can make reading fail."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.document import MAXIMUM_BYTES, parse, serialise
from kb.model import FollowUp, Postmortem, Section, Source, TimelineEvent
from kb.vocabulary import DEFAULT_VOCABULARY, Service, Vocabulary

if TYPE_CHECKING:
    from kb.model import SectionKind

PATH = "2024/2024-07-18-login-outage.md"
VOCABULARY = Vocabulary(
    services={name: Service(name) for name in ("kakaotalk", "kakao-account", "daum")},
    causes=DEFAULT_VOCABULARY.causes,
    synonyms=(),
)
ENTRY = """\
---
title: KakaoTalk login outage
date: 2024-07-18
services: [kakaotalk, kakao-account]
causes: [network]
severity: sev2
status: published
timezone: Asia/Seoul
started: 2024-07-18T10:54:00+09:00
resolved: 2024-07-18 12:20
sources:
  - title: Login fails
    publisher: A newspaper
    url: https://example.org/a?b=1
    published: 2024-07-18
---

## Summary

Nobody could log in.

## Impact

All of it.

## Timeline

- 2024-07-18 10:54 KST — outage begins [1]
- 12:20 — resolved [1]

## Root cause

Unknown.

## Response

Restarted.

## Follow-ups

- [ ] Find the cause — owner: network team, due: 2024-08-31, ticket: NET-12
"""
KST = timezone(timedelta(hours=9))


def read(text: str | bytes, path: str = PATH) -> Postmortem:
    return parse(text if isinstance(text, bytes) else text.encode(), path, VOCABULARY)


def test_an_entry_is_read_whole_without_findings() -> None:
    entry = read(ENTRY)
    assert entry.findings == ()
    assert (entry.id, entry.path) == ("2024-07-18-login-outage", PATH)
    assert entry.title == "KakaoTalk login outage"
    assert entry.started == datetime(2024, 7, 18, 10, 54, tzinfo=KST)
    assert entry.duration_minutes == 86
    assert entry.language == "en"
    assert [section.kind for section in entry.sections] == [
        "summary", "impact", "timeline", "root-cause", "response", "follow-ups",
    ]  # fmt: skip
    assert [event.kind for event in entry.timeline] == ["started", "resolved"]
    assert entry.follow_ups == (
        FollowUp("Find the cause", False, "network team", date(2024, 8, 31), "NET-12", 41),
    )
    assert entry.sources[0].url == "https://example.org/a?b=1"


def test_lines_are_those_of_the_file() -> None:
    entry = read(ENTRY)
    lines = ENTRY.splitlines()
    assert lines[entry.source_lines["started"] - 1].startswith("started:")
    for section in entry.sections:
        assert lines[section.line - 1] == f"## {section.heading}"
    assert "outage begins" in lines[entry.timeline[0].line - 1]
    assert "Find the cause" in lines[entry.follow_ups[0].line - 1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_and_byte_order_marks_change_nothing(end: str, mark: str, *, final: bool) -> None:
    text = ENTRY if final else ENTRY.rstrip("\n")
    assert read(mark + text.replace("\n", end)) == read(ENTRY)


def test_decomposed_korean_is_composed() -> None:
    entry = read("---\ntitle: \u110c\u1161\u11bc\u110b\u1162\n---\n", "2024/\u110c\u1161\u11bc.md")
    assert (entry.title, entry.id) == ("장애", "장")


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-16", "UTF-16"), ("cp949", "CP949"), ("utf-16-be", "UTF-16")]
)
def test_other_encodings_are_read_and_named(encoding: str, name: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    entry = read((mark + ENTRY.replace("KakaoTalk", "카카오톡").replace("—", "-")).encode(encoding))
    assert entry.title == "카카오톡 login outage"
    assert [(found.rule, name in found.message) for found in entry.findings] == [("encoding", True)]
    assert "UTF-8" in entry.findings[0].help


def test_an_unknown_encoding_is_said_and_the_rest_is_read() -> None:
    entry = read(ENTRY.replace("—", "-").replace("Restarted", "Caf\u00e9").encode("latin-1"))
    assert [found.rule for found in entry.findings] == ["encoding"]
    assert entry.title == "KakaoTalk login outage"


def test_binary_is_not_read_but_keeps_its_place() -> None:
    entry = read(b"\x89PNG\x00\x00---\ntitle: x\n---\n")
    assert (entry.id, entry.title, entry.sections) == ("2024-07-18-login-outage", "", ())
    assert [found.rule for found in entry.findings] == ["binary"]


def test_a_file_above_the_limit_is_read_to_the_last_whole_line() -> None:
    entry = read(ENTRY.encode() + "긴 줄입니다\n".encode() * 150_000)
    assert [found.rule for found in entry.findings if found.level == "error"][:1] == ["too-large"]
    assert entry.title == "KakaoTalk login outage"
    assert len(entry.sections[-1].text.encode()) < MAXIMUM_BYTES


def test_the_language_is_what_most_of_the_text_is_written_in() -> None:
    assert read("---\ntitle: x\n---\n카카오톡 장애가 시작 outage\n").language == "ko"
    assert read("---\ntitle: x\n---\nログインできない障害が発生した\n").language == "ja"
    assert (
        read("---\ntitle: x\n---\nThe 장애 lasted for an hour, then it was over.\n").language
        == "en"
    )
    assert read("---\ntitle: x\nlanguage: KO\n---\nhello\n").language == "ko"


@pytest.mark.parametrize(
    "body",
    [
        ">" * 100_000,
        "[" * 100_000,
        "- " * 50_000,
        "a" * 1_000_000,
        "## a\n" * 20_000,
        "## Follow-ups\n- " + "<!--" * 50_000,
        "## Follow-ups\n- " + "owner: x, " * 20_000,
        "## Timeline\n- 10:54 " + "- " * 100_000,
    ],
    ids=["quotes", "brackets", "lists", "one line", "headings", "comments", "owners", "dashes"],
)
def test_hostile_markdown_stays_bounded(body: str) -> None:
    begin = time.perf_counter()
    read(f"---\ntitle: x\n---\n{body}\n")
    # Far above what it takes, far below what quadratic reading would.
    assert time.perf_counter() - begin < 5


@given(st.binary(max_size=300))
def test_reading_never_raises_on_any_bytes(raw: bytes) -> None:
    assert read(raw).path == PATH


PIECES = st.sampled_from(
    [
        "---\n", "title: ", "date: ", "started: ", "10:54", "2024-07-18", "- ", "  - ",
        "\n", "\n\n",
        "## Timeline\n", "## 후속 조치\n", "# ", "> ", "```\n", "| a | b |\n|---|---|\n", "|", "**",
        "**Impact:** ", "[x] ", "owner: ", "<!-- ", " -->", "\t", "&a ", "*a", "[", "]", "{", ": ",
        "오전 9시 15분", "KST", "~~", "\r", "장애", "===\n", "[n]: http://x\n", "'", '"', "#12",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_reading_never_raises_on_any_markdown_and_writing_neither(text: str) -> None:
    entry = read(text.encode("utf-8", "surrogatepass"))
    serialise(entry)
    count = max(1, len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
    lines = [section.line for section in entry.sections]
    lines += [event.line for event in entry.timeline]
    lines += [item.line for item in entry.follow_ups]
    assert all(1 <= line <= count for line in lines)


# What the format can say: words that begin and end with a letter, on one line.
WORDS = st.lists(
    st.sampled_from(["login", "장애", "a.b", "fell", "over", "C:\\x", "50%", "데이터", "`x-1`"]),
    min_size=1, max_size=5,
).map(lambda words: "We " + " ".join(words) + " so")  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20).map(
    lambda text: normalize("NFC", " ".join(text.split()))
)
NAMES = st.lists(st.sampled_from(["kakaotalk", "daum", "kakao-account"]), unique=True).map(tuple)
INSTANTS = st.none() | st.datetimes(
    datetime(2024, 7, 18),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2024, 7, 18, 14),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, KST]),
).map(lambda instant: instant.replace(microsecond=0))
DAYS = st.dates(date(2024, 7, 18), date(2026, 1, 1))


def sections() -> st.SearchStrategy[tuple[Section, ...]]:
    kinds: list[tuple[SectionKind, str]] = [
        ("summary", "Summary"), ("impact", "영향"), ("root-cause", "Root cause"),
        ("response", "대응"), ("other", "Attendees"), ("lessons", "Lessons learned"),
    ]  # fmt: skip
    one = st.tuples(st.sampled_from(kinds), WORDS).map(
        lambda drawn: Section(*drawn[0], 2, drawn[0][1].lower().replace(" ", "-"), 0, drawn[1])
    )
    return st.lists(one, unique_by=lambda section: section.kind, max_size=4).map(tuple)


def event(day: date, minute: int, told: str, *, approximate: bool) -> TimelineEvent:
    at = datetime(day.year, day.month, day.day, tzinfo=KST) + timedelta(minutes=minute)
    clock = f"{at:%H:%M}"
    return TimelineEvent(day, clock, "KST", at, None, told, None, approximate, 0, "")


def untimed(told: str) -> TimelineEvent:
    timed = event(date(2024, 7, 18), 0, told, approximate=False)
    return replace(timed, date=None, time=None, zone=None, at=None)


EVENTS = st.lists(
    st.builds(event, DAYS, st.integers(0, 1439), WORDS, approximate=st.booleans())
    | WORDS.map(untimed),
    max_size=4,
).map(tuple)  # fmt: skip
FOLLOW_UPS = st.lists(
    st.builds(
        FollowUp,
        text=WORDS,
        done=st.sampled_from([True, False, None]),
        owner=st.sampled_from([None, "network team", "네트워크 팀"]),
        due=st.none() | DAYS,
        ticket=st.sampled_from([None, "NET-12", "#12", "https://example.org/issues/3"]),
        line=st.just(0),
    ),
    max_size=4,
).map(tuple)
POSTMORTEMS = st.builds(
    Postmortem,
    id=st.just("2024-07-18-login-outage"),
    path=st.just(PATH),
    title=TEXTS,
    date=st.just(date(2024, 7, 18)),
    services=NAMES,
    causes=st.lists(st.sampled_from(["network", "capacity"]), unique=True).map(tuple),
    severity=st.sampled_from(["", "sev1", "sev4"]),
    status=st.sampled_from(["", "draft", "published"]),
    timezone=st.sampled_from(["Asia/Seoul"]),
    started=INSTANTS,
    resolved=INSTANTS,
    language=st.sampled_from(["ko", "en"]),
    tags=st.lists(TEXTS.filter(bool), unique=True, max_size=3).map(tuple),
    sources=st.lists(
        st.builds(
            Source, title=TEXTS.filter(bool), publisher=TEXTS, url=st.just("https://x.org/a")
        ),
        max_size=2,
    ).map(tuple),
    extra=st.dictionaries(
        st.sampled_from(["organisation", "region"]),
        st.lists(TEXTS.filter(bool), min_size=1, max_size=3).map(tuple),
    ),
    sections=sections(),
    timeline=EVENTS,
    follow_ups=FOLLOW_UPS,
)  # fmt: skip


def essence(entry: Postmortem) -> Postmortem:
    """An entry without lines and anchors, which are made by reading, and findings."""
    given_sections = tuple(
        replace(section, line=0, anchor="")
        for section in entry.sections
        if section.kind not in {"timeline", "follow-ups"}
    )
    timeline = tuple(replace(one, line=0, anchor="", kind=None) for one in entry.timeline)
    follow_ups = tuple(replace(item, line=0) for item in entry.follow_ups)
    return replace(
        entry, sections=given_sections, timeline=timeline, follow_ups=follow_ups,
        written=(), source_lines={}, findings=(),
    )  # fmt: skip


@settings(max_examples=60)
@given(POSTMORTEMS)
def test_what_is_written_reads_the_same(entry: Postmortem) -> None:
    assert essence(read(serialise(entry))) == essence(entry)


def test_what_was_read_is_written_as_it_stood() -> None:
    entry = read(ENTRY)
    assert ENTRY.split("---\n", 2)[2].strip() in serialise(entry)
    again = read(serialise(entry))
    assert essence(again) == essence(entry)
    assert again.sections[2].text == entry.sections[2].text


def test_a_changed_follow_up_takes_the_place_of_its_section() -> None:
    entry = read(ENTRY)
    done = replace(entry, follow_ups=(replace(entry.follow_ups[0], done=True),))
    again = read(serialise(done))
    assert [item.done for item in again.follow_ups] == [True]
    assert [section.kind for section in again.sections] == [one.kind for one in entry.sections]
