"""Entries as JSON values: one shape for the command line, the web and everything written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.search.results import SCHEMA_VERSION

if TYPE_CHECKING:
    from datetime import date, datetime

    from kb import shapes
    from kb.finding import Finding
    from kb.model import FollowUp, Postmortem, Section, TimelineEvent
    from kb.overview import EntrySummary, NameCount
    from kb.recurrences import Recurrence


def entry_to_json(entry: Postmortem) -> shapes.Entry:
    """Every field of an entry as JSON has it; the contract of `kb show --json`.

    Dates and instants are ISO 8601 text, unknown ones null; an unknown name is an empty string.
    Lines count from 1 in the file, front matter included.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "id": entry.id,
        "path": entry.path,
        "title": entry.title,
        "date": _iso(entry.date),
        "services": list(entry.services),
        "causes": list(entry.causes),
        "severity": entry.severity,
        "status": entry.status,
        "timezone": entry.timezone,
        "started": _iso(entry.started),
        "detected": _iso(entry.detected),
        "declared": _iso(entry.declared),
        "mitigated": _iso(entry.mitigated),
        "resolved": _iso(entry.resolved),
        "duration_minutes": entry.duration_minutes,
        "trigger": entry.trigger,
        "detected_by": entry.detected_by,
        "language": entry.language,
        "authors": list(entry.authors),
        "tags": list(entry.tags),
        "aliases": list(entry.aliases),
        "sources": [
            {
                "title": source.title,
                "publisher": source.publisher,
                "url": source.url,
                "published": source.published,
            }
            for source in entry.sources
        ],
        "extra": {key: list(values) for key, values in entry.extra.items()},
        "sections": [_section(section) for section in entry.sections],
        "timeline": [_event(event) for event in entry.timeline],
        "follow_ups": [follow_up_to_json(item) for item in entry.follow_ups],
        "findings": [finding_to_json(finding) for finding in entry.findings],
    }


def follow_up_to_json(item: FollowUp) -> shapes.FollowUp:
    """One follow-up; `done` is null where the document does not say."""
    return {
        "text": item.text,
        "done": item.done,
        "owner": item.owner,
        "due": _iso(item.due),
        "ticket": item.ticket,
        "line": item.line,
    }


def finding_to_json(finding: Finding) -> shapes.Finding:
    """One finding; line and column are 0 where it has none."""
    return {
        "rule": finding.rule,
        "level": finding.level,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "help": finding.help,
    }


def summary_to_json(entry: EntrySummary) -> shapes.EntrySummary:
    """One entry in a list, as `kb list --json` has it; the same names."""
    return {
        "id": entry.id,
        "path": entry.path,
        "title": entry.title,
        "date": entry.date,
        "services": list(entry.services),
        "causes": list(entry.causes),
        "severity": entry.severity,
        "status": entry.status,
        "started": entry.started,
        "resolved": entry.resolved,
        "duration_minutes": entry.duration_minutes,
        "open_follow_ups": entry.open_follow_ups,
        "problems": entry.problems,
    }


def name_to_json(name: NameCount) -> shapes.NameCount:
    """A service or a cause, as `kb services --json` has it; the same names."""
    return {
        "id": name.id,
        "label": name.label,
        "label_ko": name.label_ko,
        "owner": name.owner,
        "definition": name.definition,
        "aliases": list(name.aliases),
        "count": name.count,
        "latest": name.latest,
        "known": name.known,
    }


def recurrence_to_json(recurrence: Recurrence) -> shapes.Recurrence:
    """A service and a cause with their entries; the same names."""
    return {
        "service": recurrence.service,
        "cause": recurrence.cause,
        "entries": [summary_to_json(entry) for entry in recurrence.entries],
        "open_before": [item.to_json() for item in recurrence.open_before],
    }


def _section(section: Section) -> shapes.Section:
    return {
        "kind": section.kind,
        "heading": section.heading,
        "anchor": section.anchor,
        "line": section.line,
        "text": section.text,
    }


def _event(event: TimelineEvent) -> shapes.TimelineEvent:
    return {
        "date": _iso(event.date),
        "time": event.time,
        "zone": event.zone,
        "at": _iso(event.at),
        "until": _iso(event.until),
        "text": event.text,
        "kind": event.kind,
        "line": event.line,
    }


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
