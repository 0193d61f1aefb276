"""Addresses of web pages: only when asked for, within a time and a size."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kb.importing.fetching import fetch
from kb.importing.original import MAXIMUM_BYTES
from kb.importing.source import UnreadableSource
from kb.importing.sources import Failure, SourceDocument, read_sources


class Pages(BaseHTTPRequestHandler):
    """A site with a page, a redirection, and everything that goes wrong."""

    waiting = threading.Event()

    def do_GET(self) -> None:
        match self.path:
            case "/page":
                page = "<h1>장애</h1><p>원인</p>"
                self.answer(page.encode("euc-kr"), "text/html; charset=euc-kr")
            case "/moved":
                self.send_response(302)
                self.send_header("Location", "/page")
                self.end_headers()
            case "/to-file":
                self.send_response(302)
                self.send_header("Location", "file:///etc/hostname")
                self.end_headers()
            case "/large":
                self.answer(b"x" * (MAXIMUM_BYTES + 1), "text/plain")
            case "/silent":
                self.waiting.wait(5)
            case "/drip":
                self.send_response(200)
                self.end_headers()
                while not self.waiting.wait(0.05):
                    self.wfile.write(b"x")
            case _:
                self.send_error(404, "Not Found")

    def answer(self, raw: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep quiet."""


class Site(ThreadingHTTPServer):
    """Where clients may hang up: they are meant to."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = Site(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NO_PROXY", "*")
        yield f"http://127.0.0.1:{server.server_port}"
    Pages.waiting.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_without_online_no_address_is_asked_for() -> None:
    (failure,) = read_sources(["https://example.invalid/x"])
    assert isinstance(failure, Failure)
    assert "--online" in failure.help


@pytest.mark.parametrize("page", ["/page", "/moved"])
def test_a_page_is_read_in_the_encoding_its_server_names(site: str, page: str) -> None:
    (document,) = read_sources([site + page], online=True)
    assert isinstance(document, SourceDocument)
    assert document.name == site + page
    assert document.markdown == "# 장애\n\n원인"


@pytest.mark.parametrize(
    ("page", "what"),
    [("/none", "answered 404 Not Found"), ("/large", "20 MB"), ("/to-file", "not allowed")],
)
def test_what_goes_wrong_is_a_failure(site: str, page: str, what: str) -> None:
    (failure,) = read_sources([site + page], online=True)
    assert isinstance(failure, Failure)
    assert what in failure.message
    assert failure.message.startswith(site + page)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "http://[", "http://", "https://a b"])
def test_an_address_that_leads_nowhere_is_a_failure(address: str) -> None:
    (failure,) = read_sources([address], online=True)
    assert isinstance(failure, Failure)


def test_a_server_that_is_silent_or_slow_is_given_up(site: str) -> None:
    with pytest.raises(UnreadableSource, match="cannot be read"):
        fetch(f"{site}/silent", answer_within=0.1)
    with pytest.raises(UnreadableSource, match="too long"):
        fetch(f"{site}/drip", answer_within=2, all_within=0.2)
