"""The views of /api/v1/: each asks the knowledge base and answers the JSON of the command line.

A view is a function of what was asked. What they have in common stands in `_answers`: reading
the parameters, ETag and 304, the link to the next page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request, url_for

from kb import export
from kb.errors import UsageError
from kb.search.keywords import fold
from kb.search.results import SCHEMA_VERSION
from web.api import operations as o
from web.api import parameters as p
from web.api.opensearch import completions
from web.api.posted import posted
from web.conditional import today, unless_known
from web.current import base_url, knowledge

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from kb import shapes

blueprint = Blueprint("api", __name__)

View = Callable[[p.Asked], Mapping[str, Any]]


def _answers(operation: o.Operation) -> Callable[[View], View]:
    """Let a view answer an operation's address."""

    def decorate(view: View) -> View:
        def answer() -> Response:
            asked = p.Asked(operation.parameters, request.args, today())
            return unless_known(
                lambda: _page(operation, asked, view(asked)),
                asked.today,
                weak=operation.varies,
                vary=(),
            )

        blueprint.add_url_rule(o.PREFIX + operation.path, operation.name, answer)
        return view

    return decorate


def _page(operation: o.Operation, asked: p.Asked, document: Mapping[str, Any]) -> Response:
    """A document as an answer, with a link to the page after it."""
    response = jsonify(document)
    if operation.counted:
        limit, offset = asked.page
        after = offset + limit
        if limit and after < document[operation.counted]:
            args = [*request.args.items(multi=True)]
            rest = [(name, value) for name, value in args if name != p.OFFSET.name]
            query = urlencode([*rest, (p.OFFSET.name, after)])
            address = f"{url_for(f'api.{operation.name}')}?{query}"
            response.headers["Link"] = f'<{address}>; rel="next"'
    return response


@_answers(o.SEARCH)
def search(asked: p.Asked) -> shapes.SearchAnswer:
    """Entries that match."""
    return (
        knowledge()
        .search(
            asked[p.QUERY],
            limit=asked[p.SEARCH_LIMIT],
            offset=asked[p.OFFSET],
            sort=asked[p.SORT],
            services=asked[p.SERVICE],
            causes=asked[p.CAUSE],
            severities=asked[p.SEVERITY],
            since=asked[p.SINCE],
            until=asked[p.UNTIL],
            today=asked.today,
        )
        .to_json()
    )


@_answers(o.ENTRIES)
def entries(asked: p.Asked) -> shapes.EntryPage:
    """A page of all entries."""
    listed = knowledge().list(
        sort=asked[p.LIST_SORT] or "newest",
        limit=asked[p.LIST_LIMIT],
        offset=asked[p.OFFSET],
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "total": knowledge().search("", limit=0, facets=()).total_any,
        "entries": [export.summary_to_json(entry) for entry in listed],
    }


@_answers(o.STATS)
def stats(asked: p.Asked) -> shapes.StatisticsAnswer:
    """Figures."""
    by = asked[p.BY] or "service"
    return knowledge().stats(asked[p.QUERY], by=by, today=asked.today).to_json()


@_answers(o.FOLLOW_UPS)
def follow_ups(asked: p.Asked) -> shapes.FollowUpsAnswer:
    """What is left to do."""
    return (
        knowledge()
        .follow_ups(
            asked[p.QUERY],
            open_only=asked[p.OPEN],
            overdue_only=asked[p.OVERDUE],
            owner=asked[p.OWNER],
            limit=asked[p.LIST_LIMIT],
            offset=asked[p.OFFSET],
            today=asked.today,
        )
        .to_json()
    )


@_answers(o.SERVICES)
def services(_: p.Asked) -> shapes.ServicesAnswer:
    """The services with counts."""
    counted = [export.name_to_json(name) for name in knowledge().services()]
    return {"schema_version": SCHEMA_VERSION, "services": counted}


@_answers(o.CAUSES)
def causes(_: p.Asked) -> shapes.CausesAnswer:
    """The causes with counts."""
    counted = [export.name_to_json(name) for name in knowledge().causes()]
    return {"schema_version": SCHEMA_VERSION, "causes": counted}


@_answers(o.RECURRENCES)
def recurrences(asked: p.Asked) -> shapes.RecurrencesAnswer:
    """A page of what happened again."""
    again = knowledge().recurrences(today=asked.today)
    limit, offset = asked.page
    page = again[offset : offset + limit]
    return {
        "schema_version": SCHEMA_VERSION,
        "total": len(again),
        "recurrences": [export.recurrence_to_json(one) for one in page],
    }


@blueprint.get(o.PREFIX + o.SUGGEST.path)
def suggest() -> Response:
    """Ways to go on typing, in our form or in the one that browsers know."""
    asked = p.Asked(o.SUGGEST.parameters, request.args, today())

    def make() -> Response:
        typed = asked[p.TYPED]
        found = knowledge().suggest(typed, limit=asked[p.SUGGEST_LIMIT])
        if asked[p.FORMAT] == "opensearch":
            return completions(typed, found)
        document: shapes.SuggestAnswer = {
            "schema_version": SCHEMA_VERSION,
            "suggestions": [one.to_json() for one in found],
        }
        return jsonify(document)

    return unless_known(make, asked.today, base_url(), vary=())


@blueprint.get(o.PREFIX + o.RELATED.path)
def related() -> Response:
    """Entries like another one, or like a short text."""
    asked = p.Asked(o.RELATED.parameters, request.args, today())
    return unless_known(
        lambda: _related(asked, asked[p.RELATED_ID], asked[p.RELATED_TEXT]), asked.today, vary=()
    )


@blueprint.post(o.PREFIX + o.RELATED.path)
def related_to_posted() -> Response:
    """Entries like a text of any length."""
    asked = p.Asked(o.RELATED.parameters, request.args, today())
    return _related(asked, *posted())


def _related(asked: p.Asked, entry_id: str | None, text: str | None) -> Response:
    if (entry_id is None) == (text is None):
        raise UsageError(
            "What is to be compared is missing."
            if text is None
            else "There are an id and a text to be compared.",
            "Give either id=ID or text=TEXT, or POST a text.",
        )
    about = text if entry_id is None else knowledge().id_of(entry_id)
    assert about is not None
    found = knowledge().related(about, limit=asked[p.RELATED_LIMIT], today=asked.today)
    return jsonify(found.to_json())


@blueprint.get(o.PREFIX + o.ENTRY.path)
def entry(entry_id: str) -> AnyResponse:
    """One entry; another name of it leads to its id, a former one for good.

    The entry is read from its file, so the ETag is of the answer and not of the index.
    """
    found = knowledge().get(entry_id)
    if found.id != entry_id:
        former = {fold(name) for name in (found.id, *found.aliases)}
        status = 308 if fold(entry_id) in former else 302
        return redirect(url_for("api.entry", entry_id=found.id), status)
    response = jsonify(export.entry_to_json(found))
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/api/openapi.json")
def description() -> Response:
    """This API, described."""
    from web.api.openapi import described

    response = jsonify(described(request.script_root))
    response.add_etag()
    response.make_conditional(request)
    return response
