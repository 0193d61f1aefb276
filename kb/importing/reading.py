"""One document of somebody else's understood as an entry: what it states, what is guessed.

Nothing is invented: what a document does not state stays empty, or is a guess that is named as
one. Every value remembers its line and the reason (`Evidence`), and what gave no value is listed
(`NotUnderstood`), while the whole text stays in the entry. A document that is an entry of this
format already is taken as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.document.entry import Body, language_of, read_body
from kb.document.fields import read_fields
from kb.document.front_matter import texts_of
from kb.importing import contradictions, days, names, titles
from kb.importing.evidence import Evidence, NotUnderstood, shortened
from kb.importing.foreign_fields import Fields, read_foreign
from kb.importing.labels import labelled_values
from kb.importing.material import Material, original_line
from kb.importing.prose import Prose, read_prose
from kb.importing.times import TURNS, Zone, read_times, zone_of
from kb.importing.told_ranges import told_ranges
from kb.model import REQUIRED_SECTIONS, Postmortem
from kb.moments import find_zone, resolve_zone

if TYPE_CHECKING:
    from datetime import date, datetime

    from kb.finding import Finding
    from kb.importing.labels import Labelled
    from kb.importing.prose import KnownIncident
    from kb.importing.source import SourceDocument
    from kb.importing.turning_points import Turn
    from kb.model import EventKind, Section
    from kb.vocabulary import Vocabulary

_WANTED = ("title", "date", "services", "causes", "severity", "started", "detected", "resolved")
_LISTED = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as an entry, before it has an id and a file.

    Attributes:
        entry: what it says; lines are those of the original, `path` is the document's name.
        timezone: as the document states it; `entry.timezone` is what its times are read in.
        guessed: the keys whose values the document does not state.
        missing: what an entry should have and this one has not.
        draft: Markdown to stand below the original text: a timeline drafted from prose.
    """

    document: SourceDocument
    entry: Postmortem
    timezone: str
    own: bool
    guessed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    draft: str = ""


def read_document(
    document: SourceDocument,
    vocabulary: Vocabulary,
    default_timezone: str = "",
    known: Callable[[], Sequence[KnownIncident]] = tuple,
) -> Reading:
    """Read a document as an entry; never raises, whatever it says.

    Args:
        document: what a reader delivered.
        vocabulary: the names that services and causes may have.
        default_timezone: what times mean where the document names no zone; may be empty.
        known: the incidents that the knowledge base has; asked only for articles in prose.
    """
    fields = read_foreign(document, vocabulary)
    lines = document.markdown.split("\n")
    if fields.own:
        return _own(document, fields, lines, vocabulary, default_timezone)
    return _Foreign(document, fields, lines, vocabulary, default_timezone).read(known)


def _own(
    document: SourceDocument,
    fields: Fields,
    lines: Sequence[str],
    vocabulary: Vocabulary,
    default_timezone: str,
) -> Reading:
    """An entry of this format, read as `kb.document.parse` reads it."""
    stem = names.stem_of(document.name)
    base = read_fields(fields.front, stem, document.name, vocabulary, default_timezone)
    zone = base.timezone if resolve_zone(base.timezone) else default_timezone
    body = read_body(lines, 1, document.name, base.date, zone)
    entry = _with_body(base, body, document)
    entry = replace(
        entry,
        title=base.title or body.title,
        language=base.language or language_of(lines),
        findings=(*document.findings, *entry.findings),
    )
    evidence = tuple(
        Evidence(key, ", ".join(texts_of(value)), fields.front.lines.get(key, 0), "stated")
        for key, value in fields.front.values.items()
    )
    return Reading(document, entry, base.timezone, own=True, evidence=evidence)


