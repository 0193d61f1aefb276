"""The files that code hosts read: our action, our workflow, and the templates for others."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "kb" / "review" / "templates"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def test_no_input_stands_in_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert not step.get("run") or step["shell"] == "bash"


def _schema(name: str) -> dict[str, Any]:
    """A schema of SchemaStore, as the package check-jsonschema ships it."""
    place = resources.files("check_jsonschema.builtin_schemas") / "vendor" / f"{name}.json"
    schema = json.loads(place.read_text("utf-8"))
    assert isinstance(schema, dict)
    return schema


def _read(place: Path) -> Any:  # noqa: ANN401 -- YAML
    read = yaml.safe_load(place.read_text("utf-8"))
    # YAML 1.1 reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in read.items()}


@pytest.mark.parametrize(
    ("place", "schema"),
    [
        (ROOT / "action.yml", "github-actions"),
        (ROOT / ".github" / "workflows" / "ci.yml", "github-workflows"),
        (TEMPLATES / "github-action.yml", "github-workflows"),
        (TEMPLATES / "reviewdog.yml", "github-workflows"),
        (TEMPLATES / "gitlab-ci.yml", "gitlab-ci"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_what_others_read_fits_their_schema(place: Path, schema: str) -> None:
    read = _read(place)
    assert list(jsonschema.Draft7Validator(_schema(schema)).iter_errors(read)) == []
    for key in list(read):
        assert list(jsonschema.Draft7Validator(_schema(schema)).iter_errors({**read, key: [[[]]]}))


def test_the_templates_use_inputs_that_there_are() -> None:
    for place in (TEMPLATES / "github-action.yml", ROOT / ".github" / "workflows" / "ci.yml"):
        for step in _read(place)["jobs"]["review"]["steps"]:
            if step["uses"].startswith(("OWNER/", "./")):
                assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_commands_of_the_templates_are_ours() -> None:
    from kb.cli.review import review_command
    from kb.review.reports import FORMATS

    known = {
        name for param in review_command.params for name in (*param.opts, *param.secondary_opts)
    }
    text = "\n".join(place.read_text("utf-8") for place in TEMPLATES.iterdir())
    commands = re.findall(r"^\s*(?:- )?kb review (.+)$", text, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        assert set(re.findall(r"--[\w-]+", command)) <= known
        assert {one.split(":")[0] for one in re.findall(r"--format (\S+)", command)} <= set(FORMATS)
