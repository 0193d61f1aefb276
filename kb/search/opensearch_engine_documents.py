"""How our documents lie in OpenSearch: the mapping, and a document in and out of it.

`text` holds each term once with its weighted frequency (`kb|5`), all that BM25F needs; `zones`
hold the terms at their positions, for phrases and words in a section, and `anywhere` all of them,
with a gap between two zones: `a|b` are two terms at one position, `|` alone is a position without
a term. Our own terms go through analysers that only cut at white space, so a stock server needs
no Korean plug-in and all engines agree.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from kb.search.columns import Columns
from kb.search.engine import FACETS, LARGEST_CONTENT, NUMBER_FIELDS, ZONES, Document, Row

SCHEMA = "opensearch 3"
"""Changes whenever an index of before cannot be read any more."""
SCORE = "params.w * _score / (_score + params.a + params.b * doc['length'].value)"
"""BM25 of one term: `_score` is its weighted frequency."""
MOST_AT_ONCE = 10_000
"""Hits of one answer, the server's own limit."""

_APART = "|"
_HOLE = "|"
_ESCAPE = "\ue000"
_LONGEST = 8_000
_WORDLIKE = re.compile(rf"[^\s\x00-\x20\ud800-\udfff{_ESCAPE}{_APART}]{{1,200}}")
_CLEAN = re.compile(rf"[^\x00\ud800-\udfff{_ESCAPE}]{{0,{_LONGEST}}}")


def body(shards: int, replicas: int, meta: Mapping[str, object]) -> dict[str, Any]:
    """Settings and mapping of a new index. Nothing is seen in it before it is refreshed."""
    analysers = {
        name: {"type": "custom", "tokenizer": "blanks", "filter": filters}
        for name, filters in (("weighed", ["frequency"]), ("placed", ["holes", "apart"]))
    }
    settings = {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": "-1",
        "similarity": {"frequency": {"type": "scripted", "script": {"source": "return doc.freq;"}}},
        "analysis": {
            "tokenizer": {"blanks": {"type": "whitespace", "max_token_length": 100_000}},
            "filter": {
                "frequency": {"type": "delimited_term_freq", "delimiter": _APART},
                "holes": {"type": "stop", "stopwords": [_HOLE]},
                "apart": {
                    "type": "pattern_capture",
                    "preserve_original": False,
                    "patterns": [f"([^{_APART}]+)"],
                },
            },
            "analyzer": analysers,
        },
    }
    plain = {"type": "text", "norms": False}
    placed = {**plain, "analyzer": "placed", "index_options": "positions"}
    weighed = {
        **plain,
        "analyzer": "weighed",
        "index_options": "freqs",
        "similarity": "frequency",
    }
    column = {"type": "binary", "doc_values": True}
    properties = {
        "path": {"type": "keyword"},
        "length": {"type": "integer"},
        "step": {"type": "long"},
        "text": weighed,
        "zones": {"properties": {zone: {**placed, "copy_to": "anywhere"} for zone in ZONES}},
        "anywhere": placed,
        "words": {"type": "keyword"},
        "keywords": {"type": "keyword"},
        "numbers": {"properties": {name: {"type": "long"} for name in NUMBER_FIELDS}},
        "facets": {"properties": {name: {"type": "keyword"} for name in FACETS}},
        "row": column,
        "summary": column,
        "shown": {"type": "binary", "store": True},
        "content": column,
    }
    # Without the source an index is half as large; the Markdown is the source.
    mapping = {"dynamic": "strict", "_source": {"enabled": False}, "_meta": dict(meta)}
    return {"settings": settings, "mappings": {**mapping, "properties": properties}}


def key(path: str) -> str:
    """What a document is known by: any path, however long or odd."""
    return blake2b(_bytes(path), digest_size=16).hexdigest()


def term(text: str) -> str:
    """A term as the server keeps it: one without white space, marks and halves of characters."""
    return text if _WORDLIKE.fullmatch(text) else _ESCAPE + key(text)


