"""The entries folder: what counts as an entry, and everything odd that a folder can hold."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from unicodedata import normalize

import pytest

from kb import corpus
from kb.errors import CorpusError
from kb.finding import Finding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "entries").mkdir()
    return tmp_path / "entries"


def put(folder: Path, *paths: str, content: bytes = b"text") -> None:
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def told(folder: Path) -> dict[str, str]:
    return {finding.path: finding.message for finding in corpus.scan(folder).findings}


def read(folder: Path, path: str) -> bytes | Finding:
    return corpus.read(folder, path, corpus.scan(folder))


def refused(folder: Path, path: str) -> str:
    found = read(folder, path)
    assert isinstance(found, Finding)
    assert (found.rule, found.level, found.path) == ("unreadable", "error", path)
    assert found.help
    return found.message


def test_markdown_files_are_entries_at_any_depth(folder: Path) -> None:
    put(folder, "a.md", "2024/b.md", "2024/07/c.markdown", "d.MD", "notes.txt", "e.md.bak")
    assert set(corpus.scan(folder).files) == {"a.md", "2024/b.md", "2024/07/c.markdown", "d.MD"}


def test_what_stands_beside_entries_is_none(folder: Path) -> None:
    put(folder, "README.md", "2024/index.md", "Template.md", ".hidden.md", "_draft.md")
    put(folder, ".git/a.md", "_site/b.md", "kb.toml")
    assert (corpus.scan(folder).files, corpus.scan(folder).findings) == ({}, ())


def test_a_stat_tells_one_state_of_a_file_from_the_next(folder: Path) -> None:
    put(folder, "a.md")
    before = corpus.scan(folder).files["a.md"]
    assert before == corpus.stat_of(folder / "a.md")
    (folder / "a.md").write_text("TEXT")
    os.utime(folder / "a.md", ns=(before[0], before[0]))
    after = corpus.scan(folder).files["a.md"]
    assert after != before
    assert (after[0], after[2]) == (before[0], before[2])
    assert corpus.stat_of(folder / "none") is None


def test_decomposed_names_are_one_path_and_can_be_read(folder: Path) -> None:
    put(folder, f"{normalize('NFD', '장애/한글-é')}.md")
    found = corpus.scan(folder)
    assert list(found.files) == ["장애/한글-é.md"]
    assert corpus.read(folder, "장애/한글-é.md", found) == b"text"


def test_wide_letters_in_a_name_stay_as_they_are(folder: Path) -> None:
    put(folder, "ＡＢ／Ｃ（１）.md")
    assert list(corpus.scan(folder).files) == ["ＡＢ／Ｃ（１）.md"]


def test_names_that_are_no_text_are_shown_and_can_be_read(folder: Path) -> None:
    for name in (b"caf\xe9.md", b"caf\xe8.md", b"line\nbreak.md", b"back\\slash.md", b"\xff/x.md"):
        place = os.path.join(os.fsencode(folder), name)  # noqa: PTH118 -- bytes
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        with open(place, "wb") as file:  # noqa: PTH123
            file.write(name)
    found = corpus.scan(folder)
    expected = {
        "caf%E9.md": b"caf\xe9.md",
        "caf%E8.md": b"caf\xe8.md",
        "line%0Abreak.md": b"line\nbreak.md",
        "back%5Cslash.md": b"back\\slash.md",
        "%FF/x.md": b"\xff/x.md",
    }
    assert {path: corpus.read(folder, path, found) for path in found.files} == expected


def test_two_names_that_look_alike_are_told(folder: Path) -> None:
    put(folder, f"{normalize('NFC', 'é')}.md", f"{normalize('NFD', 'é')}.md")
    if len(os.listdir(folder)) == 2:  # noqa: PTH208 -- some systems keep only one of them
        assert "twice" in told(folder)["é.md"]
    assert set(corpus.scan(folder).files) == {"é.md"}


def test_two_hundred_levels_are_no_trouble(folder: Path) -> None:
    deep = "/".join(f"level{n}" for n in range(200)) + "/a.md"
    put(folder, deep)
    assert set(corpus.scan(folder).files) == {deep}
    assert read(folder, deep) == b"text"


def test_loops_are_entered_once(folder: Path) -> None:
    put(folder, "2024/a.md")
    (folder / "2024" / "up").symlink_to(folder)
    (folder / "2024" / "self").symlink_to(folder / "2024")
    (folder / "itself.md").symlink_to(folder / "itself.md")
    (folder / "itself").symlink_to(folder / "itself")
    assert set(corpus.scan(folder).files) == {"2024/a.md"}
    assert set(told(folder)) == {"itself.md"}


def test_a_folder_counts_where_it_is_and_not_where_a_link_is(folder: Path, tmp_path: Path) -> None:
    put(folder, "zz/2024/a.md")
    put(tmp_path, "other/b.md")
    for name in ("aaa", "latest", "zzz"):
        (folder / name).symlink_to(folder / "zz" / "2024")
    (folder / "linked").symlink_to(tmp_path / "other")
    (folder / "also").symlink_to(tmp_path / "other")
    assert set(corpus.scan(folder).files) == {"zz/2024/a.md", "also/b.md"}


def test_a_linked_file_is_read_through_the_link(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "elsewhere.txt", content=b"linked")
    (folder / "a.md").symlink_to(tmp_path / "elsewhere.txt")
    assert read(folder, "a.md") == b"linked"


def test_a_link_to_nothing_is_told(folder: Path) -> None:
    put(folder, "good.md")
    (folder / "a.md").symlink_to(folder / "nowhere")
    assert told(folder) == {"a.md": "a.md cannot be read: No such file or directory."}
    assert set(corpus.scan(folder).files) == {"good.md"}


def test_a_folder_called_like_an_entry_is_told_and_looked_into(folder: Path) -> None:
    put(folder, "a.md/b.md")
    assert told(folder) == {"a.md": "a.md is a folder with the name of an entry."}
    assert set(corpus.scan(folder).files) == {"a.md/b.md"}


def test_a_pipe_is_told_and_never_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "a.md")
    message: list[str] = []
    thread = threading.Thread(target=lambda: message.append(refused(folder, "a.md")), daemon=True)
    thread.start()
    thread.join(5)
    assert message == ["a.md is not an ordinary file."]


def test_a_socket_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.md")
    assert "a.md cannot be read: " in refused(folder, "a.md")


def test_a_file_of_no_rights_is_told(folder: Path) -> None:
    put(folder, "a.md", "2024/b.md", "good.md")
    (folder / "a.md").chmod(0)
    (folder / "2024").chmod(0)
    script = (
        "import os, sys; from pathlib import Path; from kb import corpus\n"
        "os.chdir(sys.argv[1])\n"  # an ancestor may be closed to the user it becomes
        "if os.getuid() == 0: os.setuid(65534)\n"
        "folder = Path('.'); found = corpus.scan(folder)\n"
        "print([f.message for f in found.findings])\n"
        "print(corpus.read(folder, 'a.md', found).message)\n"
        "print(corpus.read(folder, 'good.md', found))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    (folder / "2024").chmod(0o755)
    assert result.stdout.splitlines() == [
        "['2024 cannot be read: Permission denied.']",
        "a.md cannot be read: Permission denied.",
        "b'text'",
    ]


def test_a_very_large_file_is_not_even_read(folder: Path) -> None:
    put(folder, "large.md", "huge.md")
    os.truncate(folder / "large.md", 20_000_000)
    os.truncate(folder / "huge.md", 70 * 1024 * 1024)
    content = read(folder, "large.md")
    assert isinstance(content, bytes)
    assert len(content) == 20_000_000
    assert refused(folder, "huge.md") == "huge.md is larger than 64 MiB."


def test_a_file_that_vanishes_is_told_when_it_is_read(folder: Path) -> None:
    put(folder, "a.md")
    found = corpus.scan(folder)
    (folder / "a.md").unlink()
    content = corpus.read(folder, "a.md", found)
    assert isinstance(content, Finding)
    assert content.message == "a.md has just been removed."


def test_reading_leaves_nothing_open(folder: Path) -> None:
    put(folder, "a.md")
    (folder / "b.md").mkdir()
    os.mkfifo(folder / "c.md")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for path in ("a.md", "b.md", "c.md", "d.md"):
        corpus.read(folder, path, corpus.Scan())
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("name", ["missing", "file", "nul\0", "x" * 5000])
def test_a_folder_that_is_none_is_a_clear_error(tmp_path: Path, name: str) -> None:
    put(tmp_path, "file")
    for look in (corpus.require_folder, corpus.scan):
        if name.startswith("nul") and look is corpus.scan:
            continue  # opening has refused it
        with pytest.raises(CorpusError) as caught:
            look(tmp_path / name)
        assert caught.value.remedy
        assert "\0" not in caught.value.message
        assert caught.value.message.count("\n") == 0


def test_the_nearest_entries_folder_upward_is_found(tmp_path: Path) -> None:
    put(tmp_path, "entries/2024/a.md", "src/deep/x.txt")
    for start in ("", "entries", "entries/2024", "src/deep"):
        assert corpus.find_folder(tmp_path / start) == tmp_path / "entries"
    with pytest.raises(CorpusError, match="no entries folder"):
        corpus.find_folder(Path("/proc"))


def test_a_new_file_is_written_once_and_whole(folder: Path) -> None:
    place = folder / "2024" / "새 항목.md"
    corpus.write_new(place, "글\n")
    assert place.read_bytes() == "글\n".encode()
    with pytest.raises(CorpusError, match="exists already"):
        corpus.write_new(place, "other")
    assert place.read_bytes() == "글\n".encode()
    corpus.write_new(folder / "odd.md", "lone \udcff surrogate")
    assert (folder / "odd.md").read_bytes() == b"lone ? surrogate"


def test_what_cannot_be_written_is_told(folder: Path) -> None:
    put(folder, "file")
    for place in (folder / "file" / "a.md", Path("/proc/a.md"), folder / ("x" * 300 + ".md")):
        with pytest.raises(CorpusError, match="cannot be written") as caught:
            corpus.write_new(place, "text")
        assert caught.value.remedy


def test_a_full_disk_leaves_no_half_of_a_new_file(folder: Path) -> None:
    script = (
        "import resource, signal, sys; from pathlib import Path; from kb import corpus, errors\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))\n"
        "try: corpus.write_new(Path(sys.argv[1]), 'x' * 100)\n"
        "except errors.CorpusError as error: print(error.message.rpartition(': ')[2])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(folder / "a.md")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "File too large.\n"
    assert not (folder / "a.md").exists()
