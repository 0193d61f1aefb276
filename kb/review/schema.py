"""The front matter of an entry as a JSON Schema, for editors that complete and check it.

It asks for the plain form of every value; `kb` itself reads more ways to write them. The names
are those of one folder's kb.toml. Draft 7 is what the language servers for YAML understand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.document.front_matter_keys import KEYS
from kb.review.rules.front_matter import REQUIRED

if TYPE_CHECKING:
    from kb.config import Config
    from kb.vocabulary import Vocabulary

_DRAFT = "http://json-schema.org/draft-07/schema#"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_INSTANT = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2})?( ?([Zz]|[+-]\d{2}:?\d{2}))?$"

_MEANINGS = {
    "title": "What failed, for whom, in one line.",
    "date": "The local day the incident began; may be left out where `started` is given.",
    "services": "What failed, by the names of kb.toml.",
    "causes": "The classes of causes, the leading one first.",
    "severity": "How bad it was, sev1 (worst) to sev4.",
    "status": "How far the entry has come.",
    "timezone": "The IANA name of the zone of times without an offset, such as Asia/Seoul.",
    "started": "When it began.",
    "detected": "When somebody or something noticed.",
    "declared": "When it was declared an incident.",
    "mitigated": "When users were no longer affected, or less.",
    "resolved": "When it was over.",
    "trigger": "What set it off.",
    "detected_by": "Who or what noticed it first.",
    "language": "The language of the text, such as ko; else it is detected.",
    "authors": "Who wrote the entry.",
    "tags": "Words of your own to find it by.",
    "aliases": "Former ids, which keep working.",
    "sources": "Where the facts were published.",
}
_TERMS = {
    "services": "service",
    "causes": "cause",
    "severity": "severity",
    "status": "status",
    "trigger": "trigger",
    "detected_by": "detected-by",
}
_INSTANTS = frozenset({"started", "detected", "declared", "mitigated", "resolved"})
_LISTS = frozenset({"services", "causes", "authors", "tags", "aliases"})


def front_matter_schema(config: Config) -> dict[str, Any]:
    """The schema, with the services and causes that a folder's kb.toml knows."""
    required = [key for key in REQUIRED if key != "date"]
    return {
        "$schema": _DRAFT,
        "title": "Front matter of a postmortem",
        "type": "object",
        "properties": {
            key: {"description": _MEANINGS[key], **_value(key, config.vocabulary)} for key in KEYS
        },
        "required": required,
        "anyOf": [{"required": ["date"]}, {"required": ["started"]}],
        "additionalProperties": True,
    }


def _value(key: str, vocabulary: Vocabulary) -> dict[str, Any]:
    if key in _LISTS:
        return {
            "type": "array",
            "items": _name(key, vocabulary),
            "uniqueItems": True,
            "minItems": int(key in REQUIRED),
        }
    if key in _INSTANTS:
        return {"type": "string", "pattern": _INSTANT, "examples": ["2024-07-18T10:54:00+09:00"]}
    if key == "date":
        return {"type": "string", "pattern": _DAY, "examples": ["2024-07-18"]}
    return _sources() if key == "sources" else _name(key, vocabulary)


def _name(key: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """A name of the vocabulary; any text where it knows none for the key."""
    known = vocabulary.known(_TERMS[key]) if key in _TERMS else ()
    return {"enum": list(known)} if known else {"type": "string", "minLength": 1}


def _sources() -> dict[str, Any]:
    texts = {key: {"type": "string"} for key in ("title", "publisher", "url")}
    published = {"type": "string", "description": "The day it was published."}
    source = {
        "type": "object",
        "properties": {**texts, "published": published},
        "additionalProperties": False,
    }
    return {"type": "array", "items": {"anyOf": [source, {"type": "string", "minLength": 1}]}}
