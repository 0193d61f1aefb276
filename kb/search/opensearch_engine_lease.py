"""A lock on the server: one writer at a time, whichever machine it is on."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from opensearchpy import exceptions

from kb.errors import IndexFailure

if TYPE_CHECKING:
    from kb.search.opensearch_engine_connection import Connection

LEASE_SECONDS = 20.0
"""A lock that nobody has renewed for so long belongs to a process that ended."""
LOCK_SECONDS = 600.0
"""How long to wait for another writer."""

_MAPPING = {"mappings": {"dynamic": "strict", "properties": {"by": {"type": "keyword"}}}}
_HOLDER = "writer"


class Lease:
    """A lock on the server that ends with its holder.

    It is a document that its holder rewrites every few seconds. Who waits takes it over when it
    has not changed for `LEASE_SECONDS` of his own clock, so clocks need not agree.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._index = f"{connection.settings.index}-lock"
        self._ended = threading.Event()
        self._stamp: tuple[int, int] | None = None
        self._renewed = 0.0
        self.lost = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, then hold it.

        Raises:
            IndexFailure: another process did not let go of it in `LOCK_SECONDS`.
        """
        with self._connection.errors():
            self._wait()
        renewing = threading.Thread(target=self._renew, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            self._ended.set()
            renewing.join()
            self._release()

    def check(self) -> None:
        """Raise IndexFailure where another process has taken the lock over."""
        if self.lost or time.monotonic() - self._renewed > LEASE_SECONDS:
            raise IndexFailure(
                f"Another process writes the index of {self._connection.place} now.",
                "This one had lost its connection for too long: run it again.",
            )

    def _wait(self) -> None:
        begun = since = time.monotonic()
        seen: tuple[int, int] | None = None
        while True:
            now = time.monotonic()
            try:
                if self.take():
                    return
                found = self._found()
                if found != seen:
                    seen, since = found, now
                elif found and now - since > LEASE_SECONDS and self.take(found):
                    return
            except exceptions.TransportError as error:
                # A shard of the lock that has just been made, or lost, is there again soon.
                if error.status_code != 503 or now - begun > LEASE_SECONDS:
                    raise
            if now - begun > LOCK_SECONDS:
                raise IndexFailure(
                    f"Another process has been writing the index of {self._connection.place} for "
                    f"{LOCK_SECONDS / 60:.0f} minutes.",
                    "Wait for it, or end it and try again.",
                )
            time.sleep(0.1)

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self._connection.client.get(index=self._index, id=_HOLDER)
        except exceptions.NotFoundError:
            return None
        return found["_seq_no"], found["_primary_term"]

    def take(self, stamp: tuple[int, int] | None = None) -> bool:
        """Whether the lock is ours now; with a stamp, taken over where it is still so."""
        parameters: dict[str, Any] = {"op_type": "create"}
        if stamp is not None:
            parameters = {"if_seq_no": stamp[0], "if_primary_term": stamp[1]}
        by = f"{socket.gethostname()} {os.getpid()}"
        client, asked = self._connection.client, time.monotonic()
        try:
            done = client.index(index=self._index, id=_HOLDER, body={"by": by}, params=parameters)
        except exceptions.ConflictError:
            return False
        except exceptions.NotFoundError:
            self._create()
            return False
        self._stamp = done["_seq_no"], done["_primary_term"]
        self._renewed = asked
        return True

    def _create(self) -> None:
        settings = {"number_of_shards": 1, "number_of_replicas": self._connection.settings.replicas}
        try:
            self._connection.client.indices.create(
                index=self._index, body={"settings": settings, **_MAPPING}
            )
        except exceptions.RequestError as error:
            if error.error != "resource_already_exists_exception":  # another process was faster
                raise

    def _renew(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 5):
            with suppress(exceptions.OpenSearchException):  # `check` sees how long that lasts
                if not self.take(self._stamp):
                    self.lost = True
                    return

    def _release(self) -> None:
        if self._stamp is None or self.lost:
            return
        stamp = {"if_seq_no": self._stamp[0], "if_primary_term": self._stamp[1]}
        with suppress(exceptions.OpenSearchException):
            self._connection.client.delete(index=self._index, id=_HOLDER, params=stamp)
