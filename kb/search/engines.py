"""The search engines by name; the module of one is imported only when it is chosen."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kb.errors import UsageError
from kb.search.lean_import import lean_import

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kb.config import EngineChoice
    from kb.search.engine import SearchEngine

DEFAULT = "whoosh"
EXTRAS = {"whoosh": "", "tantivy": "fast", "opensearch": "opensearch"}
"""Engine -> the extra of this package that installs it; none is needed where it is empty."""
_MODULES = {"opensearch": "opensearchpy"}
"""What an extra installs where it is called otherwise than the engine."""
ENVIRONMENT = "KB_ENGINE"
HOSTS = "KB_OPENSEARCH_HOSTS"
"""Addresses of a cluster, with commas or blanks between them; they count before kb.toml."""

SOURCE = "KB_SOURCE"
"""Where entries are read from; counts before kb.toml, which is the same for all machines."""


def chosen(asked: str | None, configured: str) -> str:
    """The engine to use: as asked, else as the environment says, else as kb.toml says.

    Raises:
        UsageError: there is no such engine, or it is not installed.
    """
    name = asked or os.environ.get(ENVIRONMENT, "").strip() or configured
    if name not in EXTRAS:
        from kb.vocabulary import near

        nearest = near(name, tuple(EXTRAS), limit=1)
        known = f"Choose one of {', '.join(EXTRAS)}, with {ENVIRONMENT} or in kb.toml."
        raise UsageError(
            f"There is no search engine {name!r}.",
            f"Did you mean {nearest[0]}? {known}" if nearest else known,
        )
    if EXTRAS[name] and find_spec(_MODULES.get(name, name)) is None:
        raise UsageError(
            f"The search engine {name} is not installed.",
            f"Install it: pip install 'postmortem-kb[{EXTRAS[name]}]'",
        )
    return name


def options_of(name: str, configured: EngineChoice) -> dict[str, object]:
    """What an engine is opened with: as kb.toml says of it, and the environment before that."""
    options = dict(configured.options) if configured.type == name else {}
    hosts = os.environ.get(HOSTS, "").replace(",", " ").split()
    if name == "opensearch" and hosts:
        options["hosts"] = hosts
    return options


def reads_index(name: str, configured: EngineChoice) -> bool:
    """Whether entries are to be read from a shared index, not from files.

    Raises:
        UsageError: the environment says something else.
    """
    from kb.config import SHARED, SOURCES

    asked = os.environ.get(SOURCE, "").strip()
    if asked and asked not in SOURCES:
        raise UsageError(f"{SOURCE} is {asked!r}.", f"Set it to {' or '.join(SOURCES)}.")
    configured_so = configured.source if configured.type == name else SOURCES[0]
    return name in SHARED and (asked or configured_so) == "index"


def opened(
    name: str, folder: Path | None, options: Mapping[str, object] | None = None
) -> SearchEngine:
    """An engine over the index in a folder, over one in memory, or on a server.

    Args:
        name: as `chosen` gives it.
        folder: the index's own, which no other engine uses.
        options: as `options_of` gives them.

    Raises:
        UsageError: the options make no sense.
    """
    if name == "opensearch":
        from kb.search.opensearch_engine import OpenSearchEngine

        return OpenSearchEngine(options)
    if name == "tantivy":
        from kb.search.tantivy_engine import TantivyEngine

        return TantivyEngine(folder)
    with lean_import():
        from kb.search.whoosh_engine import WhooshEngine

    return WhooshEngine(folder)
