"""Incidents of a status page in JSON, in every shape that Statuspage's API has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb.importing.sources import SourceDocument, read_document, read_sources

FIXTURE = Path(__file__).parent / "fixtures/importing/statuspage.json"


def read(content: Any) -> list[SourceDocument]:  # noqa: ANN401 - any JSON
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    documents = list(read_document("page.json", text.encode))
    assert all(isinstance(document, SourceDocument) for document in documents)
    return [document for document in documents if isinstance(document, SourceDocument)]


def incident(**changes: object) -> dict[str, object]:
    update = {"id": "u", "status": "resolved", "body": "Fixed.", "created_at": "2024-07-18T01:54Z"}
    created = "2024-07-18T01:00Z"
    return {"name": "Errors", "created_at": created, "incident_updates": [update]} | changes


def test_every_incident_is_a_document() -> None:
    first, second = read_sources([str(FIXTURE)])
    assert isinstance(first, SourceDocument)
    assert isinstance(second, SourceDocument)
    assert first.name == f"{FIXTURE}#p31zjtct2jer"
    assert second.name == f"{FIXTURE}#q99"
    assert first.title == "Elevated API errors"
    assert first.fields == {
        "id": ("p31zjtct2jer",),
        "title": ("Elevated API errors",),
        "status": ("postmortem",),
        "created_at": ("2024-07-18T02:01:11.000Z",),
        "started": ("2024-07-18T01:54:00.000Z",),
        "mitigated": ("2024-07-18T02:36:00.000Z",),
        "resolved": ("2024-07-18T03:20:00.000Z",),
        "impact": ("major",),
        "url": ("https://stspg.io/p31zjtct2jer",),
        "services": ("API", "Dashboard"),
    }
    assert first.markdown == (
        "## Summary\n\nA deploy removed an index.\n\n## Root cause\n\nNo staging check.\n\n"
        "## Impact\n\n- Impact: major\n- Components: API, Dashboard\n\n"
        "## Timeline\n\n"
        "- 2024-07-18 01:58 UTC — Investigating: We see **5xx** errors.\n"
        "- 2024-07-18 02:36 UTC — Monitoring: A fix is out.\n\n  We keep watching.\n"
        "- 2024-07-18 03:20 UTC — Resolved: All requests succeed again."
    )
    assert "2024-06-02 11:00 +09:00 — Resolved: Queue drained." in second.markdown


def test_lines_are_those_of_the_file() -> None:
    lines = FIXTURE.read_text("utf-8").split("\n")
    for document in read_sources([str(FIXTURE)]):
        assert isinstance(document, SourceDocument)
        assert f'"{document.title}"' in lines[document.field_lines["title"] - 1]
        events = zip(document.markdown.split("\n"), document.lines, strict=True)
        at = [lines[line - 1] for text, line in events if text.startswith("- 2024")]
        assert at
        assert all('"id": "u' in line for line in at)


def test_an_incident_keeps_its_name_and_digest_when_newer_ones_come_before_it() -> None:
    content = json.loads(FIXTURE.read_text("utf-8"))
    old = {document.name: document.digest for document in read(content)}
    content["incidents"].insert(0, incident(id="new"))
    new = {document.name: document.digest for document in read(content)}
    assert old.items() <= new.items()
    assert len(new) == 3


@pytest.mark.parametrize(
    "content",
    [
        {"incident": incident()},
        incident(),
        [incident()],
        {"incidents": [incident()]},
        {"page": {"name": "Example"}, "incidents": [incident()]},
        {"text": 'a "incidents": [ in a string', "incidents": [incident()]},
    ],
)
def test_one_incident_in_any_shape_has_the_name_of_its_file(content: object) -> None:
    (document,) = read(content)
    assert document.name == "page.json"
    assert document.title == "Errors"
    assert json.loads(document.original)["name"] == "Errors"


def test_a_postmortem_with_a_timeline_of_its_own_keeps_it_apart_from_the_updates() -> None:
    (document,) = read(incident(postmortem_body="## Timeline\n\n- 10:54 down"))
    assert document.markdown.count("## Timeline") == 1
    assert "## Status updates" in document.markdown


def test_odd_values_are_no_obstacle() -> None:
    (document,) = read(
        incident(
            name=None,
            components=[None, {"name": "API"}, 3],
            incident_updates=[None, {"status": 5, "body": None, "created_at": "yesterday"}, {}],
            impact=["major"],
            resolved_at=0,
        )
    )
    assert document.title == ""
    assert document.fields["resolved"] == ("0",)
    assert "- yesterday — 5" in document.markdown


def test_half_of_a_surrogate_pair_does_not_break_the_digest() -> None:
    text = json.dumps({"incident": incident(name="x")}).replace('"x"', '"\\ud800"')
    assert len(read(text)[0].digest) == 32
