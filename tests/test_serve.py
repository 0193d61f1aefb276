"""`kb serve` as a process on a real port: what it prints, answers, notices, and how it ends."""

from __future__ import annotations

import contextlib
import gc
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlsplit

import pytest

from kb.errors import UsageError
from web import serving
from web.serving_worker import SENDING_SECONDS, InTurn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.conftest import RunKb

Found = TypeVar("Found")
SECONDS = 60.0
"""What is waited for at most; a machine that runs other tests as well may be slow."""


class Server:
    """`kb serve` on a port that is free."""

    def __init__(self, entries: Path, *options: str) -> None:
        self.out = entries.parent / "serve.out"
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kb", "serve", "--port", "0", *options],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parent.parent,
                env=os.environ | {"KB_ENTRIES": str(entries), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        found = until(lambda: re.search(r"http://\S+/", self.printed()))
        assert found is not None
        self.address = urlsplit(found.group())

    def printed(self) -> str:
        assert self.process.poll() is None or self.process.returncode == 0, self.out.read_text()
        return self.out.read_text("utf-8")

    def get(self, path: str, seconds: float = SECONDS) -> tuple[int, str]:
        with contextlib.closing(
            http.client.HTTPConnection(self.address.hostname or "", self.address.port, seconds)
        ) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


def until(ask: Callable[[], Found]) -> Found:
    limit = time.monotonic() + SECONDS
    while not (found := ask()):
        assert time.monotonic() < limit
        time.sleep(0.05)
    return found


@pytest.fixture
def start(own_entries: Path) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def begin(*options: str) -> Server:
        started.append(Server(own_entries, *options))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


def test_it_serves_follows_changes_logs_and_stops(
    start: Callable[..., Server], own_entries: Path
) -> None:
    server = start("--workers", "2")
    status, page = server.get("/api/v1/search?q=" + quote("결제"))
    assert status == 200
    assert '"total":3' in page
    assert server.get("/entries/none")[0] == 404

    place = own_entries / "2023" / "2023-11-02-kafka-consumer-lag.md"
    place.write_text(place.read_text("utf-8").replace("title: ", "title: Zeppelin "), "utf-8")
    until(lambda: all("Zeppelin" in server.get("/api/v1/search?q=zeppelin")[1] for _ in range(4)))

    printed = server.printed()
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    wanted = rf"^{moment} 127\.0\.0\.1 GET /api/v1/search\?q=%EA%B2%B0%EC%A0%9C 200 \d+ \d+ms$"
    assert re.search(wanted, printed, re.MULTILINE)
    assert re.search(rf"^{moment} 127\.0\.0\.1 GET /entries/none 404 ", printed, re.MULTILINE)

    assert server.stop() == 0
    assert not list((own_entries.parent / "cache").glob("serving-*"))
    assert "Traceback" not in server.printed()


def test_a_log_can_leave_out_what_was_searched_for_and_odd_addresses_stay_on_one_line(
    start: Callable[..., Server],
) -> None:
    server = start("--workers", "1", "--access-log", "no-queries")
    server.get("/api/v1/search?q=secret")
    server.get("/%0aevil%1b%20line")
    until(lambda: "evil" in server.printed())
    assert "secret" not in server.printed()
    assert "GET /%0aevil%1b%20line 404 " in server.printed()


def test_a_running_request_is_finished_and_idle_connections_hold_nobody_up(
    start: Callable[..., Server],
) -> None:
    server = start("--workers", "1", "--access-log", "off")
    place = (server.address.hostname or "", server.address.port or 0)
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(place, SECONDS)) for _ in range(7)]
        begun = time.monotonic()
        assert server.get("/healthz")[0] == 200
        assert time.monotonic() - begun < 4  # gunicorn gives an idle connection 5 s
        slow = idle[0]
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        server.process.send_signal(signal.SIGTERM)
        slow.sendall(b"Connection: close\r\n\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 200")
        for connection in idle:
            connection.close()
    assert server.process.wait(SECONDS) == 0
    assert "GET" not in server.printed()


def test_clients_that_stop_in_the_middle_of_a_request_hold_nobody_up(
    start: Callable[..., Server],
) -> None:
    server = start("--workers", "1")
    head = b"POST /api/v1/related HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
    with contextlib.ExitStack() as stalled:
        for _ in range(6):
            place = server.address.hostname or "", server.address.port or 0
            connection = stalled.enter_context(socket.create_connection(place, SECONDS))
            connection.sendall(head + b"Content-Length: 1000\r\n\r\nhalf")
        patience = SENDING_SECONDS / 2  # the stalled ones are given up after twice that
        assert server.get("/healthz", patience)[0] == 200
        assert server.get("/?q=kafka", patience)[0] == 200


