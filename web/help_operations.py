"""What the API can be asked, as the help shows it: made from the table that it is built on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import url_for

from web import help_texts
from web.api.operations import OPERATIONS, Operation
from web.language import gettext

if TYPE_CHECKING:
    from markupsafe import Markup

    from web.api.parameters import Parameter


@dataclass(frozen=True, slots=True)
class ParameterText:
    """One parameter.

    Attributes:
        takes: what its value can be, and what counts where it is left out.
    """

    name: str
    takes: str
    meaning: Markup
    example: str


@dataclass(frozen=True, slots=True)
class OperationText:
    """One operation.

    Attributes:
        anchor: its identifier in the page.
        example: the address of a request that it answers.
    """

    operation: Operation
    anchor: str
    summary: Markup
    parameters: tuple[ParameterText, ...]
    example: str


def operations() -> tuple[OperationText, ...]:
    """Everything that can be asked; within a request."""
    return tuple(
        OperationText(
            operation,
            f"api-{operation.name.replace('_', '-')}",
            help_texts.inline(gettext(operation.summary)),
            tuple(map(_parameter, _all_parameters(operation))),
            _example(operation),
        )
        for operation in OPERATIONS
    )


def _all_parameters(operation: Operation) -> tuple[Parameter[Any], ...]:
    in_path = (operation.in_path,) if operation.in_path else ()
    return (*in_path, *operation.parameters)


def _parameter(parameter: Parameter[Any]) -> ParameterText:
    meaning = help_texts.inline(gettext(parameter.description))
    return ParameterText(parameter.name, _takes(parameter.schema()), meaning, parameter.example)


def _takes(schema: dict[str, Any]) -> str:
    """A JSON Schema in words."""
    if "enum" in schema:
        said = " | ".join(schema["enum"])
    elif schema["type"] == "integer" and schema["maximum"] < 10**6:
        said = gettext("0 to %(most)s") % {"most": schema["maximum"]}
    else:
        kinds = {
            "integer": gettext("a number"),
            "boolean": gettext("1 or 0"),
            "array": gettext("a text, more than once"),
        }
        said = kinds.get(schema["type"], gettext("a text"))
    default = schema.get("default")
    if default and not isinstance(default, bool):
        return gettext("%(values)s; by itself %(default)s") % {"values": said, "default": default}
    return said


def _example(operation: Operation) -> str:
    """A request with the first of its parameters that has an example."""
    if operation.in_path:
        named: dict[str, Any] = {operation.in_path.name: operation.in_path.example}
        return url_for(f"api.{operation.name}", **named)
    address = url_for(f"api.{operation.name}")
    told = next((one for one in operation.parameters if one.example), None)
    query = urlencode({told.name: told.example}, quote_via=quote, safe=":") if told else ""
    return f"{address}?{query}" if query else address
