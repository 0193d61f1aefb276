"""What may come as a source: texts in their encodings, and what is no text."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from kb.importing.original import MAXIMUM_BYTES, digest_of, original_of
from kb.importing.source import UnreadableSource

KOREAN = "# 결제 장애\n\n데이터베이스가 멈췄다.\n"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (KOREAN.encode(), ""),
        (KOREAN.encode("utf-8-sig"), ""),
        (KOREAN.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + KOREAN.encode("utf-16-be"), "UTF-16"),
        (KOREAN.encode("utf-16-le"), "UTF-16"),
        (KOREAN.encode("utf-16-be"), "UTF-16"),
        (KOREAN.encode("utf-32"), "UTF-32"),
        (KOREAN.encode("cp949"), "CP949"),
        (KOREAN.replace("\n", "\r\n").encode("cp949"), "CP949"),
    ],
)
def test_korean_is_read_in_the_encodings_that_editors_leave(raw: bytes, encoding: str) -> None:
    original = original_of("a.md", raw)
    assert original.text == KOREAN
    messages = [finding.message for finding in original.findings]
    assert messages == ([f"The source was read as {encoding}."] if encoding else [])


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_are_made_lf(ends: str) -> None:
    assert original_of("a.md", KOREAN.replace("\n", ends).encode()).text == KOREAN


def test_decomposed_korean_is_composed() -> None:
    assert original_of("a.md", "\u1100\u1161".encode()).text == "가"


def test_an_unknown_encoding_is_refused_with_the_place_of_the_first_odd_byte() -> None:
    with pytest.raises(UnreadableSource) as caught:
        original_of("menu.md", b"caf\xe9 is closed\n\xff\xff")
    assert caught.value.message == ("menu.md is in no known encoding: byte 3 (0xE9) is no UTF-8.")
    assert "UTF-8" in caught.value.remedy


def test_a_declared_encoding_counts_where_the_bytes_are_no_unicode() -> None:
    page = '<html><head><meta charset="shift_jis"></head><p>障害の原因</p></html>'
    assert "障害の原因" in original_of("a.html", page.encode("shift_jis")).text
    assert "障害の原因" in original_of("a", "障害の原因".encode("euc-jp"), "euc-jp").text
    assert original_of("a", KOREAN.encode(), "latin-1").text == KOREAN


def test_curly_quotes_of_windows_do_not_make_english_korean() -> None:
    original = original_of("a.md", b"It\x92s the database \x96 \x93again\x94.\n")
    assert original.text == "It’s the database – “again”.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_a_text_cut_within_a_letter_is_read_up_to_there(encoding: str) -> None:
    original = original_of("a.md", "장애 보고서 원인".encode(encoding)[:-1])
    assert original.text == "장애 보고서 원"
    assert [finding.rule for finding in original.findings][-1] == "truncated"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (zipped("word/document.xml"), "a Word document"),
        (zipped("xl/workbook.xml"), "an Excel workbook"),
        (zipped("page.html"), "a zip archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"{\\rtf1 text}", "an RTF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n", "a web page in a mail"),
        (b"abc\x00def", "binary data"),
        (b"\x01\x02\x03text", "binary data"),
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"x" * (MAXIMUM_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_what_is_no_text_is_named_and_refused(raw: bytes, what: str) -> None:
    with pytest.raises(UnreadableSource, match=re.escape(what)) as caught:
        original_of("given.md", raw)
    assert caught.value.message.startswith("given.md ")
    assert caught.value.remedy


def test_the_digest_is_of_the_bytes() -> None:
    original = original_of("a.md", KOREAN.encode())
    assert re.fullmatch("[0-9a-f]{32}", original.digest)
    assert original.digest == digest_of(KOREAN.encode())
    assert original.digest != original_of("a.md", KOREAN.encode("cp949")).digest
