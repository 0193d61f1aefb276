"""What a process remembers of an index on OpenSearch, for as long as it is right.

Counts hold until the index changes; what is held of every document outlives a change, since each
document says in which step of writing it came, so only later ones need to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from kb.search.engine import Listed, Row
    from kb.search.opensearch_engine_writing import State

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class Held(Generic[_Entry]):
    """Something of every document.

    Attributes:
        token: of the state that it is right for.
        step: the last step of writing that is in it.
        entries: the kept path -> what is held of the document.
    """

    token: str
    step: int
    entries: Mapping[str, _Entry]


@dataclass(slots=True)
class Known:
    """What was read of a state.

    Attributes:
        lengths: how many documents there are, and their average length in terms.
        counts: a term, a keyword or a word -> how many documents hold it.
        rows: of this state, or of an earlier one of the same index.
        listed: likewise.
    """

    state: State
    lengths: tuple[int, float] | None = None
    counts: dict[object, int] = field(default_factory=dict)
    rows: Held[Row] | None = None
    listed: Held[Listed] | None = None

    def after(self, state: State) -> Known:
        """What is known of a later state: what can be brought up to date."""
        if state.index != self.state.index:
            return Known(state)
        return Known(state, rows=self.rows, listed=self.listed)
