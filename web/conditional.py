"""Answers that a reader who has them already is not sent again, nor made again: 304.

See RFC 9110, sections 8.8.3 and 13.1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import Response, request

import kb
from web.current import knowledge

READER = ("Accept-Language", "Cookie")
"""The headers that say in which language and colours somebody reads."""


def today() -> date:
    """The day of this request, where the server stands."""
    return date.today()  # noqa: DTZ011 -- the day that the knowledge base takes by itself too


def unless_known(
    make: Callable[[], Response],
    day: date,
    *depends: str,
    weak: bool = False,
    vary: Collection[str] = READER,
) -> Response:
    """What `make` answers, with an ETag; 304 before any of its work where the reader has it.

    The ETag stands for the state of the knowledge base, the day, the address and this program:
    all that an answer about the index depends on.

    Args:
        make: makes the answer. Only one of status 200 gets the ETag.
        day: the day that the answer is of.
        depends: what the answer depends on beside these, such as the reader's language.
        weak: whether two answers of one ETag may differ in what does not matter.
        vary: the headers of a request that `depends` comes from.
    """
    state = knowledge().state()
    address = request.script_root + request.full_path
    parts = (_program(), state, day.isoformat(), address, *depends)
    tag = blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()
    known = request.if_none_match
    # `*` asks whether there is any answer, which only the work itself can tell.
    if not known.star_tag and known.contains_weak(tag):
        response = Response(status=304)
        response.headers.remove("Content-Type")
        response.set_etag(tag, weak=weak)
    else:
        response = make()
        if response.status_code == 200 and knowledge().state() == state:
            response.set_etag(tag, weak=weak)
    response.vary.update(vary)
    return response


@cache
def _program() -> str:
    """What this program is, by its files: another one may answer otherwise."""
    found = blake2b(digest_size=12)
    for package in (Path(kb.__file__).parent, Path(__file__).parent):
        for place in sorted(package.rglob("*")):
            if place.is_file() and place.suffix != ".pyc":
                stat = place.stat()
                found.update(f"{place} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return found.hexdigest()
