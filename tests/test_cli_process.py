"""`kb` as a process of its own: pipes, encodings, terminals, completion."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kb", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.usefixtures("plain_environment")
def test_korean_on_a_terminal_that_cannot_show_it_does_not_fail() -> None:
    for encoding in ("ascii", "latin-1", "utf-8"):
        result = run("show", "2024-07-18-login-network-outage", PYTHONIOENCODING=encoding)
        assert (result.returncode, result.stderr) == (0, b"")
        assert b"2024-07-18-login-network-outage" in result.stdout
    assert "로그인".encode() in result.stdout


@pytest.mark.usefixtures("plain_environment")
def test_a_closed_pipe_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [sys.executable, "-m", "kb", "list"], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.usefixtures("plain_environment")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "kb", "list"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert result.returncode == 2
    assert result.stderr.startswith(b"Error: the disk is full.\n")
    assert b"Traceback" not in result.stderr


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What `kb` shows on a terminal of its own."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "kb", *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", **environment},
    ):
        os.close(follower)
        shown = b""
        try:
            while chunk := os.read(leader, 65536):
                shown += chunk
        except OSError:  # what a Linux terminal says at its end
            pass
        os.close(leader)
    return shown.decode()


@pytest.mark.usefixtures("plain_environment")
def test_a_terminal_gets_colour_unless_it_is_unwanted() -> None:
    assert "\x1b[" in on_a_terminal("search", "kafka", "--limit", "1")
    assert "\x1b[" not in on_a_terminal("search", "kafka", "--limit", "1", NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal("--color", "never", "search", "kafka", "--limit", "1")


@pytest.mark.usefixtures("plain_environment")
def test_only_long_output_goes_through_the_pager() -> None:
    pager = f"{sys.executable} -c \"print('THROUGH-A-PAGER')\""
    long = ("show", "2024-03-12-payments-database-failover")
    assert "THROUGH-A-PAGER" in on_a_terminal(*long, PAGER=pager)
    assert "THROUGH-A-PAGER" in on_a_terminal(*long, PAGER="false", KB_PAGER=pager)
    assert "THROUGH-A-PAGER" not in on_a_terminal("--no-pager", *long, PAGER=pager)
    assert "THROUGH-A-PAGER" not in on_a_terminal("search", "kafka", "--limit", "1", PAGER=pager)


def test_completion_offers_ids_services_causes_and_options(own_entries: Path) -> None:
    def offered(words: str) -> set[str]:
        count = len(words.split(" ")) - 1
        result = run(_KB_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(count))
        return {line.partition(",")[2] for line in result.stdout.decode().split()}

    assert offered("kb sh") == {"show"}
    assert offered("kb show 2023-11") == {"2023-11-02-kafka-consumer-lag"}
    assert offered("kb search --service pay") == {"payments-api"}
    assert offered("kb search --cause net") == {"network"}
    assert offered("kb search --sev") == {"--severity"}
    assert offered("kb --entries /nowhere show 2") == set()
    assert not (own_entries.parent / "cache").exists(), "a Tab key must not index"


@pytest.mark.usefixtures("plain_environment")
def test_a_new_entry_is_opened_in_the_editor_on_a_terminal(own_entries: Path) -> None:
    shown = on_a_terminal("new", "From a terminal", VISUAL="echo edited", EDITOR="false")
    assert "edited" in shown
    assert len(list(own_entries.rglob("*from-a-terminal.md"))) == 1
