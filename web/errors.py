"""One door for everything that goes wrong in a request: a page with a way on, or the API's JSON.

Flask asks a blueprint's error handlers only for addresses that the blueprint matched, so these
belong to the application and look at the address themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import (
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import BadRequest, HTTPException

from kb.errors import CorpusError, IndexFailure, KbError, NotFound, UsageError
from web import spoken
from web.current import knowledge
from web.language import gettext, marked

if TYPE_CHECKING:
    from flask import Flask

API = "/api/"

STATUS: tuple[tuple[type[KbError], int], ...] = (
    (UsageError, 400),
    (NotFound, 404),
    (IndexFailure, 503),
    (CorpusError, 503),
    (KbError, 500),
)
"""What each error of the core is in HTTP; the first that fits counts."""
MESSAGES = {
    404: marked("There is no such page."),
    405: marked("This page cannot be used in that way."),
    413: marked("What was sent is too large."),
    500: marked("Something went wrong here. It has been logged."),
    503: marked("The entries cannot be searched just now. Try again in a moment."),
}
"""What the page of an HTTP error says; of others, the first sentence of werkzeug's own words."""
_WAIT_SECONDS = "5"
_LONGEST_NAME = 200
"""Characters of an address that are looked at for an entry that may be meant."""


def install(app: Flask) -> None:
    """Have an application answer errors here."""
    app.before_request(_of_host)
    app.register_error_handler(KbError, _of_core)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_program)


def _of_host() -> Response | None:
    """An answer without a link, for no address can be made: the request names no host.

    See RFC 9112, section 3.2.
    """
    try:
        named = bool(request.host) and bool(request.url_root)
    except UnicodeError:  # `xn--` and what is no name in Unicode after it
        named = False
    if named and not isinstance(request.routing_exception, BadRequest):
        return None
    message = "The Host header of this request is not the name of a host."
    if request.path.startswith(API):
        return answer(400, message)
    return Response(f"{message}\n", 400, content_type="text/plain; charset=utf-8")


def _of_core(error: KbError) -> Response:
    status = next(number for kind, number in STATUS if isinstance(error, kind))
    if status >= 500:
        current_app.logger.error("%s %s: %s", request.method, request.path, error)
    if status >= 500 and not request.path.startswith(API):
        return answer(status, MESSAGES[status])  # where and why is for those who run it
    nearest = error.nearest if isinstance(error, NotFound) else ()
    return answer(status, error.message, error.remedy, nearest)


def _of_http(error: HTTPException) -> Response:
    if error.response is not None:  # a redirect, or an answer that is already made
        return make_response(error.get_response())
    status = error.code or 500
    said = (error.description or error.name).partition(". ")[0].rstrip(".")
    message = MESSAGES.get(status, f"{said}.")
    response = answer(status, message, nearest=_meant() if status == 404 else ())
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _of_program(error: Exception) -> Response:
    current_app.logger.error("%s %s", request.method, request.path, exc_info=error)
    if current_app.testing or current_app.debug:
        raise error
    return answer(500, MESSAGES[500])


def _words() -> str:
    """The last part of the address, to be searched for."""
    name = unquote(request.path.rstrip("/").rpartition("/")[2])[:_LONGEST_NAME]
    return " ".join(name.replace("_", "-").removesuffix(".html").split("-"))


def _meant() -> tuple[str, ...]:
    """The ids of entries that an address which leads nowhere may be about."""
    name = request.path.rstrip("/").rpartition("/")[2]
    if request.path.startswith(API) or not name or len(name) > _LONGEST_NAME:
        return ()
    try:
        return (knowledge().id_of(name),)
    except NotFound as error:
        return error.nearest
    except KbError:  # the page that says so must not need what is broken
        return ()


def _without_parameters() -> str:
    """The same page with only what was searched for, where the address says more than that."""
    if request.endpoint is None or not request.args.keys() - {"q"}:
        return ""
    query = {"q": request.args["q"]} if "q" in request.args else {}
    return url_for(request.endpoint, **{**(request.view_args or {}), **query})


def answer(status: int, message: str, remedy: str = "", nearest: tuple[str, ...] = ()) -> Response:
    """An error as a page, or under /api/ as JSON: `{error: {status, message, remedy, nearest}}`."""
    if request.path.startswith(API):
        error = {
            "status": status,
            "message": message,
            "remedy": remedy,
            "nearest": list(nearest),
        }
        response = jsonify(error=error)
    else:
        response = make_response(
            render_template(
                "error.html",
                status=status,
                message=gettext(spoken.error(message)),
                # What is near stands as links; the words are for the command line.
                remedy="" if status == 404 else spoken.error(remedy),
                nearest=nearest,
                words=_words() if status == 404 else request.args.get("q", ""),
                way_on=_without_parameters() if status == 400 else "",
            )
        )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = _WAIT_SECONDS
    return response
