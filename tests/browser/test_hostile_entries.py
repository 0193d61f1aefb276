"""Harmful and careless entries in a real browser: nothing runs, nothing sticks out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from kb import KnowledgeBase
from tests.browser.conftest import Watch, serving
from tests.hostile_entries import write_harmful, write_long_names
from web import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page, Route

    Open = Callable[..., Page]

LONG_PAGES = (
    *("/", "/?q=certificate", "/services/", "/causes/", "/causes/network", "/recurrences"),
    *("/follow-ups", "/stats", "/entries/2024-03-01-long"),
)
HARMFUL_PAGES = (
    *("/", "/services/", "/causes/", "/follow-ups?show=all", "/stats?by=severity"),
    *("/entries/2024-01-01-fields", "/entries/2024-04-03-bytes"),
)
KAKAO = "/entries/2024-07-18-kakaotalk-login-outage"


def _site(write: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile") / "entries"
    write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        knowledge = KnowledgeBase.open(folder)
        knowledge.sync()
        yield from serving(create_app(knowledge))
        knowledge.close()


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site over entries with many long names."""
    yield from _site(write_long_names, tmp_path_factory)


@pytest.fixture(scope="module")
def harmful_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site over entries that mean harm."""
    yield from _site(write_harmful, tmp_path_factory)


@pytest.mark.parametrize("width", [320, 1280])
def test_long_names_do_not_stick_out(chromium: Browser, long_site: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800}, locale="en-US")
    page.goto(long_site, wait_until="networkidle")
    for address in LONG_PAGES:
        page.goto(long_site + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.wait_for_load_state("networkidle")
    page.close()


def test_harmful_entries_run_nothing_and_ask_no_other_host(
    chromium: Browser, harmful_site: str
) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 640})
    watch = Watch(harmful_site.removeprefix("http://"))
    watch.follow(page)
    page.on("dialog", lambda dialog: watch.troubles.append(f"dialog: {dialog.message}"))
    page.goto(harmful_site, wait_until="networkidle")
    for address in HARMFUL_PAGES:
        page.goto(harmful_site + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    page.wait_for_load_state("networkidle")
    page.close()
    assert watch.troubles == []


@pytest.mark.parametrize("address", ["/services/", "/services/kakaotalk", "/causes/"])
def test_english_tables_fit_a_narrow_phone(open_page: Open, address: str) -> None:
    page = open_page(address, viewport={"width": 320, "height": 640}, locale="en-US")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_heading_is_called_by_its_words_alone(open_page: Open) -> None:
    page = open_page(KAKAO)
    expect(page.get_by_role("heading", name="요약", exact=True)).to_be_visible()
    heading = page.get_by_role("heading", name="타임라인", exact=True)
    heading.hover()
    link = page.get_by_role("link", name=re.compile("Link to this section: 타임라인"))
    expect(link).to_have_css("opacity", "1")


def test_in_the_systems_own_colours_what_is_chosen_can_be_told(open_page: Open) -> None:
    page = open_page("/stats", forced_colors="active")
    segments = page.locator(".segments a")
    colours = segments.evaluate_all("all => all.map(a => getComputedStyle(a).borderBottomColor)")
    assert colours[0] not in colours[1:]
    swatch = page.locator(".key").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::before').backgroundColor)"
    )
    assert len(set(swatch[:4])) == 4
    page.goto("/")
    page.locator("#query").press_sequentially("kaka")
    expect(page.get_by_role("option").first).to_be_visible()
    page.locator("#query").press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_css("outline-style", "solid")


def test_what_was_typed_before_the_suggestions_could_load_is_completed(open_page: Open) -> None:
    page = open_page("/services/")
    held: list[Route] = []
    page.route("**/suggest.js*", lambda route: held.append(route))  # noqa: PLW0108 -- playwright marks it
    page.locator("#site-query").press_sequentially("kaka")
    page.wait_for_timeout(50)
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("option").first).to_be_visible()
