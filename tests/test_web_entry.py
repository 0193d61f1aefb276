"""The entry page: what it shows, where it leads, and that no entry and no address breaks it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ENTRIES = Path(__file__).parent.parent / "entries"
OWN = sorted(path.stem for path in ENTRIES.glob("*/*.md"))
KAKAO = "2024-07-18-kakaotalk-login-outage"
IDENTIFIER = re.compile(r'\bid="([^"]*)"')

HEAD = """\
---
title: {title}
date: 2024-07-18
services: [login]
causes: [network]
timezone: Asia/Seoul
started: 2024-07-18T10:54:00+09:00
resolved: 2024-07-18T12:20:00+09:00
{more}---

"""
Write = Callable[..., "FlaskClient"]


@pytest.fixture
def write(own_entries: Path) -> Write:
    """Write one entry beside the fixture entries, and read the site."""

    def written(
        body: str, *, name: str = "2024-07-18-x", title: str = "X", more: str = ""
    ) -> FlaskClient:
        place = own_entries / "2024" / f"{name}.md"
        place.write_text(HEAD.format(title=title, more=more) + body, encoding="utf-8")
        return reader(own_entries)

    return written


def reader(folder: Path) -> FlaskClient:
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    app = create_app(knowledge)
    app.testing = True
    return app.test_client()


def page(client: FlaskClient, entry_id: str = "2024-07-18-x", language: str = "en") -> str:
    answer = client.get(f"/entries/{entry_id}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("entry_id", OWN)
def test_every_own_entry_is_shown_with_all_its_sections_and_events(
    web: FlaskClient, entry_id: str
) -> None:
    entry = KnowledgeBase.open(ENTRIES)
    html = page(web, entry_id, "ko")
    identifiers = Counter(IDENTIFIER.findall(html))
    assert max(identifiers.values()) == 1
    from kb import document

    place = next(ENTRIES.glob(f"*/{entry_id}.md"))
    read = document.parse(place.read_bytes(), place.name, entry.config.vocabulary)
    assert {section.anchor for section in read.sections} <= identifiers.keys()
    assert {event.anchor for event in read.timeline} <= identifiers.keys()
    assert html.count('class="follow-up"') == len(read.follow_ups)
    assert html.count('id="source.') == len(read.sources)
    for target in set(re.findall(r'href="#([^"]+)"', html)):
        assert target in identifiers
    turns = (read.started, read.detected, read.declared, read.mitigated, read.resolved)
    instants = {at for at in (*turns, *(event.at for event in read.timeline)) if at}
    assert ('class="timeline timeline-wide"' in html) == (len(instants) > 1)
    assert not re.search(r"<script(?! type=\"module\" src=)| style=|javascript:| on[a-z]+=", html)


def test_the_facts_lead_to_others_of_the_kind(web: FlaskClient) -> None:
    html = page(web, KAKAO)
    for address in (
        "/services/kakaotalk",
        "/causes/network",
        "/?q=severity:sev2",
        "/?q=tag:login",
        "/?q=organisation:Kakao",
    ):
        assert f'href="{address}"' in html
    assert "42 min to mitigate" in html
    assert "1 h 26 min to resolve" in html


def test_interface_and_content_keep_their_own_languages(web: FlaskClient) -> None:
    html = page(web, KAKAO, "ko")
    assert '<html lang="ko"' in html
    assert "비슷한 장애" in html
    assert re.search(r'<section [^>]*id="요약" lang="ko"', html)
    assert re.search(r'<section [^>]*id="summary" lang="en"', html)
    english = page(web, KAKAO, "en")
    assert '<html lang="en"' in english
    assert '<h1 lang="ko">' in english
    assert re.search(r'<div class="event-when" lang="en">', english)


def test_similar_incidents_come_with_reasons_and_a_recurrence_is_said_first(
    web: FlaskClient,
) -> None:
    html = page(web, KAKAO)
    assert "Similar incidents" in html
    assert "same service: " in html
    before = html.index("failed for the same cause before")
    assert before < html.index('id="요약"')


def test_what_unfurls_in_a_chat(web: FlaskClient) -> None:
    html = page(web, KAKAO)
    assert f'<link rel="canonical" href="http://localhost/entries/{KAKAO}">' in html
    assert '<meta property="og:title" content="카카오톡 PC·카카오계정 로그인 장애">' in html
    described = re.search(r'property="og:description" content="([^"]*)"', html)
    assert described
    assert described[1].startswith("2024년 7월 18일 10시 54분부터")
    assert "[1]" not in described[1]


def test_the_file_is_there_as_text(web: FlaskClient) -> None:
    answer = web.get(f"/entries/{KAKAO}.md")
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("---\ntitle: 카카오톡")
    again = web.get(f"/entries/{KAKAO}.md", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_an_entry_whose_id_ends_in_md_has_its_page(write: Write) -> None:
    client = write("## Impact\n\nx\n", name="odd.md")
    assert "<h1" in client.get("/entries/odd.md").text
    assert client.get("/entries/odd.md.md").text.startswith("---")


def test_a_reader_who_has_the_page_gets_it_anew_only_when_it_changed(
    write: Write, own_entries: Path
) -> None:
    client = write("## Impact\n\nbefore\n")
    tag = client.get("/entries/2024-07-18-x").headers["ETag"]
    known = {"If-None-Match": tag}
    assert client.get("/entries/2024-07-18-x", headers=known).status_code == 304
    korean = {**known, "Accept-Language": "ko"}
    assert client.get("/entries/2024-07-18-x", headers=korean).status_code == 200
    place = own_entries / "2024" / "2024-07-18-x.md"
    place.write_text(place.read_text().replace("before", "after"))
    changed = client.get("/entries/2024-07-18-x", headers=known)
    assert changed.status_code == 200
    assert "after" in changed.text


@pytest.mark.parametrize(
    ("asked", "status"),
    [("former", 301), ("FORMER", 301), ("2024-07-18-장", 302), ("2024-07-18-장애 ", 301)],
)
def test_other_names_lead_to_the_entry(write: Write, asked: str, status: int) -> None:
    client = write("## Impact\n\nx\n", name="2024-07-18-장애", more="aliases: [former]\n")
    answer = client.get(f"/entries/{asked}?odd=1")
    assert answer.status_code == status
    assert answer.headers["Location"] == "/entries/2024-07-18-%EC%9E%A5%EC%95%A0"
    source = client.get(f"/entries/{asked}.md")
    assert source.headers["Location"] == "/entries/2024-07-18-%EC%9E%A5%EC%95%A0.md"


def test_decomposed_korean_names_the_same_entry(write: Write) -> None:
    client = write("## Impact\n\nx\n", name="2024-07-18-장애")
    asked = unicodedata.normalize("NFD", "2024-07-18-장애")
    assert client.get(f"/entries/{asked}").status_code == 301


def test_an_unknown_id_names_the_nearest(web: FlaskClient) -> None:
    answer = web.get("/entries/2024-07-18-kakaotalk-login-outag3")
    assert answer.status_code == 404
    assert f'href="/entries/{KAKAO}"' in answer.text


@pytest.mark.parametrize(
    "asked", ["%00", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%FF", "x" * 3000, "<script>", "%0d%0aX:1"]
)
def test_odd_ids_are_not_found(web: FlaskClient, asked: str) -> None:
    answer = web.get(f"/entries/{asked}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_an_entry_that_was_just_removed_gives_a_page(write: Write, own_entries: Path) -> None:
    client = write("## Impact\n\nx\n")
    (own_entries / "2024" / "2024-07-18-x.md").unlink()
    answer = client.get("/entries/2024-07-18-x")
    assert answer.status_code == 503
    assert "It may just have been removed." in answer.text
    assert client.get("/entries/2024-07-18-x.md").status_code == 503


def test_a_second_file_with_the_same_id_is_named(write: Write, own_entries: Path) -> None:
    (own_entries / "2023" / "2024-07-18-x.md").write_text("## Impact\n\nother\n")
    html = page(write("## Impact\n\nx\n"))
    assert "Another file has the same id" in html
    assert "2024/2024-07-18-x.md" in html


def test_follow_ups_say_their_state(write: Write, own_entries: Path) -> None:
    (own_entries / "kb.toml").write_text(
        'edit_url = "https://git.example.com/edit/{path}"\n'
        'ticket_url = "https://tracker.example.com/{ticket}"\n'
    )
    html = page(
        write(
            "## Follow-ups\n\n"
            "- [x] Did it — owner: Kim, due: 2024-08-31\n"
            "- [ ] Late — due: 2024-08-31, ticket: NET-12\n"
            "- [ ] Coming — due: 9999-12-31\n"
            "- Unsaid <script>alert(1)</script>\n"
        )
    )
    states = re.findall(r'<span class="state state-(\w+)"', html)
    assert states == ["done", "overdue", "open", "unstated"]
    assert re.search(r"Overdue by \d+ days", html)
    assert 'href="https://tracker.example.com/NET-12"' in html
    assert 'href="https://git.example.com/edit/2024/2024-07-18-x.md#L13"' in html
    assert "<script>alert" not in html


def test_text_beside_events_stays_and_text_of_events_stands_once(write: Write) -> None:
    html = page(
        write(
            "## Timeline\n\nAll from the chat log.\n\n### 2024-07-18\n\n"
            "- 10:54 KST — it *began*\n\n  first detail\n\n- 11:00 KST — noticed\n\n"
            "| a | b |\n|---|---|\n| kept | table |\n\n### 2024-07-19\n\n- 09:00 KST — over\n"
        )
    )
    for words in ("All from the chat log.", "it <em>began</em>", "first detail", "noticed", "kept"):
        assert html.count(words) == 1
    assert re.findall(r'id="(t-[^"]+)"', html) == [
        "t-20240718-1054",
        "t-20240718-1100",
        "t-20240719-0900",
    ]
    assert re.findall(r'<li class="day"><time datetime="([^"]+)"', html) == [
        "2024-07-18",
        "2024-07-19",
    ]


def test_a_heading_that_is_an_event_is_one(write: Write) -> None:
    html = page(
        write("## Timeline\n\n### 10:54\n\nIt broke.\n\n## 2024-07-19, 13:00\n\nIt was mended.\n")
    )
    for words in ("It broke.", "It was mended."):
        assert len(re.findall(rf"<(?:p|div)[^<>]*>{words}", html)) == 1
    assert 'id="t-20240719-1300"' in html


def test_sections_within_sections_are_shown_once_below_them(write: Write) -> None:
    html = page(
        write(
            "Opening words.\n\n## What happened\n\nouter text\n\n### Impact\n\ninner text\n\n"
            "#### Detail\n\ndeep text\n\n## Root cause\n\n- **Detection**: by an alert\n"
        )
    )
    for words in ("Opening words", "outer text", "inner text", "deep text", "by an alert"):
        assert len(re.findall(rf">\s*{words}", html)) == 1
    levels = re.findall(r"<h(\d)[ >]", html.partition('class="entry-body"')[2])
    assert all(int(after) <= int(before) + 1 for before, after in pairwise(levels))
    assert "<h3" in html


def test_headings_that_take_the_frames_identifiers_do_not_disturb_it(write: Write) -> None:
    html = page(write("## Main\n\na\n\n## Site-query\n\nb\n\n## Impact\n\nc\n"))
    assert max(Counter(IDENTIFIER.findall(html)).values()) == 1
    assert '<main id="main"' in html


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no heading at all",
        "## Timeline\n\n- 10:54 — one event\n",
        "## Timeline\n\n- sometime — no time at all\n",
        "## Timeline\n\n- 2024-07-18 13:30-13:45 KST — a range\n- ~14:05 — about\n",
        "## Timeline\n\n- 0001-01-01 00:00 UTC — early\n- 9999-12-31 23:59 UTC — late\n",
        "## Timeline\n\n| 시각 | 내용 |\n|---|---|\n| 10:54 | 시작 |\n",
        "## \n\n## \n\n## Impact\n",
        "## Impact\n\n| broken |\n|--\n| x | y | z\n",
        "```\nnever closed\n## Impact\n",
        "\ufeff## Impact\n\n\x0b\x0c\u2028text\n",
    ],
)
def test_whatever_an_entry_lacks_it_has_a_page(write: Write, body: str) -> None:
    assert "<h1" in page(write(body), language="ko")


def test_without_front_matter_there_is_a_page(own_entries: Path) -> None:
    (own_entries / "2024" / "bare.md").write_text("")
    (own_entries / "2024" / "broken.md").write_text("---\ntitle: [\n---\n\n## Impact\n\nx\n")
    (own_entries / "2024" / "korean.md").write_bytes(
        "---\ntitle: 장애\n---\n\n## 영향\n\n결제가 멈췄다\n\n- 하나\n".encode("cp949")
    )
    client = reader(own_entries)
    assert "bare" in page(client, "bare")
    assert "could not be read" in page(client, "broken")
    assert "결제가 멈췄다" in page(client, "korean")


def test_titles_and_names_are_text(write: Write) -> None:
    html = page(
        write(
            "## Impact\n\nx\n",
            title="'<img src=x onerror=alert(1)>\" & [x](y)'",
            more="authors: ['<b>A</b>']\nodd<key: '\"><script>'\n",
        )
    )
    assert "<img" not in html
    assert "<script>" not in html
    assert "<b>A" not in html


def test_links_and_images_within_the_folder(write: Write, own_entries: Path) -> None:
    (own_entries / "2024" / "graph.png").write_bytes(b"\x89PNG")
    client = write(
        "## Impact\n\n![g](graph.png) [other](../2023/2023-05-20-payment-delay-redis.md)\n"
    )
    html = page(client)
    assert 'src="/files/2024/graph.png"' in html
    assert 'href="/entries/2023-05-20-payment-delay-redis"' in html
    with client.get("/files/2024/graph.png") as answer:
        assert answer.data == b"\x89PNG"
        assert answer.mimetype == "image/png"


@pytest.mark.parametrize(
    "path",
    [
        "2024/2024-07-18-x.md",
        "kb.toml",
        "../outside.png",
        "%2e%2e/outside.png",
        "2024/../../outside.png",
        "2024/.hidden.png",
        ".git/a.png",
        "link.png",
        "folder/inside.png",
        "gone.png",
        "2024",
        "a%00.png",
    ],
)
def test_no_other_file_is_given_out(write: Write, own_entries: Path, path: str) -> None:
    outside = own_entries.parent / "outside.png"
    outside.write_bytes(b"secret")
    (own_entries / "link.png").symlink_to(outside)
    (own_entries.parent / "elsewhere").mkdir()
    (own_entries.parent / "elsewhere" / "inside.png").write_bytes(b"secret")
    (own_entries / "folder").symlink_to(own_entries.parent / "elsewhere")
    (own_entries / "2024" / ".hidden.png").write_bytes(b"secret")
    (own_entries / ".git").mkdir()
    (own_entries / ".git" / "a.png").write_bytes(b"secret")
    answer = write("## Impact\n\nx\n").get(f"/files/{path}")
    assert answer.status_code == 404
    assert b"secret" not in answer.data


def test_a_drawing_that_is_opened_by_itself_can_do_nothing(write: Write, own_entries: Path) -> None:
    (own_entries / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with write("## Impact\n\nx\n").get("/files/a.svg") as answer:
        assert answer.mimetype == "image/svg+xml"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_timeline_of_many_days_counts_what_the_drawing_leaves_to_the_list(write: Write) -> None:
    html = page(
        write(
            "## Timeline\n\n- 2024-07-18 10:54 KST — outage begins\n"
            "- 2024-07-18 12:20 KST — resolved\n- 2024-12-01 09:00 KST — report\n"
            "- 2024-12-24 — law passed\n"
        )
    )
    assert "a long stretch is shortened" in html
    assert "1 event without a time is in the list only." in html
    assert html.count('role="img"') == 2


def test_under_a_prefix_links_keep_it(own_entries: Path, write: Write) -> None:
    client = write("## Impact\n\n[other](2024-07-18-x.md)\n")
    plain = page(client)
    below = client.get("/entries/2024-07-18-x", environ_overrides={"SCRIPT_NAME": "/kb"}).text
    assert 'href="/entries/2024-07-18-x"' in plain
    assert 'href="/kb/entries/2024-07-18-x"' in below
    assert own_entries.is_dir()
