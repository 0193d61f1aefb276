"""Incidents of a status page, in the JSON that Statuspage's API gives -> source documents.

The shapes are those of https://developer.statuspage.io: one incident (`{"incident": {..}}` or
bare), or several (`{"page": {..}, "incidents": [..]}`, or a bare list). Updates become a timeline,
oldest first; a published postmortem is the document's own text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kb.document.headings import meaning
from kb.importing.original import digest_of
from kb.importing.readers.metadata import Gathering, text_of
from kb.importing.readers.records import MarkdownLines, Names
from kb.importing.source import SourceDocument, UnreadableSource

if TYPE_CHECKING:
    from kb.importing.original import Original

_RENAMED = {
    "name": "title",
    "started_at": "started",
    "monitoring_at": "mitigated",
    "resolved_at": "resolved",
    "shortlink": "url",
}
"""Statuspage's keys -> ours; all others keep their names."""

_APART = frozenset("incident_updates components postmortem_body metadata".split())
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[{\]])")
_SPACES = re.compile(r"[ \t\n\r]*")
_ID = re.compile(r'"id"\s*:\s*"([^"\\]{1,200})"')
_KEY = re.compile(r'"(\w{1,60})"\s*:')
_MARKUP = re.compile(r"</?(?:p|br|ul|ol|li|b|strong|i|em|a|div|h[1-6])\b[^>]*>", re.IGNORECASE)
_HEADING = re.compile(r"(?m)^#{1,6}[ \t]+(.+)$")
_MOST_CONVERTED = 500
"""Updates of one incident; what stands below is left as it is."""

_HELP = "Export the incidents with Statuspage's API, or save the page as HTML."


@dataclass(frozen=True, slots=True)
class _Part:
    """One value within a JSON text, with the place it stands at."""

    value: object
    start: int
    end: int


def looks_like_json(text: str) -> bool:
    """Whether a text begins like JSON; Markdown may begin with a bracket, too."""
    return _JSON.match(text) is not None


def read_statuspage(original: Original) -> Iterator[SourceDocument]:
    """Every incident in a JSON text, in its order.

    Raises:
        UnreadableSource: it is no JSON, or holds no incidents.
    """
    try:
        incidents = _incidents(original.text)
    except (ValueError, RecursionError) as error:
        where = "it is nested too deeply"
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}: {error.msg}"
        raise UnreadableSource(
            f"{original.name} is no valid JSON ({where}).",
            "Get a whole copy of it.",
        ) from error
    if not incidents:
        message = f"{original.name} is JSON without an incident of a status page."
        raise UnreadableSource(message, _HELP)
    names = Names(original.name)
    line, place = 1, 0
    for part in incidents:
        assert isinstance(part.value, Mapping)
        line += original.text.count("\n", place, part.start)
        place = part.start
        stated = text_of(part.value.get("id")) if len(incidents) > 1 else ""
        yield _document(original, names.next(stated), part, line)


def _incidents(text: str) -> list[_Part]:
    start = _skip(text, 0)
    decoder = json.JSONDecoder()
    if text[start] == "[":
        parts = list(_items(decoder, text, start))
    else:
        whole, end = decoder.raw_decode(text, start)
        if text[end:].strip():
            raise json.JSONDecodeError("more text behind the end", text, end)
        parts = [_Part(whole, start, end)]
        for key, part in _members(decoder, text, start):
            if key == "incident" and isinstance(part.value, Mapping):
                parts.append(part)
            elif key == "incidents" and isinstance(part.value, list):
                parts += _items(decoder, text, part.start)
    return [part for part in parts if _is_incident(part.value)]


def _is_incident(value: object) -> bool:
    return isinstance(value, Mapping) and (
        isinstance(value.get("incident_updates"), list)
        or (
            isinstance(value.get("name"), str) and bool({"created_at", "started_at"} & value.keys())
        )
    )


def _members(decoder: json.JSONDecoder, text: str, start: int) -> Iterator[tuple[str, _Part]]:
    """The keys and values of the object that begins at `start`."""
    place = _skip(text, start + 1)
    while text[place] != "}":
        key, place = decoder.raw_decode(text, place)
        place = _skip(text, _skip(text, place) + 1)  # past the colon
        value, end = decoder.raw_decode(text, place)
        yield key, _Part(value, place, end)
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)


def _items(decoder: json.JSONDecoder, text: str, start: int) -> Iterator[_Part]:
    """The values of the list that begins at `start`."""
    place = _skip(text, start + 1)
    while text[place : place + 1] != "]":
        value, end = decoder.raw_decode(text, place)
        yield _Part(value, place, end)
        place = _skip(text, end)
        separator = text[place : place + 1]
        if separator == ",":
            place = _skip(text, place + 1)
        elif separator != "]":
            raise json.JSONDecodeError("a list that is never closed", text, place)


