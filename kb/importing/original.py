"""A source's bytes made text, or the reason why they are none.

Word processors, archives and pictures are given by mistake and say so in their first bytes; the
answer names what they are and how to get text out of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from kb.document.encodings import decode
from kb.finding import Finding
from kb.importing.source import UnreadableSource

MAXIMUM_BYTES = 20_000_000
"""A larger source is refused: a postmortem is text, and a hundred pages of it are 0.3 MB."""

_SAVE_AS = "Save it as Markdown, HTML or text and import that."
_UNPACK = "Unpack it and import the folder."
_ZIP_KINDS = (
    (b"word/", "a Word document (.docx)", _SAVE_AS),
    (b"xl/", "an Excel workbook (.xlsx)", "Save the sheet as CSV and import that."),
    (b"ppt/", "a PowerPoint file (.pptx)", _SAVE_AS),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file", _SAVE_AS),
    (b"application/epub", "an EPUB book", _SAVE_AS),
    (b"", "a zip archive", _UNPACK),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF", _SAVE_AS),
    (b"{\\rtf", "an RTF document", _SAVE_AS),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls)", _SAVE_AS),
    (b"\x89PNG", "a picture (PNG)", ""),
    (b"\xff\xd8\xff", "a picture (JPEG)", ""),
    (b"GIF8", "a picture (GIF)", ""),
    (b"RIFF", "a picture or a recording (RIFF)", ""),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (b"SQLite format 3", "an SQLite database", ""),
    (b"\x7fELF", "a program", ""),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MIME = re.compile(rb"(?im)\A(?=[\w-]+:)(?:.*\r?\n){0,30}?content-type:\s*multipart/")
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})")
_CHARSET_WITHIN = 4096


@dataclass(frozen=True, slots=True)
class Original:
    """A source as text.

    Attributes:
        name: as given.
        text: the whole text in NFC, lines ended by LF, without a byte order mark.
        digest: 32 hexadecimal digits over the bytes.
        findings: what was odd about the bytes.
    """

    name: str
    text: str
    digest: str
    findings: tuple[Finding, ...] = ()


def digest_of(raw: bytes) -> str:
    """32 hexadecimal digits that tell one content from another."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def original_of(name: str, raw: bytes, charset: str = "") -> Original:
    """The text of a source.

    Args:
        name: as given.
        raw: all of its bytes, or more than `MAXIMUM_BYTES` of them.
        charset: the encoding its server names, if any.

    Raises:
        UnreadableSource: it is too large, empty, no text, or in an unknown encoding.
    """
    if len(raw) > MAXIMUM_BYTES:
        raise too_large(name)
    _refuse_other_formats(name, raw)
    meta = _CHARSET.search(raw[:_CHARSET_WITHIN])
    try:
        decoded = decode(raw, charset or (meta[1].decode("ascii", "replace") if meta else ""))
    except UnicodeDecodeError as error:
        place = error.start
        raise UnreadableSource(
            f"{name} is in no known encoding: byte {place:,} (0x{raw[place]:02X}) is no UTF-8.",
            "Save the file as UTF-8.",
        ) from error
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(text, 0, 100_000) or "\0" in text:
        raise UnreadableSource(f"{name} holds binary data, not text.", _SAVE_AS)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if not text.strip():
        raise UnreadableSource(f"{name} is empty.", "Leave it out, or save it with its text.")
    findings = []
    if decoded.encoding != "UTF-8":
        message = f"The source was read as {decoded.encoding}."
        findings.append(Finding("encoding", "note", name, 0, message))
    if decoded.cut:
        message = "The source ends within a letter: it was cut off."
        findings.append(Finding("truncated", "warning", name, 0, message, "Get a whole copy."))
    return Original(name, text, digest_of(raw), tuple(findings))


def too_large(name: str) -> UnreadableSource:
    """The error for a source above `MAXIMUM_BYTES`."""
    return UnreadableSource(
        f"{name} is larger than {MAXIMUM_BYTES // 1_000_000} MB.",
        "Split it, or take logs and pictures out of it.",
    )


def _refuse_other_formats(name: str, raw: bytes) -> None:
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind, help_ = next((kind, how) for part, kind, how in _ZIP_KINDS if part in raw)
        raise UnreadableSource(f"{name} is {kind}, which is not read.", help_)
    for start, kind, help_ in _SIGNATURES:
        if raw.startswith(start):
            raise UnreadableSource(f"{name} is {kind}, which is not read.", help_ or _SAVE_AS)
    if _MIME.match(raw[:8000]):
        raise UnreadableSource(
            f"{name} is a web page in a mail (MHTML), which is not read.",
            "Open it in a browser and save it as HTML.",
        )
