"""An entry becomes words, keywords and numbers; markup is left behind."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.document import parse
from kb.search.documents import build, plain
from kb.search.engine import KEYWORD_FIELDS, NUMBER_FIELDS, ZONES, Document
from kb.search.keywords import PRESENCES, fold, part_field, parts
from kb.vocabulary import Service, Vocabulary

VOCABULARY = Vocabulary(services={"kakaotalk": Service("kakaotalk", "카카오톡", aliases=("카톡",))})
ENTRY = """\
---
title: 카카오톡 login outage
date: 2024-07-18
services: [카톡]
causes: [network]
severity: P2
status: published
timezone: Asia/Seoul
started: 2024-07-18T10:54:00+09:00
detected: 2024-07-18T10:56:00+09:00
resolved: 2024-07-18T12:20:00+09:00
detected_by: alert
authors: [Kim Min-ji]
tags: [login]
aliases: [INC-17]
Incident Commander: Park Ji-ho
sources: [{title: Login fails, publisher: ETNews, url: "https://example.org/1"}]
---

Intro before any heading.

## Summary

**Nobody** could log in.

### Details

Only on PC.

## Root cause

라우터 오류

## Lessons learned

Test failover.

## Follow-ups

- [ ] One, due: 2024-08-31
- [ ] Two, due: 2024-08-15
- [x] Three, due: 2024-01-01
"""


def document(text: str = ENTRY, path: str = "2024/2024-07-18-login.md") -> Document:
    entry = parse(text.encode(), path, VOCABULARY, "Asia/Seoul")
    return build(entry, "fingerprint", VOCABULARY.canonical)


@pytest.mark.parametrize(
    ("zone", "held"),
    [
        ("title", "카카 카오 오톡 login outag"),
        ("names", "카톡 kakaotalk network kim min ji inc 17 inc-17 park ho p2"),
        ("summary", "nobodi could log"),
        ("root-cause", "라우 우터 오류"),
        ("other", "intro head test failov lesson learn"),
        ("follow-ups", "one two three"),
    ],
)
def test_a_zone_holds_these_terms(zone: str, held: str) -> None:
    expected = set(held.split()) - {"could"}
    assert expected <= document().zones[zone].keys()


def test_a_text_counts_in_its_own_section_only() -> None:
    zones = document().zones
    assert [zone for zone in zones if "pc" in zones[zone]] == ["other"] or (
        [zone for zone in zones if "pc" in zones[zone]] == ["summary"]
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("service", {"kakaotalk"}),
        ("cause", {"network"}),
        ("severity", {"sev2"}),
        ("id", {"2024-07-18-login", "inc-17"}),
        ("author", {"kim min-ji"}),
        ("detected-by", {"alert"}),
        ("timezone", {"asia/seoul"}),
        ("resolved", {"2024-07-18"}),
        ("incident-commander", {"park ji-ho"}),
        (part_field("incident-commander"), {"park", "ji", "ho"}),
    ],
)
def test_a_keyword_field_holds_these_values(field: str, values: set[str]) -> None:
    assert document().keywords[field] == values


def test_numbers_are_days_and_minutes() -> None:
    numbers = document().numbers
    assert numbers["duration"] == 86
    assert numbers["detect-time"] == 2
    assert "mitigate-time" not in numbers
    assert numbers["week-hour"] == 3 * 24 + 10, "a Thursday, from 10:54 where it happened"
    assert numbers["open"] == 2
    assert numbers["due"] - numbers["date"] == 28
    assert set(numbers) <= set(NUMBER_FIELDS)


def test_the_hour_of_the_week_needs_a_time_of_day() -> None:
    numbers = document("---\ndate: 2024-07-18\nmitigated: 2024-07-18T11:36:00+09:00\n---\n").numbers
    assert not {"week-hour", "mitigate-time"} & numbers.keys()
    mitigated = ENTRY.replace("resolved:", "mitigated: 2024-07-18T02:36:00Z\nresolved:")
    assert document(mitigated).numbers["mitigate-time"] == 42


def test_facets_are_the_values_that_are_counted() -> None:
    assert document().facets == {
        "service": ("kakaotalk",),
        "cause": ("network",),
        "severity": ("sev2",),
        "year": ("2024",),
        "status": ("published",),
        "month": ("2024-07",),
    }
    assert document("", "empty.md").facets["month"] == ()


def test_lists_show_times_and_follow_ups_without_reading_files() -> None:
    summary = document().summary
    assert summary["detected"] == "2024-07-18T10:56:00+09:00"
    assert summary["mitigated"] is None
    assert summary["follow_ups"][0] == {
        "text": "One",
        "done": False,
        "owner": None,
        "due": "2024-08-31",
        "ticket": None,
        "line": 40,
    }
    assert [item["done"] for item in summary["follow_ups"]] == [False, False, True]
    assert summary["problems"] == len(document().shown["findings"])
    assert not {"sections", "findings"} & summary.keys()


def test_what_is_there_can_be_asked_for_and_nothing_else() -> None:
    held = document().keywords["has"]
    assert {"service", "lessons", "root-cause", "detected", "source", "follow-up"} <= held
    assert not {"mitigated", "timeline", "trigger", "impact"} & held
    assert held - {"incident-commander", "id", "other"} <= PRESENCES


def test_names_are_kept_as_written_with_what_they_became() -> None:
    assert ("service", "카톡", "kakaotalk") in document().written


def test_words_are_as_people_write_them() -> None:
    assert {"카카오톡", "outage", "라우터", "inc-17", "failover"} <= document().words


def test_an_empty_entry_is_a_document_too() -> None:
    empty = document("", "empty.md")
    assert empty.keywords["id"] == {"empty"}
    assert set(empty.zones) <= set(ZONES)
    assert set(empty.keywords) & set(KEYWORD_FIELDS)


def test_the_same_entry_gives_the_same_document() -> None:
    assert document() == document()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**bold** and *it* `code` ~~x~~ __b__", "bold and it code x b"),
        ("**bold *it* x**", "bold it x"),
        ("a*b*c and 2 * 3 * 4", "a*b*c and 2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
        ("- [x] done\n* item\n1. one", "done\nitem\none"),
        ("> > quote", "quote"),
        ("### heading", "heading"),
        ('[link](http://x.y/a_(b)) ![alt](a.png "t")', "link alt"),
        ("a[0](x)", "a0"),
        ("```python\ncode()\n```", "\ncode()\n"),
        ("| a | b |\n|---|:--:|\n| 1 | 2 |", "  a   b  \n\n  1   2  "),
        ("x <!-- hidden --> y", "x  y"),
        ("x <!-- open", "x <!-- open"),
        ("one<br/>two <b>three</b>", "one two  three "),
        ("5 < 6 > 4 and List<String>", "5 < 6 > 4 and List<String>"),
        ("plain", "plain"),
    ],
)
def test_markdown_without_its_marks(markdown: str, expected: str) -> None:
    assert plain(markdown) == expected


@pytest.mark.parametrize(
    "markdown",
    [
        "*a " * 40_000,
        "**" * 50_000,
        "`a " * 50_000,
        "_a_b" * 30_000,
        "<!-- " * 40_000,
        " " * 100_000 + "x",
        "--" + " " * 100_000 + "x",
        "|--" * 30_000 + "x",
        "[" * 100_000,
        "[a](" * 30_000,
        '[a](x "' * 20_000,
        "<b " * 40_000,
        "> " * 50_000,
    ],
)
def test_hostile_markup_takes_no_time(markdown: str) -> None:
    begun = time.process_time()
    plain(markdown)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("value", "folded"),
    [("Kim  Min-ji", "kim min-ji"), ("ＫＡＫＡＯ", "kakao"), (" x ", "x"), ("Straße", "strasse")],
)
def test_keyword_values_are_compared_so(value: str, folded: str) -> None:
    assert fold(value) == folded


def test_the_parts_of_a_joined_value_are_its_words() -> None:
    assert parts("kakao-corp") == parts("Kakao Corp") == {"kakao", "corp"}


@given(st.text(max_size=200))
def test_any_text_can_be_a_document(text: str) -> None:
    entry = f"---\ntitle: x\n---\n\n## Summary\n\n{text}\n"
    built = build(parse(entry.encode("utf-8", "replace"), "x.md", VOCABULARY), "", lambda *_: None)
    for zone, terms in built.zones.items():
        assert zone in ZONES
        assert all(places == sorted(places) for places in map(list, terms.values()))
