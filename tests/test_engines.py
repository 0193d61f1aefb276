"""Which search engine is used, and what is said where it cannot be."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from kb.config import ENGINES as CONFIGURED
from kb.config import SHARED, EngineChoice
from kb.errors import IndexFailure, UsageError
from kb.search import engines, location

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunKb

LOCAL = [name for name in engines.EXTRAS if name not in SHARED]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(engines.ENVIRONMENT, raising=False)
    monkeypatch.delenv(engines.HOSTS, raising=False)
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


@pytest.mark.parametrize(
    ("name", "other"),
    [("whoosh", "tantivy"), ("tantivy", "whoosh"), ("whoosh", "opensearchpy")],
)
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


@pytest.mark.parametrize("name", LOCAL)
def test_a_state_set_aside_is_asked_through_the_engine_that_made_it(
    name: str, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = KnowledgeBase.open(entries, engine=name)
    base.sync()
    base.set_aside(tmp_path / "aside")
    others = (other for other in LOCAL if other != name)
    monkeypatch.setenv(engines.ENVIRONMENT, next(others))
    aside = KnowledgeBase.open(entries, snapshot=tmp_path / "aside")
    assert aside.search("zebra").total == 1
    assert aside.status().engine == name


@pytest.mark.parametrize("name", LOCAL)
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


@pytest.mark.parametrize("name", engines.EXTRAS)
def test_what_an_engine_cannot_do_is_declared(name: str, tmp_path: Path) -> None:
    engine = engines.opened(name, None)
    can = {"shared", "contents"} if name in SHARED else {"set-aside"}
    assert engine.capabilities == can
    if "set-aside" not in can:
        with pytest.raises(IndexFailure, match="cannot be set aside"):
            engine.set_aside(tmp_path)
    engine.close()


NOWHERE = "http://127.0.0.1:9"


def test_a_shared_index_is_never_replaced_by_one_in_memory(
    entries: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(engines.HOSTS, NOWHERE)
    told: list[str] = []
    base = KnowledgeBase.open(entries, engine="opensearch", notify=told.append)
    assert base.shared
    for ask in (base.sync, base.list, base.status, base.services, lambda: base.search("zebra")):
        with pytest.raises(IndexFailure, match=f"{NOWHERE} is not there"):
            ask()
    with pytest.raises(IndexFailure, match="not kept"):
        base.set_aside(tmp_path / "aside")
    assert told == []
    assert not KnowledgeBase.open(entries, engine="whoosh").shared


def test_without_a_place_for_stamps_the_notice_says_what_that_costs(
    entries: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(location.ENVIRONMENT, str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    told: list[str] = []
    base = KnowledgeBase.open(entries, engine="opensearch", notify=told.append)
    assert base.shared
    (notice,) = told
    assert "every call reads all of them" in notice
    assert "memory" not in notice


def test_the_stamps_of_each_index_have_a_place_of_their_own(entries: Path) -> None:
    folders = {
        location.index_folder(entries, "opensearch", server)[0]
        for server in ("", "a on OpenSearch at x", "b on OpenSearch at x", "a on OpenSearch at y")
    }
    assert len(folders) == 4


def test_options_are_of_the_engine_that_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = EngineChoice("opensearch", {"hosts": ["http://a.example"], "index": "ours"})
    assert engines.options_of("opensearch", choice) == choice.options
    assert engines.options_of("tantivy", choice) == {}
    monkeypatch.setenv(engines.HOSTS, "http://b.example:9200, http://c.example:9200")
    hosts = ["http://b.example:9200", "http://c.example:9200"]
    assert engines.options_of("opensearch", choice) == {"hosts": hosts, "index": "ours"}
    assert engines.options_of("opensearch", EngineChoice()) == {"hosts": hosts}
    assert engines.options_of("whoosh", EngineChoice()) == {}


def test_source_index_does_not_count_for_an_engine_without_contents(
    entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (entries / "kb.toml").write_text(
        f'engine = {{type = "opensearch", hosts = ["{NOWHERE}"], source = "index"}}\n', "utf-8"
    )
    assert KnowledgeBase.open(entries).reads_index
    monkeypatch.setenv(engines.ENVIRONMENT, "whoosh")
    told: list[str] = []
    base = KnowledgeBase.open(entries, notify=told.append)
    base.sync()
    assert base.search("zebra").total == 1
    assert told == ['source = "index" does not count for whoosh.']


def test_the_environment_says_where_entries_are_read_from_before_the_file_does(
    entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = EngineChoice("opensearch", {}, "index")
    assert engines.reads_index("opensearch", written)
    monkeypatch.setenv(engines.SOURCE, "files")
    assert not engines.reads_index("opensearch", written)
    monkeypatch.setenv(engines.SOURCE, "index")
    assert engines.reads_index("opensearch", EngineChoice())
    assert not engines.reads_index("whoosh", EngineChoice())
    base = KnowledgeBase.open(entries, engine="whoosh")
    base.sync()
    assert base.search("zebra").total == 1


@pytest.mark.parametrize(
    ("line", "environment", "said"),
    [
        ("", {"KB_SOURCE": "indx"}, "Set it to files or index."),
        ("", {"KB_ENGINE": "opensarch"}, "Did you mean opensearch?"),
        ("", {"KB_ENGINE": "opensearch", "KB_OPENSEARCH_HOSTS": "localhost"}, "list of addresses"),
        ('engine = {type = "opensearch", hosts = []}', {}, "hosts = ["),
        ('engine = {type = "opensearch", hosts = "localhost:9200"}', {}, "list of addresses"),
        ('engine = {type = "opensearch", index = "A,b*"}', {}, "name for an index"),
        (
            'engine = {type = "opensearch", hosts = ["https://me:hush@a.example"]}',
            {},
            "KB_OPENSEARCH_PASSWORD",
        ),
        (
            f'engine = {{type = "opensearch", hosts = ["{NOWHERE}"], password = "hush"}}',
            {},
            "engine.password must not stand in kb.toml",
        ),
        (
            f'engine = {{type = "opensearch", hosts = ["{NOWHERE}"], indx = "ours"}}',
            {},
            "Did you mean index?",
        ),
    ],
)
def test_settings_that_make_no_sense_are_told_by_every_command(
    line: str, environment: dict[str, str], said: str, entries: Path, run_kb: RunKb
) -> None:
    (entries / "kb.toml").write_text(f"{line}\n", "utf-8")
    for command in (["search", "zebra"], ["index"], ["related", "one"], ["stats"]):
        result = run_kb("--entries", str(entries), *command, **environment)
        assert (result.exit_code, result.stdout) == (2, ""), command
        assert said in result.stderr
        assert "hush" not in result.output
