"""KB6xx: words about people that a postmortem does better without, in English and Korean."""

from __future__ import annotations

import time

import pytest

from kb.review.rules import RULES, problems
from tests.review_examples import entry_of, found, found_at, read

ALL = [rule for rule in RULES if rule.family == "wording"]


def said(text: str, code: str, heading: str = "## Response") -> list[str]:
    return [words for _, words in found_at(read(entry_of(f"{heading}\n\n{text}")), code)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It was human error.", "human error"),
        ("Due to an engineer's mistake it failed.", "engineer's mistake"),
        ("The developer was careless.", "careless"),
        ("We forgot to renew it.", "We forgot to"),
        (
            "The on-call engineer had forgotten to restart it.",
            "The on-call engineer had forgotten to",
        ),
        ("Unfortunately we failed to verify it.", "we failed to"),
        ("The team neglected to test it.", "The team neglected to"),
        ("An engineer mistakenly wiped the disk.", "An engineer mistakenly"),
        ("The operator team ignored the page.", "The operator team ignored"),
        ("Our team was at fault.", "Our team was at fault"),
        ("작업자가 실수로 지웠다.", "실수로"),
        ("담당자 부주의로 늦었다.", "담당자 부주의"),
        ("안일한 대응이었다.", "안일한"),
        ("관리 소홀이 원인이다.", "관리 소홀"),
        ("담당자가 경보를 확인하지 않아서 늦었다.", "담당자가 경보를 확인하지 않아서"),
        ("운영 미숙으로 늦어졌다.", "운영 미숙"),
    ],
)
def test_blame_is_told_at_its_words(text: str, words: str) -> None:
    assert said(text, "KB601") == [words]


@pytest.mark.parametrize(
    "text",
    [
        "The generator failed to start.",
        "Users failed to sign in.",
        "The audit tool failed to stop the command.",
        "Backups were ignored by the job.",
        "The cache forgot the key.",
        "The tool is built to prevent human error.",
        "This was not human error.",
        "User errors rose to 5 %.",
        "The part at fault is the link.",
        "The optics were a negligible part.",
        'The status page said "human error".',
        "The flag is called `human error`.",
        "> We forgot to renew it.\n\nThat was the notice.",
        "설정이 잘못되었다.",
        "실수형 값을 잘못 읽었다.",
        "실수를 막는 확인 단계를 넣었다.",
        "서버가 응답하지 않아 재시작했다.",
        "업무상 과실치상 혐의로 입건되었다.",
        "공지에 “작업자 실수”라고 했다.",
    ],
)
def test_machines_quotations_and_designs_are_no_blame(text: str) -> None:
    assert said(text, "KB601") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We should have noticed it.", "We should have noticed"),
        ("The team could have caught it.", "The team could have caught"),
        ("We shouldn't have started it.", "We shouldn't have started"),
        ("It should have been tested.", "should have been tested"),
        ("It could easily have been avoided.", None),
        ("It could have easily been avoided.", "could have easily been avoided"),
        ("Why didn't the team look?", "Why didn't the team"),
        ("경보를 확인했어야 했다.", "확인했어야 했"),
        ("미리 점검했어야 한다.", "점검했어야 한다"),
        ("충분히 막을 수 있었다.", "막을 수 있었다"),
        ("The alert should have fired.", None),
        ("We should have a second link.", None),
        ("We should have dedicated hosts.", None),
        ("Users could have lost mail.", None),
        ("The value should have been 5.", None),
        ("Why didn't the alert fire?", None),
        ("서버가 응답해야 한다.", None),
    ],
)
def test_hindsight_is_told_at_its_words(text: str, words: str | None) -> None:
    assert said(text, "KB602") == ([words] if words else [])


def test_a_follow_up_may_say_what_should_be() -> None:
    body = "## Follow-ups\n\n- [ ] Ask which tests should have been reviewed — "
    body += "owner: QA team, due: 2024-08-31, ticket: QA-1"
    assert found(read(entry_of(body)), "KB602") == []


