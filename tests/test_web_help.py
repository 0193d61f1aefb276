from __future__ import annotations

import json
import re
import shlex
import shutil
from datetime import date
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

import click
import pytest
import yaml
from bs4 import BeautifulSoup

from kb import config
from kb.cli.root import COMMANDS, root
from kb.config.known_keys import TOP_LEVEL
from kb.config.web import KEYS as WEB_KEYS
from kb.document.front_matter_keys import KEYS, canonical_key
from kb.document.headings import meaning
from kb.model import REQUIRED_SECTIONS
from kb.review.reading import subject_of
from kb.review.rules import problems
from kb.search.filters import STATES
from kb.search.keywords import PRESENCES
from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.vocabulary.terms import DETECTED_BY, STATUSES, TRIGGERS
from tests.conftest import ENTRIES
from web import Settings, create_app, help_rules, help_texts
from web.api.operations import OPERATIONS
from web.current import knowledge
from web.help_texts import FOLDER, TOPICS

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import RunKb

LANGUAGES = ("en", "ko")
TEMPLATES = ENTRIES.parent / "kb" / "review" / "templates"
ADDRESSES = ("/help/", *(f"/help/{topic}" for topic in TOPICS))
IN_QUERY_LINK = re.compile(r"\[`([^`]+)`\]\(\?\)")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
HANGUL = re.compile("[가-힣]")
PAIRS = [(topic, language) for topic in TOPICS for language in LANGUAGES]


def text_of(topic: str, language: str) -> str:
    return (FOLDER / language / f"{topic}.md").read_text(encoding="utf-8")


def fenced(kind: str, topic: str, language: str) -> list[str]:
    return [code for found, code in FENCED.findall(text_of(topic, language)) if found == kind]


def page(client: FlaskClient, address: str, language: str = "en") -> BeautifulSoup:
    response = client.get(address, headers={"Accept-Language": language})
    assert response.status_code == 200, address
    return BeautifulSoup(response.text, "html.parser")


# The texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_written_in_both_languages_and_no_other(language: str) -> None:
    assert {place.stem for place in (FOLDER / language).iterdir()} == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_have_the_same_parts(web_app: Flask, topic: str) -> None:
    with web_app.test_request_context("/"):
        english, korean = (help_texts.read(topic, language) for language in LANGUAGES)
    assert (english.language, korean.language) == LANGUAGES
    assert [h.level for h in english.headings] == [h.level for h in korean.headings]
    assert [h.anchor for h in english.headings] == [h.anchor for h in korean.headings]
    assert len({h.anchor for h in english.headings}) == len(english.headings)
    kinds = [[kind for kind, _ in FENCED.findall(text_of(topic, one))] for one in LANGUAGES]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("topic", TOPICS)
def test_each_text_is_in_its_language(web_app: Flask, topic: str) -> None:
    with web_app.test_request_context("/"):
        english, korean = (help_texts.read(topic, language) for language in LANGUAGES)
    for text, expected in ((english, False), (korean, True)):
        told = [text.title, text.lead, *(heading.words for heading in text.headings)]
        korean_ones = [
            bool(HANGUL.search(one))
            for one in told
            if one not in {"Whoosh", "tantivy", "OpenSearch"}
        ]
        assert set(korean_ones) == {expected}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_link_and_anchor_exists(web: FlaskClient, address: str, language: str) -> None:
    shown = page(web, address, language)
    for where in sorted({str(link["href"]) for link in shown.select("main a[href]")}):
        assert where.startswith(("/", "#")), where
        bare, anchor = urldefrag(where)
        if where.startswith("/?q="):  # runs a query: asked for in a test of its own
            continue
        if bare:
            response = web.get(bare, headers={"Accept-Language": language})
            assert response.status_code == 200, where
        if anchor:
            target = page(web, bare, language) if bare else shown
            assert target.find(id=unquote(anchor)), where


# The query language


@pytest.mark.parametrize(
    ("language", "query"),
    sorted({(one, q) for t, one in PAIRS for q in IN_QUERY_LINK.findall(text_of(t, one))}),
)
def test_every_query_that_is_a_link_finds_something(
    web_app: Flask, language: str, query: str
) -> None:
    del language
    with web_app.test_request_context("/"):
        found = knowledge().search(query, limit=1, today=date(2026, 1, 1))
    assert found.total
    said = [(notice.part, notice.suggestion) for notice in found.notices]
    assert said == ([("caues:dns", "cause:dns")] if query == "caues:dns" else [])