def _skip(text: str, place: int) -> int:
    spaces = _SPACES.match(text, place)
    return spaces.end() if spaces else place


def _document(original: Original, name: str, part: _Part, line: int) -> SourceDocument:
    incident = part.value
    assert isinstance(incident, Mapping)
    text = original.text[part.start : part.end]
    keys, ids = _places(_KEY, text, line), _places(_ID, text, line)
    gathered = Gathering()
    for key, value in incident.items():
        if key not in _APART and not isinstance(value, Mapping | list) and text_of(value):
            gathered.add(
                _RENAMED.get(str(key), str(key)), [text_of(value)], keys.get(str(key), line)
            )
    services = [text_of(component.get("name")) for component in _mappings(incident, "components")]
    if services:
        gathered.add("services", services, keys.get("components", line))
    markdown, numbers = _body(incident, services, keys, ids, line)
    return SourceDocument(
        name=name,
        format="statuspage",
        title=" ".join(text_of(incident.get("name")).split()),
        fields=gathered.fields,
        field_lines=gathered.lines,
        markdown=markdown,
        lines=numbers,
        original=text,
        digest=digest_of(text.encode("utf-8", "replace")),
        findings=original.findings,
    )


def _places(pattern: re.Pattern[str], text: str, line: int) -> dict[str, int]:
    """What a pattern finds -> the line of the original it stands on first."""
    places: dict[str, int] = {}
    place = 0
    for found in pattern.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        places.setdefault(found[1], line)
    return places


def _mappings(incident: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    values = incident.get(key)
    return (
        [value for value in values if isinstance(value, Mapping)]
        if isinstance(values, list)
        else []
    )


def _body(
    incident: Mapping[str, object],
    services: list[str],
    keys: Mapping[str, int],
    ids: Mapping[str, int],
    line: int,
) -> tuple[str, tuple[int, ...]]:
    lines = MarkdownLines()
    postmortem = _markdown(text_of(incident.get("postmortem_body")))
    if postmortem:
        lines.add(postmortem, keys.get("postmortem_body", line))
    told = {meaning(heading).kind for heading in _HEADING.findall(postmortem)}
    impact = text_of(incident.get("impact"))
    if (impact or services) and "impact" not in told:
        parts = [f"Impact: {impact}"] * bool(impact) + [
            f"Components: {', '.join(services)}"
        ] * bool(services)
        lines.section("Impact", "\n".join(f"- {part}" for part in parts), keys.get("impact", line))
    updates = sorted(_mappings(incident, "incident_updates"), key=_moment)
    updates = [update for update in updates if text_of(update.get("status")) != "postmortem"]
    if updates:
        lines.section("Status updates" if "timeline" in told else "Timeline", "", line)
        for count, update in enumerate(updates):
            event = _event(update, convert=count < _MOST_CONVERTED)
            lines.add(event, ids.get(text_of(update.get("id")), line))
    return lines.whole(line)


def _shown_at(update: Mapping[str, object]) -> str:
    """When an update counts from: as displayed, which may be set back, else as written."""
    return text_of(update.get("display_at")) or text_of(update.get("created_at"))


def _moment(update: Mapping[str, object]) -> float:
    """Seconds, to sort by; what has no time that can be read comes first."""
    try:
        return datetime.fromisoformat(_shown_at(update)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _event(update: Mapping[str, object], *, convert: bool) -> str:
    """One item of the timeline; `convert` is whether HTML in it is made Markdown."""
    shown = _shown_at(update)
    try:
        moment = datetime.fromisoformat(shown)
        zone = moment.strftime(" %z") if moment.utcoffset() else " UTC" if moment.tzinfo else ""
        shown = f"{moment:%Y-%m-%d %H:%M}{zone[:4]}{':' * (len(zone) > 4)}{zone[4:]}"
    except ValueError:
        pass
    status = text_of(update.get("status")).replace("_", " ").capitalize()
    body = _markdown(text_of(update.get("body")), convert=convert).split("\n")
    first = ": ".join(part for part in (status, body[0].strip()) if part)
    start = " — ".join(part for part in (shown, first) if part)
    return "\n".join([f"- {start}", *(f"  {line}" if line.strip() else "" for line in body[1:])])


def _markdown(text: str, *, convert: bool = True) -> str:
    """A body as Markdown: Statuspage takes Markdown and HTML alike."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not convert or not _MARKUP.search(text):
        return text
    from kb.importing.readers.html_cleaning import clean
    from kb.importing.readers.html_markdown import markdown_of
    from kb.importing.readers.html_page import read_page
    from kb.importing.readers.line_marks import unmarked

    return unmarked(markdown_of(read_page(clean(text).html).content))
