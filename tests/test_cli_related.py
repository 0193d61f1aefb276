"""`kb related`: what may be asked, and how the answer is laid out."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from kb.cli.layout import width
from kb.cli.related_text import report
from kb.cli.root import root
from kb.document import MAXIMUM_BYTES
from kb.related import OpenFollowUp, Reason, RelatedEntries, RelatedEntry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunKb

LOGIN = "2024-07-18-login-network-outage"
EXPIRED = "2022-01-15-login-certificate-expired"


def asked(text: str | bytes, *options: str) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(root, ["related", "-", "--json", *options], input=text)
    return result.exit_code, json.loads(result.stdout)


def test_an_entry_finds_its_like(run_kb: RunKb) -> None:
    result = run_kb("related", LOGIN)
    assert result.exit_code == 0
    assert EXPIRED in result.stdout
    assert "same service: login" in result.stdout


@pytest.mark.parametrize(
    "name", ["2024-07-18-login", f"entries/2024/{LOGIN}.md", f"2024/{LOGIN}.md", LOGIN.upper()]
)
def test_an_entry_is_named_as_for_show(run_kb: RunKb, name: str) -> None:
    assert run_kb("related", name, "--json").stdout == run_kb("related", LOGIN, "--json").stdout


def test_the_json_names_what_the_contract_names(run_kb: RunKb) -> None:
    found = json.loads(run_kb("related", LOGIN, "--json").stdout)
    assert found["schema_version"] == 1
    assert {"id", "title", "date", "score", "reasons", "open_follow_ups"} <= found["hits"][0].keys()


def test_nothing_alike_ends_with_one(run_kb: RunKb) -> None:
    result = run_kb("related", "qwertz uiop")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No entry is like this text." in result.stderr
    assert json.loads(run_kb("related", "qwertz uiop", "--json").stdout)["hits"] == []


def test_a_word_that_is_no_entry_is_an_error_with_the_nearest(run_kb: RunKb) -> None:
    result = run_kb("related", "2024-07-18-logn-network-outage")
    assert result.exit_code == 1
    assert LOGIN in result.stderr
    assert "kb related -" in run_kb("related", "로그인").stderr


@pytest.mark.usefixtures("run_kb")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_standard_input_may_be_in_any_encoding(encoding: str) -> None:
    text = "데이터센터 스위치의 네트워크 오류로 로그인하지 못한다는 문의가 계속 들어옵니다"
    code, found = asked(text.encode(encoding))
    assert code == 0
    assert LOGIN in str(found)


@pytest.mark.usefixtures("run_kb")
@pytest.mark.parametrize("text", ["", "\n", "   ", "?!"])
def test_an_empty_text_is_like_nothing(text: str) -> None:
    assert asked(text)[0] == 1


def test_a_file_of_any_name_is_read(run_kb: RunKb, tmp_path: Path) -> None:
    log = tmp_path / "오류 로그.txt"
    log.write_text("kafka consumer lag, consumers rebalance\n" * 20, "utf-8")
    result = run_kb("related", str(log))
    assert "2023-11-02-kafka-consumer-lag" in result.stdout


def test_a_long_log_is_cut_with_a_notice(run_kb: RunKb, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    line = "2024-07-18T10:54:00Z ERROR kafka consumer lag 10.0.0.1 rebalance\n"
    log.write_text(line * (MAXIMUM_BYTES // len(line) + 10), "utf-8")
    result = run_kb("related", str(log))
    assert "2023-11-02-kafka-consumer-lag" in result.stdout
    assert "is long" in result.stderr


def test_a_file_that_is_no_text_is_wrong_use(run_kb: RunKb, tmp_path: Path) -> None:
    binary = tmp_path / "core"
    binary.write_bytes(bytes(range(256)) * 8)
    result = run_kb("related", str(binary))
    assert result.exit_code == 2
    assert "holds binary data" in result.stderr


def test_a_folder_is_no_entry(run_kb: RunKb, tmp_path: Path) -> None:
    assert run_kb("related", str(tmp_path)).exit_code == 1


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x"])
def test_a_limit_out_of_range_is_wrong_use(run_kb: RunKb, limit: str) -> None:
    assert run_kb("related", LOGIN, "--limit", limit).exit_code == 2


def test_one_thing_must_be_named(run_kb: RunKb) -> None:
    assert run_kb("related").exit_code == 2


def follow_up(number: int, due: str | None = None) -> OpenFollowUp:
    return OpenFollowUp(f"Do *thing* {number}", "network team", due, "NET-1", number)


HIT = RelatedEntry(
    id="2024-07-18-login",
    path="2024-07-18-login.md",
    title="로그인 장애가 아주 길고 긴 제목으로 여러 줄에 걸쳐 이어지는 경우에도 폭을 지킨다",
    date="2024-07-18",
    services=("login", "checkout", "payments-api", "cdn", "mail"),
    causes=("network",),
    severity="sev2",
    score=0.456,
    reasons=(
        Reason("service", ("login",), "same service: login"),
        Reason("words", ("스위치", "패킷"), "shared words: 스위치, 패킷, route reflector, switch"),
    ),
    open_follow_ups=(
        *(follow_up(number) for number in range(1, 5)),
        follow_up(5, "2024-08-01"),
    ),
    earlier=True,
    is_recurrence=True,
    overlaps=False,
)


@pytest.mark.parametrize("columns", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    lines = list(report(RelatedEntries((HIT,)), "x" * 100, columns, date(2024, 9, 1)))
    assert max(width(click.unstyle(line)) for line in lines) <= columns


def test_an_answer_says_what_why_and_what_is_left_to_do() -> None:
    found = RelatedEntries((HIT,))
    said = "\n".join(map(click.unstyle, report(found, "this text", 80, date(2024, 9, 1))))
    assert said.startswith("1 entry is like this text\n")
    assert "2024-07-18 · login, checkout, payments-api, cdn +1 · sev2 · 46% alike" in said
    assert "the same happened before" in said
    assert "same service: login" in said
    assert "and 2 more open follow-ups" in said
    overdue = "[ ] Do thing 5 (network team, due 2024-08-01, OVERDUE, NET-1)"
    assert said.index(overdue) < said.index("[ ] Do thing 1 (network team, NET-1)")


def test_commands_to_a_terminal_are_not_passed_on() -> None:
    hostile = RelatedEntry(
        **{name: getattr(HIT, name) for name in HIT.__slots__}
        | {"title": "a\x1b[2Jb", "reasons": (Reason("words", ("\x1b",), "shared word: \x1b]0;x"),)}
    )
    lines = report(RelatedEntries((hostile,)), "\x1b[31m", 80, date(2024, 9, 1))
    assert "\x1b" not in "".join(map(click.unstyle, lines))
