"""KB5xx: follow-ups that somebody does, until a day, with an end."""

from __future__ import annotations

from datetime import date

import pytest

from kb.config import parse
from kb.review.reading import subject_of
from kb.review.rules import problems
from tests.review_examples import PATH, SETTINGS, TODAY, codes, entry_of, found, found_at, read

REST = "owner: network team, due: 2024-08-31, ticket: NET-12"


def item(text: str, rest: str = REST, box: str = " ") -> str:
    return f"- [{box}] {text} — {rest}" if rest else f"- [{box}] {text}"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("None.", 1),
        ("없음", 1),
        ("N/A", 1),
        ("- None", 1),
        ("None: the service was switched off.", 0),
        ("공개된 후속 조치는 찾지 못했다.", 0),
        ("We add a link and alert on lost packets.", 1),
        ("회선을 하나 더 두고 경보를 만든다.", 1),
        ("- Add a link", 0),
        ("| Action | Owner |\n|---|---|\n| Add a link | network team |", 0),
        ("TBD", 0),  # the section is told to be empty: KB202
        ("<!-- none -->", 0),
    ],
)
def test_follow_ups_are_a_list_or_there_is_a_reason(text: str, count: int) -> None:
    subject = read(entry_of(f"## Follow-ups\n\n{text}"))
    assert len(found(subject, "KB501")) == count
    assert len(found(subject, "KB202")) == (text in {"TBD", "<!-- none -->"})


@pytest.mark.parametrize(
    ("code", "rest"),
    [
        ("KB502", "due: 2024-08-31, ticket: NET-12"),
        ("KB503", "owner: network team, ticket: NET-12"),
        ("KB504", "owner: network team, due: 2024-08-31"),
        ("KB502", "기한: 2024-08-31, 티켓: NET-12"),
        ("KB503", "담당: 네트워크팀, 티켓: NET-12"),
        ("KB504", "담당: 네트워크팀, 기한: 2024-08-31"),
    ],
)
def test_a_missing_part_is_told_at_its_item(code: str, rest: str) -> None:
    body = f"## Follow-ups\n\n{item('Add a link')}\n{item('회선을 더한다', rest)}"
    subject = read(entry_of(body))
    [(line, text)] = found_at(subject, code)
    assert text == item("회선을 더한다", rest)
    assert line == 40
    assert [one for one in codes(subject) if one.startswith("KB50")] == [code]


def test_what_all_of_them_lack_is_told_once_at_their_heading() -> None:
    body = "## 후속 조치\n\n" + "\n".join(item(f"회선 {n}을 더한다", "") for n in range(9))
    subject = read(entry_of(body).replace("## Follow-ups", "## Notes"))
    for code in ("KB502", "KB503", "KB504"):
        assert [text for _, text in found_at(subject, code)] == ["## 후속 조치"]
        assert "9" in found(subject, code)[0].message


def test_what_is_done_needs_neither_owner_nor_day() -> None:
    subject = read(entry_of(f"## Follow-ups\n\n{item('Add a link', 'ticket: NET-12', 'x')}"))
    assert codes(subject) == []


@pytest.mark.parametrize(
    ("keys", "level"),
    [
        ("severity: sev1", "error"),
        ("severity: sev2", "error"),
        ("severity: sev3", None),
        ("severity: sev1\nimported: true", "note"),
    ],
)
def test_an_owner_matters_more_after_a_severe_incident(keys: str, level: str | None) -> None:
    subject = read(entry_of(f"{keys}\n\n{item('Add a link', 'due: 2024-08-31, ticket: NET-1')}"))
    assert [one.level for one in found(subject, "KB502")] == [level]


@pytest.mark.parametrize(
    ("ticket", "count"), [("NET-12", 0), ("#12", 1), ("https://x.example/issues/NET-3", 0)]
)
def test_tickets_are_named_as_the_team_names_them(ticket: str, count: int) -> None:
    config, _ = parse(SETTINGS + "\n[review]\nticket = 'NET-\\d+'\n")
    text = entry_of(item("Add a link", f"owner: network team, due: 2024-08-31, ticket: {ticket}"))
    subject = subject_of(text.encode(), PATH, config, TODAY)
    assert len(found(subject, "KB504")) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Be more careful with links", "Be more careful"),
        ("Pay more attention to alerts", "Pay more attention"),
        ("Remind all engineers to read the runbook", "Remind all engineers"),
        ("Raise awareness", "Raise awareness"),
        ("Improve monitoring", "Improve monitoring"),
        ("Better monitoring of namespaces.", "Better monitoring of namespaces."),
        ("배포할 때 더 주의한다", "더 주의한다"),
        ("담당자 교육 강화", "담당자 교육 강화"),
        ("모니터링 강화", "모니터링 강화"),
        ("DB 모니터링을 강화한다.", "DB 모니터링을 강화한다."),
        ("점검을 철저히 한다", "철저히 한다"),
        ("재발 방지를 위해 최선을 다한다", "최선을 다"),
    ],
)
def test_a_wish_is_told_at_its_words(text: str, words: str) -> None:
    subject = read(entry_of(item(text)))
    assert [text for _, text in found_at(subject, "KB506")] == [words]
    assert found(subject, "KB507") == []


