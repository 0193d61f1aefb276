"""What an import tells people: a summary for each document, the reasons, the sum of it all.

Pure: readings in, lines of plain text out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from kb.export import entry_to_json

if TYPE_CHECKING:
    from kb.importing.entry_files import Outcome, Written
    from kb.importing.reading import Reading
    from kb.importing.source import Failure
    from kb.model import Postmortem

_LISTED = 5
_TURNS = ("started", "detected", "declared", "mitigated", "resolved")
_INDENT = "  "


@dataclass(slots=True)
class Tally:
    """Counts over all documents of one import.

    Attributes:
        outcomes: new, unchanged, updated, edited.
        guessed, missing: how many documents guess, or lack, each key.
    """

    documents: int = 0
    failed: int = 0
    skipped: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    guessed: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    findings: int = 0

    def add(self, reading: Reading, outcome: Outcome) -> None:
        """Count one document."""
        self.documents += 1
        self.outcomes[outcome] += 1
        self.guessed.update(reading.guessed)
        self.missing.update(reading.missing)
        self.findings += len(reading.entry.findings)

    def add_failure(self, failure: Failure) -> None:
        """Count one source that gave no document."""
        if failure.skipped:
            self.skipped += 1
        else:
            self.failed += 1


def reading_to_json(reading: Reading, written: Written, *, explain: bool = False) -> dict[str, Any]:
    """One document as `kb import --json` prints it: the shape of `kb show --json` and more.

    `timezone` is what the document states, empty where it names none; what its times are read
    in then is among `guessed`. Lines are those of the original. With `explain` there is
    `evidence`: field, value, line, why and guessed of every value.
    """
    document: dict[str, Any] = {
        **entry_to_json(reading.entry),
        "id": written.id,
        "path": written.path,
        "file": reading.document.name,
        "format": reading.document.format,
        "timezone": reading.timezone,
        "outcome": written.outcome,
        "guessed": list(reading.guessed),
        "missing": list(reading.missing),
        "not_understood": [
            {"line": one.line, "text": one.text, "why": one.why} for one in reading.not_understood
        ],
    }
    if explain:
        document["evidence"] = [asdict(one) for one in reading.evidence]
    return document


def summary(reading: Reading, written: Written) -> Iterator[str]:
    """What was found in a document, what is guessed and what is missing."""
    entry = reading.entry
    arrow = f"{reading.document.name} -> {written.path}"
    yield arrow if written.outcome == "new" else f"{arrow} ({written.outcome})"
    yield f"{_INDENT}found    {' · '.join(_found(entry))}"
    if reading.guessed:
        yield f"{_INDENT}guessed  {', '.join(_with_values(reading))}"
    if reading.missing:
        yield f"{_INDENT}missing  {', '.join(reading.missing)}"
    if reading.not_understood:
        count = len(reading.not_understood)
        yield f"{_INDENT}not understood, kept as text: {count}"
        for one in reading.not_understood[:_LISTED]:
            where = f"line {one.line}: " if one.line else ""
            yield f"{_INDENT * 2}{where}{_joined(one.text, one.why)}"
        if count > _LISTED:
            yield f"{_INDENT * 2}and {count - _LISTED} more: --explain lists them"
    for finding in (*entry.findings, *written.findings):
        if finding.level != "note":
            where = f"line {finding.line}: " if finding.line else ""
            yield f"{_INDENT}{finding.level}: {where}{finding.message} {finding.help}".rstrip()


def _joined(text: str, why: str) -> str:
    return f"{text!r}: {why}" if text else why


def _found(entry: Postmortem) -> Iterator[str]:
    yield repr(entry.title) if entry.title else "no title"
    if entry.date:
        yield str(entry.date)
    for turn in _TURNS:
        at = getattr(entry, turn)
        if at is not None:
            same_day = entry.date == at.date()
            yield f"{turn} {at:%H:%M}" if same_day else f"{turn} {at:%Y-%m-%d %H:%M}"
    if entry.severity:
        yield entry.severity
    if entry.timeline:
        yield f"{len(entry.timeline)} events"
    if entry.follow_ups:
        done = sum(1 for item in entry.follow_ups if item.done)
        yield f"{len(entry.follow_ups)} follow-ups{f' ({done} done)' if done else ''}"
    kinds = dict.fromkeys(section.kind for section in entry.sections if section.kind != "other")
    if kinds:
        yield f"sections {', '.join(kinds)}"


def _with_values(reading: Reading) -> Iterator[str]:
    for key in reading.guessed:
        values = dict.fromkeys(one.value for one in reading.evidence if one.field == key)
        yield f"{key} ({', '.join(values)})"


def explanation(reading: Reading) -> Iterator[str]:
    """Every value with its line and the reason, then all that was not understood."""
    rows = [
        (one.field, one.value, one.line, f"{one.why}{' — a guess' if one.guessed else ''}")
        for one in reading.evidence
    ]
    for event in reading.entry.timeline:
        value = " ".join(str(part) for part in (event.date, event.time, event.zone) if part)
        text = " ".join(event.text.split())
        rows.append(("timeline", value or "no time", event.line, text[:80]))
    marks = {True: "done", False: "open", None: "not said"}
    rows += [
        ("follow-up", marks[item.done], item.line, " ".join(item.text.split())[:80])
        for item in reading.entry.follow_ups
    ]
    for section in reading.entry.sections:
        rows.append(
            ("section", section.kind, section.line, section.heading or "above the headings")
        )
    for key, value, line, why in rows:
        place = f"line {line}" if line else "no line"
        yield f"{_INDENT * 2}{key:<12} {value}  [{place}: {why}]"
    for one in reading.not_understood:
        place = f"line {one.line}" if one.line else "no line"
        yield f"{_INDENT * 2}not read     {one.text}  [{place}: {one.why}]"


def total(tally: Tally, folder: str, *, dry_run: bool) -> Iterator[str]:
    """The report at the end of an import."""
    done = "Would import" if dry_run else "Imported"
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.outcomes.items()))
    noun = "document" if tally.documents == 1 else "documents"
    to = "" if dry_run else f" to {folder}"
    yield f"{done} {tally.documents:,} {noun}{to}{f': {counts}' if counts else ''}."
    if tally.guessed:
        yield f"Guessed, to be checked: {_counts(tally.guessed)}."
    if tally.missing:
        yield f"Missing: {_counts(tally.missing)}."
    if tally.skipped:
        yield f"Left out as no postmortems: {tally.skipped:,}."
    if tally.failed:
        yield f"Not read: {tally.failed:,}."


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{key} {count:,}" for key, count in counter.most_common())
