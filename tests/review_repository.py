"""Real repositories for tests; the settings of whoever runs the tests do not count."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, TypedDict

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class Options(TypedDict, total=False):
    """What tests ask of a review."""

    base: str
    rules: list[str]
    ignore: list[str]
    baseline: Path
    related: bool | None


class Repository:
    """A repository with an entries folder; the tests' own settings of git do not count."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "entries"
        self.folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        told = subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        )
        return told.stdout.strip()

    def write(self, name: str, text: str | bytes) -> Path:
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    def commit(self, message: str = "x") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def no_settings_of_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be imported by a test file: none of the variables and settings of git are in force."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
