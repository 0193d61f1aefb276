"""One entry: its facts, timeline, sections and follow-ups, and what happened before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)

from kb.errors import CorpusError, NotFound
from kb.search.documents import plain
from kb.search.keywords import fold
from web import entry_reading, entry_timeline, errors, language, preferences
from web.conditional import today, unless_known
from web.current import absolute_url, base_url, knowledge, settings
from web.markdown_page import IMAGES, Surroundings, Writer
from web.query_text import term

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Redirect

    from kb.model import FollowUp, Postmortem
    from kb.related import Reason, RelatedEntry

blueprint = Blueprint("entry", __name__)

RELATED = 5
"""How many similar incidents are shown."""
NAMES_IN_REASON = 6
"""Of more services or words that two incidents share, so many are named."""
DESCRIPTION = 200
"""Characters of the summary that a chat shows with a link."""
_TRIES = 3
_KEPT = 32
"""Entries that are kept as they were last read."""
_LONG_PAGE = 4
"""Sections from which on a page has a table of contents."""
_FOR_PROGRAMS = ("imported_digest", "imported_text")
"""Keys by which a later import knows what it wrote: of no interest to a person."""
_CITATION = re.compile(r"\s*\[\d{1,3}\](?!\()")
_IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An image that is opened by itself: a drawing may style itself and do nothing else."""


class _Read:
    """An entry with its file's text, and its sections once somebody asks for them."""

    def __init__(self, entry: Postmortem, raw: str) -> None:
        self.entry = entry
        self.raw = raw

    @cached_property
    def parts(self) -> tuple[entry_reading.Part, ...]:
        """The sections as HTML, which takes most of the time of a page."""
        entry = self.entry
        around = Surroundings(
            path=entry.path,
            references=entry_reading.references(entry),
            sources=len(entry.sources),
            entry_address=lambda identifier: url_for("entry.page", entry_id=identifier),
            file_address=lambda path: url_for("entry.file", path=path),
        )
        return entry_reading.read(entry, self.raw, Writer(around))


@dataclass(frozen=True, slots=True)
class Fact:
    """A key of the front matter that the format does not define, and where to find others."""

    name: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FollowUpState:
    """Whether a follow-up is done, in the page's class and words."""

    kind: str
    label: str


@blueprint.get("/entries/<entry_id>")
def page(entry_id: str) -> Response | Redirect:
    """An entry's page; former ids and clear beginnings of an id lead to it."""
    try:
        read = _read(entry_id)
    except CorpusError:
        return _unreadable()
    if read.entry.id != entry_id:
        return _moved(read.entry, entry_id, "entry.page")
    reader = (language.current(), preferences.theme())
    depends = (_digest(read.raw), *reader, base_url(), settings().title)
    return unless_known(lambda: _rendered(read), today(), *depends)


@blueprint.get("/entries/<entry_id>.md")
def source(entry_id: str) -> Response | Redirect:
    """The entry's file as text; an entry whose id ends in `.md` shows its page here."""
    try:
        read = _read(entry_id)
    except NotFound:
        return page(f"{entry_id}.md")
    except CorpusError:
        return _unreadable()
    entry, raw = read.entry, read.raw
    if entry.id != entry_id:
        if fold(entry.id) == fold(f"{entry_id}.md"):
            return page(f"{entry_id}.md")
        return _moved(entry, entry_id, "entry.source")
    response = Response(raw, mimetype="text/markdown")
    response.set_etag(_digest(raw))
    response.make_conditional(request)
    return response


@blueprint.get("/files/<path:path>")
def file(path: str) -> Response:
    """An image that lies in the entries folder."""
    folder = knowledge().folder.resolve()
    parts = path.split("/")
    ending = f".{path.rpartition('.')[2].lower()}"
    if ending not in IMAGES or any(part.startswith(".") or "\0" in part for part in parts):
        abort(404)
    try:
        inside = (folder / path).resolve().is_relative_to(folder)
    except (OSError, RuntimeError, ValueError):  # a link to itself, a name that no disk holds
        inside = False
    if not inside:
        abort(404)
    response = send_from_directory(folder, path, mimetype=IMAGES[ending], conditional=True)
    response.headers["Content-Security-Policy"] = _IMAGE_POLICY
    return response


def _read(entry_id: str) -> _Read:
    """The entry and its file's text, both of one moment though somebody may be saving it.

    Raises what `KnowledgeBase.get` raises.
    """
    folder, state = str(knowledge().folder), knowledge().state()
    for _ in range(_TRIES):
        raw = knowledge().raw(entry_id)
        with suppress(_Changed):
            return _reading(folder, state, request.script_root, entry_id, raw)
    raise CorpusError(f"The file of {entry_id} changes while it is read.", "Try again in a moment.")


class _Changed(Exception):
    """The file has changed since its text was taken."""


@lru_cache(maxsize=_KEPT)
def _reading(_folder: str, _state: str, _root: str, entry_id: str, raw: str) -> _Read:
    """What `_read` answers; kept for as long as all that it depends on stays as it is."""
    entry = knowledge().get(entry_id)
    if knowledge().raw(entry_id) != raw:
        raise _Changed
    return _Read(entry, raw)


def _unreadable() -> Response:
    """What a reader is told whose entry was just removed, or cannot be read."""
    return errors.answer(
        503,
        language.gettext("The file of this entry cannot be read. It may just have been removed."),
        language.gettext("Search for the entry, or try again in a moment."),
    )


