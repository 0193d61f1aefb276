"""The hook, run by pre-commit itself (from PyPI) in a scratch repository.

pre-commit clones this project, builds it and installs it with all it needs into an environment
of its own: that takes half a minute, once for all tests here, and pip's cache keeps it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
PARTS = ["kb", "web", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"]

GOOD = """---
title: 로그인 장애
date: 2024-07-18
services: [login]
causes: [network]
severity: sev2
status: published
timezone: Asia/Seoul
started: 2024-07-18T10:54:00+09:00
detected: 2024-07-18T10:58:00+09:00
mitigated: 2024-07-18T11:36:00+09:00
resolved: 2024-07-18T12:20:00+09:00
---

## 요약

네트워크 장비의 오류로 86분 동안 로그인이 되지 않았다. 우회 경로로 돌려 복구했다.

## 영향

사용자 1,200명이 86분 동안 로그인하지 못했다.

## 타임라인

- 2024-07-18 10:54 KST — 스위치가 패킷을 버리기 시작했다
- 2024-07-18 10:58 KST — 경보가 울렸다
- 2024-07-18 11:36 KST — 우회 경로로 돌렸다
- 2024-07-18 12:20 KST — 스위치를 바꾸고 모두 돌아왔다

## 원인

스위치의 펌웨어 결함으로 버퍼가 가득 차면 패킷을 버렸고, 이 결함을 시험에서 찾을 수 없었다.

## 대응

우회 경로로 돌린 뒤 스위치를 바꾸었다.

## 후속 조치

- [ ] 모든 스위치의 펌웨어를 올린다 — 담당: 네트워크팀, 기한: 2024-08-31, 티켓: NET-12
"""
BAD = GOOD.replace("resolved: 2024-07-18T12", "resolved: 2024-07-18T09").replace(
    "## 대응", "## 메모"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """With folders of the test for what is made; pip keeps its settings and its cache."""
    home = tmp_path_factory.mktemp("home")
    without = ("KB_", "GIT_", "PRE_COMMIT", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    return kept | {
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "VIRTUALENV_OVERRIDE_APP_DATA": str(home / "virtualenv"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONUTF8": "1",
        "KB_CACHE_DIR": str(home / "kb"),
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """This project as a repository that pre-commit can clone, as it stands in the work tree."""
    folder = tmp_path_factory.mktemp("hooks")
    for part in PARTS:
        place = ROOT / part
        if place.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(place, folder / part, ignore=ignored)
        else:
            shutil.copy(place, folder / part)
    _git(folder, environment, "init", "--quiet")
    _git(folder, environment, "add", "--all")
    _git(folder, environment, "commit", "--quiet", "--message=all")
    return folder


@pytest.fixture
def repository(tmp_path: Path, hooks: Path, environment: dict[str, str]) -> Path:
    """A repository whose commits are reviewed."""
    revision = _git(hooks, environment, "rev-parse", "HEAD")
    repository = {"repo": str(hooks), "rev": revision, "hooks": [{"id": "kb-review"}]}
    config = {"default_language_version": {"python": sys.executable}, "repos": [repository]}
    _git(tmp_path, environment, "init", "--quiet")
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    (tmp_path / "entries" / "2024").mkdir(parents=True)
    (tmp_path / "README.md").write_text("# Not an entry\n", "utf-8")
    return tmp_path


def _git(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    answer = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def _run(repository: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    _git(repository, environment, "add", "--all")
    command = [sys.executable, "-m", "pre_commit", "run", "--color=never", "--verbose"]
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )


def test_the_hook_is_a_hook_of_pre_commit(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def test_a_commit_is_stopped_by_a_flawed_entry_and_passes_once_it_is_mended(
    repository: Path, environment: dict[str, str]
) -> None:
    entry = repository / "entries" / "2024" / "2024-07-18-로그인-장애.md"
    entry.write_text(BAD, "utf-8")
    stopped = _run(repository, environment)
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "entries/2024/2024-07-18-로그인-장애.md:12:" in stopped.stdout
    assert "error: " in stopped.stdout
    assert "README.md" not in stopped.stdout
    entry.write_text(GOOD, "utf-8")
    passed = _run(repository, environment)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "1 entry reviewed" in passed.stdout


def test_a_commit_without_entries_is_not_reviewed(
    repository: Path, environment: dict[str, str]
) -> None:
    passed = _run(repository, environment)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "no files to check" in passed.stdout
