"""Every command explains itself, in its help and in the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from kb.cli.root import COMMANDS, root

if TYPE_CHECKING:
    from tests.conftest import RunKb

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def command(name: str) -> click.Command:
    found = root.get_command(click.Context(root), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_help_text_and_one_for_each_option(name: str) -> None:
    assert command(name).help
    for param in command(name).params:
        assert isinstance(param, click.Argument) or param.help, param.name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_the_command_says_of_itself(name: str) -> None:
    assert COMMANDS[name][1] == command(name).get_short_help_str(100)
    assert command(name).name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_tells_of_the_command(name: str) -> None:
    assert re.search(rf"\bkb {name}\b", README)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_no_option_that_does_not_exist(name: str) -> None:
    known = {option for param in (*command(name).params, *root.params) for option in param.opts}
    known |= {"--help", "--version"}
    for line in re.findall(rf"\bkb {name}\b[^\n`|]*", README):
        assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line)) <= known, line


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_everywhere(run_kb: RunKb, name: str, flag: str) -> None:
    result = run_kb(*filter(None, [name, flag]))
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: kb {name}".rstrip())
    assert all(len(line) <= 100 for line in result.output.splitlines())


def test_help_needs_no_entries(run_kb: RunKb, tmp_path: Path) -> None:
    assert run_kb("--entries", str(tmp_path / "none"), "search", "-h").exit_code == 0


def test_a_search_imports_no_other_command_and_nothing_that_reads_markdown() -> None:
    code = (
        "import sys, kb.cli.root as r, click\n"
        "r.root.get_command(click.Context(r.root), 'search')\n"
        "print(*sorted(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "kb.cli.search" in loaded
    heavy = {"kb.cli.show", "kb.cli.new", "kb.document", "mistune", "yaml", "flask", "whoosh"}
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_in_the_help_stand_on_lines_of_their_own(name: str) -> None:
    text = command(name).get_help(click.Context(command(name)))
    assert "\\b" not in text
    assert all(line.count("  kb ") <= 1 for line in text.splitlines())
