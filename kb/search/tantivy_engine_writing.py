"""How our documents become tantivy's: the schema of an index, and what stands in each field.

Tantivy sees ready terms only. It keeps an entry's terms three ways: in `text` as often as they
weigh, to find and roughly rank; in `zone` with their zone and positions, for phrases; in `weights`
as stored bytes, for the exact score of the few that come first.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Mapping
from typing import Any

from tantivy import Document as Stored
from tantivy import PreTokenizedString, Schema, SchemaBuilder, Token

from kb.search import seals
from kb.search.engine import (
    FACETS,
    NUMBER_FIELDS,
    UNLISTED,
    ZONES,
    Document,
    Row,
)
from kb.search.tantivy_engine_queries import keyword_term, safe, zone_term

FORMAT = f"documents 3, marshal {marshal.version}"
"""Changes whenever documents of before cannot be read any more."""

ORDERS: Mapping[str, tuple[str, int, int]] = {
    "relevance": ("started", -1, 0),
    "newest": ("started", -1, -(1 << 40)),
    "oldest": ("started", 1, 1 << 40),
    "longest": ("duration", -1, -(1 << 40)),
}
"""Sort -> the number it sorts by, 1 where ascending, what stands for an unknown one."""

_LARGEST = (1 << 62) - 1


def schema() -> Schema:
    """The fields of an index."""
    builder = SchemaBuilder()
    builder.add_text_field("path", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    for name in ("keyword", "word"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("zone", tokenizer_name="raw", index_option="position")
    for facet in FACETS:
        builder.add_text_field(
            f"facet-{facet}", tokenizer_name="raw", index_option="basic", fast=True
        )
    for number in NUMBER_FIELDS:
        builder.add_integer_field(f"number-{number}", fast=True)
    for order in ORDERS:
        builder.add_integer_field(f"order-{order}", fast=True)
    builder.add_integer_field("length", fast=True)
    builder.add_integer_field("serial", indexed=True, fast=True)
    for name in ("weights", "row", "summary", "long"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


def stored(document: Document) -> Stored:
    """A document as tantivy takes it."""
    made = Stored()
    made.add_text("path", safe(document.path))
    weights = _weights(document.zones)
    made.add_text("text", "".join(f"{term} " * weight for term, weight in weights.items()))
    made.add_bytes("weights", packed_weights(weights))
    for zone, terms in document.zones.items():
        made.add_pre_tokenized_text("zone", _placed(zone, terms))
    for field, values in document.keywords.items():
        for value in values:
            made.add_text("keyword", keyword_term(f"{field}={value}"))
    for word in document.words:
        made.add_text("word", safe(word))
    for facet, values_shown in document.facets.items():
        for value in values_shown:
            made.add_text(f"facet-{facet}", safe(value))
    for name, number in document.numbers.items():
        made.add_integer(f"number-{name}", _bounded(number))
    for order, (name, _, unknown) in ORDERS.items():
        made.add_integer(f"order-{order}", _bounded(document.numbers.get(name, unknown)))
    made.add_integer("length", document.length)
    # Tells documents apart across commits, so that what is known of one is read once.
    made.add_integer("serial", int.from_bytes(os.urandom(8), "big") >> 2)
    made.add_bytes("row", _packed_row(document))
    made.add_bytes("summary", seals.pack(dict(document.summary)))
    long = {name: value for name, value in document.shown.items() if name in UNLISTED}
    made.add_bytes("long", seals.pack(long))
    return made


def _weights(zones: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Safe term -> how often it stands in the entry, each time with the weight of its zone."""
    weights: dict[str, int] = {}
    for zone, terms in zones.items():
        weight = round(ZONES[zone])
        for term, places in terms.items():
            kept = safe(term)
            weights[kept] = weights.get(kept, 0) + weight * len(places)
    return weights


def packed_weights(weights: Mapping[str, int]) -> bytes:
    """Bytes in which `weight_in` finds a (safe) term without unpacking the others."""
    pairs = (f"{term}\x01{weight}\x00" for term, weight in weights.items())
    return ("\x00" + "".join(pairs)).encode()


def needle(term: str) -> bytes:
    """What `weight_in` looks for."""
    return f"\x00{safe(term)}\x01".encode()


def weight_in(packed: bytes, looked_for: bytes) -> int:
    """What a term weighs in a document; 0 where it does not stand there."""
    found = packed.find(looked_for)
    if found < 0:
        return 0
    start = found + len(looked_for)
    return int(packed[start : packed.index(b"\x00", start)])


def _placed(zone: str, terms: Mapping[str, Any]) -> PreTokenizedString:
    safely = ((zone_term(zone, term), places) for term, places in terms.items())
    tokens = sorted((place, term) for term, places in safely for place in places)
    return PreTokenizedString("", [Token(term, place, 0, 0) for place, term in tokens])


def _bounded(number: int) -> int:
    return max(-_LARGEST, min(number, _LARGEST))


def _packed_row(document: Document) -> bytes:
    numbers = {n: document.numbers[n] for n in NUMBER_FIELDS if n in document.numbers}
    facets = {facet: document.facets.get(facet, ()) for facet in FACETS}
    problems = len(document.shown.get("findings", ()))
    return seals.pack(
        (
            *(document.id, document.path, document.fingerprint, document.written),
            *(numbers, facets, problems),
        )
    )


def row(found: Stored) -> Row:
    """A document's row."""
    return Row(*seals.unpack(_bytes(found, "row")))


def summary(found: Stored) -> dict[str, Any]:
    """What lists show of a document."""
    content: dict[str, Any] = seals.unpack(_bytes(found, "summary"))
    return content


def shown(found: Stored) -> Mapping[str, Any]:
    """What a document stored to be shown."""
    content = summary(found)
    content |= seals.unpack(_bytes(found, "long"))
    return content


def weights_of(found: Stored) -> bytes:
    """What `packed_weights` made."""
    return _bytes(found, "weights")


def _bytes(found: Stored, field: str) -> bytes:
    value = found.get_first(field)
    if not isinstance(value, bytes):
        raise TypeError(f"a document has no {field}")
    return value
