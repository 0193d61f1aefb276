"""The server for work on this program: one process that restarts when its files change.

Never for readers: it shows tracebacks, and brings the index up to date in their requests.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import is_running_from_reloader, run_simple

from web.application import create_app

if TYPE_CHECKING:
    from kb import KnowledgeBase

_WATCHED = ("static", "templates", "translations", "help")
"""Folders beside this file whose files count as code: what is made of them is kept for good."""


def reloaded() -> bool:
    """Whether this process is the one that answers, started by the one that watches the files."""
    return is_running_from_reloader()


def serve(knowledge: KnowledgeBase, host: str, port: int) -> None:
    """Answer until interrupted; a traceback is a page, but nothing can be typed into it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")

    def synced() -> KnowledgeBase:
        knowledge.sync()
        return knowledge

    app = create_app(synced, knowledge.config.web)
    app.debug = True
    here = Path(__file__).parent
    files = [str(file) for name in _WATCHED for file in (here / name).rglob("*") if file.is_file()]
    run_simple(
        host,
        port,
        app,
        threaded=True,
        use_reloader=True,
        use_debugger=True,
        use_evalex=False,
        extra_files=files,
    )
