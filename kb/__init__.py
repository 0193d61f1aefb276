"""Incident postmortems in Markdown, read as data and searched in Korean and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import KbError

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

__all__ = ["KbError", "KnowledgeBase"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the facade when it is first asked for: `kb --help` and completion never do."""
    if name == "KnowledgeBase":
        from kb.knowledge_base import KnowledgeBase

        return KnowledgeBase
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
