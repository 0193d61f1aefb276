"""The entry page as a person reads it: the timeline, its links, times, what is similar, print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Open = Callable[..., Page]

ADDRESS = "/entries/2024-07-18-kakaotalk-login-outage"


def test_a_reader_finds_the_outage_and_the_earlier_ones_like_it(open_page: Open) -> None:
    page = open_page("/?q=카카오톡 로그인 장애")
    page.locator("a[data-result]").first.click()
    expect(page.locator("h1")).to_contain_text("카카오톡")
    drawing = page.locator("figure.drawing svg").filter(visible=True)
    expect(drawing).to_be_visible()
    similar = page.locator("section", has=page.get_by_role("heading", name="Similar incidents"))
    expect(similar.get_by_role("link", name=re.compile("카카오톡"))).not_to_have_count(0)


def test_a_link_to_one_event_is_copied_and_leads_to_it(open_page: Open) -> None:
    page = open_page(ADDRESS, permissions=["clipboard-read", "clipboard-write"])
    event = page.locator("li[id], tr[id], div[id]").filter(has_text="11:36").first
    anchor = event.get_attribute("id")
    assert anchor
    event.hover()
    event.locator(f"a[href$='#{anchor}']").first.click()
    expect(page).to_have_url(re.compile(f"#{re.escape(anchor)}$"))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"{ADDRESS}#{anchor}")
    again = open_page(copied)
    expect(again.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_the_readers_own_time_stands_beside_the_incidents(open_page: Open) -> None:
    page = open_page(ADDRESS, timezone_id="America/New_York")
    page.get_by_text(re.compile("my time", re.IGNORECASE)).first.click()
    # 10:54 in Seoul is 21:54 of the day before in New York, in July.
    expect(page.locator("main")).to_contain_text("21:54")


def test_without_javascript_nothing_of_the_entry_is_missing(open_page: Open) -> None:
    page = open_page(ADDRESS, java_script_enabled=False)
    expect(page.locator("main")).to_contain_text("10:54")
    expect(page.locator("figure.drawing svg").filter(visible=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Similar incidents")).to_be_visible()


def test_it_prints_without_the_frame(open_page: Open) -> None:
    page = open_page(ADDRESS)
    page.emulate_media(media="print")
    expect(page.locator("header.site-header")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    assert len(page.pdf()) > 10_000
