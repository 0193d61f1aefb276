"""`kb export site`: static files whose links hold and whose search finds Korean and English."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from kb.errors import KbError, UsageError
from web import Settings, create_app
from web.site import write_site
from web.site.addresses import Addresses, relative
from web.site.folder import MARKER, whole_folder
from web.site.rewriting import rewritten

if TYPE_CHECKING:
    from tests.conftest import RunKb

FIXTURES = Path(__file__).parent / "fixtures" / "entries"
BASE = "https://example.com/team/postmortems"


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site-entries") / "entries"
    shutil.copytree(FIXTURES, folder)
    (folder / "2024" / "2024-12-01-한글-이름.md").write_text(
        "---\ntitle: 한글 이름\naliases: [old-name]\nservices: ['a/b: c?']\n---\n## Summary\n"
        "See [another](../2023/2023-11-02-kafka-consumer-lag.md) and [none](../none.md).\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def site(entries: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("site-cache")))
        knowledge = KnowledgeBase.open(entries)
        knowledge.sync()
        folder = tmp_path_factory.mktemp("site") / "public"
        summary = write_site(knowledge, folder, Settings(base_url=BASE), "ko")
        knowledge.close()
    assert summary.searchable == 9
    return folder


def pages(site: Path) -> Iterator[tuple[Path, BeautifulSoup]]:
    for place in sorted(site.rglob("*.html")):
        yield place, BeautifulSoup(place.read_bytes(), "html.parser")


def test_every_link_leads_to_a_file_and_every_fragment_to_an_element(site: Path) -> None:
    anchors: dict[Path, set[str]] = {}
    links: list[tuple[Path, str]] = []
    for place, page in pages(site):
        anchors[place.resolve()] = {str(one["id"]) for one in page.find_all(id=True)}
        found = re.findall(r'\s(?:href|src|action)="([^"]*)"', place.read_text("utf-8"))
        links.extend((place, unescape(link)) for link in found)
    assert len(links) > 500
    for place, link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            assert "localhost" not in link
            continue
        path = unquote(parts.path)
        if place.name == "404.html" and path.startswith("/"):
            path = path.removeprefix(urlsplit(BASE).path)
            target = site / path.lstrip("/")
        else:
            target = place.parent / path if path else place
        assert target.resolve().is_relative_to(site.resolve())
        assert target.is_file(), (place, link)
        if parts.fragment and target.suffix == ".html":
            assert unquote(parts.fragment) in anchors[target.resolve()], (place, link)


def test_nothing_in_it_needs_a_server_or_another_host(site: Path) -> None:
    for place, page in pages(site):
        for link in re.findall(r'\s(?:href|src|action|data-[a-z-]+)="([^"]*)"', str(page)):
            assert not re.search(r"/(preferences|api/|healthz)", urlsplit(link).path), place
        for form in page.select("form:not([method=dialog])"):
            assert posixpath.basename(str(form["action"])) == "index.html", place
        for element in page.find_all(["script", "img"]) + page.select("link[rel=stylesheet]"):
            address = str(element.get("src") or element.get("href"))
            assert not urlsplit(address).scheme, (place, address)
        if page.html and page.find("main"):
            policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
            assert policy is not None
            assert "default-src 'none'" in str(policy)
            assert "unsafe-inline" not in str(policy)


def test_every_entry_has_a_page_in_its_words(site: Path, entries: Path) -> None:
    for place in entries.rglob("*.md"):
        page = site / "entries" / f"{place.stem}.html"
        assert BeautifulSoup(page.read_bytes(), "html.parser").h1 is not None
    assert 'lang="ko"' in (site / "index.html").read_text("utf-8")
    moved = (site / "entries" / "2024-12-01-한글-이름.html").read_text("utf-8")
    assert 'href="2023-11-02-kafka-consumer-lag.html"' in moved


def test_a_query_of_the_search_page_stays_in_its_links(site: Path) -> None:
    causes = (site / "stats.html").read_text("utf-8")
    assert re.search(r'href="index\.html\?q=[^"]+"', causes)


def test_pages_of_a_query_string_are_files_of_their_own(site: Path) -> None:
    overdue = [p for p in (site / "follow-ups").glob("*.html") if "show-overdue" in p.name]
    assert len(overdue) == 1


def test_feeds_name_the_files_by_their_whole_address(site: Path) -> None:
    feed = (site / "feed.atom").read_text("utf-8")
    addresses = re.findall(rf"{re.escape(BASE)}/([^\"<]*)", feed)
    assert any(address.startswith("entries/") for address in addresses)
    for address in addresses:
        assert (site / unquote(address.partition("#")[0] or "index.html")).is_file(), address
    assert f"{BASE}/entries/" in (site / "sitemap.xml").read_text("utf-8")
    assert (site / "follow-ups.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_a_page_for_what_is_missing_has_links_that_hold_at_any_depth(site: Path) -> None:
    page = (site / "404.html").read_text("utf-8")
    assert f'href="{urlsplit(BASE).path}/static/base.css"' in page


def test_writing_again_removes_what_is_gone_and_nothing_of_anybody_else(
    entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "entries"
    shutil.copytree(entries, folder)
    knowledge = KnowledgeBase.open(folder)
    target = tmp_path / "public"
    knowledge.sync()
    write_site(knowledge, target, Settings(), "en")
    assert not (target / "feed.atom").exists()
    (target / "CNAME").write_text("example.com")
    gone = folder / "2021" / "2021-06-30-dns-typo.md"
    gone.unlink()
    knowledge.sync()
    write_site(knowledge, target, Settings(), "en")
    assert not (target / "entries" / "2021-06-30-dns-typo.html").exists()
    assert (target / "CNAME").read_text() == "example.com"
    listed = json.loads((target / MARKER).read_text("utf-8"))["files"]
    assert all((target / name).is_file() for name in listed)
    assert not list(target.glob(".kb-site-*"))


def test_a_folder_of_somebody_else_is_left_alone(run_kb: RunKb, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    result = run_kb("export", "site", "--to", str(tmp_path))
    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["precious.txt"]


def test_a_failure_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "a") as made:
        (made / "index.html").write_text("first")

    def fail() -> None:
        with whole_folder(tmp_path / "a") as made:
            (made / "index.html").write_text("second")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / "a" / "index.html").read_text() == "first"
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == [MARKER, "index.html"]


def test_a_marker_that_names_other_peoples_files_does_not_remove_them(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / MARKER).write_text(json.dumps({"files": ["../precious.txt"]}))
    with whole_folder(tmp_path / "a") as made:
        (made / "index.html").write_text("first")
    assert (tmp_path / "precious.txt").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 3}'])
def test_a_damaged_marker_is_no_marker(tmp_path: Path, content: str) -> None:
    (tmp_path / MARKER).write_text(content)
    with pytest.raises(UsageError), whole_folder(tmp_path):
        pass


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KbError), whole_folder(tmp_path / "file"):
        pass


@pytest.fixture(scope="module")
def addresses(entries: Path) -> Addresses:
    return Addresses(create_app(KnowledgeBase.open(entries)), BASE)


@pytest.mark.parametrize(
    ("link", "page", "file"),
    [
        ("/", "/", "index.html"),
        ("?q=x", "/services/", "services/x-"),
        ("/?q=service:a&page=2", "/", "index.html"),
        ("/services/", "/", "services/index.html"),
        ("/services/a%2Fb%3A%20c%3F", "/", None),
        ("kafka", "/services/", "services/kafka.html"),
        ("/follow-ups?show=open&page=2", "/", "follow-ups/page-2-show-open-"),
        ("/follow-ups?page=2&show=open", "/", "follow-ups/page-2-show-open-"),
        ("/follow-ups?show=open&owner=a", "/", None),
        ("/static/base.css?v=1", "/", "static/base.css"),
        ("/api/v1/search?q=a", "/", None),
        ("/preferences?theme=dark", "/", None),
        ("https://example.org/", "/", None),
        ("//example.org/", "/", None),
        ("mailto:a@example.org", "/", None),
        ("/entries/../../etc/passwd", "/", None),
        ("#here", "/stats", "stats.html"),
    ],
)
def test_an_address_has_one_file(
    addresses: Addresses, link: str, page: str, file: str | None
) -> None:
    address = addresses.canonical(link, page)
    if file is None:
        assert address is None or addresses.file(address).count("..") == 0
        return
    assert address is not None
    assert (
        addresses.file(address) == file
        or (file.endswith("-") and addresses.file(address).startswith(file))
        or (link.startswith("?") and address)
    )


def test_names_that_differ_only_in_case_or_oddness_stay_apart(addresses: Addresses) -> None:
    names = {
        addresses.file(str(addresses.canonical(f"/services/{name}")))
        for name in ("Abc", "abc", "a:c", "x" * 300, "x" * 301, "가" * 100, "%2E%2E")
    }
    assert len(names) == len({name.casefold() for name in names})
    assert all(len(part.encode()) < 200 for name in names for part in name.split("/"))
    assert not any(".." in name.split("/") for name in names)


def test_links_are_relative_and_quoted() -> None:
    assert relative("services/a%3Ab.html", "entries/x.html") == "../services/a%253Ab.html"
    assert relative("index.html", "index.html") == "index.html"


def test_rewriting_changes_links_and_nothing_else() -> None:
    page = (
        '<!doctype html>\n<p title="a &amp; b">1 &lt; 2 &#39;<br>'
        '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg><!-- c --><script>if (a < b) {}</script>'
    )
    assert rewritten(page, lambda link, _: link) == page.replace("</svg>", "</svg>")
    assert rewritten('<a href="/x?a=1&amp;b=2" class="k">t</a>', lambda *_: "y?a&b") == (
        '<a href="y?a&amp;b" class="k">t</a>'
    )


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ('<p><a href="/gone">text <b>bold</b></a> on</p>', "<p>text <b>bold</b> on</p>"),
        ('<p>a<form action="/gone"><input name="q"><b>x</b></form>b</p>', "<p>ab</p>"),
        ('<link rel="x" href="/gone"><p>a</p>', "<p>a</p>"),
        ("<nav data-server-only><ul><li>a<br></li></ul></nav><p>b</p>", "<p>b</p>"),
        ('<svg><a href="/gone"><rect width="1"/></a></svg>', '<svg><rect width="1"/></svg>'),
        ('<img src="/gone">a', "a"),
        ('<form method="get"><input name="q"></form>a', "a"),
        (
            '<form method="dialog"><button>b</button></form>',
            '<form method="dialog"><button>b</button></form>',
        ),
    ],
)
def test_what_needs_a_server_is_left_out(page: str, left: str) -> None:
    assert rewritten(page, lambda link, _: None if link == "/gone" else link) == left
