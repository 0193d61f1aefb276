"""Which entries an index lacks, has in an old state, or has too many: a pure comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kb.record import record

if TYPE_CHECKING:
    from kb.finding import Finding

Written = tuple[tuple[str, str, str], ...]
"""Names that the vocabulary had to resolve: (field, name as written, what it became)."""


@record
class Indexed:
    """What an index knows of one path: the content it was indexed from, the names in it."""

    fingerprint: str
    written: Written = ()


@record
class Difference:
    """Paths that an index must add, replace and remove to agree with the files."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@record
class SyncStats:
    """What a sync did, in entries, and the findings it met on its way.

    Attributes:
        rebuilt: the index was made anew as a whole.
        seconds: how long it took.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    rebuilt: bool = False
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0


def compare(
    files: Mapping[str, str],
    indexed: Mapping[str, Indexed],
    resolve: Callable[[str, str], str | None],
) -> Difference:
    """What must be done for the index to agree with the files and the vocabulary.

    Args:
        files: path -> fingerprint of the content now.
        indexed: path -> what the index knows.
        resolve: (field, name) -> canonical name, or None where the vocabulary has none.
    """
    changed = tuple(
        path
        for path, fingerprint in sorted(files.items())
        if (known := indexed.get(path)) is not None
        and (known.fingerprint != fingerprint or _resolves_otherwise(known, resolve))
    )
    return Difference(
        added=tuple(path for path in sorted(files) if path not in indexed),
        changed=changed,
        removed=tuple(path for path in sorted(indexed) if path not in files),
    )


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> Difference:
    """What `compare` says where no name means anything else than before, in less time.

    Args:
        before: path -> fingerprint of the content that was indexed.
        now: path -> fingerprint of the content now.
    """
    differing = sorted(path for path, content in now.items() if before.get(path) != content)
    return Difference(
        added=tuple(path for path in differing if path not in before),
        changed=tuple(path for path in differing if path in before),
        removed=tuple(sorted(before.keys() - now.keys())),
    )


def _resolves_otherwise(known: Indexed, resolve: Callable[[str, str], str | None]) -> bool:
    return any((resolve(field, name) or name) != became for field, name, became in known.written)
