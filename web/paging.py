"""Long lists in pages, with the address of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from web import params

MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is shown.

    Attributes:
        total: how many things there are on all pages.
        size: how many stand on a page.
        number: the page, from 1.
        address: a page's number -> its address.
    """

    total: int
    size: int
    number: int
    address: Callable[[int], str]

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many things stand on the pages before."""
        return (self.number - 1) * self.size

    @property
    def first_shown(self) -> int:
        """The place in the list of the first thing on this page, from 1; 0 where there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last_shown(self) -> int:
        """The place in the list of the last thing on this page."""
        return min(self.offset + self.size, self.total)


def wanted_page() -> int:
    """The number of the page that the address asks for.

    Raises:
        UsageError: it is no such number.
    """
    return params.number(request.args, "page", 1, least=1, most=MOST_PAGES)


def paging(total: int, size: int, kept: Iterable[str] = ()) -> Paging:
    """The page that the address asks for; the last one where there are fewer.

    Args:
        total: how many things there are.
        size: how many stand on a page.
        kept: the parameters that the addresses of the other pages keep.

    Raises:
        UsageError: `page` is no number.
    """
    endpoint = request.endpoint
    assert endpoint is not None
    parts: dict[str, Any] = {name: request.args[name] for name in kept if name in request.args}
    parts |= request.view_args or {}

    def address(number: int) -> str:
        return url_for(endpoint, **parts, page=number if number > 1 else None)

    last = max(1, -(-total // size))
    return Paging(total, size, min(wanted_page(), last), address)
