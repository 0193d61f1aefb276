"""The search page: one box, results, facets. The whole state is the address.

With `fragment` in the address the answer is the part of the page that changes with a search,
which `static/search.js` puts in place of the one that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, render_template, request
from markupsafe import Markup, escape

from kb.search.compile import SORTS
from kb.search.engine import FACETS
from kb.search.refine import applied_filters, has_words, values_of, without_field
from web import language, params
from web.conditional import today, unless_known
from web.current import knowledge, settings
from web.language import gettext, marked, ngettext
from web.preferences import theme
from web.search_addresses import State
from web.search_examples import attempts, examples, nearest_names
from web.search_facets import facets
from web.search_histogram import histogram

if TYPE_CHECKING:
    from flask import Response

    from kb.search.results import SearchHit, SearchResults

PAGE = 10
"""Entries on a page."""
MOST_PAGES = 100_000
_SORT_LABELS = {
    "relevance": marked("Best match"),
    "newest": marked("Newest"),
    "oldest": marked("Oldest"),
    "longest": marked("Longest"),
}

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a page stands among the pages of a search; addresses are None where there is none.

    Attributes:
        first: the place of its first entry among all, from 1.
    """

    number: int
    first: int
    pages: int
    previous: str | None
    following: str | None
    last: str


@dataclass(frozen=True, slots=True)
class SortChoice:
    """One order of results."""

    label: str
    chosen: bool
    address: str


@blueprint.app_template_filter("with_marks")
def with_marks(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """A text with its passages marked, as HTML; (from, to) pairs of characters, ascending."""
    pieces: list[str] = []
    at = 0
    for start, end in marks:
        pieces += (escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>")
        at = end
    pieces.append(escape(text[at:]))
    return Markup("".join(pieces))  # noqa: S704 -- each piece is escaped


@blueprint.get("/")
def page() -> Response:
    """Results for `q`, by `sort`, from `page`; with no `q` the newest entries."""
    state = State(
        query=params.text(request.args, "q"),
        sort=params.choice(request.args, "sort", SORTS),
        page=params.number(request.args, "page", 1, least=1, most=MOST_PAGES),
    )
    return unless_known(
        lambda: _answer(state),
        today(),
        language.current(),
        theme(),
        settings().title,
        weak=True,  # it says how long the search took
    )


def _answer(state: State) -> Response:
    results = knowledge().search(
        state.query,
        limit=PAGE,
        offset=(state.page - 1) * PAGE,
        sort=_sort(state),
        facets=FACETS,
    )
    paging = _paging(state, results.total_any)
    template = "search_region.html" if "fragment" in request.args else "search.html"
    response = make_response(render_template(template, **_shown(state, results, paging)))
    if paging.number > paging.pages:
        response.status_code = 404
    return response


def _sort(state: State) -> str | None:
    """The order to ask for; None: as the query says, else best matches first."""
    if state.sort or values_of(state.query, "sort") or has_words(state.query):
        return state.sort
    return "newest"


def _shown(state: State, results: SearchResults, paging: Paging) -> dict[str, Any]:
    """What the templates are given."""
    vocabulary = knowledge().config.vocabulary
    nothing = results.total_any == 0 and bool(state.query)
    when = histogram(state, results.facets["month"], _months)
    dated = {"date"} if when and when.crumbs else set()
    return {
        "state": state,
        "results": results,
        "paging": paging,
        "title": _title(state),
        "status": _status(state, results),
        "newest_of_all": not state.query and state.sort in {None, "newest"},
        "sorts": _sorts(state),
        # The drawing itself says what days the search is narrowed to.
        "filters": [one for one in applied_filters(state.query) if one.field not in dated],
        "facets": facets(state, results.facets, _counted, vocabulary, language.current()),
        "histogram": when,
        "examples": ()
        if state.query
        else examples(results.hits, results.facets, vocabulary, language.current()),
        "attempts": attempts(state.query, knowledge()) if nothing else (),
        "nearest": nearest_names(state.query, knowledge()) if nothing else (),
        "suggested": _suggested(state, results),
        "in_part_from": _in_part_from(results.hits),
        "names": _names,
    }


def _paging(state: State, total: int) -> Paging:
    pages = max(1, -(-total // PAGE))

    def address(number: int) -> str:
        return State(state.query, state.sort, number).address()

    return Paging(
        number=state.page,
        first=(state.page - 1) * PAGE + 1,
        pages=pages,
        previous=address(min(state.page - 1, pages)) if state.page > 1 else None,
        following=address(state.page + 1) if state.page < pages else None,
        last=address(pages),
    )


def _title(state: State) -> str:
    """What the page is called in a tab and in the browser's history."""
    return state.query or gettext("Search")


def _status(state: State, results: SearchResults) -> str:
    """How much was found, in a line: shown, and told to those who cannot see it."""
    if not state.query:
        return ngettext("%(num)s entry", "%(num)s entries", results.total) % {"num": results.total}
    if not results.total_any:
        return gettext("Nothing found")
    if results.total == results.total_any:
        counted = ngettext("%(num)s entry found", "%(num)s entries found", results.total)
    else:
        counted = ngettext(
            "%(num)s entry matches well", "%(num)s entries match well", results.total
        )
    return counted % {"num": results.total}


def _sorts(state: State) -> tuple[SortChoice, ...]:
    """The orders there are; one chosen beside the query takes the place of `sort:` in it."""
    words = has_words(without_field(state.query, "sort"))
    offered = SORTS if words else SORTS[1:]
    typed = values_of(state.query, "sort")
    current = state.sort or (typed[0] if typed and typed[0] in offered else offered[0])
    query = without_field(state.query, "sort")
    return tuple(
        SortChoice(
            label=gettext(_SORT_LABELS[name]),
            chosen=name == current,
            address=State(query, None if name == offered[0] else name).address(),
        )
        for name in offered
    )


def _suggested(state: State, results: SearchResults) -> tuple[str | None, ...]:
    """For each notice the address that applies what it suggests, or None."""
    return tuple(
        state.with_query(state.query.replace(notice.part, notice.suggestion, 1))
        if notice.suggestion and notice.part in state.query
        else None
        for notice in results.notices
    )


def _in_part_from(hits: Sequence[SearchHit]) -> int:
    """The index of the first hit that matches only in part; past the end where there is none."""
    return next((at for at, hit in enumerate(hits) if not hit.matches_well), len(hits))


def _counted(facet: str, query: str) -> Sequence[tuple[str, int]]:
    return knowledge().search(query, limit=0, facets=(facet,)).facets[facet]


def _months(query: str) -> Sequence[tuple[str, int]]:
    return _counted("month", query)


def _names(field: str, values: Sequence[str]) -> list[str]:
    """What to call services and causes in the reader's language."""
    vocabulary = knowledge().config.vocabulary
    return [vocabulary.label(field, value, language.current()) for value in values]
