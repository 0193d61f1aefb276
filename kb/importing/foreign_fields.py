"""Metadata of other people's documents made to fit an entry: nothing lost, nothing mistaken.

A key of theirs can mean something else than the same key here: `status: resolved` is no status
of a document, `aliases: [/old/page]` no former id. Such a value is kept as `source_status`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.document.front_matter import FrontMatter, Scalar, Several, read_front_matter, texts_of
from kb.document.front_matter_keys import KEYS, canonical_key
from kb.moments import read_moment, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.document.front_matter import Value
    from kb.importing.source import SourceDocument
    from kb.vocabulary import Vocabulary

BOOKKEEPING = frozenset(
    {"imported", "imported_from", "imported_digest", "imported_text", "guessed"}
)
"""Keys that an import writes about itself; those of a former import do not carry over."""

_OURS = frozenset({"services", "causes", "severity", "status"})
_TERMS = {"severity": "severity", "trigger": "trigger", "detected_by": "detected-by"}
_INSTANTS = frozenset({"date", "started", "detected", "declared", "mitigated", "resolved"})
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Fields:
    """A document's metadata as front matter of an entry.

    Attributes:
        front: what can be read as an entry's front matter.
        own: whether the document is an entry of this format already.
        set_aside: keys whose value means something else here, with line and value; they are
            in `front` as `source_...`.
    """

    front: FrontMatter
    own: bool
    set_aside: tuple[tuple[str, int, str], ...]


def read_foreign(document: SourceDocument, vocabulary: Vocabulary) -> Fields:
    """The metadata of a document."""
    typed = set(document.fields) - BOOKKEEPING
    values, lines = _values(document)
    own = _is_own(typed, values, vocabulary)
    set_aside: list[tuple[str, int, str]] = []
    kept: dict[str, Value] = {}
    for key, value in values.items():
        if key in BOOKKEEPING:
            continue
        text = ", ".join(texts_of(value))
        if not text.strip():
            continue
        if not own and key in KEYS and not _fits(key, text, vocabulary):
            name = f"source_{key}"
            set_aside.append((key, lines.get(key, 0), text))
            kept[name] = value
            lines[name] = lines.get(key, 0)
        else:
            kept[key] = value
    front = FrontMatter(kept, {key: lines[key] for key in kept if lines.get(key)}, ())
    return Fields(front, own, tuple(set_aside))


def _values(document: SourceDocument) -> tuple[dict[str, Value], dict[str, int]]:
    """The metadata by the names that the format knows; of two keys for one, both are kept."""
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    nested = _nested(document)
    exact = sorted(document.fields, key=lambda key: canonical_key(key) != key)
    for key in (*exact, *(key for key in nested if key not in document.fields)):
        line = document.field_lines.get(key, 0)
        name = canonical_key(key)
        if name in values and key in document.fields:
            name = f"source_{key}"
        if key in nested:
            values[name] = nested[key]
        elif key in document.fields and not _within(key, nested):
            texts = document.fields[key]
            several = Several(tuple(Scalar(text, line) for text in texts), line)
            values[name] = Scalar(texts[0], line) if len(texts) == 1 else several
        if line:
            lines[name] = line
    order = {canonical_key(key): place for place, key in enumerate(document.fields)}
    ordered = sorted(values, key=lambda name: order.get(name, len(order)))
    return {name: values[name] for name in ordered}, lines


def _nested(document: SourceDocument) -> Mapping[str, Value]:
    """The values of YAML that one text cannot hold: mappings, and lists of them."""
    if not document.original.lstrip("\ufeff\n ").startswith("---"):
        return {}
    if not document.fields:
        return {}
    front = read_front_matter(document.original.lstrip("\ufeff").split("\n"), document.name)
    return {key: value for key, value in front.values.items() if _is_nested(value)}


def _is_nested(value: Value) -> bool:
    if isinstance(value, Several):
        return any(not isinstance(item, Scalar) for item in value.items)
    return not isinstance(value, Scalar)


def _within(key: str, nested: Mapping[str, Value]) -> bool:
    """Whether a flattened key (`sources_title`) is told by a nested one."""
    return any(key.startswith(f"{name}_") for name in nested)


def _is_own(typed: set[str], values: Mapping[str, Value], vocabulary: Vocabulary) -> bool:
    if "title" not in values:
        return False
    named = typed & _OURS
    status = ", ".join(texts_of(values["status"])) if "status" in values else ""
    if status and status not in vocabulary.known("status"):
        return False
    return len(named) >= 2 or (bool(named) and typed <= set(KEYS))


def _fits(key: str, text: str, vocabulary: Vocabulary) -> bool:
    """Whether a value means for an entry what its key says there."""
    if key in _TERMS:
        return vocabulary.canonical(_TERMS[key], text) is not None
    if key in _INSTANTS:
        moment = read_moment(text)
        return moment is not None and (moment.date is not None or moment.clock is not None)
    parts = text.split(", ")
    short = all(len(part) <= _LONGEST_NAME for part in parts)
    fits = {
        "causes": short and any(vocabulary.canonical("cause", part) for part in parts),
        "services": short,
        "timezone": resolve_zone(text) is not None,
        "aliases": "/" not in text,
        "language": len(text) <= 8,
        "status": False,
    }
    return fits.get(key, True)
