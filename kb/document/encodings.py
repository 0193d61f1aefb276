"""From a file's bytes to its lines of text, within bounds, whoever wrote them.

Entries are UTF-8. Windows editors also leave UTF-16, and Korean ones CP949: both are read,
with a finding that says what to do. What is no text at all is not read. Other people's
documents go through `decode`, which knows a few encodings more and refuses what it would have
to guess.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from kb.finding import Finding
from kb.record import record

MAXIMUM_BYTES = 2_000_000
MAXIMUM_LINES = 20_000

# Compiled where they are needed: nearly all files are UTF-8, and need none.
_HANGUL = "[가-힣]"
_HANGUL_OR_KANA = "[가-힣ㄱ-ㅣぁ-ヺ、-〟‐-…·]"
_CONTROL = "[\x00-\x08\x0e-\x1f]"
_LETTERS_BEYOND_ASCII = r"[^\W\d_\x00-\x7f]"
_HIGH = rb"[\x80-\xff]"
_HIGH_PAIR = rb"[\x81-\xfe][\x41-\xfe]"
_KS_X_1001_PAIR = rb"[\xa1-\xfe]{2}"
_WESTERN_PUNCTUATION = rb"[\x80-\xff]+"
_TYPOGRAPHIC = frozenset(b"\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa9\xae\xb0\xb7")
"""The marks that word processors set in English text, in Windows-1252."""
_CODECS = {"euc_kr": "cp949", "iso8859-1": "cp1252", "gb2312": "gb18030", "shift_jis": "cp932"}
"""Encodings as they are declared -> the larger ones that are meant."""
_DECLARABLE = frozenset(
    "cp949 cp1252 cp932 euc_jp gb18030 gbk big5 koi8-r cp1251 cp1250 iso8859-2 iso8859-15".split()
)
_UTF_16_SAMPLE = 4000
_SAMPLE = 200_000
_HELP_UTF8 = "Save the file as UTF-8."


@record
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


def text_of(raw: bytes) -> str:
    """A file's whole text as it stands, line ends and all, in the encoding `read_text` finds."""
    return _decode(raw, cut=False)[0].removeprefix("\ufeff")


@record
class Decoded:
    """A whole text and the encoding it was in; `cut` where it ends within a letter."""

    text: str
    encoding: str
    cut: bool = False


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Decode somebody else's document, or refuse to.

    Args:
        raw: the whole document.
        declared: the encoding that the document or its server names; it counts where the bytes
            are no Unicode and fit it.

    Raises:
        UnicodeDecodeError: no encoding fits; `start` is the first byte that is no UTF-8.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            width = 4 if name == "UTF-32" else 2 if name == "UTF-16" else 1
            whole = raw[: len(raw) // width * width]
            text = whole.decode(name).removeprefix("\ufeff")
            return Decoded(text, name, cut=len(whole) < len(raw))
    if (unmarked := _unmarked_utf_16(raw)) is not None:
        return unmarked
    try:
        return Decoded(raw.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start:
            return Decoded(raw[: error.start].decode("utf-8"), "UTF-8", cut=True)
        found = _by_declaration(raw, declared) or _by_evidence(raw)
        if found is None:
            raise
        return found


_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""Byte order marks; that of UTF-32 begins like that of UTF-16."""


def _unmarked_utf_16(raw: bytes) -> Decoded | None:
    """UTF-16 without a byte order mark: its spaces and line ends hold a zero byte each."""
    sample = raw[:_UTF_16_SAMPLE]
    if len(raw) < 4 or b"\0" not in sample:
        return None
    codec = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    try:
        text = raw[: len(raw) // 2 * 2].decode(codec)
    except UnicodeDecodeError:
        return None
    start = text[: _UTF_16_SAMPLE // 2]
    expected = sum(char.isascii() or bool(re.match(_HANGUL_OR_KANA, char)) for char in start)
    if re.search(_CONTROL, start) or 10 * expected < 9 * len(start):
        return None
    return Decoded(text, "UTF-16", cut=len(raw) % 2 == 1)


def _by_declaration(raw: bytes, declared: str) -> Decoded | None:
    try:
        codec = codecs.lookup(declared).name if declared.isascii() and declared else ""
    except (LookupError, ValueError):
        return None
    codec = _CODECS.get(codec, codec)
    if codec not in _DECLARABLE:
        return None
    try:
        return Decoded(raw.decode(codec), codec.upper())
    except UnicodeDecodeError:
        return None


def _by_evidence(raw: bytes) -> Decoded | None:
    """CP949 or Windows-1252, where the bytes can hardly be anything else."""
    for kept in (raw, raw[:-1]):  # the file may be cut within a letter
        try:
            text = kept.decode("cp949")
        except UnicodeDecodeError:
            continue
        if _is_korean(kept, text):
            return Decoded(text, "CP949", cut=len(kept) < len(raw))
    marks = b"".join(re.findall(_WESTERN_PUNCTUATION, raw))
    if _TYPOGRAPHIC.issuperset(marks):
        return Decoded(raw.decode("cp1252"), "Windows-1252")
    return None


def _is_korean(raw: bytes, text: str) -> bool:
    """Whether text decoded as CP949 is Korean, and not English with a few odd bytes.

    Nearly all Korean text stays within KS X 1001, whose pairs have two high bytes; a curly
    quote of Windows-1252 followed by a letter makes a pair too, but with one.
    """
    first = next((high.start() for high in re.finditer(_HIGH, raw)), 0)
    raw, text = raw[first : first + _SAMPLE], text[first : first + _SAMPLE]  # ASCII up to there
    letters = len(re.findall(_LETTERS_BEYOND_ASCII, text))
    pairs, common = len(re.findall(_HIGH_PAIR, raw)), len(re.findall(_KS_X_1001_PAIR, raw))
    return (
        bool(re.search(_HANGUL, text))
        and 2 * len(re.findall(_HANGUL, text)) >= letters
        and (10 * common >= 8 * pairs)
    )


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
    if _is_korean(raw, text):
        return text, "CP949"
    return raw.decode("utf-8", errors="replace"), "unknown"
