"""Postmortem -> Document: which words, keywords and numbers of an entry can be searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

from kb.model import REQUIRED_SECTIONS, Finding, Postmortem, Section
from kb.search import text
from kb.search.engine import Document

_ZONE_GAP = 16
"""Positions left free between two pieces of a zone, so that no phrase spans them."""

_LINK = re.compile(r"!?\[([^\]\[]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_HEADING_OR_QUOTE = re.compile(r"^[ \t]*(?:#{1,6}|>+)[ \t]+", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE)
_TABLE_CELL_RULE = r"[ \t]*:?-{2,}:?[ \t]*"
_TABLE_RULE = re.compile(
    rf"^[ \t]*\|?{_TABLE_CELL_RULE}(?:\|{_TABLE_CELL_RULE})*\|?[ \t]*$", re.MULTILINE
)
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def plain(markdown: str) -> str:
    """Markdown without its marks, line by line: what is indexed and quoted in results.

    Meant for reading, not exact: unusual markup stays as it is.
    """
    bare = _COMMENT.sub("", markdown)
    bare = _TABLE_RULE.sub("", bare)
    bare = _HEADING_OR_QUOTE.sub("", bare)
    bare = _BULLET.sub("", bare)
    bare = _LINK.sub(r"\1", bare)
    bare = _EMPHASIS.sub(r"\2", bare)
    return bare.replace("|", " ") if "|" in bare else bare


def fold(value: str) -> str:
    """The form under which keyword values are compared: normalised, lower case, one space."""
    return " ".join(text.normalise(value).casefold().split())


def part_field(field: str) -> str:
    """The keyword field that holds the single words of `field`'s values."""
    return f"{field}~"


def parts(value: str) -> frozenset[str]:
    """The terms of a keyword value's words."""
    return frozenset(token.term for token in text.tokens(text.normalise(value)))


def build(
    entry: Postmortem, fingerprint: str, resolve: Callable[[str, str], str | None]
) -> Document:
    """The searchable form of one entry. Pure; the same entry gives the same document.

    Args:
        entry: the entry.
        fingerprint: of the content it was read from.
        resolve: (field, name) -> canonical name, or None where the vocabulary has none.
    """
    sections = tuple(_own_sections(entry.sections))
    pieces = _zones(entry, sections)
    spoken = chain.from_iterable(pieces.values())
    return Document(
        id=entry.id,
        path=entry.path,
        fingerprint=fingerprint,
        written=tuple((field, name, resolve(field, name) or name) for field, name in entry.written),
        zones={zone: terms for zone in pieces if (terms := _positions(pieces[zone]))},
        words=frozenset(chain.from_iterable(map(text.words, spoken))),
        keywords=_keywords(entry),
        numbers=_numbers(entry),
        facets=_facets(entry),
        shown=_shown(entry, sections),
    )


def _own_sections(sections: Sequence[Section]) -> Iterator[tuple[Section, str]]:
    """Each section with its plain text, without the text of the sections inside it."""
    for number, section in enumerate(sections):
        own = section.text
        for inner in sections[number + 1 :]:
            if inner.level <= section.level or section.level == 0:
                break
            if inner.text:
                own = own.replace(inner.text, "", 1)
        yield section, text.normalise(plain(own)).strip()


def _zones(entry: Postmortem, sections: Sequence[tuple[Section, str]]) -> dict[str, list[str]]:
    """Zone -> the normalised pieces of text in it."""
    gathered: dict[str, list[str]] = {"title": [text.normalise(entry.title)]}
    names = chain(
        [entry.id],
        entry.services,
        entry.causes,
        (name for _, name in entry.written),
        entry.tags,
        entry.authors,
        entry.aliases,
        chain.from_iterable(entry.extra.values()),
    )
    gathered["names"] = [text.normalise(name) for name in dict.fromkeys(names)]
    for section, body in sections:
        zone = section.kind if section.kind in ("summary", *REQUIRED_SECTIONS) else "other"
        pieces = gathered.setdefault(zone, [])
        if zone == "other" and section.heading:
            pieces.append(text.normalise(section.heading))
        pieces.append(body)
    gathered["source"] = [
        text.normalise(f"{source.title} {source.publisher} {source.url}").strip()
        for source in entry.sources
    ]
    return gathered


