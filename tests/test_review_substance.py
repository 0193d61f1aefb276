"""KB4xx: impact with a figure, a root cause that says something, a summary that is one."""

from __future__ import annotations

import time

import pytest

from kb.review.rules import RULES, problems
from kb.review.rules.substance import has_a_figure, says_unknown
from kb.review.said import sentences
from tests.review_examples import codes, entry_of, found, found_at, read

LONG = "The tool asked for no confirmation, and the runbook names neither of the two hosts at all."


@pytest.mark.parametrize(
    "text",
    [
        "12 % of logins failed",
        "lost 4.5 GB",
        "about 5,000 projects were lost",
        "from 23:48 to 02:40 PDT",
        "two regions were down",
        "one in five users",
        "All users were signed out",
        "no customer could sign in",
        "a single-digit percentage of hosts",
        "it cost $3,000",
        "수백 명이 로그인하지 못했다",
        "이용자 3만 명",
        "86분 동안",
        "세 차례 끊겼다",
        "전체 이용자가 로그인하지 못했다",
        "1시간 넘게",
        "no user impact",
        "영향 없음",
    ],
)
def test_a_number_a_share_or_a_length_is_a_figure(text: str) -> None:
    assert has_a_figure(text)


@pytest.mark.parametrize(
    "text",
    [
        "Users could not sign in",
        "since 11:37 PST users saw errors",
        "on 18 July 2024 users saw HTTP 503 errors",
        "users saw 502 errors",
        "On November 18, 2025, sign-in failed",
        "S3 and EC2 were slow",
        "2024-07-18 로그인 실패",
        "2024년 7월 18일 9시 15분쯤부터 로그인하지 못했다",
        "일부 이용자가 로그인하지 못했다",
        "전원이 꺼졌다",
        "HTTP 5xx errors",
        "the db2 host",
    ],
)
def test_dates_codes_and_names_are_no_figures(text: str) -> None:
    assert not has_a_figure(text)


@pytest.mark.parametrize(
    "text",
    [
        "How many users is not known.",
        "No source gives a figure.",
        "영향을 받은 이용자의 수를 밝힌 출처는 없다.",
        "피해 규모는 집계되지 않았다.",
    ],
)
def test_what_is_not_known_may_be_said(text: str) -> None:
    assert says_unknown(text)
    assert found(read(entry_of(f"## Impact\n\nUsers could not sign in. {text}")), "KB401") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("## Impact\n\nUsers could not sign in.", ["## Impact"]),
        ("## 영향\n\n- 이용자가 로그인하지 못했다 [1][2].", ["## 영향"]),
        ("## Impact\n\nUsers could not sign in.\n\n### Money\n\nIt cost 3,000 won.", []),
        ("## Impact\n\n`12 users` could not sign in.", ["## Impact"]),
        ("## Impact\n\nTBD", []),
        ("## Impact\n\nTODO: say more", []),
    ],
)
def test_the_impact_is_told_at_its_heading(body: str, expected: list[str]) -> None:
    text = entry_of(body)
    text = text.replace("- Of 5,000,000 users 20% could not sign in for 86 minutes.\n", "")
    assert [text for _, text in found_at(read(text), "KB401")] == expected


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("Human error during the maintenance.", "Human error"),
        ("An operator's mistake.", "operator's mistake"),
        ("It was a user error.", "user error"),
        ("작업자의 실수로 설정이 지워졌다.", "작업자의 실수"),
        ("담당자 부주의.", "담당자 부주의"),
        ("휴먼 에러", "휴먼 에러"),
        ("인적 오류로 확인되었다.", "인적 오류"),
        ("운영팀의 잘못이다.", "운영팀의 잘못"),
    ],
)
def test_a_cause_that_is_a_person_is_told_at_the_words(cause: str, words: str) -> None:
    subject = read(entry_of(f"## Root cause\n\n{cause}"))
    [(_, text)] = found_at(subject, "KB402")
    assert text.startswith(words)
    assert found(subject, "KB601") == []


@pytest.mark.parametrize(
    "cause",
    [
        f"Human error. {LONG}",
        "This was not human error.",
        "Nothing in the tool prevents human error.",
        "User error rates rose when the link dropped packets.",
        "An operator error log filled the disk.",
        "설정이 잘못되어 경로가 사라졌다.",
        "작업자가 잘못된 경로를 받았다.",
    ],
)
def test_a_cause_that_goes_on_or_is_none_of_a_person_is_left_alone(cause: str) -> None:
    assert found(read(entry_of(f"## Root cause\n\n{cause}")), "KB402") == []


@pytest.mark.parametrize(
    ("summary", "cause", "count"),
    [
        (
            "Nobody could sign in. A link between two sites dropped packets.",
            "A link between two sites dropped packets [1].",
            1,
        ),
        (
            "로그인이 실패했다. 두 센터 사이의 회선이 패킷을 잃었다.",
            "두 센터 사이의 회선이 패킷을 잃었다.",
            1,
        ),
        (
            "Nobody could sign in. A link dropped packets.",
            "The optics of the link between two sites were worn out, so packets were lost.",
            0,
        ),
        ("A link failed.", "A link failed.", 0),  # too short to tell: KB404
    ],
)
def test_a_cause_in_the_words_of_the_summary_is_told(summary: str, cause: str, count: int) -> None:
    subject = read(entry_of(f"## Summary\n\n{summary}\n\n## Root cause\n\n{cause}"))
    assert len(found(subject, "KB403")) == count


