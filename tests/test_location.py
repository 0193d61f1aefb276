"""Where an index lives, and whose folder it may never be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kb.search import location

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place that the environment names; temporary files are in a place of their own."""
    monkeypatch.setenv(location.ENVIRONMENT, str(tmp_path / "cache"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "cache"


def test_each_entries_folder_has_a_place_of_its_own(cache: Path, tmp_path: Path) -> None:
    one, notice = location.index_folder(tmp_path / "team" / "entries")
    two, _ = location.index_folder(tmp_path / "other" / "entries")
    assert one is not None
    assert two is not None
    assert one != two
    assert one.parent == cache
    assert one.name.startswith("team-entries-")
    assert notice == ""
    assert one.stat().st_mode & 0o777 == 0o700
    assert location.index_folder(tmp_path / "team" / "entries") == (one, "")


def test_a_link_leads_to_the_same_place(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "entries").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "entries")
    folders = {location.index_folder(tmp_path / name)[0] for name in ("entries", "link")}
    assert len(folders) == 1
    assert cache.is_dir()


@pytest.mark.parametrize("name", ["장애 기록", "a/b" * 90, "with space & more", "\udcff"])
def test_any_name_makes_a_place(cache: Path, tmp_path: Path, name: str) -> None:
    folder, notice = location.index_folder(tmp_path / name)
    assert folder is not None
    assert folder.parent == cache
    assert notice == ""


def test_without_a_choice_it_is_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(location.ENVIRONMENT, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    folder, notice = location.index_folder(tmp_path / "entries")
    assert folder is not None
    assert tmp_path in folder.parents
    assert "postmortem-kb" in str(folder)
    assert notice == ""


def temporary(tmp_path: Path) -> Path:
    return tmp_path / "temporary" / f"postmortem-kb-{os.getuid()}"


def test_a_place_that_others_may_write_is_not_used(cache: Path, tmp_path: Path) -> None:
    folder, _ = location.index_folder(tmp_path / "entries")
    assert folder is not None
    folder.chmod(0o777)
    other, notice = location.index_folder(tmp_path / "entries")
    assert other is not None
    assert other.parent == temporary(tmp_path)
    assert "others may write it" in notice
    assert str(cache) in notice
    assert location.ENVIRONMENT in notice


def test_a_temporary_place_that_others_may_write_is_not_used_either(
    cache: Path, tmp_path: Path
) -> None:
    cache.write_text("in the way")
    temporary(tmp_path).mkdir(parents=True)
    temporary(tmp_path).chmod(0o777)
    folder, notice = location.index_folder(tmp_path / "entries")
    assert folder is None
    assert "in memory only" in notice
    assert location.ENVIRONMENT in notice


def test_a_place_of_another_user_is_not_used(cache: Path, tmp_path: Path) -> None:
    folder, _ = location.index_folder(tmp_path / "entries")
    assert folder is not None
    assert cache in folder.parents
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
        _, notice = location.index_folder(tmp_path / "entries")
        assert "it belongs to another user" in notice


def test_size_counts_the_files_there_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert location.size(tmp_path) == 5
    assert location.size(tmp_path / "missing") == 0
