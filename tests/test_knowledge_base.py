"""The one door: opening, finding an entry, and what becomes of an index that goes wrong."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import CorpusError, NotFound, UsageError
from kb.search.engine import Changes
from kb.search.whoosh_engine import WhooshEngine
from tests.engine_contract import CORPUS

QUERIES = ("database", "로그인 장애", '"route leak"', "service:cdn leak", "kafka OR 워크넷", "")


@dataclass
class Told:
    """A knowledge base with the notices it gave."""

    folder: Path
    notices: list[str] = field(default_factory=list)
    opened: list[KnowledgeBase] = field(default_factory=list)

    def open(self) -> KnowledgeBase:
        """As another process would: nothing is kept from before."""
        self.notices.clear()
        self.opened.append(KnowledgeBase.open(self.folder, notify=self.notices.append))
        return self.opened[-1]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def told(tmp_path: Path, cache: Path) -> Iterator[Told]:
    del cache  # only has to be there
    for path, text in CORPUS.items():
        place = tmp_path / "entries" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        os.utime(place, ns=(10**18, 10**18))
    told = Told(tmp_path / "entries")
    yield told
    for knowledge in told.opened:
        knowledge.close()


def answers(knowledge: KnowledgeBase) -> list[object]:
    found = [knowledge.search(query, limit=50) for query in QUERIES]
    return [([(hit.path, hit.score) for hit in each.hits], each.facets) for each in found]


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Opening


def test_the_folder_is_found_by_argument_environment_or_upward(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(told.folder / "2024")
    assert KnowledgeBase.open().folder == told.folder
    monkeypatch.chdir(told.folder.parent)
    assert KnowledgeBase.open().folder == told.folder
    monkeypatch.setenv("KB_ENTRIES", str(told.folder / "2024"))
    assert KnowledgeBase.open().folder == told.folder / "2024"
    assert KnowledgeBase.open(told.folder).folder == told.folder
    assert KnowledgeBase.open("entries").folder == told.folder


@pytest.mark.parametrize(
    "path", ["no/such/folder", "entries/notes.md", "~nobody-has-this-name/x", "nul\0"]
)
def test_a_folder_that_cannot_be_is_a_clear_error(
    told: Told, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(told.folder.parent)
    with pytest.raises(CorpusError) as caught:
        KnowledgeBase.open(path)
    assert "\0" not in caught.value.message
    assert caught.value.remedy


def test_a_current_folder_that_is_gone_is_a_clear_error(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del cache
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(CorpusError):
        KnowledgeBase.open()
    monkeypatch.chdir(tmp_path)


def test_an_unknown_engine_is_told(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no search engine 'lucene'"):
        KnowledgeBase.open(told.folder, engine="lucene")
    monkeypatch.setenv("KB_ENGINE", "lucene")
    with pytest.raises(UsageError, match="no search engine 'lucene'"):
        KnowledgeBase.open(told.folder)


def test_a_folder_that_goes_away_is_told_by_the_next_sync(told: Told) -> None:
    knowledge = told.open()
    knowledge.sync()
    shutil.rmtree(told.folder)
    with pytest.raises(CorpusError, match="There is no folder"):
        knowledge.sync()
    assert knowledge.search("kafka").total == 1, "what was indexed can still be searched"


def test_an_empty_folder_is_a_knowledge_base(tmp_path: Path, cache: Path) -> None:
    del cache
    (tmp_path / "entries").mkdir()
    told = Told(tmp_path / "entries")
    knowledge = told.open()
    assert knowledge.search("anything").total == 0
    assert (knowledge.list(), knowledge.verify(), told.notices) == ((), (), [])
    knowledge.close()


# An index that is missing, damaged, in the way


def test_a_search_before_any_sync_makes_the_index_without_a_word(told: Told) -> None:
    assert told.open().search("kafka").total == 1
    assert told.notices == []


def flip_in_the_middle(place: Path) -> None:
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 0x20
    place.write_bytes(bytes(data))


def cut(place: Path) -> None:
    os.truncate(place, place.stat().st_size // 2)


def emptied(place: Path) -> None:
    os.truncate(place, 0)


def removed(place: Path) -> None:
    place.unlink()


def garbage(place: Path) -> None:
    place.write_bytes(random.Random(3).randbytes(200))


@pytest.mark.parametrize("damage", [flip_in_the_middle, cut, emptied, removed, garbage])
def test_any_damage_to_any_file_is_told_in_a_line_and_mended(
    told: Told, cache: Path, damage: Callable[[Path], None]
) -> None:
    knowledge = told.open()
    knowledge.sync()
    right = answers(knowledge)
    endings = sorted(place.suffix or place.name for place in cache.rglob("*") if place.is_file())
    assert len(endings) == 12
    for ending in endings:
        place = next(p for p in cache.rglob("*") if p.is_file() and p.name.endswith(ending))
        if place.stat().st_size == 0 and damage in {flip_in_the_middle, cut}:
            continue
        damage(place)
        knowledge = told.open()
        stats = knowledge.sync()
        harmless = place.name == "stamps" or place.name.endswith("LOCK")
        assert len(told.notices) == (0 if harmless else 1), (ending, told.notices)
        assert stats.rebuilt is not harmless
        assert "\n" not in "".join(told.notices)
        assert answers(knowledge) == right
        assert knowledge.verify() == ()
        assert told.notices[1:] == []
        knowledge.close()


def test_damage_that_a_search_trips_over_is_mended_too(told: Told, cache: Path) -> None:
    told.open().sync()
    emptied(next(cache.rglob("*.pst")))
    knowledge = told.open()
    assert knowledge.search("kafka").total == 1
    assert len(told.notices) == 1
    assert "It is made anew from the entries." in told.notices[0]


def test_damage_that_kept_size_and_time_is_found_by_verify(told: Told, cache: Path) -> None:
    told.open().sync()
    place = next(cache.rglob("*.trm"))
    before = place.stat()
    flip_in_the_middle(place)
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    knowledge = told.open()
    assert knowledge.verify() == ()
    assert [place.name in notice for notice in told.notices] == [True]


def test_an_index_that_was_copied_is_as_good_as_before(
    told: Told, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.open().sync()
    shutil.copytree(cache, tmp_path / "copy", copy_function=shutil.copyfile)
    for place in (tmp_path / "copy").iterdir():
        place.chmod(0o700)
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "copy"))
    stats = told.open().sync()
    assert (stats.rebuilt, stats.unchanged, told.notices) == (False, len(CORPUS), [])


def test_a_cache_that_is_cleaned_away_is_made_again(told: Told, cache: Path) -> None:
    knowledge = told.open()
    knowledge.sync()
    for _ in range(2):
        shutil.rmtree(cache)
        assert knowledge.sync().rebuilt
        assert knowledge.search("kafka").total == 1
    assert told.notices == []


@pytest.mark.parametrize("place", ["file", "/proc/kb", "/dev/full", "/dev/null/x", "~nobody-x/y"])
def test_a_cache_that_cannot_be_is_told_and_another_used(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_CACHE_DIR", place)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    knowledge = told.open()
    assert knowledge.sync().rebuilt
    assert knowledge.search("kafka").total == 1
    assert len(told.notices) == 1
    assert "KB_CACHE_DIR" in told.notices[0]
    assert str(tmp_path / "postmortem-kb-") in told.notices[0]


def test_where_nothing_can_be_written_the_index_is_in_memory(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    knowledge = told.open()
    assert knowledge.sync().rebuilt
    assert knowledge.sync().unchanged == len(CORPUS)
    (told.folder / "notes.md").unlink()
    assert knowledge.sync().removed == 1
    assert knowledge.search("kafka").total == 1
    assert len(told.notices) == 1
    assert "in memory only" in told.notices[0]
    assert knowledge.status().location is None
    assert knowledge.status().up_to_date


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from kb import KnowledgeBase
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
notices = []
folder = Path(sys.argv[1])
knowledge = KnowledgeBase.open(folder, notify=notices.append)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
knowledge.sync()
knowledge.sync()
assert knowledge.search("zebra").total == 1
assert knowledge.search("kafka").total == 1
assert knowledge.verify() == ()
assert len(notices) == 1, notices
assert "cannot be written" in notices[0] and "KB_CACHE_DIR" in notices[0], notices
knowledge.close()
"""