def test_a_cause_in_the_words_of_the_title_is_told() -> None:
    title = "A link between two sites dropped packets"
    subject = read(entry_of(f"title: {title}\n\n## Root cause\n\n{title}."))
    [problem] = found(subject, "KB403")
    assert "title" in problem.message


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("Network error.", ["Network error."]),
        ("- Bad deploy", ["- Bad deploy"]),
        ("네트워크 오류", ["네트워크 오류"]),
        ("Not known.", []),
        ("원인 미상", []),
        ("TBD", []),
        ("A link dropped packets.", []),
        ("네트워크 장비의 포트가 손상되었다.", []),
    ],
)
def test_a_label_is_no_root_cause(cause: str, expected: list[str]) -> None:
    subject = read(entry_of(f"## Root cause\n\n{cause}"))
    assert [text for _, text in found_at(subject, "KB404")] == expected


@pytest.mark.parametrize(
    ("example", "count"),
    [
        ("severity: sev1\n\n## Root cause\n\nA link dropped packets for an hour.", 1),
        ("severity: sev3\n\n## Root cause\n\nA link dropped packets for an hour.", 0),
        ("causes: [network, process]\n\n## Root cause\n\nA link dropped packets for an hour.", 0),
        ("causes: [unknown]\n\n## Root cause\n\nA link dropped packets for an hour.", 0),
        ("## Root cause\n\nA link dropped packets; why is not known.", 0),
        ("## Root cause\n\n- A link dropped packets.\n- Nothing watched it.", 0),
        ("imported: true\n\n## Root cause\n\nA link dropped packets for an hour.", 0),
    ],
)
def test_one_sentence_is_little_for_a_severe_incident(example: str, count: int) -> None:
    assert len(found(read(entry_of(example)), "KB405")) == count


@pytest.mark.parametrize(
    ("title", "impact", "expected"),
    [
        ("Login outage on PC", "Signing in was slow for 20% of users.", ["outage"]),
        ("로그인 먹통", "이용자 20%의 로그인이 지연되었다.", ["먹통"]),
        ("Login outage on PC", "Signing in was slow, then failed, for 20% of users.", []),
        ("Slow login on PC", "Signing in was slow for 20% of users.", []),
        ("로그인 먹통", "로그인이 지연되거나 실패했다. 20%.", []),
    ],
)
def test_what_was_slow_is_not_called_an_outage(
    title: str, impact: str, expected: list[str]
) -> None:
    subject = read(entry_of(f"title: {title}\n\n## Impact\n\n{impact}"))
    assert [text for _, text in found_at(subject, "KB406")] == expected


@pytest.mark.parametrize(
    ("summary", "count"),
    [
        ("One is said. " * 5, 0),
        ("One is said. " * 6, 1),
        ("하나를 말했다 [1]. " * 6, 1),
        ("- One is said\n" * 6, 1),
        ("One is said, e.g. this. " * 5, 0),
        ("On 5. January it failed. " * 5, 0),
        ("a " * 2000 + ". One is said." * 6, 0),  # longer than a screen: KB208
    ],
)
def test_a_summary_has_five_sentences(summary: str, count: int) -> None:
    assert len(found(read(entry_of(f"## Summary\n\n{summary}")), "KB407")) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is said. Two\nas well.", ["One is said.", "Two as well."]),
        ("- One\n- Two", ["One", "Two"]),
        ("One\n\nTwo", ["One", "Two"]),
        ("Version 1.2 at 10 a.m. today.", ["Version 1.2 at 10 a.m. today."]),
        ("하나다. 둘이다.", ["하나다.", "둘이다."]),
        ("", []),
        ("...", []),
    ],
)
def test_sentences_end_where_people_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_an_imported_entry_is_held_to_less() -> None:
    example = "imported: true\n\n## Impact\n\nUsers saw errors.\n\n## Root cause\n\nBad deploy."
    subject = read(entry_of(example))
    levels = {rule.code: one.level for rule, one in problems(subject)}
    assert levels["KB401"] == levels["KB404"] == "note"


def test_a_part_that_is_missing_is_told_once() -> None:
    text = entry_of().partition("## Impact")[0]
    assert not any(code.startswith("KB4") for code in codes(read(text)))


@pytest.mark.parametrize("heading", ["## Impact", "## Root cause", "## Summary", "## Follow-ups"])
@pytest.mark.parametrize("piece", ["1. ", "[1] \n", "[1] ", "a.", "no ", "e.g. ", "실수 "])
def test_a_hostile_part_costs_little(heading: str, piece: str) -> None:
    subject = read(entry_of(f"{heading}\n\n{piece * (200_000 // len(piece))}"))
    rules = [rule for rule in RULES if rule.family in {"substance", "follow-ups"}]
    start = time.process_time()
    problems(subject, rules)
    assert time.process_time() - start < 10  # in quadratic time it would be minutes
