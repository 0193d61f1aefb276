"""The help pages, written in Markdown in `web/help/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from web import help_operations, help_rules, help_texts
from web.language import current, gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.help_texts import HelpText

blueprint = Blueprint("help", __name__)


@blueprint.get("/help/")
def contents() -> Response:
    """The topics, the query language in short, and the keys."""
    texts = [help_texts.read(one, current()) for one in help_texts.TOPICS]
    return _page("help_contents.html", topics=texts, cheat_sheet=texts[0].first_section)


@blueprint.get("/help/<topic>")
def topic(topic: str) -> Response:
    """One topic."""
    if topic not in help_texts.TOPICS:
        abort(404)
    texts = [help_texts.read(one, current()) for one in help_texts.TOPICS]
    at = help_texts.TOPICS.index(topic)
    more = _generated(topic)
    return _page(
        "help_topic.html",
        topics=texts,
        text=texts[at],
        before=texts[at - 1] if at else None,
        after=texts[at + 1] if at + 1 < len(texts) else None,
        outline=_outline(texts[at], more),
        **more,
    )


def _generated(topic: str) -> Mapping[str, Any]:
    """What a topic has below its text, made from the program itself."""
    if topic == "review":
        return {"families": help_rules.families()}
    if topic == "api":
        return {"operations": help_operations.operations()}
    return {}


def _outline(text: HelpText, more: Mapping[str, Any]) -> list[tuple[str, object]]:
    """(anchor, words) of the parts of a page."""
    found: list[tuple[str, object]] = [
        (heading.anchor, heading.words) for heading in text.headings if heading.level == 2
    ]
    found += [(family.anchor, family.heading) for family in more.get("families", ())]
    if "operations" in more:
        found.append(("reference", gettext("Reference")))
    return found


def _page(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.add_etag()
    response.make_conditional(request)
    return response
