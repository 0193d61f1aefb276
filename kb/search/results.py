"""What a search answers, as the command line, the web and Python callers receive it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kb.record import record
from kb.search.engine import DEFAULT_FACETS

if TYPE_CHECKING:
    from kb import shapes

SCHEMA_VERSION = 1


def summary_of(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What every list shows of an entry, from what its document stored: fields by name."""
    return {
        "id": shown["id"],
        "path": shown["path"],
        "title": shown["title"],
        "date": shown["date"],
        "severity": shown["severity"],
        "status": shown["status"],
        "started": shown["started"],
        "resolved": shown["resolved"],
        "duration_minutes": shown["duration_minutes"],
        "open_follow_ups": shown["open_follow_ups"],
        "services": tuple(shown["services"]),
        "causes": tuple(shown["causes"]),
    }


def entry_url(identifier: str) -> str:
    """The entry's page on the web; importing the quoting costs more than most ids need."""
    if identifier.isascii() and identifier.replace("-", "").isalnum():
        return f"/entries/{identifier}"
    from urllib.parse import quote

    return f"/entries/{quote(identifier)}"


@record
class Notice:
    """A part of the query that was ignored or read in another way than typed.

    Attributes:
        part: the part as typed.
        suggestion: what to type instead, or an empty string.
    """

    part: str
    message: str
    suggestion: str = ""

    def to_json(self) -> shapes.Notice:
        """The notice as JSON has it; the same names."""
        return {"part": self.part, "message": self.message, "suggestion": self.suggestion}


@record
class Snippet:
    """A passage of an entry that holds what was looked for.

    Attributes:
        section: the heading it stands under, as written; `title` for the title.
        anchor: the section's identifier on the entry's page.
        text: plain text on one line.
        marks: (from, to) pairs of characters in `text`, ascending, not overlapping.
    """

    section: str
    anchor: str
    text: str
    marks: tuple[tuple[int, int], ...]


@record
class SearchHit:
    """One found entry as results show it. Dates and instants are ISO 8601 text or None."""

    id: str
    path: str
    title: str
    date: str | None
    services: tuple[str, ...]
    causes: tuple[str, ...]
    severity: str
    status: str
    started: str | None
    resolved: str | None
    duration_minutes: int | None
    score: float
    url: str
    snippets: tuple[Snippet, ...]
    open_follow_ups: int
    matches_well: bool = True

    def to_json(self) -> shapes.Hit:
        """The hit as the JSON contract has it."""
        return {
            "id": self.id,
            "path": self.path,
            "title": self.title,
            "date": self.date,
            "services": list(self.services),
            "causes": list(self.causes),
            "severity": self.severity,
            "status": self.status,
            "started": self.started,
            "resolved": self.resolved,
            "duration_minutes": self.duration_minutes,
            "score": round(self.score, 4),
            "url": self.url,
            "snippets": [
                {
                    "section": snippet.section,
                    "anchor": snippet.anchor,
                    "text": snippet.text,
                    "marks": [list(mark) for mark in snippet.marks],
                }
                for snippet in self.snippets
            ],
            "open_follow_ups": self.open_follow_ups,
        }


@record
class SearchResults:
    """The answer to one search.

    Attributes:
        understood: the query in words, as it was read.
        did_you_mean: a whole query to try instead, or None.
        total: entries that match well; the facets count these.
        total_any: entries that match at all; paging goes on into them.
        facets: facet -> ((value, count), ...), of those asked for; the JSON has always service,
            cause, severity, year and status.
    """

    query: str
    understood: str
    notices: tuple[Notice, ...]
    did_you_mean: str | None
    total: int
    total_any: int
    took_ms: float
    hits: tuple[SearchHit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]

    def to_json(self) -> shapes.SearchAnswer:
        """The results as the JSON contract has them."""
        return {
            "schema_version": SCHEMA_VERSION,
            "query": self.query,
            "understood": self.understood,
            "notices": [notice.to_json() for notice in self.notices],
            "did_you_mean": self.did_you_mean,
            "total": self.total,
            "total_any": self.total_any,
            "took_ms": round(self.took_ms, 1),
            "hits": [hit.to_json() for hit in self.hits],
            "facets": {
                name: [{"value": v, "count": count} for v, count in self.facets.get(name, ())]
                for name in DEFAULT_FACETS
            },
        }
