"""Importing Whoosh leaves out what it never uses and harms nobody who does."""

from __future__ import annotations

import subprocess
import sys

import pytest


def printed(script: str) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    return result.stdout.strip()


def test_a_search_imports_neither_asyncio_nor_urllib_request() -> None:
    script = (
        "import sys; from kb.search.lean_import import lean_import\n"
        "with lean_import(): import kb.search.whoosh_engine\n"
        "print(sorted({'asyncio', 'urllib.request', 'cached_property'} & set(sys.modules)))\n"
    )
    assert printed(script) == "[]"


@pytest.mark.parametrize("first", ["", "import urllib.request\n"])
def test_the_real_modules_are_there_for_others(first: str) -> None:
    script = (
        f"{first}from kb.search.lean_import import lean_import\n"
        "with lean_import(): import kb.search.whoosh_engine\n"
        "import urllib.request, cached_property\n"
        "print(callable(urllib.request.urlopen), urllib.request.urlretrieve is not None,\n"
        "      cached_property.__version__ > '1')\n"
    )
    assert printed(script) == "True True True"


def test_a_failed_import_leaves_no_stand_in() -> None:
    script = (
        "import sys; from kb.search.lean_import import lean_import\n"
        "try:\n"
        "    with lean_import(): import no_such_module_at_all\n"
        "except ImportError: print('cached_property' in sys.modules)\n"
    )
    assert printed(script) == "False"