@pytest.mark.parametrize(
    ("keys", "text", "words"),
    [
        ("authors: [Kim Seoyeon]", "The change of Kim Seoyeon broke it.", ["Kim Seoyeon"]),
        ("authors: [김서연]", "김서연이 올린 설정이 틀렸다.", ["김서연"]),
        ("authors: [Network Team]", "The Network Team changed it.", []),
        ("authors: [kim]", "A kimono shop was down.", []),
        ("tags: [x]", "The change of @minsu broke it.", ["@minsu"]),
        ("tags: [x]", "The package @scope/name broke it, mail a@b.example.", []),
        ("tags: [x]", "@here was called, @Transactional was missing.", []),
        ("tags: [x]", "김서연 대리가 설정을 바꿨다.", ["김서연 대리"]),
        ("tags: [x]", "서비스 매니저가 설정을 바꿨다.", []),
        ("tags: [x]", "담당 부장이 승인했다.", []),
    ],
)
def test_a_person_in_the_root_cause_is_told(keys: str, text: str, words: list[str]) -> None:
    example = f"{keys}\n\n## Root cause\n\n{text}"
    assert [one for _, one in found_at(read(entry_of(example)), "KB603")] == words


def test_a_person_in_the_timeline_is_no_matter() -> None:
    assert said("@minsu moved the traffic.", "KB603") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Obviously the link was broken.", ["Obviously"]),
        ("It was obvious that it broke.", ["It was obvious"]),
        ("It was clearly wrong.", ["clearly wrong"]),
        ("We simply forgot.", ["simply forgot"]),
        ("당연히 확인된 줄 알았다.", ["당연히"]),
        ("There was no obvious error message.", []),
        ("The steps are clearly described.", []),
        ("It simply restarts.", []),
        ("거의 끝날 뻔한 작업이었다.", []),
    ],
)
def test_what_makes_it_look_easy_is_told(text: str, words: list[str]) -> None:
    assert said(text, "KB604") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("This will never happen again.", ["never happen again"]),
        ("This ensures that it never occurs.", ["ensures that it never occurs"]),
        ("다시는 발생하지 않도록 하겠습니다.", ["다시는 발생하지 않"]),
        ("재발 방지를 위해 최선을 다하겠습니다.", ["재발 방지를 위해 최선"]),
        ("It never happens in the test network.", []),
        ("It may happen again.", []),
        ("재발하지 않도록 경보를 더한다.", []),
    ],
)
def test_promises_that_nobody_can_keep_are_told(text: str, words: list[str]) -> None:
    assert said(text, "KB605") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- It took 86 minutes.\n- Some users saw errors.", ["Some users"]),
        (
            "- It took 86 minutes.\n- A small number of customers lost mail.",
            ["A small number of customers"],
        ),
        ("- 86분이 걸렸다.\n- 일부 이용자는 로그인하지 못했다 [1].", ["일부 이용자"]),
        ("- 86분이 걸렸다.\n- 많은 고객의 주문이 지연되었다.", ["많은 고객의 주문"]),
        ("- It took 86 minutes.\n- Some users (8 %) saw errors.", []),
        ("- It took 86 minutes.\n- Some 500 users saw errors.", []),
        ("- 86분이 걸렸다.\n- 일부 이용자(약 8%)는 로그인하지 못했다.", []),
        ("- 86분이 걸렸다.\n- 일부 이용자는 실패했다.\n- 이용자 수를 밝힌 출처는 없다.", []),
        ("- Some users saw errors.", []),  # without any figure: KB401
    ],
)
def test_a_vague_quantity_in_the_impact_is_told(text: str, words: list[str]) -> None:
    assert said(text, "KB606", "## Impact") == words


def test_a_vague_quantity_elsewhere_is_no_matter() -> None:
    assert said("Some users told us.", "KB606") == []


def test_words_that_go_on_over_a_line_are_found_and_over_a_paragraph_not() -> None:
    [problem] = found(read(entry_of("## Response\n\nIt was a human\nerror, it seems.")), "KB601")
    assert (problem.place.line, problem.place.column, problem.place.end_column) == (40, 10, 15)
    assert said("It was a human\n\nerror of a link.", "KB601") == []


def test_wording_is_advice_with_a_rewording() -> None:
    text = "We forgot it. We should have noticed. Obviously. This will never happen again."
    notes = [(rule, one) for rule, one in problems(read(entry_of(f"## Response\n\n{text}")))]
    assert {rule.code for rule, _ in notes} == {"KB601", "KB602", "KB604", "KB605"}
    assert all(rule.level == "note" and one.help for rule, one in notes)


@pytest.mark.parametrize(
    "piece",
    ["we ", "the team ", "human ", "should have ", "why ", "some ", "담당자가 ", "일부 ", "@a "],
)
def test_a_hostile_line_costs_little(piece: str) -> None:
    words = "error forg failed ignored have why clearly some 어야 않아 실수 "
    subject = read(entry_of(f"## Root cause\n\n{words}{piece * (300_000 // len(piece))}"))
    start = time.process_time()
    problems(subject, ALL)
    assert time.process_time() - start < 10  # in quadratic time it would be hours
