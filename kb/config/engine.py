"""The search engine that `kb.toml` chooses, and what it says to it.

    engine = "tantivy"
    engine = { type = "opensearch", hosts = ["https://search.example.org:9200"] }

Secrets never stand in this file: they are findings, which do not quote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from kb.record import record
from kb.vocabulary import near

if TYPE_CHECKING:
    from kb.config.toml_table import Reader

ENGINES = ("whoosh", "tantivy", "opensearch")
SOURCES = ("files", "index")
SHARED = ("opensearch",)
"""The engines on a server; entries can be read from them where their files are not."""

_SECRET = re.compile(r"user|pass|key|token|secret|auth", re.IGNORECASE)
_SECRETS_BELONG = (
    "Take it out of the file and change it where others could read it; set KB_OPENSEARCH_USER and "
    "KB_OPENSEARCH_PASSWORD, or KB_OPENSEARCH_API_KEY, in the environment."
)
# What an alias of OpenSearch may be called; a comma or an asterisk would mean several.
_INDEX = re.compile(r'(?![-_+.])[^\s\\/*?"<>|,#:\x00-\x1fA-Z]{1,60}')


@record
class EngineChoice:
    """Which search engine to use.

    Attributes:
        type: one of `ENGINES`.
        options: what the engine is opened with, as the engine understands it.
        source: where entries are read from: from their files, or from the index, on a machine
            that has no files and so never writes the index.
    """

    type: str = ENGINES[0]
    options: Mapping[str, object] = field(default_factory=dict)
    source: Literal["files", "index"] = "files"


def read_engine(reader: Reader, value: object) -> EngineChoice:
    """The key `engine`: a name, or a table with the name as `type`."""
    table: Mapping[str, object] = {}
    if isinstance(value, dict):
        table, value = value, value.get("type", ENGINES[0])
    if not isinstance(value, str):
        reader.wrong_kind(value, "text or a table", f'Write engine = "{ENGINES[0]}".', "engine")
    elif value not in ENGINES:
        nearest = near(value, ENGINES, limit=1)
        remedy = f"Did you mean {nearest[0]}?" if nearest else f"Known: {', '.join(ENGINES)}."
        message = f'There is no engine "{value}".'
        reader.report("config-value", "error", ("engine", "type"), message, remedy)
    else:
        return EngineChoice(value, _options(reader, value, table), _source(reader, value, table))
    return EngineChoice()


def _source(reader: Reader, engine: str, table: Mapping[str, object]) -> Literal["files", "index"]:
    source = table.get("source", "files")
    if source not in SOURCES:
        remedy = 'Write source = "index", or leave it out.'
        message = "engine.source is neither files nor index."
        reader.report("config-value", "error", ("engine", "source"), message, remedy)
    elif source == "index" and engine not in SHARED:
        message = f"engine.source does not count: {engine} does not keep the entries' own text."
        remedy = f'Leave it out, or use type = "{SHARED[0]}".'
        reader.report("config-value", "error", ("engine", "source"), message, remedy)
    elif source == "index":
        return "index"
    return "files"


def _options(reader: Reader, engine: str, table: Mapping[str, object]) -> dict[str, object]:
    """The options that the engine has; what is wrong with them is told."""
    known = _KNOWN.get(engine, {})
    options: dict[str, object] = {}
    for key, value in table.items():
        if key in {"type", "source"}:
            continue
        wrong = problem(engine, key, value)
        if wrong is None:
            options[key] = value
        elif key in known or _is_secret(engine, key):
            reader.report("config-value", "error", ("engine", key), *wrong)
            if key in _NO_DEFAULT:  # with another cluster or index than was meant, nothing is right
                options[key] = value
        elif known:
            reader.known_keys([key], ("type", "source", *known), ("engine",))
        else:
            reader.report("config-key", "warning", ("engine", key), *wrong)
    return options


def problem(engine: str, key: str, value: object) -> tuple[str, str] | None:
    """What is wrong with an option of an engine, and the remedy; None: nothing.

    The value is not quoted: it may be an address with a password in it.
    """
    known = _KNOWN.get(engine, {})
    if key in known:
        fits, wanted, remedy = known[key]
        remedy = _SECRETS_BELONG if key == "hosts" and "@" in str(value) else remedy
        return None if fits(value) else (f"engine.{key} is not {wanted}.", remedy)
    if _is_secret(engine, key):
        return f"engine.{key} must not stand in kb.toml.", _SECRETS_BELONG
    remedy = f"Choose from {', '.join(sorted(known))}." if known else "Leave it out."
    return f"engine.{key} does not count: {engine} has no such option.", remedy


def _is_secret(engine: str, key: str) -> bool:
    """Whether an unknown option is likely to hold a secret, and no known one is meant."""
    return _SECRET.search(key) is not None and not near(key, tuple(_KNOWN.get(engine, {})), limit=1)


def _is_address(host: object) -> bool:
    return (
        isinstance(host, str)
        and re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", host) is not None
    )


def _are_addresses(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_address, value))


def _is_index(value: object) -> bool:
    """Whether an index can have this name, and it means one index only."""
    return isinstance(value, str) and _INDEX.fullmatch(value) is not None


def _is_count(least: int) -> Callable[[object], bool]:
    return lambda value: type(value) is int and least <= value <= 1000


def _is_time(value: object) -> bool:
    return type(value) in {int, float} and isinstance(value, int | float) and 0 < value <= 3600


_KNOWN: Mapping[str, Mapping[str, tuple[Callable[[object], bool], str, str]]] = {
    "opensearch": {
        "hosts": (
            _are_addresses,
            "a list of addresses",
            'Write hosts = ["https://search.example.org:9200"].',
        ),
        "index": (
            _is_index,
            "a name for an index",
            'Write it in lower case without blanks and signs: index = "postmortems".',
        ),
        "ca": (
            lambda value: isinstance(value, str) and bool(value.strip()),
            "the path of a file",
            'Write ca = "/path/of/ca.pem".',
        ),
        "timeout": (_is_time, "a number of seconds", "Write timeout = 30."),
        "shards": (_is_count(1), "a number of shards", "Write shards = 1."),
        "replicas": (_is_count(0), "a number of replicas", "Write replicas = 1."),
    }
}
"""Engine -> option -> whether a value fits, what it must be, and how it is written."""
_NO_DEFAULT = frozenset(("hosts", "index"))
