"""KB1xx: what is wrong above the text is found on its line and column, and nothing else is."""

from __future__ import annotations

from datetime import date

import pytest

from kb.review.rules import problems
from kb.review.subject import Folder
from tests.review_examples import KEYS, PATH, codes, entry_of, found, found_at, read


@pytest.mark.parametrize(
    ("example", "code", "expected"),
    [
        ("severity: sev9", "KB109", [(6, "sev9")]),
        ("severity: 심각", "KB109", []),
        ("severity: P1", "KB109", []),
        ("status: almost", "KB110", [(7, "almost")]),
        ("status: 검토 중", "KB110", []),
        ("causes: [network, netwrok]", "KB107", [(5, "netwrok")]),
        ("causes: [DNS, 설정 변경]", "KB107", []),
        ("causes: network, databse", "KB107", [(5, "databse")]),
        ("causes:\n  - network\n  - databse", "KB107", [(7, "databse")]),
        ("services: [카톡, 카카오개정]", "KB108", [(4, "카카오개정")]),
        ("services: [KakaoTalk]", "KB108", []),
        ("trigger: friday", "KB111", [(14, "friday")]),
        ("trigger: 배포", "KB111", []),
        ("detected_by: luck", "KB112", [(13, "luck")]),
        ("timezone: Asia/Soul", "KB113", [(8, "Asia/Soul")]),
        ("timezone: +09:00", "KB113", []),
        ("started: 2024-07-18T25:54:00+09:00", "KB105", [(10, "2024-07-18T25:54:00+09:00")]),
        ("date: 2024-02-30", "KB105", [(3, "2024-02-30")]),
        ("date: 2024년 7월 18일", "KB105", []),
        ("severity: [sev1, sev2]", "KB106", [(6, "severity")]),
        ("date: 2023-07-18", "KB114", [(3, "2023-07-18")]),
        ("started: 2024-07-17T23:30:00Z", "KB114", []),
        ("sevrity: sev2", "KB115", [(14, "sevrity")]),
        ("organisation: Kakao", "KB115", []),
        ("url: https://x.example", "KB115", []),
        ("trigger:", "KB122", [(14, "trigger:")]),
        ('tags: [a, ""]', "KB122", [(14, 'tags: [a, ""]')]),
        ("trigger: unknown", "KB122", []),
        ("services: []", "KB103", [(4, "services: []")]),
        ("title:", "KB103", [(2, "title:")]),
        ('title: ""', "KB103", [(2, 'title: ""')]),
        ("severity: null", "KB103", [(6, "severity: null")]),
        ("tags: [login, Login]", "KB121", [(14, "[login, Login]")]),
        ("services: [kakaotalk, 카톡]", "KB121", [(4, "[kakaotalk, 카톡]")]),
        ("tags: login, Log-in", "KB121", [(14, "login, Log-in")]),
        ("tags: [login, logout]", "KB121", []),
        ("timezone: KST", "KB123", [(8, "KST")]),
        ("timezone: UTC", "KB123", []),
        ("timezone: CET", "KB123", []),
        ("timezone: UTC+9", "KB123", []),
        ("timezone: 한국시간", "KB123", [(8, "한국시간")]),
    ],
)
def test_values_are_found_where_they_stand(
    example: str, code: str, expected: list[tuple[int, str]]
) -> None:
    assert found_at(read(entry_of(example)), code) == expected


@pytest.mark.parametrize(
    ("title", "weak"),
    [
        ("Incident report", True),
        ("장애 보고서", True),
        ("Service outage 2024-07-18", True),
        ("장애", True),
        ("Untitled", True),
        ("KakaoTalk outage", False),
        ("카카오톡 장애", False),
        ("DNS", False),
        ("Login failed for a day.", True),
        ("로그인하지 못했다.", True),
        ("Too many Co.", False),
        ("Outage of a.example.com in the U.S.", False),
        ("What we did. And why.", False),
        ("Login failed...", False),
    ],
)
def test_a_title_says_what_failed(title: str, weak: bool) -> None:  # noqa: FBT001 - a table
    assert bool(found(read(entry_of(f"title: {title}")), "KB119")) is weak


@pytest.mark.parametrize(
    ("example", "before", "after"),
    [
        ("causes: [netwrok]", "causes: [netwrok]", "causes: [network]"),
        ("severity: sve2", "severity: sve2", "severity: sev2"),
        ("sevrity: sev2", "sevrity: sev2", None),
        ("triger: deploy", "triger: deploy", "trigger: deploy"),
        ("timezone: KST", "timezone: KST", "timezone: Asia/Seoul"),
        ("timezone: PST", "timezone: PST", None),
        ("title: Login failed today.", "title: Login failed today.", "title: Login failed today"),
        ("services: [kakaotak]", "services: [kakaotak]", "services: [kakaotalk]"),
        ("services: [카카오개정]", "services: [카카오개정]", None),
        ("causes: [friday]", "causes: [friday]", None),
    ],
)
def test_a_fix_says_no_more_than_the_entry(example: str, before: str, after: str | None) -> None:
    subject = read(entry_of(example))
    [(problem, line)] = [
        (one, subject.lines[one.place.line - 1])
        for _, one in problems(subject)
        if subject.lines[one.place.line - 1] == before
    ]
    if after is None:
        assert problem.fix is None
        return
    assert problem.fix is not None
    [edit] = problem.fix.edits
    assert line[: edit.place.column - 1] + edit.text + line[edit.place.end_column - 1 :] == after


