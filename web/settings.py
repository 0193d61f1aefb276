"""What a team may choose about its web pages: the table `[web]` of kb.toml, read by the core."""

from __future__ import annotations

from kb.config import WebSettings as Settings

__all__ = ["Settings"]
