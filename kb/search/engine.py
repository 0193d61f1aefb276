"""What a search engine is to this package: the seam between our queries and any engine.

An engine sees only terms. `kb.search.text` makes them, `kb.search.documents` puts them into a
`Document`, `kb.search.compile` turns what a person typed into a `Request` of terms, keywords
and numbers. An engine retrieves, ranks, filters, counts facets and tells frequencies; spelling,
highlighting and wording are ours and the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeGuard

from kb.record import record

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

ZONES: Mapping[str, float] = {
    "title": 3.0,
    "names": 2.0,
    "summary": 1.0,
    "impact": 1.0,
    "timeline": 1.0,
    "root-cause": 1.0,
    "response": 1.0,
    "follow-ups": 1.0,
    "other": 1.0,
}
"""The parts of an entry that words are looked for in, with what a word there weighs (BM25F).

`names` holds id, services, causes, tags, authors and the values of unknown keys; `other` all
sections of no required kind. Sources are a keyword field: who published an entry's facts says
nothing of its topic, and half of all sources stand on the same few sites. The order is the
order of positions in an index.
"""

KEYWORD_FIELDS = (
    "service",
    "cause",
    "severity",
    "status",
    "id",
    "author",
    "tag",
    "language",
    "trigger",
    "detected-by",
    "source",
)
"""The front-matter fields that every entry may have; unknown keys are fields beside them."""

NUMBER_FIELDS = (
    "date",
    "started",
    "duration",
    "detect-time",
    "mitigate-time",
    "week-hour",
    "due",
    "open",
)
"""`date` and `due` are days (proleptic ordinals), `started` minutes since 1970 UTC, `duration`
and the two times minutes, `week-hour` the hour of a week in which the incident began where it
was (0: Monday from midnight, 167: Sunday from 23:00), `due` the earliest due day of an
unfinished follow-up, `open` how many there are."""

FACETS = ("service", "cause", "severity", "year", "status", "month")
"""What an engine keeps to be counted; `month` is `2024-07`."""
DEFAULT_FACETS = FACETS[:5]
"""The facets of a search's JSON, which a `Request` asks for unless it says otherwise."""
UNLISTED = frozenset(("sections", "findings"))
"""What a list of entries does not show of them: the long parts of `Document.shown`."""
LARGEST_CONTENT = 32 * 1024 * 1024
"""Bytes of a file that an engine of the capability `contents` keeps."""
K1 = 0.9
B = 0.75
SYNONYM_WEIGHT = 0.5
"""What a synonym counts against the word as typed."""
COMPOUND_WEIGHT = 0.3
"""What a joined chunk as a whole adds to the scores of its parts (measured on Cranfield)."""

Sort = Literal["relevance", "newest", "oldest", "longest"]

Capability = Literal["set-aside", "shared", "contents"]
"""What not every engine can do.

`set-aside`: its states can be put aside (`SearchEngine.set_aside`). `shared`: its index is on a
server, the same for several machines, and never in memory instead. `contents`: it keeps what the
entries' files hold, so that they can be read where the files are not.
"""


@record
class Document:
    """One entry as an engine stores it.

    Attributes:
        path: the entry's path in its folder; the key under which it is replaced and removed.
        fingerprint: of the file's content; tells whether the entry has changed.
        written: the names that the vocabulary resolved: (field, name as written, became).
        zones: zone -> term -> positions in the zone, ascending.
        words: the words as people write them, for spelling and prefixes.
        keywords: field -> folded values and, marked by `part`, their single words.
        numbers: field -> number, for the fields that are known.
        facets: facet -> values as shown.
        shown: what results show: JSON values only.
        content: what the file holds, for engines that keep it.
    """

    id: str
    path: str
    fingerprint: str
    written: tuple[tuple[str, str, str], ...]
    zones: Mapping[str, Mapping[str, Sequence[int]]]
    words: frozenset[str]
    keywords: Mapping[str, frozenset[str]]
    numbers: Mapping[str, int]
    facets: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, Any]
    content: bytes = b""

    @property
    def summary(self) -> Mapping[str, Any]:
        """What lists show of the entry: `shown` without its long parts."""
        return {name: value for name, value in self.shown.items() if name not in UNLISTED}

    @property
    def length(self) -> int:
        """The entry's length in terms, for BM25."""
        return sum(sum(map(len, terms.values())) for terms in self.zones.values())


@record
class TermSequence:
    """Terms that stand for one spelling of a word or phrase.

    Attributes:
        terms: (term, position relative to the first).
        adjacent: whether they must stand at just these distances, or only all be there.
        weight: what a match counts against one of the word as typed (a synonym: less).
        extra: further terms that add to the score where present (a compound as a whole).
    """

    terms: tuple[tuple[str, int], ...]
    adjacent: bool = False
    weight: float = 1.0
    extra: tuple[str, ...] = ()


@record
class Word:
    """A word or phrase that an entry may match in one of several spellings.

    Attributes:
        zone: the only zone it counts in, or None for all.
        keywords: (field, value) pairs that count as a match too (`misconfiguration` -> the
            cause config-change), at the weight of a synonym.
        named: the (field, value) pairs that the word is a name of (`카톡`: the service
            kakaotalk): their entries count as holding it among their names.
    """

    text: str
    spellings: tuple[TermSequence, ...]
    zone: str | None = None
    keywords: tuple[tuple[str, str], ...] = ()
    named: tuple[tuple[str, str], ...] = ()


