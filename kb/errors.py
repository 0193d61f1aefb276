"""The errors a caller can meet; each says what is wrong, where, and what to do.

    KbError                 anything this package raises on purpose
    ├── UsageError          the request makes no sense (exit code 2)
    ├── NotFound            an entry, service or file that does not exist (exit code 1)
    ├── CorpusError         the entries folder cannot be read or written
    └── IndexFailure        the index cannot be used (a full disk, a lock that stays)
        └── BrokenIndex     ... but making it anew from the entries would help

Bad data is never an exception: it is a `kb.model.Finding` beside whatever could be read.
"""

from __future__ import annotations


class KbError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        message: what is wrong and where, in one sentence.
        remedy: what the person can do about it, or an empty string.
        exit_code: what a command ends with when this reaches its door.
    """

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class UsageError(KbError):
    """The request makes no sense: an unknown option value, an impossible combination."""


class NotFound(KbError):
    """What was asked for by name does not exist.

    Attributes:
        nearest: names like the one asked for, best first.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "", nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.nearest = nearest


class CorpusError(KbError):
    """The entries folder is missing, or cannot be read or written."""


class IndexFailure(KbError):
    """The index cannot be used: a full disk, a lock that stays, a server that is not there."""


class BrokenIndex(IndexFailure):
    """The index is damaged, old or somebody else's: it must be made anew from the entries."""
