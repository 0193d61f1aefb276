"""The one door: whatever goes wrong is a line and an exit code."""

from __future__ import annotations

import errno

import click
import pytest

from kb.cli.errors import answer, message_of
from kb.errors import CorpusError, NotFound, UsageError


def failing(error: BaseException) -> int:
    def run() -> None:
        raise error

    return answer(run)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (UsageError("Bad sort.", "Use newest."), 2, "Error: Bad sort.\nUse newest.\n"),
        (
            NotFound("No entry x.", nearest=("y", "z")),
            1,
            "Error: No entry x.\nDid you mean y, z?\n",
        ),
        (NotFound("No entry x, but y.", nearest=("y",)), 1, "Error: No entry x, but y.\n"),
        (CorpusError("No folder."), 2, "Error: No folder.\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "a/b.md"),
            2,
            "Error: the disk is full: a/b.md.\nFree some space and run it again.\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "a"),
            2,
            "Error: Permission denied: a.\n",
        ),
        (KeyboardInterrupt(), 130, "\n"),
        (click.Abort(), 130, "\n"),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_a_failure_is_told_without_a_traceback(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(error) == code
    assert capsys.readouterr().err == told


def test_what_nobody_foresaw_asks_to_be_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KB_DEBUG", raising=False)
    assert failing(ZeroDivisionError("division by zero")) == 70
    told = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in told
    assert "KB_DEBUG=1" in told
    assert "Traceback" not in told


def test_debugging_shows_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DEBUG", "1")
    assert failing(UsageError("Bad sort.")) == 2
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.endswith("Error: Bad sort.\n")


def test_a_message_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    failing(UsageError("Bad \x1b[2Jsort."))
    assert "\x1b" not in capsys.readouterr().err


def test_what_a_command_returns_is_its_exit_code() -> None:
    assert answer(lambda: 1) == 1
    assert answer(lambda: None) == 0


def test_wrong_use_is_left_to_click() -> None:
    with pytest.raises(click.UsageError):
        failing(click.UsageError("no"))


def test_a_system_error_without_words_still_has_some() -> None:
    assert message_of(OSError("it is not a file")) == "Error: it is not a file."
