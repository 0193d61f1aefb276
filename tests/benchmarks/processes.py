"""Whole processes: how long they take, how much memory they need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ONLY_CLICK = (sys.executable, "-c", "import click")
"""The least that a command line in Python costs: what our own start-up is compared with."""

# A process begins with the peak memory of the one that started it, so a small one stands between.
_WITH_MEMORY = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.returncode, peak * (1 if sys.platform == "darwin" else 1024)]))
"""


@dataclass(frozen=True, slots=True)
class Kb:
    """The command over one folder of entries with one engine, with a cache folder of its own."""

    entries: Path
    cache: Path
    engine: str = "whoosh"

    @property
    def environment(self) -> dict[str, str]:
        """The environment without anybody's own settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        return kept | {"KB_CACHE_DIR": str(self.cache), "KB_ENGINE": self.engine}

    def command(self, *arguments: str) -> tuple[str, ...]:
        """What is run."""
        script = Path(sys.executable).with_name("kb")
        return (str(script), "--entries", str(self.entries), *arguments)


def seconds(command: tuple[str, ...], environment: dict[str, str] | None = None) -> float:
    """Run a command to its end; raises CalledProcessError where it fails."""
    started = perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - started


def seconds_and_memory(command: tuple[str, ...], environment: dict[str, str]) -> tuple[float, int]:
    """Run a command to its end: seconds, and its peak of resident memory in bytes."""
    started = perf_counter()
    done = subprocess.run(
        (sys.executable, "-c", _WITH_MEMORY, *command),
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    taken = perf_counter() - started
    code, peak = json.loads(done.stdout)
    if code:
        raise subprocess.CalledProcessError(code, command)
    return taken, peak
