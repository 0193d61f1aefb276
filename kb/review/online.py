"""Pages of other hosts that an entry links to: are they still there?

Asked only where somebody says so (`--online`), and only what the entry names. An entry may be
anybody's, so nothing within one's own network is asked: a host name is resolved once, the
connection goes to just that address, and each redirection is held to the same.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Timer
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urljoin, urlsplit

from kb.review.rule import Problem

if TYPE_CHECKING:
    from kb.review.rule import Place
    from kb.review.subject import Subject

AT_ONCE = 10
SECONDS_TO_ANSWER = 10.0
SECONDS_IN_ALL = 30.0
MOST_REDIRECTIONS = 5

_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\\[\]{}^]{1,2000}", re.IGNORECASE)
_GONE = frozenset({404, 410})
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_AGENT = "postmortem-kb (link check)"

Outcome = Literal["there", "gone", "unknown-host", "unclear", "refused"]
Allowed = Callable[[str], bool]
"""Whether an IP address, as text, may be connected to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking for a page.

    Attributes:
        outcome: `gone` for 404 and 410; `unclear` for all else that is no success, since many
            hosts refuse whoever is no browser; `refused` where it was not asked.
        reason: in a few words, such as `404 Not Found`.
    """

    outcome: Outcome
    reason: str = ""


def is_public(address: str) -> bool:
    """Whether an IP address is one on the internet, and not of any private network."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return found.is_global and not found.is_multicast


def addresses(subject: Subject) -> Iterator[tuple[Place, str]]:
    """The pages an entry links to: in its sources, and in its text outside code."""
    for number, line in enumerate(subject.lines[: subject.body_line - 1], start=1):
        for match in _ADDRESS.finditer(line):
            address = _trimmed(match[0])
            yield subject.part(number, match.start(), match.start() + len(address)), address
    shown = subject.written.shown
    for match in _ADDRESS.finditer(shown.text):
        address = _trimmed(match[0])
        yield shown.place(match.start(), match.start() + len(address)), address


def _trimmed(address: str) -> str:
    """An address without the punctuation of its sentence."""
    while address[-1] in ".,;:!?*_)":
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def ask(pages: Iterable[str], allowed: Allowed = is_public) -> dict[str, Answer]:
    """Ask for pages, each once, ten at a time; never raises.

    Args:
        pages: addresses of HTTP and HTTPS; what follows a `#` makes no difference.
        allowed: which IP addresses may be connected to.
    """
    by_page: dict[str, list[str]] = {}
    for page in pages:
        by_page.setdefault(page.partition("#")[0], []).append(page)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda page: _ask(page, allowed), by_page)
        return {
            page: answer
            for (_, written), answer in zip(by_page.items(), answers, strict=True)
            for page in written
        }


def problems(subject: Subject, answers: Mapping[str, Answer]) -> list[Problem]:
    """What is to be said of the pages an entry links to: problems of the rule `DEAD_LINK`."""
    found: list[Problem] = []
    told: set[str] = set()
    for place, page in addresses(subject):
        answer = answers.get(page)
        if answer is None or answer.outcome == "there" or page in told:
            continue
        told.add(page)
        shown = page if len(page) <= 80 else f"{page[:79]}…"
        dead = answer.outcome in {"gone", "unknown-host"}
        message = f"`{shown}` {'is gone' if dead else 'could not be checked'}: {answer.reason}."
        help_ = "Link a copy in a web archive, and say in the entry what stood there."
        found.append(Problem(place, message, help_ if dead else "", level=None if dead else "note"))
    return found


def is_offline(answers: Mapping[str, Answer]) -> bool:
    """Whether it is not the pages but the network that is missing: no host has a name."""
    return len(answers) > 1 and all(one.outcome == "unknown-host" for one in answers.values())


def _ask(page: str, allowed: Allowed) -> Answer:
    """One page, by HEAD, and by GET where that is not answered well."""
    deadline = time.monotonic() + SECONDS_IN_ALL
    try:
        answer = _follow(page, "HEAD", allowed, deadline)
        if answer.outcome not in {"there", "refused"}:
            answer = _follow(page, "GET", allowed, deadline)
    except socket.gaierror as error:
        return _without_number(error)
    except TimeoutError:
        return Answer("unclear", "no answer in time")
    except ssl.SSLCertVerificationError as error:
        return Answer("unclear", f"its certificate is not valid ({error.verify_message})")
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return Answer("unclear", f"no answer ({why})")
    else:
        return answer


def _without_number(error: socket.gaierror) -> Answer:
    """What it means that a host's name leads to no address: for ever, or just now."""
    if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
        return Answer("unknown-host", "its host is not known")
    return Answer("unclear", "its host cannot be looked up now")


def _follow(page: str, method: str, allowed: Allowed, deadline: float) -> Answer:
    """Ask, and follow redirections; raises what the network raises."""
    for _ in range(MOST_REDIRECTIONS + 1):
        if time.monotonic() > deadline:
            raise TimeoutError
        status, reason, location = _request(page, method, allowed)
        if status == 0:
            return Answer("refused", reason)
        if status not in _REDIRECTED or not location:
            words = f"{status} {reason}".strip()
            if status < 400:
                return Answer("there", words)
            return Answer("gone" if status in _GONE else "unclear", words)
        page = urljoin(page, location)
    return Answer("unclear", "too many redirections")


def _request(page: str, method: str, allowed: Allowed) -> tuple[int, str, str]:
    """Status, its words, and where it redirects to; status 0 where nothing was asked."""
    parts = urlsplit(page)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return 0, "it is no page of the web", ""
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    secure = parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not all(allowed(number) for number in numbers):
        return 0, "it leads into a private network", ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    connection = _Pinned(host, port, numbers[0], secure=secure)
    # A host that sends a byte now and then would never run into a time-out.
    clock = Timer(SECONDS_IN_ALL, connection.cut)
    clock.start()
    try:
        target = f"{path}?{query}" if query else path
        connection.request(method, target, headers={"User-Agent": _AGENT, "Accept": "*/*"})
        response = connection.getresponse()
        return response.status, response.reason, response.headers.get("Location", "")
    finally:
        clock.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP address, whatever its host's name says a moment later."""

    def __init__(self, host: str, port: int, number: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS_TO_ANSWER)
        self._number = number
        self._secure = secure
        if secure:
            self.default_port = 443  # which is then left out of the Host header

    def connect(self) -> None:
        """Connect to the address, and for HTTPS show that the host is the one that was meant."""
        self.sock = socket.create_connection((self._number, self.port), self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End the connection from another thread: whoever waits for it waits no longer."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
