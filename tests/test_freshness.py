"""Readers see the state before a change or the one after it, never a mixture and no failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import IndexFailure
from kb.search import location
from web import create_app
from web.freshness import Follower, Keeper, News, keeper, news, own_folder

ENTRY = """\
---
title: {title}
date: 2024-08-01
services: [{title}]
causes: [network]
severity: sev2
---
## Summary
The {title} was slow.
"""


@pytest.fixture
def folder(own_entries: Path) -> Iterator[Path]:
    with own_folder(own_entries) as made:
        yield made


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def following(own_entries: Path, folder: Path, told: list[str]) -> tuple[Keeper, Follower]:
    kept = Keeper(KnowledgeBase.open(own_entries), folder, told.append)
    kept.follow()
    follower = Follower(own_entries, folder)
    follower.follow()
    return kept, follower


def write(entries: Path, title: str) -> Path:
    place = entries / "2024" / "2024-08-01-changing.md"
    temporary = place.with_suffix(".new")
    temporary.write_text(ENTRY.format(title=title), encoding="utf-8")
    temporary.replace(place)
    return place


def test_a_changed_entry_is_seen_after_the_next_look(
    own_entries: Path, following: tuple[Keeper, Follower]
) -> None:
    kept, follower = following
    write(own_entries, "zeppelin")
    before = follower()
    assert not before.search("zeppelin").hits
    kept.look()
    assert follower.follow()
    assert [hit.title for hit in follower().search("zeppelin").hits] == ["zeppelin"]
    assert not before.search("zeppelin").hits  # a request that began before still asks its state


def test_a_look_that_finds_nothing_new_makes_no_state(
    folder: Path, following: tuple[Keeper, Follower]
) -> None:
    kept, follower = following
    assert kept.look() == News(number=1)
    assert not follower.follow()
    assert [place.name for place in folder.iterdir() if place.is_dir()] == ["00000001"]


def test_a_state_outlives_a_rebuild_of_the_index_and_the_loss_of_all_entries(
    own_entries: Path, following: tuple[Keeper, Follower]
) -> None:
    _, follower = following
    before = follower().search("payments")
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync(rebuild=True)
    for place in own_entries.rglob("*.md"):
        place.unlink()
    knowledge.sync()
    after = follower().search("payments")
    assert after.hits == before.hits
    assert after.facets == before.facets
    assert len(follower().list()) > 1


def test_a_new_vocabulary_is_seen_without_a_restart(
    own_entries: Path, following: tuple[Keeper, Follower]
) -> None:
    kept, follower = following
    with (own_entries / "kb.toml").open("a", encoding="utf-8") as file:
        file.write('\n[services.airship]\nlabel = "Airship"\n')
    kept.look()
    follower.follow()
    assert "airship" in {service.id for service in follower().services()}


def test_a_snapshot_never_writes(following: tuple[Keeper, Follower]) -> None:
    _, follower = following
    with pytest.raises(IndexFailure, match="never brought up to date"):
        follower().sync()


def test_a_damaged_snapshot_is_a_failure_and_is_not_mended_in_a_request(
    folder: Path, own_entries: Path, told: list[str]
) -> None:
    Keeper(KnowledgeBase.open(own_entries), folder, told.append).follow()
    place = News(number=1).place(folder)
    for file in place.glob("*.toc"):
        file.unlink()
    with pytest.raises(IndexFailure):
        KnowledgeBase.open(own_entries, snapshot=place).search("payments")


def test_trouble_is_told_once_and_the_old_state_still_answers(
    own_entries: Path, following: tuple[Keeper, Follower], told: list[str]
) -> None:
    kept, follower = following
    away = own_entries.with_name("away")
    own_entries.rename(away)
    assert kept.look().trouble == kept.look().trouble != ""
    assert follower.news.trouble
    assert follower().search("payments").hits
    away.rename(own_entries)
    assert kept.look().trouble == ""
    assert len(told) == 2
    assert "followed again" in told[-1]


def test_before_the_first_state_a_request_is_told_to_wait(own_entries: Path, folder: Path) -> None:
    follower = Follower(own_entries, folder)
    assert not follower.follow()
    response = create_app(follower).test_client().get("/services/")
    assert response.status_code == 503
    assert response.headers["Retry-After"]


def test_a_state_is_warmed_before_any_other_thread_gets_it(
    own_entries: Path, following: tuple[Keeper, Follower], folder: Path
) -> None:
    kept, _ = following
    follower = Follower(own_entries, folder)
    seen: list[KnowledgeBase] = []

    def warm() -> None:
        other = threading.Thread(target=lambda: seen.append(shown()))
        other.start()
        other.join()
        seen.append(follower())

    def shown() -> KnowledgeBase:
        return follower() if follower.news.number > 1 else KnowledgeBase.open(own_entries)

    follower.start(warm)
    follower.stop()
    old = follower()
    write(own_entries, "zeppelin")
    kept.look()
    follower.follow()
    assert seen[2] is old
    assert seen[3] is follower() is not old


def test_a_state_that_cannot_be_opened_is_tried_again(
    own_entries: Path, following: tuple[Keeper, Follower], folder: Path
) -> None:
    kept, _ = following
    follower = Follower(own_entries, folder)
    follower.start(lambda: follower().search("zeppelin"))
    follower.stop()
    write(own_entries, "zeppelin")
    kept.look()
    place = follower.news.place(folder)
    place.rename(place.with_suffix(".away"))
    with pytest.raises(IndexFailure):
        follower.follow()
    place.with_suffix(".away").rename(place)
    assert follower.follow()
    assert follower().search("zeppelin").hits


def test_old_states_are_removed(
    own_entries: Path,
    following: tuple[Keeper, Follower],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper, "KEPT_SECONDS", 0.0)
    for number in range(3):
        write(own_entries, f"zeppelin{number}")
        following[0].look()
    assert [place.name for place in folder.iterdir() if place.is_dir()] == ["00000004"]


def test_a_keeper_that_is_started_again_goes_on_counting(
    own_entries: Path, following: tuple[Keeper, Follower], folder: Path
) -> None:
    again = Keeper(KnowledgeBase.open(own_entries), folder, print)
    assert again.look().number == 2
    assert following[1].follow()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"number": 1, "odd": 2}', b"\xff"])
def test_damaged_news_are_no_news(tmp_path: Path, content: bytes) -> None:
    (tmp_path / news.NAME).write_bytes(content)
    assert news.read(tmp_path) == News()


def test_the_folder_of_a_server_goes_with_it_and_what_killed_ones_left_is_removed(
    own_entries: Path,
) -> None:
    index, _ = location.index_folder(own_entries)
    assert index is not None
    left = index.parent / "serving-left"
    left.mkdir()
    (left / "owner").touch()
    with own_folder(own_entries) as first:
        assert not left.exists()
        with own_folder(own_entries) as second:
            assert first.exists()
        assert not second.exists()
    assert not first.exists()


def test_serving_needs_an_index_on_the_disk(
    own_entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "index_folder", lambda _: (None, "Nothing can be written."))
    with pytest.raises(IndexFailure, match="KB_CACHE_DIR"), own_folder(own_entries):
        pass


def test_files_are_copied_where_there_are_no_links(
    own_entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge = KnowledgeBase.open(own_entries)
    knowledge.sync()

    def refuse(*_: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    knowledge.set_aside(tmp_path / "state")
    shutil.rmtree(own_entries.parent / "cache")
    snapshot = KnowledgeBase.open(own_entries, snapshot=tmp_path / "state")
    assert snapshot.search("payments").hits


def test_the_keeper_as_a_process_follows_and_ends_with_its_input(
    own_entries: Path, folder: Path
) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "web.freshness", own_entries, folder],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        env=os.environ,
    )
    try:
        for _ in range(600):
            if news.read(folder).number:
                break
            threading.Event().wait(0.05)
        assert news.read(folder).number == 1
    finally:
        _, said = running.communicate(timeout=30)
    assert running.returncode == 0
    assert said == b""


def test_requests_while_an_entry_changes_all_get_the_old_or_the_new(
    own_entries: Path, folder: Path
) -> None:
    write(own_entries, "zeppelin0")
    kept = Keeper(KnowledgeBase.open(own_entries), folder, print)
    kept.follow()
    follower = Follower(own_entries, folder)
    follower.follow()
    app = create_app(follower)

    def ask(_: int) -> str:
        """The page of all services names exactly one of the changing entry's."""
        response = app.test_client().get("/api/v1/search?q=cause:network%20slow&limit=50")
        assert response.status_code == 200
        document = response.get_json()
        names = [hit["title"] for hit in document["hits"] if hit["title"].startswith("zeppelin")]
        counted = [
            one["value"]
            for one in document["facets"]["service"]
            if one["value"].startswith("zeppelin")
        ]
        assert names == counted
        return str(names)

    done = threading.Event()

    def change() -> None:
        number = 0
        while not done.is_set():
            number += 1
            write(own_entries, f"zeppelin{number}")
            kept.look()
            follower.follow()

    with ThreadPoolExecutor(9) as pool:
        changing = pool.submit(change)
        try:
            answers = list(pool.map(ask, range(200)))
        finally:
            done.set()
        changing.result()
    assert len(set(answers)) > 1
    assert all(answer.count("zeppelin") == 1 for answer in answers)
