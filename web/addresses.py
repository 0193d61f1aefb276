"""The addresses that a page links to: over a hundred, so each must cost next to nothing.

`flask.url_for` works an address out from the routes every time, in some 20 microseconds. What
it made for an entry or a part of the site is remembered; what holds a query is put together
from the remembered path and the encoded query.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import flask
from flask import request

if TYPE_CHECKING:
    from flask import Flask

_LASTING = frozenset({"entry_id", "_anchor", "topic", "service", "cause", "filename", "v"})
"""Parts of an address that come from the entries or from this program, not from a reader."""
_REMEMBERED = 4096
_REMEMBERED_WORDS = 1024
_PLAIN = "!$'()*,/:;?@"
"""What stands in a query as it is; werkzeug writes it so."""


def install(app: Flask) -> None:
    """Let an application's templates make addresses so."""
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, **values: Any) -> str:  # noqa: ANN401 -- Flask's signature
    """What `flask.url_for` gives for a part of this site, as a path."""
    if _LASTING.issuperset(values):
        return _remembered(request.script_root, endpoint, tuple(values.items()))
    return flask.url_for(endpoint, **values)


def with_parameters(endpoint: str, values: Mapping[str, str | int | None]) -> str:
    """The address of a part that stands at one path, with a query; None values are left out."""
    path = _remembered(request.script_root, endpoint, ())
    given = [f"{name}={_written(value)}" for name, value in values.items() if value is not None]
    return f"{path}?{'&'.join(given)}" if given else path


def _written(value: str | int) -> str:
    """A value as a query holds it; the links of a page share most of their words."""
    return "+".join(map(_word, value.split(" "))) if isinstance(value, str) else str(value)


@lru_cache(maxsize=_REMEMBERED_WORDS)
def _word(word: str) -> str:
    return quote(word, safe=_PLAIN)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    del root  # the address begins with it
    return flask.url_for(endpoint, **dict(values))