@pytest.mark.parametrize("limit", [0, 400, 4000])
def test_a_full_disk_is_told_and_the_search_goes_on(told: Told, limit: int) -> None:
    knowledge = told.open()
    knowledge.sync()
    words = " ".join(f"word{n}" for n in range(3000))
    new = told.folder / "new.md"
    new.write_text(f"---\ntitle: New\n---\n## Summary\nzebra {words}\n")
    with python(FULL_DISK, told.folder, limit) as process:
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)
    new.unlink()
    assert knowledge.search("kafka").total == 1, "the old index is still there"
    assert knowledge.sync().rebuilt is False
    assert told.notices == []


# Several at once


SYNC = """
import sys
from pathlib import Path
from kb import KnowledgeBase
knowledge = KnowledgeBase.open(Path(sys.argv[1]), notify=lambda line: print(line, file=sys.stderr))
stats = knowledge.sync()
print(stats.rebuilt, stats.added, knowledge.search("common").total)
knowledge.close()
"""


def test_processes_that_start_at_once_index_once(tmp_path: Path, cache: Path) -> None:
    del cache
    (tmp_path / "entries").mkdir()
    for number in range(150):
        text = f"---\ntitle: Number {number}\n---\n## Summary\ncommon words\n"
        (tmp_path / "entries" / f"{number}.md").write_text(text)
    running = [python(SYNC, tmp_path / "entries") for _ in range(4)]
    said = []
    for process in running:
        with process:
            output, errors = process.communicate(timeout=60)
        assert errors == ""
        said.append(output)
    assert sorted(said) == [*["False 0 150\n"] * 3, "True 150 150\n"]


