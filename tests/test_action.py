"""The action of GitHub, run as a workflow runs it; the code host is a server of the test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from kb.cli.github_action import read_event
from kb.cli.github_comment import CommentError, PullRequest
from kb.review.reports.markdown import MARKER

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "kb" / "review" / "templates"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
TOKEN = "token-of-the-test"  # a name, no token

OLD = """---
title: KakaoTalk messages failed
date: 2023-05-08
services: [kakaotalk]
causes: [database]
severity: sev2
status: published
timezone: Asia/Seoul
started: 2023-05-08T10:00:00+09:00
detected: 2023-05-08T10:05:00+09:00
resolved: 2023-05-08T11:00:00+09:00
---

## Summary

The connection pool of the message database ran out and sending failed for an hour.

## Impact

About 12 % of messages could not be sent for 60 minutes.

## Timeline

- 2023-05-08 10:00 KST — the pool is exhausted
- 2023-05-08 10:05 KST — an alert fires
- 2023-05-08 11:00 KST — messages flow again

## Root cause

A batch job held connections of the message database for minutes at a time.

## Response

The batch job was stopped and the pool drained.

## Follow-ups

- [ ] Give batch jobs a pool of their own — owner: message team, due: 2023-06-30, ticket: MSG-1
"""
NEW = (
    OLD.replace("2023-05-08", "2024-05-20")
    .replace("KakaoTalk messages failed", "카카오톡 메시지 전송 장애 🔥")
    .replace("## Response", "## Notes")
    .replace("resolved: 2024-05-20T11:00:00", "resolved: 2024-05-20T09:00:00")
)


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    answer = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


@dataclass
class CodeHost:
    """What the server has been asked, and the comments it keeps."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: int = 0


@pytest.fixture
def code_host() -> Iterator[CodeHost]:
    host = CodeHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._noted()
            asked = parse_qs(urlsplit(self.path).query)
            size, page = int(asked["per_page"][0]), int(asked["page"][0])
            self._answer(200, host.comments[size * (page - 1) : size * page])

        def do_POST(self) -> None:
            self._noted()
            body = self._body()
            if host.refuses:
                self._answer(host.refuses, {"message": "Resource not accessible by integration"})
                return
            made = {"id": len(host.comments) + 1, "user": {"type": "Bot"}, **body}
            host.comments.append(made)
            self._answer(201, made)

        def do_PATCH(self) -> None:
            self._noted()
            number = int(self.path.rpartition("/")[2])
            comment = next(one for one in host.comments if one["id"] == number)
            comment |= self._body()
            self._answer(200, comment)

        def _noted(self) -> None:
            path = urlsplit(self.path).path
            host.asked.append((self.command, path, self.headers.get("Authorization", "")))

        def _body(self) -> dict[str, str]:
            read = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert isinstance(read, dict)
            return read

        def _answer(self, status: int, body: object) -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Run:
    code: int
    said: str
    summary: str
    outputs: Mapping[str, str]


@dataclass
class Workflow:
    """A checkout of a pull request on a runner."""

    checkout: Path
    runner: Path
    host: CodeHost
    base: str
    head: str

    def run(self, *, number: int | None = 7, **inputs: str) -> Run:
        """Run the step `review` of action.yml in this checkout, as a runner does."""
        event = self.runner / "event.json"
        told = {"number": number, "base": {"sha": self.base}, "head": {"ref": "$(touch hacked)"}}
        event.write_text(json.dumps({"pull_request": told} if number else {}), "utf-8")
        summary, outputs = self.runner / "summary.md", self.runner / "outputs"
        for place in (summary, outputs):
            place.write_text("", "utf-8")
        step = next(one for one in ACTION["runs"]["steps"] if one.get("id") == "review")
        values = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        values |= {name.replace("_", "-"): value for name, value in inputs.items()}
        environment = {name: _evaluated(value, values) for name, value in step["env"].items()} | {
            "PATH": os.environ["PATH"],
            "HOME": str(self.runner),
            "LANG": "C.UTF-8",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.host.url,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_REPOSITORY": "team/postmortems",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_SHA": self.head,
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.checkout),
            "RUNNER_TEMP": str(self.runner),
            "KB_CACHE_DIR": str(self.runner / "cache"),
        }
        answer = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        lines = outputs.read_text("utf-8").splitlines()
        return Run(
            answer.returncode,
            answer.stdout.decode(),
            summary.read_text("utf-8"),
            dict(line.split("=", 1) for line in lines),
        )


