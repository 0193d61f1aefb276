"""web/markdown_page.py and web/safe_html.py: entries' Markdown as HTML that cannot do harm."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.markdown_page import Surroundings, Writer

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)">',
    "<IMG SRC=javascript:alert('x')>",
    "<IMG SRC=JaVaScRiPt:alert('x')>",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    '<IMG SRC="jav&#x09;ascript:alert(1);">',
    '<IMG SRC=" &#14;  javascript:alert(1);">',
    "<img src=`javascript:alert(1)`>",
    '<img """><script>alert(1)</script>">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    "<a href='vbscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a onmouseover=alert(1)>x</a>",
    "<a href=x onclick=alert(1)//>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input onfocus=alert(1) autofocus>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1);//'>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<b/onmouseover=alert(1)>x</b>",
    "<b title='<img src=x onerror=alert(1)>'>x</b>",
    "<td background=javascript:alert(1)>x</td>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](%6Aavascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '[x](https://ok.example "onmouseover=alert(1)")',
    '[x](https://ok.example" onmouseover="alert(1))',
    "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://ok.example/a.png)',
    '![x](a.png "x\\" onerror=\\"alert(1)")',
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
    "# <img src=x onerror=alert(1)>",
    "- [ ] <script>alert(1)</script>",
    "\ufffdmain",
    "<h2 id='\ufffdmain'>x</h2>",
]
ALLOWED_TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del details dfn div dl dt em h2 h3 h4 h5 h6 hr i "
    "img ins kbd li mark ol p pre q s samp small strong sub summary sup table tbody td tfoot th "
    "thead tr u ul var".split()
)
ALLOWED_ATTRIBUTES = frozenset(
    "href title id class rel src alt width height loading align colspan rowspan start open "
    "tabindex".split()
)
VOID = frozenset({"br", "hr", "img"})


