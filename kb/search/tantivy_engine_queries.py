"""Our words and conditions as tantivy queries: a part of `kb.search.tantivy_engine`.

A query tells which documents match. What they score is `tantivy_engine_scores`; `candidates`
only comes near it, and quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from tantivy import FieldType, Occur, Query, Schema

from kb.search.engine import (
    COMPOUND_WEIGHT,
    ZONES,
    AllOf,
    AnyOf,
    Between,
    Condition,
    Except,
    Keyword,
    Paths,
    TermSequence,
    Word,
)

_ESCAPE = "\uffff"
_LARGEST = (1 << 62) - 1
_MOST_LETTERS = 65_530 // 4


def safe(text: str) -> str:
    """Any text as one that UTF-8 can hold; different ones stay different."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ESCAPE + text.encode("utf-8", "surrogatepass").decode("latin-1")
    return _ESCAPE + text.encode().decode("latin-1") if text.startswith(_ESCAPE) else text


def original(text: str) -> str:
    """The inverse of `safe`."""
    if not text.startswith(_ESCAPE):
        return text
    return text[1:].encode("latin-1").decode("utf-8", "surrogatepass")


def keyword_term(keyword: str) -> str:
    """What stands in an index for a keyword, `field=value`; for a very long one its digest.

    Tantivy leaves out a term of more than 65,530 bytes without a word.
    """
    term = safe(keyword)
    if len(term) < _MOST_LETTERS:
        return term
    from hashlib import blake2b

    return _ESCAPE + blake2b(term.encode(), digest_size=16).hexdigest()


def zone_term(zone: str, term: str) -> str:
    """What stands in an index for a term in a zone.

    All zones are one field: for each, tantivy fills tables with every commit.
    """
    return f"{zone}={safe(term)}"


