"""What a branch changed, asked of real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from unicodedata import normalize

import pytest

from kb import corpus
from kb.errors import UsageError
from kb.review.changes import Changes, changes_since, repository_root
from tests.review_repository import Repository, no_settings_of_git

__all__ = ["no_settings_of_git"]

TEXT = "".join(f"A line of an entry, number {number}.\n" for number in range(12))


class Entries(Repository):
    """A repository, and what changed in it."""

    def write(self, name: str, text: str | bytes = TEXT) -> Path:
        return super().write(name, text)

    def changes(self, base: str = "main", folder: Path | None = None) -> Changes:
        folder = folder or self.folder
        return changes_since(base, folder, corpus.scan(folder), "kb.toml")

    def told(self, base: str = "main", folder: Path | None = None) -> list[tuple[str, str, str]]:
        return [(one.path, one.status, one.old_path) for one in self.changes(base, folder).entries]


@pytest.fixture
def repository(tmp_path: Path) -> Entries:
    """With two entries on main; the branch `topic` is checked out."""
    made = Entries(tmp_path / "repository")
    made.write("2024/2024-01-01-old.md")
    made.write("2024/2024-02-02-kept.md", "Kept as it is.\n")
    made.commit()
    made.git("switch", "-q", "-c", "topic")
    return made


class TestWhatChanged:
    def test_nothing(self, repository: Entries) -> None:
        assert repository.changes() == Changes(())

    def test_committed_staged_uncommitted_and_untracked_entries_count(
        self, repository: Entries
    ) -> None:
        repository.write("committed.md", "one")
        repository.commit()
        repository.write("staged.md", "two")
        repository.git("add", "-A")
        repository.write("2024/2024-01-01-old.md", TEXT + "More.\n")
        repository.write("untracked.md", "three")
        assert repository.told() == [
            ("2024/2024-01-01-old.md", "changed", "2024/2024-01-01-old.md"),
            ("committed.md", "added", ""),
            ("staged.md", "added", ""),
            ("untracked.md", "added", ""),
        ]

    def test_the_old_content_is_that_of_the_base(self, repository: Entries) -> None:
        repository.write("2024/2024-01-01-old.md", "First.\n")
        repository.commit()
        repository.write("2024/2024-01-01-old.md", "Second.\n")
        (change,) = repository.changes().entries
        assert change.old == TEXT.encode()

    def test_what_main_did_since_is_not_of_the_branch(self, repository: Entries) -> None:
        repository.write("mine.md")
        repository.commit()
        repository.git("switch", "-q", "main")
        repository.write("theirs.md", "Another.\n")
        repository.write("2024/2024-02-02-kept.md", "Changed on main.\n")
        repository.commit()
        repository.git("switch", "-q", "topic")
        assert repository.told() == [("mine.md", "added", "")]

    @pytest.mark.parametrize("by_git", [True, False])
    def test_a_renamed_entry_has_its_old_content(
        self, repository: Entries, *, by_git: bool
    ) -> None:
        old = repository.folder / "2024/2024-01-01-old.md"
        old.rename(repository.folder / "2024/2024-01-01-new.md")
        if by_git:
            repository.write("2024/2024-01-01-new.md", TEXT + "And a word.\n")
            repository.commit()
        (change,) = repository.changes().entries
        assert (change.status, change.old_path) == ("renamed", "2024/2024-01-01-old.md")
        assert change.old == TEXT.encode()

    def test_an_entry_moved_by_hand_and_edited_is_known_by_its_name(
        self, repository: Entries
    ) -> None:
        (repository.folder / "2024/2024-01-01-old.md").unlink()
        repository.write("archive/2024-01-01-old.md", "Quite different.\n")
        assert repository.told() == [
            ("archive/2024-01-01-old.md", "renamed", "2024/2024-01-01-old.md")
        ]

    def test_a_deleted_entry_is_left_out(self, repository: Entries) -> None:
        (repository.folder / "2024/2024-01-01-old.md").unlink()
        assert repository.told() == []

    def test_what_is_no_entry_is_left_out(self, repository: Entries) -> None:
        for name in ("README.md", "_draft.md", "picture.png", ".hidden.md"):
            repository.write(name)
        (repository.root / "README.md").write_text("x", "utf-8")
        assert repository.told() == []

    def test_ignored_files_are_left_out(self, repository: Entries) -> None:
        (repository.root / ".gitignore").write_text("private.md\n", "utf-8")
        repository.write("private.md")
        assert repository.told() == []

    @pytest.mark.parametrize(
        "name",
        [
            "장애 보고서.md",
            normalize("NFD", "장애.md"),
            'quo"te.md',
            "-dash.md",
            "new\nline.md",
            "tab\there.md",
            "* [x]?.md",
            "back\\slash.md",
            ":(top)x.md",
        ],
    )
    @pytest.mark.parametrize("is_committed", [True, False])
    def test_any_name_of_a_file_is_only_a_name(
        self, repository: Entries, name: str, *, is_committed: bool
    ) -> None:
        repository.write(name)
        if is_committed:
            repository.commit()
            repository.write(name, "Changed once more.\n")
        found = corpus.scan(repository.folder)
        (path,) = [path for path in found.files if not path.startswith("2024/")]
        assert repository.told() == [(path, "added", "")]
        if is_committed:
            (change,) = repository.changes("HEAD").entries
            assert (change.path, change.old) == (path, TEXT.encode())

    def test_a_name_that_is_no_text_is_only_a_name(self, repository: Entries) -> None:
        place = os.fsencode(repository.folder) + b"/\xff\xfe.md"
        Path(os.fsdecode(place)).write_text("x", "utf-8")
        assert repository.told() == [("%FF%FE.md", "added", "")]

    def test_entries_at_the_root_of_the_repository(self, tmp_path: Path) -> None:
        made = Entries(tmp_path)
        made.folder = tmp_path
        made.write("a.md")
        made.commit()
        made.write("b.md")
        assert made.told() == [("b.md", "added", "")]

    def test_a_link_that_became_a_file_is_added(self, repository: Entries) -> None:
        link = repository.folder / "linked.md"
        link.symlink_to("2024/2024-02-02-kept.md")
        repository.commit()
        link.unlink()
        repository.write("linked.md", "A file now.\n")
        assert repository.told("HEAD") == [("linked.md", "added", "")]

    def test_a_merge_conflict_is_a_change(self, repository: Entries) -> None:
        repository.write("2024/2024-02-02-kept.md", "Ours.\n")
        repository.commit()
        repository.git("switch", "-q", "main")
        repository.write("2024/2024-02-02-kept.md", "Theirs.\n")
        repository.commit()
        with pytest.raises(subprocess.CalledProcessError):
            repository.git("merge", "topic")
        (change,) = repository.changes("HEAD").entries
        assert (change.status, change.old) == ("changed", b"Theirs.\n")

    def test_a_thousand_changed_entries_are_asked_for_at_once(self, repository: Entries) -> None:
        for number in range(1000):
            repository.write(f"many/{number}.md", f"Entry {number}.\n")
        repository.commit()
        for number in range(1000):
            repository.write(f"many/{number}.md", f"Entry {number}, changed.\n")
        changes = repository.changes("HEAD").entries
        assert len(changes) == 1000
        assert all(one.old == f"Entry {one.path[5:-3]}.\n".encode() for one in changes)

    def test_the_settings_before_are_told_where_they_differ(self, repository: Entries) -> None:
        assert repository.changes().settings is None
        repository.write("kb.toml", 'language = "ko"\n')
        assert repository.changes().settings == b""
        repository.commit()
        repository.write("kb.toml", 'language = "en"\n')
        assert repository.changes("HEAD").settings == b'language = "ko"\n'


class TestWhereGitIs:
    def test_a_worktree(self, repository: Entries, tmp_path: Path) -> None:
        repository.git("worktree", "add", "-q", str(tmp_path / "tree"), "main", "--detach")
        folder = tmp_path / "tree" / "entries"
        (folder / "new.md").write_text("x", "utf-8")
        assert repository.told(folder=folder) == [("new.md", "added", "")]
        assert repository_root(folder) == tmp_path / "tree"

    def test_a_detached_head(self, repository: Entries) -> None:
        repository.git("switch", "-q", "--detach")
        repository.write("new.md")
        assert repository.told() == [("new.md", "added", "")]

    def test_a_folder_that_is_a_link_into_the_repository(
        self, repository: Entries, tmp_path: Path
    ) -> None:
        (tmp_path / "link").symlink_to(repository.folder)
        repository.write("new.md")
        assert repository.told(folder=tmp_path / "link") == [("new.md", "added", "")]

    def test_the_environment_of_a_hook_counts(
        self, repository: Entries, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(repository.root)
        monkeypatch.setenv("GIT_DIR", ".git")
        monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
        repository.write("new.md")
        assert repository.told() == [("new.md", "added", "")]

    def test_settings_of_the_person_change_nothing(
        self, repository: Entries, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        settings = tmp_path / "gitconfig"
        settings.write_text(
            "[diff]\n\texternal = false\n\trenames = false\n\tnoprefix = true\n\trelative = true\n"
            "[core]\n\tpager = false\n\tquotepath = true\n[color]\n\tui = always\n",
            "utf-8",
        )
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
        (repository.folder / "2024/2024-01-01-old.md").rename(repository.folder / "장애.md")
        repository.commit()
        assert repository.told() == [("장애.md", "renamed", "2024/2024-01-01-old.md")]

    def test_a_submodule_is_not_looked_into(self, repository: Entries, tmp_path: Path) -> None:
        other = Entries(tmp_path / "other")
        other.write("a.md")
        other.commit()
        repository.git(
            *("-c", "protocol.file.allow=always", "submodule", "--quiet", "add"),
            *(str(other.root), "entries/sub"),
        )
        assert repository.told() == []


class TestShallowClones:
    @pytest.fixture
    def clone(self, repository: Entries, tmp_path: Path) -> Path:
        """Of main, one commit deep, with a branch of its own that adds an entry."""
        for number in range(3):
            repository.git("switch", "-q", "main")
            repository.write("2024/2024-01-01-old.md", f"{TEXT}{number}\n")
            repository.commit()
        place = tmp_path / "clone"
        repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(place))
        return place

    def test_what_lies_within_is_compared(self, repository: Entries, clone: Path) -> None:
        (clone / "entries" / "new.md").write_text("x", "utf-8")
        changes = repository.changes("origin/main", clone / "entries")
        assert [one.path for one in changes.entries] == ["new.md"]
        assert changes.notices == ()

    def test_without_a_common_commit_the_base_itself_counts_and_deepening_is_told(
        self, repository: Entries, clone: Path
    ) -> None:
        repository.git("switch", "-q", "topic")
        repository.write("mine.md")
        repository.commit()
        for command in (["fetch", "-q", "--depth=1", "origin", "topic"], ["switch", "-q", "-d"]):
            if command[0] == "switch":
                command.append("FETCH_HEAD")
            subprocess.run(["git", *command], cwd=clone, check=True, capture_output=True)
        changes = repository.changes("origin/main", clone / "entries")
        assert ("mine.md", "added") in [(one.path, one.status) for one in changes.entries]
        (notice,) = changes.notices
        assert "git fetch --deepen=100 origin main" in notice
        assert "fetch-depth: 0" in notice

    def test_a_revision_that_is_too_far_back(self, repository: Entries, clone: Path) -> None:
        with pytest.raises(UsageError, match="no revision") as error:
            repository.changes("HEAD~2", clone / "entries")
        assert "shallow clone" in error.value.remedy


class TestWhatCannotBeAnswered:
    @pytest.mark.parametrize(
        "base", ["no-such", "", "-p", "--all", "main..topic", "^main", "HEAD:entries", "a b", "ㅁ"]
    )
    def test_a_base_that_is_no_commit(self, repository: Entries, base: str) -> None:
        with pytest.raises(UsageError, match="There is no revision"):
            repository.changes(base)

    def test_the_nearest_branches_are_named(self, repository: Entries, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as error:
            repository.changes("topik")
        assert error.value.remedy == "Did you mean topic?"
        repository.git("clone", "-q", str(repository.root), str(tmp_path / "clone"))
        repository.git("-C", str(tmp_path / "clone"), "branch", "-m", "mine")
        with pytest.raises(UsageError) as error:
            repository.changes("main", tmp_path / "clone" / "entries")
        assert "origin/main" in error.value.remedy

    def test_no_repository(self, tmp_path: Path) -> None:
        folder = tmp_path / "entries"
        folder.mkdir()
        with pytest.raises(UsageError, match="is not in a git repository"):
            changes_since("main", folder, corpus.scan(folder), "kb.toml")
        assert repository_root(folder) is None

    def test_no_commit_yet(self, tmp_path: Path) -> None:
        made = Entries(tmp_path / "repository")
        with pytest.raises(UsageError, match="has no commit yet"):
            made.changes()

    def test_no_common_history(self, repository: Entries) -> None:
        repository.git("switch", "-q", "--orphan", "alone")
        repository.commit()
        repository.folder.mkdir(exist_ok=True)
        with pytest.raises(UsageError, match="no commit in common"):
            repository.changes()

    def test_no_git(self, repository: Entries, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        with pytest.raises(UsageError, match="needs git"):
            repository.changes()

    def test_a_folder_outside_of_the_repository_that_the_environment_names(
        self, repository: Entries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Entries(tmp_path / "other")
        other.commit()
        monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
        with pytest.raises(UsageError, match="is not in the repository"):
            repository.changes()

    def test_a_repository_that_is_damaged(self, repository: Entries) -> None:
        repository.write("2024/2024-01-01-old.md", "Changed.\n")
        (repository.root / ".git" / "index").write_bytes(b"no index")
        with pytest.raises(UsageError, match="git cannot say what changed"):
            repository.changes()
