"""Pages of other hosts: asked of a server on this machine, which the tests start."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar

import pytest

from kb.review.online import Answer, addresses, ask, is_offline, is_public, problems
from tests.review_examples import entry_of, read

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Pages(BaseHTTPRequestHandler):
    """`/404` answers 404; `/head-405` refuses HEAD alone; `/to?X` leads to X."""

    asked: ClassVar[list[str]] = []

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        type(self).asked.append(f"{self.command} {self.path}")
        status, location = 200, ""
        if path == "/to":
            status, location = 302, query
        elif path == "/loop":
            status, location = 301, "/loop"
        elif path == "/head-405":
            status = 405 if self.command == "HEAD" else 200
        elif path[1:].isdigit():
            status = int(path[1:])
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = _answer  # noqa: N815 - names that the server asks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    _Pages.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _on_this_machine(number: str) -> bool:
    return ip_address(number).is_loopback


@pytest.mark.parametrize(
    ("path", "outcome", "reason"),
    [
        ("/", "there", "200 OK"),
        ("/a b/경제?q=가#x", "there", "200 OK"),
        ("/404", "gone", "404 Not Found"),
        ("/410", "gone", "410 Gone"),
        ("/403", "unclear", "403 Forbidden"),
        ("/429", "unclear", "429 Too Many Requests"),
        ("/503", "unclear", "503 Service Unavailable"),
        ("/head-405", "there", "200 OK"),
        ("/to?/404", "gone", "404 Not Found"),
        ("/to?/", "there", "200 OK"),
        ("/loop", "unclear", "too many redirections"),
        ("/to?file:///etc/passwd", "refused", "it is no page of the web"),
        ("/to?http://10.0.0.1/", "refused", "it leads into a private network"),
    ],
)
def test_what_a_page_answers_is_told(site: str, path: str, outcome: str, reason: str) -> None:
    answer = ask([site + path], _on_this_machine)[site + path]
    assert (answer.outcome, answer.reason) == (outcome, reason)


def test_a_page_is_asked_once_whatever_its_fragment(site: str) -> None:
    answers = ask([f"{site}/x", f"{site}/x#a", f"{site}/x#b"], _on_this_machine)
    assert len(answers) == 3
    assert _Pages.asked == ["HEAD /x"]


def test_many_pages_are_asked_at_once(site: str) -> None:
    pages = [f"{site}/{number}x" for number in range(50)]
    assert {one.outcome for one in ask(pages, _on_this_machine).values()} == {"there"}


def test_nothing_of_this_machine_is_asked_unless_somebody_says_so(site: str) -> None:
    assert ask([f"{site}/"])[f"{site}/"].outcome == "refused"
    assert _Pages.asked == []


@pytest.mark.parametrize(
    "page",
    [
        "http://",
        "http://[::1",
        "http://a..b/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:1/",
        "ftp://x.example/",
        "",
    ],
)
def test_an_address_that_is_none_raises_nothing(page: str) -> None:
    assert ask([page], _on_this_machine)[page].outcome in {"unclear", "refused"}


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
    ],
)
def test_private_addresses_are_known(number: str) -> None:
    assert not is_public(number)


def test_public_addresses_are_known() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700::1111")


def test_the_sources_and_the_text_of_an_entry_are_asked_but_no_code() -> None:
    body = (
        "sources:\n  - url: https://a.example/x\n\n## Response\n\n"
        "[b](https://b.example/a_(b)), <https://c.example>, https://d.example/x. "
        "`https://no.example`\n\n```\nhttps://no.example\n```\n\n[e]: https://e.example"
    )
    subject = read(entry_of(body))
    pages = {page: place for place, page in addresses(subject)}
    assert list(pages) == [
        "https://a.example/x",
        "https://b.example/a_(b)",
        "https://c.example",
        "https://d.example/x",
        "https://e.example",
    ]
    place = pages["https://d.example/x"]
    line = subject.lines[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == "https://d.example/x"


def test_what_is_gone_is_a_warning_and_what_is_unclear_a_note() -> None:
    subject = read(
        entry_of(
            "## Response\n\nhttps://a.example https://b.example https://c.example https://a.example"
        )
    )
    answers = {
        "https://a.example": Answer("gone", "404 Not Found"),
        "https://b.example": Answer("unclear", "503 Service Unavailable"),
        "https://c.example": Answer("there", "200 OK"),
    }
    met = problems(subject, answers)
    assert [(one.level, one.message) for one in met] == [
        (None, "`https://a.example` is gone: 404 Not Found."),
        ("note", "`https://b.example` could not be checked: 503 Service Unavailable."),
    ]


def test_where_no_host_has_a_name_the_network_is_missing() -> None:
    lost = Answer("unknown-host", "its host is not known")
    assert is_offline({"https://a.example": lost, "https://b.example": lost})
    assert not is_offline({"https://a.example": lost, "https://b.example": Answer("there")})
    assert not is_offline({"https://a.example": lost})
