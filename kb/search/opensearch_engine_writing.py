"""Changing an index that several machines share: one writer at a time, whole or not at all.

An alias leads to the index that is searched. A rebuild fills a new index beside it and moves the
alias at the end, so searches go on meanwhile. What `state` in the mapping's `_meta` says changes
with every step of writing, and names it unfinished until the step can be seen by searches.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from opensearchpy import exceptions

from kb.errors import BrokenIndex, IndexFailure
from kb.record import record
from kb.search import opensearch_engine_bulk as bulk
from kb.search import opensearch_engine_documents as kept
from kb.search.opensearch_engine_bulk import pauses

if TYPE_CHECKING:
    from kb.search.engine import Changes
    from kb.search.opensearch_engine_connection import Connection

GRACE_SECONDS = 1.0
"""How long searches that are on their way find the index that was replaced."""

REPLICA_SECONDS = 10.0
"""How long a new index may wait for its replicas."""

_REBUILD = "`kb index --rebuild` makes it anew from the entries."
_OTHER_NAME = 'Choose another name in kb.toml: engine = {type = "opensearch", index = "..."}.'

Body = dict[str, Any]


@record
class State:
    """What the mapping of an index says.

    Attributes:
        index: its own name, not the alias.
        token: of the state that searches see.
        changing: whether somebody is, or was when it ended, halfway through a change.
        showing: whether searches are beginning to see that change.
        step: of writing, the latest; each document holds the one in which it came.
    """

    index: str
    token: str
    changing: bool = False
    showing: bool = False
    step: int = 0

    @property
    def seen(self) -> int:
        """The last step that searches are sure to see in full."""
        return self.step - 1 if self.changing else self.step


def read_state(connection: Connection, name: str) -> State | None:
    """The state of what an alias (or a new index) leads to; None where there is nothing.

    Raises:
        IndexFailure: the name belongs to something else, or to a later version of this program.
        BrokenIndex: the index is of an earlier version, so that it can be made anew.
    """
    with connection.errors():
        try:
            found = connection.client.indices.get_mapping(
                index=name, params={"filter_path": "*.mappings._meta,*.mappings.dynamic"}
            )
        except exceptions.NotFoundError:
            return None
    if not found:
        raise IndexFailure(f"{name} on {connection.place} is no index of ours.", _OTHER_NAME)
    if len(found) > 1:
        raise IndexFailure(f"{name} on {connection.place} leads to several indices.", _OTHER_NAME)
    [(index, described)] = found.items()
    meta = described["mappings"].get("_meta", {})
    ours = meta.get("made_by") == "postmortem-kb" and index.startswith(connection.settings.index)
    if not ours or index == connection.settings.index:
        raise IndexFailure(f"{name} on {connection.place} is no index of ours.", _OTHER_NAME)
    if meta.get("schema") != kept.SCHEMA:
        other = str(meta.get("schema"))[:60]
        if _number(other) > _number(kept.SCHEMA):  # else two versions would replace it in turns
            raise IndexFailure(
                f"The index {index} on {connection.place} is of a later version of kb ({other}).",
                "Upgrade kb on this machine.",
            )
        raise BrokenIndex(
            f"The index {index} on {connection.place} is of another version ({other}).", _REBUILD
        )
    return State(
        index,
        str(meta["state"]),
        changing=bool(meta["changing"]),
        showing=bool(meta["showing"]),
        step=int(meta["step"]),
    )


def _number(schema: str) -> int:
    """The number of a schema's version; 0 of one that has none."""
    number = schema.rpartition(" ")[2]
    return int(number) if number.isdecimal() else 0


def mark(
    connection: Connection, index: str, step: int, *, changing: bool = False, showing: bool = False
) -> None:
    """Give an index a new state."""
    body = {"_meta": _meta(step, changing=changing, showing=showing)}
    with connection.errors():
        connection.client.indices.put_mapping(index=index, body=body)


def _meta(step: int, *, changing: bool = False, showing: bool = False) -> Body:
    return {
        "made_by": "postmortem-kb",
        "schema": kept.SCHEMA,
        "state": secrets.token_hex(8),
        "changing": changing,
        "showing": showing,
        "step": step,
    }


def check_alias(connection: Connection) -> None:
    """See that what the alias leads to may be replaced.

    Raises:
        IndexFailure: it belongs to something else.
    """
    with suppress(BrokenIndex):  # of another version, but ours
        read_state(connection, connection.settings.index)


