"""The interface in English and Korean: which one a reader gets, and its words.

The source language is English. Korean stands in `translations/ko/*.po`, one file a part of the
site, read by Babel when an application is made; no compiled catalogue is kept. A message that
has no translation appears in English; a test sees that none is missing.
"""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import g, has_request_context, request
from markupsafe import Markup

if TYPE_CHECKING:
    from flask import Flask

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Language code -> its own name."""
COOKIE = "kb_language"
FOLDER = Path(__file__).with_name("translations")

_SAME = Markup("")
_OTHER = {code: Markup(' lang="{}"').format(code) for code in LANGUAGES}
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def install(app: Flask) -> None:
    """Give an application's templates the reader's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
        gettext, ngettext, newstyle=True
    )
    app.jinja_env.filters["language_of"] = language_of
    app.jinja_env.filters["other_language"] = other_language
    app.jinja_env.globals.update(languages=LANGUAGES, current_language=current)


def current() -> str:
    """The language of the request: as chosen, else as the browser asks, else English."""
    try:
        return g.language  # type: ignore[no-any-return]  # set below, and asked for very often
    except (AttributeError, RuntimeError):
        if not has_request_context():
            return "en"
    chosen = request.cookies.get(COOKIE, "")
    asked = request.accept_languages.best_match(LANGUAGES, default="en")
    g.language = chosen if chosen in LANGUAGES else asked
    return str(g.language)


def gettext(message: str) -> str:
    """The message in the reader's language."""
    return _catalogue(current()).ugettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """The message for so many things in the reader's language."""
    return _catalogue(current()).ungettext(one, many, number)


def marked(message: str) -> str:
    """The message itself, marked to be translated where it is shown."""
    return message


def language_of(text: str) -> str:
    """The language a piece of content is to be read in: `ko` where it holds Hangul, else `en`."""
    return "ko" if not text.isascii() and _HANGUL.search(text) else "en"


def other_language(text: str) -> Markup:
    """The attribute `lang` for a text in another language than the page's; else nothing."""
    own = language_of(text)
    return _SAME if own == current() else _OTHER[own]


@cache
def _catalogue(language: str) -> NullTranslations:
    merged = NullTranslations()
    for place in sorted((FOLDER / language).glob("*.po")):
        with place.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        read = Translations(compiled)
        if isinstance(merged, Translations):
            merged.merge(read)
        else:
            merged = read
    return merged