def _moved(entry: Postmortem, asked: str, endpoint: str) -> Redirect:
    """The way from another name to the entry: for ever, unless only a beginning was given."""
    wanted = fold(asked)
    own = fold(entry.id) == wanted or any(fold(alias) == wanted for alias in entry.aliases)
    return redirect(url_for(endpoint, entry_id=entry.id), 301 if own else 302)


def _digest(raw: str) -> str:
    return blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _rendered(read: _Read) -> Response:
    entry, parts = read.entry, read.parts
    zone = entry_timeline.incident_zone(entry)
    related = knowledge().related(entry.id, limit=RELATED).hits
    values: dict[str, Any] = {
        "entry": entry,
        "parts": parts,
        "title": entry.title or entry.id,
        "described": _described(entry),
        "address": absolute_url("entry.page", entry_id=entry.id),
        "turns": entry_timeline.turn_facts(entry, zone),
        "turn_names": entry_timeline.turn_names(),
        "zone_name": entry_timeline.zone_name,
        "drawn": entry_timeline.drawings(entry, zone),
        "draw_at": _drawing_place(parts),
        "facts": tuple(_facts(entry)),
        "edit": _edit_address(entry),
        "related": related,
        "before": tuple(hit for hit in related if hit.is_recurrence),
        "twins": _twins(entry),
        "reason": _reason,
        "state": lambda item: _state(item, today()),
        "ticket_address": _ticket_address,
        "contents": sum(1 for part in parts if part.heading) >= _LONG_PAGE,
        "content_language": entry_reading.content_language,
    }
    return make_response(render_template("entry.html", **values))


def _described(entry: Postmortem) -> str:
    """The beginning of the summary as plain text, cut where a word ends."""
    summary = next((one.text for one in entry.sections if one.kind == "summary" and one.text), "")
    text = " ".join(_CITATION.sub("", plain(summary[: 10 * DESCRIPTION])).split())
    if len(text) <= DESCRIPTION:
        return text
    return text[:DESCRIPTION].rpartition(" ")[0].rstrip(" ,.;:") + "…"


def _drawing_place(parts: tuple[entry_reading.Part, ...]) -> str:
    """The anchor of the section that the drawing stands in; empty: above all of them."""
    for part in parts:
        if any(passage.kind == "events" for passage in part.passages):
            return part.section.anchor
    return ""


def _facts(entry: Postmortem) -> Iterator[Fact]:
    for key, values in entry.extra.items():
        if key not in _FOR_PROGRAMS and values:
            name = normalize("NFC", key).lower().replace("_", "-")
            links = tuple((value, url_for("search.page", q=term(name, value))) for value in values)
            yield Fact(key.replace("_", " ").replace("-", " ").capitalize(), links)


def _edit_address(entry: Postmortem) -> str:
    pattern = knowledge().config.edit_url
    return pattern.replace("{path}", quote(entry.path)) if pattern else ""


def _ticket_address(ticket: str) -> str:
    """Where a ticket is found: at its own address, or as kb.toml says; empty where unknown."""
    if ticket.startswith(("https://", "http://")):
        return ticket
    pattern = knowledge().config.ticket_url
    return pattern.replace("{ticket}", quote(ticket.lstrip("#"), safe="")) if pattern else ""


def _twins(entry: Postmortem) -> tuple[str, ...]:
    """The other files with the same id: only one of them can be shown."""
    found = knowledge().search(term("id", entry.id), limit=10, facets=())
    own = fold(entry.id)
    return tuple(hit.path for hit in found.hits if fold(hit.id) == own and hit.path != entry.path)


def _state(item: FollowUp, day: date) -> FollowUpState:
    if item.done:
        return FollowUpState("done", language.gettext("Done"))
    if item.due is not None and item.due < day:
        days = (day - item.due).days
        late = language.ngettext("Overdue by %(n)s day", "Overdue by %(n)s days", days)
        return FollowUpState("overdue", late % {"n": days})
    if item.done is None:
        return FollowUpState("unstated", language.gettext("Not stated"))
    return FollowUpState("open", language.gettext("Open"))


def _reason(reason: Reason, hit: RelatedEntry) -> str:
    """A reason in the reader's language."""
    label = knowledge().config.vocabulary.label
    named = ", ".join(
        label(reason.kind, value, language.current()) for value in reason.values[:NAMES_IN_REASON]
    )
    if len(reason.values) > NAMES_IN_REASON:
        named += f" +{len(reason.values) - NAMES_IN_REASON}"
    match reason.kind:
        case "service":
            words = language.gettext("same service: %(names)s")
        case "cause":
            words = language.gettext("same cause: %(names)s")
        case "tag":
            words = language.gettext("same tag: %(names)s")
        case "trigger":
            words = language.gettext("same trigger: %(names)s")
        case "detected-by":
            words = language.gettext("detected in the same way: %(names)s")
        case "timeline":
            words = language.gettext("words of both timelines: %(names)s")
        case "near-in-time":
            return _near(int(reason.values[0]), earlier=hit.earlier)
        case _:
            words = language.gettext("shared words: %(names)s")
    return words % {"names": named}


def _near(days: int, *, earlier: bool) -> str:
    if days == 0:
        return language.gettext("on the same day")
    words = (
        language.ngettext("%(n)s day earlier", "%(n)s days earlier", days)
        if earlier
        else language.ngettext("%(n)s day later", "%(n)s days later", days)
    )
    return words % {"n": days}


@blueprint.app_template_filter("utc")
def _utc(at: datetime) -> str:
    """An instant in UTC, for whoever compares it with a log."""
    return f"{entry_reading.in_zone(at, UTC):%Y-%m-%d %H:%M %Z}"