def test_a_query_link_asks_just_what_it_shows(web: FlaskClient) -> None:
    links = page(web, "/help/query-language").select('a[href^="/?"]')
    assert len(links) > 40
    for link in links:
        shown = BeautifulSoup(web.get(str(link["href"])).text, "html.parser")
        assert shown.select_one("input[name=q]")["value"] == link.text  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_value_and_name_is_told(language: str) -> None:
    text = text_of("query-language", language)
    codes = " ".join(CODE.findall(text))
    for field in FIELDS:
        assert re.search(rf"(?<![\w-]){field}\b", codes), field
    for state in STATES:
        assert f"is:{state}" in codes
    for presence in PRESENCES:
        assert re.search(rf"(?<![\w-]){presence}\b", codes), presence
    for alias in FIELD_ALIASES:
        if HANGUL.search(alias):
            assert alias in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_have_the_topics_the_cheat_sheet_and_the_keys(
    web: FlaskClient, language: str
) -> None:
    contents = page(web, "/help/", language)
    listed = [str(link["href"]) for link in contents.select(".help-topics a")]
    assert listed == [f"/help/{topic}" for topic in TOPICS]
    cheats = IN_QUERY_LINK.findall(text_of("query-language", language).split("\n## ")[1])
    assert [link.text for link in contents.select("table a")] == cheats
    assert [key.text for key in contents.select(".help-keys kbd")] == [
        *("/", "↓", "↑", "j", "k", "Enter", "Tab", "Esc", "?")
    ]


# The entry format


