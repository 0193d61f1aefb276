"""What a process does with its requests: one after the other, and dawdling clients hold nobody up.

Python runs one thread at a time. Requests that are worked on at once take turns, so that all of
them end late; one after the other, each ends as early as it can. The threads are there for what
is no work: connections that send or take their bytes slowly.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ARRIVING_SECONDS = 0.02
"""How long a connection counts as a request that is about to arrive."""
LINGER_SECONDS = 2.0
"""How long a client may take to hang up after its last answer."""
SENDING_SECONDS = 20.0
"""How long a client may take to send a request, head and body."""
TAKING_SECONDS = 300.0
"""How long it may take until it has sent a request and taken the answer."""


class InTurn:
    """A WSGI application that passes requests on to another one in turn, first come first served.

    A plain lock would not do: it lets the luckiest thread through, and another waits for seconds.
    What a client sends is taken in before its turn, so that nobody waits for one that dawdles.

    Args:
        application: what answers.
        largest: bytes of a body that are taken in; of a longer one, a byte more.
        at_once: how many requests are worked on at the same time: more than one where the work
            is to wait for another machine.
    """

    def __init__(self, application: WSGIApplication, largest: int = 0, at_once: int = 1) -> None:
        self._application = application
        self._largest = largest
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()
        self._free = at_once
        self.told: Callable[[], object] = bool
        """Called when a turn has ended."""

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

    @property
    def room(self) -> int:
        """Requests that could come without waiting for more than one turn; below 0: too many."""
        return 1 + self._free - len(self._waiting)

    def _take_body(self, environ: WSGIEnvironment) -> None:
        stated = str(environ.get("CONTENT_LENGTH") or "")
        if stated.isdecimal() and int(stated) > self._largest:
            return  # it is refused for its length, unread
        if stated or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(self._largest + 1))

    def _enter(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
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
                self._free += 1
        self.told()


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker, in three things otherwise.

    While a request waits for its turn, or is about to, it takes no further connection, and
    while clients wait to be taken it keeps no connection open: then all clients stand in the
    one line that the workers share, nobody is stuck with a busy worker while another is idle,
    and nobody who asks again at once comes before those who stand in the line. At rest
    connections stay open, as browsers like it.

    That a client closes its end of a connection is waited for by a thread of its own: gunicorn
    waits up to two seconds in the one that accepts all the others.

    A client that takes too long over a request is not read any further: gunicorn would wait for
    it without end, and as many such clients as there are threads would be all it answers.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 -- gunicorn's
        super().__init__(*arguments, **named)
        self._begun: dict[socket.socket, float] = {}
        self._arriving: dict[socket.socket, float] = {}

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
        if self._is_busy() or self._others_wait():
            return 0
        return int(self.cfg.worker_connections)

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        """Gunicorn sets what it works out itself."""

    def _is_busy(self) -> bool:
        if not isinstance(self.wsgi, InTurn):
            return False
        since = time.monotonic() - ARRIVING_SECONDS
        return self.wsgi.room <= sum(begun > since for begun in list(self._arriving.values()))

    def load_wsgi(self) -> None:
        """Load the application; at the end of each turn the worker looks at the line."""
        super().load_wsgi()
        if isinstance(self.wsgi, InTurn):
            self.wsgi.told = lambda: self.method_queue.defer(bool)

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 -- gunicorn's
        """Have a thread read the request of a connection."""
        self._arriving[conn.sock] = time.monotonic()
        super().enqueue_req(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait; not for long while a request may be about to arrive."""
        super().wait_for_and_dispatch_events(ARRIVING_SECONDS if self._arriving else timeout)

    def handle_request(self, req: Any, conn: Any) -> Any:  # noqa: ANN401 -- gunicorn's
        """Answer a request, which has arrived."""
        self._arriving.pop(conn.sock, None)
        return super().handle_request(req, conn)

    def _others_wait(self) -> bool:
        """Whether a client stands in the line, not taken by any worker yet."""
        return bool(select.select(self.sockets, (), (), 0)[0])

    def handle(self, conn: Any) -> Any:  # noqa: ANN401 -- gunicorn's
        """Answer one request; where no other can follow, wait for the client to hang up."""
        self._begun[conn.sock] = time.monotonic()
        try:
            follows = super().handle(conn)
        finally:
            self._begun.pop(conn.sock, None)
            self._arriving.pop(conn.sock, None)
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
