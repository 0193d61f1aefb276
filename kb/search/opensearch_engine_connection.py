"""A connection to OpenSearch: where it is, who asks, and what its refusals mean.

User, password and API key come from the environment only; no message ever quotes them.
"""

from __future__ import annotations

import base64
import logging
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opensearchpy import OpenSearch, exceptions

from kb.config.engine import problem
from kb.errors import BrokenIndex, IndexFailure, KbError, UsageError
from kb.record import record

USER, PASSWORD, API_KEY = "KB_OPENSEARCH_USER", "KB_OPENSEARCH_PASSWORD", "KB_OPENSEARCH_API_KEY"
OLDEST = (2, 10)
"""The first version that reads term frequencies from tokens (`delimited_term_freq`)."""

_SOCKETS = 32
"""Kept open to each host: as many threads may ask at once without opening one each time."""
_CA = 'ca = "/path/of/ca.pem"'
_REASONS = {
    "disk usage exceeded flood-stage watermark": (
        "A disk of {place} is full, so it is read-only.",
        "Make room on its nodes; it is writable again by itself.",
    ),
    "create-index blocked": (
        "The disks of {place} are nearly full, so it makes no new index.",
        "Make room on its nodes.",
    ),
    "this action would add": (
        "{place} has as many shards as it allows.",
        "Remove indices that nobody needs, or raise cluster.max_shards_per_node.",
    ),
    "too many nested clauses": (
        "The query has more parts than {place} allows.",
        "Ask for fewer words; or raise indices.query.bool.max_clause_count on its nodes.",
    ),
}
"""What the server may say, and what it means."""
_READ_ONLY = "cluster_block_exception"

# Python prints warnings of a library that nobody listens to; ours are errors with a remedy.
logging.getLogger("opensearch").addHandler(logging.NullHandler())


@record
class Settings:
    """What kb.toml says of the engine (`engine = {type = "opensearch", hosts = [...]}`).

    Attributes:
        hosts: addresses with scheme and port; any of them may be down.
        index: the alias under which the entries are found.
        ca: a file with the certificates to trust, or None for the system's.
        timeout: seconds until an answer must be there.
        shards: of a new index.
        replicas: of a new index: how many nodes may be lost.
    """

    hosts: tuple[str, ...] = ("http://127.0.0.1:9200",)
    index: str = "postmortems"
    ca: str | None = None
    timeout: float = 30.0
    shards: int = 1
    replicas: int = 1

    @classmethod
    def read(cls, options: Mapping[str, object]) -> Settings:
        """The settings out of the options of kb.toml.

        Raises:
            UsageError: an option is unknown, of another kind, or a secret.
        """
        for name, value in options.items():
            wrong = problem("opensearch", name, value)
            if wrong is not None:
                raise UsageError(*wrong)
        given: dict[str, Any] = dict(options)
        if "hosts" in given:
            given["hosts"] = tuple(given["hosts"])
        return cls(**given)


