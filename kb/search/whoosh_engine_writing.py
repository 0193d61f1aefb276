"""How our documents become a Whoosh segment: the other half of `kb.search.whoosh_engine`.

Whoosh takes postings one by one, sorts them and checks each three times; ours come grouped by
term and in order already, so they are handed to its block writer a block at a time. That and
columns of our own make a first index several times faster, in Whoosh's own file format.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whoosh import fields, formats
from whoosh.codec import whoosh3

from kb.search import seals
from kb.search.engine import ZONES, Document
from kb.search.ranking import ZONE_BITS

MOST_POSTINGS = 500_000
"""Postings in memory before they are committed as a segment: about 200 MB."""
BLOCK = 512
"""Postings of a term that are read and unpacked together."""

_MERGE_WIDTH = 8
_MERGE_BANDS = ((1, 16), (16, 128), (128, 1024))
"""Sizes (live documents, from and below) of segments that are merged with their like."""

Posting = tuple[str, bytes, int, float, bytes]


def encoded(text: str) -> bytes:
    """Any text as bytes, lone surrogates (a broken file name, a broken query) included."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """The inverse of `encoded`."""
    return data.decode("utf-8", "surrogatepass")


class Postings(formats.Format):  # type: ignore[misc]  # Whoosh has no types
    """Takes (term, frequency, weight, value) as they come: the terms are made by `text`.

    Args:
        posting_size: bytes of each posting's value; 0 for none, -1 for any number but none.
    """

    def __init__(self, posting_size: int) -> None:
        super().__init__()
        self.posting_size = posting_size

    def word_values(self, value: object, analyzer: object, **_: object) -> object:
        """The postings themselves."""
        del analyzer
        return value


class Terms(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field of ready postings. Stands at module level because Whoosh pickles its schema."""

    indexed = True
    scorable = False

    def __init__(self, posting_size: int = 0) -> None:
        self.format = Postings(posting_size)
        self.analyzer = None
        self.vector = None
        self.column_type = None
        self.stored = False
        self.unique = False
        self.spelling = False

    def index(self, value: object, **_: object) -> object:
        """The postings themselves."""
        return value

    def to_bytes(self, value: bytes | str) -> bytes:
        """A term as Whoosh keeps it."""
        return value if isinstance(value, bytes) else encoded(value)

    def from_bytes(self, value: bytes) -> str:
        """The inverse of `to_bytes`."""
        return decoded(value)


class Codec(whoosh3.W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's own format, without lengths of fields (ours are in the columns)."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=1)

    def field_writer(self, storage: object, segment: object) -> FieldWriter:
        """The writer of a segment's terms and postings."""
        return FieldWriter(self, storage, segment)


class FieldWriter(whoosh3.W3FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes the groups of a `Pool` block by block."""

    def add_postings(self, schema: fields.Schema, lengths: object, items: Pool) -> None:
        """Write all terms of all fields in order."""
        del lengths
        for name, terms in sorted(items.fields.items()):
            self.start_field(name, schema[name])
            for term in sorted(terms):
                self.start_term(term)
                _write_blocks(self._postwriter, *terms[term])
                self.finish_term()
            self.finish_field()


Group = tuple["array[int]", "array[float]", list[bytes]]


def _write_blocks(
    writer: Any,  # noqa: ANN401 -- Whoosh has no types
    documents: array[int],
    weights: array[float],
    values: list[bytes],
) -> None:
    """What `W3PostingsWriter.add_posting` does for one posting, for many; the last block stays."""
    for start in range(0, len(documents), BLOCK):
        if start:
            writer._write_block()  # noqa: SLF001 -- see the module's docstring
        end = start + BLOCK
        writer._ids = documents[start:end]  # noqa: SLF001
        writer._weights = weights[start:end]  # noqa: SLF001
        writer._values = values[start:end]  # noqa: SLF001
        writer._maxweight = max(writer._weights)  # noqa: SLF001


class Pool:
    """The postings of one segment, by field and term, documents ascending.

    Stands in for Whoosh's pool; `MOST_POSTINGS` bounds it.
    """

    def __init__(self) -> None:
        self.fields: dict[str, dict[bytes, Group]] = {}

    def add(self, posting: Posting) -> None:
        """Add one posting; a term's documents must come in ascending order."""
        name, term, document, weight, value = posting
        terms = self.fields.setdefault(name, {})
        group = terms.get(term)
        if group is None:
            group = terms[term] = (array("I"), array("f"), [])
        group[0].append(document)
        group[1].append(weight)
        if value:
            group[2].append(value)

    def iter_postings(self) -> Pool:
        """What `FieldWriter.add_postings` takes."""
        return self

    def cleanup(self) -> None:
        """Forget the postings."""
        self.fields = {}


def schema() -> fields.Schema:
    """The fields of an index."""
    stored = fields.STORED()
    return fields.Schema(text=Terms(-1), keyword=Terms(), shown=stored, terms=stored)


def keywords_of(document: Document) -> list[str]:
    """A document's keywords, `field=value`, in order."""
    return sorted(
        f"{field}={value}" for field, values in document.keywords.items() for value in values
    )


def fields_of(document: Document) -> dict[str, Any]:
    """A document as `SegmentWriter.add_document` takes it."""
    keywords = keywords_of(document)
    shown = json.dumps(document.shown, ensure_ascii=False, separators=(",", ":"))
    # What can be counted of it, so that it need not be counted any more once it is deleted.
    terms = seals.pack((sorted(document.words), keywords))
    return {
        "text": _text_postings(document.zones),
        "keyword": [(encoded(keyword), 1, 1.0, b"") for keyword in keywords],
        "shown": zlib.compress(encoded(shown), 1),
        "terms": zlib.compress(terms, 1),
    }


def _text_postings(
    zones: Mapping[str, Mapping[str, Iterable[int]]],
) -> list[tuple[bytes, int, float, bytes]]:
    """(term, frequency, weight, positions): a position carries the zone it is in."""
    weights: dict[str, float] = {}
    places: dict[str, list[int]] = {}
    for number, (zone, weight) in enumerate(ZONES.items()):
        offset = number << ZONE_BITS
        for term, positions in zones.get(zone, {}).items():
            found = [p + offset for p in positions if p < 1 << ZONE_BITS]
            weights[term] = weights.get(term, 0.0) + weight * len(found)
            if term in places:
                places[term] += found
            else:
                places[term] = found
    return [
        (encoded(term), len(found), weights[term], array("I", found).tobytes())
        for term, found in places.items()
        if found
    ]


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents in lots whose postings fit into memory."""
    batch: list[Document] = []
    postings = 0
    for document in documents:
        batch.append(document)
        postings += sum(map(len, document.zones.values()))
        if postings >= MOST_POSTINGS:
            yield batch
            batch, postings = [], 0
    if batch:
        yield batch


def choose_merges(segments: list[Any]) -> tuple[list[Any], list[Any]]:
    """(to merge, to keep): eight segments of like size become one, so that there are few.

    A merge of the smallest costs about what one edit costs, one of the next band a second, one
    of the last some seconds, once in a thousand edits. What a first indexing wrote is larger and
    is never merged in a person's way: that would take as long as the first indexing.
    """
    live = [segment for segment in segments if segment.doc_count() > 0]
    for low, high in _MERGE_BANDS:
        like = [segment for segment in live if low <= segment.doc_count() < high]
        if len(like) >= _MERGE_WIDTH:
            return like, [segment for segment in live if segment not in like]
    return [], live
