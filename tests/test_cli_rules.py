"""`kb rules`: the list, the page of a rule, the schema that editors check front matter by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from jsonschema import Draft7Validator

from kb import config
from kb.cli.layout import plain
from kb.document.front_matter_keys import KEYS
from kb.review.choice import EVERY_RULE
from kb.review.schema import front_matter_schema
from tests.conftest import ENTRIES
from tests.review_examples import CONFIG
from tests.review_examples import KEYS as EXAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from kb.review.rule import Rule
    from tests.conftest import RunKb


def test_every_rule_is_listed_with_its_level(run_kb: RunKb) -> None:
    result = run_kb("rules")
    assert result.exit_code == 0
    for rule in EVERY_RULE:
        assert f"{rule.code}  {rule.level}" in result.stdout


def test_codes_and_names_are_used_once() -> None:
    assert len({rule.code for rule in EVERY_RULE}) == len(EVERY_RULE)
    assert len({rule.name for rule in EVERY_RULE}) == len(EVERY_RULE)
    families = {rule.family for rule in EVERY_RULE}
    assert families.isdisjoint({rule.name for rule in EVERY_RULE})


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.code)
def test_a_rule_is_explained_with_both_examples(run_kb: RunKb, rule: Rule) -> None:
    told = run_kb("rules", rule.code.lower()).stdout
    assert told.startswith(f"{rule.code} {rule.name}\n{rule.level} · {rule.family}\n")
    for example in (rule.bad, rule.good):
        assert all(plain(line) in told for line in example.split("\n"))
    assert run_kb("rules", rule.name).stdout == told


def test_a_family_is_a_shorter_list(run_kb: RunKb) -> None:
    told = run_kb("rules", "front-matter").stdout
    assert "KB109" in told
    assert "KB301" not in told
    assert run_kb("rules", "KB1").stdout == told


def test_a_rule_that_is_none_names_the_nearest(run_kb: RunKb) -> None:
    result = run_kb("rules", "unknown-sevrity")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "unknown-severity" in result.stderr


def test_json_holds_all_that_the_pages_say(run_kb: RunKb) -> None:
    document = json.loads(run_kb("rules", "--json").stdout)
    assert document["schema_version"] == 1
    assert [one["code"] for one in document["rules"]] == [rule.code for rule in EVERY_RULE]
    (one,) = json.loads(run_kb("rules", "KB109", "--json").stdout)["rules"]
    keys = "code name family level default_level summary why bad good"
    assert list(one) == keys.split()


def test_levels_are_those_of_the_folder(run_kb: RunKb, tmp_path: Path) -> None:
    text = '[review]\ndisable = ["KB107"]\nlevels = { KB109 = "note" }\n'
    (tmp_path / "kb.toml").write_text(text, "utf-8")
    told = run_kb("--entries", str(tmp_path), "rules").stdout
    assert "KB107  off " in told
    assert "KB109  note " in told
    page = run_kb("--entries", str(tmp_path), "rules", "KB109").stdout
    assert "note, usually error · front-matter" in page


def test_no_knowledge_base_is_needed(
    run_kb: RunKb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_kb("rules", "KB109").exit_code == 0
    assert run_kb("--entries", str(tmp_path / "none"), "rules", "KB109").exit_code == 2


class TestSchema:
    def test_it_is_printed_alone(self, run_kb: RunKb) -> None:
        schema = json.loads(run_kb("rules", "--schema").stdout)
        Draft7Validator.check_schema(schema)
        assert run_kb("rules", "KB109", "--schema").exit_code == 2

    def test_it_knows_the_names_of_the_folder(self) -> None:
        properties = front_matter_schema(CONFIG)["properties"]
        assert list(properties) == list(KEYS)
        assert properties["services"]["items"] == {"enum": ["kakaotalk", "kakao-account"]}
        assert "network" in properties["causes"]["items"]["enum"]
        assert properties["severity"]["enum"] == ["sev1", "sev2", "sev3", "sev4"]

    def test_without_services_any_is_allowed(self) -> None:
        properties = front_matter_schema(config.Config())["properties"]
        assert properties["services"]["items"] == {"type": "string", "minLength": 1}

    @pytest.mark.parametrize("place", sorted(ENTRIES.rglob("*.md")), ids=lambda one: one.stem)
    def test_our_own_entries_are_valid(self, place: Path) -> None:
        validator = Draft7Validator(front_matter_schema(config.load(ENTRIES)[0]))
        front_matter = place.read_text("utf-8").split("\n---\n")[0].removeprefix("---\n")
        assert errors(validator, front_matter) == []

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("title", '""'),
            ("date", "18.7.2024"),
            ("services", "[]"),
            ("services", "[kakotalk]"),
            ("services", "kakaotalk"),
            ("causes", "[network, network]"),
            ("severity", "huge"),
            ("status", "[draft]"),
            ("started", "yesterday"),
            ("detected_by", "luck"),
            ("sources", "[{titel: x}]"),
            ("sources", "https://example.com"),
        ],
    )
    def test_what_is_wrong_is_refused(self, key: str, value: str) -> None:
        validator = Draft7Validator(front_matter_schema(CONFIG))
        good = "\n".join(f"{name}: {text}" for name, text in EXAMPLE.items())
        bad = "\n".join(f"{name}: {text}" for name, text in (EXAMPLE | {key: value}).items())
        assert errors(validator, good) == []
        assert errors(validator, bad) == [key]

    @pytest.mark.parametrize("key", ["title", "services", "causes", "severity", "status"])
    def test_a_missing_key_is_refused(self, key: str) -> None:
        validator = Draft7Validator(front_matter_schema(CONFIG))
        front = "\n".join(f"{name}: {text}" for name, text in EXAMPLE.items() if name != key)
        assert errors(validator, front) == [""]

    def test_the_start_stands_in_for_the_date(self) -> None:
        validator = Draft7Validator(front_matter_schema(CONFIG))
        for left_out, expected in (({"date"}, []), ({"started"}, []), ({"date", "started"}, [""])):
            front = "\n".join(f"{k}: {v}" for k, v in EXAMPLE.items() if k not in left_out)
            assert errors(validator, front) == expected


class _AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2, in which a date is a text."""


_AsEditorsRead.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def errors(validator: Draft7Validator, front_matter: str) -> list[str]:
    """The keys with an error; an empty text for the whole."""
    values = yaml.load(front_matter, _AsEditorsRead)
    return [".".join(map(str, list(one.path)[:1])) for one in validator.iter_errors(values)]
