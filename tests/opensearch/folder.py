"""A machine as tests see it: an entries folder, a cache of its own, and `kb` as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.generator import generate

_SECRET = "KB_OPENSEARCH_"


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder of entries whose index is on OpenSearch.

    Attributes:
        entries: the folder.
        cache: what this machine knows of the index.
        environment: more of it.
    """

    entries: Path
    cache: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def configure(self, hosts: Sequence[str], index: str, **options: object) -> None:
        """Choose the engine in kb.toml."""
        pairs = {"type": "opensearch", "hosts": list(hosts), "index": index, **options}
        table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in pairs.items())
        (self.entries / "kb.toml").write_text(f"engine = {{ {table} }}\n", encoding="utf-8")

    def fill(self, count: int) -> list[Path]:
        """Write generated entries; their files."""
        files = []
        for path, content in generate(count):
            file = self.entries / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
            os.utime(file, (0, 0))  # one that has just changed is looked at twice
            files.append(file)
        return files

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """A `kb` that runs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
        return subprocess.Popen(
            [sys.executable, "-m", "kb", "--entries", self.entries, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=Path(__file__).parents[2],
            env={**kept, "KB_CACHE_DIR": str(self.cache), **self.environment},
        )

    def kb(self, *arguments: str) -> tuple[int, str, str]:
        """How `kb` ended, what it printed, what it said."""
        with self.started(*arguments) as process:
            printed, said = process.communicate(timeout=180)
        return process.returncode, printed, said

    def found(self, *query: str) -> Any:  # noqa: ANN401 -- JSON
        """What `kb search --json` printed, without the time it took."""
        _, printed, said = self.kb("search", "--json", "--", *query)
        assert printed, said
        return {**json.loads(printed), "took_ms": 0}


def machine(place: Path, **environment: str) -> Machine:
    """A new one."""
    (place / "entries").mkdir(parents=True)
    return Machine(place / "entries", place / "cache", environment)
