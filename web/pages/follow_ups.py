"""The follow-ups of all entries: open, overdue, by owner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from kb.search.documents import plain
from web import params
from web.current import knowledge
from web.paging import paging, wanted_page

if TYPE_CHECKING:
    from kb.follow_ups import FollowUps

blueprint = Blueprint("follow_ups", __name__)

SHOWN = ("open", "overdue", "all")
ITEMS_A_PAGE = 50
OWNERS_NAMED = 12

_CITED = re.compile(r"(?:\s?\[\d{1,3}\])+(?=\W*$)")


@blueprint.app_template_filter("plain_text")
def plain_text(markdown: str) -> str:
    """Markdown as one line of text, for a link: without links of its own and cited sources."""
    return " ".join(_CITED.sub("", plain(markdown)).split()) or "–"


@blueprint.get("/follow-ups")
def page() -> str:
    """Follow-ups, the most pressing first: `?q=&show=open|overdue|all&owner=&page=`."""
    state = {
        "q": params.text(request.args, "q"),
        "show": params.choice(request.args, "show", SHOWN, SHOWN[0]) or SHOWN[0],
        "owner": params.text(request.args, "owner"),
    }
    found = _found(state, wanted_page())
    pages = paging(found.total, ITEMS_A_PAGE, kept=state)
    if pages.number != wanted_page():
        found = _found(state, pages.number)

    def address(**changes: str) -> str:
        """This page with something changed, from its first part on."""
        return url_for("follow_ups.page", **_told({**state, **changes}))  # type: ignore[arg-type]

    return render_template(
        "follow_ups.html",
        **state,
        found=found,
        pages=pages,
        address=address,
        calendar=_calendar(state),
        owners_named=OWNERS_NAMED,
    )


def _found(state: dict[str, str], number: int) -> FollowUps:
    return knowledge().follow_ups(
        state["q"],
        open_only=state["show"] == "open",
        overdue_only=state["show"] == "overdue",
        owner=state["owner"] or None,
        limit=ITEMS_A_PAGE,
        offset=(number - 1) * ITEMS_A_PAGE,
    )


def _told(state: dict[str, str]) -> dict[str, str]:
    """What an address has to say: what is not as usual."""
    usual = {"q": "", "show": SHOWN[0], "owner": ""}
    return {name: value for name, value in state.items() if value != usual[name]}


def _calendar(state: dict[str, str]) -> str:
    """Where a calendar subscribes to the due dates of what is shown."""
    return url_for(
        "feeds.calendar",
        q=state["q"] or None,
        owner=state["owner"] or None,
        open=1 if state["show"] == "open" else None,
        overdue=1 if state["show"] == "overdue" else None,
    )
