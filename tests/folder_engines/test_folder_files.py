"""The files of an index: damaged, of another version, too many, open, set aside."""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kb.errors import BrokenIndex, IndexFailure
from kb.search.engine import Changes, Request, Results, SearchEngine
from tests.engine_contract import CASES, CORPUS, EVERYTHING, Case, corpus, filled, made, word
from tests.folder_engines.conftest import Kind, segments_on_disk

ABOUT = "about.json"


def small(number: int, words: str = "zebra") -> Changes:
    return Changes(documents=[made(f"{number}.md", f"---\ntitle: {number}\n---\n{words} {number}")])


def held_open(folder: Path) -> int:
    """How many files of a folder this process has open or mapped into its memory."""
    opened = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that of the listing itself
            opened.append(os.readlink(handle))  # noqa: PTH115 -- it may lead nowhere
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
    mapped = {line.split(maxsplit=5)[-1] for line in maps.splitlines()}
    return sum(place.startswith(str(folder)) for place in (*opened, *mapped))


def assert_let_go(folder: Path) -> None:
    """No file is held any more; tantivy's threads end some milliseconds after what they do."""
    begun = time.monotonic()
    while held_open(folder) and time.monotonic() - begun < 5:
        time.sleep(0.005)
    assert held_open(folder) == 0


# Damage


def cut(place: Path) -> None:
    os.truncate(place, place.stat().st_size // 2)


def emptied(place: Path) -> None:
    os.truncate(place, 0)


def removed(place: Path) -> None:
    place.unlink()


def garbage(place: Path) -> None:
    place.write_bytes(random.Random(1).randbytes(max(place.stat().st_size, 100)))


def wrong(reader: SearchEngine, case: Case, answer: Results) -> BrokenIndex | None:
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
    kind: Kind, engine: SearchEngine, folder: Path, damage: Callable[[Path], None]
) -> None:
    right = [engine.search(case.request) for case in CASES]
    engine.close()
    names = sorted(
        place.name
        for place in folder.iterdir()
        if place.stat().st_size and not place.name.endswith("LOCK") and place.name[0] != "."
    )
    assert len(names) >= 8
    for name in names:
        before = (folder / name).read_bytes()
        damage(folder / name)
        errors = [
            error
            for case, answer in zip(CASES, right, strict=True)
            if (error := wrong(kind.opened(folder), case, answer)) is not None
        ]
        assert errors, f"{damage.__name__} {name} was never noticed"
        for error in errors:
            assert str(folder) in error.message
            assert "\n" not in error.message
            assert error.message.endswith((").", "segments.", "version."))
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
    kind: Kind, engine: SearchEngine, folder: Path, about: bytes
) -> None:
    (folder / ABOUT).write_bytes(about)
    reader = kind.opened(folder)
    for ask in (reader.version, reader.rows, lambda: reader.search(EVERYTHING)):
        with pytest.raises(BrokenIndex, match="of another version") as caught:
            ask()
        assert len(caught.value.message) < len(str(folder)) + 120
    with engine.exclusive():
        filled(reader, corpus())
    assert json.loads((folder / ABOUT).read_text())["schema"] == kind.schema
    assert reader.search(EVERYTHING).total == len(CORPUS)
    reader.close()


def test_an_index_that_lost_its_list_of_segments_is_told(
    kind: Kind, engine: SearchEngine, folder: Path
) -> None:
    (place,) = folder.glob(kind.lists)
    place.unlink()
    with pytest.raises(BrokenIndex, match="lost its list"):
        engine.version()


def test_a_rebuilt_index_is_never_taken_for_the_one_before(
    kind: Kind, engine: SearchEngine, folder: Path
) -> None:
    assert engine.search(EVERYTHING).total == len(CORPUS)
    other = kind.opened(folder)
    versions = [engine.version()]
    for number in range(1, 4):
        if number == 2:
            shutil.rmtree(folder)
            assert engine.version() == ""
        with other.exclusive():
            filled(other, corpus()[:number])
        assert engine.search(EVERYTHING).total == number
        versions.append(engine.version())
        assert engine.version() == other.version()
    assert len(set(versions)) == len(versions)
    other.close()