def _positions(pieces: Iterable[str]) -> Mapping[str, list[int]]:
    zone: dict[str, list[int]] = {}
    position = 0
    for piece in pieces:
        terms, position = text.positions(piece, position)
        for term, places in terms.items():
            zone.setdefault(term, []).extend(places)
        position += _ZONE_GAP
    return zone


def _keywords(entry: Postmortem) -> dict[str, frozenset[str]]:
    exact: dict[str, tuple[str, ...]] = {
        "service": entry.services,
        "cause": entry.causes,
        "severity": (entry.severity,),
        "status": (entry.status,),
        "id": (entry.id, *entry.aliases),
        "author": entry.authors,
        "tag": entry.tags,
        "language": (entry.language,),
        "trigger": (entry.trigger,),
        "detected-by": (entry.detected_by,),
        **{key.lower().replace("_", "-"): values for key, values in entry.extra.items()},
    }
    found: dict[str, frozenset[str]] = {}
    for field, values in exact.items():
        folded = frozenset(fold(value) for value in values if value.strip())
        if folded:
            found[field] = folded
            found[part_field(field)] = frozenset(chain.from_iterable(map(parts, folded)))
    found["has"] = frozenset(_present(entry, found))
    return found


def _present(entry: Postmortem, keywords: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """What `has:` can ask for: fields with a value, sections with a text."""
    yield from (field for field in keywords if not field.endswith("~"))
    yield from (section.kind for section in entry.sections if section.text.strip())
    for name, value in (
        ("date", entry.date),
        ("started", entry.started),
        ("detected", entry.detected),
        ("mitigated", entry.mitigated),
        ("resolved", entry.resolved),
        ("duration", entry.duration_minutes),
        ("source", entry.sources),
        ("follow-up", entry.follow_ups),
        ("finding", entry.findings),
    ):
        if value is not None and value != ():
            yield name


def _numbers(entry: Postmortem) -> dict[str, int]:
    due = [item.due.toordinal() for item in entry.open_follow_ups if item.due]
    known = {
        "date": entry.date.toordinal() if entry.date else None,
        "started": _epoch_minutes(entry.started, entry.date),
        "duration": entry.duration_minutes,
        "detect-time": entry.minutes_to_detect,
        "due": min(due) if due else None,
        "open": len(entry.open_follow_ups) or None,
    }
    return {field: number for field, number in known.items() if number is not None}


def _epoch_minutes(started: datetime | None, day: date | None) -> int | None:
    """Minutes since 1970 UTC of the start, or of the day's midnight where only that is known."""
    if started is None and day is not None:
        started = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return None if started is None else int(started.timestamp() // 60)


def _facets(entry: Postmortem) -> dict[str, tuple[str, ...]]:
    return {
        "service": tuple(dict.fromkeys(entry.services)),
        "cause": tuple(dict.fromkeys(entry.causes)),
        "severity": (entry.severity,) if entry.severity else (),
        "year": (f"{entry.date.year:04d}",) if entry.date else (),
        "status": (entry.status,) if entry.status else (),
    }


def _shown(entry: Postmortem, sections: Sequence[tuple[Section, str]]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "path": entry.path,
        "title": text.normalise(entry.title),
        "date": entry.date.isoformat() if entry.date else None,
        "services": list(entry.services),
        "causes": list(entry.causes),
        "severity": entry.severity,
        "status": entry.status,
        "started": entry.started.isoformat() if entry.started else None,
        "resolved": entry.resolved.isoformat() if entry.resolved else None,
        "duration_minutes": entry.duration_minutes,
        "open_follow_ups": len(entry.open_follow_ups),
        "sections": [
            [section.kind, section.heading, section.anchor, body] for section, body in sections
        ],
        "findings": [_finding(finding) for finding in entry.findings],
    }


def _finding(finding: Finding) -> list[Any]:
    return [finding.rule, finding.level, finding.line, finding.message, finding.help]
