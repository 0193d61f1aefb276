"""Files of imported entries: where they go, and what importing again does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from kb.document import parse
from kb.importing.entry_files import EntryFiles, Written, stored_name
from kb.importing.reading import read_document
from kb.importing.source import SourceDocument
from kb.importing.sources import read_document as read_source
from kb.vocabulary import DEFAULT_VOCABULARY

if TYPE_CHECKING:
    from pathlib import Path

Import = Callable[..., Written]

TEXT = "# Queue full\n\n## Timeline\n\n- 2024-04-08 10:00 UTC Outage starts\n"


@pytest.fixture
def bring(tmp_path: Path) -> Import:
    def run(text: str, name: str = "docs/a.md", *, dry_run: bool = False) -> Written:
        (document,) = read_source(name, text.encode)
        assert isinstance(document, SourceDocument)
        files = EntryFiles(tmp_path / "entries", dry_run=dry_run)
        return files.add(read_document(document, DEFAULT_VOCABULARY))

    return run


def test_an_entry_lies_in_the_folder_of_its_year(bring: Import, tmp_path: Path) -> None:
    written = bring(TEXT)
    assert written == Written("2024-04-08-queue-full", "2024/2024-04-08-queue-full.md", "new")
    entry = parse(
        (tmp_path / "entries" / written.path).read_bytes(), written.path, DEFAULT_VOCABULARY
    )
    assert (entry.status, entry.extra["imported"]) == ("draft", ("true",))
    assert entry.extra["imported_from"] == ("docs/a.md",)
    assert bring("# No day\n", "b.md").path == "undated/no-day.md"


def test_a_dated_file_name_stays_the_id(bring: Import) -> None:
    assert bring("# Other words\n", "2024-04-08-short.md").id == "2024-04-08-short"
    assert bring("# 2024-04-08, Queue full\n", "c.md").id == "2024-04-08-queue-full"
    assert bring("# 2024|04|08, Disk full\n", "d.md").path == "undated/disk-full.md"


def test_importing_again_changes_nothing(bring: Import, tmp_path: Path) -> None:
    place = tmp_path / "entries" / bring(TEXT).path
    before = place.read_bytes(), place.stat().st_mtime_ns
    assert bring(TEXT).outcome == "unchanged"
    assert bring(TEXT, "moved/elsewhere.md").outcome == "unchanged"
    assert (place.read_bytes(), place.stat().st_mtime_ns) == before
    assert len(list((tmp_path / "entries").rglob("*.md"))) == 1


def test_a_changed_source_updates_its_entry(bring: Import, tmp_path: Path) -> None:
    first = bring(TEXT)
    second = bring(TEXT.replace("Queue full", "Queue overfull") + "- 10:30 Resolved\n")
    assert (second.path, second.outcome) == (first.path, "updated")
    text = (tmp_path / "entries" / first.path).read_text("utf-8")
    assert "title: Queue overfull" in text
    assert "resolved: 2024-04-08T10:30" in text


@pytest.mark.parametrize("old", ["status: draft", "Outage starts"])
def test_an_edited_entry_is_never_overwritten(bring: Import, tmp_path: Path, old: str) -> None:
    first = bring(TEXT)
    place = tmp_path / "entries" / first.path
    place.write_text(place.read_text("utf-8").replace(old, f"{old} edited"), "utf-8")
    kept = place.read_bytes()
    second = bring(TEXT + "\nMore.\n")
    assert second.outcome == "edited"
    assert [one.rule for one in second.findings] == ["edited-since-import"]
    assert place.read_bytes() == kept


def test_a_file_that_was_not_imported_is_never_touched(bring: Import, tmp_path: Path) -> None:
    own = tmp_path / "entries" / "2023" / "2024-04-08-queue-full.md"
    own.parent.mkdir(parents=True)
    own.write_text("mine", "utf-8")
    assert bring(TEXT).id == "2024-04-08-queue-full-2"
    assert own.read_text("utf-8") == "mine"


def test_a_dry_run_writes_nothing_and_gives_the_same_ids(bring: Import, tmp_path: Path) -> None:
    assert bring(TEXT, dry_run=True).id == "2024-04-08-queue-full"
    assert not (tmp_path / "entries").exists()


def test_the_whole_original_is_in_the_entry(bring: Import, tmp_path: Path) -> None:
    text = (
        "---\ntitle: Queue full # as it was called\nteam: blue\nnotes: [a, b]\n---\n"
        "Before.\n\n# Queue full\n\n<!-- a comment -->\n\n| ragged |\n|---|---|\n\nEnd"
    )
    written = (tmp_path / "entries" / bring(text).path).read_text("utf-8")
    assert all(line in written for line in text.split("\n"))
    assert "## Original notes" in written


def test_metadata_of_every_kind_comes_back(bring: Import, tmp_path: Path) -> None:
    text = (
        "---\ntitle: Queue full\nkeywords: [a b, c]\nuuid: 0e1\nurl: https://example.com/x\n"
        'company: "ACME: Co"\nempty:\nnested:\n  inner: 1\n---\n\nText.\n'
    )
    written = bring(text)
    entry = parse(
        (tmp_path / "entries" / written.path).read_bytes(), written.path, DEFAULT_VOCABULARY
    )
    assert entry.tags == ("a b", "c")
    assert entry.extra["uuid"] == ("0e1",)
    assert entry.extra["company"] == ("ACME: Co",)
    assert entry.extra["nested.inner"] == ("1",)
    assert [source.url for source in entry.sources] == ["https://example.com/x"]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("/home/ana/docs/a.md", "docs/a.md"),
        ("../../docs/a.md#2", "docs/a.md#2"),
        ("a.md", "a.md"),
        ("https://example.com/a/b/c", "https://example.com/a/b/c"),
        ("-", "-"),
    ],
)
def test_no_folder_of_somebodys_machine_is_kept(name: str, stored: str) -> None:
    assert stored_name(name) == stored
