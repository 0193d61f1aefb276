"""Follow-ups across entries."""

from __future__ import annotations

from datetime import date

import pytest

from kb.errors import UsageError
from kb.follow_ups import AllFollowUps, EntryFollowUp, FollowUps, Wanted, owner_matches
from kb.search.answer import Listing
from tests.engine_contract import listed

TODAY = date(2024, 3, 1)
CONTENT = {
    "old.md": """\
---
title: Old
date: 2023-01-01
services: [api, web]
severity: sev1
---
## Follow-ups
- [ ] late — owner: Network Team, due: 2024-02-28, ticket: NET-1
- [ ] whenever
- [x] done late — owner: ops, due: 2023-02-01
- [ ] today — owner: network team, due: 2024-03-01
""",
    "new.md": """\
---
title: New
date: 2024-02-01
---
## Follow-ups
- [ ] latest — owner: 네트워크 팀, due: 2023-12-31
- someday — owner: Ops
- [x] done
- [ ] soon — due: 2024-03-02
""",
    "undated.md": "---\ntitle: Undated\n---\n## Follow-ups\n- [ ] lost\n",
    "none.md": "---\ntitle: None\ndate: 2024-01-01\n---\n",
}


def found(**wanted: object) -> FollowUps:
    listing = Listing("q", "every entry", (), listed(CONTENT))
    return AllFollowUps(listing, TODAY).chosen(Wanted(**wanted))  # type: ignore[arg-type]  # as a test gives them


def texts(follow_ups: FollowUps) -> list[str]:
    return [item.text for item in follow_ups.items]


def test_the_most_pressing_come_first() -> None:
    assert texts(found()) == [
        *("latest", "late", "today", "soon"),
        *("someday", "whenever", "lost"),
        *("done", "done late"),
    ]


def test_a_follow_up_knows_its_entry() -> None:
    (late,) = (item for item in found().items if item.text == "late")
    assert late == EntryFollowUp(
        entry_id="old",
        entry_title="Old",
        entry_path="old.md",
        entry_date="2023-01-01",
        services=("api", "web"),
        severity="sev1",
        text="late",
        done=False,
        owner="Network Team",
        due="2024-02-28",
        ticket="NET-1",
        line=8,
        days_overdue=2,
    )


def test_only_unfinished_ones_past_their_day_are_overdue() -> None:
    overdue = {item.text: item.days_overdue for item in found().items if item.days_overdue}
    assert overdue == {"late": 2, "latest": 61}


def test_what_is_not_marked_counts_as_open() -> None:
    assert [item.done for item in found().items if item.text == "someday"] == [None]
    assert "someday" in texts(found(open_only=True))


def test_counts_are_of_all_whatever_is_asked_for() -> None:
    for wanted in ({}, {"open_only": True}, {"overdue_only": True}, {"limit": 1}):
        follow_ups = found(**wanted)
        assert (follow_ups.open, follow_ups.overdue) == (7, 2)
        assert (follow_ups.without_owner, follow_ups.without_due) == (3, 3)
    assert [found().total, found(open_only=True).total, found(overdue_only=True).total] == [9, 7, 2]
    assert found(open_only=True, overdue_only=True).total == 2


def test_pages_put_together_are_the_whole() -> None:
    pages = [texts(found(limit=2, offset=offset)) for offset in range(0, 10, 2)]
    assert [text for page in pages for text in page] == texts(found())
    assert found(limit=2, offset=4).total == 9
    assert texts(found(offset=99)) == texts(found(limit=0)) == []


@pytest.mark.parametrize("wanted", [Wanted(limit=-1), Wanted(offset=-1)])
def test_a_page_out_of_range_is_a_wrong_use(wanted: Wanted) -> None:
    with pytest.raises(UsageError, match="out of range"):
        wanted.check()


def test_an_owner_is_one_in_any_case() -> None:
    assert texts(found(owner="NETWORK team")) == ["late", "today"]
    assert found(owner="network team").open == 2
    assert found().owners == (
        ("Network Team", 2, 1),
        ("네트워크 팀", 1, 1),
        ("Ops", 1, 0),
    )
    assert found(owner="ops").owners == found().owners


@pytest.mark.parametrize(
    ("wanted", "owner"),
    [
        ("network", "Network Team"),
        ("team", "Network Team"),
        ("network-team", "the Network Team"),
        ("@storage", "storage"),
        ("SK", "SK C&C / Kakao"),
        ("네트워크팀", "네트워크 팀"),
        ("네트워크 팀", "네트워크팀"),
        ("ＯＰＳ", "ops"),
    ],
)
def test_an_owner_is_found_by_words_side_by_side(wanted: str, owner: str) -> None:
    assert owner_matches(wanted, owner)


@pytest.mark.parametrize(
    ("wanted", "owner"),
    [
        ("net", "Network Team"),
        ("the team", "the network team"),
        ("", "ops"),
        ("ops", ""),
        ("-", "-"),
    ],
)
def test_other_owners_are_not(wanted: str, owner: str) -> None:
    assert not owner_matches(wanted, owner)


def test_the_json_has_the_same_names() -> None:
    document = found(limit=1).to_json()
    assert document["schema_version"] == 1
    assert document["total"] == 9
    assert document["owners"][0] == {"owner": "Network Team", "open": 2, "overdue": 1}
    (item,) = document["items"]
    assert set(item) == set(EntryFollowUp.__dataclass_fields__)
    assert item["services"] == []
