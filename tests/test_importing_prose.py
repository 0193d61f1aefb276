"""Articles in prose: a draft timeline, the day, contradictions, several incidents."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb.document import parse
from kb.importing.entry_files import render
from kb.importing.prose import KnownIncident
from kb.importing.reading import Reading, read_document
from kb.importing.running_text import draft_events, spans_of, told_times
from kb.importing.source import SourceDocument
from kb.importing.sources import read_document as read_source
from kb.vocabulary import Service, Vocabulary

VOCABULARY = Vocabulary(
    services={
        "portal": Service("portal", "민원 포털"),
        "booking": Service("booking", "예약 서비스"),
    }
)
ARTICLE = (Path(__file__).parent / "fixtures/documents/portal-news.md").read_text("utf-8")


def reading_of(text: str, *known: KnownIncident) -> Reading:
    (found,) = read_source("news.md", text.encode)
    assert isinstance(found, SourceDocument)
    return read_document(found, VOCABULARY, known=lambda: known)


def test_each_time_becomes_an_event_with_its_sentence() -> None:
    entry = reading_of(ARTICLE).entry
    assert [event.time for event in entry.timeline] == ["09:15", "10:54", "11:57", "12:20"]
    assert all(event.zone == "KST" for event in entry.timeline)
    assert "민원 포털은 12일" in entry.timeline[0].text
    assert "예약 서비스도" in entry.timeline[1].text
    assert [event.line for event in entry.timeline] == [10, 12, 10, 12]


def test_the_first_range_gives_start_and_end() -> None:
    entry = reading_of(ARTICLE).entry
    assert entry.started is not None
    assert entry.resolved is not None
    assert (f"{entry.started:%H:%M}", f"{entry.resolved:%H:%M}") == ("09:15", "11:57")


def test_several_incidents_are_a_finding_with_services_and_times() -> None:
    reading = reading_of(ARTICLE)
    (finding,) = [one for one in reading.entry.findings if one.rule == "several-incidents"]
    assert "09:15–11:57 (portal)" in finding.message
    assert "10:54–12:20 (booking)" in finding.message
    assert reading.entry.services == ("portal", "booking")


def test_a_year_in_the_heading_and_another_in_an_address_are_both_told() -> None:
    (finding,) = [one for one in reading_of(ARTICLE).entry.findings if "year" in one.rule]
    assert "2019" in finding.message
    assert "2022" in finding.message
    assert "line 6" in finding.message
    assert "line 8" in finding.message


def test_a_known_incident_of_the_same_times_gives_the_day_and_contradicts_the_year() -> None:
    text = "# 2019년 3월 장애\n\n민원 포털은 오전 9시 15분부터 11시 57분까지 장애를 겪었다.\n"
    known = KnownIncident("2022-05-12-portal", date(2022, 5, 12), ("portal",), ("09:15", "11:57"))
    reading = reading_of(text, known)
    assert reading.entry.date == date(2022, 5, 12)
    assert "date" in reading.guessed
    (finding,) = [one for one in reading.entry.findings if "year" in one.rule]
    assert "2019" in finding.message
    assert "2022-05-12-portal" in finding.message
    other = KnownIncident("2022-05-12-x", date(2022, 5, 12), ("booking",), ("09:15", "11:57"))
    assert reading_of(text, other).entry.date is None


def test_two_lengths_are_told_unless_ranges_explain_them() -> None:
    text = "---\ntitle: 포털 장애 1시간 만에 복구\nexcerpt: 2시간여의 장애\n---\n"
    text += "\n포털 접속 장애가 있었다.\n"
    (finding,) = [one for one in reading_of(text).entry.findings if "length" in one.rule]
    assert "1시간" in finding.message
    assert "2시간여" in finding.message
    assert (finding.line, "Line 2" in finding.message) == (3, True)
    assert not [one for one in reading_of(ARTICLE).entry.findings if "length" in one.rule]


def test_the_draft_is_read_again_from_the_written_entry() -> None:
    reading = reading_of(ARTICLE)
    entry = parse(render(reading, "news.md").encode(), "2019/a.md", VOCABULARY)
    assert [(e.date, e.time, e.text) for e in entry.timeline] == [
        (e.date, e.time, e.text) for e in reading.entry.timeline
    ]
    assert entry.extra["guessed"] == reading.guessed
    assert "timeline" in reading.guessed


def test_times_that_tell_of_no_outage_are_no_timeline() -> None:
    assert told_times(["회의는 오전 10시 30분에 열린다."], date(2022, 5, 1)) == ()
    assert told_times(["```", "오전 9시 15분부터 장애", "```"], None) == ()


def test_of_two_sentences_about_one_time_the_one_that_says_more_is_kept() -> None:
    lines = [
        "장애 당시 오전 9시 15분 상황을 보자.",
        "오전 9시 15분부터 장애가 발생해 10시 20분에 복구됐다.",
    ]
    told = told_times(lines, date(2022, 5, 1))
    assert [(str(e.clock), e.kind) for e in draft_events(told)] == [
        ("09:15", "started"),
        ("10:20", "resolved"),
    ]
    assert [(str(one.start), str(one.end)) for one in spans_of(told)] == [("09:15", "10:20")]
