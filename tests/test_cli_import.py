"""`kb import` and `kb new --from`, run as people run them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunKb

DOCUMENTS = Path(__file__).parent / "fixtures" / "documents"


@pytest.fixture
def documents(own_entries: Path) -> Path:
    folder = own_entries.parent / "documents"
    shutil.copytree(DOCUMENTS, folder)
    return folder


def test_json_is_one_object_a_document_in_the_shape_of_show(run_kb: RunKb) -> None:
    result = run_kb("import", "--dry-run", "--json", "documents")
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    shown = json.loads(run_kb("show", "2024-03-12", "--json").stdout)
    assert [Path(one["file"]).name for one in found] == [
        "PM-017_checkout_errors.md",
        "portal-news.md",
    ]
    for one in found:
        assert shown.keys() <= one.keys()
        assert (
            {"line", "text", "why"} == set(one["not_understood"][0])
            if one["not_understood"]
            else True
        )
    assert (found[0]["timezone"], found[1]["timezone"]) == ("UTC", "")
    assert found[0]["guessed"] == ["services", "causes"]
    assert "Would import 2 documents" in result.stderr


def test_json_explains_every_value(run_kb: RunKb) -> None:
    result = run_kb("import", "--dry-run", "--json", "--explain", "documents/portal-news.md")
    evidence = {one["field"]: one for one in json.loads(result.stdout)["evidence"]}
    assert evidence["started"]["line"] == 10
    assert evidence["date"]["guessed"] is True


def test_imported_entries_are_found_listed_and_shown(run_kb: RunKb, documents: Path) -> None:
    result = run_kb("import", str(documents))
    assert result.exit_code == 0
    assert "Imported 2 documents to entries: 2 new." in result.stdout
    assert "2024-04-08-checkout-errors" in run_kb("list").stdout
    shown = run_kb("show", "2024-04-08-checkout").stdout
    assert "Route restored" in shown
    assert "+7 min" in shown
    hits = run_kb("search", "gateway service:checkout is:open", "--ids").stdout.split()
    assert hits[0] == "2024-04-08-checkout-errors-after-a-gateway-change"
    again = run_kb("import", str(documents))
    assert "Imported 2 documents to entries: 2 unchanged." in again.stdout


def test_a_folder_of_its_own_is_made(run_kb: RunKb, documents: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "entries"
    result = run_kb("import", str(documents), "--to", str(target))
    assert result.exit_code == 0
    assert (target / "2024" / "2024-04-08-checkout-errors-after-a-gateway-change.md").is_file()
    listed = run_kb("--entries", str(target), "list", "--json")
    assert len(json.loads(listed.stdout)["entries"]) == 2


def test_without_a_knowledge_base_the_built_in_names_do(
    run_kb: RunKb, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    shutil.rmtree(tmp_path / "entries")
    result = run_kb("import", str(documents), "--to", "out")
    assert result.exit_code == 0
    assert len(list((elsewhere / "out").rglob("*.md"))) == 2


def test_a_dry_run_needs_no_knowledge_base(
    run_kb: RunKb, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    shutil.rmtree(tmp_path / "entries")
    dry = run_kb("import", str(documents), "--dry-run", "--json")
    assert dry.exit_code == 0
    assert len(dry.stdout.splitlines()) == 2
    assert list(elsewhere.iterdir()) == []
    wet = run_kb("import", str(documents))
    assert wet.exit_code == 2
    assert "There is no entries folder" in wet.stderr


def test_one_bad_source_does_not_stop_the_rest(run_kb: RunKb, documents: Path) -> None:
    (documents / "a.docx").write_bytes(b"PK\x03\x04word/document.xml")
    result = run_kb("import", "--dry-run", str(documents), "missing.md")
    assert result.exit_code == 1
    assert "a.docx is a Word document" in result.stderr
    assert "There is no file or folder missing.md" in result.stderr
    assert "Would import 2 documents" in result.stdout
    assert "Not read: 2." in result.stdout


def test_a_file_that_cannot_be_written_does_not_stop_the_rest(
    run_kb: RunKb, documents: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "2024").write_text("in the way", "utf-8")
    result = run_kb("import", str(documents), "--to", str(target))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "1 new" in result.stdout


def test_standard_input_is_a_source(run_kb: RunKb) -> None:
    from click.testing import CliRunner

    from kb.cli.root import root

    del run_kb
    result = CliRunner().invoke(root, ["import", "-", "--dry-run"], input=b"# Piped\n\nText.\n")
    assert result.exit_code == 0
    assert result.stdout.startswith("- -> undated/piped.md")


def test_new_from_a_document_takes_the_names_given(run_kb: RunKb, documents: Path) -> None:
    source = str(documents / "PM-017_checkout_errors.md")
    result = run_kb("new", "Checkout down", "--from", source, "--cause", "network")
    assert (result.exit_code, result.stdout) == (0, "entries/2024/2024-04-08-checkout-down.md\n")
    text = Path("entries/2024/2024-04-08-checkout-down.md").read_text("utf-8")
    assert "causes: [network]" in text
    assert "guessed: [services]" in text
    assert "Route restored, checkout back to normal" in text
    again = run_kb("new", "--from", source)
    assert again.exit_code == 2
    assert "was imported from this document before" in again.stderr


def test_new_from_says_what_is_wrong(run_kb: RunKb, documents: Path) -> None:
    assert run_kb("new", "--from", "nothing.md").exit_code == 1
    assert run_kb("new").exit_code == 2
    source = str(documents / "portal-news.md")
    result = run_kb("new", "--from", source, "--cause", "netwrok")
    assert result.exit_code == 2
    assert "Did you mean network" in result.stderr
