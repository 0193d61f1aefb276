"""Running git: without a shell, with an end, in the environment as it is given."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60
"""How long git may take for one answer."""

# In the environment of a hook these may be relative to the folder it was started in.
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")


@dataclass(slots=True)
class Git:
    """Runs git for the repository of a folder.

    Attributes:
        folder: what is asked about; `diff` and `ls-files` look at nothing outside of it.
    """

    folder: Path
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """What a command of git says; it may fail."""
        process = self.start(*arguments)
        stdout, stderr = self._wait(process)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self, *arguments: str, asks: bool = False) -> subprocess.Popen[bytes]:
        """A command of git that runs while other things are done."""
        if arguments[0] in {"diff", "ls-files"}:
            arguments = (*arguments, "--", str(self.folder.resolve()))
        # A repository that the environment names has its root where this process was started.
        at = None if "GIT_DIR" in os.environ else self.folder
        try:
            process = subprocess.Popen(  # noqa: S603 -- no shell; revisions are hashes by then
                ["git", "--no-pager", *arguments],  # noqa: S607 -- the git that the person uses
                cwd=at,
                env=_environment(),
                stdin=subprocess.PIPE if asks else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError as error:
            raise UsageError(
                "--base needs git, and there is none on this computer.",
                "Install git, or review without --base.",
            ) from error
        self._started.append(process)
        return process

    def close(self) -> None:
        """End what still runs because something else failed."""
        for process in self._started:
            if process.stdout and not process.stdout.closed:  # nobody waited for it
                process.kill()
                process.communicate()

    def answer(self, process: subprocess.Popen[bytes], said: bytes | None = None) -> bytes:
        """What a command says that must not fail."""
        stdout, stderr = self._wait(process, said)
        if process.returncode:
            words = " ".join(stderr.decode("utf-8", "replace").split())
            raise UsageError(
                f"git cannot say what changed: {words[:500]}",
                "See that `git status` works there, or review without --base.",
            )
        return stdout

    def _wait(
        self, process: subprocess.Popen[bytes], said: bytes | None = None
    ) -> tuple[bytes, bytes]:
        try:
            return process.communicate(said, timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise UsageError(
                f"git gave no answer within {SECONDS} seconds.",
                "See whether `git status` answers there, or review without --base.",
            ) from error


def _environment() -> dict[str, str]:
    """The environment as given, but that git waits for nobody and takes no pattern for a path."""
    given = dict(os.environ)
    for name in _PLACES:
        if given.get(name):
            given[name] = os.path.abspath(given[name])  # noqa: PTH100 -- a link stays a link
    return given | {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
    }
