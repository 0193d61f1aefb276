"""Formats at the end of a whole review: real rules, real files, all formats in one run."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import pytest

from kb.review.reports import FORMATS
from kb.review.rules import RULES
from tests.conftest import ENTRIES
from tests.review_schemas import junit_schema, problems_with, sarif_schema, schema_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunKb

FLAWED = """---
title: 로그인 장애 🔥
date: 2024-07-18
services: [login]
causes: [network]
severity: 매우심각 # 🔥
status: published
timezone: Asia/Seoul
started: 2024-07-18T10:54:00+09:00
resolved: 2024-07-18T09:20:00+09:00
---

## 요약

TODO 추후 작성
"""


@pytest.fixture
def folder(tmp_path: Path, plain_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one flawed entry, decomposed as macOS leaves it, with the ends of Windows."""
    assert plain_environment.is_dir()
    place = tmp_path / "entries" / "2024" / "2024-07-18-login.md"
    place.parent.mkdir(parents=True)
    content = unicodedata.normalize("NFD", FLAWED).replace("\n", "\r\n")
    place.write_bytes(content.encode())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


def written(run_kb: RunKb, folder: Path, *entries: str) -> dict[str, str]:
    """Every format of one review of these entries, by its name."""
    places = {name: folder / f"report.{name}" for name in FORMATS}
    formats = [f"--format={name}:{place}" for name, place in places.items()]
    result = run_kb(*entries, "review", "--no-related", *formats)
    assert result.exit_code in {0, 1}, result.output
    return {name: place.read_text("utf-8") for name, place in places.items()}


def assert_valid(told: dict[str, str]) -> None:
    assert problems_with(told["sarif"], sarif_schema()) == []
    assert problems_with(told["gitlab"], schema_of("code-quality")) == []
    assert problems_with(told["rdjson"], schema_of("rdjson")) == []
    junit_schema().validate(told["junit"])
    assert json.loads(told["json"])["schema_version"] == 1


def test_all_formats_of_a_flawed_entry_are_valid_and_tell_the_same(
    run_kb: RunKb, folder: Path
) -> None:
    told = written(run_kb, folder)
    assert_valid(told)
    found = json.loads(told["json"])["findings"]
    assert len(found) >= 4
    rules = sorted(one["rule"] for one in found)
    results = json.loads(told["sarif"])["runs"][0]["results"]
    assert sorted(one["ruleId"] for one in results) == rules
    assert sorted(one["check_name"] for one in json.loads(told["gitlab"])) == rules
    assert (
        sorted(one["code"]["value"] for one in json.loads(told["rdjson"])["diagnostics"]) == rules
    )
    for rule in rules:
        assert rule in told["text"]
        assert rule in told["junit"]


def test_places_are_those_of_the_decomposed_file(run_kb: RunKb, folder: Path) -> None:
    told = written(run_kb, folder)
    raw = (folder / "entries" / "2024" / "2024-07-18-login.md").read_bytes().split(b"\r\n")
    [place] = [
        one["location"]["range"]
        for one in json.loads(told["rdjson"])["diagnostics"]
        if one["location"]["range"]["start"]["line"] == 6
    ]
    quoted = raw[5][place["start"]["column"] - 1 : place["end"]["column"] - 1].decode()
    assert unicodedata.normalize("NFC", quoted) == "매우심각"
    [own] = [one for one in json.loads(told["json"])["findings"] if one["line"] == 6]
    assert raw[5].decode()[own["column"] - 1 : own["end_column"] - 1] == quoted


def test_all_formats_of_our_own_entries_are_valid(run_kb: RunKb, folder: Path) -> None:
    told = written(run_kb, folder, "--entries", str(ENTRIES))
    assert_valid(told)
    driver = json.loads(told["sarif"])["runs"][0]["tool"]["driver"]
    help_of = {one["id"]: one["help"]["markdown"] for one in driver["rules"]}
    assert len(help_of) > 100
    for rule in RULES:
        if rule.code not in help_of:  # entries/kb.toml disables a few
            continue
        assert rule.why in help_of[rule.code]
        assert rule.bad in help_of[rule.code]


def test_annotations_come_with_the_summary_of_the_step(run_kb: RunKb, folder: Path) -> None:
    summary = folder / "summary.md"
    summary.write_text("of a step before\n", "utf-8")
    result = run_kb(
        "review", "--no-related", "--format", "github", GITHUB_STEP_SUMMARY=str(summary)
    )
    assert result.stdout.startswith("::error file=")
    told = summary.read_text("utf-8")
    assert told.startswith("of a step before\n## Postmortem review: ")
    assert "매우심각" in told
