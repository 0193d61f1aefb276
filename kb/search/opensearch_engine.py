"""The engine for more than one machine: our terms, weights and columns on OpenSearch.

    opensearch_engine_connection   the cluster, the user, what errors mean
    opensearch_engine_documents    the mapping; a document in and out
    opensearch_engine_queries      a request as queries with our scores
    opensearch_engine_reading      asking one state of the index
    opensearch_engine_known        what is remembered of it
    opensearch_engine_writing      states, bulk requests, rebuilds beside what is searched
    opensearch_engine_lease        one writer at a time

Each answer is of one state of the index: one that took several searches is asked again where
the state has changed meanwhile. No file but these knows OpenSearch.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import local
from typing import TYPE_CHECKING, Any, TypeVar

from kb.errors import BrokenIndex, IndexFailure
from kb.search import opensearch_engine_documents as kept
from kb.search import opensearch_engine_writing as writing
from kb.search.opensearch_engine_connection import Connection, Settings
from kb.search.opensearch_engine_known import Known
from kb.search.opensearch_engine_lease import Lease
from kb.search.opensearch_engine_reading import Reading, shown
from kb.search.opensearch_engine_writing import State

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import Capability, Changes, Listed, Request, Results, Row

_Answer = TypeVar("_Answer")

_TRIES = 20
_SHOWING_SECONDS = 5.0
"""Searches come to see a change in less; after more the writer has ended."""


class _Writer(local):
    """What the thread that holds the lock is making; other threads search what was before."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self.building = ""
        self.paths: set[str] = set()


