"""What an index on disk goes through: processes, kills, full disks, damage, threads."""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from kb.errors import BrokenIndex, IndexFailure
from kb.search.engine import Changes, Request, Results
from kb.search.whoosh_engine import ABOUT, SCHEMA, WhooshEngine
from kb.search.whoosh_engine_writing import choose_merges
from tests.engine_contract import CASES, CORPUS, Case, corpus, filled, made, word

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Request(limit=1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[WhooshEngine]:
    engine = WhooshEngine(folder)
    with engine.exclusive():
        filled(engine, corpus())
    yield engine
    engine.close()


def small(number: int, words: str = "zebra") -> Changes:
    return Changes(documents=[made(f"{number}.md", f"---\ntitle: {number}\n---\n{words} {number}")])


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process; whatever it raises is a line on its standard error."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


# Damage


def cut(place: Path) -> None:
    os.truncate(place, place.stat().st_size // 2)


def emptied(place: Path) -> None:
    os.truncate(place, 0)


def removed(place: Path) -> None:
    place.unlink()


def garbage(place: Path) -> None:
    place.write_bytes(random.Random(1).randbytes(max(place.stat().st_size, 100)))


def wrong(reader: WhooshEngine, case: Case, answer: Results) -> BrokenIndex | None:
    """What a reader says of damage; whatever it answers instead must be right."""
    try:
        reader.version()
        assert reader.search(case.request) == answer
        listed = reader.listed(case.request)
        assert [one.row.path for one in listed] == [hit.path for hit in answer.hits if hit.well]
        reader.words("")
        reader.fields()
    except BrokenIndex as error:
        return error
    finally:
        reader.close()
    return None


@pytest.mark.parametrize("damage", [cut, emptied, removed, garbage])
def test_damage_is_told_in_one_sentence_and_never_a_wrong_answer(
    engine: WhooshEngine, folder: Path, damage: Callable[[Path], None]
) -> None:
    right = [engine.search(case.request) for case in CASES]
    engine.close()
    names = sorted(place.name for place in folder.iterdir() if "LOCK" not in place.name)
    assert len(names) == 9
    for name in names:
        before = (folder / name).read_bytes()
        damage(folder / name)
        errors = [
            error
            for case, answer in zip(CASES, right, strict=True)
            if (error := wrong(WhooshEngine(folder), case, answer)) is not None
        ]
        assert errors, f"{damage.__name__} {name} was never noticed"
        for error in errors:
            assert str(folder) in error.message
            assert "\n" not in error.message
            assert error.message.endswith((").", "segments."))
            assert "kb index --rebuild" in error.remedy
        (folder / name).write_bytes(before)
    assert [engine.search(case.request) for case in CASES] == right


@pytest.mark.parametrize(
    "about",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"schema": 7}',
        b'{"schema": "whoosh 1, columns 1"}',
        b'{"schema": {"a": "b"}}',
    ],
)
def test_an_index_of_another_version_is_told_before_it_is_opened(
    engine: WhooshEngine, folder: Path, about: bytes
) -> None:
    (folder / ABOUT).write_bytes(about)
    reader = WhooshEngine(folder)
    for ask in (reader.version, reader.rows, lambda: reader.search(EVERYTHING)):
        with pytest.raises(BrokenIndex, match="of another version") as caught:
            ask()
        assert len(caught.value.message) < len(str(folder)) + 120
    with engine.exclusive():
        filled(reader, corpus())
    assert json.loads((folder / ABOUT).read_text()) == {"schema": SCHEMA}
    assert reader.search(EVERYTHING).total == len(CORPUS)
    reader.close()


def test_no_index_at_all_is_told(tmp_path: Path) -> None:
    for engine in (WhooshEngine(tmp_path / "none"), WhooshEngine(None)):
        assert engine.version() == ""
        with pytest.raises(BrokenIndex, match="damaged or missing"):
            engine.search(EVERYTHING)


def test_a_generation_out_of_range_does_no_harm(engine: WhooshEngine, folder: Path) -> None:
    (folder / "_kb_99999999999999.toc").write_bytes(b"x")
    with pytest.raises(BrokenIndex):
        engine.search(EVERYTHING)
    filled(engine, corpus())
    assert engine.search(EVERYTHING).total == len(CORPUS)
    assert len(list(folder.glob("*.toc"))) == 1


def test_a_rebuilt_index_is_never_taken_for_the_one_before(
    engine: WhooshEngine, folder: Path
) -> None:
    assert engine.search(EVERYTHING).total == len(CORPUS)
    other = WhooshEngine(folder)
    filled(other, corpus()[:1])
    assert engine.search(EVERYTHING).total == 1
    other.close()


# Files and handles