def all_of(queries: Sequence[Query]) -> Query:
    """What matches each of these; no queries: everything."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, q) for q in queries]) if queries else Query.all_query()


def any_of(queries: Sequence[Query]) -> Query:
    """What matches one of these; no queries: nothing."""
    if len(queries) == 1:
        return queries[0]
    if not queries:
        return Query.empty_query()
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def but_not(query: Query, other: Query) -> Query:
    """What matches the first and not the second."""
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, other)])


def at_least(number: int, queries: Sequence[Query]) -> Query:
    """What matches so many of these, one or more."""
    if number == 1 or len(queries) == 1:
        return any_of(queries)
    return Query.boolean_query(
        [(Occur.Should, query) for query in queries], minimum_number_should_match=number
    )


def counted(queries: Sequence[Query], within: Query) -> Query:
    """What scores as many points as it matches of these."""
    return Query.boolean_query(
        [
            (Occur.Must, Query.const_score_query(within, 0.0)),
            (Occur.Must, any_of([Query.const_score_query(query, 1.0) for query in queries])),
        ]
    )


def scored_words(condition: Condition) -> Iterator[Word]:
    """The words in a condition that add to a score: all that are not denied."""
    match condition:
        case Word():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from scored_words(part)
        case _:
            return


class Queries:
    """Makes the queries over one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def text(self, term: str) -> Query:
        """The documents that hold a term anywhere."""
        return Query.term_query(self._schema, "text", safe(term), "freq")

    def keyword(self, term: str) -> Query:
        """The documents with a keyword, `field=value`."""
        return Query.term_query(self._schema, "keyword", keyword_term(term), "basic")

    def path(self, path: str) -> Query:
        """The document of this path."""
        return Query.term_query(self._schema, "path", safe(path), "basic")

    def serials(self, serials: Iterable[int]) -> Query:
        """The documents with these serial numbers."""
        return Query.term_set_query(self._schema, "serial", list(serials))

    def between(self, field: str, low: int | None, high: int | None) -> Query:
        """The documents whose number lies between these, both included."""
        if low is None and high is None:
            return Query.exists_query(field)
        least = -_LARGEST if low is None else max(low, -_LARGEST)
        most = _LARGEST if high is None else min(high, _LARGEST)
        if least > most:
            return Query.empty_query()
        return Query.range_query(self._schema, field, FieldType.Integer, least, most)

    def fulfilling(self, condition: Condition) -> Query:  # noqa: PLR0911 -- one case a condition
        """The documents that fulfil a condition."""
        match condition:
            case Word():
                return self.holding(condition)
            case Keyword(field, values):
                terms = [f"{field}={value}" for value in values] or [f"has={field}"]
                return any_of([self.keyword(term) for term in terms])
            case Between(field, low, high):
                return self.between(f"number-{field}", low, high)
            case Paths(paths):
                return any_of([self.path(path) for path in sorted(paths)])
            case AnyOf(parts):
                return any_of([self.fulfilling(part) for part in parts])
            case Except(part):
                return but_not(Query.all_query(), self.fulfilling(part))
            case AllOf(parts):
                return all_of([self.fulfilling(part) for part in parts])

    def holding(self, word: Word) -> Query:
        """The documents that hold a word in full, in one of its spellings or by its names."""
        spelled = [self.standing(spelling, word.zone) for spelling in word.spellings]
        named = [self.keyword(f"{field}={value}") for field, value in (*word.keywords, *word.named)]
        return any_of([*spelled, *named])

    def touching(self, word: Word) -> Query:
        """The documents that hold any part of a word; in a zone only the whole of it counts."""
        if word.zone is not None:
            return self.holding(word)
        terms = dict.fromkeys(
            term
            for spelling in word.spellings
            for term in (*(term for term, _ in spelling.terms), *spelling.extra)
        )
        named = [self.keyword(f"{field}={value}") for field, value in (*word.keywords, *word.named)]
        return any_of([*map(self.text, terms), *named])

    def standing(self, sequence: TermSequence, zone: str | None) -> Query:
        """The documents in which the terms stand as the sequence asks."""
        if zone is None and not (sequence.adjacent and len(sequence.terms) > 1):
            terms = dict.fromkeys(term for term, _ in sequence.terms)
            return all_of([self.text(term) for term in terms]) if terms else Query.empty_query()
        zones = ZONES if zone is None else (zone,)
        return any_of([self._phrase(each, sequence.terms) for each in zones])

    def _phrase(self, zone: str, terms: Iterable[tuple[str, int]]) -> Query:
        places = sorted({(distance, zone_term(zone, term)) for term, distance in terms})
        if len(places) == 1:
            return Query.term_query(self._schema, "zone", places[0][1], "position")
        first = places[0][0]
        return Query.phrase_query(
            self._schema, "zone", [(distance - first, term) for distance, term in places]
        )

    def candidates(
        self, word: Word, points: Callable[[Word], Iterable[tuple[str, float, bool]]]
    ) -> Query:
        """What scores about as much for a word as it should.

        Args:
            word: the word.
            points: the keywords that score for a word, how much, and whether on top of the rest.
        """
        options = [self._spelled(spelling, word.zone) for spelling in word.spellings]
        more: list[Query] = []
        for term, score, on_top in points(word):
            point = Query.const_score_query(self.keyword(term), score)
            (more if on_top else options).append(point)
        best = options[0] if len(options) == 1 else Query.disjunction_max_query(options)
        return any_of([best, *more])

    def _spelled(self, spelling: TermSequence, zone: str | None) -> Query:
        light = spelling.weight * COMPOUND_WEIGHT
        terms = [(term, spelling.weight) for term in dict.fromkeys(t for t, _ in spelling.terms)]
        terms += [(term, light) for term in spelling.extra]
        found = any_of([Query.boost_query(self.text(term), boost) for term, boost in terms])
        if zone is None:
            return found
        there = Query.const_score_query(self.standing(spelling, zone), 0.0)
        return all_of([there, found])
