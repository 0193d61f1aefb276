"""Entries of one id: each is found, but only one of them by its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.finding import Finding


def duplicates(ids: Mapping[str, str], touched: frozenset[str] | None = None) -> Iterator[Finding]:
    """A finding for each path whose id another one has.

    Args:
        ids: path -> id.
        touched: only ids that one of these paths has; None: all.
    """
    by_id: dict[str, list[str]] = {}
    for path, identifier in ids.items():
        by_id.setdefault(folded(identifier), []).append(path)
    for paths in by_id.values():
        if len(paths) > 1 and (touched is None or not touched.isdisjoint(paths)):
            first, *others = sorted(paths)
            for path in others:
                yield _duplicate(path, first, ids[path])


def folded(identifier: str) -> str:
    """An id as it is compared: in any case of its letters."""
    from kb.search.keywords import fold

    return fold(identifier)


def _duplicate(path: str, first: str, identifier: str) -> Finding:
    return Finding(
        rule="duplicate-id",
        level="error",
        path=path,
        line=0,
        message=f"{path} has the id {identifier}, and so has {first}.",
        help="Rename one of the two files: an id names one entry, in any case of its letters.",
    )
