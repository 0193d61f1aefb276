"""The index follows the files, whatever is done to them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase, corpus, indexing
from kb.search import stamps
from kb.search.stamps import Album
from kb.search.whoosh_engine import WhooshEngine

if TYPE_CHECKING:
    from pathlib import Path

    from kb.search.results import SearchResults
    from kb.search.sync import SyncStats

LONG_AGO = 1_600_000_000_000_000_000
QUERIES = (
    "zebra",
    "lion tiger",
    "zebra lion tiger bear",
    "사자",
    '"lion and"',
    "service:alpha",
    "",
)


def text(words: str, *, service: str = "alpha", title: str = "An incident") -> str:
    return f"---\ntitle: {title}\nservices: [{service}]\n---\n## Summary\n\n{words}\n"


def write(folder: Path, path: str, words: str, *, rested: bool = True, **keys: str) -> Path:
    """Write an entry; a rested one looks as if nobody had touched it for years."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text(words, **keys), encoding="utf-8")
    if rested:
        os.utime(place, ns=(LONG_AGO, LONG_AGO))
    return place


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "entries"
    write(folder, "2024/a.md", "zebra lion")
    write(folder, "2024/b.md", "lion and tiger 사자가", service="beta")
    write(folder, "c.md", "bear")
    return folder


def counts(stats: SyncStats) -> tuple[int, int, int, int]:
    return stats.added, stats.changed, stats.removed, stats.unchanged


def commits(folder: Path) -> list[str]:
    """What changes whenever the index does."""
    return [place.name for place in (folder.parent / "cache").rglob("*.toc")]


def comparable(results: SearchResults) -> object:
    hits = [(h.path, h.title, h.score, h.matches_well, h.snippets) for h in results.hits]
    return hits, results.total, results.total_any, results.facets


def answers(knowledge: KnowledgeBase) -> list[object]:
    return [comparable(knowledge.search(query, limit=100)) for query in QUERIES]


