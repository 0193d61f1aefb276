"""Answering on a port: gunicorn's processes over one application, and the keeper beside them.

gunicorn, because a search is work for a processor and Python does one thing at a time in a
process: several processes take turns at one queue of connections, each with threads only so
that slow readers and idle connections hold nobody up. Measured with 20 clients over 10,000
entries; see README.
"""

from __future__ import annotations

import ctypes
import gc
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from kb.errors import UsageError
from web.application import create_app
from web.freshness import Follower, SharedIndex
from web.serving_worker import InTurn, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from web.settings import Settings

THREADS = 8
"""A worker's: so many connections may dawdle before the next one waits."""
AT_ONCE = 4
"""Requests that a worker has open with the server of a shared index."""
CONNECTIONS = 200
GRACE_SECONDS = 15
"""What requests that are running get when the server is told to stop."""
KEEP_ALIVE_SECONDS = 5
BACKLOG = 1024
"""Connections that wait to be accepted."""
LONGEST_REQUEST_LINE = 8190
MOST_WORKERS_BY_DEFAULT = 4
KEEPER_PAUSE_SECONDS = (1.0, 60.0)
"""Before a keeper that ended is started again: the first time, and at most."""

_MOST_ARENAS = -8
"""M_ARENA_MAX of mallopt(3)."""

WARMING = (
    "/",
    "/?q=databaes",
    "/services/",
    "/causes/",
    "/recurrences",
    "/follow-ups",
    "/stats",
    "/api/v1/suggest?q=ka",
)
"""What a new state is asked before readers are: the pages that gather something on first use.

A word that nobody wrote has the words that somebody did gathered.
"""


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve and how.

    Attributes:
        entries: the entries folder.
        folder: where the keeper puts its states; see `web.freshness.own_folder`. None: there
            is no keeper, since entries are read from a shared index.
        shared: whether the index is on a server, which the workers ask themselves.
        workers: processes that answer.
        access_log: `full`, `no-queries` (what was searched for is left out) or `off`.
    """

    entries: Path
    folder: Path | None
    settings: Settings
    workers: int
    access_log: str = "full"
    shared: bool = False

    def source(self) -> Follower | SharedIndex:
        """Where a worker gets its knowledge base from."""
        if self.shared or self.folder is None:
            return SharedIndex(self.entries)
        return Follower(self.entries, self.folder)


def default_workers() -> int:
    """As many as there are processors, two to four: a slow page must not hold up all others."""
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        processors = os.cpu_count() or 1
    return max(2, min(processors, MOST_WORKERS_BY_DEFAULT))


def bound(host: str, port: int) -> socket.socket:
    """A socket at an address, not listening yet; port 0: one that is free.

    Raises:
        UsageError: there is no such address here, or it is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(address)
        except OSError:
            made.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"Cannot listen on {host}, port {port}: {reason}.",
            "Choose another port with --port (0: any that is free), or another --host.",
        ) from error
    return made