def _with_body(base: Postmortem, body: Body, document: SourceDocument) -> Postmortem:
    """The entry with its text's parts, their lines those of the original."""

    def at(line: int) -> int:
        return original_line(document, line)

    return replace(
        base,
        sections=tuple(replace(one, line=at(one.line)) for one in body.sections),
        timeline=tuple(replace(one, line=at(one.line)) for one in body.timeline),
        follow_ups=tuple(replace(one, line=at(one.line)) for one in body.follow_ups),
        findings=(*base.findings, *(replace(one, line=at(one.line)) for one in body.findings)),
    )


@dataclass(slots=True)
class _Notes:
    """What is noted while reading."""

    evidence: list[Evidence] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)

    def say(self, key: str, value: object, line: int, why: str, *, guessed: bool = False) -> None:
        """Note where a value comes from; the first value of a key stays."""
        self.evidence.append(Evidence(key, str(value), line, why, guessed))


class _Foreign:
    """Reads one document that is not an entry of this format."""

    def __init__(
        self,
        document: SourceDocument,
        fields: Fields,
        lines: Sequence[str],
        vocabulary: Vocabulary,
        default_timezone: str,
    ) -> None:
        self._document = document
        self._fields = fields
        self._lines = lines
        self._vocabulary = vocabulary
        self._notes = _Notes()
        self._body = read_body(lines, 1, document.name, None, "")
        labels = labelled_values(lines, self._body.blocks)
        language = fields.front.values.get("language")
        stated = ", ".join(texts_of(language)) if language is not None else ""
        self._language = stated.lower()[:2] or language_of(lines)
        self._zone = self._find_zone(labels, default_timezone)
        self._base = read_fields(fields.front, "", document.name, vocabulary, self._zone.used)
        self._material = Material(
            document,
            fields.front,
            self._base,
            lines,
            self._body,
            labels,
            self._language,
            vocabulary,
        )

    def read(self, known: Callable[[], Sequence[KnownIncident]]) -> Reading:
        """Read it."""
        chosen = titles.choose(self._material)
        title = chosen.value
        if title:
            self._notes.evidence.append(chosen)
        day = self._day(title)
        self._body = self._dated_body(day)
        prose = self._prose(known, day)
        if len(prose.spans) > 1:
            # A table of one of several incidents speaks for that one only.
            left = {"when", "services"}
            labels = tuple(one for one in self._material.labels if one.field not in left)
            self._material = replace(self._material, labels=labels)
        if prose.day and day is None:
            day = prose.day
            self._notes.say("date", day, prose.day_line, prose.day_why, guessed=True)
        turns = self._turns(day, prose)
        day = self._day_of_start(day, turns)
        entry = self._entry(title, day, turns, prose)
        self._contradictions(title, prose)
        self._unread(prose)
        notes = self._notes
        timeline = prose.events or entry.timeline
        findings = (*self._document.findings, *entry.findings, *notes.findings)
        entry = replace(entry, timeline=timeline, findings=findings)
        guessed = tuple(dict.fromkeys(one.field for one in notes.evidence if one.guessed))
        return Reading(
            document=self._document,
            entry=entry,
            timezone=self._zone.stated,
            own=False,
            guessed=guessed,
            missing=tuple(_missing(entry)),
            evidence=tuple(notes.evidence),
            not_understood=tuple(sorted(notes.not_understood, key=lambda one: one.line)),
            draft=prose.draft,
        )

    def _at(self, line: int) -> int:
        return original_line(self._document, line)

    def _find_zone(self, labels: Sequence[Labelled], default: str) -> Zone:
        value = self._fields.front.values.get("timezone")
        stated = ", ".join(texts_of(value)) if value is not None else ""
        for one in labels:
            if not stated and one.field == "timezone":
                stated = one.value if resolve_zone(one.value) else find_zone(one.value) or ""
        return zone_of(
            stated,
            self._body.timeline,
            self._lines,
            default=default,
            language=self._language,
        )

    def _day(self, title: str) -> date | None:
        """The day the incident began, by all places that name one."""
        named = days.named_days(self._material, title)
        chosen = days.decide(named)
        notes = self._notes
        if chosen is not None:
            notes.say("date", chosen.day, chosen.line, f"the {chosen.where} names it")
            notes.findings += contradictions.days(named, chosen, self._document.name)
            return chosen.day
        if self._language == "en" and not any(event.time for event in self._body.timeline):
            chosen = days.first_in_text(self._material)
            if chosen is not None:
                notes.say("date", chosen.day, chosen.line, f"the {chosen.where}", guessed=True)
                return chosen.day
        return None

    def _day_of_start(self, day: date | None, turns: dict[EventKind, Turn]) -> date | None:
        """The local day of the start, which is what `date` means, unless another is stated."""
        start = turns.get("started")
        if start is None or self._material.stated("date"):
            return day
        zone = resolve_zone(self._zone.used) if self._needs_zone(turns) else None
        began = (start.at.astimezone(zone) if zone else start.at).date()
        if began == day:
            return day
        notes = self._notes
        notes.evidence = [one for one in notes.evidence if one.field != "date"]
        notes.say("date", began, start.line, "the day of the start", guessed=start.guessed)
        return began

    def _needs_zone(self, turns: dict[EventKind, Turn]) -> bool:
        """Whether local times of the document were read in the zone."""
        local = any(turn.why != names.METADATA for turn in turns.values())
        return bool(self._zone.stated or local or self._body.timeline)

    def _dated_body(self, day: date | None) -> Body:
        """The text read again where its times take their day or zone from elsewhere."""
        zone = "" if self._zone.guessed else self._zone.used
        events = self._body.timeline
        undated = day is not None and any(event.time and not event.date for event in events)
        unplaced = zone and any(event.time and not event.zone for event in events)
        if undated or unplaced:
            return read_body(self._lines, 1, self._document.name, day, zone)
        return self._body

    def _prose(self, known: Callable[[], Sequence[KnownIncident]], day: date | None) -> Prose:
        timed = any(event.time for event in self._body.timeline)
        if timed or self._language not in {"ko", "ja"}:
            return Prose()
        return read_prose(self._document, self._vocabulary, self._zone, day, known)

    def _turns(self, day: date | None, prose: Prose) -> dict[EventKind, Turn]:
        others = self._other_incidents()
        end = others[0].line if others else len(self._lines) + 1
        labels = [one for one in self._material.labels if one.line < end]
        events = [event for event in self._body.timeline if event.line < end]
        times = read_times(labels, events, day, self._zone.used)
        found: dict[EventKind, Turn] = {**prose.turns}
        for kind, turn in times.turns.items():
            found[kind] = replace(turn, line=self._at(turn.line))
        if self._language == "en":
            for kind, turn in told_ranges(self._material, day, self._zone.used).items():
                found.setdefault(kind, turn)
        for kind in TURNS:
            at: datetime | None = getattr(self._base, kind)
            if at is not None:
                line = self._base.source_lines.get(kind, 0)
                found[kind] = names.stated_turn(at, line)
        # Before there were time zones, offsets had seconds: no incident is from then.
        found = {kind: turn for kind, turn in found.items() if not turn.at.strftime("%z")[5:]}
        started, resolved = found.get("started"), found.get("resolved")
        if started and resolved and times.length:
            length = (times.length[0], self._at(times.length[1].line))
            self._notes.findings += contradictions.stated_length(
                started.at, resolved.at, length, self._document.name
            )
        for kind in TURNS:
            if kind in found:
                turn = found[kind]
                value = turn.at.isoformat(timespec="minutes")
                self._notes.say(kind, value, turn.line, turn.why, guessed=turn.guessed)
        return found

    def _entry(
        self, title: str, day: date | None, turns: dict[EventKind, Turn], prose: Prose
    ) -> Postmortem:
        named = names.read_names(self._material, title, prose.services)
        for one in named.evidence:
            line = self._at(one.line) if one.line > 0 else -one.line
            self._notes.evidence.append(replace(one, line=line))
        if prose.events:
            count = f"{len(prose.events)} events"
            line = prose.events[0].line
            self._notes.say("timeline", count, line, "drafted from sentences", guessed=True)
        needs_zone = self._needs_zone(turns) or bool(prose.events)
        if needs_zone:
            zone = self._zone
            self._notes.say("timezone", zone.used, 0, zone.why, guessed=zone.guessed)
        entry = _with_body(self._base, self._body, self._document)
        return replace(
            entry,
            title=title,
            date=day,
            services=named.services,
            causes=named.causes or ("unknown",),
            severity=named.severity,
            trigger=named.trigger,
            detected_by=named.detected_by,
            authors=named.authors,
            sources=named.sources,
            status="draft",
            timezone=self._zone.used if needs_zone else "",
            language=self._language,
            **{kind: turn.at for kind, turn in turns.items()},  # type: ignore[arg-type]
        )

    def _contradictions(self, title: str, prose: Prose) -> None:
        path = self._document.name
        lines = tuple(prose_lines(self._document, title))
        if self._language in {"ko", "ja"}:
            self._notes.findings += contradictions.told_lengths(lines, prose.spans, path)
        found = list(contradictions.years(lines, path))
        if not found and prose.known and prose.day:
            found = list(contradictions.known_day(lines, prose.day, prose.known, path))
        self._notes.findings += found
        self._notes.findings += prose.findings

    def _unread(self, prose: Prose) -> None:
        """List what gave no value."""
        listed = self._notes.not_understood
        for key, line, text in self._fields.set_aside:
            why = f"`{key}` means something else here; kept as `source_{key}`"
            listed.append(NotUnderstood(line, shortened(text), why))
        for event in self._body.timeline[:_LISTED]:
            if event.time is None:
                why = "no clock time can be read"
                listed.append(NotUnderstood(self._at(event.line), shortened(event.text), why))
        for section in self._body.sections:
            if section.kind == "other" and section.heading:
                why = "no part of a postmortem is called so; kept as it is"
                line = self._at(section.line)
                listed.append(NotUnderstood(line, shortened(section.heading), why))
        for finding in self._body.findings:
            line = self._at(finding.line)
            listed.append(NotUnderstood(line, "", finding.message))
        for finding in self._document.findings:
            listed.append(NotUnderstood(finding.line, "", finding.message))
        listed += prose.not_understood
        for section in self._other_incidents():
            why = "another incident in the same document: split it into entries"
            line = self._at(section.line)
            listed.append(NotUnderstood(line, shortened(section.heading), why))

    def _other_incidents(self) -> Sequence[Section]:
        """The headings that each begin a further incident with a timeline of its own."""
        sections = self._body.sections
        starts = [
            section
            for section in sections
            if section.level and section.kind == "other" and days.day_in_title(section.heading)
        ]
        timelines = [one for one in sections if one.kind == "timeline"]
        distinct = {days.day_in_title(one.heading) for one in starts}
        return starts[1:] if len(distinct) > 1 and len(timelines) > 1 else ()


def prose_lines(document: SourceDocument, title: str) -> Iterator[contradictions.Line]:
    """The lines that tell something: title and metadata first, then the text."""
    line = document.field_lines.get("title", 0)
    yield contradictions.Line(title, line, heading=True)
    for key, values in document.fields.items():
        if key != "title":
            for value in values:
                yield contradictions.Line(value, document.field_lines.get(key, 0))
    for number, text in enumerate(document.markdown.split("\n"), 1):
        heading = text.startswith("#")
        yield contradictions.Line(text, original_line(document, number), heading)


def _missing(entry: Postmortem) -> Iterator[str]:
    for key in _WANTED:
        value = getattr(entry, key)
        if not value or value == ("unknown",):
            yield key
    kinds = {section.kind for section in entry.sections}
    if entry.timeline:
        kinds.add("timeline")
    yield from (kind for kind in REQUIRED_SECTIONS if kind not in kinds)
