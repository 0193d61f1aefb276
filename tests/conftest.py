"""Fixtures that several test files share: the fixture entries, and `kb` run on them in-process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

FIXTURES = Path(__file__).parent / "fixtures"
ENTRIES = Path(__file__).parent.parent / "entries"

RunKb = Callable[..., Result]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-transcripts",
        action="store_true",
        help="write what kb prints now into tests/transcripts instead of comparing it",
    )


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for all tests that only read the fixture entries: indexed once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch, shared_cache: Path) -> Path:
    """A terminal-less environment of 80 columns in the folder above the fixture entries."""
    for name in os.environ:
        if name.startswith(("KB_", "_KB_")) or name in {"NO_COLOR", "PAGER"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_CACHE_DIR", str(shared_cache))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.chdir(FIXTURES)
    return FIXTURES


@pytest.fixture
def run_kb(plain_environment: Path) -> RunKb:  # noqa: ARG001 - it sets the scene
    """Run `kb` with these arguments: `.output` is all it printed, `.stdout` and `.stderr` apart."""
    from kb.cli.root import root

    def run(*arguments: str, **extra: str) -> Result:
        return CliRunner().invoke(root, list(arguments), prog_name="kb", env=extra)

    return run


@pytest.fixture
def own_entries(plain_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the fixture entries that a test may change, with a cache of its own."""
    folder = tmp_path / "entries"
    shutil.copytree(plain_environment / "entries", folder)
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture(scope="session")
def web_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The web application over the project's own entries, indexed once; for reading only."""
    from kb import KnowledgeBase
    from web import create_app

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("web-cache")))
        knowledge = KnowledgeBase.open(ENTRIES)
        knowledge.sync()
        app = create_app(knowledge)
        app.testing = True
        yield app
        knowledge.close()


@pytest.fixture
def web(web_app: Flask) -> FlaskClient:
    """A reader of the project's own entries, with a cookie jar of their own."""
    return web_app.test_client()
