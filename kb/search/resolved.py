"""What filters are read against, and what comes of reading one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from kb.record import record
from kb.search.engine import AnyOf, Condition, SearchEngine, Word

if TYPE_CHECKING:
    from kb.search.results import Notice
    from kb.vocabulary import Vocabulary


@record
class Context:
    """What filters are read against.

    Attributes:
        today: the day that `today`, `7d` and `is:overdue` mean.
        recurring: gives the paths of the entries that repeat an earlier one.
    """

    vocabulary: Vocabulary
    engine: SearchEngine
    today: date
    recurring: Callable[[], frozenset[str]]


@record
class Resolved:
    """A filter as it was understood, or the notice that says why it was not.

    Attributes:
        condition: None where the filter cannot be used; its values are searched as text then.
        understood: the condition in words.
        denied: the same with a minus before it, in words.
        words: words in the condition, to be marked in results.
    """

    condition: Condition | None
    understood: str = ""
    denied: str = ""
    notice: Notice | None = None
    words: tuple[Word, ...] = ()


def any_of(conditions: Sequence[Condition]) -> Condition:
    """One of the conditions holds."""
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))