class OpenSearchEngine:
    """`kb.search.engine.SearchEngine` over an alias of a cluster.

    Args:
        options: what kb.toml says beside the type; see `Settings`.
    """

    capabilities: frozenset[Capability] = frozenset(("shared", "contents"))

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        self._connection = Connection(Settings.read(options or {}))
        self._writer = _Writer()
        self._known: Known | None = None

    @property
    def settings(self) -> Settings:
        """Where the cluster is, and how the index is called there."""
        return self._connection.settings

    @property
    def place(self) -> str:
        """Where the index is."""
        return f"{self.settings.index} on {self._connection.place}"

    @property
    def _name(self) -> str:
        """What is read and written: the index that this thread is making, else the alias."""
        return self._writer.building or self._connection.settings.index

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock on the server; an index cleared meanwhile is published at the end."""
        lease, writer = Lease(self._connection), self._writer
        with lease.held():
            writer.lease = lease
            try:
                self._settle()
                yield
                lease.check()
                if writer.building:
                    writing.publish(self._connection, writer.building, len(writer.paths))
                    writer.building = ""
            finally:
                writer.lease, left, writer.building = None, writer.building, ""
                if left:
                    writing.discard(self._connection, left)

    def _settle(self) -> None:
        """Finish what a writer left that was killed."""
        with suppress(IndexFailure):  # a rebuild may come, which makes it well
            state = writing.read_state(self._connection, self._name)
            if state is not None and state.changing:
                writing.settle(self._connection, state.index, state.step)

    def version(self) -> str:
        """The index and its state; another one each time while somebody changes it."""
        state = self._state()
        if state is None:
            return ""
        unfinished = f" {secrets.token_hex(8)}" if state.changing else ""
        return f"{state.index} {state.token}{unfinished}"

    def rows(self) -> Sequence[Row]:
        """Every document's row, from its column."""
        return self._steady(Reading.rows)

    def search(self, request: Request) -> Results:
        """Find, rank, count."""
        return self._steady(lambda reading: reading.search(request))

    def listed(self, request: Request) -> Sequence[Listed]:
        """Every document that matches well, from the columns."""
        return self._steady(lambda reading: reading.listed(request))

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What the document stored to be shown, or None."""
        query = {"ids": {"values": [kept.key(path)]}}
        body = {"query": query, "size": 1, "stored_fields": ["shown"]}
        [answer] = self._steady(lambda reading: reading.asked([body]))
        found = answer["hits"]["hits"]
        return shown(found[0]) if found else None

    def contents(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """What entries' files held when they were indexed."""
        path_of = {kept.key(path): path for path in paths}
        query = {"ids": {"values": sorted(path_of)}}
        fields = {"docvalue_fields": ["content"], "_source": False}
        body = {"query": query, "size": len(path_of), **fields}
        [answer] = self._steady(lambda reading: reading.asked([body]))
        return {
            path_of[hit["_id"]]: kept.unpack_bytes(hit["fields"]["content"][0])
            for hit in answer["hits"]["hits"]
            if "content" in hit.get("fields", ())
        }

    def size(self) -> int:
        """The bytes that the index takes on all nodes."""
        connection = self._connection
        with connection.errors():
            found = connection.client.indices.stats(index=self._name, metric="store")
        return int(found["_all"]["total"]["store"]["size_in_bytes"])

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies."""
        return self._steady(lambda reading: reading.words(prefix))

    def values(self, field: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field, with their frequencies."""
        return self._steady(lambda reading: reading.values(field))

    def fields(self) -> Sequence[str]:
        """The keyword fields that some document has a value in."""
        return [value for value, _ in self.values("has")]

    def frequencies(self, terms: Sequence[str]) -> Sequence[int]:
        """How many documents hold each term."""
        return self._steady(lambda reading: reading.frequencies(terms))

    def apply(self, changes: Changes) -> None:
        """Remove and add; seen as soon as all of it is there."""
        writer = self._writer
        check = writer.lease.check if writer.lease is not None else lambda: None
        added = writing.write(self._connection, self._name, changes, check)
        if writer.building:
            writer.paths.difference_update(changes.removed)
            writer.paths.update(added)

    def clear(self) -> None:
        """Start an empty index; other processes go on with the old one while it is exclusive."""
        writing.check_alias(self._connection)
        if self._writer.lease is None:
            writing.publish(self._connection, writing.create(self._connection), 0)
            return
        self._writer.building = ""
        self._writer.paths.clear()
        writing.sweep(self._connection)
        self._writer.building = writing.create(self._connection)

    def set_aside(self, place: Path) -> None:
        """Not possible: the states of an index on a server are not kept.

        Raises:
            IndexFailure: always.
        """
        del place
        raise IndexFailure(
            f"An index on {self._connection.place} cannot be set aside.",
            "Ask the index itself: it is up to date for all machines.",
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()

    def _state(self) -> State | None:
        """The state as it is now; what is known of an earlier one goes with it."""
        state = writing.read_state(self._connection, self._name)
        if not self._writer.building:
            known = self._known
            if state is None:
                self._known = None
            elif known is None:
                self._known = Known(state)
            elif known.state != state:
                self._known = known.after(state)
        return state

    def _steady(self, ask: Callable[[Reading], _Answer]) -> _Answer:
        """An answer of one state of the index: asked again where it changed meanwhile."""
        begun = time.monotonic()
        if self._writer.lease is not None:  # nobody else changes it now
            return ask(Reading(self._connection, self._name, Known(State("", ""))))
        if self._known is None:
            self._state()
        for _ in range(_TRIES):
            known = self._known or Known(State("", ""))
            reading = Reading(self._connection, self._name, known)
            missing: BrokenIndex | None = None
            try:
                answer = ask(reading)
            except BrokenIndex as error:  # perhaps it has just been replaced
                missing = error
            if missing is None and reading.parts < 2:  # one search sees one state
                return answer
            state = self._state()
            while state is not None and state.showing and _is_soon(begun):
                time.sleep(0.02)
                state = self._state()
            if state is None or state == known.state:
                if missing is not None:
                    raise missing
                return answer
        raise IndexFailure(
            f"The index changes faster than it can be asked: {self.place}.", "Try again."
        )


def _is_soon(begun: float) -> bool:
    return time.monotonic() - begun < _SHOWING_SECONDS
