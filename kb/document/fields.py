"""From what the front matter says to the fields of a postmortem.

Every field is read for itself, so that one bad value costs no other. What is not
understood stays as typed where the model can hold it, and is always a finding.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kb import moments
from kb.document.front_matter import Scalar, Several, Table, Value, texts_of
from kb.document.front_matter_keys import KEYS, canonical_key
from kb.finding import Finding
from kb.model import Postmortem, Source
from kb.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from kb.document.front_matter import FrontMatter
    from kb.finding import Level
    from kb.vocabulary import Vocabulary

INSTANTS: Final = ("started", "detected", "declared", "mitigated", "resolved")
# Key in the front matter -> the vocabulary's name of the field.
_TERMS: Final = {
    "services": "service",
    "causes": "cause",
    "severity": "severity",
    "status": "status",
    "trigger": "trigger",
    "detected_by": "detected-by",
}
_SEPARATORS = pattern(r"\s*[,;，、]\s*")
_DATED_ID = pattern(r"(\d{4}-\d{2}-\d{2})(?!\d)")
_LINK = pattern(r"\[(?P<title>[^\]]*)\]\((?P<url>[^)\s]+)[^)]*\)")
_URL = pattern(r"<?(https?://[^\s>]+)>?")
_SOURCE_KEYS = {
    "title": "제목 name",
    "publisher": "발행처 매체 언론사 출판사 site",
    "url": "링크 주소 link href",
    "published": "date 날짜 발행일 일자",
}
_SOURCE_NAMES = {name: key for key, names in _SOURCE_KEYS.items() for name in (key, *names.split())}


def read_fields(
    front: FrontMatter,
    identifier: str,
    path: str,
    vocabulary: Vocabulary,
    default_timezone: str = "",
) -> Postmortem:
    """A postmortem with all that front matter gives; its text is not read yet.

    Args:
        front: what stood above the entry's text.
        identifier: the entry's id, whose leading date stands in for a missing `date`.
        path: of the entry, for findings.
        vocabulary: the names that services, causes and the like may have.
        default_timezone: what times without an offset mean where the entry names no zone.
    """
    reader = _Reader(front, path, vocabulary)
    services = reader.terms("services")
    causes = reader.terms("causes")
    timezone = reader.timezone()
    day = reader.day()
    zone = timezone if moments.resolve_zone(timezone) else default_timezone
    context = day or day_of_id(identifier)
    instants = {key: reader.instant(key, zone, context) for key in INSTANTS}
    postmortem = Postmortem(
        id=identifier,
        path=path,
        title=reader.text("title"),
        date=day,
        services=services,
        causes=causes,
        severity=reader.term("severity"),
        status=reader.term("status"),
        timezone=timezone,
        started=instants["started"],
        detected=instants["detected"],
        declared=instants["declared"],
        mitigated=instants["mitigated"],
        resolved=instants["resolved"],
        trigger=reader.term("trigger"),
        detected_by=reader.term("detected_by"),
        language=reader.text("language").lower(),
        authors=reader.texts("authors"),
        tags=reader.texts("tags"),
        aliases=reader.texts("aliases"),
        sources=reader.sources(),
        written=tuple(reader.written),
        extra={key: tuple(texts) for key, texts in reader.extra()},
        source_lines=dict(front.lines),
    )
    postmortem = replace(postmortem, date=_day(postmortem, zone))
    findings = (*front.findings, *reader.findings, *_contradictions(postmortem, zone))
    return replace(postmortem, findings=findings)


def day_of_id(identifier: str) -> date | None:
    """The date an id begins with (`2024-07-18-login-outage`), or None."""
    match = _DATED_ID.match(identifier)
    return moments.parse_date(match[1]) if match else None


def day_of_title(title: str) -> date | None:
    """The full date a title begins with (`2018-04-18, cull flood`), or None."""
    moment = moments.read_moment(title) if title[:1].isdigit() else None
    return moment.date if moment else None


def _local_day(instant: datetime, zone: str) -> date:
    tzinfo = moments.resolve_zone(zone) if zone else None
    return (instant.astimezone(tzinfo) if tzinfo else instant).date()


def _day(postmortem: Postmortem, zone: str) -> date | None:
    if postmortem.date is not None:
        return postmortem.date
    if postmortem.started is not None:
        return _local_day(postmortem.started, zone)
    return day_of_id(postmortem.id)


def _contradictions(postmortem: Postmortem, zone: str) -> Iterator[Finding]:
    """Dates and times that cannot all be right."""
    lines = postmortem.source_lines
    day = postmortem.date
    if day is not None and "date" in lines:
        others = [("`started`", _local_day(postmortem.started, zone))] if postmortem.started else []
        named = day_of_id(postmortem.id)
        others += [("the id", named)] if named else []
        for what, other in others:
            if other != day:
                message = f"`date` is {day}, but {what} says {other}."
                help_ = "`date` is the local day the incident began: make the two agree."
                yield Finding(
                    "date-contradiction", "warning", postmortem.path, lines["date"], message, help_
                )
    if postmortem.started is None:
        return
    for key in INSTANTS[1:]:
        instant: datetime | None = getattr(postmortem, key)
        if instant is not None and instant < postmortem.started:
            level: Level = "error" if key in {"mitigated", "resolved"} else "warning"
            message = f"`{key}` is earlier than `started`."
            help_ = "Check the date, the time and the offset of both."
            yield Finding("time-order", level, postmortem.path, lines.get(key, 0), message, help_)


class _Reader:
    """Reads one key after another and notes what is wrong with each."""

    def __init__(self, front: FrontMatter, path: str, vocabulary: Vocabulary) -> None:
        self.findings: list[Finding] = []
        self.written: list[tuple[str, str]] = []
        self._values = front.values
        self._lines = front.lines
        self._path = path
        self._vocabulary = vocabulary

    def note(
        self, rule: str, line: int, message: str, help_: str, level: Level = "warning"
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding(rule, level, self._path, line, message, help_))

    def text(self, key: str) -> str:
        """A single value on one line; empty where there is none."""
        value = self._values.get(key)
        if value is None or self._is_empty(key, value):
            return ""
        if not isinstance(value, Scalar):
            shape = "a list" if isinstance(value, Several) else "a mapping"
            help_ = f"Write `{key}: value` on one line."
            self.note("front-matter", value.line, f"`{key}` is {shape}, not one value.", help_)
        return " ".join(", ".join(texts_of(value)).split())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list's values; a single text is divided at its commas. Repeated ones once."""
        value = self._values.get(key)
        if value is None or self._is_empty(key, value):
            return ()
        if isinstance(value, Scalar):
            found = _SEPARATORS.split(value.text)
        else:
            plain = isinstance(value, Several) and all(
                isinstance(item, Scalar) and not item.empty for item in value.items
            )
            if not plain:
                help_ = f"Write a plain list: `{key}: [one, two]`."
                message = f"`{key}` is not a plain list of values."
                self.note("front-matter", value.line, message, help_)
            found = list(texts_of(value))
        return tuple(dict.fromkeys(stripped for text in found if (stripped := text.strip())))

    def _is_empty(self, key: str, value: Value) -> bool:
        empty = isinstance(value, Scalar) and not value.text.strip()
        if empty:
            help_ = "Fill it in, or leave the line out where it is not known."
            self.note("front-matter", value.line, f"`{key}` is empty.", help_, "note")
        return empty

    def terms(self, key: str) -> tuple[str, ...]:
        """A list of the vocabulary's names; unknown ones as typed."""
        return tuple(dict.fromkeys(self._canonical(key, text) for text in self.texts(key)))

    def term(self, key: str) -> str:
        """One of the vocabulary's names; an unknown one as typed."""
        text = self.text(key)
        return self._canonical(key, text) if text else ""

    def _canonical(self, key: str, text: str) -> str:
        field = _TERMS[key]
        self.written.append((field, text))
        known = self._vocabulary.canonical(field, text)
        if known is not None:
            return known
        if not self._vocabulary.known(field):
            return text
        nearest = self._vocabulary.nearest(field, text)
        if nearest:
            help_ = f"Did you mean {' or '.join(f'`{name}`' for name in nearest)}?"
        elif field in {"service", "cause"}:
            help_ = f"Add it to `[{key}]` in kb.toml, or use a name from there."
        else:
            help_ = f"Use one of: {', '.join(self._vocabulary.known(field))}."
        line = self._lines[key]
        self.note(f"unknown-{field}", line, f"`{text}` is not a known {field}.", help_)
        return text

    def timezone(self) -> str:
        """The entry's zone as typed."""
        text = self.text("timezone")
        if text and moments.resolve_zone(text) is None:
            line = self._lines["timezone"]
            help_ = "Use an IANA name such as `Asia/Seoul`, or an offset such as `+09:00`."
            self.note("unknown-timezone", line, f"`{text}` is not a known time zone.", help_)
        return text

    def day(self) -> date | None:
        """The day of `date`; a time behind it is left out."""
        text = self.text("date")
        if not text:
            return None
        day = moments.parse_date(text)
        if day is None:
            moment = moments.read_moment(text)
            day = moment.date if moment and moment.clock else None
        if day is None:
            line = self._lines["date"]
            help_ = "Write the day as `2024-07-18`."
            self.note("unreadable-date", line, f"`{text}` is not a date.", help_)
        return day

    def instant(self, key: str, zone: str, context: date | None) -> datetime | None:
        """A point in time; one without an offset means the zone, one without a day that day."""
        text = self.text(key)
        if not text:
            return None
        instant = moments.parse_instant(text, zone or None, context)
        if instant is not None:
            return instant
        moment = moments.read_moment(text)
        if context and moment and moment.clock and moment.date is None and not moment.date_unknown:
            text = f"{context} {text}"
            instant = moments.parse_instant(text, zone or None, context)
            if instant is not None:
                return instant
        line = self._lines[key]
        if moments.parse_instant(text, "UTC", context) is not None:
            help_ = "Add the offset (`+09:00`), or `timezone: Asia/Seoul` for the whole entry."
            message = f"`{key}` does not say in which time zone `{text}` is."
            self.note("time-without-zone", line, message, help_)
        else:
            help_ = "Write it as `2024-07-18T10:54:00+09:00`."
            self.note("unreadable-date", line, f"`{text}` is not a date and time.", help_)
        return None

    def sources(self) -> tuple[Source, ...]:
        """Where the facts were published: mappings, links, addresses or plain titles."""
        value = self._values.get("sources")
        if value is None or self._is_empty("sources", value):
            return ()
        items = value.items if isinstance(value, Several) else (value,)
        return tuple(source for item in items if (source := self._source(item)) is not None)

    def _source(self, value: Value) -> Source | None:
        if isinstance(value, Table):
            known: dict[str, str] = {}
            for key, item in value.pairs:
                name = _SOURCE_NAMES.get(canonical_key(key.text), key.text.strip().casefold())
                name = _SOURCE_NAMES.get(name, name)
                if name in _SOURCE_KEYS:
                    known[name] = " ".join(", ".join(texts_of(item)).split())
                else:
                    help_ = "A source has title, publisher, url and published."
                    message = f"A source has no key `{key.text}`."
                    self.note("front-matter", key.line, message, help_)
            return Source(**known) if any(known.values()) else None
        text = " ".join(", ".join(texts_of(value)).split())
        if not text:
            return None
        if link := _LINK.search(text):
            return Source(title=link["title"].strip(), url=link["url"])
        if address := _URL.search(text):
            title = (text[: address.start()] + text[address.end() :]).strip(" -–—:")
            return Source(title=title, url=address[1])
        return Source(title=text)

    def extra(self) -> Iterator[tuple[str, list[str]]]:
        """The keys that the format does not define; nested ones as `outer.inner`."""
        found: dict[str, list[str]] = {}
        for key, value in self._values.items():
            if key not in KEYS:
                for name, text in _flat(key, value):
                    found.setdefault(name, []).append(text)
        yield from found.items()


def _flat(key: str, value: Value) -> Iterator[tuple[str, str]]:
    match value:
        case Scalar(text=text):
            if text.strip():
                yield key, text.strip()
        case Several(items=items):
            for item in items:
                yield from _flat(key, item)
        case Table(pairs=pairs):
            for name, item in pairs:
                yield from _flat(f"{key}.{canonical_key(name.text)}", item)
