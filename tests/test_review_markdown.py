"""KB9xx: Markdown that is shown otherwise than it was meant."""

from __future__ import annotations

import time

import pytest

from kb.review.fixes import fixed
from kb.review.rules import RULES
from tests.review_examples import entry_of, found, found_at, read


def _found(body: str, code: str) -> list[str]:
    return [text for _, text in found_at(read(entry_of(f"## Response\n\n{body}")), code)]


@pytest.mark.parametrize(
    ("code", "body", "shown"),
    [
        ("KB901", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main", ["<<<<<<< HEAD"]),
        ("KB901", "a\n>>>>>>> 1f3a main", [">>>>>>> 1f3a main"]),
        ("KB901", "A heading\n=======\n\ntext", []),
        ("KB901", ">>>>>>> ", []),
        ("KB902", "```sh\nls\n\ntext", ["```sh"]),
        ("KB902", "~~~\nls\n```\n", ["~~~"]),
        ("KB902", "````\n```\n````", []),
        ("KB902", "- a\n\n  ```\n  ls\n  ```\n- b", []),
        ("KB902", "> ```\n> ls\n> ```\n\n[a]: b.md", []),
        ("KB902", "```sh\nls\n```\n\n[a]: https://x.example", []),
        ("KB903", "a <!-- b\n\nc", ["<!--"]),
        ("KB903", "`<!--` begins one", []),
        ("KB903", "```\n<!--\n```", []),
        ("KB903", "<!-- a -->", []),
        ("KB904", "kakao\u200btalk \ufeffx", ["\u200b"]),
        ("KB904", "a \u202eb", ["\u202e"]),
        ("KB904", "a\U000e0041b", ["\U000e0041"]),
        ("KB904", "장애\u3164 복구", ["\u3164"]),
        ("KB904", "\U0001f468\u200d\U0001f469\u200d\U0001f467 and ☑️", []),
        ("KB904", "a\u00a0b\tc 한글", []),
        ("KB905", "| a | b |\n|---|---|\n| 1 |", ["| 1 |"]),
        ("KB905", "| a | b |\n|---|---|\n| 1 | 2 \\| 3 |", []),
        ("KB905", "| a | b |\n| 1 | 2 |", ["| a | b |"]),
        ("KB905", "| a | b |\n|---|---|---|\n| 1 | 2 |", ["| a | b |"]),
        ("KB905", "a | b\n--- | ---\n1 | 2", []),
        ("KB905", "```\n| a |\n| b |\n```", []),
        ("KB906", "• 로그인\n• 메시지", ["• 로그인"]),
        ("KB906", "-login\n-messages", ["-login"]),
        ("KB906", "1.login\n2.messages", ["1.login"]),
        ("KB906", "first:\n2. a\n3. b", ["2. a"]),
        ("KB906", "first:\n1. a\n2. b", []),
        ("KB906", "in the year\n2018. Then all was well.", []),
        ("KB906", "-v shows more", []),
        ("KB906", "*one*\n*two*", []),
        ("KB906", "1.5 hours\n2.5 hours", []),
        ("KB907", "##Impact", ["##Impact"]),
        ("KB907", "#영향", ["#영향"]),
        ("KB907", "#4711 and #incident", []),
        ("KB907", "#incident-channel", []),
        ("KB907", "`##Impact`", []),
        ("KB908", "- [] a", ["- []"]),
        ("KB908", "- [ x] a", ["- [ x]"]),
        ("KB908", "-[ ] a", ["-[ ]"]),
        ("KB908", "- [x]done", ["- [x]"]),
        ("KB908", "- [v] 완료", ["- [v]"]),
        ("KB908", "  * [  ] a", ["* [  ]"]),
        ("KB908", "- [ ] a\n- [x] b\n- [X] c", []),
        ("KB908", "- [x](https://x.example)\n- [x][a]\n- [1] a", []),
        ("KB908", "- []", ["- []"]),
        ("KB909", "**Impact: none", ["**"]),
        ("KB909", "**장애(1차)**는 끝", ["**"]),
        ("KB909", '**"카카오"**가', ["**"]),
        ("KB909", "**a** and **b**는", []),
        ("KB909", "**장애(1차)** 는, **끝.**", []),
        ("KB909", "2 ** 3, `**`, **/x.log, '**'", []),
        ("KB909", "| **a** | **b |", ["**"]),
        ("KB909", "- **a\n- b**", ["**", "**"]),
        ("KB909", "**two\nlines** here", []),
        ("KB910", "delete <pod-name> now", ["<pod-name>"]),
        ("KB910", "<script>x</script>", ["<script>"]),
        ("KB910", "<details>\n<summary>a</summary>\n\nb", ["<details>"]),
        ("KB910", "<details>\n<summary>a</summary>\n\nb\n</details>", []),
        ("KB910", "a<br>b <sub>c</sub> <https://x.example> <a@x.example>", []),
        ("KB910", "p < q and q > p, `<pod>`", []),
        ("KB911", "text\n\n    - a\n    - b", ["- a"]),
        ("KB911", "- a\n    - b", []),
        ("KB911", "text\n\n    kubectl get pods", []),
        ("KB911", "```\n    - a\n```", []),
        ("KB912", "- ### Day\n- b", ["- ### Day"]),
        ("KB913", "a\\\n\nb", ["\\"]),
        ("KB913", "a\\\nb \\\\", []),
        ("KB913", "`C:\\`", []),
    ],
)
def test_what_is_not_shown_as_meant_is_found_where_it_stands(
    code: str, body: str, shown: list[str]
) -> None:
    assert _found(body, code) == shown


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("KB904", "kakao\u200btalk \ufeffx", "kakaotalk x"),
        ("KB906", "• 로그인\n• 메시지", "- 로그인\n- 메시지"),
        ("KB906", "-login\n-messages", "- login\n- messages"),
        ("KB907", "##Users", "## Users"),
        ("KB908", "- [] a", "- [ ] a"),
        ("KB908", "- [ x] a", "- [x] a"),
        ("KB908", "-[ ] a", "- [ ] a"),
        ("KB908", "- [x]done", "- [x] done"),
        ("KB908", "  * [v] 완료", "  * [x] 완료"),
        ("KB910", "delete <pod-name> now", "delete `<pod-name>` now"),
        ("KB913", "a\\\n\nb", "a\n\nb"),
    ],
)
def test_fixes_say_no_more_than_the_entry_does(code: str, before: str, after: str) -> None:
    text = entry_of(f"## Response\n\n{before}")
    problems = found(read(text), code)
    fixes = [one.fix for one in problems if one.fix]
    assert len(fixes) == len(problems)
    result = fixed(text.encode(), fixes)
    assert result.content.decode() == entry_of(f"## Response\n\n{after}")
    assert found(read(result.content), code) == []


