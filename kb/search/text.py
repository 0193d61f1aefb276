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
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain
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

_JOINERS = r"[-./:\\@+]{1,8}"
# What is left of n't and 's is no word; the T of 카카오 T is one.
_CONTRACTED = r"(?!(?<=[A-Za-z]['’])[sStTdDmM]\b)"
# Bounded, so that a file without a space is cut into pieces and read in linear time.
_CHUNK = re.compile(
    rf"{_CONTRACTED}\w{{1,{LONGEST_RUN}}}(?:{_JOINERS}\w{{1,{LONGEST_RUN}}}){{0,40}}"
)
# Over a chunk that `_SCRIPTS` has translated.
_RUN = re.compile("(?P<hangul>H+)|(?P<paired>P+)|a+")
_COMPOUND = re.compile(rf"a++(?:(?:{_JOINERS}|_{{1,8}})a++)+")
_WIDTH_FORMS = re.compile("[\u3000\uff01-\uffee]+")
# What only looks: soft hyphen, spaces and joiners without width, the mark of byte order. Halves of
# a character (a broken paste, undecodable arguments) could be neither stored nor printed.
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF)) | {0x2010: "-", 0x2011: "-"}
_INVISIBLE_CHARACTERS = "".join(map(chr, _INVISIBLE))
_HALVES = "[\ud800-\udfff]"
_stem_english = Stemmer.Stemmer("english").stemWord


class _Scripts(dict[int, int]):
    """A character of a chunk -> H where it is Hangul, P where it is read in pairs, else a.

    Patterns with classes of so many characters take longer to compile than most searches.
    """

    def __missing__(self, code: int) -> int:
        paired = 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF
        kind = "P" if paired else "H" if 0xAC00 <= code <= 0xD7A3 else "a"
        self[code] = ord(kind)
        return self[code]


_SCRIPTS = _Scripts({ord(joiner): ord(joiner) for joiner in "-./:\\@+_"})


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
    even = text.isprintable() and not ("\u2010" in text or "\u2011" in text)
    if not even and _is_uneven(text):
        text = re.sub(_HALVES, "\ufffd", text).translate(_INVISIBLE)
    text = _WIDTH_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return unicodedata.normalize("NFC", text)


def _is_uneven(text: str) -> bool:
    if any(character in text for character in _INVISIBLE_CHARACTERS):
        return True
    try:
        text.encode()
    except UnicodeEncodeError:  # halves; a pattern of all of them is slow to compile
        return True
    return False


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


def locate(
    text: str,
    span: tuple[int, int],
    position: int,
    wanted: Collection[str],
    places: dict[str, dict[int, tuple[int, int]]],
) -> int:
    """Add where wanted terms stand in a part of a text: term -> position -> its characters.

    Args:
        text: normalised.
        span: from which character to which; neither may be inside of a word.
        position: of the first term.
        wanted: the terms to look for; others are only counted.
        places: what is added to.

    Returns:
        The position after the last term.
    """
    for chunk in _CHUNK.finditer(text, *span):
        found, length = _analyse(chunk.group())
        for token in found:
            if token.term in wanted:
                start = chunk.start()
                place = token.start + start, token.end + start
                places.setdefault(token.term, {})[token.position + position] = place
        position += length
    return position


def chunks(text: str) -> list[str]:
    """What a normalised text is cut into; `place` and `words_of` take it from here."""
    return _CHUNK.findall(text)


def place(chunks: Iterable[str], places: dict[str, list[int]], position: int) -> int:
    """Add the terms of chunks, term -> its positions from `position` on.

    Returns:
        The position after the last one.
    """
    for chunk in chunks:
        terms, length = _placed(chunk)
        for term, offset in terms:
            if term in places:
                places[term].append(position + offset)
            else:
                places[term] = [position + offset]
        position += length
    return position


def words(text: str) -> Iterator[str]:
    """The words of a normalised text as people write them: for spelling, prefixes, suggestions.

    Latin words are lower-cased but not stemmed; Korean ones lose only their particle.
    """
    return chain.from_iterable(map(_surface, chunks(text)))