def test_a_keeper_that_is_killed_is_started_again(
    start: Callable[..., Server], own_entries: Path
) -> None:
    server = start("--workers", "1")
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    if not children.exists():  # not Linux
        children = own_entries.parent / "children"
        listed = subprocess.run(
            ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
        )
        children.write_text(listed.stdout)

    def keeper() -> int:
        for child in children.read_text().split():
            command = subprocess.run(
                ["ps", "-o", "args=", "-p", child], capture_output=True, text=True, check=False
            ).stdout
            if "web.freshness" in command:
                return int(child)
        return 0

    first = until(keeper)
    os.kill(first, signal.SIGKILL)
    until(lambda: keeper() not in {0, first})
    assert "The keeper ended" in server.printed()
    assert server.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "no-such-host.invalid"), "Cannot listen on no-such-host.invalid"),
        (("--host", "192.0.2.1"), "Cannot listen on 192.0.2.1"),
        (("--port", "99999"), "--port"),
        (("--workers", "0"), "--workers"),
        (("--dev", "--host", "0.0.0.0"), "can be reached from elsewhere"),
    ],
)
def test_what_cannot_be_served_is_told(run_kb: RunKb, options: tuple[str, ...], said: str) -> None:
    result = run_kb("serve", *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_port_that_is_taken_is_told_before_anything_is_done(run_kb: RunKb) -> None:
    with serving.bound("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        result = run_kb("serve", KB_SERVE_PORT=str(port))
    assert result.exit_code == 2
    assert f"Cannot listen on 127.0.0.1, port {port}" in result.stderr
    assert "--port" in result.stderr


def test_a_missing_folder_is_told(run_kb: RunKb, tmp_path: Path) -> None:
    result = run_kb("--entries", str(tmp_path / "none"), "serve", "--port", "0")
    assert result.exit_code == 2
    assert "none" in result.stderr


def test_an_index_that_cannot_be_kept_is_told(
    run_kb: RunKb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "file"
    nowhere.touch()
    monkeypatch.setattr("tempfile.tempdir", str(nowhere))
    result = run_kb("serve", "--port", "0", KB_CACHE_DIR=str(nowhere))
    assert result.exit_code == 2
    assert "KB_CACHE_DIR" in result.stderr


def test_an_address_is_one_that_a_browser_opens() -> None:
    with serving.bound("127.0.0.1", 0) as listener:
        assert serving.address_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with serving.bound("0.0.0.0", 0) as listener:
        assert "0.0.0.0" not in serving.address_of(listener)


def test_an_address_of_ip_version_6_stands_in_brackets() -> None:
    with contextlib.suppress(UsageError), serving.bound("::1", 0) as listener:
        assert serving.address_of(listener).startswith("http://[::1]:")


def test_workers_are_two_to_four() -> None:
    assert 2 <= serving.default_workers() <= 4


def test_requests_are_worked_on_one_at_a_time_in_the_order_they_came() -> None:
    running: list[int] = []
    order: list[int] = []
    first_is_in, go_on = threading.Event(), threading.Event()

    def application(environ: dict[str, int], _: object) -> Iterable[bytes]:
        running.append(environ["n"])
        assert len(running) == 1
        order.append(environ["n"])
        if environ["n"] == 0:
            first_is_in.set()
            go_on.wait(SECONDS)
        if environ["n"] == 3:
            running.clear()
            raise ValueError("of the application")
        running.clear()
        return [b""]

    queue = InTurn(application)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(queue, {"n": 0}, print)]  # type: ignore[arg-type]
        assert first_is_in.wait(SECONDS)
        for number in range(1, 8):
            asked.append(pool.submit(queue, {"n": number}, print))  # type: ignore[arg-type]
            until(partial(_is_waiting, queue, number))
        go_on.set()
    assert order == list(range(8))
    assert [one.exception() is None for one in asked] == [n != 3 for n in range(8)]


def test_several_requests_can_be_worked_on_at_once_and_no_more() -> None:
    release = threading.Event()
    inside: list[str] = []

    def application(environ: dict[str, str], _: object) -> Iterable[bytes]:
        inside.append(environ["n"])
        assert release.wait(SECONDS)
        return [b""]

    queue = InTurn(application, at_once=2)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(queue, {"n": name}, print) for name in "abcd"]  # type: ignore[arg-type]
        until(lambda: queue.waiting == 2)
        assert len(inside) == 2
        release.set()
        for one in asked:
            one.result(SECONDS)
    assert sorted(inside) == list("abcd")
    assert queue.waiting == 0


def test_there_is_room_for_those_who_are_next_and_the_end_of_a_turn_is_told() -> None:
    met: list[int] = []

    def application(environ: dict[str, str], _: object) -> Iterable[bytes]:
        del environ
        met.append(queue.room)
        return [b""]

    queue = InTurn(application, at_once=2)
    queue.told = lambda: met.append(queue.room)
    assert queue.room == 3
    queue({}, print)  # type: ignore[arg-type]
    assert met == [2, 3]


def _is_waiting(queue: InTurn, count: int) -> bool:
    return queue.waiting == count


def test_the_development_server_answers_and_shows_a_traceback(
    own_entries: Path,
) -> None:
    from kb import KnowledgeBase
    from web import create_app

    app = create_app(KnowledgeBase.open(own_entries))
    app.debug = True

    def broken() -> str:
        return str(1 // 0)

    app.add_url_rule("/broken", "broken", broken)
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/broken")


def test_what_is_settled_is_not_looked_through_any_more() -> None:
    kept: list[list[int]] = []
    before = gc.get_freeze_count()
    try:
        serving.settle(lambda: kept.extend([number] for number in range(5_000)))
        assert gc.get_freeze_count() >= before + 5_000
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_the_garbage_collector_works_on_where_settling_fails() -> None:
    with pytest.raises(UsageError):
        serving.settle(partial(serving.bound, "127.0.0.1", -1))
    assert gc.isenabled()
