"""KB2xx: parts that are missing, empty, twice or still the template's."""

from __future__ import annotations

from datetime import date

import pytest

from kb.new_entry import template
from kb.review.rules import problems
from tests.review_examples import SECTIONS, codes, entry_of, found, found_at, read

FRONT = entry_of().partition("\n---\n")[0] + "\n---\n"


@pytest.mark.parametrize("heading", [one for one in SECTIONS if one != "## Summary"])
def test_each_of_the_five_sections_is_asked_for(heading: str) -> None:
    text = entry_of().replace(f"{heading}\n\n{SECTIONS[heading]}", "")
    [problem] = found(read(text), "KB201")
    assert heading[3:].casefold().replace("-", " ") in problem.message.replace("-", " ")
    assert problem.place.line == 15


@pytest.mark.parametrize(
    ("heading", "other"),
    [
        ("## Follow-ups", "## 재발 방지 대책"),
        ("## Impact", "## 영향 범위"),
        ("## Response", "## 3. 조치 내용"),
        ("## Timeline", "## 시간대별 경과"),
        ("## Root cause", "## Contributing factors"),
        ("## Summary", "## TL;DR"),
    ],
)
def test_other_headings_count_and_order_is_free(heading: str, other: str) -> None:
    text = entry_of().replace(f"{heading}\n\n{SECTIONS[heading]}\n", "")
    text += f"\n{other}\n\n{SECTIONS[heading]}\n"
    assert codes(read(text)) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("## Impact", ["## Impact"]),
        ("## Impact\n\n<!-- who -->", ["## Impact"]),
        ("## Impact\n\nTBD", ["## Impact"]),
        ("## Impact\n\n- N/A", ["## Impact"]),
        ("## Impact\n\nTBD\n\n### Users\n\nOf 5,000 none.", []),
        ("## Impact\n\n### Users\n\nOf 5,000 none could sign in.", []),
        ("## Follow-ups\n\nNone: the service is gone.", []),
        ("## Follow-ups\n\nNone", []),
        ("## Follow-ups\n\nTBD", ["## Follow-ups"]),
        ("## Lessons learned\n", ["## Lessons learned"]),
    ],
)
def test_an_empty_section_is_told_at_its_heading(body: str, expected: list[str]) -> None:
    assert [text for _, text in found_at(read(entry_of(body)), "KB202")] == expected


def test_a_korean_section_may_be_empty_as_well() -> None:
    text = entry_of("## 영향\n\n추후 작성").replace(f"## Impact\n\n{SECTIONS['## Impact']}", "")
    assert [text for _, text in found_at(read(text), "KB202")] == ["## 영향"]
    assert codes(read(text)) == ["KB202"]


def test_an_empty_section_is_no_matter_where_the_same_one_is_filled() -> None:
    assert found(read(entry_of("## 영향\n\n<!-- 한국어 -->")), "KB202") == []


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("TODO: say more", ["TODO"]),
        ("It was said, TBD.", ["TBD"]),
        ("FIXME", ["FIXME"]),
        ("category XXX", ["XXX"]),
        ("at HH:MM it began", ["HH:MM"]),
        ("at HH:mm it began", ["HH:mm"]),
        ("on YYYY-MM-DD", ["YYYY-MM-DD"]),
        ("Lorem ipsum dolor", ["Lorem ipsum"]),
        ("{{ summary }} of it", ["{{ summary }}"]),
        ("영향은 추후 작성 예정", ["추후 작성 예정"]),
        ("여기에 입력", ["여기에 입력"]),
        ("상세 내용 작성 필요", ["작성 필요"]),
        ("owner [your team] did", ["[your team]"]),
        ("[Insert link]", []),
        ("[insert link here]", ["[insert link here]"]),
        ("[your team](https://x.example) did", []),
        ("[team][1] did", []),
        ("the todo list of the team", []),
        ("see TODO-12 and app/TODO.md", []),
        ("the mark `TODO` in the code", []),
        ('he read "TODO" there', []),
        ("<!-- TODO: ask -->", []),
        ("XXXL sizes and maxXXX", []),
        ("문서를 작성했다", []),
        ("나중에 원인을 찾았다", []),
        ("```\nTODO\n```", []),
    ],
)
def test_places_to_fill_in_are_found_in_prose_alone(text: str, marks: list[str]) -> None:
    subject = read(entry_of(f"## Response\n\nThe link was restarted. {text}"))
    if text.startswith("```"):
        subject = read(entry_of(f"## Response\n\nThe link was restarted.\n\n{text}"))
    assert [text for _, text in found_at(subject, "KB203")] == marks


