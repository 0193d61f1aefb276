"""A web page by its address: within a time and a size, over HTTP and HTTPS only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.importing.original import MAXIMUM_BYTES, too_large
from kb.importing.source import UnreadableSource

if TYPE_CHECKING:
    from http.client import HTTPResponse

SECONDS_TO_ANSWER = 15.0
SECONDS_IN_ALL = 60.0

_CHUNK = 64 * 1024
_HELP = "Check the address and the network, or save the page and import the file."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: its bytes, and the encoding that the server names."""

    raw: bytes
    charset: str


def is_address(source: str) -> bool:
    """Whether a source is the address of a web page."""
    return source.lower().startswith(("http://", "https://"))


def fetch(
    address: str, answer_within: float = SECONDS_TO_ANSWER, all_within: float = SECONDS_IN_ALL
) -> Fetched:
    """Get a page; redirections are followed.

    Args:
        address: of HTTP or HTTPS.
        answer_within: seconds that the server may be silent.
        all_within: seconds for the whole page.

    Raises:
        UnreadableSource: there is no answer, it is an error, too slow, or too large.
    """
    import http.client
    import urllib.error
    import urllib.request

    # Without the handlers for files and FTP, no redirection can lead to them.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    try:
        request = urllib.request.Request(  # noqa: S310 - the opener knows HTTP and HTTPS only
            address, headers={"User-Agent": "postmortem-kb", "Accept": "text/*, application/json"}
        )
        with opener.open(request, timeout=answer_within) as response:
            charset = response.headers.get_content_charset() or ""
            return Fetched(_read(response, address, time.monotonic() + all_within), charset)
    except urllib.error.HTTPError as error:
        error.close()
        raise UnreadableSource(f"{address} answered {error.code} {error.reason}.", _HELP) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise UnreadableSource(f"{address} cannot be read: {reason}.", _HELP) from error


def _read(response: HTTPResponse, address: str, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAXIMUM_BYTES:
            raise too_large(address)
        if time.monotonic() > deadline:
            raise UnreadableSource(f"{address} takes too long to answer.", _HELP)
    return b"".join(chunks)