@pytest.mark.parametrize(
    "text",
    [
        "Alert when 1 % of logins fail",
        "Improve monitoring of the link: alert when it drops 1 % of packets",
        "Handle internal files with the caution given to user input",
        "Train the network team on the new runbook by walking through it",
        "모니터링에 패킷 손실 경보를 추가한다",
        "주의 사항을 런북에 적는다",
        "정부의 요구: 변경 전 시험 강화, 매뉴얼 개선",
        "Carry out a careful review",
        "Decide whether to add a link",
    ],
)
def test_what_has_an_end_is_no_wish(text: str) -> None:
    subject = read(entry_of(item(text)))
    assert found(subject, "KB506") == found(subject, "KB507") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Investigate the lost packets", "Investigate"),
        ("We should look into the lost packets", "We should look into"),
        ("**Consider a second link**: it would help", "Consider"),
        ("이중화 검토", "이중화 검토"),
        ("회선 추가를 검토한다.", "추가를 검토한다"),
        ("교체 여부 검토", "여부 검토"),
    ],
)
def test_work_without_an_outcome_is_told_at_its_verb(text: str, words: str) -> None:
    assert [text for _, text in found_at(read(entry_of(item(text))), "KB507")] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "Investigate and fix the memory leak",
        "Add alerts and consider their thresholds",
        "검토 결과를 위키에 올린다",
        "코드 검토 절차에 부하 시험을 넣는다",
    ],
)
def test_work_with_an_outcome_is_left_alone(text: str) -> None:
    assert found(read(entry_of(item(text))), "KB507") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Alert on lost packets", 1),
        ("Alert on lost packets [1]", 0),
        ("Alert on lost packets ([change](https://x.example/1))", 0),
        ("Alert on lost packets, https://x.example/1", 0),
        ("Alert on lost packets in 1f3c9ab", 0),
        ("Alert on lost packets #12", 0),
        ("패킷 손실 경보", 1),
    ],
)
def test_what_is_done_has_something_that_shows_it(text: str, count: int) -> None:
    subject = read(entry_of(item(text, "owner: network team", "x")))
    assert len(found(subject, "KB508")) == count


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2023-08-31", "KB505"),
        ("2024-07-17", "KB505"),
        ("2024-07-18", "KB512"),
        ("2024-07-31", "KB512"),
        ("2024-08-01", None),
        ("2025-07-19", None),
        ("2025-07-20", "KB513"),
    ],
)
def test_due_days_are_told_at_the_day(day: str, code: str | None) -> None:
    body = item("Add a link", f"owner: network team, due: {day}, ticket: NET-12")
    subject = read(entry_of(body))
    for one in ("KB505", "KB512", "KB513"):
        assert [text for _, text in found_at(subject, one)] == [day] * (one == code)


def test_a_day_in_words_is_told_at_its_item() -> None:
    body = item("Add a link", "owner: network team, due: July 20 2024, ticket: NET-12")
    assert [text for _, text in found_at(read(entry_of(body)), "KB512")] == [body]


def test_nothing_is_overdue_on_the_day_it_is_due() -> None:
    text = entry_of(item("Add a link"))
    assert found(read(text, today=date(2024, 8, 31)), "KB512") == []
    [problem] = found(read(text, today=date(2024, 9, 1)), "KB512")
    assert "1 day." in problem.message


@pytest.mark.parametrize(
    ("owner", "count"),
    [
        ("team", 1),
        ("the team", 1),
        ("TBD", 1),
        ("@everyone", 1),
        ("?", 1),
        ("담당자", 1),
        ("팀 전체", 1),
        ("미정", 1),
        ("network team", 0),
        ("네트워크팀", 0),
        ("Seoyeon", 0),
        ("SRE", 0),
    ],
)
def test_an_owner_is_somebody(owner: str, count: int) -> None:
    body = item("Add a link", f"owner: {owner}, due: 2024-08-31, ticket: NET-12")
    found_here = found_at(read(entry_of(body)), "KB509")
    assert [text for _, text in found_here] == [owner] * count


@pytest.mark.parametrize(
    ("detected_by", "text", "count"),
    [
        ("customer", "Add a link", 1),
        ("partner", "회선을 더한다", 1),
        ("alert", "Add a link", 0),
        ("customer", "Alert when logins fail", 0),
        ("customer", "로그인 실패 경보를 만든다", 0),
        ("partner", "Add a health check", 0),
    ],
)
def test_what_a_customer_noticed_first_is_to_be_noticed_sooner(
    detected_by: str, text: str, count: int
) -> None:
    subject = read(entry_of(f"detected_by: {detected_by}\n\n## Follow-ups\n\n{item(text)}"))
    assert len(found(subject, "KB510")) == count


def test_the_same_follow_up_is_told_where_it_stands_again() -> None:
    body = (
        f"## Follow-ups\n\n{item('Add a *link*.')}\n{item('Add a router')}\n{item('add a *LINK*')}"
    )
    [problem] = found(read(entry_of(body)), "KB511")
    assert "line 39" in problem.message
    assert problem.place.line == 41


def test_ten_thousand_follow_ups_are_told_in_reasonable_time() -> None:
    body = "## Follow-ups\n\n" + "\n".join(f"- [ ] Investigate link {n}" for n in range(10_000))
    assert len(problems(read(entry_of(body)))) > 10_000