def test_a_heading_that_is_called_todo_is_one() -> None:
    assert found(read(entry_of("## TODO\n\n- [ ] Add a link")), "KB203") == []


def test_a_plan_to_write_something_is_a_follow_up() -> None:
    body = "## 후속 조치\n\n- [ ] 런북 작성 필요 — owner: 네트워크팀, due: 2024-08-31"
    assert found(read(entry_of(body)), "KB203") == []


def test_times_left_open_in_a_table_are_each_told() -> None:
    body = (
        "## Timeline\n\n| Time (KST) | Event |\n|---|---|\n| 2024-07-18 HH:mm | alert |\n"
        "| 2024-07-?? HH:mm | over |"
    )
    lines = [line for line, _ in found_at(read(entry_of(body)), "KB203")]
    assert len(lines) == 2
    assert lines[1] == lines[0] + 1


def test_the_keys_of_the_front_matter_are_looked_at_as_well() -> None:
    assert found_at(read(entry_of("title: TODO a title")), "KB203") == [(2, "TODO")]


def test_a_new_entry_has_empty_sections_and_nothing_is_told_twice() -> None:
    text = template("Login of KakaoTalk failed", date(2024, 7, 18), services=["kakaotalk"])
    subject = read(text, "2024/2024-07-18-login-of-kakaotalk-failed.md")
    assert codes(subject) == ["KB202"] * 6


def test_a_hint_that_is_left_above_the_text_is_told() -> None:
    text = template("Login of KakaoTalk failed", date(2024, 7, 18), services=["kakaotalk"])
    filled = text.replace("-->\n", "-->\n\nSomething is said here.\n")
    assert codes(read(filled)).count("KB207") == 6
    assert "KB202" not in codes(read(filled))


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("## Response\n\nA\n\n## Response\n\nB", 1),
        ("## Response\n\nA\n\n## RESPONSE:\n\nB", 0),
        ("## 대응\n\nA\n\n## 대응\n\nB\n\n## 대응\n\nC", 2),
        ("## 대응\n\nA\n\n## Response\n\nB", 0),
        ("## Response\n\nA\n\n### Response\n\nB", 0),
        ("## Notes\n\nA\n\n## Notes\n\nB", 0),
    ],
)
def test_a_section_stands_once(body: str, count: int) -> None:
    assert len(found(read(entry_of(body)), "KB204")) == count


def test_text_above_the_first_heading_is_a_summary() -> None:
    assert found(read(f"{FRONT}\nNobody could sign in.\n\n## Impact\n\nAll."), "KB205") == []
    assert len(found(read(f"{FRONT}\n## Impact\n\nAll."), "KB205")) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 1920, 0), ("a" * 1921, 1), ("가" * 960, 0), ("가" * 961, 1)],
)
def test_a_summary_fits_on_a_screen_in_columns(text: str, count: int) -> None:
    assert len(found(read(entry_of(f"## Summary\n\n{text}")), "KB208")) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("## Response\n\n#### Late\n\nA", 1),
        ("## Response\n\n### Late\n\n#### Later\n\nA\n\n## Lessons\n\nB", 0),
        ("```\n#### no heading\n```", 0),
    ],
)
def test_headings_go_down_one_level_at_a_time(body: str, count: int) -> None:
    assert len(found(read(entry_of(body)), "KB206")) == count


def test_an_imported_entry_may_lack_parts() -> None:
    subject = read(f"{FRONT.replace('status', 'imported: true' + chr(10) + 'status')}\n# A\n\nB")
    levels = {one.level or rule.level for rule, one in problems(subject)}
    assert levels == {"note"}
