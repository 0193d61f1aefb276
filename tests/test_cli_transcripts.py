"""What `kb` prints, compared with transcripts that read like a session in a terminal.

`pytest --regenerate-transcripts` writes them anew; look at the difference before keeping it.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunKb

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_commands_print_what_the_transcript_shows(
    transcript: Path, run_kb: RunKb, pytestconfig: pytest.Config
) -> None:
    run_kb("index")
    written = transcript.read_text("utf-8")
    said = "\n".join(_played(written, run_kb))
    if pytestconfig.getoption("--regenerate-transcripts"):
        transcript.write_text(said, "utf-8")
    else:
        assert said == written


def _played(written: str, run_kb: RunKb) -> list[str]:
    """The transcript with every command's output put in anew; `#` lines are kept."""
    lines: list[str] = []
    for line in written.splitlines():
        if line.startswith("# "):
            lines.append(line)
        elif line.startswith("$ "):
            result = run_kb(*shlex.split(line)[2:])
            lines += [line, *result.output.splitlines()]
            lines += [f"[exit {result.exit_code}]"] if result.exit_code else []
            lines.append("")
    return lines


def test_there_are_transcripts() -> None:
    assert {path.stem for path in TRANSCRIPTS} >= {"search", "show", "list", "errors"}
