"""Many entries at once, by several processes where there are enough to be worth starting them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.review.examining import Examined, Examiner

LEAST = 400
"""Entries; fewer are done before other processes have started."""
_TOGETHER = 25
"""Entries that a process is given at a time."""

_own: list[Examiner] = []


def examined(examiner: Examiner, paths: Sequence[str], workers: int) -> Iterator[Examined]:
    """What is found in the files of these entries, in their order, without the entries' texts.

    Args:
        examiner: sent to each process.
        paths: relative to the entries folder.
        workers: how many processes there may be; 1: only this one.
    """
    if workers < 2 or len(paths) < LEAST:
        yield from map(examiner.file, paths)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pieces = [paths[start : start + _TOGETHER] for start in range(0, len(paths), _TOGETHER)]
    # Not forked: this process may have threads, whose locks a copy of it would wait for.
    own = replace(examiner)  # without what it has worked out, which cannot be sent
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (own,)) as pool:
        for piece in pool.map(_examine, pieces):
            yield from piece


def _start(examiner: Examiner) -> None:
    _own[:] = [examiner]


def _examine(paths: Sequence[str]) -> list[Examined]:
    return [replace(_own[0].file(path), entry=None) for path in paths]
