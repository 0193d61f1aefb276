"""What a process does with its requests: one after the other, and dawdling clients hold nobody up.

Python runs one thread at a time. Requests that are worked on at once take turns, so that all of
them end late; one after the other, each ends as early as it can. The threads are there for what
is no work: connections that send or take their bytes slowly.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LINGER_SECONDS = 2.0
"""How long a client may take to hang up after its last answer."""


class OneAtATime:
    """A WSGI application that passes requests on to another one by one, first come first served.

    A plain lock would not do: it lets the luckiest thread through, and another waits for seconds.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()
        self._busy = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer in turn; the answer is sent outside of the turn."""
        self._enter()
        try:
            return self._application(environ, start_response)
        finally:
            self._leave()

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        return len(self._waiting)

    def _enter(self) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # until the one before hands its turn over

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker, in two things otherwise.

    While requests wait for their turn it takes no further connection and keeps none open: then
    all clients stand in the one line that the workers share, and nobody is stuck with a busy
    worker while another is idle. At rest connections stay open, as browsers like it.

    That a client closes its end of a connection is waited for by a thread of its own: gunicorn
    waits up to two seconds in the one that accepts all the others.
    """

    @property
    def worker_connections(self) -> int:
        """How many connections this worker takes before it leaves the next to others."""
        return 0 if self._is_busy() else int(self.cfg.worker_connections)

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        """Gunicorn sets what it was configured with."""

    @property
    def max_keepalived(self) -> int:
        """How many connections are kept open for another request."""
        return 0 if self._is_busy() else int(self.cfg.worker_connections)

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        """Gunicorn sets what it works out itself."""

    def _is_busy(self) -> bool:
        return isinstance(self.wsgi, OneAtATime) and self.wsgi.waiting > 0

    def handle(self, conn: Any) -> Any:  # noqa: ANN401 -- gunicorn's
        """Answer one request; where no other can follow, wait for the client to hang up."""
        follows = super().handle(conn)
        if not follows:
            with suppress(OSError):
                _hang_up(conn.sock)
        return follows


def _hang_up(connection: socket.socket) -> None:
    """Say that nothing follows, read what the client still sends, then read no more."""
    connection.shutdown(socket.SHUT_WR)
    until = time.monotonic() + LINGER_SECONDS
    try:
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                return
    finally:
        connection.shutdown(socket.SHUT_RDWR)