def create(connection: Connection) -> str:
    """A new empty index that the alias does not lead to yet; its name."""
    settings = connection.settings
    index = f"{settings.index}-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}-"
    index += secrets.token_hex(4)
    body = kept.body(settings.shards, settings.replicas, _meta(0))
    with connection.errors():
        try:
            health = connection.client.cluster.health()
            # Written before its replica is there, a shard is lost with its node. Where replicas
            # take too long they may come later: who has just lost a node can be written, too.
            copies = min(settings.replicas + 1, max(1, int(health["number_of_data_nodes"])))
            waited = f"{min(settings.timeout / 2, REPLICA_SECONDS) * 1000:.0f}ms"
            connection.client.indices.create(
                index=index,
                body=body,
                params={
                    "wait_for_active_shards": copies,
                    "timeout": waited,
                    "request_timeout": settings.timeout,  # else the client takes the one above
                },
            )
        except exceptions.RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise  # else asked twice: the answer to the first was lost
        except exceptions.ConnectionError:  # it may be there all the same
            discard(connection, index)
            raise
    return index


def publish(connection: Connection, index: str, documents: int) -> None:
    """Let the alias lead to this index in one step, and remove the one it led to.

    Raises:
        IndexFailure: it does not hold so many documents.
    """
    client, alias = connection.client, connection.settings.index
    ours = f"{alias}-2*"  # a user with rights on these only may not ask about all
    check_alias(connection)
    with connection.errors():
        try:
            before = list(client.indices.get_alias(index=ours, name=alias))
        except exceptions.NotFoundError:
            before = []
        for _ in pauses():  # a shard whose node has just been lost
            held = int(client.count(index=index)["count"])
            if held == documents:
                break
        else:
            raise IndexFailure(
                f"The new index on {connection.place} holds {held} of {documents} entries.",
                "The old one is still searched. Look at the cluster's health and try again.",
            )
        old = [name for name in before if name != index]
        # They need not exist: the client asks again where an answer is lost.
        left = [{"remove": {"index": name, "alias": alias, "must_exist": False}} for name in old]
        actions: list[Body] = [{"add": {"index": index, "alias": alias}}, *left]
        client.indices.update_aliases(body={"actions": actions})
    if old:
        time.sleep(GRACE_SECONDS)
    for name in old:
        discard(connection, name)  # what is left all the same, the next rebuild sweeps


def discard(connection: Connection, index: str) -> None:
    """Remove an index that nobody searches, as far as the server can be reached."""
    with suppress(exceptions.OpenSearchException):
        connection.client.indices.delete(index=index, params={"ignore_unavailable": "true"})


def sweep(connection: Connection) -> None:
    """Remove what rebuilds left that were killed; only for who holds the lock."""
    client, alias = connection.client, connection.settings.index
    with connection.errors():
        found = client.indices.get_alias(index=f"{alias}-2*", params={"allow_no_indices": "true"})
        for name, about in found.items():
            if not about.get("aliases") and _is_ours(connection, name):
                client.indices.delete(index=name)


def _is_ours(connection: Connection, index: str) -> bool:
    try:
        return read_state(connection, index) is not None
    except BrokenIndex:  # of an earlier version
        return True
    except IndexFailure:  # somebody else's, or of a later version
        return False


def write(
    connection: Connection, index: str, changes: Changes, check: Callable[[], None]
) -> Collection[str]:
    """Remove and add; an unfinished state until all of it is seen.

    Args:
        connection: to the cluster.
        index: the alias, or an index that is not published yet.
        changes: what to do.
        check: raises where this process may write no more; asked before each request.

    Returns:
        The paths of what was added.

    Raises:
        IndexFailure: some of it was refused; what was not is in the index.
    """
    added: set[str] = set()
    state = read_state(connection, index)
    step = state.step + 1 if state is not None else 1  # it fails below where there is none
    batches = bulk.batches(bulk.lines(changes, added, step))
    first = next(batches, None)  # whatever fails before this leaves the index as it was
    if first is None:
        return added
    check()
    mark(connection, index, step, changing=True)
    bulk.send(connection, index, first)
    for batch in batches:
        check()
        bulk.send(connection, index, batch)
    settle(connection, index, step)
    return added


def settle(connection: Connection, index: str, step: int) -> None:
    """Let searches see everything that was written up to a step, and say so."""
    mark(connection, index, step, changing=True, showing=True)
    with connection.errors():
        for _ in pauses():  # a copy on a node that has just been lost
            answer = connection.client.indices.refresh(index=index)
            failed = answer["_shards"]["failed"]
            if not failed:
                break
        else:
            raise IndexFailure(
                f"{failed} shards of {index} on {connection.place} could not be refreshed.",
                "Look at its health: GET _cluster/health.",
            )
    mark(connection, index, step)
