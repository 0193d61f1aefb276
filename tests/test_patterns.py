"""Patterns that are compiled when they are used are the patterns they would have been."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import pytest

import kb
from kb.patterns import lazily, pattern


def modules() -> list[str]:
    found = walk_packages(kb.__path__, "kb.")
    return [one.name for one in found if "engine" not in one.name and "__main__" not in one.name]


def test_every_pattern_of_ours_can_be_compiled() -> None:
    lazy = type(pattern(""))
    seen = 0
    for name in modules():
        for value in vars(import_module(name)).values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, lazy):
                    assert isinstance(re.compile(one.pattern, one.flags), re.Pattern)
                    seen += 1
    assert seen > 50


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    ours, theirs = pattern(r"(?P<word>[a-z]+)\d", re.IGNORECASE), re.compile("(?i)([a-z]+)")
    found = ours.search("-- Ab1 cd2")
    assert found is not None
    assert (found["word"], found.re.flags & re.IGNORECASE) == ("Ab", re.IGNORECASE)
    assert ours.sub(r"<\1>", "Ab1 cd2") == "<Ab> <cd>"
    assert ours.findall("Ab1 cd2") == ["Ab", "cd"]
    assert ours.groupindex == {"word": 1}
    assert theirs.match("x") is not None


def test_a_wrong_pattern_fails_when_it_is_used() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.match("x")


def test_a_pattern_can_be_copied_and_sent() -> None:
    used = pattern("a+")
    used.match("a")
    assert copy.deepcopy(used).fullmatch("aa")
    assert copy.deepcopy(pattern("a+")).fullmatch("aa")
    assert pickle.loads(pickle.dumps(pattern("a+"))).fullmatch("aa")


def printed(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_library_imported_lazily_works_as_ever() -> None:
    script = (
        "from kb.patterns import lazily\n"
        "with lazily(): import mistune, yaml\n"
        "import re\n"
        "print(re.compile('a') is re.compile('a'), type(re.compile('a')).__name__)\n"
        "print(yaml.load('a: [1, 2020-01-02, no, 1.5]', yaml.SafeLoader)['a'])\n"
        "print(yaml.load('- \"\\\\u00e9\"', yaml.SafeLoader), mistune.html('# *a* <b>').strip())\n"
    )
    assert printed(script).splitlines() == [
        "True Pattern",
        "[1, datetime.date(2020, 1, 2), False, 1.5]",
        "['é'] <h1><em>a</em> <b></h1>",
    ]


def test_what_is_imported_meanwhile_and_fails_changes_nothing() -> None:
    with pytest.raises(ImportError), lazily():
        import_module("no_such_module_at_all")
    assert sys.modules["re"] is re
