"""What a review says of earlier incidents like a new one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Unpack

import pytest

from kb import KnowledgeBase
from kb.review import reviewing
from tests.review_examples import SETTINGS, entry_of
from tests.review_repository import Options, Repository, no_settings_of_git

if TYPE_CHECKING:
    from pathlib import Path

    from kb.review.report import ReviewedEntry

__all__ = ["no_settings_of_git"]

OLD = "2023-03-03-login-outage"
NEW = "2024-07-18-login-outage"
TIMES = ("started", "detected", "mitigated", "resolved")


def at(day: str, rest: str = "") -> str:
    """An entry of that day."""
    clocks = ("10:54", "10:54", "11:36", "12:20")
    keys = [f"{key}: {day}T{clock}:00+09:00" for key, clock in zip(TIMES, clocks, strict=True)]
    return entry_of("\n".join((f"date: {day}", *keys, rest)).strip()).replace(
        "2024-07-18 ", f"{day} "
    )


class Team(Repository):
    def entries(self, *paths: str, **options: Unpack[Options]) -> dict[str, ReviewedEntry]:
        knowledge = KnowledgeBase.open(self.folder)
        try:
            report = knowledge.review(paths, today=date(2024, 8, 1), **options)
        finally:
            knowledge.close()
        self.notices = report.notices
        return {one.id: one for one in report.entries}


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """An incident of last year on main, and others; the branch `topic` is checked out."""
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    made = Team(tmp_path / "repository")
    made.write("kb.toml", SETTINGS)
    made.write(f"2023/{OLD}.md", at("2023-03-03"))
    made.write(
        "2022/2022-02-02-disk.md", at("2022-02-02", "services: [kakao-account]\ncauses: [capacity]")
    )
    made.commit()
    made.git("switch", "-q", "-c", "topic")
    monkeypatch.chdir(made.root)
    return made


def test_an_incident_that_happened_before_is_a_recurrence_with_what_is_still_open(
    team: Team,
) -> None:
    team.write(f"2024/{NEW}.md", entry_of())
    seen = team.entries(base="main")[NEW].seen_before
    (again,) = seen.recurrences
    assert again.id == OLD
    assert "same service: kakaotalk" in [one.text for one in again.reasons]
    assert [item.text for item in again.open_follow_ups] == ["Add a second link"]
    assert OLD not in [one.id for one in (*seen.similar, *seen.duplicates)]


def test_an_entry_is_never_like_itself_and_others_of_the_branch_count(team: Team) -> None:
    team.write(f"2024/{NEW}.md", entry_of())
    team.write("2024/2024-07-18-login-again.md", entry_of())
    entries = team.entries(base="main")
    for mine, other in ((NEW, "2024-07-18-login-again"), ("2024-07-18-login-again", NEW)):
        seen = entries[mine].seen_before
        assert [one.id for one in seen.duplicates] == [other]
        assert mine not in [one.id for one in (*seen.recurrences, *seen.similar)]


def test_later_incidents_are_no_recurrences_of_an_older_one(team: Team) -> None:
    team.write("2021/2021-01-01-login.md", at("2021-01-01"))
    seen = team.entries(base="main")["2021-01-01-login"].seen_before
    assert seen.recurrences == ()
    assert OLD in [one.id for one in seen.similar]


def test_the_newest_recurrence_comes_first(team: Team) -> None:
    for year in (2019, 2022, 2020):
        team.write(f"{year}/{year}-05-05-login.md", at(f"{year}-05-05"))
    team.commit()
    team.write(f"2024/{NEW}.md", entry_of())
    seen = team.entries(base="HEAD")[NEW].seen_before
    assert [one.date[:4] for one in seen.recurrences if one.date] == [
        "2023",
        "2022",
        "2020",
        "2019",
    ]


@pytest.mark.parametrize(("related", "is_looked_up"), [(None, False), (True, True), (False, False)])
def test_changed_entries_are_looked_up_only_when_asked(
    team: Team, *, related: bool | None, is_looked_up: bool
) -> None:
    team.write(f"2024/{NEW}.md", entry_of())
    team.commit()
    team.write(f"2024/{NEW}.md", entry_of("trigger: deploy"))
    seen = team.entries(base="HEAD", related=related)[NEW].seen_before
    assert bool(seen.recurrences) is is_looked_up


def test_without_a_base_only_files_that_are_named_are_looked_up(team: Team) -> None:
    place = team.write(f"2024/{NEW}.md", entry_of())
    assert team.entries(str(place))[NEW].seen_before.recurrences
    assert not team.entries(str(place.parent))[NEW].seen_before.recurrences
    assert not team.entries()[NEW].seen_before.recurrences


def test_of_very_many_only_the_first_are_looked_up_and_that_is_said(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "MOST_SEEN_BEFORE", 2)
    for number in range(3):
        team.write(f"2024/2024-07-1{number}-login.md", at(f"2024-07-1{number}"))
    seen = [one.seen_before for one in team.entries(base="main").values()]
    assert [bool(one.recurrences) for one in seen] == [True, True, False]
    assert team.notices == ("Similar incidents were looked up for the first 2 entries of 3.",)


def test_an_entry_that_cannot_be_read_is_like_none(team: Team) -> None:
    team.write("2024/binary.md", b"\0\1\2")
    (entry,) = team.entries(base="main").values()
    assert entry.seen_before.similar == ()
