"""Which search engine is used, and what is said where it cannot be."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from kb.config.settings import ENGINES as CONFIGURED
from kb.errors import UsageError
from kb.search import engines, location

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(engines.ENVIRONMENT, raising=False)
    monkeypatch.setenv(location.ENVIRONMENT, str(tmp_path / "cache"))


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    folder = tmp_path / "entries"
    folder.mkdir()
    (folder / "one.md").write_text("---\ntitle: One\n---\n## Summary\nA zebra.\n", "utf-8")
    return folder


def used(base: KnowledgeBase) -> str:
    base.sync()
    return base.status().engine


def test_what_is_asked_counts_before_the_environment_and_that_before_the_file(
    entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert used(KnowledgeBase.open(entries)) == engines.DEFAULT
    (entries / "kb.toml").write_text('engine = "tantivy"\n', "utf-8")
    assert used(KnowledgeBase.open(entries)) == "tantivy"
    monkeypatch.setenv(engines.ENVIRONMENT, "whoosh")
    assert used(KnowledgeBase.open(entries)) == "whoosh"
    assert used(KnowledgeBase.open(entries, engine="tantivy")) == "tantivy"
    monkeypatch.setenv(engines.ENVIRONMENT, " ")
    assert used(KnowledgeBase.open(entries)) == "tantivy"


def test_every_engine_there_is_can_be_configured() -> None:
    assert set(engines.EXTRAS) <= set(CONFIGURED)
    assert CONFIGURED[0] == engines.DEFAULT


def test_a_name_that_is_no_engine_is_told_with_those_that_are(entries: Path) -> None:
    with pytest.raises(UsageError, match="no search engine 'tantiwy'") as caught:
        KnowledgeBase.open(entries, engine="tantiwy")
    assert caught.value.remedy.startswith("Did you mean tantivy?")
    for name in engines.EXTRAS:
        assert name in caught.value.remedy


def test_an_engine_that_is_not_installed_is_told_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="tantivy is not installed") as caught:
        engines.chosen("tantivy", engines.DEFAULT)
    assert caught.value.remedy == "Install it: pip install 'postmortem-kb[fast]'"
    assert engines.chosen(None, engines.DEFAULT) == engines.DEFAULT


@pytest.mark.parametrize(("name", "other"), [("whoosh", "tantivy"), ("tantivy", "whoosh")])
def test_only_the_engine_in_use_is_imported(name: str, other: str, entries: Path) -> None:
    script = (
        "import sys; from kb import KnowledgeBase\n"
        "base = KnowledgeBase.open(sys.argv[1], engine=sys.argv[2])\n"
        "base.sync(); assert base.search('zebra').total == 1\n"
        "assert sys.argv[3] not in sys.modules, sys.argv[3]\n"
    )
    command = [sys.executable, "-c", script, str(entries), name, other]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize("name", engines.EXTRAS)
def test_a_state_set_aside_is_asked_through_the_engine_that_made_it(
    name: str, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = KnowledgeBase.open(entries, engine=name)
    base.sync()
    base.set_aside(tmp_path / "aside")
    others = (other for other in engines.EXTRAS if other != name)
    monkeypatch.setenv(engines.ENVIRONMENT, next(others))
    aside = KnowledgeBase.open(entries, snapshot=tmp_path / "aside")
    assert aside.search("zebra").total == 1
    assert aside.status().engine == name


@pytest.mark.parametrize("name", engines.EXTRAS)
def test_where_no_index_can_be_written_one_is_kept_in_memory(
    name: str, entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "index_folder", lambda *_: (None, "In memory only."))
    told: list[str] = []
    base = KnowledgeBase.open(entries, engine=name, notify=told.append)
    base.sync()
    assert base.search("zebra").total == 1
    assert (base.status().engine, base.status().location) == (name, None)
    assert told == ["In memory only."]


def test_each_engine_has_a_folder_of_its_own(entries: Path) -> None:
    folders = {location.index_folder(entries, name)[0] for name in engines.EXTRAS}
    assert len(folders) == len(engines.EXTRAS)