def _evaluated(value: str, inputs: Mapping[str, str]) -> str:
    """The expressions that action.yml uses, as a runner puts values in their place."""
    value = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)
    return value.replace("${{ github.token }}", TOKEN)


@pytest.fixture
def workflow(tmp_path: Path, code_host: CodeHost) -> Workflow:
    """A repository with an old entry, and a pull request with a new one, merged for the test.

    The checkout has one commit, as `actions/checkout` leaves it.
    """
    origin = tmp_path / "origin"
    entries = origin / "entries"
    (entries / "2023").mkdir(parents=True)
    (entries / "2023" / "2023-05-08-kakaotalk.md").write_text(OLD, "utf-8")
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message=old")
    git(origin, "switch", "--quiet", "--create=topic")
    (entries / "2024").mkdir()
    (entries / "2024" / "2024-05-20-카카오톡.md").write_text(NEW, "utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message=new")
    git(origin, "switch", "--quiet", "main")
    (origin / "README.md").write_text("Postmortems\n", "utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message=elsewhere")
    base = git(origin, "rev-parse", "HEAD")
    git(origin, "switch", "--quiet", "--create=merge")
    git(origin, "merge", "--quiet", "--no-ff", "--no-edit", "topic")
    head = git(origin, "rev-parse", "HEAD")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub does
    checkout, runner = tmp_path / "checkout", tmp_path / "runner"
    runner.mkdir()
    clone = ["clone", "--quiet", "--depth=1", "--branch=merge", f"file://{origin}", str(checkout)]
    git(tmp_path, *clone)
    python = runner / "kb-review" / "venv" / "bin" / "python"  # the step before installs it
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)
    return Workflow(checkout, runner, code_host, base, head)


