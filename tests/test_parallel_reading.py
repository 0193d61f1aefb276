"""Files read by several processes are read as by one, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase, config, parallel_reading
from kb.parallel_reading import FEWEST, outcomes, processors
from kb.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kb.reading import Outcome

COUNT = FEWEST + 30
ROOT = str(parallel_reading.__file__).rpartition("/kb/")[0]
BROKEN = {3: b"---\ntitle: [\n---\n", 40: b"\xff\xfe\x00\x00", 77: b"", 120: b"\x80\x81 no front"}


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More entries than are read by one process, a few of them broken, one of them gone."""
    folder = tmp_path_factory.mktemp("entries")
    for number in range(COUNT):
        text = f"""\
            ---
            title: Checkout {number} 결제 장애
            date: 2024-07-18
            services: [checkout, 카톡]
            severity: sev{number % 5}
            ---
            ## Impact
            Requests to `host-{number}` failed; 로그인도 되지 않았다.
            ## Timeline
            - 2024-07-18 10:{number % 60:02d} KST — first alert
            """
        content = BROKEN.get(number, textwrap.dedent(text).encode())
        (folder / name(number)).write_bytes(content)
    (folder / name(200)).unlink()
    return folder


def name(number: int) -> str:
    return f"2024-07-18-checkout-{number:03d}.md"


@pytest.fixture(scope="module")
def reader(entries: Path) -> Reader:
    return Reader(entries, config.load(entries)[0], {})


PATHS = [name(number) for number in range(COUNT)]


@pytest.fixture(scope="module")
def expected(reader: Reader) -> list[Outcome]:
    return [reader.read(path) for path in PATHS]


def children() -> list[int]:
    """The processes that this one has started, those included that nobody has waited for."""
    listed = subprocess.run(
        ("ps", "-A", "-ww", "-o", "pid=,ppid=,args="), capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=2) for line in listed.stdout.splitlines())
    mine = str(os.getpid())
    return [int(pid) for pid, parent, what in rows if parent == mine and "work()" in what]


@pytest.mark.parametrize("workers", [1, 2, 3, 9])
def test_several_processes_read_what_one_does(
    reader: Reader, expected: Sequence[Outcome], workers: int
) -> None:
    found = list(outcomes(reader, PATHS, workers))
    assert found == expected
    assert found[3].findings
    assert found[200].document is None


def test_contents_come_along_where_they_are_kept(reader: Reader, entries: Path) -> None:
    keeping = Reader(reader.folder, reader.config, {}, keeps_content=True)
    for outcome in outcomes(keeping, PATHS, 2):
        if outcome.document is not None:
            assert outcome.document.content == (entries / outcome.path).read_bytes()


@pytest.mark.parametrize("program", ["", "/bin/false", "/does/not/exist", "/bin/cat"])
def test_without_workers_this_process_reads(
    reader: Reader,
    expected: Sequence[Outcome],
    program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    assert list(outcomes(reader, PATHS, 2)) == expected


def test_workers_that_are_killed_lose_nothing(
    reader: Reader, expected: Sequence[Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_reading, "_BATCH", 8)
    found: list[Outcome] = []
    for outcome in outcomes(reader, PATHS, 2):
        found.append(outcome)
        if len(found) == 20:
            for child in children():
                os.kill(child, signal.SIGKILL)
    assert found == expected


def test_an_interrupt_of_a_worker_alone_stops_nothing(
    reader: Reader, expected: Sequence[Outcome]
) -> None:
    found: list[Outcome] = []
    for outcome in outcomes(reader, PATHS, 2):
        if not found:
            for child in children():
                os.kill(child, signal.SIGINT)
        found.append(outcome)
    assert found == expected


def test_who_stops_listening_leaves_no_process_behind(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_reading, "_PIPE", 4096)  # so that neither can be done already
    running: Iterator[Outcome] = outcomes(reader, PATHS, 2)
    next(running)
    assert len(children()) == 2
    running.close()  # type: ignore[attr-defined]  # it is a generator
    assert children() == []


def test_few_files_start_no_process(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    assert len(list(outcomes(reader, PATHS[: FEWEST - 1], 2))) == FEWEST - 1
    assert not mark.exists()
    assert len(list(outcomes(reader, PATHS, 2))) == COUNT
    assert mark.exists()


@pytest.mark.parametrize(
    ("quota", "most"),
    [("max 100000\n", 64), ("100000 100000\n", 1), ("50000 100000\n", 1), ("", 64)],
)
def test_a_container_has_the_processors_of_its_quota(
    quota: str, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = processors()
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    monkeypatch.setattr(parallel_reading, "_QUOTA", str(file))
    assert 1 <= processors() <= most
    assert processors() <= before


def test_a_sync_by_several_processes_finds_the_same(
    entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stats = []
    for fewest in (10 * COUNT, FEWEST):
        monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / str(fewest)))
        monkeypatch.setattr(parallel_reading, "FEWEST", fewest)
        monkeypatch.setattr(parallel_reading, "processors", lambda: 2)
        told: list[int] = []
        knowledge = KnowledgeBase.open(entries)
        found = knowledge.sync(partial(_tell, told))
        assert told == list(range(1, COUNT))
        hits = knowledge.search("로그인 host-42", limit=5).hits
        stats.append((found.added, found.findings, [(hit.id, hit.score) for hit in hits]))
    assert stats[0] == stats[1]
    assert stats[0][0] == COUNT - 1


def _tell(told: list[int], done: int, _: int) -> None:
    told.append(done)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("knowledge.sync().added", str(COUNT - 1)),
        ("min(one.path.rpartition('/')[2] for one in review(knowledge))", name(3)),
    ],
)
def test_a_script_without_a_guard_runs_once(
    asked: str, answer: str, entries: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from kb import KnowledgeBase, parallel_reading\n"
        "from kb.review import examining_many\n"
        "print('once')\n"
        "examining_many.LEAST = parallel_reading.FEWEST\n"
        "parallel_reading.processors = lambda: 2\n"
        "review = lambda knowledge: knowledge.review(workers=2, rules=['KB102']).findings\n"
        f"knowledge = KnowledgeBase.open({str(entries)!r})\n"
        f"print({asked})\n"
    )
    environment = {**os.environ, "KB_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": ROOT}
    done = subprocess.run(
        (sys.executable, script), capture_output=True, text=True, check=True, env=environment
    )
    assert (done.stdout, done.stderr) == (f"once\n{answer}\n", "")


def test_an_interrupt_at_the_terminal_ends_all_without_traces(
    entries: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "KB_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": ROOT}
    task = (
        "from kb import parallel_reading\n"
        "parallel_reading.processors = lambda: 2\n"
        "from kb.cli import main\n"
        "main()"
    )
    command = (sys.executable, "-c", task, "--entries", str(entries), "index")
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    while len(members(process.pid)) < 3 and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode in {130, 1, -signal.SIGINT}
    while members(process.pid):  # a worker may be finishing its batch
        time.sleep(0.005)


def members(group: int) -> list[str]:
    """The processes of a process group."""
    listed = subprocess.run(
        ("ps", "-A", "-o", "pgid=,stat="), capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return [state for found, state in rows if found == str(group) and not state.startswith("Z")]
