"""Incident postmortems in Markdown, read as data and searched in Korean and English."""

from __future__ import annotations

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase

__all__ = ["KbError", "KnowledgeBase"]
__version__ = "0.1.0"
