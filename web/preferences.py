"""The reader's choices of language and colours, kept in a cookie and made without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for

from web import language, params

if TYPE_CHECKING:
    from flask import Flask

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "kb_theme"

_YEAR = 31_536_000
blueprint = Blueprint("preferences", __name__)


def install(app: Flask) -> None:
    """Give an application's templates the reader's choice of colours."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(current_theme=theme, themes=THEMES)


def theme() -> str:
    """`light` or `dark` as chosen, or `auto`: as the reader's system has it."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


@blueprint.get("/preferences")
def choose() -> Response:
    """Keep a choice and go back to where it was made."""
    response = redirect(_own_address(params.text(request.args, "next")))
    choices = (
        ("language", tuple(language.LANGUAGES), language.COOKIE),
        ("theme", THEMES, THEME_COOKIE),
    )
    for name, allowed, cookie in choices:
        chosen = params.choice(request.args, name, allowed)
        if chosen:
            response.set_cookie(
                cookie, chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure
            )
    return response  # type: ignore[return-value]  # werkzeug's class; Flask makes its own of it


def _own_address(wanted: str) -> str:
    """A path of this site; anything that leads elsewhere becomes the first page."""
    parts = urlsplit(wanted.replace("\\", "/"))
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    root = request.script_root
    if not own or parts.path.startswith("//") or not parts.path.startswith(f"{root}/"):
        return url_for("search.page")
    return parts._replace(fragment="").geturl()
