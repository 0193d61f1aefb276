"""Every filter finds what it says, says what it finds, and is never lost in silence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.document import parse
from kb.search.answer import Searcher
from kb.search.documents import build
from kb.search.engine import Changes
from kb.search.options import Options
from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.search.whoosh_engine import WhooshEngine
from kb.vocabulary import Service, Vocabulary

if TYPE_CHECKING:
    from kb.search.results import SearchResults

TODAY = date(2025, 1, 15)
TEXT = "searched as text"
VOCABULARY = Vocabulary(
    services={
        "kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡",)),
        "kakao-account": Service("kakao-account", "카카오계정"),
        "daum": Service("daum", "다음"),
    }
)
FIRST = """\
---
title: Login outage after a router change
date: 2023-12-31
services: [kakaotalk, kakao-account]
causes: [network]
severity: P1
status: published
timezone: Asia/Seoul
started: 2023-12-31T10:00:00+09:00
detected: 2023-12-31T10:05:00+09:00
mitigated: 2023-12-31T10:30:00+09:00
resolved: 2024-01-01T12:00:00+09:00
detected_by: alert
authors: [Kim Min-ji, Lee Jun]
tags: [login]
language: en
Incident Commander: Park Ji-ho
oncall:
  team: Kakao Corp
sources: [{title: Login fails, publisher: ETNews, url: "https://etnews.example/1"}]
---

## Root cause

A wrong route in the router.

## Follow-ups

- [ ] Watch the routes, due: 2024-02-01
"""
SECOND = """\
---
title: 카카오톡 메시지 지연
date: 2024-05-13
services: [kakaotalk]
causes: [network]
severity: sev3
started: 2024-05-13T13:44:00+09:00
resolved: 2024-05-13T13:50:00+09:00
---

## 요약

메시지가 늦게 도착했다.

## 후속 조치

- [x] 라우터 교체
"""
THIRD = """\
---
title: Search index lost
date: 2024-12-01
services: [daum]
causes: [code-defect]
status: draft
started: 2024-12-01T00:00:00+09:00
resolved: 2024-12-01T02:30:00+09:00
---

## Lessons

Test restores.

## Follow-ups

