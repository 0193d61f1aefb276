"""The table `[web]` of `kb.toml`: what a team chooses about its web pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.config.toml_table import Reader

TABLE = "web"
KEYS = ("title", "base_url", "cors_origins", "trusted_proxies")
MOST_PROXIES = 10

_ORIGIN = r"https?://(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_ADDRESS = rf"""{_ORIGIN}(?:/[^\s?#<>"'\\]*)?"""


@record
class WebSettings:
    """Choices that do not change while the application runs.

    Attributes:
        title: what the site calls itself; empty: the built-in name in the reader's language.
        base_url: where readers find the site, without a slash at the end, for feeds and
            calendars that are read elsewhere; empty: as the request says.
        cors_origins: the origins whose scripts may read the API (`https://status.example`),
            or `("*",)`; empty: none.
        trusted_proxies: how many proxies before the application set `X-Forwarded-*`.
    """

    title: str = ""
    base_url: str = ""
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0


def read_web(reader: Reader, table: Mapping[str, object]) -> WebSettings:
    """The table's settings; what cannot be used is a finding, and its default counts."""
    reader.known_keys(table, KEYS, (TABLE,))
    return WebSettings(
        title=reader.string(table, TABLE, "title"),
        base_url=_base_url(reader, table),
        cors_origins=_origins(reader, table),
        trusted_proxies=_proxies(reader, table),
    )


def is_base_url(address: str) -> bool:
    """Whether it is the whole address of a site: http or https, a host, perhaps a path."""
    return re.fullmatch(_ADDRESS, address) is not None


def _base_url(reader: Reader, table: Mapping[str, object]) -> str:
    address = reader.string(table, TABLE, "base_url").rstrip("/")
    if address and not is_base_url(address):
        message = f'base_url "{address}" is no web address, and is left out.'
        remedy = 'Write it as "https://postmortems.example.com" or with a path after it.'
        reader.report("config-value", "error", (TABLE, "base_url"), message, remedy)
        return ""
    return address


def _origins(reader: Reader, table: Mapping[str, object]) -> tuple[str, ...]:
    place = (TABLE, "cors_origins")
    origins = []
    for origin in reader.strings(table, *place):
        if origin == "*" or re.fullmatch(_ORIGIN, origin):
            origins.append(origin)
        else:
            message = f'"{origin}" is no origin, and is left out.'
            remedy = 'Write scheme and host alone, as "https://status.example.com", or "*".'
            reader.report("config-value", "error", place, message, remedy, holding=origin)
    return ("*",) if "*" in origins else tuple(origins)


def _proxies(reader: Reader, table: Mapping[str, object]) -> int:
    place = (TABLE, "trusted_proxies")
    value = table.get("trusted_proxies", 0)
    if isinstance(value, bool) or not isinstance(value, int):
        reader.wrong_kind(value, "a whole number", "Write 1 for one proxy before kb serve.", *place)
        return 0
    if not 0 <= value <= MOST_PROXIES:
        message = f"web.trusted_proxies must be from 0 to {MOST_PROXIES}, but it is {value}."
        reader.report("config-value", "error", place, message, "Count the proxies on the way.")
        return 0
    return value
