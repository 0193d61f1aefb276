"""The figures through the one door: kept while the index stays, new when it changes."""

from __future__ import annotations

import gc
import os
import weakref
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from kb.errors import UsageError
from kb.figures import Figures
from kb.related import Relations
from kb.search.answer import Searcher
from kb.search.whoosh_engine_reading import Content, OpenIndex
from tests.engine_contract import CORPUS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = date(2024, 3, 1)


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBase]:
    for name in os.environ:
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    for path, text in CORPUS.items():
        place = tmp_path / "entries" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    opened = KnowledgeBase.open(tmp_path / "entries")
    opened.sync()
    yield opened
    opened.close()


def test_a_query_chooses_the_entries(knowledge: KnowledgeBase) -> None:
    found = knowledge.stats("service:cdn", by="cause", today=TODAY)
    assert (found.total.entries, found.by) == (2, "cause")
    assert found.understood == "service is cdn"
    assert {group.name for group in found.groups} == {"network", "config-change"}
    assert knowledge.stats("database pool", today=TODAY).total.entries == 1, "those that match well"
    assert knowledge.stats("zeppelin", today=TODAY).total.entries == 0


def test_what_is_not_understood_is_told(knowledge: KnowledgeBase) -> None:
    found = knowledge.stats("caues:dns", today=TODAY)
    assert [notice.suggestion for notice in found.notices] == ["cause:dns"]
    assert knowledge.follow_ups("caues:dns").to_json()["notices"] == found.to_json()["notices"]


def test_figures_asked_for_twice_are_kept(knowledge: KnowledgeBase) -> None:
    assert knowledge.stats(today=TODAY) is knowledge.stats("", by="service", today=TODAY)
    assert knowledge.stats(by="cause", today=TODAY) is not knowledge.stats(today=TODAY)
    first, second = (knowledge.follow_ups(limit=1, today=TODAY) for _ in range(2))
    assert first.items[0] is second.items[0]
    assert knowledge.recurrences(today=TODAY) is knowledge.recurrences(today=TODAY)


def test_a_change_of_the_entries_changes_the_figures(knowledge: KnowledgeBase) -> None:
    assert knowledge.stats(today=TODAY).total.entries == 7
    assert knowledge.suggest("zeppel") == ()
    (knowledge.folder / "new.md").write_text(
        "---\ntitle: Zeppelin\ndate: 2024-02-02\nservices: [orders]\ncauses: [capacity]\n---\n"
        "## Follow-ups\n- [ ] Land it, due: 2024-02-28\n"
    )
    knowledge.sync()
    assert knowledge.stats(today=TODAY).total.entries == 8
    assert [item.text for item in knowledge.follow_ups(today=TODAY, limit=2).items] == [
        "Test the failover of the database every month",
        "Land it",
    ]
    assert [(one.service, one.cause) for one in knowledge.recurrences(today=TODAY)] == [
        ("orders", "capacity")
    ]
    assert [one.kind for one in knowledge.suggest("zeppel")] == ["word", "entry"]


def searching() -> int:
    """How many objects are there that answer about some state."""
    kinds = (Figures, Searcher, OpenIndex, Content, Relations)
    return sum(isinstance(each, kinds) for each in gc.get_objects())


def test_what_nobody_asks_any_more_is_gone_at_once(knowledge: KnowledgeBase) -> None:
    place = knowledge.folder.parent / "state"
    knowledge.set_aside(place)
    state = KnowledgeBase.open(knowledge.folder, snapshot=place)
    gc.collect()
    before = searching()
    gc.disable()
    try:
        state.search("databse")
        state.stats()
        state.follow_ups(open_only=True)
        state.recurrences()
        state.suggest("dat")
        state.related("database failover")
        assert searching() > before
        gone = weakref.ref(state)
        del state
        assert gone() is None
        assert searching() == before
    finally:
        gc.enable()


def test_labels_are_those_of_a_changed_configuration(knowledge: KnowledgeBase) -> None:
    def label() -> str:
        groups = knowledge.stats(today=TODAY).groups
        return next(group.label for group in groups if group.name == "cdn")

    assert label() == "cdn"
    (knowledge.folder / "kb.toml").write_text('[services]\ncdn = "The CDN"\n')
    knowledge.sync()
    assert label() == "The CDN"


def test_another_day_is_another_answer(knowledge: KnowledgeBase) -> None:
    assert knowledge.stats(today=date(2024, 1, 31)).total.overdue_follow_ups == 0
    assert knowledge.stats(today=TODAY).total.overdue_follow_ups == 1
    assert knowledge.follow_ups(overdue_only=True, today=date(2024, 1, 31)).items == ()


def test_the_current_day_counts_where_none_is_given(knowledge: KnowledgeBase) -> None:
    assert knowledge.stats().total.overdue_follow_ups == knowledge.follow_ups().overdue == 1


@pytest.mark.parametrize("wrong", [{"limit": -1}, {"offset": -1}])
def test_a_wrong_page_of_follow_ups_is_told(
    knowledge: KnowledgeBase, wrong: dict[str, int]
) -> None:
    with pytest.raises(UsageError):
        knowledge.follow_ups(**wrong)  # type: ignore[arg-type]  # limit and offset alone


def test_a_wrong_grouping_is_told(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="'week'"):
        knowledge.stats(by="week")


def test_a_search_counts_the_facets_asked_for(knowledge: KnowledgeBase) -> None:
    found = knowledge.search("", facets=("month",))
    assert set(found.facets) == {"month"}
    assert set(found.to_json()["facets"]) == {"service", "cause", "severity", "year", "status"}
    everything = knowledge.search("").to_json()["facets"]
    assert [len(counts) for counts in everything.values()] == [7, 4, 4, 4, 3]
    with pytest.raises(UsageError, match="'weekday'"):
        knowledge.search("", facets=("weekday",))


def test_an_index_is_there_after_the_first_sync(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    assert knowledge.is_indexed
    (tmp_path / "other").mkdir()
    other = KnowledgeBase.open(tmp_path / "other")
    assert not other.is_indexed
    other.close()


def test_the_list_shows_every_entry_in_order(knowledge: KnowledgeBase) -> None:
    for sort in ("newest", "oldest", "longest"):
        hits = knowledge.search("", sort=sort, limit=50).hits
        assert [one.path for one in knowledge.list(sort=sort)] == [hit.path for hit in hits]
