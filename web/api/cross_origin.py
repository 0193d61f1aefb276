"""Which other sites' scripts may read the API: none, unless the settings name their origins.

Nothing is ever shared with cookies or credentials. A library could do this; the usual one takes
an origin for a pattern, and here it must be just that origin. See
https://fetch.spec.whatwg.org/#http-cors-protocol.
"""

from __future__ import annotations

from flask import Response, request

from web.current import settings
from web.errors import API

_ALLOWED_HEADERS = "Content-Type, If-None-Match"
_READABLE_HEADERS = "ETag, Link, Retry-After"
_PREFLIGHT_SECONDS = "600"


def shared(response: Response) -> Response:
    """An answer of the API with what a browser must read before it lets a script see it."""
    origins = settings().cors_origins
    if not origins or not request.path.startswith(API):
        return response
    origin = request.headers.get("Origin", "")
    if "*" in origins:
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.vary.add("Origin")
        if origin not in origins:
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    else:
        response.headers["Access-Control-Expose-Headers"] = _READABLE_HEADERS
    return response