def value(text: str) -> str:
    """A word or value as the server keeps it; the inverse of `plain`."""
    if _CLEAN.fullmatch(text):
        return text
    data = _bytes(text)
    return _ESCAPE + (data.hex() if len(data) < _LONGEST else "-" + key(text))


def keyword(field: str, text: str) -> str:
    """A keyword as the server keeps it."""
    return f"{value(field)}={value(text)}"


def plain(kept: str) -> str | None:
    """The inverse of `value`; None for one too long to be kept as it is."""
    if not kept.startswith(_ESCAPE):
        return kept
    hexed = kept.removeprefix(_ESCAPE)
    return None if hexed[:1] == "-" else bytes.fromhex(hexed).decode("utf-8", "surrogatepass")


def source(document: Document) -> dict[str, Any]:
    """A document as it is sent."""
    frequencies: Counter[str] = Counter()
    for zone, terms in document.zones.items():
        for each, places in terms.items():
            frequencies[each] += int(ZONES[zone]) * len(places)
    columns = Columns()
    columns.add(document)
    row = columns.row(0)
    packed = (
        [row.id, row.path, row.fingerprint, row.written],
        dict(row.numbers),
        dict(row.facets),
        row.problems,
    )
    keywords = (keyword(field, one) for field, found in document.keywords.items() for one in found)
    content = document.content
    kept_content = {"content": pack_bytes(content)} if len(content) <= LARGEST_CONTENT else {}
    return {
        **kept_content,
        "path": _bytes(document.path).hex(),
        "length": document.length,
        "text": " ".join(f"{term(each)}{_APART}{often}" for each, often in frequencies.items()),
        "zones": {zone: _placed(terms) for zone, terms in document.zones.items() if terms},
        "words": sorted(map(value, document.words)),
        "keywords": sorted(keywords),
        "numbers": dict(document.numbers),
        "facets": {name: list(map(value, values)) for name, values in document.facets.items()},
        "row": pack(packed),
        "summary": pack(dict(document.summary)),
        "shown": pack(dict(document.shown)),
    }


def row(packed: str) -> Row:
    """The row of a document, out of its column."""
    (identifier, path, fingerprint, written), numbers, facets, problems = unpack(packed)
    return Row(
        id=identifier,
        path=path,
        fingerprint=fingerprint,
        written=tuple(tuple(one) for one in written),
        numbers=numbers,
        facets={name: tuple(values) for name, values in facets.items()},
        problems=problems,
    )


def phrase(terms: Sequence[tuple[str, int]]) -> str:
    """Terms at their positions, ascending and each its own, as `zones` are written."""
    by_position: dict[int, list[str]] = {}
    for each, position in terms:
        by_position.setdefault(position, []).append(term(each))
    first, last = min(by_position), max(by_position)
    return " ".join(
        _APART.join(by_position[position]) if position in by_position else _HOLE
        for position in range(first, last + 1)
    )


def pack(data: object) -> str:
    """JSON values as text for a binary field."""
    return pack_bytes(json.dumps(data).encode(), quickly=True)


def pack_bytes(data: bytes, *, quickly: bool = False) -> str:
    """Bytes as text for a binary field."""
    return base64.b64encode(zlib.compress(data, 1 if quickly else 6)).decode()


def unpack(packed: str) -> Any:  # noqa: ANN401 -- any JSON value
    """The inverse of `pack`."""
    return json.loads(unpack_bytes(packed))


def unpack_bytes(packed: str) -> bytes:
    """The inverse of `pack_bytes`; columns come back without padding and safe for addresses."""
    padded = packed + "=" * (-len(packed) % 4)
    return zlib.decompress(base64.b64decode(padded.translate({45: 43, 95: 47})))


def _placed(terms: Mapping[str, Sequence[int]]) -> str:
    return phrase([(each, place) for each, places in terms.items() for place in places])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
