"""From a file's bytes to its lines of text, within bounds, whoever wrote them.

Entries are UTF-8. Windows editors also leave UTF-16, and Korean ones CP949: both are read,
with a finding that says what to do. What is no text at all is not read.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from kb.model import Finding

MAXIMUM_BYTES = 2_000_000
MAXIMUM_LINES = 20_000

_HANGUL = re.compile("[가-힣]")
_HELP_UTF8 = "Save the file as UTF-8."


@dataclass(frozen=True, slots=True)
class Text:
    """A file's lines, in NFC and without line ends, and what was odd about its bytes."""

    lines: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_text(raw: bytes, path: str) -> Text:
    """Decode a file; never raises.

    Files above `MAXIMUM_BYTES` or `MAXIMUM_LINES` are read to the last whole line within.
    Line ends may be LF, CR LF or CR; a byte order mark is taken off.
    """
    findings: list[Finding] = []

    def note(rule: str, message: str, help_: str) -> None:
        findings.append(Finding(rule, "error", path, 0, message, help_))

    too_large = len(raw) > MAXIMUM_BYTES
    if too_large:
        end = max(raw.rfind(b"\n", 0, MAXIMUM_BYTES), raw.rfind(b"\r", 0, MAXIMUM_BYTES)) + 1
        raw = raw[: end or MAXIMUM_BYTES]
        help_ = "Split the entry, or move logs and data out of it."
        note(
            "too-large", f"The file is above {MAXIMUM_BYTES:,} bytes; the rest is not read.", help_
        )
    text, encoding = _decode(raw, cut=too_large)
    if "\0" in text:
        help_ = "An entry is Markdown text in UTF-8: remove the file or save it as that."
        note("binary", "The file holds binary data and is not read.", help_)
        return Text((), tuple(findings))
    if encoding == "unknown":
        note("encoding", "The file is in no known encoding; some letters are lost.", _HELP_UTF8)
    elif encoding != "UTF-8":
        note("encoding", f"The file is encoded as {encoding}, not UTF-8.", _HELP_UTF8)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    lines = text.split("\n")
    if len(lines) > MAXIMUM_LINES:
        help_ = "Split the entry, or move logs and data out of it."
        note(
            "too-large", f"The file has over {MAXIMUM_LINES:,} lines; the rest is not read.", help_
        )
    return Text(tuple(lines[:MAXIMUM_LINES]), tuple(findings))


def _decode(raw: bytes, *, cut: bool) -> tuple[str, str]:
    """The text and the name of its encoding; `cut` is whether the end may be half a letter."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        if cut and error.start >= len(raw) - 3:
            return raw[: error.start].decode("utf-8"), "UTF-8"
    try:
        text = raw.decode("cp949", errors="ignore" if cut else "strict")
    except UnicodeDecodeError:
        return raw.decode("utf-8", errors="replace"), "unknown"
    if _HANGUL.search(text):
        return text, "CP949"
    return raw.decode("utf-8", errors="replace"), "unknown"
