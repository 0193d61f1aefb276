"""Entries as JSON values."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime

from kb.export import entry_to_json, name_to_json, recurrence_to_json, summary_to_json
from kb.finding import Finding
from kb.follow_ups import EntryFollowUp
from kb.model import FollowUp, Postmortem, Section, Source, TimelineEvent
from kb.overview import EntrySummary, NameCount
from kb.recurrences import Recurrence

STARTED = datetime(2024, 7, 18, 1, 54, tzinfo=UTC)
RESOLVED = datetime(2024, 7, 18, 3, 20, tzinfo=UTC)

ENTRY = Postmortem(
    id="2024-07-18-login",
    path="2024/2024-07-18-login.md",
    title="로그인 장애",
    date=date(2024, 7, 18),
    services=("login", "checkout"),
    causes=("network",),
    severity="sev2",
    status="published",
    timezone="Asia/Seoul",
    started=STARTED,
    resolved=RESOLVED,
    language="ko",
    sources=(Source("Status", "Shop", "https://status.example", "2024-07-18"),),
    extra={"runbook": ("RB-7", "RB-8")},
    sections=(Section("impact", "영향", 2, "영향", 20, "모두"),),
    timeline=(
        TimelineEvent(
            date(2024, 7, 18), "10:54", "KST", STARTED, RESOLVED, "시작", "started", True, 24, "t1"
        ),
        TimelineEvent(None, None, None, None, None, "later", None, False, 25, "t2"),
    ),
    follow_ups=(FollowUp("Fix", None, "network team", date(2024, 8, 31), "NET-12", 30),),
    findings=(Finding("unknown-cause", "warning", "a.md", 5, "Not known.", "Use network.", 9),),
)


def test_an_entry_has_the_fields_of_the_contract() -> None:
    exported = entry_to_json(ENTRY)
    assert exported["schema_version"] == 1
    assert exported["date"] == "2024-07-18"
    assert exported["started"] == "2024-07-18T01:54:00+00:00"
    assert exported["detected"] is None
    assert exported["duration_minutes"] == 86
    assert exported["extra"] == {"runbook": ["RB-7", "RB-8"]}
    assert exported["sections"] == [
        {"kind": "impact", "heading": "영향", "anchor": "영향", "line": 20, "text": "모두"}
    ]
    assert exported["timeline"] == [
        {
            "date": "2024-07-18",
            "time": "10:54",
            "zone": "KST",
            "at": "2024-07-18T01:54:00+00:00",
            "until": "2024-07-18T03:20:00+00:00",
            "text": "시작",
            "kind": "started",
            "line": 24,
        },
        {
            "date": None,
            "time": None,
            "zone": None,
            "at": None,
            "until": None,
            "text": "later",
            "kind": None,
            "line": 25,
        },
    ]
    assert exported["follow_ups"] == [
        {
            "text": "Fix",
            "done": None,
            "owner": "network team",
            "due": "2024-08-31",
            "ticket": "NET-12",
            "line": 30,
        }
    ]
    assert exported["findings"][0]["help"] == "Use network."


def test_every_field_of_an_entry_is_exported_but_where_it_was_read_from() -> None:
    fields = set(Postmortem.__dataclass_fields__) - {"source_lines", "written"}
    assert fields <= entry_to_json(ENTRY).keys()


def test_it_is_json_without_any_conversion() -> None:
    exported = entry_to_json(ENTRY)
    assert json.loads(json.dumps(exported)) == exported


def test_an_empty_entry_has_all_keys_too() -> None:
    assert entry_to_json(Postmortem("x", "x.md")).keys() == entry_to_json(ENTRY).keys()


SUMMARY = EntrySummary(
    id="2024-07-18-login",
    path="2024/2024-07-18-login.md",
    title="로그인 장애",
    date="2024-07-18",
    services=("login",),
    causes=("network",),
    severity="sev2",
    status="published",
    started=None,
    resolved=None,
    duration_minutes=None,
    open_follow_ups=1,
    problems=0,
)


def test_a_summary_and_a_name_have_all_their_fields_in_order() -> None:
    name = NameCount("login", label="로그인", aliases=("sign-in",), count=3, latest="2024-07-18")
    for exported, value in ((summary_to_json(SUMMARY), SUMMARY), (name_to_json(name), name)):
        assert json.dumps(exported) == json.dumps(asdict(value))


def test_a_recurrence_has_its_entries_and_what_was_left_undone() -> None:
    undone = EntryFollowUp(
        entry_id=SUMMARY.id,
        entry_title=SUMMARY.title,
        entry_path=SUMMARY.path,
        entry_date=SUMMARY.date,
        services=SUMMARY.services,
        severity=SUMMARY.severity,
        text="Fix",
        done=False,
        owner=None,
        due="2024-08-31",
        ticket=None,
        line=30,
        days_overdue=5,
    )
    exported = recurrence_to_json(Recurrence("login", "network", (SUMMARY, SUMMARY), (undone,)))
    assert [exported["service"], exported["cause"]] == ["login", "network"]
    assert exported["entries"] == [summary_to_json(SUMMARY)] * 2
    assert exported["open_before"] == [undone.to_json()]


def test_nothing_that_runs_pays_for_the_types_of_the_json() -> None:
    program = "import sys, kb.export, kb.search.answer, kb.stats; print('kb.shapes' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
