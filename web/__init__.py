"""The web application over a `kb.KnowledgeBase`: pages, API and feeds.

    from kb import KnowledgeBase
    from web import create_app

    app = create_app(KnowledgeBase.open("entries"))

The application only asks the knowledge base; bringing the index up to date is
`web.freshness`'s work, listening on a port `web.serving`'s.
"""

from __future__ import annotations

from web.application import create_app
from web.settings import Settings

__all__ = ["Settings", "create_app"]