- [ ] Restore weekly, due: 2030-01-01
"""


def searcher() -> Searcher:
    engine = WhooshEngine(None)
    engine.clear()
    read = (
        parse(text.encode(), f"{name}.md", VOCABULARY, "Asia/Seoul")
        for name, text in (("first", FIRST), ("second", SECOND), ("third", THIRD))
    )
    engine.apply(Changes(documents=[build(one, "", VOCABULARY.canonical) for one in read]))
    return Searcher(engine, VOCABULARY)


SEARCHER = searcher()


def search(typed: str) -> SearchResults:
    return SEARCHER.search(typed, Options(), TODAY)


@pytest.mark.parametrize(
    ("typed", "expected", "understood"),
    [
        ("service:kakaotalk", "first second", "service is kakaotalk"),
        ("service:카톡", "first second", "service is kakaotalk"),
        ("서비스:카카오계정", "first", "service is kakao-account"),
        ("service:daum,카톡", "first second third", "service is daum or kakaotalk"),
        ("service:kakao*", "first second", "service is kakao*"),
        ("-service:daum", "first second", "service is not daum"),
        ("cause:network", "first second", "cause is network"),
        ("cause:bug", "third", "cause is code-defect"),
        ("severity:P1", "first", "severity is sev1"),
        ("sev:1", "first", "severity is sev1"),
        ("status:초안", "third", "status is draft"),
        ("language:en", "first third", "language is en"),
        ("timezone:Seoul", "first", "timezone is like “Seoul”"),
        ("detected_by:alert", "first", "detected-by is alert"),
        ("detected-by:alarm", "first", "detected-by is alert"),
        ("author:kim", "first", "author is like “kim”"),
        ('author:"Kim Min-ji"', "first", "author is Kim Min-ji"),
        ("tag:login", "first", "tag is login"),
        ("id:second", "second", "id is second"),
        ("incident_commander:park", "first", "incident-commander is like “park”"),
        ("Incident-Commander:ji-ho", "first", "incident-commander is like “ji-ho”"),
        ("oncall.team:kakao-corp", "first", "oncall.team is like “kakao-corp”"),
        ("resolved:2024-01-01", "first", "resolved is 2024-01-01"),
        ("resolved:2024-05", "second", "resolved is like “2024-05”"),
        ("title:outage", "first", "title has “outage”"),
        ('title:"login outage"', "first", "title has “login outage”"),
        ('title:"outage login"', "", "title has “outage login”"),
        ("-title:login,index", "second", "title does not have “login” or “index”"),
        ("title:rout*", "first", "title has “rout*”"),
        ("root-cause:router", "first", "root-cause has “router”"),
        ("follow-ups:라우터", "second", "follow-ups has “라우터”"),
        ("요약:메시지", "second", "summary has “메시지”"),
        ("source:etnews", "first", "source is like “etnews”"),
        ("date:2024", "second third", "date in 2024"),
        ("date:2024-05", "second", "date in May 2024"),
        ("date:2024-05-13", "second", "date on 13 May 2024"),
        ("-date:2024", "first", "date not in 2024"),
        ("date:>2023", "second third", "date on or after 2024-01-01"),
        ("date:2023..2024-05", "first second", "date from 2023-01-01 to 2024-05-31"),
        ("date:2023,2024-12", "first third", "date in 2023 or in December 2024"),
        ("date:last-month", "third", "date in December 2024"),
        ("after:2024-05-13", "third", "date on or after 2024-05-14"),
        ("before:2024", "first", "date on or before 2023-12-31"),
        ("since:2024-05-13", "second third", "date on or after 2024-05-13"),
        ("until:2024-05-13", "first second", "date on or before 2024-05-13"),
        ("started:2024-05", "second", "date in May 2024"),
        ("duration:>1d", "first", "duration over 1d"),
        ("duration:>=26h", "first", "duration at least 26h"),
        ("duration:<=6m", "second", "duration at most 6m"),
        ("duration:<6m", "", "duration under 6m"),
        ("duration:2h", "third", "duration 2 h to 2 h 59 min"),
        ("duration:2h..2d", "first third", "duration 2 h to 2 d"),
        ("duration:2d..2h", "first third", "duration 2 h to 2 d"),
        ("duration:..10m", "second", "duration at most 10 min"),
        ("-duration:>1h", "second", "duration not over 1h"),
        ("detect-time:5m", "first", "detect-time 5 min"),
        ("mitigate-time:>=20m", "first", "mitigate-time at least 20m"),
        ("resolve-time:<10m", "second", "resolve-time under 10m"),
        ("is:open", "first third", "it has an unfinished follow-up"),
        ("-is:open", "second", "it has no unfinished follow-up"),
        ("is:overdue", "first", "a follow-up of it is overdue"),
        ("-is:overdue", "second third", "no follow-up of it is overdue"),
        (
            "is:recurrence",
            "second",
            "it repeats an earlier incident (same service, same cause)",
        ),
        ("is:draft", "third", "status is draft"),
        ("is:overdue,draft", "first third", "a follow-up of it is overdue or status is draft"),
        ("has:tag", "first", "it has a tag"),
        ("has:tags", "first", "it has a tag"),
        ("has:author", "first", "it has an author"),
        ("has:lessons", "third", "it has lessons"),
        ("has:detected", "first", "it has a time of detection"),
        ("has:incident_commander", "first", "it has an incident-commander"),
        ("-has:summary", "first third", "it does not have a summary"),
        ("has:timeline", "", "it has a timeline"),
    ],
)
def test_a_filter_finds_and_says(typed: str, expected: str, understood: str) -> None:
    results = search(typed)
    assert sorted(hit.id for hit in results.hits) == expected.split()
    assert results.understood == understood
    assert results.notices == ()


@pytest.mark.parametrize(
    ("typed", "message", "suggestion", "understood"),
    [
        (
            "service:kakaotlk",
            "no entry has the service kakaotlk; searched as text",
            "service:kakaotalk",
            "text matches kakaotlk",
        ),
        (
            "service:daum,kakaotlk",
            "no entry has the service kakaotlk; searched as text",
            "service:daum,kakaotalk",
            "text matches daum kakaotlk",
        ),
        (
            "-service:kakaotlk",
            "no entry has the service kakaotlk; searched as text",
            "service:kakaotalk",
            "text does not have “kakaotlk”",
        ),
        ("author:nobody", "no entry has the author nobody; searched as text", "", None),
        ("tag:logni", "no entry has the tag logni; searched as text", "tag:login", None),
        (
            "author:..",
            "author has no order, so no ranges; left out",
            "",
            "every entry",
        ),
        ("severity:>2", "severity has no order, so no ranges; searched as text", "", None),
        (
            "date:garbage",
            "this date cannot be read (2024-07, 7d, 2023..2024 can); searched as text",
            "",
            "text matches garbage",
        ),
        (
            "date:2024-13-45",
            "this date cannot be read (2024-07, 7d, 2023..2024 can); searched as text",
            "date:2024",
            "text matches 2024-13-45",
        ),
        (
            "since:yesterdy",
            "this date cannot be read (2024-07, 7d, 2023..2024 can); searched as text",
            "since:yesterday",
            "text matches yesterdy",
        ),
        (
            "date:2023..2024-14",
            "this date cannot be read (2024-07, 7d, 2023..2024 can); searched as text",
            "date:2023..2024",
            "text matches 2023 2024-14",
        ),
        (
            "since:>2024",
            "this date cannot be read (2024-07, 7d, 2023..2024 can); searched as text",
            "",
            "text matches 2024",
        ),
        (
            "duration:>90",
            "this length of time cannot be read (>2h, 30m..1d can); searched as text",
            "duration:>90m",
            "text matches 90",
        ),
        (
            "duration:long",
            "this length of time cannot be read (>2h, 30m..1d can); searched as text",
            "",
            "text matches long",
        ),
        (
            "is:opne",
            "there is no is:opne, only open, overdue, recurrence, draft, in-review, published; "
            + TEXT,
            "is:open",
            "text matches opne",
        ),
        (
            "has:nonsense",
            "nothing of an entry is called nonsense; searched as text",
            "",
            "text matches nonsense",
        ),
        (
            "has:timelin",
            "nothing of an entry is called timelin; searched as text",
            "has:timeline",
            None,
        ),
        ("title:the", "only words that are in almost every text; left out", "", "every entry"),
        ('title:"…"', "there is no word in it to search for; left out", "", "every entry"),
    ],
)
def test_a_filter_that_cannot_be_used_is_a_notice_and_text(
    typed: str, message: str, suggestion: str, understood: str | None
) -> None:
    results = search(typed)
    (notice,) = results.notices
    assert (notice.message, notice.suggestion) == (message, suggestion)
    assert notice.part in typed
    if understood is not None:
        assert results.understood == understood


@pytest.mark.parametrize("name", sorted(set(FIELD_ALIASES) | set(FIELDS)))
def test_every_field_can_be_asked_in_all_its_names(name: str) -> None:
    assert FIELD_ALIASES.get(name, name) in FIELDS
    results = search(f"{name}:zzz")
    assert all("no field" not in notice.message for notice in results.notices)


@pytest.mark.parametrize("typed", ["after: ,", "service: ,", "duration: /", "date:, ,x"])
def test_a_sign_after_an_empty_field_is_not_suggested_as_its_value(typed: str) -> None:
    notice, *_ = search(typed).notices
    assert "must follow without a space" in notice.message
    assert not notice.suggestion


@settings(deadline=None)
@given(
    st.sampled_from(sorted(FIELDS)),
    st.one_of(st.text(max_size=20), st.text('0123456789-.,<>=dhm*:" ', max_size=14)),
    st.sampled_from(["", "-", "NOT "]),
)
def test_any_value_of_any_field_is_answered(field: str, value: str, sign: str) -> None:
    results = search(f"{sign}{field}:{value}")
    assert results.understood
    for notice in results.notices:
        if notice.suggestion:
            again = search(notice.suggestion)
            assert all(other.message != notice.message for other in again.notices)
