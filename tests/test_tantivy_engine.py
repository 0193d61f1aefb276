"""What a tantivy index on disk goes through: processes, kills, full disks, damage, threads."""

from __future__ import annotations

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
from kb.search.engine import Changes, Document, Keyword, Request
from kb.search.tantivy_engine import SCHEMA, TantivyEngine
from kb.search.tantivy_engine_files import ABOUT, COMMIT
from kb.search.tantivy_engine_queries import original, safe
from kb.search.tantivy_engine_writing import needle, packed_weights, weight_in
from tests.engine_contract import CASES, CORPUS, corpus, filled, made, word

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Request(limit=1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[TantivyEngine]:
    engine = TantivyEngine(folder)
    with engine.exclusive():
        filled(engine, corpus())
    yield engine
    engine.close()


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process; whatever it raises is a line on its standard error."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Terms and weights


@pytest.mark.parametrize(
    "text", ["", "plain", "한글", "\udcff", "a\udcffb", "\uffff", "\uffffÿ", "\x00"]
)
def test_any_text_survives_the_way_to_tantivy_and_back(text: str) -> None:
    safe(text).encode()
    assert original(safe(text)) == text


def test_texts_that_differ_stay_different() -> None:
    texts = ["\udcff", "\uffff\xed\xb3\xbf", "\xed\xb3\xbf", "\uffff", "\uffff\xef\xbf\xbf"]
    assert len(set(map(safe, texts))) == len(texts)


def test_weights_are_found_without_their_neighbours() -> None:
    packed = packed_weights({"a": 3, "ab": 12, "데이": 1, "b": 700})
    weights = [weight_in(packed, needle(term)) for term in ("a", "ab", "데이", "b", "", "3", "데")]
    assert weights == [3, 12, 1, 700, 0, 0, 0]


# Order beyond the first candidates


def many(count: int) -> Iterator[Document]:
    """Entries that hold a word one to three times among few or many others."""
    for number in range(count):
        text = "needle " * (1 + number % 3) + f"hay{number} " * (number % 17)
        yield made(f"{number:04}.md", f"---\ntitle: Entry {number}\n---\n## Summary\n{text}\n")


def test_pages_put_together_are_the_whole_beyond_the_first_candidates(
    engine: TantivyEngine,
) -> None:
    engine.apply(Changes(documents=many(330)))
    request = Request((word("needle"),), limit=1000)
    whole = [hit.path for hit in engine.search(request).hits]
    assert len(set(whole)) == len(whole) == 330
    for size in (1, 7, 100, 129):
        pages: list[str] = []
        for offset in range(0, 330, size):
            page = engine.search(Request((word("needle"),), offset=offset, limit=size))
            pages += [hit.path for hit in page.hits]
        assert pages == whole
    assert [one.row.path for one in engine.listed(request)] == whole


def test_entries_of_the_same_day_are_ordered_by_path_across_pages(engine: TantivyEngine) -> None:
    engine.clear()
    paths = [f"{number}.md" for number in range(60)]
    random.Random(3).shuffle(paths)
    day = "---\ntitle: T\ndate: 2024-01-{}\n---\n"
    engine.apply(Changes(documents=[made(p, day.format(10 + len(p) % 2)) for p in paths]))
    expected = sorted(paths, key=lambda path: (-(len(path) % 2), path))
    for size in (1, 7, 60):
        pages = [
            hit.path
            for offset in range(0, 60, size)
            for hit in engine.search(Request(sort="newest", offset=offset, limit=size)).hits
        ]
        assert pages == expected


# Damage


def cut(place: Path) -> None:
    os.truncate(place, place.stat().st_size // 2)


def emptied(place: Path) -> None:
    os.truncate(place, 0)


def removed(place: Path) -> None:
    place.unlink()


def ask_everything(reader: TantivyEngine) -> None:
    reader.version()
    for case in CASES:
        reader.search(case.request)


@pytest.mark.parametrize("damage", [cut, emptied, removed])
def test_damage_is_told_in_one_sentence(
    engine: TantivyEngine, folder: Path, damage: Callable[[Path], None]
) -> None:
    engine.close()
    names = sorted(p.name for p in folder.iterdir() if p.stat().st_size and p.name[0] != ".")
    assert len(names) >= 8
    for name in names:
        before = (folder / name).read_bytes()
        damage(folder / name)
        reader = TantivyEngine(folder)
        with pytest.raises(BrokenIndex) as caught:
            ask_everything(reader)
        reader.close()
        assert str(folder) in caught.value.message
        assert "\n" not in caught.value.message
        assert "kb index --rebuild" in caught.value.remedy
        (folder / name).write_bytes(before)
    assert engine.search(EVERYTHING).total == len(CORPUS)


@pytest.mark.parametrize(
    "about", [b"", b"not json", b"\xff\xfe", b"[]", b"{}", b"[" * 100_000, b'{"schema": 7}']
)
def test_an_index_of_another_version_is_told_before_it_is_opened(
    engine: TantivyEngine, folder: Path, about: bytes
) -> None:
    (folder / ABOUT).write_bytes(about)
    reader = TantivyEngine(folder)
    for ask in (reader.version, reader.rows, lambda: reader.search(EVERYTHING)):
        with pytest.raises(BrokenIndex, match="of another version"):
            ask()
    with engine.exclusive():
        filled(reader, corpus())
    assert json.loads((folder / ABOUT).read_text())["schema"] == SCHEMA
    assert reader.search(EVERYTHING).total == len(CORPUS)


def test_no_index_at_all_is_told(tmp_path: Path) -> None:
    for engine in (TantivyEngine(tmp_path / "none"), TantivyEngine(None)):
        assert engine.version() == ""
        with pytest.raises(BrokenIndex, match="damaged or missing"):
            engine.search(EVERYTHING)
        with pytest.raises(BrokenIndex):
            engine.apply(Changes(documents=corpus()))


def test_an_index_that_lost_its_list_of_segments_is_told(
    engine: TantivyEngine, folder: Path
) -> None:
    (folder / COMMIT).unlink()
    with pytest.raises(BrokenIndex, match="lost its list"):
        engine.version()


def test_a_rebuilt_index_is_never_taken_for_the_one_before(
    engine: TantivyEngine, folder: Path
) -> None:
    assert engine.search(EVERYTHING).total == len(CORPUS)
    other = TantivyEngine(folder)
    filled(other, corpus()[:1])
    assert engine.search(EVERYTHING).total == 1


def test_deleted_documents_count_nowhere(engine: TantivyEngine) -> None:
    with_word = frozenset(hit.path for hit in engine.search(Request((word("database"),))).hits)
    engine.apply(Changes(removed=with_word))
    assert "database" not in dict(engine.words(""))
    assert engine.search(Request((word("database"),))).word_totals == (0,)
    assert engine.search(Request(condition=Keyword("service", ("ledger",)))).total == 0
    assert "ledger" not in dict(engine.values("service"))


# Files


def test_many_edits_leave_few_segments(engine: TantivyEngine, folder: Path) -> None:
    for number in range(60):
        edited = f"---\ntitle: Edit\n---\nedit{number}\n"
        engine.apply(Changes(documents=[made(f"{number % 5}.md", edited)]))
    assert len(list(folder.glob("*.store"))) <= 12
    assert engine.search(EVERYTHING).total == len(CORPUS) + 5


def test_a_state_set_aside_answers_whatever_becomes_of_the_index(
    engine: TantivyEngine, tmp_path: Path
) -> None:
    place = tmp_path / "aside"
    place.mkdir()
    version, answer = engine.version(), engine.search(EVERYTHING)
    engine.set_aside(place)
    engine.apply(Changes(removed=frozenset(CORPUS)))
    engine.clear()
    aside = TantivyEngine(place)
    assert aside.version() == version
    assert aside.search(EVERYTHING) == answer
    assert [row.path for row in aside.rows()]


def test_an_index_in_memory_cannot_be_set_aside(tmp_path: Path) -> None:
    with pytest.raises(IndexFailure, match="in memory"):
        TantivyEngine(None).set_aside(tmp_path)


# A full disk


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from kb.errors import IndexFailure
from kb.search.engine import Request
from kb.search.tantivy_engine import TantivyEngine
from tests.engine_contract import corpus, filled, made
from kb.search.engine import Changes
folder = Path(sys.argv[1])
engine = TantivyEngine(folder)
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
    assert engine.search(Request()).total == total
    assert not list(folder.glob(".tmp*"))
memory = TantivyEngine(None)
filled(memory, [*corpus(), big])
assert memory.search(Request()).total == total + 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
engine.apply(Changes(documents=[big]))
assert engine.search(Request()).total == total + 1
engine.close()
"""


def test_a_full_disk_leaves_the_old_index_and_no_litter(
    engine: TantivyEngine, folder: Path
) -> None:
    engine.close()
    with python(FULL_DISK, folder) as process:
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)
    assert engine.search(EVERYTHING).total == len(CORPUS) + 1


# Processes and threads


def test_one_process_waits_for_another(engine: TantivyEngine, folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from kb.search.tantivy_engine import TantivyEngine\n"
        "with TantivyEngine(Path(sys.argv[1])).exclusive(): print('in', flush=True); input()\n"
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
    engine: TantivyEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.search.tantivy_engine_files.LOCK_SECONDS", 0.1)
    waiting = TantivyEngine(folder)
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
from kb.search.tantivy_engine import TantivyEngine
from tests.engine_contract import word
engine = TantivyEngine(Path(sys.argv[1]))
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
    engine: TantivyEngine, folder: Path, tmp_path: Path
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


def test_threads_that_search_one_engine_never_mix_their_answers(engine: TantivyEngine) -> None:
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
from kb.search.tantivy_engine import TantivyEngine
from tests.test_tantivy_engine import edition
engine = TantivyEngine(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    with engine.exclusive():
        engine.apply(edition(number))
"""


def test_a_killed_writer_leaves_a_whole_state(engine: TantivyEngine, folder: Path) -> None:
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
    listed = json.loads((folder / COMMIT).read_bytes())["segments"]
    kept = {segment["segment_id"].replace("-", "") for segment in listed}
    assert {place.stem for place in folder.glob("*.store")} == kept
    assert not list(folder.glob("*.tmp*"))


def test_what_a_killed_writer_left_is_no_hindrance_to_the_next(
    engine: TantivyEngine, folder: Path
) -> None:
    commit = json.loads((folder / COMMIT).read_bytes())
    segment = commit["segments"][0]["segment_id"].replace("-", "")
    left = [f"{segment}.{commit['opstamp'] + number}.del" for number in range(1, 20)]
    for name in left:
        (folder / name).write_bytes(b"half a list of deleted documents")
    managed = folder / ".managed.json"
    managed.write_text(json.dumps([*json.loads(managed.read_text()), *left]))
    engine.apply(Changes(documents=[made("notes.md", "---\ntitle: Notes again\n---\n")]))
    assert engine.search(EVERYTHING).total == len(CORPUS)
    shown = engine.document("notes.md")
    assert shown is not None
    assert shown["title"] == "Notes again"
