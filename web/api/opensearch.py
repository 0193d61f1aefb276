"""Suggestions in the form that browsers ask for while somebody types into their address bar.

https://github.com/dewitt/opensearch/blob/master/mediawiki/Specifications/OpenSearch/Extensions/Suggestions/1.1/Draft%201.wiki
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, json

from web.current import absolute_url, base_url

if TYPE_CHECKING:
    from kb.search.suggestion import Suggestion

MEDIA_TYPE = "application/x-suggestions+json"


def completions(typed: str, suggestions: Sequence[Suggestion]) -> Response:
    """Four lists in one: what was typed, whole queries, what they are, where they lead."""
    document = [
        typed,
        [one.query for one in suggestions],
        [one.label for one in suggestions],
        [_address(one) for one in suggestions],
    ]
    return Response(json.dumps(document), mimetype=MEDIA_TYPE)


def _address(suggestion: Suggestion) -> str:
    if suggestion.url:
        return base_url() + suggestion.url
    return absolute_url("search.page", q=suggestion.query)
