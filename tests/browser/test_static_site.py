"""`kb export site` in a browser, below a path of another name: its search needs no server."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from kb import KnowledgeBase
from web import Settings
from web.site import write_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ENTRIES = Path(__file__).parent.parent / "fixtures" / "entries"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("static") / "team" / "postmortems"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("static-cache")))
        knowledge = KnowledgeBase.open(ENTRIES)
        knowledge.sync()
        write_site(knowledge, made, Settings(), "ko")
        knowledge.close()
    return made


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder.parent.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/team/postmortems/index.html"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert [said for said in complaints if "file:" not in said and "ERR_FAILED" not in said] == []


def test_korean_and_english_are_found_and_links_lead_on(page: Page, address: str) -> None:
    page.goto(address)
    box, hits = page.locator("main [name=q]"), page.locator("[data-site-hits] .hit")
    for query, title in (
        ("결제가", "결제"),
        ("certificate expired", "certificate"),
        ("service:payments-api", "Payments"),
        ("원인:network date:2024", "로그인"),
    ):
        box.fill(query)
        expect(hits.filter(has_text=re.compile(title, re.IGNORECASE)).first).to_be_visible()
    box.fill("zzzzzz")
    expect(page.locator("#found")).to_have_text("찾은 장애가 없습니다.")
    box.fill("certificate")
    expect(hits.first.locator(".snippet mark").first).to_be_visible()
    hits.first.locator(".snippet-section").click()
    page.wait_for_url(re.compile(r"/entries/[^/]*[.]html#"))
    page.locator("#site-query").fill("kafka")
    page.locator("#site-query").press("Enter")
    expect(hits.first).to_contain_text("Kafka")


def test_a_filter_is_added_and_taken_away_and_the_way_back_holds(page: Page, address: str) -> None:
    page.goto(f"{address}?q=sev1")
    page.goto(f"{address}?q=severity:sev2")
    found = page.locator("#found")
    expect(found).not_to_be_empty()
    before = found.inner_text()
    page.locator("[data-site-filters] a", has_text="network").first.click()
    expect(page.locator("main [name=q]")).to_have_value("severity:sev2 cause:network")
    expect(page.locator("[data-site-filters] .chosen").first).to_be_visible()
    page.go_back()
    expect(found).to_have_text(before)


def test_opened_as_a_file_it_says_what_the_search_needs_and_can_be_read(
    page: Page, folder: Path
) -> None:
    page.goto((folder / "index.html").as_uri())
    expect(page.locator("[data-site-needs-server]")).to_be_visible()
    page.locator("[data-site-newest] h3 a").first.click()
    expect(page.locator("h1")).not_to_be_empty()