def test_what_is_meant_is_suggested() -> None:
    [problem] = found(read(entry_of("causes: [databse]")), "KB107")
    assert problem.help == "Did you mean `database`?"
    [problem] = found(read(entry_of("services: [zzz]")), "KB108")
    assert "kb.toml" in problem.help


def test_without_front_matter_only_that_is_told() -> None:
    subject = read("# Login failed\n\nNobody could sign in.\n")
    assert [code for code in codes(subject) if code < "KB2"] == ["KB102"]


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("title: a: b\ndate: 2024-07-18", 2),
        ("title: x\ndate: [2024-07-18", 4),
        ("- a\n- b", 2),
        ("title: a\ntitle: b", 3),
    ],
)
def test_front_matter_that_cannot_be_read_is_told_on_its_line(front: str, line: int) -> None:
    assert line in [one.place.line for one in found(read(f"---\n{front}\n---\n"), "KB102")]


def test_front_matter_that_never_ends_is_told() -> None:
    [problem] = found(read("---\ntitle: a\n\n## Summary\n"), "KB102")
    assert "never closed" in problem.message


def test_a_missing_key_is_told_once_and_started_stands_in_for_date() -> None:
    text = entry_of().replace(f"date: {KEYS['date']}\n", "").replace("severity: sev2\n", "")
    [problem] = found(read(text), "KB103")
    assert problem.place.line == 1
    assert "`severity`" in problem.message
    without = text.replace(f"started: {KEYS['started']}\n", "")
    assert len(found(read(without), "KB103")) == 2


def test_started_and_the_id_agree_where_there_is_no_date() -> None:
    text = entry_of().replace("date: 2024-07-18\n", "")
    assert found(read(text), "KB114") == []
    assert found_at(read(text, "2024/2024-07-17-x.md"), "KB114") == [
        (8, "2024-07-18T10:54:00+09:00")
    ]


def test_the_day_in_the_id_counts_in_the_zone_of_the_entry() -> None:
    example = "started: 2024-07-17T15:30:00Z\nresolved: 2024-07-17T16:30:00Z"
    assert found(read(entry_of(example)), "KB114") == []


@pytest.mark.parametrize(
    ("path", "found_codes"),
    [
        (PATH, []),
        ("2024-07-18-login-outage.md", []),
        ("kakao/2024-07-18-login-outage.md", []),
        ("2024/2024-07-18-로그인-장애.md", []),
        ("2024/2024-07-18-gitlab.com_outage.md", []),
        ("2024/2024-07-18-Login.md", ["KB117"]),
        ("2024/2024-07-18-login outage.md", ["KB117"]),
        ("2024/2024-07-18-login#1.md", ["KB117"]),
        ("2024/login-outage.md", ["KB117"]),
        ("2023/2024-07-18-login-outage.md", ["KB116"]),
        ("2024/2023-07-18-login-outage.md", ["KB114"]),
    ],
)
def test_the_file_name_is_looked_at(path: str, found_codes: list[str]) -> None:
    assert codes(read(entry_of(), path)) == found_codes


def test_an_id_is_unique_with_former_ids_in_any_case_and_form() -> None:
    paths = {"2024-07-18-login-outage": (PATH, "2023/x.md"), "old": (PATH, "2022/old.md")}
    subject = read(entry_of("aliases: [older, OLD]"), folder=Folder(paths_of=paths))
    problems = found(subject, "KB104")
    assert [one.place.line for one in problems] == [1, 14]
    assert "2023/x.md" in problems[0].message
    assert "2022/old.md" in problems[1].message


@pytest.mark.parametrize(
    ("causes", "today", "told"),
    [
        ("[unknown]", date(2024, 8, 17), False),
        ("[unknown]", date(2024, 8, 18), True),
        ("[조사 중]", date(2025, 1, 1), True),
        ("[network, unknown]", date(2025, 1, 1), False),
        ("[unknown]", date(2020, 1, 1), False),
    ],
)
def test_a_cause_may_be_unknown_for_thirty_days(
    causes: str,
    today: date,
    told: bool,  # noqa: FBT001 - a table
) -> None:
    subject = read(entry_of(f"causes: {causes}"), today=today)
    assert bool(found(subject, "KB118")) is told


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("ko", "Nobody could sign in. " * 40, True),
        ("en", "아무도 로그인하지 못했다. " * 200, True),
        ("en", "Nobody could sign in. 아무도 로그인하지 못했다. " * 40, False),
        ("ko", "Nobody could sign in. 아무도 로그인하지 못했다. " * 40, False),
        ("en", "Nobody could sign in. " * 40, False),
        ("fr", "Nobody could sign in. " * 40, False),
    ],
)
def test_the_language_is_that_of_the_text(
    language: str,
    text: str,
    told: bool,  # noqa: FBT001 - a table
) -> None:
    assert bool(found(read(entry_of(f"language: {language}\n\n{text}")), "KB120")) is told


def test_other_encodings_are_told_and_the_entry_is_still_read() -> None:
    subject = read(entry_of("title: 카카오톡 로그인 실패").replace("—", "-").encode("cp949"))
    assert codes(subject) == ["KB101"]
    assert subject.entry.title == "카카오톡 로그인 실패"
