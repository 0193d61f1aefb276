"""HTML sources: saved pages, exports, and posts whose body is HTML."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kb.importing.readers.html_cleaning import MAXIMUM_DEPTH, clean
from kb.importing.sources import SourceDocument, read_document, read_sources

FIXTURES = Path(__file__).parent / "fixtures/importing"


def read(text: str) -> SourceDocument:
    (document,) = read_document("page", text.encode)
    assert isinstance(document, SourceDocument), document
    return document


def body(html: str) -> str:
    return read(f"<html><body>{html}</body></html>").markdown


def fixture(name: str) -> SourceDocument:
    (document,) = read_sources([str(FIXTURES / name)])
    assert isinstance(document, SourceDocument)
    return document


def test_a_confluence_page() -> None:
    page = fixture("confluence.html")
    assert page.title == "Checkout outage on 18 July"
    assert page.fields == {"page_metadata": ("Created by Kim Seoyeon on Jul 19, 2024",)}
    assert page.markdown.split("\n") == [
        "# Checkout outage on 18 July",
        "",
        "## Impact",
        "",
        "Orders failed for **86 minutes**.",
        "",
        "## Timeline",
        "",
        "| Time (KST) | Event |",
        "| --- | --- |",
        "| 18 Jul 2024 10:54 | First 502 \\| at the gateway Alert fires |",
        "| 12:20 | All clear |",
        "",
        "## Root cause",
        "",
        "A flag was set for every region at once: `rollout<all>`",
        "",
        "```",
        "kubectl get pods",
        "  checkout-1   0/1",
        "```",
        "",
        "## Action items",
        "",
        "- [x] Stage flags by region Lee Jun",
        "- [ ] Alert on order rate",
    ]


def test_every_line_knows_where_it_stood_in_the_page() -> None:
    page = fixture("confluence.html")
    original = page.original.split("\n")
    for text, line in zip(page.markdown.split("\n"), page.lines, strict=True):
        word = text.strip("#|-`* ").split(" ")[0]
        assert word in original[line - 1] or text.startswith(("[", "- ["))


def test_a_notion_page_has_its_properties_as_fields() -> None:
    page = fixture("notion.html")
    assert page.title == "결제 오류 장애 보고서"
    assert page.fields == {
        "심각도": ("SEV1",),
        "서비스": ("결제", "정산"),
        "날짜": ("2024년 7월 18일",),
    }
    assert "심각도" not in page.markdown
    assert "- [x] 알람 추가\n" in page.markdown
    assert "- [ ] 배포 절차 점검\n" in page.markdown
    assert "- 12:20 복구\n  - 재시작 완료\n" in page.markdown
    assert page.markdown.endswith("- 로그\n\n  ```\n  ERROR 502\n  retry\n  ```")


def test_a_google_docs_export() -> None:
    page = fixture("google-docs.html")
    assert page.title == "Search outage postmortem"
    assert page.markdown.split("\n") == [
        "# Search outage postmortem",
        "",
        "**Impact:** searches failed for 40 minutes",
        "",
        "# Timeline",
        "",
        "- **14:02** errors rise ([dashboard](https://grafana.example.com/d/1))",
        "- 14:42 recovered",
        "",
        "# Action items",
        "",
        "| Action | Owner |",
        "| --- | --- |",
        "| Cap shard size | search team |",
    ]


def test_a_post_with_an_html_body_does_not_repeat_its_excerpt() -> None:
    post = read(
        "---\ntitle: 접속 장애\nexcerpt: >\n  오전에 멈췄다.\n"
        "feature_text: >\n  오전에 멈췄다.\n---\n\n"
        '<p><img src="a.png" alt="속보" /></p>\n\n<h2 data-ke-size="size26">1. 원인</h2>\n\n'
        "<p>데이터베이스 2대 중\n1대가 멈췄다.</p>\n\n<p>&nbsp;</p>\n끝 <a href='https://x.kr'>x</a>\n"
    )
    assert post.title == "접속 장애"
    assert post.fields["excerpt"] == ("오전에 멈췄다.",)
    assert post.markdown == (
        "![속보](a.png)\n\n## 1. 원인\n\n데이터베이스 2대 중 1대가 멈췄다.\n\n끝 [x](https://x.kr)"
    )
    assert post.lines[0] == 9
    assert post.lines[2] == 11
    assert post.lines[-1] == 17


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<nav>Home</nav><p>x</p><footer>©</footer>", "x"),
        ("<div class='cookie-banner'>We use cookies</div><p>x</p>", "x"),
        ("<div id='sidebar'>More</div><div class='has-sidebar'>x</div>", "x"),
        ("<p>x</p><script>a<b</script><style>p{}</style><noscript>no</noscript>", "x"),
        ("<p>x</p><p style='display: none'>hidden</p><p hidden>too</p>", "x"),
        ("<nav>never closed <p>x</p>", "never closed\n\nx"),
        ("<form><p>x</p><input type=text></form>", "x"),
        ("<p>one<p>two<ul><li>a<li>b</ul>", "one\n\ntwo\n\n- a\n- b"),
        (
            "<table><tr><th>Time<th>Event<tr><td>10:54",
            "| Time | Event |\n| --- | --- |\n| 10:54 |  |",
        ),
        (
            "<table><tr><td><b>Owner</b><td>me<tr><td><b>Date</b><td>May</table>",
            "|  |  |\n| --- | --- |\n| **Owner** | me |\n| **Date** | May |",
        ),
        (
            "<table><tr><td colspan=2>a<tr><td>b<td>c<td>d</table>",
            "|  |  |  |\n| --- | --- | --- |\n| a |  |  |\n| b | c | d |",
        ),
        (
            "<table><tr><td>a<table><tr><td>b</table><td>c</table>",
            "|  |  |\n| --- | --- |\n| a b | c |",
        ),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<dl><dt>Start<dd>10:54<dt>End<dd>12:20</dl>", "**Start:** 10:54\n\n**End:** 12:20"),
        ("10:54 down<br>12:20 up", "10:54 down  \n12:20 up"),
        (
            "<p>use &lt;b&gt; and a &amp;lt; b, *x* snake_case</p>",
            r"use \<b> and a \&lt; b, \*x\* snake_case",
        ),
        ("<p><b>a</b><b>b</b> <strong>c<b>d</b></strong></p>", "**ab** **cd**"),
        ("<h2><b>Impact</b></h2>", "## Impact"),
        ("<p><span style='font-weight:700'>Cause</span>: DNS</p>", "**Cause**: DNS"),
        (
            "<a href='javascript:x()'>a</a> <a href='#top'>b</a> <a href='/c d'>c</a>",
            "a b [c](/c%20d)",
        ),
        (
            "<p>saved <time datetime='2024-07-18T01:54Z'>2 hours ago</time></p>",
            "saved 2 hours ago (2024-07-18T01:54Z)",
        ),
        ("<p><time>@July 18, 2024</time> down</p>", "July 18, 2024 down"),
        (
            "<ul><li class='task-list-item'><input type=checkbox checked disabled> done</ul>",
            "- [x] done",
        ),
        (
            "<div><div data-task-state='DONE'>a</div><div data-task-state='TODO'>b</div></div>",
            "- [x] a\n- [ ] b",
        ),
        ("<details><summary>Log</summary><p>x</p></details>", "Log\n\nx"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<img src='data:image/png;base64,AAAA' alt='graph'>", "graph"),
        ("<p>a < b and 1 <2</p>", "a < b and 1 <2"),
        ("<p title=it's>x</p><p title='a>b'>y</p>", "x\n\ny"),
        ("<p>x<!-- c --> y<!-- never closed </p>", "x y never closed"),
    ],
)
def test_a_page_as_markdown(html: str, markdown: str) -> None:
    assert body(html) == markdown


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>Outage - Confluence</title><p>x", "Outage"),
        ("<title>Outage - SRE - Confluence</title><p>x", "Outage"),
        ("<title>Site</title><h1>Outage</h1><p>x", "Outage"),
        ("<title>Outage | Blog</title><h1>Blog</h1><h1>Other</h1>", "Blog"),
        ("<meta property='og:title' content='Shared'><h1>A</h1><h1>B</h1>", "Shared"),
        ("<p>x", ""),
    ],
)
def test_the_title_of_a_page(html: str, title: str) -> None:
    assert read(f"<html>{html}</html>").title == title


def test_only_the_main_part_is_the_document_and_the_rest_is_told() -> None:
    page = read(
        "<html><body><div>Logo</div><main><p>The outage began at 10:54.</p></main></body></html>"
    )
    assert page.markdown == "The outage began at 10:54."
    page = read("<html><body><nav>Home</nav><p>x</p></body></html>")
    assert [finding.rule for finding in page.findings] == ["page-furniture"]
    assert "Home" in page.original


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000 + "end",
        "<blockquote>x" * 20_000,
        "<ul><li>x" * 10_000,
        "<table><tr><td>x" * 10_000,
        "<p>" + "<b>a<b>b" * 20_000,
        "<p>" + "<b>a</b>" * 20_000,
        "<!--" * 100_000,
        '<a b="' * 100_000,
        "<" * 300_000,
        "<script>" * 100_000,
        "&#" + "1" * 100_000,
        "<p>" + "</div>" * 100_000,
        "<ol>" + "<li>x" * 100_000,
        "<p>x</p>\n" * 500_000,
    ],
    ids=lambda html: html[:16],
)
def test_hostile_pages_end_soon(html: str) -> None:
    before = time.process_time()
    list(read_document("page", f"<html>{html}".encode))
    # Seconds of a slow machine; what is quadratic here takes minutes.
    assert time.process_time() - before < 15


def test_what_stands_below_the_bounds_is_told_and_stays_in_the_original() -> None:
    page = read("<html>" + "<p>line</p>\n" * 20_000 + "<p>last</p></html>")
    (finding,) = page.findings
    assert finding.rule == "too-large"
    assert 10_000 < finding.line < 20_000
    assert page.original.endswith("<p>last</p></html>")


def test_a_cleaned_page_is_balanced_and_shallow() -> None:
    cleaned = clean("<div>" * 500 + "<b><i>x</b></i></p>" + "</section>")
    assert cleaned.html.count("<div>") == cleaned.html.count("</div>") <= MAXIMUM_DEPTH


@pytest.mark.parametrize("mark", ['id="title-heading"', 'class="entry-title"'])
def test_the_mark_of_a_title_around_the_whole_document_is_no_title(mark: str) -> None:
    words = "The gateway refused every order. " * 20
    page = read(f"<html><head><title>Outage</title></head><body><h1 {mark}><article><p>{words}")
    assert page.title == "Outage"
    assert "The gateway refused every order." in page.markdown
    assert "refused" in read(f"<html><body {mark}><p>{words}</p></body></html>").markdown