def fresh_answers(folder: Path, cache: Path) -> list[object]:
    """What an index says that was made from nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(cache))
        knowledge = KnowledgeBase.open(folder)
        knowledge.sync(rebuild=True)
        found = answers(knowledge)
        knowledge.close()
    return found


def test_what_happened_to_files_is_counted(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder)
    stats = knowledge.sync()
    assert (counts(stats), stats.rebuilt) == ((3, 0, 0, 0), True)
    assert counts(knowledge.sync()) == (0, 0, 0, 3)
    write(folder, "2024/a.md", "changed")
    write(folder, "d.md", "new")
    (folder / "c.md").unlink()
    stats = knowledge.sync()
    assert (counts(stats), stats.rebuilt) == ((1, 1, 1, 1), False)
    (folder / "d.md").rename(folder / "2024" / "e.md")
    assert counts(knowledge.sync()) == (1, 0, 1, 2)
    assert [hit.path for hit in knowledge.search("new").hits] == ["2024/e.md"]
    assert knowledge.search("bear").total == 0
    knowledge.close()


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_what_is_prepared_while_an_engine_writes_is_what_is_remembered(
    folder: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "RESTING_SECONDS", 0.0)
    KnowledgeBase.open(folder, engine=engine).sync()
    place = next((folder.parent / "cache").rglob(stamps.NAME))
    before = Album(place.parent).load()
    write(folder, "2024/a.md", "zebra bear and more")
    (folder / "c.md").unlink()
    time.sleep(0.05)  # a file system's clock may lag behind
    assert counts(KnowledgeBase.open(folder, engine=engine).sync()) == (0, 1, 1, 1)
    after = Album(place.parent).load()
    assert after.stats == corpus.scan(folder).files
    assert after.fingerprints.keys() == after.stats.keys() == {"2024/a.md", "2024/b.md"}
    assert after.fingerprints["2024/a.md"] != before.fingerprints["2024/a.md"]
    assert after.fingerprints["2024/b.md"] == before.fingerprints["2024/b.md"]
    written = place.stat().st_mtime_ns
    assert counts(KnowledgeBase.open(folder, engine=engine).sync()) == (0, 0, 0, 2)
    assert place.stat().st_mtime_ns == written


def test_who_waits_for_another_process_is_told_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "NOTICE_SECONDS", 0.05)
    told: list[str] = []
    other = KnowledgeBase.open(folder, notify=told.append)
    other.sync()
    write(folder, "2024/a.md", "zebra bear and more")
    waited = KnowledgeBase.open(folder, notify=told.append)
    cache = next((folder.parent / "cache").iterdir())
    with WhooshEngine(cache).exclusive():
        waiting = threading.Thread(target=waited.sync)
        waiting.start()
        while not told and waiting.is_alive():
            time.sleep(0.01)
        assert waiting.is_alive()
    waiting.join()
    assert [line.split(",")[0] for line in told] == ["Waiting for another process"]
    assert waited.search("bear").total == 2


def test_content_changed_under_the_same_size_and_time_is_seen(folder: Path) -> None:
    place = folder / "2024" / "a.md"
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    before = place.stat()
    place.write_text(place.read_text().replace("zebra", "horse"))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (place.stat().st_size, place.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert counts(knowledge.sync()) == (0, 1, 0, 2)
    assert knowledge.search("horse").total == 1
    knowledge.close()


def test_another_time_alone_indexes_nothing_and_is_soon_forgotten(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    before = commits(folder)
    os.utime(folder / "c.md")
    assert counts(knowledge.sync()) == (0, 0, 0, 3)
    time.sleep(2.1)  # until the files have rested
    stamps = next(folder.parent.rglob("stamps"))
    unrested = stamps.stat().st_mtime_ns
    assert counts(knowledge.sync()) == (0, 0, 0, 3)
    written = stamps.stat().st_mtime_ns
    assert written > unrested
    assert counts(knowledge.sync()) == (0, 0, 0, 3)
    assert stamps.stat().st_mtime_ns == written, "there was nothing to look into any more"
    assert commits(folder) == before
    knowledge.close()


def test_a_checkout_of_another_branch_and_back(folder: Path, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "one")
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    on_main = answers(knowledge)
    git("checkout", "-b", "other")
    write(folder, "2024/a.md", "horse")
    (folder / "c.md").unlink()
    git("add", "-A")
    git("commit", "-m", "two")
    assert counts(knowledge.sync()) == (0, 1, 1, 1)
    on_other = answers(knowledge)
    assert on_other == fresh_answers(folder, tmp_path / "fresh")
    for _ in range(2):
        git("checkout", "main")
        assert counts(knowledge.sync()) == (1, 1, 0, 1)
        assert answers(knowledge) == on_main
        git("checkout", "other")
        assert counts(knowledge.sync()) == (0, 1, 1, 1)
        assert answers(knowledge) == on_other
    knowledge.close()


def test_an_alias_in_the_configuration_re_reads_only_whom_it_touches(folder: Path) -> None:
    (folder / "kb.toml").write_text('[services]\nalpha = { aliases = ["al"] }\nbeta = {}\n')
    write(folder, "d.md", "horse", service="bee")
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    assert knowledge.search("service:beta").total == 1
    (folder / "kb.toml").write_text(
        '[services]\nalpha = { aliases = ["al"] }\nbeta = { aliases = ["bee"] }\n'
    )
    assert counts(knowledge.sync()) == (0, 1, 0, 3), "the open one reads kb.toml again"
    assert knowledge.search("service:beta").total == 2
    knowledge.close()


def test_a_service_that_becomes_known_takes_its_finding_away(folder: Path) -> None:
    (folder / "kb.toml").write_text("[services]\nalpha = {}\n")
    knowledge = KnowledgeBase.open(folder)
    stats = knowledge.sync()
    assert [finding.path for finding in stats.findings if "service" in finding.rule] == [
        "2024/b.md"
    ]
    problems = knowledge.status().problems
    (folder / "kb.toml").write_text("[services]\nalpha = {}\nbeta = {}\n")
    stats = knowledge.sync()
    assert counts(stats) == (0, 1, 0, 2)
    assert knowledge.status().problems == problems - 1
    (folder / "kb.toml").write_text("[services]\nalpha = {}\n")
    assert counts(knowledge.sync()) == (0, 1, 0, 2)
    assert knowledge.status().problems == problems
    assert [f for f in knowledge.verify() if f.rule == "index"] == []
    knowledge.close()


@pytest.mark.parametrize("setting", ['timezone = "Asia/Seoul"', 'language = "ja"'])
def test_what_all_entries_are_read_by_re_reads_them_all(folder: Path, setting: str) -> None:
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    (folder / "kb.toml").write_text(setting)
    assert counts(knowledge.sync()) == (0, 3, 0, 0)
    assert counts(knowledge.sync()) == (0, 0, 0, 3)
    knowledge.close()


def test_the_language_of_the_configuration_is_that_of_entries_without_one(folder: Path) -> None:
    (folder / "kb.toml").write_text('language = "ja"')
    (folder / "d.md").write_text("---\ntitle: D\nlanguage: ko\n---\nText.\n")
    knowledge = KnowledgeBase.open(folder)
    assert knowledge.search("language:ja").total == 3
    assert knowledge.search("language:ko").total == 1
    assert knowledge.get("c").language == "ja"
    knowledge.close()


def test_owners_and_comments_in_the_configuration_re_read_nothing(folder: Path) -> None:
    (folder / "kb.toml").write_text('[services]\nalpha = { owner = "A" }\nbeta = {}\n')
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    (folder / "kb.toml").write_text('# a\n[services]\nalpha = { owner = "B" }\nbeta = {}\n')
    assert counts(knowledge.sync()) == (0, 0, 0, 3)
    assert knowledge.services()[0].owner == "B"
    knowledge.close()


def test_two_entries_of_one_id_are_both_found_and_told(folder: Path) -> None:
    write(folder, "2023/a.md", "horse zebra")
    write(folder, "2022/A.md", "mouse zebra")
    knowledge = KnowledgeBase.open(folder)
    stats = knowledge.sync()
    told = [finding for finding in stats.findings if finding.rule == "duplicate-id"]
    assert [finding.path for finding in told] == ["2023/a.md", "2024/a.md"]
    assert all("2022/A.md" in finding.message and finding.help for finding in told)
    assert knowledge.search("zebra").total == 3
    assert knowledge.get("A").path == "2022/A.md"
    assert knowledge.get("a").path == "2023/a.md"
    assert knowledge.get("2024/a.md").path == "2024/a.md"
    write(folder, "c.md", "changed")
    assert not [f for f in knowledge.sync().findings if f.rule == "duplicate-id"]
    write(folder, "2024/a.md", "changed")
    assert [f.path for f in knowledge.sync().findings if f.rule == "duplicate-id"] == [
        "2023/a.md",
        "2024/a.md",
    ]
    assert len([f for f in knowledge.verify() if f.rule == "duplicate-id"]) == 2
    knowledge.close()


def test_what_cannot_be_read_is_told_each_time_and_hides_nothing(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder)
    knowledge.sync()
    (folder / "2024" / "a.md").unlink()
    os.mkfifo(folder / "2024" / "a.md")
    (folder / "link.md").symlink_to(folder / "nowhere.md")
    for _ in range(3):
        stats = knowledge.sync()
        assert {f.path for f in stats.findings if f.rule == "unreadable"} == {
            "2024/a.md",
            "link.md",
        }
        assert stats.unchanged == 2
        assert knowledge.search("lion").total == 1
    assert {f.path for f in knowledge.verify() if f.rule == "unreadable"} == {
        "2024/a.md",
        "link.md",
    }
    (folder / "2024" / "a.md").unlink()
    write(folder, "2024/a.md", "zebra lion")
    (folder / "link.md").unlink()
    assert (counts(knowledge.sync()), knowledge.search("lion").total) == ((1, 0, 0, 2), 2)
    knowledge.close()


def test_random_changes_leave_what_a_fresh_index_has(folder: Path, tmp_path: Path) -> None:
    """Add, edit, rename, delete, touch: after each lot all answers are those of a new index."""
    chance = random.Random(24)
    words = "zebra lion tiger bear 사자 호랑이 and horse".split()
    knowledge = KnowledgeBase.open(folder)

    def change() -> None:
        files = sorted(folder.rglob("*.md"))
        place = chance.choice(files) if files else folder / "first.md"
        name = f"20{chance.randrange(20, 24)}/{chance.randrange(40)}.md"
        match chance.randrange(6):
            case 0 | 1:
                some = " ".join(chance.choices(words, k=6))
                write(folder, name, some, service=chance.choice(["alpha", "beta"]))
            case 2:
                write(folder, place.relative_to(folder).as_posix(), " ".join(chance.choices(words)))
            case 3 if files and not (folder / name).exists():
                (folder / name).parent.mkdir(exist_ok=True)
                place.rename(folder / name)
            case 4 if len(files) > 3:
                place.unlink()
            case _:
                os.utime(place, ns=(LONG_AGO, chance.randrange(LONG_AGO)))

    for round_ in range(30):
        for _ in range(chance.randrange(1, 5)):
            change()
        knowledge.sync()
        if round_ % 5 == 0:
            assert answers(knowledge) == fresh_answers(folder, tmp_path / "fresh")
    assert [finding for finding in knowledge.verify() if finding.rule == "index"] == []
    knowledge.close()


def test_files_that_come_and_go_while_they_are_read_do_no_harm(folder: Path) -> None:
    """Another process writes and removes files as fast as it can, while this one syncs."""
    script = (
        "import pathlib, sys, itertools\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "for n in itertools.count():\n"
        "    place = folder / f'busy-{n % 50}.md'\n"
        "    if place.exists(): place.unlink()\n"
        "    else: place.write_text(f'---\\ntitle: Busy {n}\\n---\\nzebra {n}\\n')\n"
    )
    knowledge = KnowledgeBase.open(folder)
    with subprocess.Popen([sys.executable, "-c", script, str(folder)]) as busy:
        try:
            for _ in range(15):
                stats = knowledge.sync()
                assert {f.rule for f in stats.findings} <= {"unreadable", "front-matter"}
                assert knowledge.search("lion").total == 2
        finally:
            busy.kill()
            busy.wait()
    knowledge.sync()
    assert [finding for finding in knowledge.verify() if finding.rule == "index"] == []
    knowledge.close()
