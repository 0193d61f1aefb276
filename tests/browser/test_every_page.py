"""What must hold on every page: accessible, light and dark, narrow, in both languages, quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Watch

    Open = Callable[..., Page]

ADDRESSES = (
    "/",
    "/?q=%EC%B9%B4%EC%B9%B4%EC%98%A4%ED%86%A1+cause%3Anetwork",
    "/?q=zzzyyyxxx",
    "/?q=caues:dns",
    "/entries/2024-07-18-kakaotalk-login-outage",
    "/entries/2018-10-21-github-mysql-failover",
    "/services/",
    "/services/kakaotalk",
    "/causes/",
    "/causes/network",
    "/recurrences",
    "/follow-ups",
    "/stats",
    "/stats?by=cause&q=kakao",
    "/help/",
    "/help/query-language",
)
MISSING = "/entries/no-such-entry"
READERS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark-korean": {"color_scheme": "dark", "locale": "ko-KR"},
    "phone": {"viewport": {"width": 320, "height": 640}, "has_touch": True, "locale": "ko-KR"},
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_has_an_accessibility_violation(open_page: Open, address: str, reader: str) -> None:
    page = open_page(address, **READERS[reader])
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def test_the_page_for_what_is_missing_is_accessible_too(open_page: Open, watch: Watch) -> None:
    watch.allowed = ("404",)
    found = Axe().run(open_page(MISSING))
    assert found.response["violations"] == [], found.generate_report()


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_sticks_out_at_320_pixels(open_page: Open, address: str) -> None:
    page = open_page(address, **READERS["phone"])
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_moves_after_it_was_shown(open_page: Open, address: str) -> None:
    page = open_page(address)
    shift = page.evaluate(
        """() => new Promise((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) sum += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => resolve(sum), 150);
        })"""
    )
    assert shift < 0.01


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_language_follows_the_browser_and_the_switch(open_page: Open, address: str) -> None:
    page = open_page(address, locale="ko-KR")
    assert page.locator("html").get_attribute("lang") == "ko"
    page.locator("footer").get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"


def test_dark_is_dark_by_the_system_and_by_choice(open_page: Open) -> None:
    def brightness(page: Page) -> float:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(float, colour[colour.index("(") + 1 : -1].split(",")[:3])) / 3

    assert brightness(open_page("/")) > 200
    assert brightness(open_page("/", color_scheme="dark")) < 60
    page = open_page("/")
    page.locator("footer").get_by_role("link", name="Dark").click()
    assert brightness(page) < 60


def test_the_first_page_weighs_less_than_60_kilobytes(open_page: Open) -> None:
    page = open_page("about:blank")
    weights: list[int] = []
    page.on("response", lambda response: weights.append(len(response.body())))
    page.goto("/", wait_until="networkidle")
    assert len(weights) >= 3
    assert sum(weights) < 60_000