@cache
def configured(language: str) -> config.Config:
    """What the kb.toml of the help says."""
    (toml,) = fenced("toml", "entry-format", language)
    told, findings = config.parse(toml)
    assert findings == ()
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_example_is_an_entry_without_fault(language: str) -> None:
    example = fenced("markdown", "entry-format", language)[0]
    path = "2024/2024-07-18-checkout-502.md"
    assert f"entries/{path}" in text_of("entry-format", language)
    subject = subject_of(example.encode(), path, configured(language), date(2024, 8, 20))
    assert [(rule.code, problem.message) for rule, problem in problems(subject)] == []
    entry = subject.entry
    assert entry.findings == ()
    assert entry.language == language
    assert entry.duration_minutes == 86
    turns = ["started", "detected", "declared", "mitigated", "resolved"]
    assert [event.kind for event in entry.timeline] == turns
    assert [event.at for event in entry.timeline] == [getattr(entry, turn) for turn in turns]
    assert set(REQUIRED_SECTIONS) < {section.kind for section in entry.sections}
    assert [item.done for item in entry.follow_ups] == [False, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_follow_up_lines_are_read_whole(language: str) -> None:
    lines = fenced("markdown", "entry-format", language)[1]
    text = f"---\ntitle: x\n---\n## Follow-ups\n\n{lines}"
    items = subject_of(text.encode(), "x.md", config.Config(), date(2024, 9, 1)).entry.follow_ups
    assert [(item.done, item.due, item.ticket) for item in items] == [
        (False, date(2024, 8, 31), "PLT-12"),
        (True, date(2024, 8, 15), "PLT-13"),
    ]
    assert all(item.owner for item in items)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_and_value_of_the_front_matter_is_told(language: str) -> None:
    text = text_of("entry-format", language)
    codes = set(CODE.findall(text))
    assert set(KEYS) <= codes
    assert {term.id for term in (*STATUSES, *TRIGGERS, *DETECTED_BY)} <= codes
    (korean,) = re.findall(r"제목, [^\n]*출처", text)
    assert {canonical_key(name) for name in korean.split(", ")} == set(KEYS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_that_is_told_counts_for_its_section(language: str) -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| ([^|`]+) \|$", text_of("entry-format", language), re.MULTILINE
    )
    told = {kind: names.split(", ") for kind, names in rows if kind not in KEYS}
    assert set(told) == {"summary", "lessons", "detection", "source-notes", *REQUIRED_SECTIONS}
    for kind, headings in told.items():
        assert {heading: meaning(heading).kind for heading in headings} == dict.fromkeys(
            headings, kind
        )


# Commands and settings


def commands(language: str) -> list[list[str]]:
    """The arguments of every `kb` in the examples of all topics."""
    lines = [
        line
        for topic in TOPICS
        for line in (
            *"\n".join(fenced("sh", topic, language)).splitlines(),
            *(code for code in CODE.findall(text_of(topic, language)) if code.startswith("kb ")),
        )
    ]
    for topic in TOPICS:
        for text in fenced("yaml", topic, language):
            lines += re.findall(r"(?:- |run: |entry: )(kb .*)$", text, re.MULTILINE)
    words = [shlex.split(line, comments=True) for line in lines]
    found = []
    for line in words:
        ends = [at for at, word in enumerate(line) if word in {"|", ">"}]
        for begin, end in zip([-1, *ends], [*ends, len(line)], strict=True):
            part = line[begin + 1 : end]
            if part[1:] and part[0] == "kb":
                found.append([word for word in part[1:] if word != "COMMAND"])
    return found


def command(parent: click.Context, name: str) -> click.Command:
    found = root.get_command(parent, name)
    assert found is not None, name
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_in_an_example_can_be_given_so(language: str) -> None:
    with click.Context(root, info_name="kb", **root.context_settings) as parent:
        for one in commands(language):
            name, *arguments = one[2:] if one[0] == "--entries" else one
            if name != "--help":
                asked = command(parent, name)
                if arguments:  # else it is only named
                    asked.make_context(name, arguments, parent=parent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_is_told(language: str) -> None:
    text = text_of("command-line", language)
    rows = {
        name: row for row in text.splitlines() for name in re.findall(r"^\| .*?`kb ([a-z-]+)", row)
    }
    rows["causes"] = rows["services"]
    assert set(rows) == set(COMMANDS)
    with click.Context(root, info_name="kb", **root.context_settings) as parent:
        for name, row in rows.items():
            options = [one for one in command(parent, name).params if isinstance(one, click.Option)]
            told = re.findall(r"`(--[a-z-]+)`", row)
            known = [name for one in options for name in (*one.opts, *one.secondary_opts)]
            assert sorted(told) == sorted(known), name
    for option in root.params:
        assert f"`{option.opts[0]}`" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_that_only_read_do_what_the_help_says(run_kb: RunKb, language: str) -> None:
    told = {tuple(one) for one in commands(language)}
    run = [one for one in told if one[0] in {"search", "services", "causes", "follow-ups"}]
    run += [one for one in told if one[0] == "index" and "--rebuild" not in one]
    assert len(run) >= 8
    for one in run:
        bare = len(one) == 1 and one[0] == "search"
        result = run_kb("--entries", str(ENTRIES), *one, *(["database"] if bare else []))
        assert result.exit_code == 0, (one, result.output)


@pytest.mark.parametrize(("topic", "language"), PAIRS)
def test_every_example_of_data_can_be_read(topic: str, language: str) -> None:
    for toml in fenced("toml", topic, language):
        assert config.parse(toml)[1] == ()
    for text in fenced("json", topic, language):
        assert json.loads(text)
    for text in fenced("yaml", topic, language):
        assert yaml.safe_load(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_told(language: str) -> None:
    assert set(WEB_KEYS) <= set(CODE.findall(text_of("running", language)))
    (toml,) = fenced("toml", "entry-format", language)
    told = {*toml.split(), *text_of("engines", language).replace("`", " ").split()}
    assert set(TOP_LEVEL) <= told


# What is made from the program


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_stands_on_the_review_page_under_its_code(
    web: FlaskClient, language: str
) -> None:
    shown = page(web, "/help/review", language)
    with web.application.test_request_context("/"):
        rules = [one.rule for family in help_rules.families() for one in family.rules]
    assert len(rules) > 30
    assert [str(one["id"]) for one in shown.select(".rule")] == [rule.code for rule in rules]
    for rule in rules:
        part = shown.find(id=rule.code)
        assert part is not None
        bad, good = (code.text for code in part.select("pre code"))
        assert (bad.strip(), good.strip()) == (rule.bad.strip(), rule.good.strip())
        assert rule.name in part.text
    assert len(shown.select(".rule div[lang=en]")) == len(rules)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_and_parameter_of_the_api_is_told(web: FlaskClient, language: str) -> None:
    shown = page(web, "/help/api", language)
    parts = shown.select(".operation")
    assert len(parts) == len(OPERATIONS)
    for part, operation in zip(parts, OPERATIONS, strict=True):
        assert operation.address in part.text
        names = [name.text for name in part.select("td:first-child code")]
        in_path = [operation.in_path.name] if operation.in_path else []
        assert names == [*in_path, *(one.name for one in operation.parameters)]
        assert all(cell.text.strip() for cell in part.select("td"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_error_that_the_api_page_shows_is_a_real_one(web: FlaskClient, language: str) -> None:
    (told,) = fenced("json", "api", language)
    asked = json.loads(told)["error"]["message"].split("'")[1]
    response = web.get(f"/api/v1/entries/{asked}")
    assert response.get_json() == json.loads(told)
    assert response.status_code == 404


# The pages


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_in_the_readers_language_and_sent_once(web: FlaskClient, address: str) -> None:
    korean = page(web, address, "ko")
    assert korean.html is not None
    assert korean.html["lang"] == "ko"
    assert len(korean.select("h1")) == 1
    assert HANGUL.search(korean.select_one("h1").text)  # type: ignore[union-attr]
    first = web.get(address)
    again = web.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_neighbours_lead_from_the_first_topic_to_the_last(web: FlaskClient) -> None:
    seen = [TOPICS[0]]
    while link := page(web, f"/help/{seen[-1]}").select_one('a[rel="next"]'):
        seen.append(str(link["href"]).rpartition("/")[2])
    assert tuple(seen) == TOPICS
    while link := page(web, f"/help/{seen[-1]}").select_one('a[rel="prev"]'):
        assert str(link["href"]) == f"/help/{seen[-2]}"
        seen.pop()
    assert seen == [TOPICS[0]]


def test_a_topic_without_a_korean_text_is_shown_in_english_and_says_so(
    web: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER, tmp_path / "help")
    (tmp_path / "help/ko/engines.md").unlink()
    monkeypatch.setattr(help_texts, "FOLDER", tmp_path / "help")
    help_texts.forget()
    try:
        shown = page(web, "/help/engines", "ko")
    finally:
        help_texts.forget()
    assert shown.select_one("h1[lang=en]").text == "Search engine"  # type: ignore[union-attr]
    assert "영어로 보여" in shown.select_one(".notice").text  # type: ignore[union-attr]
    assert shown.select_one(".help-text")["lang"] == "en"  # type: ignore[index]


@pytest.mark.parametrize("address", ["/help/nothing", "/help/../app", "/help/query-language.md"])
def test_what_is_no_topic_is_not_found(web: FlaskClient, address: str) -> None:
    assert web.get(address).status_code == 404


def test_links_hold_where_the_site_stands_under_a_prefix(web_app: Flask) -> None:
    with web_app.app_context():
        proxied = create_app(knowledge(), Settings(trusted_proxies=1)).test_client()
    headers = {"X-Forwarded-Prefix": "/postmortems"}
    for address in ADDRESSES:
        shown = BeautifulSoup(proxied.get(address, headers=headers).text, "html.parser")
        links = [str(link["href"]) for link in shown.select("main a[href]")]
        assert links
        assert [one for one in links if not one.startswith(("/postmortems/", "#"))] == []


def test_markup_in_a_rules_text_stays_text(web_app: Flask) -> None:
    with web_app.test_request_context("/"):
        shown = help_texts.inline("a <script>alert(1)</script> [x](javascript:alert(1)) `<b>`")
    assert "<script" not in shown
    assert "javascript:" not in shown
    assert "<code>&lt;b&gt;</code>" in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(TEMPLATES.iterdir()), ids=lambda place: place.name)
def test_the_templates_stand_on_the_review_page_as_they_are(language: str, template: Path) -> None:
    assert template.read_text(encoding="utf-8") in fenced("yaml", "review", language)