# Files and handles


def test_many_edits_leave_few_files_and_no_open_ones(
    kind: Kind, engine: SearchEngine, folder: Path
) -> None:
    engine.apply(Changes(documents=[d for n in range(50) for d in small(n).documents]))
    engine.search(EVERYTHING)
    for number in range(60):
        engine.apply(small(number % 50, f"edit{number}"))
        if number % 10 == 0:
            assert engine.search(Request((word(f"edit{number}"),))).total == 1
        assert len(kind.segments(folder)) <= 16
    assert engine.search(EVERYTHING).total == len(CORPUS) + 50
    assert engine.search(Request((word("zebra"),))).total_any == 0
    engine.close()
    gc.collect()
    assert_let_go(folder)
    assert not list(folder.glob("*.tmp*"))
    assert segments_on_disk(folder) == kind.segments(folder)


def test_a_search_leaves_only_the_files_of_one_state_open(
    engine: SearchEngine, folder: Path
) -> None:
    for number in range(12):
        engine.apply(small(number))
        engine.search(EVERYTHING)
    engine.close()
    assert_let_go(folder)
    engine.search(EVERYTHING)
    opened = held_open(folder)
    assert 0 < opened <= len(list(folder.iterdir()))
    for _ in range(10):
        engine.search(EVERYTHING)
        engine.words("z")
    assert held_open(folder) <= opened + 10
    engine.close()
    assert_let_go(folder)


def test_an_engine_that_nobody_closed_closes_its_files(kind: Kind, folder: Path) -> None:
    engine = kind.opened(folder)
    with engine.exclusive():
        filled(engine, corpus())
    engine.search(EVERYTHING)
    assert held_open(folder) > 0
    del engine
    gc.collect()
    assert_let_go(folder)


# States set aside


def test_a_state_set_aside_answers_whatever_becomes_of_the_index(
    kind: Kind, engine: SearchEngine, tmp_path: Path
) -> None:
    place = tmp_path / "aside"
    place.mkdir()
    assert "set-aside" in engine.capabilities
    version, answer = engine.version(), engine.search(EVERYTHING)
    rows = {row.path for row in engine.rows()}
    engine.set_aside(place)
    engine.apply(Changes(removed=frozenset(CORPUS)))
    engine.clear()
    aside = kind.opened(place)
    assert aside.version() == version
    assert aside.search(EVERYTHING) == answer
    assert {row.path for row in aside.rows()} == rows
    aside.close()


def test_an_index_in_memory_cannot_be_set_aside(kind: Kind, tmp_path: Path) -> None:
    with pytest.raises(IndexFailure, match="in memory"):
        kind.opened(None).set_aside(tmp_path)


def told(engine: SearchEngine) -> tuple[object, ...]:
    """All that an engine says of its documents together."""
    listed = [(one.row, one.summary["title"]) for one in engine.listed(EVERYTHING)]
    terms = [(pair, engine.values(pair)) for pair in engine.fields()]
    return listed, engine.words(""), engine.words("data"), terms, engine.search(EVERYTHING).hits


def test_states_that_share_segments_each_tell_their_own_documents(
    kind: Kind, engine: SearchEngine, tmp_path: Path
) -> None:
    paths = sorted(CORPUS)
    states: list[tuple[SearchEngine, tuple[object, ...]]] = []
    for number, gone in enumerate((paths[:0], paths[:1], paths[1:3])):
        engine.apply(Changes(removed=frozenset(gone), documents=small(number).documents))
        place = tmp_path / str(number)
        place.mkdir()
        engine.set_aside(place)
        states.append((kind.opened(place), told(engine)))
    for _ in range(2):  # the older after the newer, and the other way round
        for state, expected in reversed(states):
            assert told(state) == expected
        for state, expected in states:
            assert told(state) == expected
    for state, _ in states:
        state.close()
