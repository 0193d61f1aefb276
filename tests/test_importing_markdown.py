"""Markdown sources: every kind of front matter or none, and line numbers that stay true."""

from __future__ import annotations

import pytest

from kb.importing.sources import SourceDocument, read_document


def read(text: str, name: str = "a.md") -> SourceDocument:
    (document,) = read_document(name, text.encode)
    assert isinstance(document, SourceDocument)
    return document


def test_without_front_matter_the_text_is_all() -> None:
    document = read("\n\n# Outage\n\nDown.\n\n")
    assert document.fields == {}
    assert document.title == ""
    assert document.markdown == "# Outage\n\nDown."
    assert document.lines == (3, 4, 5)
    assert document.original == "\n\n# Outage\n\nDown.\n\n"


def test_every_key_of_yaml_is_kept_with_its_line() -> None:
    document = read(
        "---\nuuid: dfca\nTitle: Ariane 5\nstart-time: 1996-06-04T00:00:00Z\n"
        "categories:\n- automation\n- cascading-failure\nproduct: {name: Ariane, version: 5}\n"
        "draft: no\nempty:\nsummary: |\n  One\n  two\n---\n\nBody\n"
    )
    assert document.fields == {
        "uuid": ("dfca",),
        "title": ("Ariane 5",),
        "start_time": ("1996-06-04T00:00:00Z",),
        "categories": ("automation", "cascading-failure"),
        "product_name": ("Ariane",),
        "product_version": ("5",),
        "draft": ("no",),
        "empty": (),
        "summary": ("One\ntwo",),
    }
    assert document.title == "Ariane 5"
    assert document.field_lines["categories"] == 5
    assert document.field_lines["summary"] == 11
    assert document.lines == (16,)


def test_a_key_that_stands_twice_keeps_both_values() -> None:
    assert read("---\nteam: a\nteam: b\n---\nx\n").fields["team"] == ("a", "b")


def test_toml_is_read_as_hugo_writes_it() -> None:
    document = read(
        '+++\ntitle = "Cache stampede"\ndate = 2024-07-18T10:54:00+09:00\ntags = ["cache"]\n'
        "[params]\nseverity = 2\ndraft = false\n+++\nBody\n"
    )
    assert document.fields == {
        "title": ("Cache stampede",),
        "date": ("2024-07-18T10:54:00+09:00",),
        "tags": ("cache",),
        "params_severity": ("2",),
        "params_draft": ("false",),
    }
    assert document.field_lines["params_severity"] == 6
    assert document.lines == (9,)


def test_json_above_a_text_is_read_as_hugo_takes_it() -> None:
    document = read(
        '{\n  "title": "Cache",\n  "tags": ["a", "b"],\n  "n": {"m": null}\n}\n\nBody\n'
    )
    assert document.fields == {"title": ("Cache",), "tags": ("a", "b"), "n_m": ()}
    assert document.field_lines["tags"] == 3
    assert document.markdown == "Body"
    assert document.lines == (7,)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: Outage\nteam: [a\n---\nBody\n", 4),
        ("+++\ntitle = 'Outage'\nteam = \n+++\nBody\n", 3),
        ("---\ntitle: Outage\nteam: a\n\n# Heading\n\nBody\n", 1),
    ],
)
def test_broken_front_matter_still_gives_its_plain_keys(text: str, line: int) -> None:
    document = read(text)
    assert document.title == "Outage"
    assert document.markdown.endswith("Body")
    (finding,) = document.findings
    assert finding.rule == "front-matter"
    assert finding.line == line


def test_two_rules_around_text_are_no_front_matter() -> None:
    document = read("---\nJust a sentence.\n---\n\nMore\n")
    assert document.fields == {}
    assert document.markdown == "---\nJust a sentence.\n---\n\nMore"


def test_a_document_of_front_matter_alone_has_its_fields() -> None:
    document = read("---\ntitle: Outage\n---\n")
    assert document.title == "Outage"
    assert document.markdown == ""
    assert len(document.lines) == 1


def test_tags_of_site_generators_are_filled_in_or_taken_off() -> None:
    document = read(
        "---\ntitle: Ingress outage\n---\n# <%= current_page.data.title %>\n\n"
        "{% include toc.html %}{{ page.title }} began.\n\n"
        "```yaml\nkey: {% raw %}{{ page.title }}\n```\n"
        "{{< figure src=x >}}End\n",
        "2023.html.md.erb",
    )
    assert document.markdown == (
        "# Ingress outage\n\nIngress outage began.\n\n"
        "```yaml\nkey: {% raw %}{{ page.title }}\n```\nEnd"
    )
    assert "{% include toc.html %}" in document.original


def test_braces_of_a_document_without_front_matter_are_its_own() -> None:
    assert read("Set {% x %} and {{ page.title }}.\n").markdown == (
        "Set {% x %} and {{ page.title }}."
    )


def test_a_mark_and_windows_line_ends_do_not_move_lines() -> None:
    document = read("\ufeff---\r\ntitle: 장애\r\n---\r\n본문\r\n")
    assert document.title == "장애"
    assert document.markdown == "본문"
    assert document.lines == (4,)
