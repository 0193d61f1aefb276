"""One OpenSearch for all tests here; skipped with the reason where none can be started."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.opensearch.disk import can_be_mounted
from tests.opensearch.secured import Secured, secured
from tests.opensearch.server import Server, Unavailable, cluster, running

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import TypeVar

    from opensearchpy import OpenSearch

    Started = TypeVar("Started")

VERSION = os.environ.get("KB_TESTS_OPENSEARCH_VERSION", "3.8.0.0")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mounts: mounts a disk, which takes rights of root")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what no container would let us do, and say so: skipped means unfinished here."""
    mounting = [item for item in items if item.get_closest_marker("mounts")]
    if mounting and not can_be_mounted():
        config.hook.pytest_deselected(items=mounting)
        items[:] = [item for item in items if item not in mounting]


def started(stack: ExitStack, starting: AbstractContextManager[Started]) -> Started:
    """What is started; with KB_TESTS_OPENSEARCH set to `required`, as in CI, it must start."""
    try:
        return stack.enter_context(starting)
    except Unavailable as error:
        if os.environ.get("KB_TESTS_OPENSEARCH") == "required":
            raise
        pytest.skip(f"OpenSearch is not there: {error}")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A node."""
    with ExitStack() as stack:
        yield started(stack, running(VERSION))


@pytest.fixture(scope="module")
def three() -> Iterator[list[Server]]:
    """The nodes of a cluster, a JVM each."""
    with ExitStack() as stack:
        yield started(stack, cluster(VERSION, 3))


@pytest.fixture(scope="module")
def safe() -> Iterator[Secured]:
    """A node with TLS, users and tokens."""
    with ExitStack() as stack:
        yield started(stack, secured())


def unused_name(client: OpenSearch) -> Iterator[str]:
    """A name for an index; nothing that begins with it is left in the end."""
    made_up = f"kb-{secrets.token_hex(6)}"
    yield made_up
    for index in client.indices.get(index=f"{made_up}*"):
        client.indices.put_settings(index=index, body={"index.blocks.write": None})
        client.indices.delete(index=index)
