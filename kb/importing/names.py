"""What a document names: services, causes, severity, authors, sources; stated, else proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kb.importing import proposals
from kb.importing.evidence import Evidence
from kb.importing.proposals import Passage
from kb.importing.turning_points import Turn
from kb.model import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from kb.importing.material import Material
    from kb.importing.source import SourceDocument

METADATA = "the metadata says so"
_SERVICE_KEYS = (
    "affected_services",
    "impacted_services",
    "components",
    "component",
    "affected_components",
    "systems",
    "system",
    "application",
)
_CAUSE_KEYS = ("categories", "category", "cause_category", "root_cause_category", "incident_type")
_ADDRESS_KEYS = ("url", "link", "source_url", "permalink", "shortlink", "canonical_url")
_PUBLISHED_KEYS = ("source_published_at", "published_at", "published")
_SEPARATORS = re.compile(r"\s*(?:[,;、，]|<br\s*/?>)\s*|\s+/\s+")
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]+")
_NOTE = re.compile(r"\s*[(（:–—].*$|\s+-\s.*$")
_IMPACTS = {"critical": "sev1", "major": "sev2", "minor": "sev3", "none": "sev4"}
_LONGEST_NAME = 50
_MOST_NAMES = 10
_WEIGHTS: Mapping[str, tuple[float, float]] = {
    "summary": (2.0, 1.5),
    "impact": (1.5, 0.5),
    "root-cause": (0.7, 3.0),
    "timeline": (0.3, 0.4),
    "response": (0.4, 0.6),
    "follow-ups": (0.2, 0.2),
    "lessons": (0.2, 0.3),
    "detection": (0.3, 0.3),
    "source-notes": (0.0, 0.0),
    "other": (0.7, 0.7),
}
"""Kind of a section -> what a mention of a service and of a cause counts there; in a title 4."""


@dataclass(slots=True)
class Named:
    """The names found, and where they come from.

    Attributes:
        evidence: its lines are those of the Markdown; those of the original are negative.
    """

    services: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    severity: str = ""
    trigger: str = ""
    detected_by: str = ""
    authors: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    evidence: list[Evidence] = field(default_factory=list)

    def say(self, key: str, value: str, line: int, why: str, *, guessed: bool = False) -> None:
        """Note where a value comes from."""
        self.evidence.append(Evidence(key, value, line, why, guessed))


def stem_of(name: str) -> str:
    """The file's name without folders and endings: the id of an entry of this format."""
    stem = unquote(PurePath(name.partition("#")[0]).name)
    while (suffix := PurePath(stem).suffix).lower() in {
        ".md",
        ".markdown",
        ".txt",
        ".erb",
        ".html",
    }:
        stem = stem[: -len(suffix)]
    return stem


def stated_turn(at: datetime, line: int) -> Turn:
    """A turn that metadata states."""
    return Turn(at, line, METADATA)


def read_names(material: Material, title: str, troubled: Sequence[tuple[str, int]] = ()) -> Named:
    """The names of a document; what it states comes before what its text speaks for.

    Args:
        material: the document.
        title: what it is called.
        troubled: services that an article in prose says were in trouble, with their lines.
    """
    base = material.base
    named = Named(sources=base.sources, authors=base.authors)
    passages = tuple(_passages(material, title))
    _services(named, material, passages)
    for service, line in troubled:
        if service not in named.services:
            named.services = (*named.services, service)
            named.say("services", service, -line, "a sentence about the outage", guessed=True)
    _causes(named, material, passages)
    _terms(named, material)
    for one in material.labels:
        if one.field == "authors" and not named.authors:
            named.authors = tuple(_names(one.value))
            named.say("authors", ", ".join(named.authors), one.line, f"{one.label!r} says so")
    if not named.sources and (source := _source(material.document, title)):
        named.sources = (source,)
    return named


def _names(value: str) -> Iterator[str]:
    found = [
        text for part in _SEPARATORS.split(_MARKUP.sub(r"\1", value)) if (text := part.strip(" ."))
    ]
    if len(found) <= _MOST_NAMES:
        yield from (text for text in dict.fromkeys(found) if len(text) <= _LONGEST_NAME)


def _services(named: Named, material: Material, passages: Sequence[Passage]) -> None:
    base, vocabulary = material.base, material.vocabulary

    def canonical(text: str) -> str:
        return vocabulary.canonical("service", text) or text

    if base.services:
        named.services = base.services
        named.say("services", ", ".join(base.services), -material.line_of("services"), "stated")
        return
    for key, values, line in _stated(material, "services", _SERVICE_KEYS):
        found = tuple(dict.fromkeys(canonical(text) for value in values for text in _names(value)))
        if found:
            named.services = found
            named.say("services", ", ".join(found), line, f"{key!r} says so")
            return
    proposed = proposals.propose_services(passages, vocabulary)
    named.services = tuple(one.id for one in proposed)
    for one in proposed:
        named.say("services", one.id, -one.line, one.why, guessed=True)
    for key in ("product", "company"):
        text = " ".join(base.extra.get(key, ())).strip()
        if not named.services and text and len(text) <= _LONGEST_NAME:
            named.services = (canonical(text),)
            line = -material.line_of(key)
            named.say("services", named.services[0], line, f"the {key} is named", guessed=True)


