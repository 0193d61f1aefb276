"""Tags in an entry: those that hide what was meant as words, and those that are never closed.

A part of the family KB9xx, whose rules stand in `markdown`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.review.rule import Edit, Fix, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.review.subject import Subject

_TAG = re.compile(
    r"(?<![\\`])<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9_.-]{0,60})"
    r"(?P<rest>[^<>\n]{0,300})>"
)
_ENDS = re.compile(r"[\s,;:)]|[.?!]?(?:\s|$)")
_SHOWN = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code "
    "colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 "
    "h5 h6 header hr i img ins kbd li main mark nav ol p picture pre q s samp section "
    "small source span strike strong sub summary sup table tbody td tfoot th thead time "
    "tr tt u ul var wbr ruby rt rp col".split()
)
_NOT_SHOWN = frozenset(
    "script style iframe object embed form input button select textarea video audio canvas svg "
    "math link meta base title head body html noscript template applet frame frameset".split()
)
_VOID = frozenset("br hr img wbr col source".split())
_MUST_CLOSE = frozenset("details summary table a b i em strong pre code kbd sub sup del".split())


def hidden_html(subject: Subject) -> Iterator[Problem]:
    """Tags that hide words, that no page shows, or that are never closed."""
    shown = subject.written.shown
    if "<" not in shown.text:
        return
    open_tags: dict[str, list[re.Match[str]]] = {}
    for match in _TAG.finditer(shown.text):
        name = match["name"].lower()
        if match["rest"][:1] in {":", "@"} or "@" in match["name"]:
            continue  # an address in angle brackets
        if name in _SHOWN:
            _count(open_tags, name, match)
        elif name in _NOT_SHOWN:
            if not match["end"]:
                message = f"`<{match['name']}>` is not shown on any page."
                yield Problem(shown.place(*match.span()), message, "Link it, or say it in words.")
        elif not match["end"] and _is_name(match):
            yield _placeholder(subject, match)
    for name, left in open_tags.items():
        for match in left if name in _MUST_CLOSE else ():
            message = f"`{match[0][:60]}` is never closed."
            yield Problem(shown.place(*match.span()), message, f"Close it with `</{name}>`.")


def _count(open_tags: dict[str, list[re.Match[str]]], name: str, match: re.Match[str]) -> None:
    if match["end"]:
        if open_tags.get(name):
            open_tags[name].pop()
    elif name not in _VOID and not match["rest"].endswith("/"):
        open_tags.setdefault(name, []).append(match)


def _is_name(match: re.Match[str]) -> bool:
    """Whether angle brackets hold a few words, as in `<pod-name>`: not a comparison."""
    return re.fullmatch(r"[\w .,/|-]{0,60}", match["rest"]) is not None


def _placeholder(subject: Subject, match: re.Match[str]) -> Problem:
    shown = subject.written.shown
    place = shown.place(*match.span())
    # Where it stands within a word or a link, back-ticks around it would cut that in two.
    before = shown.text[max(match.start() - 1, 0) : match.start()]
    alone = before in {" ", "\n", "("} and _ENDS.match(shown.text, match.end()) is not None
    fix = Fix("Put it into back-ticks.", (Edit(place, f"`{match[0]}`"),)) if alone else None
    message = f"`{match[0][:60]}` is read as HTML, and hidden on many pages."
    return Problem(place, message, "Put it into back-ticks.", fix)