def test_processes_that_meet_a_damaged_index_rebuild_it_once(told: Told, cache: Path) -> None:
    told.open().sync()
    garbage(next(cache.rglob("*.toc")))
    running = [python(SYNC, told.folder) for _ in range(4)]
    outputs, notices = [], []
    for process in running:
        with process:
            output, errors = process.communicate(timeout=60)
        outputs.append(output.split()[0])
        notices.extend(errors.splitlines())
    assert sorted(outputs) == ["False", "False", "False", "True"]
    assert len(notices) == 1


KILLED = """
import sys, itertools
from pathlib import Path
from kb import KnowledgeBase
folder = Path(sys.argv[1])
knowledge = KnowledgeBase.open(folder)
knowledge.sync()
print("ready", flush=True)
for number in itertools.count():
    for name in range(3):
        place = folder / f"edited-{(number + name) % 7}.md"
        place.write_text(f"---\\ntitle: Edited\\n---\\n## Summary\\nedition {number}\\n")
    knowledge.sync()
"""


def test_after_a_kill_the_next_sync_has_everything(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    chance = random.Random(11)
    for _ in range(4):
        with python(KILLED, told.folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            threading.Event().wait(chance.random() / 10)
            process.kill()
        knowledge = told.open()
        knowledge.sync()
        assert [f for f in knowledge.verify() if f.rule == "index"] == []
        assert told.notices == []
        found = answers(knowledge)
        monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "fresh"))
        fresh = told.open()
        fresh.sync(rebuild=True)
        assert answers(fresh) == found
        monkeypatch.setenv("KB_CACHE_DIR", str(cache))


def test_threads_search_while_another_syncs(told: Told) -> None:
    knowledge = told.open()
    knowledge.sync()
    failures: list[object] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                kafka = knowledge.search("kafka")
                cdn = knowledge.search("service:cdn")
                if (kafka.total, len(kafka.hits)) != (1, 1) or cdn.total != 2:
                    failures.append((kafka, cdn))
                if dict(cdn.facets["service"]) != {"cdn": 2, "dns": 1}:
                    failures.append(cdn.facets)
        except Exception as error:  # noqa: BLE001 -- shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(10):
        text = f"---\ntitle: Edit {number}\n---\n## Summary\nzebra\n"
        (told.folder / f"edit-{number % 4}.md").write_text(text)
        knowledge.sync()
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert knowledge.search("zebra").total == 4
    assert told.notices == []


def test_threads_that_start_at_once_share_one_index(told: Told) -> None:
    knowledge = told.open()
    found: list[object] = []

    def start() -> None:
        found.append((knowledge.sync().added, knowledge.search("kafka").total))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [*[(0, 1)] * 5, (len(CORPUS), 1)]  # type: ignore[type-var]
    assert told.notices == []


# Verifying


def test_verify_names_what_differs_then_what_is_wrong(told: Told, cache: Path) -> None:
    (told.folder / "broken.md").write_text("no front matter\n")
    knowledge = told.open()
    knowledge.sync()
    [wrong] = knowledge.verify()
    assert (wrong.rule, wrong.path) == ("front-matter", "broken.md")
    (told.folder / "2022" / "kafka.md").write_text("---\ntitle: Changed\n---\nText.\n")
    (told.folder / "2023" / "dns-typo.md").unlink()
    (told.folder / "new.md").write_text("---\ntitle: New\n---\nText.\n")
    [index] = cache.iterdir()
    WhooshEngine(index).apply(Changes(frozenset({"2024/login.md"})))
    findings = knowledge.verify()
    assert [(finding.rule, finding.path) for finding in findings] == [
        ("index", "2024/login.md"),
        ("index", "new.md"),
        ("index", "2022/kafka.md"),
        ("index", "2023/dns-typo.md"),
        ("front-matter", "broken.md"),
    ]
    assert all(finding.path in finding.message and finding.help for finding in findings[:4])
    knowledge.sync()
    assert [finding.rule for finding in knowledge.verify()] == ["front-matter"]