class Connection:
    """A client of one cluster that is made when first needed, and the meaning of its errors.

    Threads share it. A process that was forked makes its own: two that read from one socket
    would take each other's answers.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: tuple[int, OpenSearch] | None = None

    @property
    def client(self) -> OpenSearch:
        """The client; its version and its cluster are looked at once."""
        made, process = self._made, os.getpid()
        if made is None or made[0] != process:
            self._made = made = process, self._connected()
        return made[1]

    def _connected(self) -> OpenSearch:
        settings = self.settings
        client = OpenSearch(
            list(settings.hosts),
            timeout=settings.timeout,
            max_retries=max(3, len(settings.hosts)),
            # Another host may answer at once; the same one, asked again, is slower still.
            retry_on_timeout=len(settings.hosts) > 1,
            retry_on_status=(502, 504),
            pool_maxsize=_SOCKETS,
            ssl_context=self._trusted(),
            headers=_credentials(),
        )
        try:
            with self.errors():
                said = client.info()
        except BrokenIndex as error:  # it does not even know what is at /
            raise self._something_else() from error
        about = said.get("version") if isinstance(said, Mapping) else None
        if not isinstance(about, Mapping) or not isinstance(about.get("number"), str):
            raise self._something_else()
        kind, number = about.get("distribution", "Elasticsearch or the like,"), about["number"]
        if kind != "opensearch" or _version(number) < OLDEST:
            raise IndexFailure(
                f"{self.place} is {kind} {number}.",
                f"Use OpenSearch {OLDEST[0]}.{OLDEST[1]} or later.",
            )
        return client

    def _trusted(self) -> ssl.SSLContext | None:
        if not any(host.startswith("https:") for host in self.settings.hosts):
            return None
        try:
            return ssl.create_default_context(cafile=self.settings.ca)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise UsageError(
                f"The certificates in {self.settings.ca} cannot be read ({_first_line(error)}).",
                f"Name a PEM file in kb.toml: {_CA}.",
            ) from error

    def _something_else(self) -> IndexFailure:
        return IndexFailure(
            f"{self.place} is something else: it does not say which version it is.",
            "Correct hosts in kb.toml.",
        )

    @property
    def place(self) -> str:
        """The cluster, for messages."""
        return f"OpenSearch at {', '.join(self.settings.hosts)}"

    def close(self) -> None:
        """Let go of the sockets."""
        made, self._made = self._made, None
        if made is not None and made[0] == os.getpid():
            made[1].close()

    def check_answer(self, answer: Mapping[str, Any]) -> None:
        """See that one of several searches was answered in full.

        Raises:
            IndexFailure, BrokenIndex: it was not.
        """
        refused = answer.get("error")
        if refused:
            kind = refused.get("type") if isinstance(refused, Mapping) else str(refused)
            raise self._refusal(exceptions.TransportError(answer["status"], kind, answer))
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise IndexFailure(
                f"{self.place} has answered from a part of the index only.",
                "Look at its health: GET _cluster/health, GET _cluster/allocation/explain.",
            )

    def refused(self, path: str, outcome: Mapping[str, Any]) -> IndexFailure:
        """What the refusal of one document of many means."""
        kind, status = outcome["error"]["type"], outcome["status"]
        error = exceptions.TransportError(status, kind, outcome)
        if status == 400:
            return IndexFailure(
                f"{self.place} has refused {path} ({_reason(error)}).",
                "Correct the entry; or `kb index --rebuild`, if the index is an older one.",
            )
        return self._refusal(error)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what the client raises into our errors, each with a remedy."""
        try:
            yield
        except KbError:
            raise
        except exceptions.OpenSearchException as error:
            raise self._meaning(error) from error

    def _meaning(self, error: exceptions.OpenSearchException) -> IndexFailure:
        place = self.place
        match error:
            case exceptions.SSLError():
                return self._unsafe(error)
            case exceptions.ConnectionTimeout():
                said = f"has not answered within {self.settings.timeout:g} seconds."
                remedy = "Try again, raise the timeout in kb.toml, or see its load and its disks."
            case exceptions.ConnectionError():
                said = "is not there."
                remedy = "Start it, or correct hosts in kb.toml (https:// where it wants TLS)."
            case exceptions.AuthenticationException():
                said = "does not know this user."
                remedy = f"Set {USER} and {PASSWORD}, or {API_KEY}."
            case exceptions.TransportError():
                return self._refusal(error)
            case exceptions.SerializationError():
                return self._something_else()
            case _:
                said, remedy = f"failed ({_reason(error)}).", ""
        return IndexFailure(f"{place} {said}", remedy)

    def _unsafe(self, error: exceptions.SSLError) -> IndexFailure:
        cause: object = error.info
        while isinstance(cause, Exception) and cause.args and not isinstance(cause, ssl.SSLError):
            cause = cause.args[0]
        if isinstance(cause, ssl.SSLCertVerificationError):
            return IndexFailure(
                f"The certificate of {self.place} is not trusted ({cause.verify_message}).",
                f"Name the file of its authority in kb.toml: {_CA}.",
            )
        return IndexFailure(
            f"No safe connection to {self.place} ({_first_line(cause)}).",
            "If it speaks plain HTTP, begin hosts in kb.toml with http://.",
        )

    def _refusal(self, error: exceptions.TransportError) -> IndexFailure:
        place, reason = self.place, _reason(error)
        for said, (message, remedy) in _REASONS.items():
            if said in reason:
                return IndexFailure(message.format(place=place), remedy)
        if _READ_ONLY in f"{error.error} {reason}":
            return IndexFailure(
                f"{place} is read-only ({reason}).", "Take the block off its index or cluster."
            )
        if error.status_code == 403:
            return IndexFailure(
                f"{place} does not allow this ({reason}).",
                f"Give the user all rights on {self.settings.index}*, and cluster_monitor and "
                "cluster_composite_ops.",
            )
        if error.status_code == 404 or error.error == "mapper_parsing_exception":
            return BrokenIndex(
                f"The index of {place} is missing or of another schema ({reason}).",
                "`kb index --rebuild` makes it anew from the entries.",
            )
        if error.status_code in {429, 503}:
            return IndexFailure(
                f"{place} is overloaded or has lost shards ({reason}).",
                "Look at its health: GET _cluster/health, GET _cluster/allocation/explain. What is "
                "lost for good `kb index --rebuild` makes anew from the entries.",
            )
        remedy = "Look at its log and its health: GET _cluster/health."
        return IndexFailure(f"{place} has refused ({error.status_code}, {reason}).", remedy)


def _credentials() -> dict[str, str]:
    """The header that says who asks.

    A key that names its scheme (`Bearer ...`, a token) is sent as it is.
    """
    key = os.environ.get(API_KEY, "").strip()
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    if key:
        given = key if " " in key else f"ApiKey {key}"
        if not given.isascii() or not given.isprintable():
            raise UsageError(f"{API_KEY} holds what no key has.", "Set it anew.")
    elif bool(user) != bool(password):
        raise UsageError(
            f"Only one of {USER} and {PASSWORD} is set.", "Set both, or neither of them."
        )
    elif user:
        pair = f"{user}:{password}".encode(errors="surrogateescape")
        given = f"Basic {base64.b64encode(pair).decode()}"
    else:
        return {}
    return {"Authorization": given}


def _version(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("-", 1)[0].split(".") if part.isdigit())


def _reason(error: exceptions.OpenSearchException) -> str:
    """What the server says, in one short line."""
    said = getattr(error, "info", None)
    if isinstance(said, Mapping) and isinstance(said.get("error"), Mapping):
        causes = said["error"].get("root_cause") or [said["error"]]
        said = causes[0].get("reason")
    return " ".join(str(said or type(error).__name__).split())[:200]


def _first_line(error: object) -> str:
    return next(iter(str(error).splitlines()), "")[:200]
