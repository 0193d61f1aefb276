"""The search page as a person uses it: typing, keys, facets, history, Korean, no script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import CDPSession, Locator, Page

    from tests.browser.conftest import Watch

    Open = Callable[..., Page]

KAKAOTALK = "2024-07-18-kakaotalk-login-outage"


def box(page: Page) -> Locator:
    return page.locator("#query")


def first_hit(page: Page) -> Locator:
    return page.locator("a[data-result]").first


def query_of(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("q", [""])[0]


@pytest.mark.parametrize("typed", ["카카오톡 로그인 장애", "kakaotalk login outage"])
def test_typing_finds_the_kakaotalk_outage_in_either_language(open_page: Open, typed: str) -> None:
    page = open_page("/")
    box(page).press_sequentially(typed)
    expect(first_hit(page)).to_have_attribute("href", f"/entries/{KAKAOTALK}")
    expect(page).to_have_title(re.compile(re.escape(typed)))
    assert query_of(page) == typed


def test_everything_goes_by_keyboard_alone(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("kakaotalk login outage")
    expect(first_hit(page)).to_have_attribute("href", f"/entries/{KAKAOTALK}")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(box(page)).not_to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(first_hit(page)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("a[data-result]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/entries/{KAKAOTALK}$"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_facet_adds_a_term_and_back_takes_it_off(open_page: Open) -> None:
    page = open_page("/?q=kakao")
    page.locator("aside.facets").get_by_role("link", name=re.compile("^Network")).click()
    expect(box(page)).to_have_value("kakao cause:network")
    assert query_of(page) == "kakao cause:network"
    page.get_by_role("link", name=re.compile("^Network.*take off")).click()
    expect(box(page)).to_have_value("kakao")
    page.go_back()
    expect(box(page)).to_have_value("kakao cause:network")
    page.go_back()
    expect(box(page)).to_have_value("kakao")
    assert query_of(page) == "kakao"


def test_a_bar_of_the_histogram_narrows_to_its_time(open_page: Open) -> None:
    page = open_page("/")
    page.locator("#search-region svg a", has_text="2021").first.click()
    expect(box(page)).to_have_value("date:2021")
    expect(page.locator("#results-heading")).to_contain_text("6")


def test_back_returns_from_an_entry_to_the_results_as_they_were(open_page: Open) -> None:
    page = open_page("/")
    box(page).press_sequentially("database failover")
    expect(page.locator("#results-heading")).to_contain_text(re.compile("match|found"))
    page.keyboard.press("Enter")
    first_hit(page).click()
    expect(page.locator("article, main h1").first).to_be_visible()
    page.go_back()
    expect(box(page)).to_have_value("database failover")
    assert query_of(page) == "database failover"


def test_a_suggestion_is_chosen_by_key_and_enter_alone_only_searches(open_page: Open) -> None:
    page = open_page("/")
    box(page).press_sequentially("service:kakaot")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("kakaotalk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value(re.compile(r"^service:kakaotalk\s*$"))
    expect(options.first).to_be_hidden()


def compose(session: CDPSession, text: str) -> None:
    """What an input method shows while a syllable is not finished."""
    length = len(text)
    session.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": length, "selectionEnd": length},
    )


def test_half_made_korean_syllables_ask_nothing(open_page: Open) -> None:
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box(page).focus()
    session = page.context.new_cdp_session(page)
    for composed in ("ㅋ", "카", "캌"):
        compose(session, composed)
        page.wait_for_timeout(250)
    assert [url for url in asked if "fragment" in url or "suggest?" in url] == []
    session.send("Input.insertText", {"text": "카카오톡"})
    expect(page.locator("#results-heading")).to_contain_text(re.compile("match|found"))
    expect(box(page)).to_have_value("카카오톡")
    queries = [parse_qs(urlsplit(url).query)["q"][0] for url in asked if "fragment" in url]
    assert set(queries) == {"카카오톡"}


def test_without_javascript_the_form_the_facets_and_the_paging_work(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    box(page).fill("카카오톡 로그인 장애")
    page.get_by_role("button", name="Search").click()
    assert first_hit(page).get_attribute("href") == f"/entries/{KAKAOTALK}"
    page.locator("aside.facets").get_by_role("link", name=re.compile("^Network")).click()
    assert query_of(page) == "카카오톡 로그인 장애 cause:network"


def test_a_failed_fetch_is_said_and_enter_still_searches(open_page: Open, watch: Watch) -> None:
    watch.allowed = ("net::ERR",)
    page = open_page("/")
    page.route("**/*fragment=1*", lambda route: route.abort())
    box(page).press_sequentially("kafka")
    expect(page.locator("[data-search-trouble]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-search-trouble]")).to_be_hidden()
    assert query_of(page) == "kafka"


def test_words_that_find_nothing_leave_a_way_on(open_page: Open) -> None:
    page = open_page("/?q=zzzyyyxxx")
    expect(page.locator("main")).to_contain_text("Nothing")
    assert page.locator("main a[href*='/help/']").count() >= 1
