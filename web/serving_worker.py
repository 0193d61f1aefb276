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
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LINGER_SECONDS = 2.0
"""How long a client may take to hang up after its last answer."""
SENDING_SECONDS = 20.0
"""How long a client may take to send a request, head and body."""
TAKING_SECONDS = 300.0
"""How long it may take until it has sent a request and taken the answer."""


class OneAtATime:
    """A WSGI application that passes requests on to another one by one, first come first served.

    A plain lock would not do: it lets the luckiest thread through, and another waits for seconds.
    What a client sends is taken in before its turn, so that nobody waits for one that dawdles.

    Args:
        application: what answers.
        largest: bytes of a body that are taken in; of a longer one, a byte more.
    """

    def __init__(self, application: WSGIApplication, largest: int = 0) -> None:
        self._application = application
        self._largest = largest
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()
        self._busy = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer in turn; the request is taken and the answer is sent outside of the turn."""
        self._take_body(environ)
        self._enter()
        try:
            return self._application(environ, start_response)
        finally:
            self._leave()

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        return len(self._waiting)

    def _take_body(self, environ: WSGIEnvironment) -> None:
        stated = str(environ.get("CONTENT_LENGTH") or "")
        if stated.isdecimal() and int(stated) > self._largest:
            return  # it is refused for its length, unread
        if stated or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(self._largest + 1))

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
    """gunicorn's threaded worker, in three things otherwise.

    While requests wait for their turn it takes no further connection and keeps none open: then
    all clients stand in the one line that the workers share, and nobody is stuck with a busy
    worker while another is idle. At rest connections stay open, as browsers like it.

    That a client closes its end of a connection is waited for by a thread of its own: gunicorn
    waits up to two seconds in the one that accepts all the others.

    A client that takes too long over a request is not read any further: gunicorn would wait for
    it without end, and as many such clients as there are threads would be all it answers.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 -- gunicorn's
        super().__init__(*arguments, **named)
        self._begun: dict[socket.socket, float] = {}

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
        self._begun[conn.sock] = time.monotonic()
        try:
            follows = super().handle(conn)
        finally:
            self._begun.pop(conn.sock, None)
        if not follows:
            with suppress(OSError):
                _hang_up(conn.sock)
        return follows

    def murder_pending(self) -> None:
        """Once a second: end connections that take too long."""
        super().murder_pending()
        now = time.monotonic()
        for connection, begun in list(self._begun.items()):
            if now - begun > SENDING_SECONDS:
                how = socket.SHUT_RDWR if now - begun > TAKING_SECONDS else socket.SHUT_RD
                with suppress(OSError):
                    connection.shutdown(how)


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
