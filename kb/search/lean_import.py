"""Importing a library without what it imports and never uses.

Whoosh-Reloaded 2.7.5 imports `urllib.request` for a name that nothing calls, and
`cached_property`, which imports asyncio to wrap a decorator that functools has. Together they
are a third of what importing Whoosh costs, on every `kb search`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_STAND_INS: dict[str, dict[str, object]] = {
    "urllib.request": {"urlretrieve": None},
    "cached_property": {"cached_property": functools.cached_property},
}


@contextmanager
def lean_import() -> Iterator[None]:
    """Stand in for the needless modules while the body imports; real ones are left alone."""
    added = []
    for name, contents in _STAND_INS.items():
        if name not in sys.modules:
            module = ModuleType(name)
            vars(module).update(contents)
            sys.modules[name] = module
            added.append(name)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]
