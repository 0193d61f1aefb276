"""The action of GitHub (`action.yml`): reviews a pull request, annotates it, comments on it.

It runs `kb review` as its own process and adds what a workflow needs around it: the base of the
pull request, enough history to compare with it, outputs, and one comment. All it is told comes
through the environment; nothing of the pull request is ever part of a command.

    KB_ENTRIES, KB_REVIEW_BASE, ...     options of `kb review`, which reads them itself
    KB_ACTION_COMMENT                   `true` keeps a comment
    KB_ACTION_TOKEN                     what it is written with
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from kb.cli.github_comment import CommentError, PullRequest
from kb.review.reports.sarif import uploadable

WRONG_USE = 2
_REVISION = re.compile("[0-9a-f]{40,64}")
_DEPTHS = ("--deepen=1", "--deepen=50", "--deepen=500", "--unshallow")
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Event:
    """What the workflow runs for.

    Attributes:
        base: the revision that a pull request or a merge queue will be merged into, or empty.
        number: of the pull request; 0 where it is none.
    """

    base: str
    number: int


def main() -> int:
    """Run the action in this environment; the exit code is that of `kb review`."""
    environment = dict(os.environ)
    token = environment.pop("KB_ACTION_TOKEN", "")
    event = read_event(environment.get("GITHUB_EVENT_PATH", ""))
    if not environment.get("KB_REVIEW_BASE") and event.base:
        environment["KB_REVIEW_BASE"] = event.base
        fetch_history(event.base, environment)
    folder = Path(environment.get("RUNNER_TEMP") or gettempdir()) / "kb-review"
    folder.mkdir(parents=True, exist_ok=True)
    places = {name: folder / f"report.{name}" for name in ("md", "json", "sarif")}
    for place in places.values():
        place.unlink(missing_ok=True)
    code = _review(places, environment)
    if code < WRONG_USE:
        found = json.loads(places["json"].read_text("utf-8"))
        log = places["sarif"].read_text("utf-8")
        places["sarif"].write_text(uploadable(log), "utf-8")
        _set_outputs(found, places, environment)
        if environment.get("KB_ACTION_COMMENT") == "true" and event.number:
            _comment(places["md"], found, event.number, token, environment)
    return code


def read_event(name: str) -> Event:
    """The event file of a workflow; one that cannot be read is an event without a base."""
    try:
        event = json.loads(Path(name).read_text("utf-8")) if name else {}
    except (OSError, ValueError):
        event = {}
    event = event if isinstance(event, dict) else {}
    pull_request, queue = event.get("pull_request") or {}, event.get("merge_group") or {}
    base = (pull_request.get("base") or {}).get("sha") or queue.get("base_sha") or ""
    number = pull_request.get("number")
    return Event(
        base if _REVISION.fullmatch(str(base)) else "", number if isinstance(number, int) else 0
    )


def fetch_history(base: str, environment: Mapping[str, str]) -> None:
    """Get so much of the history that HEAD and the base meet; a checkout has one commit.

    Where that fails nothing is said: `kb review` says what is missing.
    """
    heads = [base, *([head] if (head := _head(environment)) else [])]
    for depth in ("", *_DEPTHS):
        if depth:
            _git("fetch", "--quiet", "--no-tags", depth, "origin", *heads)
        if _git("merge-base", base, "HEAD"):
            return
        if not depth and not _is_shallow():
            _git("fetch", "--quiet", "--no-tags", "origin", base)
            return


def _head(environment: Mapping[str, str]) -> str:
    """The revision that was checked out, as the code host knows it."""
    revision = environment.get("GITHUB_SHA", "")
    return revision if _REVISION.fullmatch(revision) else ""


def _is_shallow() -> bool:
    answer = _run("rev-parse", "--is-shallow-repository")
    return answer is not None and answer.stdout.strip() == b"true"


def _git(*arguments: str) -> bool:
    answer = _run(*arguments)
    return answer is not None and answer.returncode == 0


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    try:
        return subprocess.run(  # noqa: S603 -- no shell; revisions are hashes
            ["git", *arguments],  # noqa: S607 -- git is where the runner has it
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _review(places: Mapping[str, Path], environment: Mapping[str, str]) -> int:
    """Run `kb review`; what it could not do becomes an annotation.

    `-P` keeps Python from importing a folder `kb` of the repository under review.
    """
    formats = ["github", f"markdown:{places['md']}", f"json:{places['json']}"]
    formats.append(f"sarif:{places['sarif']}")
    command = [sys.executable, "-P", "-m", "kb", "review"]
    command += [f"--format={one}" for one in formats]
    known = {name: value for name, value in environment.items() if _is_meant(name, value)}
    answer = subprocess.run(  # noqa: S603 -- no shell
        command, stderr=subprocess.PIPE, check=False, env=known
    )
    said = answer.stderr.decode("utf-8", "replace")
    if answer.returncode >= WRONG_USE:
        told = said.strip().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title=kb review::{told}", flush=True)  # noqa: T201 -- a workflow command
    else:
        sys.stderr.write(said)
    return answer.returncode


def _is_meant(name: str, value: str) -> bool:
    """Whether `kb` should see a variable: an empty input is an option that was not given."""
    return bool(value) or not name.startswith("KB_")


def _set_outputs(
    found: Mapping[str, Any], places: Mapping[str, Path], environment: Mapping[str, str]
) -> None:
    counts = found["counts"]
    outputs = {
        "findings": counts["error"] + counts["warning"] + counts["note"],
        "errors": counts["error"],
        "warnings": counts["warning"],
        "notes": counts["note"],
        "fails": str(bool(found["fails"])).lower(),
        "report": places["md"],
        "json": places["json"],
        "sarif": places["sarif"],
    }
    if name := environment.get("GITHUB_OUTPUT"):
        with Path(name).open("a", encoding="utf-8") as file:
            file.writelines(f"{key}={value}\n" for key, value in outputs.items())


def _comment(
    place: Path, found: Mapping[str, Any], number: int, token: str, environment: Mapping[str, str]
) -> None:
    """Write the comment; a token that may not (a fork has none that may) fails nothing."""
    counts = found["counts"]
    worth = bool(found["related"]) or any(counts[one] for one in ("error", "warning", "note"))
    pull_request = PullRequest(
        environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        environment.get("GITHUB_REPOSITORY", ""),
        number,
        token,
    )
    try:
        pull_request.comment(place.read_text("utf-8"), worth_a_new_one=worth)
    except CommentError as error:
        told = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(  # noqa: T201 -- a workflow command
            f"::notice title=kb review::The comment could not be written: {told}. The review"
            " stands in the summary. Forks have no right to comment; elsewhere the job needs"
            " `permissions: pull-requests: write`.",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