@pytest.mark.parametrize("body", ["Array<String> and s3.<region>.com", "**장애(1차)**는"])
def test_where_more_than_one_reading_is_there_nothing_is_offered(body: str) -> None:
    subject = read(entry_of(f"## Response\n\n{body}"))
    met = [*found(subject, "KB909"), *found(subject, "KB910")]
    assert met
    assert all(one.fix is None for one in met)


def test_turned_text_is_an_error_and_a_zero_width_space_a_warning() -> None:
    subject = read(entry_of("## Response\n\na \u202eb\n\nc\u200bd"))
    assert [one.level for one in found(subject, "KB904")] == ["error", None]


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"a\nb\r\nc\n", [2]),
        (b"a\r\nb\r\nc\n", [3]),
        (b"a\r\nb\r\n", []),
        (b"a\nb\n", []),
    ],
)
def test_mixed_line_ends_are_told_once(raw: bytes, lines: list[int]) -> None:
    assert [one.place.line for one in found(read(raw), "KB914")] == lines


def test_a_conflict_in_the_front_matter_is_found() -> None:
    text = entry_of().replace("severity: sev2", "<<<<<<< HEAD\nseverity: sev2\n=======\n>>>>>>> x")
    assert [line for line, _ in found_at(read(text), "KB901")] == [6]


@pytest.mark.parametrize(
    "piece",
    ["**", "**a", "<a ", "<b>", "|", "| a |\n", "`", "<!--", "\u200b", "#", "- []\n", "•a\n"],
)
def test_hostile_text_costs_little(piece: str) -> None:
    subject = read(entry_of(f"## Response\n\n{piece * (100_000 // len(piece))}"))
    start = time.process_time()
    for rule in RULES:
        if rule.family == "markdown":
            list(rule.check(subject))
    assert time.process_time() - start < 10  # in quadratic time it would be hours