class Tags(HTMLParser):
    """All tags of an HTML text, and whether each is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def writer(references: dict[str, str] | None = None, sources: int = 3) -> Writer:
    return Writer(
        Surroundings(
            path="2024/2024-07-18-login.md",
            references=references or {},
            sources=sources,
            entry_address=lambda identifier: f"/entries/{identifier}",
            file_address=lambda path: f"/files/{path}",
        )
    )


def see_that_safe(html: str) -> Tags:
    tags = Tags(html)
    assert tags.open == []
    for tag, attributes in tags.found:
        assert tag in ALLOWED_TAGS
        assert ALLOWED_ATTRIBUTES.issuperset(attributes)
        for name in ("href", "src"):
            address = attributes.get(name)
            if address is not None:
                local = r"#|/entries/|/files/"
                assert re.match(rf"{local}|https?://|mailto:", address)
                assert name == "href" or address.startswith("/files/")
    return tags


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_does_nothing(text: str) -> None:
    see_that_safe(writer().blocks(text))
    see_that_safe(writer().blocks(f"before {text} after"))
    see_that_safe(writer().inline(text))
    html = writer().blocks(f"{text}\n\nThe **end**.")
    assert "end" in html  # nothing swallows what comes after


@given(st.lists(st.sampled_from([*HOSTILE, "<b>", "</b>", "<", ">", '"', "'", "\n\n", "> ", "|"])))
def test_hostile_markdown_does_nothing_in_any_mixture(pieces: list[str]) -> None:
    see_that_safe(writer().blocks("".join(pieces)))


@given(st.text())
def test_any_text_is_safe(text: str) -> None:
    see_that_safe(writer().blocks(text))
    see_that_safe(writer().inline(text))


@pytest.mark.parametrize(
    "html",
    [
        "a<br>b",
        "H<sub>2</sub>O<sup>2</sup>",
        "<kbd>Ctrl</kbd>",
        "<details><summary>More</summary>\n\ntext\n\n</details>",
        "<table><tr><td>1</td></tr></table>",
    ],
)
def test_raw_html_that_documents_use_stays(html: str) -> None:
    kept = see_that_safe(writer().blocks(html))
    wanted = set(re.findall(r"<([a-z]+)", html))
    assert wanted <= {tag for tag, _ in kept.found}


def test_what_only_looks_like_a_tag_is_text() -> None:
    assert "&lt;pod-name&gt;" in writer().blocks("kubectl logs <pod-name> now")


def test_comments_are_not_shown_and_one_without_end_is_text() -> None:
    assert writer().blocks("a <!-- hidden --> b") == "<p>a  b</p>"
    assert "visible" in writer().blocks("<!-- visible")


def test_headings_stand_below_the_page_without_gaps() -> None:
    html = writer().blocks("#### A\n\n###### B\n\n##### C\n\n# D\n\n### E", 2)
    assert re.findall(r"<h(\d) id=\"(\w+)\"", html) == [
        ("3", "a"),
        ("4", "b"),
        ("4", "c"),
        ("3", "d"),
        ("4", "e"),
    ]


def test_no_identifier_is_given_twice() -> None:
    page = writer()
    page.reserve(["main", "impact"])
    html = page.blocks(
        "## Main\n\n## Impact\n\n<a id='impact'></a><a name='free'></a>\n\n## 영향\n\n## 영향"
    )
    html += page.blocks("## 영향\n\n## Free\n\n<a id='free'></a>")
    found = re.findall(r'id="([^"]*)"', html)
    assert found == ["main-1", "impact-1", "free", "영향", "영향-1", "영향-2", "free-1"]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("../2023/2023-05-20-payments.md", "/entries/2023-05-20-payments"),
        ("../2023/2023-05-20-payments.md#impact", "/entries/2023-05-20-payments#impact"),
        ("2024-01-01-a.MD", "/entries/2024-01-01-a"),
        ("/2023/장애.md", "/entries/장애"),
        ("%EC%9E%A5%EC%95%A0.md", "/entries/장애"),
        ("#root-cause", "#root-cause"),
        ("img/graph.png", "/files/2024/img/graph.png"),
        ("https://example.com/a?b=c&d=e", "https://example.com/a?b=c&amp;d=e"),
        ("mailto:sre@example.com", "mailto:sre@example.com"),
        ("../../secret.md", None),
        ("../../../etc/passwd", None),
        (".git/x.png", None),
        ("//evil.example/x.md", None),
        ("/\\evil.example/x.md", "/entries/x"),
        ("ftp://example.com", None),
        ("runbook.pdf", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_links_lead_where_a_reader_may_go(written: str, address: str | None) -> None:
    html = writer().blocks(f"[text](<{written}>)")
    found = re.search(r'href="([^"]*)"', html)
    assert (found[1] if found else None) in {address, address and address.replace("[", "%5B")}
    assert "text" in html


def test_links_to_other_hosts_tell_them_nothing() -> None:
    html = writer().blocks("[a](https://example.com) <a href='http://example.com'>b</a>")
    assert html.count('rel="noopener noreferrer"') == 2


def test_images_of_other_hosts_are_links() -> None:
    html = writer().blocks(
        "![graph](https://example.com/g.png) <img src='http://example.com/h.png'>"
    )
    assert "<img" not in html
    assert re.findall(r'href="([^"]+)" rel="[^"]+">([^<]+)', html) == [
        ("https://example.com/g.png", "graph"),
        ("http://example.com/h.png", "h.png"),
    ]


def test_an_image_within_a_link_leaves_its_words() -> None:
    html = writer().blocks("[![build](https://example.com/b.svg)](https://example.com)")
    assert ">build</a>" in html
    assert html.count("<a ") == 1


def test_images_of_the_folder_are_shown() -> None:
    html = writer().blocks('![graph](img/g.png "title")')
    assert '<img src="/files/2024/img/g.png" alt="graph" title="title" loading="lazy">' in html


def test_citations_lead_to_the_sources() -> None:
    html = writer(sources=2).blocks("a [1][2] b [3] `[1]` [1](https://example.com)")
    assert html.count('class="citation"') == 2
    assert '<a class="citation" href="#source.2">[2]</a>' in html
    assert "[3]" in html
    assert "<code>[1]</code>" in html


def test_numbered_references_of_the_document_win() -> None:
    html = writer({"1": "https://example.com/one"}).blocks("see [1]")
    assert 'href="https://example.com/one"' in html


def test_references_are_known_wherever_they_are_defined() -> None:
    page = writer({"ISSUE": "https://example.com/7"})
    assert 'href="https://example.com/7"' in page.blocks("the [issue]")
    assert 'href="https://example.com/7"' in page.inline("the [text][Issue]")


def test_tables_and_code_scroll_by_themselves() -> None:
    html = writer().blocks("|a|b|\n|-|-|\n|1|2|\n\n```\ncode\n```")
    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<pre tabindex="0"><code>code' in html


def test_a_paragraph_of_an_event_has_no_paragraph_around_it() -> None:
    assert writer().inline(" **장애** 시작 ") == "<strong>장애</strong> 시작"
    assert "<ul>" in writer().inline("list:\n\n- a\n- b")


@pytest.mark.parametrize(
    "text",
    [
        "<b x=1>\n\n<p>" * 4_000,
        "<ul><li>" * 4_000,
        "<table><tr><td>" * 3_000,
        "<details>\n\n" * 3_000,
        "<a href=x><p>" * 3_000,
        "<" * 20_000,
        "[" * 10_000,
        "> " * 10_000,
        "## 장애\n" * 4_000,
        "**a*" * 5_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_nesting_and_repetition_do_not_multiply(text: str) -> None:
    html = writer().blocks(text)
    assert len(html) < 60 * len(text) + 1000
    see_that_safe(html)
