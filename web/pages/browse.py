"""What there is: services and causes, each with its incidents, and what happened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from kb.vocabulary import fold, near
from web.current import knowledge
from web.language import current, gettext
from web.pages.recurring import repeated
from web.paging import paging
from web.query_text import joined, term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as Redirect

    from kb.overview import NameCount

Field = Literal["service", "cause"]

NAMES_A_PAGE = 200
ENTRIES_A_PAGE = 25
RECURRENCES_A_PAGE = 20
FEW = 5
"""How many follow-ups or recurrences a page shows that is about something else."""

blueprint = Blueprint("browse", __name__)


@dataclass(frozen=True, slots=True)
class Named:
    """A service or cause in the list of all, with what is left to do after its incidents."""

    name: NameCount
    open_follow_ups: int


@blueprint.app_template_global()
def label_of(field: str, name: str) -> str:
    """What to call a service, a cause, a severity ... in the reader's language."""
    return knowledge().config.vocabulary.label(field, name, current())


@blueprint.app_template_global()
def definition_of(name: NameCount) -> str:
    """When to use a cause, in the reader's language where the site can say it."""
    return gettext(name.definition) if name.definition else ""


blueprint.add_app_template_global(term)
blueprint.add_app_template_global(joined)


@blueprint.get("/services/")
def services() -> str:
    """Every service with its incidents counted."""
    return _names("service", knowledge().services())


@blueprint.get("/causes/")
def causes() -> str:
    """Every cause with its incidents counted."""
    return _names("cause", knowledge().causes())


@blueprint.get("/services/<path:service>")
def service(service: str) -> Response | Redirect:
    """One service: what it is, its incidents, how long they took, what is left to do."""
    return _name("service", service, {name.id: name for name in knowledge().services()})


@blueprint.get("/causes/<path:cause>")
def cause(cause: str) -> Response | Redirect:
    """One cause: when to use it, its incidents, how long they took, what is left to do."""
    return _name("cause", cause, {name.id: name for name in knowledge().causes()})


@blueprint.get("/recurrences")
def recurrences() -> str:
    """What failed again for the same cause, and what had been left undone before."""
    found = repeated(knowledge().recurrences())
    pages = paging(len(found), RECURRENCES_A_PAGE)
    return render_template(
        "browse_recurrences.html",
        pages=pages,
        recurrences=found[pages.offset : pages.offset + pages.size],
        preventable=sum(bool(one.open_before) for one in found),
        few=FEW,
    )


def _names(field: Field, names: tuple[NameCount, ...]) -> str:
    left = {group.name: group.open_follow_ups for group in knowledge().stats(by=field).groups}
    pages = paging(len(names), NAMES_A_PAGE)
    shown = names[pages.offset : pages.offset + pages.size]
    return render_template(
        "browse_names.html",
        field=field,
        pages=pages,
        names=[Named(name, left.get(name.id, 0)) for name in shown],
        counted=sum(name.count > 0 for name in names),
    )


def _name(field: Field, asked: str, names: Mapping[str, NameCount]) -> Response | Redirect:
    found = names.get(asked) or names.get(_meant(field, asked, names))
    if found is None:
        return _missing(field, asked, names)
    if found.id != asked:
        parts: dict[str, Any] = {field: found.id}
        return redirect(url_for(f"browse.{field}", **parts), 308)
    return make_response(render_template("browse_name.html", **_about(field, found)))


def _about(field: Field, name: NameCount) -> dict[str, Any]:
    """What the page of a service or cause tells."""
    base = knowledge()
    other: Field = "cause" if field == "service" else "service"
    query = term(field, name.id)
    pages = paging(name.count, ENTRIES_A_PAGE)
    part: dict[str, Any] = {"limit": pages.size, "offset": pages.offset, "sort": "newest"}
    if field == "service":
        hits = base.search("", services=(name.id,), facets=(), **part).hits
        again = [one for one in base.recurrences() if one.service == name.id]
    else:
        hits = base.search("", causes=(name.id,), facets=(), **part).hits
        again = [one for one in base.recurrences() if one.cause == name.id]
    return {
        "field": field,
        "other": other,
        "name": name,
        "query": query,
        "pages": pages,
        "hits": hits,
        "statistics": base.stats(query, by=other),
        "recurrences": again,
        "follow_ups": base.follow_ups(query, open_only=True, limit=FEW),
        "few": FEW,
    }


def _meant(field: Field, asked: str, names: Mapping[str, NameCount]) -> str:
    """The id that another spelling, a label or an alias stands for; empty where none does."""
    key = fold(asked)
    same = next((name for name in names if fold(name) == key), "")
    return knowledge().config.vocabulary.canonical(field, asked) or same


def _missing(field: Field, asked: str, names: Mapping[str, NameCount]) -> Response:
    """A page that names what may have been meant."""
    elsewhere = [name for name, one in names.items() if not one.known]
    nearest = (*knowledge().config.vocabulary.nearest(field, asked), *near(asked, elsewhere))
    page = render_template("browse_missing.html", field=field, asked=asked, nearest=nearest[:FEW])
    response = make_response(page, 404)
    response.headers["Cache-Control"] = "no-store"
    return response
