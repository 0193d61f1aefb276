"""What the commands that take a query have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kb.cli.session import tell

if TYPE_CHECKING:
    from kb.search.results import Notice


def words_of(arguments: Iterable[str]) -> str:
    """The arguments as one query; bytes that are no text (a broken paste) become marks."""
    return " ".join(arguments).encode("utf-8", "replace").decode("utf-8")


def tell_notices(notices: Iterable[Notice]) -> None:
    """What of a query was ignored or read otherwise, on standard error."""
    for notice in notices:
        advice = f" Did you mean {notice.suggestion}?" if notice.suggestion else ""
        tell(f"{notice.part}: {notice.message.rstrip('.')}.{advice}")
