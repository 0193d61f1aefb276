"""A real Chromium in front of the real application: the fixtures of the browser tests.

The browser is the system's (`apt-get install chromium`, or the path in `KB_CHROMIUM`); where
there is none these tests are skipped, which CI does not allow. Every page that a test opens is
watched: an error in the console, a blocked resource or a request to another host fails the test.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

Open = Callable[..., "Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page that is left early cuts off files on their way, which then are collected unclosed."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            ignored = "ignore:.*unclosed file.*static:ResourceWarning"
            item.add_marker(pytest.mark.filterwarnings(ignored))
            unraisable = "ignore:.*FileIO.*:pytest.PytestUnraisableExceptionWarning"
            item.add_marker(pytest.mark.filterwarnings(unraisable))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    place = os.environ.get("KB_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        pytest.skip("no Chromium on the PATH: apt-get install chromium, or set KB_CHROMIUM")
    from playwright.sync_api import sync_playwright

    # Root, as in most containers, cannot use Chromium's own sandbox.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=options)
        yield browser
        browser.close()


def serving(app: Flask) -> Iterator[str]:
    """The application's address while it is served from a thread, on a free loopback port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def site(web_app: Flask) -> Iterator[str]:
    """The address of the application over the project's own entries."""
    yield from serving(web_app)


@dataclass
class Watch:
    """What went wrong on the pages of one test."""

    host: str
    troubles: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()

    def console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console: {message.text}")

    def request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.host:
            self.troubles.append(f"request to another host: {request.url}")

    def follow(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self.request)


@pytest.fixture
def watch(site: str) -> Iterator[Watch]:
    """The troubles of this test's pages; there must be none but those the test allows."""
    seen = Watch(urlsplit(site).netloc)
    yield seen
    left = [one for one in seen.troubles if not any(known in one for known in seen.allowed)]
    assert left == []


@pytest.fixture
def new_context(chromium: Browser, site: str) -> Iterator[Callable[..., BrowserContext]]:
    """A reader with their own cookies; options as Playwright's `new_context` takes them."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        chosen = {"base_url": site, "locale": "en-US", "viewport": {"width": 1280, "height": 900}}
        context = chromium.new_context(**(chosen | options))  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], watch: Watch) -> Open:
    """Open an address of the site as a new reader: `open_page("/", locale="ko-KR")`."""

    def open_(address: str, **options: object) -> Page:
        page = new_context(**options).new_page()
        watch.follow(page)
        page.goto(address)
        return page

    return open_