def _stated(
    material: Material, field_name: str, keys: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], int]]:
    """What metadata and labels say of a field: the name, the values, the line."""
    for key in keys:
        if key in material.base.extra:
            yield key, material.base.extra[key], -material.line_of(key)
    for one in material.labels:
        if one.field == field_name:
            yield one.label, (one.value,), one.line


def _causes(named: Named, material: Material, passages: Sequence[Passage]) -> None:
    base, vocabulary = material.base, material.vocabulary
    if any(vocabulary.canonical("cause", one) for one in base.causes):
        named.causes = base.causes
        named.say("causes", ", ".join(base.causes), -material.line_of("causes"), "stated")
        return
    for key, values, line in _stated(material, "causes", _CAUSE_KEYS):
        texts = [text for value in values for text in _names(value)]
        found = [known for text in texts if (known := vocabulary.canonical("cause", text))]
        if found:
            named.causes = tuple(dict.fromkeys(found))
            named.say("causes", ", ".join(named.causes), line, f"{key!r} says so")
            return
    proposed = proposals.propose_causes(passages, vocabulary)
    named.causes = tuple(one.id for one in proposed)
    for one in proposed:
        named.say("causes", one.id, -one.line, one.why, guessed=True)


def _terms(named: Named, material: Material) -> None:
    """Severity, trigger and detection: only where a known value is stated."""
    canonical = material.vocabulary.canonical

    def read(key: str, term: str, value: str) -> str:
        if value:
            named.say(key, value, -material.line_of(key), "stated")
            return value
        for one in material.labels:
            if one.field == key and (found := _canonical(term, one.value, canonical)):
                named.say(key, found, one.line, f"{one.label!r} says so")
                return found
        return ""

    base, document = material.base, material.document
    named.severity = read("severity", "severity", base.severity)
    named.trigger = read("trigger", "trigger", base.trigger)
    named.detected_by = read("detected_by", "detected-by", base.detected_by)
    if not named.severity and document.format == "statuspage":
        impact = " ".join(document.fields.get("impact", ())).strip().lower()
        if impact in _IMPACTS:
            named.severity = _IMPACTS[impact]
            named.say("severity", named.severity, 0, f"its impact is {impact!r}", guessed=True)


def _canonical(term: str, value: str, canonical: Callable[[str, str], str | None]) -> str:
    plain = _MARKUP.sub(r"\1", value).strip()
    return canonical(term, plain) or canonical(term, _NOTE.sub("", plain)) or ""


def _source(document: SourceDocument, title: str) -> Source | None:
    """Where the document was published, as far as it says so."""
    urls = [text for key in _ADDRESS_KEYS for text in document.fields.get(key, ())]
    if document.name.startswith(("http://", "https://")):
        urls.append(document.name.partition("#")[0])
    address = next((url for url in urls if url.startswith(("http://", "https://"))), "")
    if not address:
        return None
    published = next((text for key in _PUBLISHED_KEYS for text in document.fields.get(key, ())), "")
    publisher = " ".join(document.fields.get("company", ()))
    return Source(title=title, publisher=publisher, url=address, published=published[:10])


def _passages(material: Material, title: str) -> Iterator[Passage]:
    """The parts of a document with what a name in them counts; lines are of the original."""
    base = material.base
    line = material.line_of("title") or material.at(material.body.title_line)
    yield Passage(title, line, "title", 4.0, 4.0)
    for key in ("summary", "excerpt", "description"):
        for value in base.extra.get(key, ()):
            yield Passage(value, material.line_of(key), f"metadata `{key}`", 2.0, 1.5)
    for tag in base.tags:
        yield Passage(tag, material.line_of("tags"), "tags", 1.0, 1.0)
    for cause in base.extra.get("source_causes", ()):
        yield Passage(cause, material.line_of("source_causes"), "stated cause", 0.0, 4.0)
    yield from _parts(material)


def _parts(material: Material) -> Iterator[Passage]:
    """The text, cut at headings and sections."""
    starts = {section.line: section for section in material.body.sections}
    kind, where = "summary", "text"
    chunk: list[str] = []
    for number, text in enumerate([*material.lines, "#"], 1):
        section = starts.get(number)
        heading = text.startswith("#")
        if (section or heading) and chunk:
            line = material.at(number - len(chunk))
            yield Passage("\n".join(chunk), line, where, *_WEIGHTS[kind])
            chunk = []
        if section:
            kind = section.kind
            where = f"section {section.heading!r}" if section.heading else "text"
        if heading:
            yield Passage(text.lstrip("# "), material.at(number), "heading", 2.0, 1.0)
        else:
            chunk.append(text)
