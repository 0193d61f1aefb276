"""Sources read one after the other: nothing raises, and nothing stops the rest."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.importing.original import MAXIMUM_BYTES
from kb.importing.sources import Failure, SourceDocument, read_document, read_sources

FIXTURES = Path(__file__).parent / "fixtures/importing"


def read(raw: bytes, name: str = "given") -> list[SourceDocument | Failure]:
    return list(read_document(name, lambda: raw))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# Outage\n\nText\n", "markdown"),
        ("[a link](x) first\n", "markdown"),
        ("{% include x %}\n# Outage\n", "markdown"),
        ('<p align="center"><img src="a.png"></p>\n\n# Outage\n\n- one\n- two\n', "markdown"),
        ("Date: 2024-07-18, 10:54\nSummary, short\n", "markdown"),
        ("| Time | Event |\n| --- | --- |\n| 10:54 | down |\n", "markdown"),
        ("---\n# Outage between two rules\n---\n", "markdown"),
        ("<!-- saved -->\n<!DOCTYPE html>\n<p>Outage", "html"),
        ("---\ntitle: x\n---\n<p>One</p>\n\n<p>Two</p>\n", "html"),
        ("<h1>Outage</h1>\n<ul>\n<li>down</li>\n</ul>\n", "html"),
        ("title,date,impact\nOutage,2024-07-18,all\n", "csv"),
        ("제목\t발생일\t영향\n장애\t2024-07-18\t전체\n", "csv"),
        (json.dumps({"incident": {"name": "x", "incident_updates": []}}), "statuspage"),
    ],
)
def test_a_source_is_recognised_by_what_it_holds(text: str, kind: str) -> None:
    (document,) = read(text.encode(), "seed.txt")
    assert isinstance(document, SourceDocument)
    assert document.format == kind


@pytest.mark.parametrize(
    ("text", "name", "what"),
    [
        ("<?xml version='1.0'?><rss><channel/></rss>", "feed", "XML (<rss>)"),
        ("Title\n=====\n\n.. note::\n", "report.rst", "reStructuredText"),
        ('{"name": "package", "version": "1"}', "package.json", "without an incident"),
        ('{"incident": {"name": ', "cut.json", "no valid JSON (line 1"),
        ("[" * 100_000 + "{", "deep.json", "no valid JSON"),
        ("<html><script>only()</script></html>", "app.html", "a page without text"),
    ],
)
def test_other_formats_are_refused_by_name(text: str, name: str, what: str) -> None:
    if name == "deep.json":
        text = '{"a":' * 100_000
    (failure,) = read(text.encode(), name)
    assert isinstance(failure, Failure)
    assert what in failure.message
    assert failure.message.startswith(name)
    assert failure.help
    assert not failure.skipped


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# First\n", "utf-8")
    (tmp_path / "b.md").write_bytes(b"PK\x03\x04 word/")
    (tmp_path / "c.md").write_bytes(b"\xff\xfa\xfb")
    (tmp_path / "d.md").write_text("# Last\n", "utf-8")
    results = list(read_sources([str(tmp_path), "nowhere.md", "-"], stdin=lambda: b"# Piped\n"))
    assert [type(result).__name__ for result in results] == [
        "SourceDocument",
        "Failure",
        "Failure",
        "SourceDocument",
        "Failure",
        "SourceDocument",
    ]
    assert results[0].name == f"{tmp_path}/a.md"
    assert results[-1].name == "-"


def test_a_file_above_the_bound_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "log.md"
    with path.open("wb") as file:
        file.truncate(MAXIMUM_BYTES + 1)
    (failure,) = read_sources([str(path)])
    assert isinstance(failure, Failure)
    assert "20 MB" in failure.message


def test_a_pipe_in_a_folder_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (failure,) = read_sources([str(tmp_path)])
    assert isinstance(failure, Failure)
    assert "no ordinary file" in failure.message


def test_memory_stays_flat_in_the_number_of_documents(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.md").write_text("---\ntitle: x\n---\n" + "line\n" * 4000, "utf-8")
        tracemalloc.start()
        read_all = sum(1 for _ in read_sources([str(folder)]))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert read_all == count
        return most

    peak(2)  # what is imported late counts for neither
    assert peak(60) < 2 * peak(6)


PIECES = st.sampled_from(
    """
    --- +++ title:\x20x # ## <p> </p> <div> </div> <table> <td> <tr> <li> <ul> <!-- --> <script>
    </script> <style> <nav> <h1> " ' < > & &#x110000; &#99999999999; { } [ ] , ; \\ud800 \ue000
    \ue010 \ue001 \ue01a sep=; title,date [x] <input\x20type=checkbox> <a\x20href=" {% %} <%= %>
    ``` | 1. 10:54 장애 <html> <pre> <time\x20datetime=x> <td\x20colspan=9> <ol\x20start=9>
    {"incident": {"name":"x","incident_updates":[ ]}
    """.split()
)
TEXTS = st.lists(st.one_of(PIECES, st.sampled_from(["\n", " ", "\n\n"])), max_size=60).map("".join)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), TEXTS.map(str.encode)), st.sampled_from(["a", "a.csv"]))
def test_any_bytes_are_read_or_refused(raw: bytes, name: str) -> None:
    for result in read(raw, name):
        if isinstance(result, Failure):
            assert result.message
            continue
        assert len(result.lines) == len(result.markdown.split("\n"))
        last = result.original.count("\n") + 1
        assert result.format != "markdown" or all(1 <= line <= last for line in result.lines)
        assert "\r" not in result.markdown
        assert len(result.digest) == 32


@settings(deadline=None)
@given(st.data())
def test_a_damaged_page_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(path.name for path in FIXTURES.iterdir())))
    raw = (FIXTURES / name).read_bytes()
    place = data.draw(st.integers(0, len(raw)))
    damage = data.draw(st.one_of(PIECES.map(str.encode), st.binary(max_size=5)))
    skipped = data.draw(st.integers(0, 200))
    for result in read(raw[:place] + damage + raw[place + skipped :], name):
        assert isinstance(result, Failure) or result.markdown is not None


def test_the_same_document_has_the_same_digest_and_a_changed_one_another() -> None:
    first, again, changed = (read(raw)[0] for raw in (b"# Outage\n", b"# Outage\n", b"# Outages\n"))
    assert isinstance(first, SourceDocument)
    assert isinstance(again, SourceDocument)
    assert isinstance(changed, SourceDocument)
    assert first == again
    assert first.digest != changed.digest
