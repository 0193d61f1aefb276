"""The API's description is valid, complete, and true of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from web.api.openapi import schemas
from web.api.operations import OPERATIONS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ENTRY = "2024-07-18-kakaotalk-login-outage"

ANSWERS = [
    ("SearchAnswer", "/api/v1/search"),
    ("SearchAnswer", "/api/v1/search?q=카카오톡+로그인&limit=1000"),
    ("SearchAnswer", "/api/v1/search?q=caues:dns+certifcate"),
    ("EntryPage", "/api/v1/entries"),
    ("RelatedAnswer", f"/api/v1/related?id={ENTRY}"),
    ("RelatedAnswer", "/api/v1/related?text=BGP+route+leak+2024-07-18&limit=20"),
    ("SuggestAnswer", "/api/v1/suggest?q=ka&limit=50"),
    ("SuggestAnswer", "/api/v1/suggest?q=is:"),
    ("SuggestAnswer", "/api/v1/suggest"),
    ("StatisticsAnswer", "/api/v1/stats"),
    ("StatisticsAnswer", "/api/v1/stats?by=month&q=zzzzz"),
    ("FollowUpsAnswer", "/api/v1/follow-ups?limit=1000"),
    ("FollowUpsAnswer", "/api/v1/follow-ups?q=nosuchfield:x"),
    ("ServicesAnswer", "/api/v1/services"),
    ("CausesAnswer", "/api/v1/causes"),
    ("RecurrencesAnswer", "/api/v1/recurrences"),
    ("Error", "/api/v1/search?limit=x"),
    ("Error", "/api/v1/entries/2024-07-18-kakao-login"),
    ("Error", "/api/nowhere"),
]


def closed(schema: Any) -> Any:  # noqa: ANN401 -- JSON of any kind
    """A schema that allows no key but those it names: a new key must be described."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if isinstance(found.get("properties"), dict):
        found["additionalProperties"] = False
    return found


@pytest.fixture(scope="module")
def described(web_app: Flask) -> dict[str, Any]:
    response = web_app.test_client().get("/api/openapi.json")
    assert response.content_type == "application/json"
    return dict(response.get_json())


def check(described: dict[str, Any], name: str, answer: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": closed(described["components"])}
    Draft202012Validator(schema).validate(answer)


def test_the_description_is_valid(described: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(described).validate()


@pytest.mark.parametrize(("name", "address"), ANSWERS)
def test_every_answer_is_as_described(
    web: FlaskClient, described: dict[str, Any], name: str, address: str
) -> None:
    check(described, name, web.get(address).get_json())


def test_every_entry_is_as_described(web: FlaskClient, described: dict[str, Any]) -> None:
    listed = web.get("/api/v1/entries").get_json()["entries"]
    for entry in listed:
        check(described, "Entry", web.get(f"/api/v1/entries/{entry['id']}").get_json())
    assert len(listed) >= 28


def test_every_described_answer_is_among_those_checked() -> None:
    checked = {name for name, _ in ANSWERS} | {"Entry"}
    assert {one.answer for one in OPERATIONS} <= checked


def test_every_address_is_described(web_app: Flask, described: dict[str, Any]) -> None:
    there = {
        (str(rule).replace("<", "{").replace(">", "}"), method.lower())
        for rule in web_app.url_map.iter_rules()
        if str(rule).startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, item in described["paths"].items() for method in item}
    assert told == there


def test_every_parameter_is_explained(described: dict[str, Any]) -> None:
    for item in described["paths"].values():
        for operation in item.values():
            assert operation["summary"]
            for parameter in operation["parameters"]:
                assert parameter["description"], parameter


def test_a_default_is_what_counts_where_nothing_is_given(web: FlaskClient) -> None:
    for operation in OPERATIONS:
        if operation.in_path or operation.takes_text:
            continue
        defaults = {
            one.name: one.schema()["default"]
            for one in operation.parameters
            if one.schema().get("default")
        }
        plain = web.get(operation.address).get_json()
        spelled = web.get(operation.address, query_string=defaults).get_json()
        for document in (plain, spelled):
            document.pop("took_ms", None)
        assert plain == spelled, operation.name


def test_limits_are_as_described(web: FlaskClient) -> None:
    for operation in OPERATIONS:
        for parameter in operation.parameters:
            if parameter.name == "limit":
                most = parameter.schema()["maximum"]
                given = {"id": ENTRY} if operation.takes_text else {}
                for limit, status in ((most, 200), (most + 1, 400)):
                    asked = given | {"limit": str(limit)}
                    response = web.get(operation.address, query_string=asked)
                    assert response.status_code == status, operation.name


def test_every_shape_says_what_it_is() -> None:
    assert [name for name, schema in schemas().items() if not schema.get("description")] == []


def test_the_description_names_no_host(web: FlaskClient) -> None:
    one = web.get("/api/openapi.json", base_url="https://one.example")
    other = web.get("/api/openapi.json", base_url="http://other.example:8000")
    assert one.data == other.data


def test_the_description_knows_the_path_that_the_site_stands_under(web: FlaskClient) -> None:
    response = web.get("/api/openapi.json", base_url="https://one.example/kb")
    assert response.get_json()["servers"] == [{"url": "/kb"}]
