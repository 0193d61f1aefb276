"""Follow-ups keep their words, and give owner, day, ticket and whether they are done."""

from __future__ import annotations

from datetime import date

import pytest

from kb.document.follow_ups import FollowUps, read_follow_ups
from kb.document.markdown import read_blocks
from kb.document.sections import outline


def read(text: str) -> FollowUps:
    whole = f"## Follow-ups\n{text}\n"
    tree = read_blocks(whole)
    parts = outline(tree.blocks, whole.split("\n")).parts
    return read_follow_ups(parts, tree.references, "x.md", date(2024, 7, 18))


@pytest.mark.parametrize(
    ("typed", "text", "owner", "due", "ticket"),
    [
        ("Find it — owner: network team, due: 2024-08-31, ticket: NET-12",
         "Find it", "network team", "2024-08-31", "NET-12"),
        ("Find it [1] — ticket: NET-12, due: 2024-08-31; owner: SRE, network",
         "Find it [1]", "SRE, network", "2024-08-31", "NET-12"),
        ("원인 분석 (담당자: 네트워크 팀, 기한: 2024년 8월 31일)",
         "원인 분석", "네트워크 팀", "2024-08-31", None),
        ("개선 — 담당: 김, 마감: 8월 31일, 티켓: NET-1", "개선", "김", "2024-08-31", "NET-1"),
        ("Fix (owner: x (y), due: 2024-01-01) soon", "Fix soon", "x (y)", "2024-01-01", None),
        ("Move it, **Owner:** me", "Move it", "me", None, None),
        ("Try [NET-12](https://jira.example.org/browse/NET-12)",
         "Try [NET-12](https://jira.example.org/browse/NET-12)", None, None, "NET-12"),
        ("Try again #123", "Try again #123", None, None, "#123"),
        ("Try https://github.com/a/b/pull/9.", "Try https://github.com/a/b/pull/9.",
         None, None, "https://github.com/a/b/pull/9"),
        ("Try ([issue](https://github.com/a/b/issues/6))",
         "Try ([issue](https://github.com/a/b/issues/6))",
         None, None, "https://github.com/a/b/issues/6"),
        ("Try ([fix][pr])\n\n[pr]: https://github.com/a/b/pull/2", "Try ([fix][pr])",
         None, None, "https://github.com/a/b/pull/2"),
        ("Read [the manual](https://example.org/manual)",
         "Read [the manual](https://example.org/manual)",
         None, None, None),
        ("Owner: nobody is named in this sentence", "Owner: nobody is named in this sentence",
         None, None, None),
        ("Fix login — issue: people cannot log in", "Fix login — issue: people cannot log in",
         None, None, None),
        ("Due: TBD is fine — due: TBD", "Due: TBD is fine", None, None, None),
    ],
)  # fmt: skip
def test_attributes(
    typed: str, text: str, owner: str | None, due: str | None, ticket: str | None
) -> None:
    found = read(f"- [ ] {typed}")
    (item,) = found.items
    assert (item.text, item.owner, item.ticket) == (text, owner, ticket)
    assert item.due == (date.fromisoformat(due) if due else None)
    assert found.findings == ()


@pytest.mark.parametrize(
    ("typed", "done", "text"),
    [
        ("[ ] a", False, "a"), ("[x] a", True, "a"), ("[X] a", True, "a"), ("✅ a", True, "a"),
        ("~~a b~~", True, "a b"), ("a (done)", True, "a"), ("a (완료) [1]", True, "a [1]"),
        ("배포 완료", True, "배포 완료"), ("Done: a", True, "a"), ("a", None, "a"),
        ("[ ] a — status: done", True, "a"), ("a — 상태: 진행 중", False, "a"),
        ("not done", None, "not done"),
    ],
)  # fmt: skip
def test_whether_it_is_done(typed: str, *, done: bool | None, text: str) -> None:
    (item,) = read(f"- {typed}").items
    assert (item.done, item.text) == (done, text)


def test_a_day_that_cannot_be_read_is_a_finding_on_its_line() -> None:
    found = read("- a\n- b — due: soon")
    assert [item.due for item in found.items] == [None, None]
    assert [(one.rule, one.level, one.line) for one in found.findings] == [
        ("unreadable-date", "warning", 3)
    ]
    assert "`soon`" in found.findings[0].message


def test_a_table_by_the_names_of_its_columns() -> None:
    items = read(
        "| Type | Action item | Owner | Due | Bug | Status |\n|-|-|-|-|-|-|\n"
        "| prevent | do it | Bob | 2024-01-02 | [AB-1](https://x.org/AB-1) | DONE |\n"
        "| other | look | - | - | - | in progress |"
    ).items
    assert [(i.text, i.done, i.owner, i.due, i.ticket, i.line) for i in items] == [
        ("do it", True, "Bob", date(2024, 1, 2), "AB-1", 4),
        ("look", False, None, None, None, 5),
    ]


def test_a_korean_table() -> None:
    (item,) = read(
        "| 액션 아이템 | 담당자 | 우선순위 | 마감일 | 상태 |\n|-|-|-|-|-|\n"
        "| 배포 | 김 | 상 | 2024-01-02 | 완료 |"
    ).items
    assert (item.text, item.owner, item.due, item.done) == ("배포", "김", date(2024, 1, 2), True)


def test_groups_give_their_items() -> None:
    items = read("- Process\n  - one\n  - two\n- **Tech**\n  - [ ] three\n- Doc:\n  - four").items
    assert [(item.text, item.line) for item in items] == [
        ("one", 3), ("two", 4), ("three", 6), ("four", 8),
    ]  # fmt: skip


def test_nested_notes_belong_to_their_item_and_nested_boxes_do_not() -> None:
    assert [item.text for item in read("- a\n  - note").items] == ["a\n- note"]
    assert [item.text for item in read("- [ ] a\n  - [x] b").items] == ["a", "b"]


def test_sub_headings_of_another_kind_are_left_out() -> None:
    text = "### Process\n1. p\n### What went wrong\n- no\n### Technical improvements\n1. t"
    assert [item.text for item in read(text).items] == ["p", "t"]


@pytest.mark.parametrize(
    "text",
    ["No source states a follow-up.", "- None", "- 없음", "- N/A", "- no action items [1]", "없음",
     "- 출처에 후속 조치가 없다. [1]", "- <!-- write here -->", "- [ ]"],
)  # fmt: skip
def test_saying_there_is_none_is_not_one(text: str) -> None:
    assert read(text).items == ()


def test_a_state_behind_a_ticket_is_the_state() -> None:
    table = """
| Action item | Owner | Bug |
|---|---|---|
| Update the playbook | ana | n/a **DONE** |
| Balance load | bo | Bug 5554823 **TODO** |
| Look into FIXED costs | cy | NET-1 |
"""
    items = read(table).items
    assert [(item.done, item.ticket) for item in items] == [
        (True, None),
        (False, "Bug 5554823"),
        (None, "NET-1"),
    ]
