"""What somebody who has typed so much of a query may be about to type: completions.

query_piece         the last piece of what is typed
keystrokes          beginnings, in Korean too
suggestion_values   the values of fields, with all their names
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from heapq import nlargest
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Literal

from kb.record import record
from kb.search.keystrokes import is_half_typed, keystrokes, keystrokes_once
from kb.search.keywords import PRESENCES
from kb.search.query import LONGEST_QUERY, OPERATORS
from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.search.query_piece import Piece, last_piece
from kb.search.query_tree import Filter, write
from kb.search.results import entry_url
from kb.search.suggestion_values import Name, Rank, Values

if TYPE_CHECKING:
    from kb import shapes
    from kb.search.engine import Listed, SearchEngine
    from kb.vocabulary import Vocabulary

SuggestionKind = Literal["field", "service", "cause", "severity", "value", "entry", "word"]

_NAMED: tuple[SuggestionKind, ...] = ("service", "cause", "severity")
"""The fields whose values are suggested without the field's name being typed."""
_SPOKEN = (("is", ("open", "overdue", "recurrence")), ("sort", ("newest", "oldest", "longest")))
_SIGNED = ("minutes", "period")
"""Kinds of fields in whose values signs mean something, so that they are not quoted."""
_SHORTEST_SPOKEN = 3
_SHORTEST = 2
"""Letters of a word or an entry's title; a Korean syllable is two letters or three."""
_HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")
_WORD = re.compile(r"\w+")
_DATE = re.compile(r"[12][0-9]{3}(?:-[0-9]{0,2})?")
_LAST = chr(0x10FFFF)
_MOST_WORDS = 50


@record
class Suggestion:
    """One way to go on.

    Attributes:
        kind: what is put in. `field` has still to be given a value; `value` is one of any
            other field, such as `is:open`.
        text: what the replaced characters become (`service:kakaotalk`).
        label: what to call it (`카카오톡`), or the text itself.
        detail: one short phrase more, or empty.
        count: how many entries have it, or None where that says nothing.
        query: the whole query with the text put in.
        start, end: the characters of what was typed that the text replaces.
        url: the entry's page, or empty for what is no entry.
    """

    kind: SuggestionKind
    text: str
    label: str
    detail: str
    count: int | None
    query: str
    start: int
    end: int
    url: str = ""

    def to_json(self) -> shapes.Suggestion:
        """The suggestion as JSON has it; the same names."""
        return {
            "kind": self.kind,
            "text": self.text,
            "label": self.label,
            "detail": self.detail,
            "count": self.count,
            "query": self.query,
            "start": self.start,
            "end": self.end,
            "url": self.url,
        }


@record
class _Asked:
    """What is to be completed: the whole query, its last piece, and the keystrokes of that."""

    typed: str
    piece: Piece
    key: str
    korean: bool

    def suggestion(
        self,
        kind: SuggestionKind,
        text: str,
        label: str,
        detail: str = "",
        count: int | None = None,
    ) -> Suggestion:
        """The last piece becomes this text."""
        start, end = self.piece.start, len(self.typed)
        query = self.typed[:start] + text
        return Suggestion(kind, text, label, detail, count, query, start, end)

    def named(self, kind: SuggestionKind, text: str, name: Name) -> Suggestion:
        """The last piece becomes this text, which stands for a name."""
        label = (name.label_ko if self.korean else "") or name.label or name.id
        return self.suggestion(kind, text, label, name.detail, name.count)


class _Words:
    """The words of an index by their keystrokes, so that a beginning is found by halving.

    Args:
        words: each with how many entries hold it.
    """

    def __init__(self, words: Sequence[tuple[str, int]]) -> None:
        keys = [_own_keystrokes(word) for word, _ in words]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._keys = [keys[at] for at in order]
        self._words = [words[at][0] for at in order]
        self._counts = array("L", (words[at][1] for at in order))

    def most_held(self, key: str, most: int) -> list[tuple[int, str]]:
        """(count, word) of those that begin so, most entries first."""
        first, last = bisect_left(self._keys, key), bisect_left(self._keys, key + _LAST)
        return nlargest(most, zip(self._counts[first:last], self._words[first:last], strict=True))


