"""Which files a source stands for, and what is left out with a word about it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.importing.places import find_places, printable
from kb.importing.source import Failure


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "2024/b.md",
        "2024/a.html",
        "_posts/c.markdown",
        "LICENSE",
        "README.md",
        "Postmortem template.md",
        "2024-07-18-template-engine-outage.md",
        "templates/blank.md",
        ".git/config",
        ".hidden.md",
        "style.css",
        "shot.PNG",
        "incident-7/README.md",
        "incident-7/images/graph.png",
        "notes",
    ):
        path = tmp_path / "team" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    return tmp_path / "team"


def found(source: str) -> tuple[list[str], list[str]]:
    places = list(find_places(source))
    files = [str(place) for place in places if isinstance(place, Path)]
    return files, [place.message for place in places if isinstance(place, Failure)]


def test_a_folder_is_walked_sorted_to_its_ends(folder: Path) -> None:
    files, told = found(str(folder))
    names = [Path(file).relative_to(folder).as_posix() for file in files]
    assert names == [
        "2024-07-18-template-engine-outage.md",
        "notes",
        "2024/a.html",
        "2024/b.md",
        "_posts/c.markdown",
        "incident-7/README.md",
    ]
    assert told == [
        f"{folder}/LICENSE is left out: by its name it is no postmortem.",
        f"{folder}/Postmortem template.md is left out: by its name it is a template.",
        f"{folder}/README.md is left out: beside other documents it is their overview.",
        f"4 other files in {folder} left out (.css, .png, templates/).",
    ]


def test_what_is_left_out_is_no_error(folder: Path) -> None:
    assert all(place.skipped for place in find_places(str(folder)) if isinstance(place, Failure))


def test_a_file_that_is_named_is_read_whatever_its_ending(folder: Path) -> None:
    assert found(f"{folder}/style.css") == ([f"{folder}/style.css"], [])
    assert found(f"{folder}/README.md") == ([f"{folder}/README.md"], [])


def test_a_shell_that_names_every_file_does_not_bring_in_the_template(folder: Path) -> None:
    files, told = found(f"{folder}/Postmortem template.md")
    assert files == []
    assert "template" in told[0]


def test_globs_are_sorted_and_reach_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert found("2024/*")[0] == ["2024/a.html", "2024/b.md"]
    below = found("**/*.md")[0]
    assert below == sorted(below, key=Path)
    assert "2024/b.md" in below
    assert ".hidden.md" not in below
    assert found("20*")[0][:1] == ["2024/a.html"]


@pytest.mark.parametrize("source", ["nowhere.md", "none*", "**x/[", "\0", "x" * 5000])
def test_what_is_not_there_is_a_failure(source: str) -> None:
    files, told = found(source)
    assert files == []
    assert len(told) == 1


def test_a_folder_without_documents_says_so(tmp_path: Path) -> None:
    assert found(str(tmp_path)) == ([], [f"{tmp_path} holds no documents."])


def test_a_loop_of_links_ends(folder: Path) -> None:
    before = found(str(folder))[0]
    (folder / "2024/again").symlink_to(folder)
    assert found(str(folder))[0] == before


def test_a_file_name_that_is_no_utf_8_can_be_printed() -> None:
    assert printable(os.fsdecode(b"a\xff.md")) == "a\ufffd.md"
