from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from web import create_app
from web.pages.search import PAGE, with_marks

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9"}


def page(web: FlaskClient, address: str = "/", status: int = 200, **parameters: str) -> Tag:
    """The page's tree."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    answer = web.get(address + query)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def one(tree: Tag, selector: str) -> Tag:
    found = tree.select(selector)
    assert len(found) == 1, f"{len(found)} of {selector}"
    return found[0]


def titles(tree: Tag) -> list[str]:
    return [link.text for link in tree.select("[data-result]")]


def words(tag: Tag) -> str:
    return " ".join(tag.text.split())


def follow(web: FlaskClient, link: Tag) -> Tag:
    return page(web, str(link["href"]))


def box(tree: Tag) -> str:
    return str(one(tree, "input#query")["value"])


def facet(tree: Tag, name: str) -> dict[str, Tag]:
    """The links of a facet by label."""
    heading = one(tree, f"#facet-{name}")
    assert heading.parent is not None
    return {one(link, "span:first-child").text: link for link in heading.parent.select("li a")}


def count(link: Tag) -> int:
    return int(one(link, "small").text)


def test_the_first_page_shows_the_newest_incidents_and_what_there_is(web: FlaskClient) -> None:
    tree = page(web)
    dates = [time.text for time in tree.select(".hit-facts time")]
    assert len(dates) == PAGE
    assert dates == sorted(dates, reverse=True)
    assert words(one(tree, "#results-heading")) == "Newest incidents"
    assert "28 entries" in words(one(tree, ".results-facts"))
    assert count(facet(tree, "service")["카카오톡"]) == 9
    assert words(tree.select("#facet-severity + ul a")[0]) == "SEV1 (critical) 19"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_example_finds_something(web: FlaskClient, language: str) -> None:
    web.set_cookie("kb_language", language)
    examples = page(web).select(".examples a")
    assert 3 <= len(examples) <= 4
    for link in examples:
        found = follow(web, link)
        assert titles(found)
        assert not found.select(".notices")
        assert box(found) == one(link, "code").text
    assert any("서비스:" in link.text for link in examples) is (language == "ko")


def test_a_hit_tells_what_it_is_and_where_the_words_stand(web: FlaskClient) -> None:
    tree = page(web, q="카카오톡 로그인 2024-07-18")
    hit = next(hit for hit in tree.select(".hit") if "PC·카카오계정" in hit.text)
    assert one(hit, "h3 a")["href"] == "/entries/2024-07-18-kakaotalk-login-outage"
    assert words(one(hit, ".hit-id")) == "2024-07-18-kakaotalk-login-outage"
    facts = words(one(hit, ".hit-facts"))
    for fact in ("2024-07-18", "sev2", "카카오톡", "Network", "1 h 26 min", "1 open follow-up"):
        assert fact in facts
    snippet = hit.select(".snippet")[0]
    address = str(one(snippet, "a")["href"])
    assert address.startswith("/entries/2024-07-18-kakaotalk-login-outage#")
    assert "로그인" in [mark.text for mark in hit.select("mark")]


def test_what_matches_only_in_part_stands_below_a_line(web: FlaskClient) -> None:
    tree = page(web, q="database failover")
    items = [li.get("class") for li in tree.select(".hits > li")]
    assert items == [["hit"]] * 4 + [["in-part"]] + [["hit"]] * 4
    assert words(tree.select(".in-part")[0]) == "4 more match only in part"
    assert words(one(tree, "#results-heading")) == "4 entries match well"
    assert "of 8 that match in part" in words(one(tree, ".results-facts"))


def test_the_line_stands_on_top_of_a_page_that_begins_below_it(web: FlaskClient) -> None:
    tree = page(web, q="카카오톡 로그인 장애", page="2")
    assert tree.select(".hits > li")[0].get("class") == ["in-part"]


def test_a_facet_puts_its_value_into_the_query_and_takes_it_out(web: FlaskClient) -> None:
    tree = page(web, q="로그인")
    chosen = follow(web, facet(tree, "service")["카카오톡"])
    assert box(chosen) == "로그인 service:kakaotalk"
    link = facet(chosen, "service")["카카오톡"]
    assert link["aria-current"] == "true"
    assert count(link) == int(words(one(chosen, "#results-heading")).split()[0])
    assert box(follow(web, link)) == "로그인"


def test_a_second_value_of_a_facet_widens_by_as_many_as_it_says(web: FlaskClient) -> None:
    tree = page(web, q="severity:sev2")
    before = count(facet(tree, "severity")["SEV2 (major)"])
    more = facet(tree, "severity")["SEV3 (minor)"]
    wider = follow(web, more)
    assert box(wider) == "severity:sev2,sev3"
    assert f"{before + count(more)} entries" in words(one(wider, "#results-heading"))


def test_a_value_typed_by_another_name_is_seen_as_chosen(web: FlaskClient) -> None:
    tree = page(web, q="서비스:카톡 원인:네트워크,network")
    assert facet(tree, "service")["카카오톡"]["aria-current"] == "true"
    network = facet(tree, "cause")["Network"]
    assert box(follow(web, network)) == "서비스:카톡"


def test_every_facet_link_leads_to_as_many_entries_as_it_says(web: FlaskClient) -> None:
    tree = page(web)
    for name in ("cause", "severity", "year", "status"):
        for label, link in facet(tree, name).items():
            heading = words(one(follow(web, link), "#results-heading"))
            assert heading.split()[0] == str(count(link)), label


def test_long_facets_are_folded_and_say_how_many_they_hide(web: FlaskClient) -> None:
    fold = one(page(web), "#facet-more-service")
    assert words(one(fold, "summary")) == "65 more"
    assert "service" in words(one(fold, "p"))


def test_filters_are_listed_each_with_a_link_that_takes_it_off(web: FlaskClient) -> None:
    tree = page(web, q="장애 -cause:network duration:>1h is:open")
    links = tree.select(".applied a")
    assert [one(link, "code").text for link in links] == [
        "-cause:network",
        "duration:>1h",
        "is:open",
    ]
    assert box(follow(web, links[1])) == "장애 -cause:network is:open"


def test_the_histogram_narrows_by_year_then_by_month_and_back(web: FlaskClient) -> None:
    years = {str(a["aria-label"]): a for a in page(web, q="카카오톡").select(".histogram svg a")}
    label = next(label for label in years if label.startswith("2024: "))
    year = follow(web, years[label])
    assert box(year) == "카카오톡 date:2024"
    months = year.select(".histogram svg a")
    assert str(months[0]["aria-label"]) == "2024-05: 3 entries"
    month = follow(web, months[0])
    assert box(month) == "카카오톡 date:2024-05"
    assert one(month, ".histogram a[aria-current]")["aria-label"] == "2024-05: 3 entries (chosen)"
    wider = [link["href"] for link in month.select(".histogram figcaption a")]
    assert [box(page(web, str(address))) for address in wider] == ["카카오톡", "카카오톡 date:2024"]
    assert box(follow(web, one(month, ".histogram a[aria-current]"))) == "카카오톡 date:2024"


def test_sorting_takes_the_place_of_a_sort_in_the_query(web: FlaskClient) -> None:
    tree = page(web, q="장애 sort:oldest")
    chosen = one(tree, ".sorts [aria-current]")
    assert chosen.text == "Oldest"
    newest = next(link for link in tree.select(".sorts a") if link.text == "Newest")
    assert newest["href"] == "/?" + urlencode({"q": "장애", "sort": "newest"})
    dates = [time.text for time in follow(web, newest).select(".hit-facts time")]
    assert dates == sorted(dates, reverse=True)


def test_filters_alone_give_the_newest_first(web: FlaskClient) -> None:
    tree = page(web, q="service:kakaotalk")
    dates = [time.text for time in tree.select(".hit-facts time")]
    assert dates == sorted(dates, reverse=True)
    assert one(tree, ".sorts [aria-current]").text == "Newest"


def test_pages_follow_each_other_and_show_every_entry_once(web: FlaskClient) -> None:
    tree, seen = page(web), []
    for number in (1, 2, 3):
        assert f"Page {number} of 3" in words(one(tree, ".paging"))
        seen += titles(tree)
        following = tree.select(".paging [rel=next]")
        tree = follow(web, following[0]) if following else tree
    assert len(seen) == len(set(seen)) == 28


def test_a_page_beyond_the_last_is_not_found_and_names_the_last(web: FlaskClient) -> None:
    tree = page(web, status=404, q="database", page="99")
    link = one(tree, ".nothing a.button")
    assert titles(follow(web, link))


@pytest.mark.parametrize(
    "parameters", [{"page": "abc"}, {"page": "0"}, {"page": "-1"}, {"sort": "best"}]
)
def test_a_parameter_that_cannot_be_read_is_refused_with_a_way_on(
    web: FlaskClient, parameters: dict[str, str]
) -> None:
    tree = page(web, status=400, q="kakao", **parameters)
    assert box(tree) == "kakao"
    assert titles(follow(web, one(tree, ".notice-page a.button")))


def test_notices_carry_a_link_that_applies_what_they_suggest(web: FlaskClient) -> None:
    tree = page(web, q="caues:dns cloudflare")
    notice = one(tree, ".notices .notice")
    assert "there is no field caues" in words(notice)
    assert box(follow(web, one(notice, "a"))) == "cause:dns cloudflare"


def test_a_better_spelling_is_offered_as_a_link(web: FlaskClient) -> None:
    meant = one(page(web, q="kakaotlk"), ".did-you-mean a")
    assert box(follow(web, meant)) == "kakaotalk"


def test_how_the_query_was_read_is_shown(web: FlaskClient) -> None:
    tree = page(web, q="service:카톡 로그인")
    assert "service is kakaotalk, and text matches 로그인" in words(one(tree, ".understood"))


def test_nothing_found_says_what_to_try(web: FlaskClient) -> None:
    tree = page(web, q="zzqq service:kakaotalk cause:network")
    assert words(one(tree, "#results-heading")) == "Nothing found"
    tried = tree.select(".nothing ul:first-of-type li")
    assert [words(line) for line in tried] == [
        "service:kakaotalk 9 entries",
        "cause:network 9 entries",
    ]
    assert titles(follow(web, one(tried[0], "a")))


def test_nothing_found_names_what_is_spelled_almost_so(web: FlaskClient) -> None:
    tree = page(web, q="databasee-failoverr")
    assert words(one(tree, "#results-heading")) == "Nothing found"
    names = [code.text for code in page(web, q="kakaotlk").select(".nothing li a code")]
    assert "service:kakaotalk" in names


def test_the_fragment_is_the_part_of_the_page_that_changes(web: FlaskClient) -> None:
    whole = web.get("/?q=로그인").text
    fragment = web.get("/?q=로그인&fragment=1").text
    assert fragment.lstrip().startswith('<div class="search-region"')
    tree, part = BeautifulSoup(whole, "html.parser"), BeautifulSoup(fragment, "html.parser")
    timeless = [str(one(each, "#search-region .hits")) for each in (tree, part)]
    assert timeless[0] == timeless[1]
    assert "fragment" not in fragment.replace("search-region", "")


def test_the_page_is_korean_for_those_who_read_korean(web: FlaskClient) -> None:
    answer = web.get("/?q=kakao", headers=KOREAN)
    tree = BeautifulSoup(answer.text, "html.parser")
    assert one(tree, "html")["lang"] == "ko"
    assert "잘 일치합니다" in answer.text or "찾았습니다" in answer.text
    assert "심각도" in answer.text
    for link in tree.select("h3[lang=en] a"):
        assert not any("가" <= letter <= "힣" for letter in link.text)


def test_an_unchanged_page_is_not_sent_again(web: FlaskClient) -> None:
    tag = web.get("/?q=kakao").headers["ETag"]
    assert web.get("/?q=kakao", headers={"If-None-Match": tag}).status_code == 304
    assert web.get("/?q=kakao", headers={"If-None-Match": tag, **KOREAN}).status_code == 200
    web.set_cookie("kb_theme", "dark")
    assert web.get("/?q=kakao", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_first_page_is_light(web: FlaskClient, language: str) -> None:
    web.set_cookie("kb_language", language)
    html = web.get("/").data
    tree = BeautifulSoup(html, "html.parser")
    files = [
        str(tag.get("href") or tag.get("src")) for tag in tree.select("head link, head script")
    ]
    static = [name for name in files if name.startswith("/static/")]
    assert len(static) == 5
    sizes = [len(html)]
    for name in static:
        with web.get(name) as answer:
            sizes.append(len(answer.data))
    assert sum(sizes) < 60_000
    assert all(script["type"] == "module" for script in tree.select("script"))


@pytest.mark.parametrize("address", ["/", "/?q=카카오톡+date:2024-05", "/?q=zzqq", "/nowhere"])
def test_nothing_is_inline_and_no_identifier_stands_twice(web: FlaskClient, address: str) -> None:
    tree = BeautifulSoup(web.get(address).text, "html.parser")
    assert not tree.select("[style], style")
    assert not [s for s in tree.select("script") if s.text.strip()]
    assert not [a for tag in tree.select("*") for a in tag.attrs if a.startswith("on")]
    ids = [str(tag["id"]) for tag in tree.select("[id]")]
    assert len(ids) == len(set(ids))
    assert len(tree.select("h1")) == 1


@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.one_of(st.text(max_size=60), st.text('ab:," ()-~*>.ORNT서비스service', max_size=40)),
    st.sampled_from(["", "relevance", "newest", "oldest", "longest"]),
    st.sampled_from(["en", "ko"]),
)
def test_any_query_gives_a_page(web: FlaskClient, query: str, sort: str, language: str) -> None:
    answer = web.get(
        "/", query_string={"q": query, "sort": sort}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200
    assert 'id="results-heading"' in answer.text


def test_a_query_is_shown_as_text_never_as_markup(web: FlaskClient) -> None:
    evil = '"><script>alert(1)</script> service:<img/src=x>'
    answer = web.get("/", query_string={"q": evil})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert box(BeautifulSoup(answer.text, "html.parser")) == evil


def test_addresses_hold_a_prefix_that_the_site_stands_under(web: FlaskClient) -> None:
    answer = web.get("/?q=카카오톡", environ_overrides={"SCRIPT_NAME": "/kb"})
    tree = BeautifulSoup(answer.text, "html.parser")
    for tag in tree.select("a[href], link[href], form[action]"):
        address = str(tag.get("href") or tag.get("action"))
        assert address.startswith(("/kb/", "#", "http://localhost/kb/")), address


def test_an_empty_knowledge_base_has_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "entries").mkdir()
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    knowledge = KnowledgeBase.open(tmp_path / "entries")
    knowledge.sync()
    client = create_app(knowledge).test_client()
    for address in ("/", "/?q=kakao", "/?q=service:x"):
        tree = BeautifulSoup(client.get(address).text, "html.parser")
        assert one(tree, ".nothing")
        assert not tree.select(".histogram")
    knowledge.close()


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("a <b> c", [], "a &lt;b&gt; c"),
        ("a <b> c", [(2, 5)], "a <mark>&lt;b&gt;</mark> c"),
        ("로그인 장애", [(0, 3), (4, 6)], "<mark>로그인</mark> <mark>장애</mark>"),
        ("%s {0}", [(0, 2)], "<mark>%s</mark> {0}"),
    ],
)
def test_passages_are_marked_and_all_else_is_text(
    text: str, marks: list[tuple[int, int]], expected: str
) -> None:
    assert with_marks(text, marks) == expected
