"""`kb export json|csv`: the whole knowledge base, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.export_tables import TABLES, entry_rows
from kb.model import Postmortem

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunKb

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_has_what_show_says_of_every_entry(run_kb: RunKb) -> None:
    document = json.loads(run_kb("export", "json").stdout)
    listed = json.loads(run_kb("list", "--json").stdout)["entries"]
    assert document["schema_version"] == 1
    assert {one["id"] for one in document["entries"]} == {one["id"] for one in listed}
    first = document["entries"][0]
    assert first == json.loads(run_kb("show", first["id"], "--json").stdout)
    assert [one["path"] for one in document["entries"]] == sorted(one["path"] for one in listed)


def test_csv_has_a_row_for_every_entry(run_kb: RunKb) -> None:
    result = run_kb("export", "csv")
    rows = {row["id"]: row for row in table(result.stdout)}
    assert len(rows) == 8
    row = rows["2024-07-18-login-network-outage"]
    shown = json.loads(run_kb("show", "2024-07-18-login-network-outage", "--json").stdout)
    assert row["title"] == shown["title"]
    assert row["services"] == "; ".join(shown["services"])
    assert row["started"] == shown["started"]
    assert row["duration_minutes"] == str(shown["duration_minutes"])
    assert not result.stdout.startswith("\ufeff")
    assert "\r\n" in result.stdout_bytes.decode()


def test_tables_for_spreadsheets_begin_with_a_byte_order_mark_and_hold_everything(
    run_kb: RunKb, tmp_path: Path
) -> None:
    result = run_kb("export", "csv", "--to", str(tmp_path / "tables"))
    assert result.exit_code == 0
    tables = {}
    for name in TABLES:
        content = (tmp_path / "tables" / f"{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        tables[name] = table(content.decode("utf-8-sig"))
    document = json.loads(run_kb("export", "json").stdout)["entries"]
    assert len(tables["entries"]) == len(document)
    for name in ("follow_ups", "timeline"):
        assert len(tables[name]) == sum(len(entry[name]) for entry in document) > 0
    assert {row["done"] for row in tables["follow_ups"]} <= {"yes", "no", ""}


def test_json_can_be_a_file(run_kb: RunKb, tmp_path: Path) -> None:
    result = run_kb("export", "json", "--to", str(tmp_path))
    place = tmp_path / "postmortems.json"
    assert result.stdout.strip() == str(place)
    assert place.read_text("utf-8") == run_kb("export", "json").stdout
    assert [one.name for one in tmp_path.iterdir()] == [place.name]


def test_what_is_exported_again_replaces_what_was(run_kb: RunKb, tmp_path: Path) -> None:
    (tmp_path / "entries.csv").write_text("old")
    (tmp_path / "mine.txt").write_text("kept")
    assert run_kb("export", "csv", "--to", str(tmp_path)).exit_code == 0
    assert (tmp_path / "entries.csv").read_text("utf-8-sig") != "old"
    assert (tmp_path / "mine.txt").read_text() == "kept"


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(
    run_kb: RunKb, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    result = run_kb("export", "csv", "--to", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    (tmp_path / "timeline.csv").mkdir()
    assert run_kb("export", "csv", "--to", str(tmp_path)).exit_code == 2
    assert not list(tmp_path.glob(".kb-export-*"))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    (row,) = entry_rows(Postmortem("a", "a.md", title=text, services=(text,), authors=(text, "b")))
    assert not [cell for cell in row if str(cell).startswith(FORMULAS)]
    assert f"'{text}" in row


@given(st.text(max_size=20), st.lists(st.text(max_size=5)))
def test_every_cell_survives_a_spreadsheet(title: str, tags: list[str]) -> None:
    (row,) = entry_rows(Postmortem("a", "a.md", title=title, tags=tuple(tags)))
    text = io.StringIO(newline="")
    csv.writer(text).writerow(row)
    assert list(csv.reader(io.StringIO(text.getvalue(), newline=""))) == [[str(c) for c in row]]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_no_entries_are_an_empty_export(run_kb: RunKb, tmp_path: Path, form: str) -> None:
    (tmp_path / "entries").mkdir()
    result = run_kb("--entries", str(tmp_path / "entries"), "export", form)
    assert result.exit_code == 0
    if form == "json":
        assert json.loads(result.stdout)["entries"] == []
    else:
        assert len(result.stdout.splitlines()) == 1


def test_a_site_needs_a_folder_and_a_whole_address(run_kb: RunKb, tmp_path: Path) -> None:
    assert "--to" in run_kb("export", "site").stderr
    result = run_kb("export", "site", "--to", str(tmp_path), "--base-url", "example.com")
    assert result.exit_code == 2
    assert "no web address" in result.stderr