def test_many_edits_leave_few_files_and_no_open_ones(engine: WhooshEngine, folder: Path) -> None:
    engine.apply(Changes(documents=[d for n in range(50) for d in small(n).documents]))
    engine.search(EVERYTHING)
    before = open_files()
    most = 0
    for number in range(300):
        engine.apply(small(number % 50, f"edit{number}"))
        if number % 10 == 0:
            assert engine.search(Request((word(f"edit{number}"),))).total == 1
        most = max(most, len(list(folder.glob("*.pst"))))
    assert most <= 16
    assert engine.search(EVERYTHING).total == len(CORPUS) + 50
    assert engine.search(Request((word("zebra"),))).total_any == 0
    engine.close()
    gc.collect()
    assert open_files() < before
    assert not list(folder.glob("*.tmp"))


def test_a_search_leaves_only_the_files_of_one_state_open(engine: WhooshEngine) -> None:
    for number in range(20):
        engine.apply(small(number))
        engine.search(EVERYTHING)
    engine.close()
    closed = open_files()
    engine.search(EVERYTHING)
    opened = open_files()
    assert closed < opened <= closed + 3 * 10
    for _ in range(10):
        engine.search(EVERYTHING)
        engine.words("z")
    assert open_files() <= opened + 10
    engine.close()
    assert open_files() == closed


def test_an_engine_that_nobody_closed_closes_its_files(folder: Path) -> None:
    before = open_files()
    engine = WhooshEngine(folder)
    with engine.exclusive():
        filled(engine, corpus())
    engine.search(EVERYTHING)
    assert open_files() > before
    del engine
    gc.collect()
    assert open_files() == before


# States that share segments


def told(engine: WhooshEngine) -> tuple[object, ...]:
    """All that an engine says of its documents together."""
    listed = [(one.row, one.summary["title"]) for one in engine.listed(EVERYTHING)]
    terms = [(pair, engine.values(pair)) for pair in engine.fields()]
    return listed, engine.words(""), engine.words("data"), terms, engine.search(EVERYTHING).hits


def test_states_that_share_segments_each_tell_their_own_documents(
    engine: WhooshEngine, tmp_path: Path
) -> None:
    paths = sorted(CORPUS)
    states: list[tuple[WhooshEngine, tuple[object, ...]]] = []
    for number, gone in enumerate((paths[:0], paths[:1], paths[1:3])):
        engine.apply(Changes(removed=frozenset(gone), documents=small(number).documents))
        place = tmp_path / str(number)
        place.mkdir()
        engine.set_aside(place)
        states.append((WhooshEngine(place), told(engine)))
    for _ in range(2):  # the older after the newer, and the other way round
        for state, expected in reversed(states):
            assert told(state) == expected
        for state, expected in states:
            assert told(state) == expected
    for state, _ in states:
        state.close()


def test_what_is_removed_is_not_told_from_what_was_remembered(engine: WhooshEngine) -> None:
    before = engine.search(Request((word("database"),)))
    assert "database" in dict(engine.words("data"))
    engine.apply(Changes(removed=frozenset(hit.path for hit in before.hits)))
    assert engine.search(Request((word("database"),))).total_any == 0
    assert "database" not in dict(engine.words("data"))


# A full disk


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from kb.errors import IndexFailure
from kb.search.engine import Request
from kb.search.whoosh_engine import WhooshEngine
from tests.engine_contract import corpus, filled, made
from kb.search.engine import Changes
folder = Path(sys.argv[1])
engine = WhooshEngine(folder)
files = sorted(place.name for place in folder.iterdir())
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
    assert sorted(place.name for place in folder.iterdir() if place.name != "kb.tmp") == files
    assert engine.search(Request()).total == total
memory = WhooshEngine(None)
filled(memory, [*corpus(), big])
assert memory.search(Request()).total == total + 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
engine.apply(Changes(documents=[big]))
assert engine.search(Request()).total == total + 1
engine.close()
"""


def test_a_full_disk_leaves_the_old_index_and_no_litter(engine: WhooshEngine, folder: Path) -> None:
    engine.close()
    with python(FULL_DISK, folder) as process:
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)
    assert engine.search(EVERYTHING).total == len(CORPUS) + 1


# Processes and threads


def test_one_process_waits_for_another(engine: WhooshEngine, folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from kb.search.whoosh_engine import WhooshEngine\n"
        "with WhooshEngine(Path(sys.argv[1])).exclusive(): print('in', flush=True); input()\n"
        "print('out', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        entered = threading.Event()

        def enter() -> None:
            with engine.exclusive():
                entered.set()

        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.3)
        assert engine.search(EVERYTHING).total == len(CORPUS), "reading never waits"
        process.stdin.write("\n")
        process.stdin.flush()
        assert entered.wait(10)
        thread.join()


def test_a_lock_that_stays_is_told(
    engine: WhooshEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.search.whoosh_engine.LOCK_SECONDS", 0.1)
    waiting = WhooshEngine(folder)
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
import sys, time
from pathlib import Path
from kb.search.engine import Request
from kb.search.whoosh_engine import WhooshEngine
from tests.engine_contract import word
engine = WhooshEngine(Path(sys.argv[1]))
asked, seen = 0, set()
while not Path(sys.argv[2]).exists():
    results = engine.search(Request((word("edition"),), limit=100))
    editions = {hit.shown["title"] for hit in results.hits}
    assert results.total == len(results.hits) == 5, results.total
    assert len(editions) == 1, editions
    assert results.facets["status"] == (("draft", 5),), results.facets
    asked, seen = asked + 1, seen | editions
engine.close()
print(asked, len(seen))
"""