# One entry


@pytest.mark.parametrize(
    "name",
    [
        "failover",
        "FAILOVER",
        "pay-2024-01",
        "2024/failover.md",
        "entries/2024/failover.md",
        "./entries/2024/failover.md",
        "fail",
    ],
)
def test_an_entry_is_got_by_any_name_it_has(
    told: Told, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(told.folder.parent)
    knowledge = told.open()
    assert knowledge.get(name).path == "2024/failover.md"
    assert knowledge.get(str(told.folder / "2024" / "failover.md")).id == "failover"
    assert knowledge.raw(name) == CORPUS["2024/failover.md"]


@pytest.mark.parametrize("name", ["failovr", "", " ", "../x", "\0", "\udcff", "x" * 9999, "*"])
def test_a_name_that_nothing_has_is_not_found(told: Told, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        told.open().get(name)
    assert caught.value.remedy
    if name == "failovr":
        assert caught.value.nearest == ("failover",)


def test_a_korean_name_in_decomposed_letters_is_got(told: Told) -> None:
    from unicodedata import normalize

    (told.folder / f"{normalize('NFD', '장애-보고')}.md").write_text("---\ntitle: 장애\n---\n")
    knowledge = told.open()
    assert knowledge.get("장애-보고").path == "장애-보고.md"
    assert knowledge.get(normalize("NFD", "장애-보고")).title == "장애"
    assert knowledge.verify() == ()


def test_an_entry_whose_file_is_gone_is_told(told: Told) -> None:
    knowledge = told.open()
    knowledge.sync()
    (told.folder / "notes.md").unlink()
    with pytest.raises(CorpusError, match=r"notes\.md"):
        knowledge.get("notes")


def test_lists_and_counts(told: Told) -> None:
    knowledge = told.open()
    assert [entry.id for entry in knowledge.list()][:2] == ["login", "failover"]
    assert next(entry.id for entry in knowledge.list(sort="oldest")) == "워크넷-지연"
    with pytest.raises(UsageError):
        knowledge.list(sort="sideways")
    services = {one.id: (one.count, one.latest, one.known) for one in knowledge.services()}
    assert services["cdn"] == (2, "2023-06-30", False)
    causes = {one.id: one.count for one in knowledge.causes()}
    assert (causes["capacity"], causes["security"]) == (3, 0)


def test_a_new_entry_is_written_once(told: Told) -> None:
    knowledge = told.open()
    day = date(2024, 7, 18)
    place = knowledge.new("Failover again", services=["payments-api"], causes=["DB"], today=day)
    assert place == told.folder / "2024" / "2024-07-18-failover-again.md"
    knowledge.sync()
    entry = knowledge.get("2024-07-18-failover-again")
    assert (entry.title, entry.services, entry.causes, entry.findings) == (
        "Failover again",
        ("payments-api",),
        ("database",),
        (),
    )
    for _ in range(2):
        with pytest.raises(CorpusError, match="exists already"):
            knowledge.new("Failover: again!", today=day)
        place = place.rename(told.folder / place.name)  # in another folder it is the same id
    with pytest.raises(UsageError, match="no cause"):
        knowledge.new("Other", causes=["no-such-cause"], today=day)


def test_the_status_says_where_the_index_is_and_how(told: Told, cache: Path) -> None:
    knowledge = told.open()
    knowledge.sync()
    status = knowledge.status()
    assert (status.entries, status.problems) == (len(CORPUS), 0)
    assert status.location is not None
    assert Path(status.location).parent == cache
    assert status.size_bytes == sum(p.stat().st_size for p in Path(status.location).iterdir())


def test_the_raw_text_is_read_in_the_encoding_of_the_file(told: Told) -> None:
    text = "---\r\ntitle: 로그인 장애\r\n---\r\n## 요약\r\n결제 서비스가 멈췄습니다\r\n"
    (told.folder / "2024-01-01-euc.md").write_bytes(text.encode("cp949"))
    knowledge = told.open()
    knowledge.sync()
    assert knowledge.raw("2024-01-01-euc") == text
    assert knowledge.get("2024-01-01-euc").title == "로그인 장애"
