from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.search.query import DEEPEST_GROUP, LONGEST_QUERY, MOST_ITEMS
from web import spoken
from web.current import knowledge

if TYPE_CHECKING:
    from flask import Flask

KOREAN = {"Accept-Language": "ko"}

NOTICED = {
    "caues:dns": "caues라는 항목이 없습니다; 단어로 검색했습니다",
    "service: kakaotalk": "service: 뒤에 값을 띄어쓰기 없이 적어야 합니다; 단어로 검색했습니다",
    "ab*": "* 앞에는 3글자 이상이 있어야 합니다; 단어로 검색했습니다",
    "가*": "* 앞에는 2음절 이상이 있어야 합니다; 단어로 검색했습니다",
    "a" * (LONGEST_QUERY + 1): "처음 2,000자까지만 읽었습니다",
    "kafka " * (MOST_ITEMS + 1): "처음 64개의 단어와 조건까지만 읽었습니다",
    "...": "검색할 단어가 없습니다",
    '"the of"': "거의 모든 글에 있는 단어뿐입니다; 검색에서 뺐습니다",
    "sort:best": "정렬 기준은 relevance, newest, oldest, longest입니다",
    "x (sort:newest OR y)": "sort:는 괄호 밖에서만 쓸 수 있습니다",
    "qqqzz*": "qqqzz(으)로 시작하는 단어가 없습니다",
    "service:>kakao": "서비스에는 순서가 없어 범위를 쓸 수 없습니다; 단어로 검색했습니다",
    "service:nope": "서비스 값이 nope인 항목이 없습니다; 단어로 검색했습니다",
    "has:nothing": "nothing(이)라는 부분이 없습니다; 단어로 검색했습니다",
    "date:x": "읽을 수 없는 날짜입니다 (2024-07, 7d, 2023..2024처럼 적습니다); 단어로 검색했습니다",
    "(" * (DEEPEST_GROUP + 1) + "x": "12겹이 넘는 괄호는 무시했습니다",
    "(kafka": "괄호가 닫히지 않았습니다",
    'a "kafka': "따옴표가 닫히지 않았습니다",
}
UNDERSTOOD = {
    "": "모든 항목",
    "로그인 장애": "본문에서 로그인 장애 검색",
    "service:카톡 login": "서비스 kakaotalk, 본문에서 login 검색",
    "-cause:network date:2024": "원인 network 제외, 날짜 2024년",
    "date:2024-07 sort:oldest": "날짜 2024년 7월, 오래된 순",
    "date:2024-07-18": "날짜 2024년 7월 18일",
    "date:2023-02..2024-06": "날짜 2023-02-01부터 2024-06-30까지",
    "after:2022": "날짜 2023-01-01 이후",
    "duration:>2h is:open": "duration 2h 초과, 미완료 후속 조치 있음",
    '"route leak"~ -kafka': "본문에 “kafka” 없음, 본문에서 “route leak” 검색",
    "title:outage": "title에 “outage” 있음",
}


@pytest.mark.parametrize("query", NOTICED)
def test_a_notice_is_said_in_korean(web_app: Flask, query: str) -> None:
    with web_app.test_request_context("/", headers=KOREAN):
        said = [spoken.notice(one.message) for one in knowledge().search(query).notices]
    assert NOTICED[query] in said


@pytest.mark.parametrize("query", UNDERSTOOD)
def test_how_a_query_was_read_is_said_in_korean(web_app: Flask, query: str) -> None:
    with web_app.test_request_context("/", headers=KOREAN):
        assert spoken.understood(knowledge().search(query).understood) == UNDERSTOOD[query]


def test_a_sentence_of_no_known_form_stays(web_app: Flask) -> None:
    with web_app.test_request_context("/", headers=KOREAN):
        for sentence in ("", "something new; left out", "(a is b or c is d)"):
            assert spoken.notice(sentence) == sentence
        assert spoken.understood("it has a summary, and text matches x") == (
            "it has a summary, and text matches x"
        )


def test_in_english_nothing_changes(web_app: Flask) -> None:
    with web_app.test_request_context("/"):
        assert spoken.notice("left out") == "left out"
        assert spoken.understood("service is a, newest first") == "service is a, newest first"


def test_the_pages_say_it_in_korean(web_app: Flask) -> None:
    page = web_app.test_client().get("/?q=caues:dns", headers=KOREAN).text
    assert "caues라는 항목이 없습니다" in page
    assert '<span lang="ko">본문에서 caues dns 검색</span>' in page


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/?page=abc", "page=abc: 1에서 100000 사이의 숫자가 아닙니다."),
        ("/?sort=x", "sort=x: relevance, newest, oldest, longest 중 하나가 아닙니다."),
        ("/nowhere", "페이지를 찾을 수 없습니다."),
    ],
)
def test_errors_are_said_in_korean(web_app: Flask, address: str, heading: str) -> None:
    assert (
        f'<h1 lang="ko">{heading}</h1>' in web_app.test_client().get(address, headers=KOREAN).text
    )