def words_of(chunks: Iterable[str]) -> frozenset[str]:
    """The words in chunks, as `words` gives them."""
    return frozenset(chain.from_iterable(map(_surface, chunks)))


def terms(text: str) -> frozenset[str]:
    """The terms of a normalised text, without joined chunks as a whole."""
    return frozenset(
        token.term for chunk in chunks(text) for token in _analyse(chunk)[0] if not token.whole
    )


@lru_cache(maxsize=32_768)
def _placed(chunk: str) -> tuple[tuple[tuple[str, int], ...], int]:
    """The terms of one chunk with their positions, and how many positions it takes."""
    found, length = _analyse(chunk)
    return tuple((token.term, token.position) for token in found), length


@lru_cache(maxsize=16_384)
def _analyse(chunk: str) -> tuple[tuple[Token, ...], int]:
    """The tokens of one chunk from position 0 and offset 0, and how many positions it takes."""
    if chunk.isascii() and chunk.isalnum():  # most are one word
        term = _latin_term(chunk)
        return ((Token(term, 0, 0, len(chunk)),) if term else ()), 1
    found: list[Token] = []
    position = 0
    scripts = chunk.translate(_SCRIPTS)
    for run in _RUN.finditer(scripts):
        start, end = run.span()
        body = chunk[start:end]
        if run.lastgroup is None:
            term = _latin_term(body)
            if term:
                found.append(Token(term, position, start, end))
            position += 1
            continue
        if run.lastgroup == "hangul":
            body = korean.stem(body, after_other_script=_follows_letter(chunk, start))
        found.extend(
            Token(pair, position + offset, start + offset, start + offset + len(pair))
            for offset, pair in _pairs(body)
        )
        position += max(1, len(body) - 1) if body else 0
    for compound in () if chunk.isalnum() else _COMPOUND.finditer(scripts):
        if compound.end() - compound.start() <= LONGEST_COMPOUND:
            first = _position_at(found, compound.start())
            start, end = compound.span()
            whole = Token(chunk[start:end].lower(), first, start, end, whole=True)
            found.append(whole)
    return tuple(found), position


def _position_at(found: list[Token], start: int) -> int:
    """The position of the first token at or after an offset (0 where all were stop words)."""
    return next((token.position for token in found if token.start >= start), 0)


def _follows_letter(chunk: str, start: int) -> bool:
    return start > 0 and chunk[start - 1].isalnum()


def beginning(term: str) -> str:
    """How every text has a term, wherever it stands, once it is in lower case.

    Terms are cut out of the text as they are, but for English stems: a stem may end in up to two
    letters that the word does not have (`ability`: `abl`), and `dying` becomes `die`.
    """
    if not (term.isascii() and term.isalpha()):
        return term
    if len(term) == 3 and term.endswith("ie"):
        return term[0]
    return term[: max(2, len(term) - 2)]


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


@lru_cache(maxsize=32_768)
def _surface(chunk: str) -> tuple[str, ...]:
    if chunk.isascii() and chunk.isalnum():
        word = chunk.lower()
        return (word[:LONGEST_WORD],) if len(word) > 1 and word not in STOP_WORDS else ()
    found: list[str] = []
    scripts = chunk.translate(_SCRIPTS)
    for run in _RUN.finditer(scripts):
        word = chunk[run.start() : run.end()].lower()
        if run.lastgroup == "hangul":
            word = korean.stem(word, after_other_script=_follows_letter(chunk, run.start()))
        if len(word) > 1 and word not in STOP_WORDS:
            found.append(word[:LONGEST_WORD])
    joined = () if chunk.isalnum() else _COMPOUND.finditer(scripts)
    compounds = (chunk[compound.start() : compound.end()].lower() for compound in joined)
    found.extend(compound for compound in compounds if len(compound) <= LONGEST_COMPOUND)
    return tuple(found)
