"""An index that several processes use, one of which is killed or finds the disk full."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from kb.errors import IndexFailure
from kb.search.engine import Request, SearchEngine
from tests.engine_contract import CORPUS, EVERYTHING, edition, word
from tests.folder_engines.conftest import Kind, segments_on_disk

if TYPE_CHECKING:
    from pathlib import Path


def python(script: str, kind: Kind, *arguments: object) -> subprocess.Popen[str]:
    """Another process; whatever it raises is a line on its standard error."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", OPEN + script, kind.name, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


OPEN = """\
import sys
from pathlib import Path
from kb.search import engines
from kb.search.engine import Changes, Request
from tests.engine_contract import corpus, edition, filled, made, word
engine = engines.opened(sys.argv[1], Path(sys.argv[2]))
"""


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


# A full disk


FULL_DISK = """
import resource, signal
from kb.errors import IndexFailure
folder = Path(sys.argv[2])
files = {place.name for place in folder.iterdir()}
total = engine.search(Request()).total
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for limit in (0, 10, 100, 1000, 3000, 5000, 9000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    text = " ".join(f"word{n}" for n in range(3000))
    big = made("big.md", f"---\\ntitle: Big\\n---\\n{text}")
    try:
        engine.apply(Changes(documents=[big]))
    except IndexFailure as error:
        assert "cannot be written: File too large." in error.message, error
        assert "KB_CACHE_DIR" in error.remedy
    else:
        raise SystemExit(f"nothing was said at {limit}")
    left = {place.name for place in folder.iterdir()} - files - {"kb.tmp"}
    if sys.argv[1] == "tantivy":  # it removes whole files with the next commit
        left = {name for name in left if ".tmp" in name}
    assert not left, left
    assert engine.search(Request()).total == total
memory = engines.opened(sys.argv[1], None)
filled(memory, [*corpus(), big])
assert memory.search(Request()).total == total + 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
engine.apply(Changes(documents=[big]))
assert engine.search(Request()).total == total + 1
engine.close()
"""


def test_a_full_disk_leaves_the_old_index_and_no_litter(
    kind: Kind, engine: SearchEngine, folder: Path
) -> None:
    engine.close()
    with python(FULL_DISK, kind, folder) as process:
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)
    assert engine.search(EVERYTHING).total == len(CORPUS) + 1
    assert segments_on_disk(folder) == kind.segments(folder)


# Processes


WAITING = """
with engine.exclusive():
    print("in", flush=True)
    input()
"""


def test_one_process_waits_for_another(kind: Kind, engine: SearchEngine, folder: Path) -> None:
    with python(WAITING, kind, folder) as process:
        assert read_line(process) == "in\n"
        entered = threading.Event()

        def enter() -> None:
            with engine.exclusive():
                entered.set()

        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.3)
        assert engine.search(EVERYTHING).total == len(CORPUS), "reading never waits"
        assert process.communicate("\n", timeout=60)[1] == ""
        assert entered.wait(10)
        thread.join()


def test_a_lock_that_stays_is_told(
    kind: Kind, engine: SearchEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind.lock_seconds, 0.1)
    waiting = kind.opened(folder)
    with (
        engine.exclusive(),
        pytest.raises(IndexFailure, match="Another process") as caught,
        waiting.exclusive(),
    ):
        pytest.fail("two were let in")
    assert str(folder) in caught.value.message
    assert caught.value.remedy
    with waiting.exclusive():
        assert waiting.version() == engine.version()


READER = """
asked, seen = 0, set()
while not Path(sys.argv[3]).exists():
    results = engine.search(Request((word("edition"),), limit=100))
    editions = {hit.shown["title"] for hit in results.hits}
    assert results.total == len(results.hits) == 5, results.total
    assert len(editions) == 1, editions
    assert results.facets["status"] == (("draft", 5),), results.facets
    if not asked:
        print("ready", flush=True)
    asked, seen = asked + 1, seen | editions
engine.close()
print(asked, len(seen))
"""


def test_readers_always_see_a_whole_state(
    kind: Kind, engine: SearchEngine, folder: Path, tmp_path: Path
) -> None:
    engine.apply(edition(0))
    end = tmp_path / "end"
    readers = [python(READER, kind, folder, end) for _ in range(2)]
    for process in readers:
        assert read_line(process) == "ready\n"
    for number in range(1, 31):
        engine.apply(edition(number))
    end.touch()
    for process in readers:
        with process:
            output, errors = process.communicate(timeout=60)
        assert errors == ""
        asked, seen = map(int, output.split())
        assert asked > 5
        assert seen > 1


WRITER = """
print("ready", flush=True)
for number in range(10_000):
    with engine.exclusive():
        engine.apply(edition(number))
"""


def test_a_killed_writer_leaves_a_whole_state(
    kind: Kind, engine: SearchEngine, folder: Path
) -> None:
    engine.apply(edition(0))
    chance = random.Random(7)
    for _ in range(8):
        with python(WRITER, kind, folder) as process:
            assert read_line(process) == "ready\n"
            time.sleep(chance.random() / 20)
            process.send_signal(signal.SIGKILL)
        results = engine.search(Request((word("edition"),)))
        assert (results.total, len({hit.shown["title"] for hit in results.hits})) == (5, 1)
        assert engine.search(EVERYTHING).total == len(CORPUS) + 5
    with engine.exclusive():
        engine.apply(edition(1))
    assert segments_on_disk(folder) == kind.segments(folder)
    names = [place.name for place in folder.iterdir()]
    assert not [name for name in names if ".toc." in name or ".tmp" in name]
