"""Regular expressions that are compiled when they are first used.

To compile all patterns that entries of every kind need takes longer than to read one entry, and
a process that reads one (`kb search` after an edit) meets few of the kinds. What is compiled is
the same; only a wrong pattern is found later, so the tests compile them all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, cast


class _Pattern:
    """A pattern that becomes a compiled one, method by method, as it is asked."""

    def __init__(self, source: Any, flags: int = 0) -> None:  # noqa: ANN401 -- str or bytes
        self._made_of = source, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a pattern has
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(re.compile(*self._made_of), name)
        setattr(self, name, value)  # the next time it is found without coming here
        return value


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, compiled when one of its methods is first asked for."""
    return cast("re.Pattern[str]", _Pattern(source, flags))


@contextmanager
def lazily() -> Iterator[None]:
    """Import libraries in the body; what they compile meanwhile is compiled when it is used.

    For modules that others may have imported, or import later, nothing else changes.
    """
    lazy = ModuleType("re")
    vars(lazy).update(vars(re), compile=_Pattern)
    sys.modules["re"] = lazy
    try:
        yield
    finally:
        sys.modules["re"] = re