def test_a_pull_request_is_annotated_summed_up_and_commented_on(workflow: Workflow) -> None:
    run = workflow.run()
    path = "entries/2024/2024-05-20-카카오톡.md"
    assert run.code == 1
    assert re.search(rf"^::error file={path},line=\d+,endLine=\d+,col=", run.said, re.MULTILINE)
    assert "2023-05-08-kakaotalk.md" not in run.said
    assert run.summary.startswith("## Postmortem review: ")
    assert f"https://github.example/team/postmortems/blob/{workflow.head}/entries/" in run.summary
    assert "This happened before." in run.summary
    assert "Give batch jobs a pool of their own" in run.summary
    assert run.outputs["fails"] == "true"
    assert int(run.outputs["errors"]) >= 1
    assert int(run.outputs["findings"]) == sum(
        int(run.outputs[name]) for name in ("errors", "warnings", "notes")
    )
    assert Path(run.outputs["report"]).read_text("utf-8").startswith(MARKER)
    assert json.loads(Path(run.outputs["json"]).read_text("utf-8"))["base"] == workflow.base
    assert json.loads(Path(run.outputs["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert [comment["body"] for comment in workflow.host.comments] == [
        Path(run.outputs["report"]).read_text("utf-8")
    ]
    assert {who for *_, who in workflow.host.asked} == {f"Bearer {TOKEN}"}
    assert TOKEN not in run.said


def test_the_comment_is_brought_up_to_date_and_no_second_one_is_written(
    workflow: Workflow,
) -> None:
    others = [
        {"id": n, "user": {"type": "User"}, "author_association": "NONE", "body": f"{MARKER} me"}
        for n in range(1, 121)
    ]
    workflow.host.comments += others
    assert workflow.run().code == 1
    first = workflow.host.comments[-1]["body"]
    entry = workflow.checkout / "entries" / "2024" / "2024-05-20-카카오톡.md"
    mended = OLD.replace("2023-05-08", "2024-05-20").replace("2023-06-30", "2024-06-30")
    entry.write_text(mended, "utf-8")
    run = workflow.run()
    assert run.code == 0
    assert len(workflow.host.comments) == 121
    second = workflow.host.comments[-1]["body"]
    assert second.startswith(MARKER)
    assert second != first
    assert all(comment["body"] == f"{MARKER} me" for comment in workflow.host.comments[:120])
    assert [method for method, *_ in workflow.host.asked].count("POST") == 1


def test_a_token_that_may_not_comment_fails_nothing_else(workflow: Workflow) -> None:
    workflow.host.refuses = 403
    run = workflow.run(fail_on="never")
    assert run.code == 0
    assert "::notice title=kb review::The comment could not be written: the code host" in run.said
    assert "403" in run.said
    assert run.summary


@pytest.mark.parametrize("comment", ["false", "yes please; touch hacked"])
def test_without_a_comment_the_code_host_is_not_asked(workflow: Workflow, comment: str) -> None:
    run = workflow.run(comment=comment)
    assert run.code == 1
    assert workflow.host.asked == []


def test_without_a_pull_request_all_entries_are_reviewed(workflow: Workflow) -> None:
    run = workflow.run(number=None)
    assert run.code == 1
    assert "2 entries" in run.summary
    assert workflow.host.asked == []


def test_inputs_are_never_commands(workflow: Workflow) -> None:
    run = workflow.run(
        entries='entries"; touch hacked; "', base="$(touch hacked)", fail_on="`touch hacked`"
    )
    assert run.code == 2
    assert run.said.startswith("::error title=kb review::")
    assert run.outputs == {}
    assert not list(workflow.checkout.rglob("hacked"))


def test_a_package_of_the_repository_under_review_is_not_run(workflow: Workflow) -> None:
    for name in ("kb", "click", "json"):
        package = workflow.checkout / name
        package.mkdir()
        code = "raise SystemExit('the pull request ran its own code')\n"
        (package / "__init__.py").write_text(code, "utf-8")
    run = workflow.run()
    assert run.code == 1
    assert "ran its own code" not in run.said


def test_every_input_is_used_and_every_output_is_set(workflow: Workflow) -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
    assert set(workflow.run(comment="false").outputs) == set(ACTION["outputs"])


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", "{", '{"pull_request": null}', '{"pull_request": {"base": null}}'],
)
def test_an_event_that_says_nothing_has_no_base(tmp_path: Path, content: str) -> None:
    place = tmp_path / "event.json"
    place.write_text(content, "utf-8")
    event = read_event(str(place))
    assert (event.base, event.number) == ("", 0)


def test_an_event_of_a_merge_queue_has_its_base(tmp_path: Path) -> None:
    place = tmp_path / "event.json"
    place.write_text(json.dumps({"merge_group": {"base_sha": "a" * 40}}), "utf-8")
    assert read_event(str(place)).base == "a" * 40
    place.write_text(json.dumps({"merge_group": {"base_sha": "--upload-pack=x"}}), "utf-8")
    assert read_event(str(place)).base == ""


@pytest.mark.parametrize(
    ("url", "repository", "token", "why"),
    [
        ("file:///etc/passwd", "a/b", "t", "no web address"),
        ("http://127.0.0.1:9", "a/b/../c", "t", "no usable name"),
        ("http://127.0.0.1:9", "a/b", "", "no token"),
        ("http://127.0.0.1:9", "a/b", "t", "refused"),
    ],
)
def test_a_comment_that_cannot_be_written_says_why(
    url: str, repository: str, token: str, why: str
) -> None:
    with pytest.raises(CommentError, match=why):
        PullRequest(url, repository, 1, token).comment("x", worth_a_new_one=True)
    assert "t'" not in repr(PullRequest(url, repository, 1, "t"))
