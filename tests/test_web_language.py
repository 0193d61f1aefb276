from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from kb.stats import DEFINITIONS
from kb.vocabulary.causes import CAUSES
from web import language

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from flask import Flask
    from flask.testing import FlaskClient

WEB = Path(language.__file__).parent
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
TEMPLATES = [*WEB.rglob("*.html"), *WEB.rglob("*.xml"), *WEB.rglob("*.txt")]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"</?\w+[^>]*>")

Message = str | tuple[str, ...]


def in_template(place: Path) -> Iterator[Any]:
    with place.open("rb") as file:
        yield from (
            message
            for _, _, message, _ in babel_extract(file, list(KEYWORDS), [], {"trimmed": "true"})
        )


def in_program(place: Path) -> Iterator[Any]:
    yield from (message for _, message, _, _ in extract_from_file("python", place, KEYWORDS))


@cache
def used() -> dict[Message, str]:
    """Every message of the interface, with a file that has it."""
    found: dict[Message, str] = {}
    for read, places in ((in_template, TEMPLATES), (in_program, WEB.rglob("*.py"))):
        for place in sorted(places):
            for message in read(place):
                parts = (message,) if isinstance(message, str) else tuple(filter(None, message))
                key: Message = parts[0] if len(parts) == 1 else parts
                found.setdefault(key, str(place.relative_to(WEB)))
    # What the core says in English under keys that stay is translated where a page shows it.
    found.update((cause.definition, "kb/vocabulary/causes.py") for cause in CAUSES)
    found.update((definition, "kb/stats.py") for definition in DEFINITIONS.values())
    return found


@cache
def catalogues() -> dict[str, Catalog]:
    read = {}
    for place in sorted((language.FOLDER / "ko").glob("*.po")):
        with place.open("rb") as file:
            read[place.name] = read_po(file, locale="ko", abort_invalid=True)
    return read


def translations() -> list[tuple[str, Message, str]]:
    """(file, message, Korean) of all files; a plural has one Korean form."""
    found = []
    for name, catalogue in catalogues().items():
        for entry in catalogue:
            if entry.id:
                korean = (
                    entry.string
                    if isinstance(entry.string, str)
                    else next(iter(entry.string or ("",)))
                )
                key: Message = entry.id if isinstance(entry.id, str) else tuple(entry.id)
                found.append((name, key, korean))
    return found


def test_every_message_has_a_korean_translation() -> None:
    korean = {message for _, message, text in translations() if text}
    assert {message: place for message, place in used().items() if message not in korean} == {}


def test_no_translation_is_left_of_a_message_that_is_gone() -> None:
    assert [(name, m) for name, m, _ in translations() if m not in used()] == []


def test_a_message_reads_the_same_wherever_it_is_translated() -> None:
    seen: dict[Message, str] = {}
    other = [(name, m, k, seen[m]) for name, m, k in translations() if seen.setdefault(m, k) != k]
    assert other == []


def test_placeholders_and_tags_are_those_of_the_message() -> None:
    for name, message, korean in translations():
        english = message if isinstance(message, str) else message[-1]
        where = (name, message)
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(korean)), where
        assert sorted(TAG.findall(english)) == sorted(TAG.findall(korean)), where
        assert korean.count("%") == korean.count("%(") + 2 * korean.count("%%"), where


def test_messages_are_found_in_templates_and_programs() -> None:
    assert used()["Skip to the content"] == "templates/base.html"
    assert used()["Recurrences"]
    assert ("%(num)s entry", "%(num)s entries") in used()


@pytest.mark.parametrize(
    ("asked", "cookie", "expected"),
    [
        ("", "", "en"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "", "ko"),
        ("en-US,en;q=0.9,ko;q=0.8", "", "en"),
        ("fr-FR", "", "en"),
        ("ko", "en", "en"),
        ("en", "ko", "ko"),
        ("ko", "xx", "ko"),
        (";;q=,,\x00"[:6], "", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(
    web_app: Flask, asked: str, cookie: str, expected: str
) -> None:
    headers = {"Accept-Language": asked, "Cookie": f"{language.COOKIE}={cookie}"}
    with web_app.test_request_context("/", headers=headers):
        assert language.current() == expected


def test_without_a_request_the_language_is_english() -> None:
    assert language.current() == "en"
    assert language.gettext("Search") == "Search"


def test_words_and_counts_are_in_the_readers_language(web_app: Flask) -> None:
    with web_app.test_request_context("/", headers={"Accept-Language": "ko"}):
        assert language.gettext("Search") == "검색"
        assert language.ngettext("%(num)s entry", "%(num)s entries", 3) == "%(num)s건"
        assert language.gettext("not a message") == "not a message"
    with web_app.test_request_context("/"):
        assert language.ngettext("%(num)s entry", "%(num)s entries", 1) == "%(num)s entry"


@pytest.mark.parametrize(
    ("text", "expected"), [("로그인 장애", "ko"), ("DB 장애", "ko"), ("login", "en"), ("", "en"),
                           ("\u1112\u1161\u11ab", "ko"), ("データ", "en")],
)  # fmt: skip
def test_the_language_of_a_text_is_told_by_its_letters(text: str, expected: str) -> None:
    assert language.language_of(text) == expected


def test_only_a_text_in_another_language_says_so(web_app: Flask) -> None:
    with web_app.test_request_context("/"):
        assert language.other_language("장애") == ' lang="ko"'
        assert language.other_language("outage") == ""
    with web_app.test_request_context("/", headers={"Accept-Language": "ko"}):
        assert language.other_language("outage") == ' lang="en"'


def test_the_page_says_its_language_and_offers_the_other(web: FlaskClient) -> None:
    assert '<html lang="en"' in web.get("/").text
    page = web.get("/", headers={"Accept-Language": "ko"})
    assert '<html lang="ko"' in page.text
    assert "Accept-Language" in page.headers["Vary"]
    assert "Cookie" in page.headers["Vary"]
