"""The one analysis chain: text -> terms with positions and offsets, the same for every engine.

Text is normalised (NFC, full-width forms folded) and cut into chunks, a chunk into runs of one
script:

    Latin letters and digits   lower case, English stop words dropped, Snowball English stem
    Hangul                     particle taken off, then overlapping pairs of syllables
    kana and Chinese           overlapping pairs of characters

A chunk that is joined by punctuation (`payments-api`, `10.0.0.1`, `std::bad_alloc`) gives its
parts and, beside the first of them, itself as a whole. The same chain runs when an entry is
indexed and when a query is read, so Korean needs no dictionary and all engines agree. Its
quality was measured; see README, "Text analysis".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from kb.search import korean

# The common words of English that carry no topic.
STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being
    below between both but by can could did do does doing don down during each few for from
    further had has have having he her here hers herself him himself his how i if in into is it
    its itself just me more most my myself no nor not now of off on once only or other our ours
    ourselves out over own same she should so some such than that the their theirs them
    themselves then there these they this those through to too under until up very was we were
    what when where which while who whom why will with would you your yours yourself yourselves
    """.split()
)

LONGEST_COMPOUND = 80
"""Longer joined chunks (addresses with queries, hashes in paths) count by their parts only."""
LONGEST_WORD = 64
"""Longer words are cut here: nobody types them, and they would bloat the index."""
LONGEST_RUN = 200
"""Longer stretches without a space or punctuation are read as several."""

_HANGUL = "가-힣"
_PAIRED = "぀-ヿ㐀-䶿一-鿿"
_JOINERS = r"[-./:\\@+]{1,8}"
# What is left of n't and 's is no word; the T of 카카오 T is one.
_CONTRACTED = r"(?!(?<=[A-Za-z]['’])[sStTdDmM]\b)"
# Bounded, so that a file without a space is cut into pieces and read in linear time.
_CHUNK = re.compile(
    rf"{_CONTRACTED}\w{{1,{LONGEST_RUN}}}(?:{_JOINERS}\w{{1,{LONGEST_RUN}}}){{0,40}}"
)
_RUN = re.compile(rf"(?P<hangul>[{_HANGUL}]+)|(?P<paired>[{_PAIRED}]+)|[^\W_{_HANGUL}{_PAIRED}]+")
_COMPOUND = re.compile(
    rf"[^\W_{_HANGUL}{_PAIRED}]++(?:(?:{_JOINERS}|_{{1,8}})[^\W_{_HANGUL}{_PAIRED}]++)+"
)
_WIDTH_FORMS = re.compile("[\u3000\uff01-\uffee]+")
# What only looks: soft hyphen, spaces and joiners without width, the mark of byte order. Halves of
# a character (a broken paste, undecodable arguments) could be neither stored nor printed.
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF)) | {0x2010: "-", 0x2011: "-"}
_UNEVEN = re.compile("[\u00ad\u200b\u2010\u2011\u2060\ufeff\ud800-\udfff]")
_HALVES = re.compile("[\ud800-\udfff]")
_stem_english = Stemmer.Stemmer("english").stemWord


class Token(NamedTuple):
    """One term of a text.

    Attributes:
        term: what is indexed.
        position: counted in terms from 0; stop words count, so that phrases keep their gaps.
        start, end: the characters of the (normalised) text that the term came from.
        whole: whether it is a joined chunk as a whole, which stands beside its own parts.
    """

    term: str
    position: int
    start: int
    end: int
    whole: bool = False


def normalise(text: str) -> str:
    """NFC with full-width and half-width forms folded: what is stored, searched, highlighted.

    macOS writes Korean file names decomposed (NFD); without this nothing would match them.
    Characters that are not seen are left out, halves of characters replaced (U+FFFD).
    """
    if text.isascii():
        return text
    if _UNEVEN.search(text):
        text = _HALVES.sub("\ufffd", text).translate(_INVISIBLE)
    text = _WIDTH_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> Iterator[Token]:
    """The terms of a normalised text, in order; positions and offsets within this text."""
    position = 0
    for chunk in _CHUNK.finditer(text):
        start = chunk.start()
        found, length = _analyse(chunk.group())
        for token in found:
            yield Token(
                token.term,
                token.position + position,
                token.start + start,
                token.end + start,
                token.whole,
            )
        position += length


def positions(text: str, first: int = 0) -> tuple[dict[str, list[int]], int]:
    """Term -> its positions from `first` on, and the position after the last one."""
    found: dict[str, list[int]] = {}
    position = first
    for chunk in _CHUNK.findall(text):
        terms, length = _analyse(chunk)
        for token in terms:
            found.setdefault(token.term, []).append(token.position + position)
        position += length
    return found, position


def words(text: str) -> Iterator[str]:
    """The words of a normalised text as people write them: for spelling, prefixes, suggestions.

    Latin words are lower-cased but not stemmed; Korean ones lose only their particle.
    """
    for chunk in _CHUNK.findall(text):
        yield from _surface(chunk)


@lru_cache(maxsize=131_072)
def _analyse(chunk: str) -> tuple[tuple[Token, ...], int]:
    """The tokens of one chunk from position 0 and offset 0, and how many positions it takes."""
    found: list[Token] = []
    position = 0
    for run in _RUN.finditer(chunk):
        start, end = run.span()
        if run.lastgroup is None:
            term = _latin_term(run.group())
            if term:
                found.append(Token(term, position, start, end))
            position += 1
            continue
        body = run.group()
        if run.lastgroup == "hangul":
            body = korean.stem(body, after_other_script=_follows_letter(chunk, start))
        found.extend(
            Token(pair, position + offset, start + offset, start + offset + len(pair))
            for offset, pair in _pairs(body)
        )
        position += max(1, len(body) - 1) if body else 0
    for compound in () if chunk.isalnum() else _COMPOUND.finditer(chunk):
        if compound.end() - compound.start() <= LONGEST_COMPOUND:
            first = _position_at(found, compound.start())
            whole = Token(compound.group().lower(), first, *compound.span(), whole=True)
            found.append(whole)
    return tuple(found), position


def _position_at(found: list[Token], start: int) -> int:
    """The position of the first token at or after an offset (0 where all were stop words)."""
    return next((token.position for token in found if token.start >= start), 0)


def _follows_letter(chunk: str, start: int) -> bool:
    return start > 0 and chunk[start - 1].isalnum()


def _latin_term(run: str) -> str:
    word = run.lower()
    if word in STOP_WORDS:
        return ""
    if word.isascii() and word.isalpha():
        return str(_stem_english(word[:LONGEST_WORD]))
    return word[:LONGEST_WORD]


def _pairs(body: str) -> Iterator[tuple[int, str]]:
    """Offset and text of the overlapping pairs; a body of one or two characters stays whole."""
    if len(body) <= 2:
        if body:
            yield 0, body
        return
    for offset in range(len(body) - 1):
        yield offset, body[offset : offset + 2]


@lru_cache(maxsize=131_072)
def _surface(chunk: str) -> tuple[str, ...]:
    found: list[str] = []
    for run in _RUN.finditer(chunk):
        word = run.group().lower()
        if run.lastgroup == "hangul":
            word = korean.stem(word, after_other_script=_follows_letter(chunk, run.start()))
        if len(word) > 1 and word not in STOP_WORDS:
            found.append(word[:LONGEST_WORD])
    joined = () if chunk.isalnum() else _COMPOUND.finditer(chunk)
    compounds = (compound.group().lower() for compound in joined)
    found.extend(compound for compound in compounds if len(compound) <= LONGEST_COMPOUND)
    return tuple(found)
