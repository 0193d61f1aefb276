"""Importing Whoosh leaves out what it never uses and harms nobody who does."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_search_imports_only_what_it_needs(engine: str, tmp_path: Path) -> None:
    entries = tmp_path / "entries"
    entries.mkdir()
    (entries / "2024-01-01-disk.md").write_text("---\ntitle: Disk full\n---\n\n## Summary\n\nx\n")
    script = (
        "import os, sys\n"
        f"os.environ.update(KB_ENGINE={engine!r}, KB_CACHE_DIR={str(tmp_path / 'cache')!r})\n"
        f"sys.argv = ['kb', '--entries', {str(entries)!r}, 'search', 'disk', '--ids']\n"
        "from kb.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    print(*sorted(needless & set(sys.modules)))\n"
    )
    needless = {"yaml", "mistune", "rapidfuzz", "kb.document", "kb.moments", "kb.search.documents"}
    others = {"tantivy": {"random", "secrets", "shutil", "kb.search.ranking", "whoosh"}}
    needless |= others.get(engine, {"secrets", "tantivy"})
    script = f"needless = {needless!r}\n" + script
    printed(script)
    assert printed(script).splitlines() == ["2024-01-01-disk"]
