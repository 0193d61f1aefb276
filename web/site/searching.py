"""The search of a static site: an index by Pagefind, which a reader's browser asks in pieces."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kb.overview import EntrySummary


FOLDER = "pagefind"
KEPT = frozenset(("pagefind.js", "pagefind-worker.js", "pagefind-entry.json"))
"""What our page needs beside the index itself; the rest is interfaces of other looks."""
_LEFT_OUT = (".entry-side", ".facts", ".turns", ".drawing", ".permalink", ".related", "nav")
"""What a page says beside the entry's own words."""
_STEMS = "en"
"""One index for all languages, or a page would find its own alone; Pagefind knows no stems of
Korean words, which are found by how they begin."""
_ENDINGS = (".pf_meta", ".pf_index", ".pf_fragment", ".pf_filter", ".pagefind")


def require_pagefind() -> None:
    """Raise UsageError where Pagefind is not installed."""
    if find_spec("pagefind") is None or find_spec("pagefind_bin") is None:
        raise UsageError(
            "A static site is searched by Pagefind, which is not installed.",
            'Install it: pip install "postmortem-kb[site]"',
        )


def filters_of(entry: EntrySummary) -> Iterator[tuple[str, str]]:
    """What an entry can be filtered by: (name, value)."""
    for name, values in (("service", entry.services), ("cause", entry.causes)):
        for value in values:
            yield name, value
    for name, value in (("severity", entry.severity), ("status", entry.status)):
        if value:
            yield name, value
    if entry.date:
        yield "year", entry.date[:4]
        yield "month", entry.date[:7]


def write_index(pages: Iterable[tuple[str, str]], site: Path) -> int:
    """Index pages, (file, HTML with Pagefind's attributes), into the site's folder.

    Returns:
        how many pages are in the index.

    Raises:
        KbError: Pagefind failed.
    """
    try:
        # In a thread of its own, for callers that run in a loop already.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, _index(pages, site)).result()
    except (OSError, RuntimeError, AssertionError) as error:
        raise KbError(
            f"Pagefind failed ({type(error).__name__}: {error}).",
            'Install it anew: pip install --force-reinstall "pagefind[bin]"',
        ) from error


async def _index(pages: Iterable[tuple[str, str]], site: Path) -> int:
    from pagefind.index import IndexConfig, PagefindIndex

    count = 0
    place = site / FOLDER
    config = IndexConfig(force_language=_STEMS, exclude_selectors=_LEFT_OUT, output_path=str(place))
    async with PagefindIndex(config=config) as index:
        for file, content in pages:
            await index.add_html_file(content=content, url=f"/{file}")
            count += 1
    for found in place.rglob("*"):
        if found.is_file() and found.name not in KEPT and not found.name.endswith(_ENDINGS):
            found.unlink()
    return count
