"""Other people's documents read as entries: what is found, what is guessed, what is kept."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.document import parse, serialise
from kb.importing.entry_files import propose_id, render, stored_name
from kb.importing.reading import Reading, read_document
from kb.importing.source import Failure, SourceDocument
from kb.importing.sources import read_document as read_source
from kb.model import FollowUp, Postmortem, Section
from kb.vocabulary import DEFAULT_VOCABULARY, Service, Vocabulary

FIXTURES = Path(__file__).parent / "fixtures"
VOCABULARY = Vocabulary(
    services={
        "payments-api": Service("payments-api", "Payments API", aliases=("결제",)),
        "portal": Service("portal", "민원 포털"),
        "booking": Service("booking", "예약 서비스"),
        "messenger": Service("messenger", "Messenger"),
    }
)


def source_of(text: str, name: str = "notes.md") -> SourceDocument:
    (found,) = read_source(name, text.encode)
    assert not isinstance(found, Failure)
    return found


def reading_of(text: str, name: str = "notes.md") -> Reading:
    return read_document(source_of(text, name), VOCABULARY)


def utc(hour: int, minute: int, day: int = 8) -> datetime:
    return datetime(2024, 4, day, hour, minute, tzinfo=UTC)


def test_a_metadata_table_and_a_timeline_give_the_times() -> None:
    path = FIXTURES / "documents" / "PM-017_checkout_errors.md"
    reading = reading_of(path.read_text("utf-8"), str(path))
    entry = reading.entry
    assert (entry.started, entry.detected, entry.resolved) == (utc(13, 2), utc(13, 9), utc(14, 20))
    assert (entry.date, entry.severity, reading.timezone) == (date(2024, 4, 8), "sev2", "UTC")
    assert [event.time for event in entry.timeline] == ["12:58", "13:09", None, "14:20"]
    assert [(item.owner, item.done) for item in entry.follow_ups] == [("Bo", True), ("Ana", False)]
    assert {"started", "detected", "resolved"}.isdisjoint(reading.guessed)


def test_every_value_knows_its_line() -> None:
    path = FIXTURES / "documents" / "PM-017_checkout_errors.md"
    lines = path.read_text("utf-8").split("\n")
    reading = reading_of(path.read_text("utf-8"), str(path))
    at = {one.field: lines[one.line - 1] for one in reading.evidence if one.line}
    assert "13:02 UTC" in at["started"]
    assert "Users report" in at["detected"]
    assert "SEV-2" in at["severity"]
    assert [lines[event.line - 1].split("|")[2].strip() for event in reading.entry.timeline] == [
        "12:58",
        "13:09",
        "??:??",
        "14:20",
    ]


def test_lines_count_in_the_original_front_matter_included() -> None:
    reading = reading_of(
        "---\ntitle: A\nweight: 3\n---\n\n## Timeline\n\n- 2024-04-08 10:00 down\n"
    )
    assert reading.entry.timeline[0].line == 8
    assert reading.entry.sections[0].line == 6


def test_what_is_not_stated_stays_empty() -> None:
    reading = reading_of("# Something broke\n\nIt was bad.\n")
    entry = reading.entry
    assert (entry.date, entry.started, entry.resolved, entry.severity) == (None, None, None, "")
    assert (entry.services, entry.causes, entry.timezone) == ((), ("unknown",), "")
    assert {"date", "services", "causes", "severity", "started"} <= set(reading.missing)
    assert reading.guessed == ()


def test_a_zone_that_nobody_names_is_a_guess() -> None:
    reading = reading_of("# X\n\n## Timeline\n\n- 2024-04-08 10:00 Outage starts\n")
    assert reading.timezone == ""
    assert reading.entry.timezone == "Etc/UTC"
    assert "timezone" in reading.guessed
    assert reading.entry.timeline[0].zone is None


def test_a_misspelt_zone_is_read_as_the_nearest_and_said_to_be_a_guess() -> None:
    text = "# X\n\n## Timeline\n\nAll times in UC/Pacific\n\n- 2024-07-08 10:00 Outage starts\n"
    reading = reading_of(text)
    assert (reading.timezone, reading.entry.timezone) == ("UC/Pacific", "US/Pacific")
    assert reading.entry.started == datetime(2024, 7, 8, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("2024-04-08-x.md", "# X\n\n## Timeline\n\n- 10:00 down\n", date(2024, 4, 8)),
        ("x.md", "# 2024-04-08, X\n\n## Timeline\n\n- 10:00 down\n", date(2024, 4, 8)),
        ("x.md", "# X\n\n**Date:** 8 April 2024\n", date(2024, 4, 8)),
        (
            "2024-04-08-x.md",
            "# 2023-04-08, X\n\n## Timeline\n\n- 2024-04-08 10:00 a\n",
            date(2024, 4, 8),
        ),
        (
            "x.md",
            "---\ndate: 2024-04-20\ntitle: X\n---\n\n## Timeline\n\n- 2024-04-08 10:00 a\n",
            date(2024, 4, 8),
        ),
    ],
)
def test_the_day_is_the_one_most_places_agree_on(name: str, text: str, day: date) -> None:
    reading = reading_of(text, name)
    assert reading.entry.date == day
    assert all(event.date == day for event in reading.entry.timeline)


def test_two_days_are_a_finding_that_names_both() -> None:
    reading = reading_of("# 2023-04-08, X\n", "2023-04-11-x.md")
    (finding,) = [one for one in reading.entry.findings if one.rule == "date-contradiction"]
    assert "2023-04-08" in finding.message
    assert "2023-04-11" in finding.message


def test_names_in_the_title_are_proposed_and_marked_as_guesses() -> None:
    reading = reading_of(
        "# Payments API down after a router lost its routing table\n\nWe use it.\n"
    )
    assert reading.entry.services == ("payments-api",)
    assert reading.entry.causes == ("network",)
    assert {"services", "causes"} <= set(reading.guessed)


def test_a_plain_word_or_a_channel_is_no_service() -> None:
    reading = reading_of("# Disk full\n\nThe messenger was told. We talked on Messenger.\n")
    assert reading.entry.services == ()


def test_labelled_services_and_categories_are_stated_not_guessed() -> None:
    text = "# X\n\n- **Affected services**: 결제, Ledger\n- **Category**: DNS\n"
    reading = reading_of(text)
    assert reading.entry.services == ("payments-api", "Ledger")
    assert reading.entry.causes == ("network",)
    assert reading.guessed == ()


def test_foreign_meanings_of_our_keys_are_set_aside_not_lost() -> None:
    text = "---\ntitle: X\nstatus: resolved\nseverity: catastrophic\naliases: [/old/x]\n"
    text += "team: blue\n---\n\nText.\n"
    reading = reading_of(text)
    entry = reading.entry
    assert (entry.status, entry.severity, entry.aliases) == ("draft", "", ())
    assert entry.extra["source_status"] == ("resolved",)
    assert entry.extra["source_severity"] == ("catastrophic",)
    assert entry.extra["team"] == ("blue",)
    assert {"resolved", "catastrophic"} <= {one.text for one in reading.not_understood}


def test_what_was_not_understood_is_listed() -> None:
    text = "# X\n\n## Attendees\n\nAna\n\n## Timeline\n\n- 2024-04-08 14:?? restarted\n"
    listed = {one.text: one.line for one in reading_of(text).not_understood}
    assert listed == {"Attendees": 3, "restarted": 9}


def test_several_incidents_in_one_document_are_listed_and_not_mixed() -> None:
    text = (
        "# Incident log\n\n## Incident on 2024-04-08\n\n**Timeline**\n\n- 2024-04-08 10:00 Outage"
        " starts\n- 2024-04-08 11:00 Resolved\n\n## Incident on 2024-04-20\n\n**Timeline**\n\n"
        "- 2024-04-20 10:00 Alert fires\n- 2024-04-20 12:00 Resolved\n"
    )
    reading = reading_of(text)
    assert (reading.entry.started, reading.entry.resolved) == (utc(10, 0), utc(11, 0))
    assert reading.entry.detected is None
    assert any("another incident" in one.why and one.line == 10 for one in reading.not_understood)
    assert len(reading.entry.timeline) == 4


def test_an_english_summary_gives_start_and_end() -> None:
    text = "## Summary\n\nBetween 13:30 and 14:05 UTC on 8 April 2024, 12% of logins failed.\n"
    entry = reading_of(text).entry
    assert (entry.started, entry.resolved) == (utc(13, 30), utc(14, 5))


def test_a_korean_report_is_read() -> None:
    text = (
        "# 결제 지연\n\n| 항목 | 내용 |\n|---|---|\n| 장애 등급 | 2등급 |\n"
        "| 발생 일시 | 2024-04-08 14:05 ~ 15:30 |\n| 인지 시각 | 2024-04-08 14:12 |\n\n"
        "## 시간대별 경과\n\n- 14:05 배포\n- 15:30 정상화\n"
    )
    reading = reading_of(text)
    entry = reading.entry
    assert (entry.timezone, reading.timezone) == ("Asia/Seoul", "")
    assert (entry.started, entry.detected, entry.resolved) == (utc(5, 5), utc(5, 12), utc(6, 30))
    assert (entry.severity, entry.services) == ("sev2", ("payments-api",))


def test_a_japanese_report_is_read() -> None:
    text = "# 障害報告\n\n- 発生日時: 2024年4月8日 10:00\n- 復旧日時: 2024年4月8日 11時30分\n"
    text += "\n概要です。\n"
    entry = reading_of(text).entry
    assert (entry.started, entry.resolved) == (utc(1, 0), utc(2, 30))


def test_a_stated_length_that_does_not_fit_is_a_finding() -> None:
    text = "# X\n\n- Start time: 2024-04-08 10:00 UTC\n- End time: 2024-04-08 11:00 UTC\n"
    text += "- Duration: 3 hours\n"
    findings = [
        one for one in reading_of(text).entry.findings if one.rule == "length-contradiction"
    ]
    assert [one.line for one in findings] == [5]


def test_the_end_follows_from_the_start_and_a_stated_length() -> None:
    entry = reading_of("# X\n\n- Start: 2024-04-08 10:00 UTC\n- Duration: 1h 30m\n").entry
    assert entry.resolved == utc(11, 30)


def test_a_title_is_found_without_a_heading() -> None:
    assert reading_of("Hello there, all went down today. More.\n").entry.title == "Notes"
    text = "---\nsummary: The queue stopped taking messages. It was full.\n---\n\nText.\n"
    reading = reading_of(text, "0b9c79f2-c9f6-4b88-a5b7-400973716d9a.md")
    assert reading.entry.title == "The queue stopped taking messages"
    assert "title" in reading.guessed


_WORDS = st.text(string.ascii_letters + "가나다 é'\"#:-", min_size=1, max_size=30).map(
    lambda text: "A" + " ".join(text.split())
)


@st.composite
def _entries(draw: st.DrawFn) -> Postmortem:
    started = draw(st.none() | st.just(utc(9, 15)))
    body = "\n".join(draw(st.lists(_WORDS, min_size=1, max_size=3)))
    return Postmortem(
        id="2024-04-08-a",
        path="2024/2024-04-08-a.md",
        title=draw(_WORDS),
        date=date(2024, 4, 8),
        services=tuple(draw(st.lists(st.sampled_from(["payments-api", "portal"]), unique=True))),
        causes=("network",),
        severity=draw(st.sampled_from(["sev1", "sev4"])),
        status=draw(st.sampled_from(["draft", "published"])),
        timezone=draw(st.sampled_from(["", "Asia/Seoul"])),
        started=started,
        language="en",
        authors=tuple(draw(st.lists(_WORDS, max_size=2, unique=True))),
        extra=draw(st.dictionaries(st.just("region"), st.just(("eu",)))),
        sections=(Section("impact", "Impact", 2, "impact", 0, f"P {body}"),),
        follow_ups=(FollowUp("Write it down", draw(st.booleans()), None, None, None, 0),),
    )


@given(_entries())
def test_an_exported_entry_imports_as_the_same_entry(entry: Postmortem) -> None:
    text = serialise(entry)
    before = parse(text.encode(), entry.path, VOCABULARY)
    reading = reading_of(text, entry.path)
    written = render(reading, stored_name(entry.path))
    after = parse(written.encode(), f"2024/{propose_id(reading)}.md", VOCABULARY)
    for field in Postmortem.__dataclass_fields__:
        if field not in {"extra", "source_lines", "sections", "follow_ups", "timeline", "findings"}:
            assert getattr(after, field) == getattr(before, field), field
    assert [(s.kind, s.heading, s.text) for s in after.sections] == [
        (s.kind, s.heading, s.text) for s in before.sections
    ]
    assert [(f.text, f.done) for f in after.follow_ups] == [
        (f.text, f.done) for f in before.follow_ups
    ]
    assert before.extra.items() <= after.extra.items()


@pytest.mark.parametrize("path", sorted((FIXTURES / "entries").rglob("*.md")), ids=lambda p: p.stem)
def test_our_own_entries_come_back_unchanged(path: Path) -> None:
    relative = path.relative_to(FIXTURES / "entries").as_posix()
    before = parse(path.read_bytes(), relative, DEFAULT_VOCABULARY)
    (document,) = read_source(relative, path.read_bytes)
    assert isinstance(document, SourceDocument)
    reading = read_document(document, DEFAULT_VOCABULARY)
    after = parse(render(reading, relative).encode(), relative, DEFAULT_VOCABULARY)
    for field in ("id", "title", "date", "services", "causes", "status", "started", "sources"):
        assert getattr(after, field) == getattr(before, field)
    assert [event.text for event in after.timeline] == [event.text for event in before.timeline]
    assert [event.at for event in after.timeline] == [event.at for event in before.timeline]


@given(st.text(max_size=300))
def test_no_text_makes_reading_fail(text: str) -> None:
    for found in read_source("notes.md", lambda: f"# X\n{text}".encode("utf-8", "replace")):
        if isinstance(found, SourceDocument):
            reading = read_document(found, VOCABULARY)
            assert reading.document.markdown.strip("\n") in render(reading, "notes.md")