def address_of(listener: socket.socket) -> str:
    """What a person opens in a browser."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared with, not listened on
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(serving: Serving, listener: socket.socket, ready: Callable[[], object]) -> None:
    """Answer until told to stop (SIGTERM, SIGINT); ends the process.

    Args:
        serving: what, and how.
        listener: as `bound` made it.
        ready: called once when the workers have been told to start.
    """
    _take_memory_from_one_place()
    source = serving.source()
    app = create_app(source, serving.settings)
    _Application(serving, listener, app, source, ready).run()


def _take_memory_from_one_place() -> None:
    """Let all threads share one heap, where the C library (glibc) would give each its own.

    Threads that never work at once gain nothing by that, and what one of them gave back the
    others cannot use: a third more memory for a worker (measured).
    """
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_MOST_ARENAS, 1)


def warm(app: Flask) -> None:
    """Ask an application what readers will, so that none of them is the first."""
    client = app.test_client()
    for address in WARMING:
        client.get(address)


def settle(prepare: Callable[[], object]) -> None:
    """Make what is to stay, and spare the garbage collector from looking through it ever after.

    Half a million objects are made for a state of ten thousand entries. To look for cycles
    among them takes as long as to make them, and every tenth of a second a request would wait
    for it. A state has no cycles: it goes with the last one who asks it.
    """
    gc.disable()
    try:
        prepare()
    finally:
        gc.enable()
    gc.collect()
    gc.freeze()


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's view of all this: its settings and its hooks."""

    def __init__(
        self,
        serving: Serving,
        listener: socket.socket,
        app: Flask,
        source: Follower | SharedIndex,
        ready: Callable[[], object],
    ) -> None:
        self.serving = serving
        self._listener = listener
        self._logger = _QueriesLeftOut if serving.access_log == "no-queries" else _Logger
        self._app = app
        self._source = source
        self._ready = ready
        super().__init__(prog="kb serve")

    def load_config(self) -> None:
        chosen = {
            "bind": f"fd://{self._listener.detach()}",
            "backlog": BACKLOG,
            "workers": self.serving.workers,
            "worker_class": Worker,
            "threads": THREADS,
            "worker_connections": CONNECTIONS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "limit_request_line": LONGEST_REQUEST_LINE,
            "preload_app": True,
            "control_socket_disable": True,
            "accesslog": None if self.serving.access_log == "off" else "-",
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": self._logger,
            "proc_name": "kb serve",
            # Only proxies that the settings name are believed; the application does that.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "when_ready": lambda _: self._ready(),
            "post_worker_init": self._start_worker,
        }
        memory = Path("/dev/shm")  # noqa: S108 -- where gunicorn's heartbeat costs no disk
        if memory.is_dir() and os.access(memory, os.W_OK):
            chosen["worker_tmp_dir"] = str(memory)
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        gc.collect()
        gc.freeze()  # what all workers share is not looked through, and so not copied, by each
        at_once = AT_ONCE if self.serving.shared else 1
        return InTurn(self._app, self._app.config["MAX_CONTENT_LENGTH"], at_once)

    def _start_worker(self, worker: object) -> None:
        del worker
        self._source.start(lambda: settle(lambda: warm(self._app)))

    def run(self) -> None:
        _Arbiter(self).run()


class _Arbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Looks after the keeper as it looks after workers, once a second."""

    def __init__(self, app: _Application) -> None:
        self._serving = app.serving
        self._keeper: subprocess.Popen[bytes] | None = None
        self._again = 0.0
        self._pause = KEEPER_PAUSE_SECONDS[0]
        super().__init__(app)

    def manage_workers(self) -> None:
        super().manage_workers()
        if self._serving.folder is not None:
            self._see_to_keeper(self._serving.folder)

    def _see_to_keeper(self, folder: Path) -> None:
        if self._keeper is not None and self._keeper.poll() is not None:
            self.log.warning("The keeper ended; it is started again in %g s.", self._pause)
            self._end_keeper()
            self._again = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, KEEPER_PAUSE_SECONDS[1])
        if self._keeper is None and time.monotonic() >= self._again:
            self._keeper = subprocess.Popen(  # noqa: S603 -- ourselves
                [
                    sys.executable,
                    "-m",
                    "web.freshness",
                    self._serving.entries,
                    folder,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )

    def _end_keeper(self) -> None:
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
        self._keeper = None

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 -- gunicorn's signature
        keeper = self._keeper
        self._end_keeper()
        super().stop(graceful)
        if keeper is not None:
            try:
                keeper.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:  # a sync of very many entries; the index survives it
                keeper.kill()


class _Logger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """A line a request: time, client, method, address, status, bytes, milliseconds."""

    access_fmt = "%(message)s"
    _PRINTABLE: ClassVar[str] = "%/?#[]@!$&'()*+,;=:~-._"

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:  # noqa: ANN401
        """Write the line; an address stands as the client sent it, anything odd quoted."""
        del req
        if not self.access_log_enabled:
            return
        address = self._shown(quote(environ.get("RAW_URI", "-"), safe=self._PRINTABLE))
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        took = request_time.total_seconds() * 1000
        self.access_log.info(
            f"{moment} {environ.get('REMOTE_ADDR') or '-'} {environ['REQUEST_METHOD']} {address} "
            f"{str(resp.status).split(None, 1)[0]} {resp.sent} {took:.0f}ms"
        )

    def _shown(self, address: str) -> str:
        return address


class _QueriesLeftOut(_Logger):
    """Says which page was asked, not what was searched for."""

    def _shown(self, address: str) -> str:
        return address.partition("?")[0]
