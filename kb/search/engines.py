"""The search engines by name; the module of one is imported only when it is chosen."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kb.errors import UsageError
from kb.search.lean_import import lean_import

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.engine import SearchEngine

DEFAULT = "whoosh"
EXTRAS = {"whoosh": "", "tantivy": "fast"}
"""Engine -> the extra of this package that installs it; none is needed where it is empty."""
ENVIRONMENT = "KB_ENGINE"


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
    if EXTRAS[name] and find_spec(name) is None:
        raise UsageError(
            f"The search engine {name} is not installed.",
            f"Install it: pip install 'postmortem-kb[{EXTRAS[name]}]'",
        )
    return name


def opened(name: str, folder: Path | None) -> SearchEngine:
    """An engine over the index in a folder, or over one in memory.

    Args:
        name: as `chosen` gives it.
        folder: the index's own, which no other engine uses.
    """
    if name == "tantivy":
        from kb.search.tantivy_engine import TantivyEngine

        return TantivyEngine(folder)
    with lean_import():
        from kb.search.whoosh_engine import WhooshEngine

    return WhooshEngine(folder)
