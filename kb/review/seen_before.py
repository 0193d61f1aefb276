"""What the team has been through already: earlier incidents like the one of an entry.

What is alike, and why, is `kb.related`'s; here it is put in the order of what a reviewer has to
know: first that it happened before, then whether it is told twice, then what else is similar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.review.report import SeenBefore

if TYPE_CHECKING:
    from collections.abc import Callable

    from kb.model import Postmortem
    from kb.related import RelatedEntries

ASKED = 40
"""Entries that are asked for: recurrences need not be the most similar ones."""
MOST_RECURRENCES = 5
MOST_DUPLICATES = 5
MOST_SIMILAR = 3


def seen_before(
    entry: Postmortem, related: Callable[[Postmortem, int], RelatedEntries]
) -> SeenBefore:
    """The earlier incidents like that of an entry.

    Args:
        entry: with the path it has in the index, where it is in it: it is not like itself.
        related: an entry and a number -> at most so many entries like it.
    """
    hits = [hit for hit in related(entry, ASKED).hits if hit.path != entry.path]
    duplicates = [hit for hit in hits if hit.overlaps]
    recurrences = [hit for hit in hits if hit.is_recurrence and not hit.overlaps]
    recurrences.sort(key=lambda hit: hit.date or "", reverse=True)
    similar = [hit for hit in hits if not hit.overlaps and not hit.is_recurrence]
    return SeenBefore(
        recurrences=tuple(recurrences[:MOST_RECURRENCES]),
        similar=tuple(similar[:MOST_SIMILAR]),
        duplicates=tuple(duplicates[:MOST_DUPLICATES]),
    )