class _Titles:
    """Titles and ids of entries as one text, a line an entry.

    To look in one text is ten times as fast as in ten thousand. It is kept in UTF-8, in which
    most letters take one byte.
    """

    def __init__(self, entries: Sequence[Listed]) -> None:
        text = bytearray()
        self._starts = array("L", [0])
        for entry in entries:
            text += _encoded(_title_key(entry.summary["id"], entry.summary["title"]) + "\n")
            self._starts.append(len(text))
        self._text = bytes(text)

    def holding(self, keys: Sequence[str]) -> Iterator[int]:
        """The numbers of the entries in whose line all of these stand."""
        wanted = [_encoded(key) for key in keys]
        rarest = max(wanted, key=len)
        at = self._text.find(rarest)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            end = self._starts[number + 1]
            line = self._text[self._starts[number] : end]
            if all(one in line for one in wanted):
                yield number
            at = self._text.find(rarest, end)


def _own_keystrokes(word: str) -> str:
    """The keystrokes of a word: most words are their own, and then one text serves for both."""
    key = keystrokes_once(word)
    return word if key == word else key


def _encoded(text: str) -> bytes:
    """Any text, halves of characters (from a broken paste) included."""
    return text.encode("utf-8", "surrogatepass")


class Suggester:
    """Completes what is typed, from one state of an index.

    Args:
        engine: tells words, values and fields.
        vocabulary: tells names.
        entries: all entries, newest first.
    """

    def __init__(
        self, engine: SearchEngine, vocabulary: Vocabulary, entries: Sequence[Listed]
    ) -> None:
        self._engine = engine
        self._entries = entries
        self._values = Values(engine, vocabulary, [entry.row for entry in entries])

    def suggest(self, typed: str, limit: int) -> tuple[Suggestion, ...]:
        """What the last piece may become; nothing where it says nothing yet.

        Args:
            typed: a query up to where the person stands.
            limit: how many at most. Where there are more, each kind has its share.
        """
        piece = last_piece(typed, self._other_fields) if len(typed) <= LONGEST_QUERY else None
        if piece is None or is_half_typed(piece.typed):
            return ()
        korean = _HANGUL.search(typed) is not None
        asked = _Asked(typed, piece, keystrokes(piece.typed), korean)
        if piece.field:
            return tuple(islice(self._of_field(asked), limit))
        if not asked.key or piece.typed in OPERATORS:
            return ()
        if piece.quoted:
            return tuple(islice(self._words_of(asked), limit))
        kinds = (
            self._names_of(asked, (Rank.NAME,)),
            self._fields_of(asked),
            self._spoken_of(asked),
            self._names_of(asked, (Rank.ALIAS, Rank.WORD)),
            self._words_of(asked),
            self._entries_of(asked),
        )
        return _shared([list(islice(kind, limit)) for kind in kinds], limit)

    @cached_property
    def _other_fields(self) -> frozenset[str]:
        known = frozenset(self._engine.fields()) - FIELDS.keys() - PRESENCES
        return frozenset(name for name in known if not name.endswith("~"))

    @cached_property
    def _words(self) -> _Words:
        return _Words(self._engine.words(""))

    @cached_property
    def _titles(self) -> _Titles:
        return _Titles(self._entries)

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(entry.row.id.lower() for entry in self._entries)

    def _of_field(self, asked: _Asked) -> Iterator[Suggestion]:
        """The values of the field that is typed."""
        piece = asked.piece
        if FIELDS.get(piece.field) == "zone":
            yield from self._words_of(asked)
            return
        taken = frozenset(map(keystrokes, piece.others))
        kind: SuggestionKind = next((one for one in _NAMED if one == piece.field), "value")
        for name in self._values.of(piece.field, asked.key):
            if keystrokes(name.id) in taken:
                continue
            written = name.id if FIELDS.get(piece.field) in _SIGNED else _written(name.id)
            if piece.head[-1] in "<>=":
                written = written.lstrip(">")
            yield asked.named(kind, piece.head + written, name)

    def _names_of(self, asked: _Asked, ranks: Container[Rank]) -> Iterator[Suggestion]:
        """Services, causes and severities that the piece fits so well."""
        if Rank.NAME not in ranks and len(asked.key) < _SHORTEST_SPOKEN:
            return
        found = [
            (rank, -(name.count or 0), kind, name)
            for kind in _NAMED
            for name in self._values.of(kind, asked.key)
            if (rank := name.rank(asked.key)) in ranks
        ]
        for _, _, kind, name in sorted(found, key=lambda each: each[:2]):
            yield asked.named(kind, f"{kind}:{_written(name.id)}", name)

    def _fields_of(self, asked: _Asked) -> Iterator[Suggestion]:
        """Fields by their names; a Korean one stays Korean."""
        fields: dict[str, str] = {name: name for name in (*FIELDS, *sorted(self._other_fields))}
        for alias, name in FIELD_ALIASES.items():
            fields[alias] = alias if _HANGUL.search(alias) else name
        found = [name for typed, name in fields.items() if keystrokes(typed).startswith(asked.key)]
        for name in dict.fromkeys(found):
            yield asked.suggestion("field", f"{name}:", FIELD_ALIASES.get(name, name))

    def _spoken_of(self, asked: _Asked) -> Iterator[Suggestion]:
        """States and orders without their field: `over` for `is:overdue`."""
        if len(asked.key) < _SHORTEST_SPOKEN:
            return
        for field, values in _SPOKEN:
            for name in self._values.of(field, asked.key):
                if name.id in values:
                    yield asked.named("value", f"{field}:{name.id}", name)
        if _DATE.fullmatch(asked.piece.typed):
            for name in self._values.of("date", asked.key):
                yield asked.named("value", f"date:{name.id}", name)

    def _words_of(self, asked: _Asked) -> Iterator[Suggestion]:
        """Words of the entries, those first that most entries hold."""
        piece = asked.piece
        before, _, last = piece.typed.rpartition(" ") if piece.field else ("", "", piece.typed)
        key = keystrokes(last)
        if len(key) < _SHORTEST:
            return
        for count, word in self._words.most_held(key, _MOST_WORDS):
            if word == last.lower() or word in self._ids:
                continue
            text = f"{before} {word}".strip() if piece.field else word
            if piece.field:
                text = piece.head + _written(text)
            elif piece.quoted:
                text = f'{piece.head}{word}"'
            yield asked.suggestion("word", text, word, count=count)

    def _entries_of(self, asked: _Asked) -> Iterator[Suggestion]:
        """Entries whose id or title has a word that begins so, and the words before it."""
        if asked.piece.before is None or len(asked.key) < _SHORTEST:
            return
        wanted = [f" {key}" for key in map(keystrokes, asked.piece.before) if key]
        wanted.append(f" {asked.key}")
        for number in self._titles.holding(wanted):
            shown = self._entries[number].summary
            yield Suggestion(
                kind="entry",
                text=shown["id"],
                label=shown["title"] or shown["id"],
                detail=", ".join(part for part in (shown["date"], shown["severity"]) if part),
                count=None,
                query=shown["id"],
                start=0,
                end=len(asked.typed),
                url=entry_url(shown["id"]),
            )


def _title_key(identifier: str, title: str) -> str:
    """The beginnings an entry is found by, each after a space: words, and parts of its id."""
    words = map(keystrokes, _WORD.findall(title))
    parts = [keystrokes(word) for word in _WORD.findall(identifier)]
    whole = "".join(parts)
    # The id from each of its words on: 20240718login, 0718login, 18login, login.
    starts = accumulate(map(len, parts[:-1]), initial=0)
    return " " + " ".join((*words, *(whole[start:] for start in starts)))


def _written(value: str) -> str:
    """A value as it can be typed after a field, in quotes where it needs them."""
    return write(Filter("", (value,)))[1:]


def _shared(kinds: Sequence[Sequence[Suggestion]], limit: int) -> tuple[Suggestion, ...]:
    """The first of each kind, then the second, ... up to the limit; each kind together."""
    places = sorted((place, at) for at, kind in enumerate(kinds) for place in range(len(kind)))
    chosen = sorted((at, place) for place, at in places[:limit])
    return tuple(kinds[at][place] for at, place in chosen)
