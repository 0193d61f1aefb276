"""The API's description, `/api/openapi.json`: made from the table of operations and `kb.shapes`.

OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict, is_typeddict

import kb
from kb import shapes
from web.api.opensearch import MEDIA_TYPE
from web.api.operations import ENTRY, OPERATIONS, SUGGEST, Operation

if TYPE_CHECKING:
    from web.api.parameters import Parameter

VERSION = "3.1.1"
_REFERENCE = "#/components/schemas/"
_JSON = "application/json"


class ErrorDetail(TypedDict):
    """What went wrong, where, and what to do about it."""

    status: int
    message: str
    remedy: str
    nearest: list[str]
    """Ids like the one that was asked for."""


class Error(TypedDict):
    """Every answer that is not the one asked for."""

    error: ErrorDetail


def described(script_root: str) -> dict[str, Any]:
    """The description of the API.

    Args:
        script_root: the path that the site stands under, without a slash at the end.
    """
    return {
        "openapi": VERSION,
        "info": {
            "title": "Postmortem knowledge base",
            "version": kb.__version__,
            "summary": "Incident postmortems, searched in Korean and English.",
            "description": (
                "Every answer is the JSON that the command named with it prints. Answers carry an "
                "ETag; a request with If-None-Match is answered 304 where nothing has changed."
            ),
        },
        "servers": [{"url": script_root or "/"}],
        "paths": {one.address: _path(one) for one in OPERATIONS},
        "components": {"schemas": schemas()},
    }


@cache
def schemas() -> dict[str, Any]:
    """Name -> JSON Schema of every answer, and of what stands in them."""
    # Only this page needs it, and it takes a tenth of a second.
    from pydantic import ConfigDict, TypeAdapter, with_config
    from pydantic.json_schema import GenerateJsonSchema

    class Untitled(GenerateJsonSchema):
        """Schemas without a title for each field: it says the field's name again."""

        def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 -- pydantic's own
            del schema
            return False

    told = with_config(ConfigDict(use_attribute_docstrings=True))
    for shape in (*vars(shapes).values(), ErrorDetail, Error):
        if is_typeddict(shape):
            told(shape)
    wanted: dict[str, Any] = {one.answer: getattr(shapes, one.answer) for one in OPERATIONS}
    mode: Literal["serialization"] = "serialization"
    _, found = TypeAdapter.json_schemas(
        [(name, mode, TypeAdapter(shape)) for name, shape in (wanted | {"Error": Error}).items()],
        ref_template=_REFERENCE + "{model}",
        schema_generator=Untitled,
    )
    return {name: _untitled(schema) for name, schema in sorted(found["$defs"].items())}


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _path(operation: Operation) -> dict[str, Any]:
    item: dict[str, Any] = {"get": _operation(operation)}
    if operation.takes_text:
        item["post"] = _operation(operation) | {
            "operationId": f"{operation.name}_to_text",
            "parameters": [
                _parameter(one) for one in operation.parameters if one.name not in {"id", "text"}
            ],
            "requestBody": {
                "description": "A text of up to 2 MB, or an id.",
                "required": True,
                "content": {
                    "text/plain": {"schema": {"type": "string"}},
                    _JSON: {"schema": _TEXT_OR_ID},
                },
            },
        }
    return item


_TEXT_OR_ID = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "id": {"type": "string"}},
    "oneOf": [{"required": ["text"]}, {"required": ["id"]}],
}


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": _responses(operation),
    }
    if operation.command:
        described["description"] = f"The same as `{operation.command}`."
    if operation.in_path:
        described["parameters"] = [
            _parameter(operation.in_path, place="path"),
            *described["parameters"],
        ]
    return described


def _parameter(parameter: Parameter[Any], place: str = "query") -> dict[str, Any]:
    schema = parameter.schema()
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": place,
        "description": parameter.description,
        "required": place == "path",
        "schema": schema,
    }
    if parameter.example:
        many = schema["type"] == "array"
        described["example"] = [parameter.example] if many else parameter.example
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {
        "ETag": {"description": "Stands for this answer.", "schema": {"type": "string"}}
    }
    if operation.counted:
        headers["Link"] = {
            "description": 'The next page, rel="next", where there is one.',
            "schema": {"type": "string"},
        }
    content: dict[str, Any] = {_JSON: {"schema": {"$ref": _REFERENCE + operation.answer}}}
    if operation is SUGGEST:
        content[MEDIA_TYPE] = {
            "schema": {
                "type": "array",
                "description": "What was typed; queries, labels and addresses of the same length.",
                "minItems": 4,
                "maxItems": 4,
            }
        }
    found: dict[str, Any] = {
        "200": {"description": operation.summary, "headers": headers, "content": content}
    }
    if operation is ENTRY:
        found["302"] = {"description": "The entry whose id begins so."}
        found["308"] = {"description": "The entry that had this id before."}
    found["304"] = {"description": "Nothing has changed since."}
    found["default"] = {
        "description": "What went wrong, and what to do about it.",
        "content": {_JSON: {"schema": {"$ref": f"{_REFERENCE}Error"}}},
    }
    return found
