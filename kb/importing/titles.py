"""What to call an entry: the stated title, or the best there is without one."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kb.importing.evidence import Evidence

if TYPE_CHECKING:
    from kb.importing.material import Material

_GENERIC = re.compile(
    r"(?:the )?(?:blameless )?(?:incident|outage|post-?\s?mortem|postmortem|rca|root cause analysis"
    r"|장애|인시던트|사고|障害)?\s*(?:title|report|review|analysis|post-?\s?mortem|template|summary"
    r"|보고서|리포트|회고|분석|報告書?)?",
    re.IGNORECASE,
)
_UUID = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f_]{16,}|\d+", re.IGNORECASE
)
_NAME_PREFIX = re.compile(
    r"^(?:(?:pm|inc|incident|postmortem|rca)[ _-]?(?:\d{4})?[ _-]?\d{1,6}"
    r"|\d{4}[-_.]?\d{2}[-_.]?\d{2}"
    r"|\d{1,4}(?=[ _-]))[\s_.,-]*",
    re.IGNORECASE,
)
_DATE_PREFIX = re.compile(
    r"^(?:(?:incident )?date:\s*)?\d{4}[-./]\d{1,2}[-./]\d{1,2}[\s,:–—-]*"
    r"(?:\d{1,2}:\d{2}\s*(?:[AP]M)?\s*[A-Z]{0,4}[\s,:–—-]*)?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(.{20,}?[.!?。])(?:\s|$)")
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`#>|]+")
_LONGEST = 100


def choose(material: Material) -> Evidence:
    """The stated title; without one that tells anything, the file's name or the first sentence."""
    document, body = material.document, material.body
    stated = (
        (material.base.title, material.line_of("title"), "the metadata says so"),
        (body.title, material.at(body.title_line), "the first heading"),
        (" ".join(document.title.split()), 0, "the document's title"),
    )
    for title, line, why in stated:
        even = " ".join(title.split())
        if even and not is_generic(even):
            return Evidence("title", even, line, why)
    summary = " ".join(material.base.extra.get("summary", ()))
    guesses = (
        (from_name(document.name), "the file's name"),
        (next((title for title, *_ in stated if title), ""), "the first heading"),
        (from_text(summary), "the summary's first sentence"),
        (from_text("\n".join(material.lines)), "the first sentence"),
    )
    title, why = next((guess for guess in guesses if guess[0]), ("", "nothing names it"))
    return Evidence("title", " ".join(title.split()), 0, why, guessed=True)


def is_generic(title: str) -> bool:
    """Whether a title only says what kind of document it is (`Incident report`)."""
    return _GENERIC.fullmatch(title.strip(" .:#")) is not None


def from_name(name: str) -> str:
    """A title from a file's name without number and date; empty where it is only a number."""
    path, _, record = name.partition("#")
    stem = PurePath(unquote(path)).stem
    while (suffix := PurePath(stem).suffix) in {".md", ".html", ".txt", ".erb"}:
        stem = stem.removesuffix(suffix)
    if _UUID.fullmatch(stem) or stem in {"-", "index", "readme", "README"}:
        return ""
    bare = _NAME_PREFIX.sub("", _NAME_PREFIX.sub("", stem)) or stem
    words = re.sub(r"[_\s]+" if " " in bare else r"[_\s-]+", " ", bare).strip()
    if not re.search(r"[^\W\d_]{2}", words):
        return ""
    words = words[0].upper() + words[1:]
    return f"{words} ({record})" if record else words


def from_text(text: str) -> str:
    """The first sentence of a text as a title; empty where there is none."""
    for line in text.split("\n"):
        plain = " ".join(_MARKUP.sub(r"\1", line).split())
        if len(plain) < 10 or not re.search(r"[^\W\d_]{2}", plain):
            continue
        match = _SENTENCE.match(plain)
        sentence = (match[1] if match else plain).rstrip(".。")
        if len(sentence) <= _LONGEST:
            return sentence
        return sentence[:_LONGEST].rpartition(" ")[0].rstrip(" ,;:") + "…"
    return ""


def without_date(title: str) -> str:
    """A title without the date in front of it, for an id that begins with the date anyway."""
    return _DATE_PREFIX.sub("", title).strip() or title