@record
class Keyword:
    """The entry has one of these folded values in this field; no values: any value."""

    field: str
    values: tuple[str, ...]


@record
class Between:
    """The entry's number in this field lies between low and high, both included."""

    field: str
    low: int | None
    high: int | None


@record
class Paths:
    """The entry is one of these (by path)."""

    paths: frozenset[str]


@record
class AllOf:
    """Every part holds; no parts: every entry."""

    parts: tuple[Condition, ...]


@record
class AnyOf:
    """At least one part holds; no parts: no entry."""

    parts: tuple[Condition, ...]


@record
class Except:
    """The part does not hold."""

    part: Condition


Condition = Word | Keyword | Between | Paths | AllOf | AnyOf | Except


@record
class Request:
    """One search.

    Attributes:
        words: what an entry should match, the more the better. Empty: only `condition` counts.
        condition: what an entry must fulfil.
        first: the path of an entry that comes first whatever its score (its id was typed).
        sort: by relevance, or by a number; entries that have all words come first in any case.
        limit: how many hits, from `offset` on (counted from 0).
        facets: which of `FACETS` are to be counted.
    """

    words: tuple[Word, ...] = ()
    condition: Condition = AllOf(())
    first: str | None = None
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 10
    facets: tuple[str, ...] = DEFAULT_FACETS


@record
class Hit:
    """One found entry: its score, whether it matches well, what its document stored."""

    path: str
    score: float
    well: bool
    shown: Mapping[str, Any]


@record
class Results:
    """What an engine found.

    Attributes:
        total: the entries that match well: all words, or, where none has all, at most one
            fewer than the best.
        total_any: the entries that match at all.
        facets: facet -> ((value, count), ...) over the entries that match well, by count.
        word_totals: for each word of the request, how many entries hold it in full, whatever
            the condition.
    """

    total: int
    total_any: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    word_totals: tuple[int, ...] = ()


@record
class Row:
    """What an index knows of one document without reading it."""

    id: str
    path: str
    fingerprint: str
    written: tuple[tuple[str, str, str], ...]
    numbers: Mapping[str, int]
    facets: Mapping[str, tuple[str, ...]]
    problems: int = 0


@record
class Listed:
    """One document of many: its row, and what lists show of it (`Document.summary`)."""

    row: Row
    summary: Mapping[str, Any]


@record
class Changes:
    """What is to be done to an index.

    Attributes:
        removed: the paths of documents to remove.
        documents: to add, or to put in the place of what has the same path.
        meanwhile: work that waits for the caller. An engine that waits for a disk may do it
            then, once; the caller sees to what was not done.
    """

    removed: frozenset[str] = frozenset()
    documents: Iterable[Document] = field(default=())
    meanwhile: Callable[[], object] | None = None


class SearchEngine(Protocol):
    """What every engine can do.

    All methods may raise `IndexFailure`, or `BrokenIndex` where a new index would help. They
    may be called by several threads at once. Counts and scores are of the documents that are
    there now, however the index came about.
    """

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do beyond what every engine does; asking for anything else is an error."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold off every other process that would bring this index up to date."""

    def version(self) -> str:
        """A token that changes with every change of the index; empty where there is none.

        No token ever stands for two states, not even across a rebuild.
        """

    def rows(self) -> Sequence[Row]:
        """Every document, in no particular order."""

    def apply(self, changes: Changes) -> None:
        """Remove and add in one step: searchers see the index before or after, never between.

        A long list may be taken in several such steps.
        """

    def search(self, request: Request) -> Results:
        """Find, rank, count."""

    def listed(self, request: Request) -> Sequence[Listed]:
        """Every document that matches well, in the order asked, whatever the limit and offset.

        Ten thousand must come in a few tenths of a second: it is what figures are made of.
        """

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What the document stored to be shown, or None."""

    def words(self, prefix: str) -> Sequence[tuple[str, int]]:
        """The words that begin with the prefix, with their frequencies; all of them for ''."""

    def values(self, field: str) -> Sequence[tuple[str, int]]:
        """The folded whole values of a keyword field with their frequencies."""

    def fields(self) -> Sequence[str]:
        """The keyword fields that some document has a value in."""

    def frequencies(self, terms: Sequence[str]) -> Sequence[int]:
        """About how many documents hold each term, in the order asked.

        Quick, since it reads no postings; documents replaced or removed lately may count still.
        """

    def clear(self) -> None:
        """Forget everything: the next `apply` starts an empty index."""

    def set_aside(self, place: Path) -> None:
        """Put the last state into an empty folder, where nothing changes it any more.

        An engine of the same kind over that folder answers from this state, version and all,
        whatever is committed or cleared here later.
        """

    def close(self) -> None:
        """Let go of files and connections."""


class SharedEngine(SearchEngine, Protocol):
    """An engine of the capabilities `shared` and `contents`."""

    @property
    def place(self) -> str:
        """Where the index is, for people and to tell indexes apart."""

    def size(self) -> int:
        """The bytes that the index takes on the server."""

    def contents(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """What entries' files held when they were indexed, byte for byte.

        Left out are entries that are not there, and those above `LARGEST_CONTENT`.
        """


def is_shared(engine: SearchEngine) -> TypeGuard[SharedEngine]:
    """Whether the index is on a server, with the entries' own text."""
    return engine.capabilities >= {"shared", "contents"}
