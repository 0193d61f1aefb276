"""Postmortem -> Document: which words, keywords and numbers of an entry can be searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from kb.patterns import pattern
from kb.search import text
from kb.search.engine import ZONES, Document
from kb.search.keywords import fold, part_field, parts

if TYPE_CHECKING:
    from kb.finding import Finding
    from kb.model import FollowUp, Postmortem, Section

_ZONE_GAP = 16
"""Positions left free between two pieces of a zone, so that no phrase spans them."""

_TURNS = ("detected", "declared", "mitigated", "resolved")
_SHOWN_TURNS = ("started", "detected", "mitigated", "resolved")
_LINK = pattern(r"!?\[([^\]\[]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_HEADING_OR_QUOTE = pattern(r"^[ \t]*(?:(?:#{1,6}|>+)[ \t]+)+", re.MULTILINE)
_FENCE = pattern(r"^[ \t]*(?:`{3,}|~{3,})[^`\n]*$", re.MULTILINE)
_BULLET = pattern(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE)
_TABLE_CELL_RULE = r":?-{2,}:?[ \t]*"
_TABLE_RULE = pattern(
    rf"^[ \t]*(?:\|[ \t]*)?{_TABLE_CELL_RULE}(?:\|[ \t]*{_TABLE_CELL_RULE})*(?:\|[ \t]*)?$",
    re.MULTILINE,
)
# Bounded, so that a line of nothing but asterisks or tags takes no longer than others.
_EMPHASIS = pattern(r"(?<![\w*~`])(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)([^\n]{1,300}?)(?<=\S)\1(?!\w)")
_TAG = pattern(
    r"</?(?:a|b|br|code|details|div|em|hr|i|img|li|p|pre|span|strong|sub|summary"
    r"|sup|table|tbody|td|th|thead|tr|u|ul|ol)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)


def plain(markdown: str) -> str:
    """Markdown without its marks, line by line: what is indexed and quoted in results.

    Meant for reading, not exact: unusual markup stays as it is.
    """
    bare = _without_comments(markdown)
    # What a pattern cannot do without is looked for first: that costs next to nothing.
    bare = _FENCE.sub("", bare) if "```" in bare or "~~~" in bare else bare
    bare = _TAG.sub(" ", bare) if "<" in bare else bare
    bare = _TABLE_RULE.sub("", bare) if "--" in bare else bare
    bare = _HEADING_OR_QUOTE.sub("", bare) if "#" in bare or ">" in bare else bare
    bare = _BULLET.sub("", bare)
    bare = _LINK.sub(r"\1", bare) if "](" in bare else bare
    if any(mark in bare for mark in "*_~`"):
        bare = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", bare))
    return bare.replace("|", " ") if "|" in bare else bare


def _without_comments(markdown: str) -> str:
    """Comments cut out; one that is never closed is text."""
    kept: list[str] = []
    at = 0
    while (start := markdown.find("<!--", at)) >= 0:
        end = markdown.find("-->", start + 4)
        if end < 0:
            break
        kept.append(markdown[at:start])
        at = end + 3
    return "".join(kept) + markdown[at:] if at else markdown


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
    zones = {
        zone: [text.chunks(piece) for piece in pieces]
        for zone, pieces in _zones(entry, sections).items()
    }
    spoken = frozenset(chain.from_iterable(chain.from_iterable(zones.values())))
    return Document(
        id=entry.id,
        path=entry.path,
        fingerprint=fingerprint,
        written=tuple((field, name, resolve(field, name) or name) for field, name in entry.written),
        zones={zone: terms for zone in zones if (terms := _positions(zones[zone]))},
        words=text.words_of(spoken),
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
        zone = section.kind if section.kind in ZONES else "other"
        pieces = gathered.setdefault(zone, [])
        if zone == "other" and section.heading:
            pieces.append(text.normalise(section.heading))
        pieces.append(body)
    return gathered


def _positions(pieces: Iterable[Sequence[str]]) -> Mapping[str, list[int]]:
    """Term -> its positions in a zone, whose pieces come as chunks."""
    zone: dict[str, list[int]] = {}
    position = 0
    for chunks in pieces:
        position = text.place(chunks, zone, position) + _ZONE_GAP
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
        "timezone": (entry.timezone,),
        "source": tuple(
            f"{source.title} {source.publisher} {source.url}" for source in entry.sources
        ),
        **{name: _day(getattr(entry, name)) for name in _TURNS},
        **{
            text.normalise(key).lower().replace("_", "-"): values
            for key, values in entry.extra.items()
        },
    }
    found: dict[str, frozenset[str]] = {}
    for field, values in exact.items():
        folded = frozenset(fold(value) for value in values if value.strip())
        if folded:
            found[field] = folded
            found[part_field(field)] = frozenset(chain.from_iterable(map(parts, folded)))
    found["has"] = frozenset(_present(entry, found))
    return found


def _day(instant: datetime | None) -> tuple[str, ...]:
    """The day of an instant, so that `resolved:2024-07` finds it."""
    return (instant.date().isoformat(),) if instant else ()


def _present(entry: Postmortem, keywords: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """What `has:` can ask for: fields with a value, sections with a text."""
    yield from (field for field in keywords if not field.endswith("~"))
    yield from (section.kind for section in entry.sections if section.text.strip())
    for name, value in (
        ("date", entry.date),
        ("started", entry.started),
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
        "mitigate-time": entry.minutes_to_mitigate,
        "week-hour": _week_hour(entry.started),
        "due": min(due) if due else None,
        "open": len(entry.open_follow_ups) or None,
    }
    return {field: number for field, number in known.items() if number is not None}


def _week_hour(started: datetime | None) -> int | None:
    """The hour of the week in which an incident began, by the clocks where it was."""
    return None if started is None else started.weekday() * 24 + started.hour


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
        "month": (f"{entry.date.year:04d}-{entry.date.month:02d}",) if entry.date else (),
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
        **{name: _iso(getattr(entry, name)) for name in _SHOWN_TURNS},
        "duration_minutes": entry.duration_minutes,
        "open_follow_ups": len(entry.open_follow_ups),
        "problems": len(entry.findings),
        "follow_ups": [_follow_up(item) for item in entry.follow_ups],
        "trigger": entry.trigger,
        "detected_by": entry.detected_by,
        "tags": list(entry.tags),
        "guessed": list(entry.extra.get("guessed", ())),
        "sections": [
            [section.kind, section.heading, section.anchor, body] for section, body in sections
        ],
        "findings": [_finding(finding) for finding in entry.findings],
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _follow_up(item: FollowUp) -> dict[str, Any]:
    return {
        "text": text.normalise(item.text),
        "done": item.done,
        "owner": text.normalise(item.owner) if item.owner else None,
        "due": item.due.isoformat() if item.due else None,
        "ticket": text.normalise(item.ticket) if item.ticket else None,
        "line": item.line,
    }


def _finding(finding: Finding) -> list[Any]:
    return [finding.rule, finding.level, finding.line, finding.message, finding.help]
