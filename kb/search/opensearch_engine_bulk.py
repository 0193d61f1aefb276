"""Documents to OpenSearch, many in a request: what it takes, what it takes later, what never."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from opensearchpy import exceptions

from kb.errors import IndexFailure
from kb.search import opensearch_engine_documents as kept

if TYPE_CHECKING:
    from kb.search.engine import Changes
    from kb.search.opensearch_engine_connection import Connection

BATCH_BYTES = 4_000_000
"""Of one bulk request."""
MOST_TRIES = 6
MOST_SECONDS = 60.0
"""No new try is made after these."""

_BUSY = frozenset((429, 502, 503, 504))
_TOO_LARGE = 413

Line = tuple[str, str]
"""The path of a document and what is sent for it."""


def pauses() -> Iterator[int]:
    """The numbers of a few tries, with a pause before each but the first that grows."""
    begun = time.monotonic()
    for number in range(MOST_TRIES):
        if number and time.monotonic() - begun > MOST_SECONDS:
            return
        if number:
            time.sleep(min(0.25 * 2**number, 8.0))
        yield number


def lines(changes: Changes, added: set[str], step: int) -> Iterator[Line]:
    """What is sent for changes; the paths of what is added join `added` on the way."""
    for document in changes.documents:
        added.add(document.path)
        about = json.dumps({"index": {"_id": kept.key(document.path)}})
        content = json.dumps({**kept.source(document), "step": step}, ensure_ascii=False)
        yield document.path, f"{about}\n{content}\n"
    # The documents come first: where they cannot be read, nothing has been sent.
    for path in sorted(changes.removed - added):
        yield path, json.dumps({"delete": {"_id": kept.key(path)}}) + "\n"


def batches(found: Iterable[Line]) -> Iterator[Sequence[Line]]:
    """The same in requests of about `BATCH_BYTES`."""
    batch: list[Line] = []
    size = 0
    for path, line in found:
        batch.append((path, line))
        size += len(line)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def send(connection: Connection, index: str, batch: Sequence[Line]) -> None:
    """One bulk request; what the server had no room for is sent again, later each time.

    Raises:
        IndexFailure: some of it was refused; what was not is in the index.
    """
    left = list(batch)
    reason = ""
    for _ in pauses():
        left, reason = _sent(connection, index, left)
        if not left:
            return
        if reason == str(_TOO_LARGE):  # for a proxy, say
            middle = len(left) // 2
            if not middle:
                raise connection.refused(left[0][0], _too_large(left[0]))
            send(connection, index, left[:middle])
            send(connection, index, left[middle:])
            return
    raise IndexFailure(
        f"{connection.place} took {len(batch) - len(left)} of {len(batch)} changes, "
        f"then no more ({reason}).",
        "Look at its load and health, then run `kb index`: it goes on from there.",
    )


def _too_large(line: Line) -> dict[str, object]:
    reason = f"{len(line[1].encode(errors='replace')):,} bytes are too large a request"
    return {"status": 400, "error": {"type": "too_large", "reason": reason}}


def _sent(connection: Connection, index: str, batch: Sequence[Line]) -> tuple[list[Line], str]:
    """The lines to be sent again, and why."""
    settings = connection.settings
    # Half of our own time-out: its answer that a shard is gone shall be there before that. And
    # where the alias is gone, the server shall not make an index of that name by itself.
    parameters = {"timeout": f"{settings.timeout * 500:.0f}ms"}
    if index == settings.index:
        parameters["require_alias"] = "true"
    body = "".join(line for _, line in batch)
    with connection.errors():
        try:
            answer = connection.client.transport.perform_request(
                "POST",
                f"/{index}/_bulk",
                params=parameters,
                body=body,
                timeout=settings.timeout,  # else the client takes the one meant for the server
            )
        except exceptions.SSLError:
            raise
        except exceptions.ConnectionError as error:
            return list(batch), type(error).__name__
        except exceptions.TransportError as error:
            if error.status_code not in _BUSY | {_TOO_LARGE}:
                raise
            return list(batch), str(error.status_code)
    again: list[Line] = []
    reason = ""
    for line, item in zip(batch, answer["items"], strict=True):
        [outcome] = item.values()
        if outcome["status"] in _BUSY:
            again.append(line)
            reason = outcome["error"]["type"]
        elif "error" in outcome:
            raise connection.refused(line[0], outcome)
    return again, reason