def edition(number: int) -> Changes:
    """Five documents that are always replaced together."""
    content = f"---\ntitle: Edition {number}\nstatus: draft\n---\nedition\n"
    return Changes(documents=[made(f"e{n}.md", content) for n in range(5)])


def test_readers_always_see_a_whole_state(
    engine: WhooshEngine, folder: Path, tmp_path: Path
) -> None:
    engine.apply(edition(0))
    end = tmp_path / "end"
    readers = [python(READER, folder, end) for _ in range(2)]
    time.sleep(0.5)
    for number in range(50):
        engine.apply(edition(number))
    end.touch()
    for process in readers:
        with process:
            output, errors = process.communicate(timeout=60)
        assert errors == ""
        asked, seen = map(int, output.split())
        assert asked > 5
        assert seen > 1


def test_threads_that_search_one_engine_never_mix_their_answers(engine: WhooshEngine) -> None:
    engine.apply(edition(0))
    right = {case.name: engine.search(case.request) for case in CASES}
    failures: list[object] = []
    done = threading.Event()

    def search(seed: int) -> None:
        cases = list(CASES)
        random.Random(seed).shuffle(cases)
        try:
            while not done.is_set():
                for case in cases:
                    found = engine.search(case.request)
                    if case.request.words and found.word_totals != right[case.name].word_totals:
                        failures.append((case.name, found))
                results = engine.search(Request((word("edition"),)))
                titles = {hit.shown["title"] for hit in results.hits}
                if (results.total, len(titles)) != (5, 1):
                    failures.append((results.total, titles))
        except Exception as error:  # noqa: BLE001 -- shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=search, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for number in range(12):
        engine.apply(edition(number))
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


WRITER = """
import sys
from pathlib import Path
from kb.search.whoosh_engine import WhooshEngine
from tests.test_whoosh_engine import edition
engine = WhooshEngine(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    with engine.exclusive():
        engine.apply(edition(number))
"""


def test_a_killed_writer_leaves_a_whole_state(engine: WhooshEngine, folder: Path) -> None:
    engine.apply(edition(0))
    chance = random.Random(7)
    for _ in range(8):
        with python(WRITER, folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.random() / 20)
            process.send_signal(signal.SIGKILL)
        results = engine.search(Request((word("edition"),)))
        assert (results.total, len({hit.shown["title"] for hit in results.hits})) == (5, 1)
        assert engine.search(EVERYTHING).total == len(CORPUS) + 5
    with engine.exclusive():
        engine.apply(edition(1))
    names = [place.name for place in folder.iterdir()]
    assert not [name for name in names if ".toc." in name or name.endswith(".tmp")]
    segments = {name.partition(".")[0] for name in names if name.startswith("kb_")}
    assert len(segments - {"kb_SYNCLOCK", "kb_WRITELOCK"}) == len(list(folder.glob("*.trm")))


class Sized:
    """A segment as `choose_merges` looks at it."""

    def __init__(self, documents: int) -> None:
        self.documents = documents

    def doc_count(self) -> int:
        return self.documents


@pytest.mark.parametrize(
    ("sizes", "merged"),
    [
        ([], []),
        ([1] * 7, []),
        ([1] * 8, [1] * 8),
        ([1900] * 6 + [1] * 7, []),
        ([1900] * 6 + [1] * 8, [1] * 8),
        ([1900] * 9, []),
        ([16] * 7 + [1], []),
        ([16] * 8 + [1] * 3, [16] * 8),
        ([0, 0, 1900], []),
    ],
)
def test_only_segments_of_like_size_are_merged_and_never_the_large_ones(
    sizes: list[int], merged: list[int]
) -> None:
    chosen, kept = choose_merges([Sized(size) for size in sizes])
    assert [segment.documents for segment in chosen] == merged
    assert sorted(s.documents for s in (*chosen, *kept)) == sorted(size for size in sizes if size)
