"""Many entries at once, by several processes where there are enough to be worth starting them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kb import parallel_reading
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.review.examining import Examined, Examiner

LEAST = 400
"""Entries; fewer are done before other processes have started."""


@record
class _Elsewhere:
    """What another process does: it examines, and sends back all but the entry's text."""

    examiner: Examiner

    def read(self, path: str) -> Examined:
        return replace(self.examiner.file(path), entry=None)


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
    own = replace(examiner)  # without what it has worked out, which cannot be sent
    yield from parallel_reading.outcomes(_Elsewhere(own), paths, workers, fewest=LEAST)
