"""KB8xx: links that lead nowhere, or do not become links."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from kb.review.files import Files
from kb.review.fixes import fixed
from kb.review.links_of import links, page_anchors
from kb.review.rules import RULES
from kb.review.subject import Folder
from tests.review_examples import PATH, entry_of, found, found_at, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in (
        "entries/2024/2024-05-13-outage.md",
        "entries/2024/Graph 1.png",
        normalize("NFD", "entries/2024/그래프.png"),
        "runbooks/login.md",
    ):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x", encoding="utf-8")
    return tmp_path


def _around(repository: Path) -> Folder:
    files = Files(repository / "entries", repository)
    return Folder(exists=files.exists, nearest=files.nearest)


@pytest.mark.parametrize(
    ("target", "is_missing"),
    [
        ("2024-05-13-outage.md", False),
        ("./2024-05-13-outage.md#impact", False),
        ("/2024/2024-05-13-outage.md", False),
        ("../../runbooks/login.md", False),
        ("../../runbooks/", False),
        ("Graph%201.png", False),
        ("<Graph 1.png>", False),
        ("그래프.png", False),
        (normalize("NFD", "그래프.png"), False),
        ("%EA%B7%B8%EB%9E%98%ED%94%84.png", False),
        ("2024-05-13-Outage.md", True),
        ("../../../etc/passwd", True),
        ("../2023/none.md", True),
        ("a%00b.md", True),
        ("https://example.com/none.md", False),
        ("mailto:a@example.com", False),
        ("#impact", False),
    ],
)
def test_relative_links_are_looked_up_in_the_repository(
    repository: Path,
    target: str,
    is_missing: bool,  # noqa: FBT001 - a table
) -> None:
    subject = read(entry_of(f"## Response\n\nAs in [May]({target})."), folder=_around(repository))
    assert len(found(subject, "KB801")) == is_missing


def test_the_name_in_another_case_is_told(repository: Path) -> None:
    text = entry_of("## Response\n\n![graph](graph%201.png)")
    [problem] = found(read(text, folder=_around(repository)), "KB801")
    assert "`2024/Graph 1.png`" in problem.help
    assert problem.message.startswith("The image")


def test_links_of_every_form_are_read() -> None:
    body = (
        "[a](a.md) ![b](b.png 'title') [c](<c d.md>) [e][e] <img src=\"f.png\">\n"
        "`[no](no.md)` <!-- [no](no.md) --> [wiki](https://x.example/a_(b)) [^1]\n\n"
        "[e]: e.md\n[^1]: A note\n\n```\n[no](no.md)\n```"
    )
    subject = read(entry_of(f"## Response\n\n{body}"))
    assert sorted(link.target for link in links(subject)) == sorted(
        ["a.md", "b.png", "c d.md", "e.md", "f.png", "https://x.example/a_(b)"]
    )


@pytest.mark.parametrize(
    ("fragment", "is_missing"),
    [
        ("follow-ups", False),
        ("root-cause", False),
        ("top", False),
        ("Follow-ups", True),
        ("action-items", True),
        ("후속-조치", False),
        ("%ED%9B%84%EC%86%8D-%EC%A1%B0%EC%B9%98", False),
        ("own", False),
        ("run-kubectl-get-pods", False),
    ],
)
def test_anchors_of_the_page_are_known(fragment: str, is_missing: bool) -> None:  # noqa: FBT001 - a table
    body = (
        f"## 후속 조치\n\nSee [below](#{fragment}).\n\n### Run `kubectl get pods`\n\n"
        '<a id="own"></a>x'
    )
    assert len(found(read(entry_of(body)), "KB802")) == is_missing


def test_events_and_sections_are_anchors() -> None:
    subject = read(entry_of())
    anchors = page_anchors(subject)
    assert {event.anchor for event in subject.entry.timeline} <= anchors
    assert "impact" in anchors


def test_anchors_of_other_entries_are_asked_for_and_a_near_one_named() -> None:
    other = "2024/2024-05-13-outage.md"
    folder = Folder(anchors_of=lambda path: frozenset({"impact"}) if path == other else None)
    body = "[a](2024-05-13-outage.md#impct) [b](2024-05-13-outage.md#impact) [c](x.txt#any)"
    subject = read(entry_of(f"## Response\n\n{body}"), folder=folder)
    [problem] = found(subject, "KB802")
    assert problem.help == "Did you mean `#impact`?"
    assert found_at(subject, "KB802")[0][1] == "2024-05-13-outage.md#impct"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[the runbook][rb]", 1),
        ("[rb][]", 1),
        ("[The  Runbook][RB]\n\n[rb]: https://x.example", 0),
        ("[1][2][4], [1][12]", 0),
        ("`a[i][j]` and a[i][j]", 0),
        ("- [ ][x]", 0),
        ("[rb]", 0),
    ],
)
def test_links_by_name_need_an_address(text: str, count: int) -> None:
    assert len(found(read(entry_of(f"## Response\n\n{text}")), "KB803")) == count


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[the notice] (https://x.example/a)", "[the notice](https://x.example/a)"),
        ("(the notice)[https://x.example/a]", "[the notice](https://x.example/a)"),
        ("[a](my graph.png)", "[a](<my graph.png>)"),
        ("https://x.example/a를 보라", "<https://x.example/a>를 보라"),
        ("(https://x.example/a)에서 보라", "(<https://x.example/a>)에서 보라"),
    ],
)
def test_what_was_meant_as_a_link_is_made_one(before: str, after: str) -> None:
    text = entry_of(f"## Response\n\nSee {before} now.")
    subject = read(text)
    [problem] = [*found(subject, "KB804"), *found(subject, "KB805")]
    assert problem.fix
    result = fixed(text.encode(), [problem.fix]).content.decode()
    assert f"See {after} now." in result
    again = read(result)
    assert [*found(again, "KB804"), *found(again, "KB805")] == []


@pytest.mark.parametrize(
    "text",
    [
        "[1] (https://x.example)",
        "[a](https://x.example/a)를 보라",
        "<https://x.example/a>를",
        "https://ko.wikipedia.org/wiki/카카오 참고",
        "https://x.example/a 를",
        '[a](b.md "a title")',
        "f(x)[0]",
        "- [x] (done)",
        "[노트]: https://x.example/a는",
    ],
)
def test_text_that_is_right_is_left_alone(text: str) -> None:
    subject = read(entry_of(f"## Response\n\n{text}"))
    assert [*found(subject, "KB804"), *found(subject, "KB805")] == []


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ("KB806", "[a]()", "[a]()"),
        ("KB806", "[](https://x.example)", "https://x.example"),
        ("KB807", "[a](http://localhost:3000/d)", "http://localhost:3000/d"),
        ("KB807", "see http://127.0.0.1:8000/x now", "http://127.0.0.1:8000/x"),
        ("KB807", "[a](file:///tmp/a)", "file:///tmp/a"),
        ("KB807", "[a](/Users/kim/a.png)", "/Users/kim/a.png"),
        ("KB808", "[here](https://x.example)", "https://x.example"),
        ("KB808", "[여기](https://x.example)", "https://x.example"),
        ("KB808", "[Click here](https://x.example)", "https://x.example"),
        ("KB809", "on www.example.com/a now", "www.example.com/a"),
    ],
)
def test_links_nobody_can_use_are_found(code: str, text: str, shown: str) -> None:
    subject = read(entry_of(f"## Response\n\n{text}"))
    assert [found_text for _, found_text in found_at(subject, code)] == [shown]


@pytest.mark.parametrize(
    "text",
    [
        "`http://localhost:3000`",
        "[www.example.com](https://www.example.com)",
        "http://localhost.example.com/a",
        "[여기서 시작된 장애](https://x.example)",
        "![](graph.png)",
    ],
)
def test_links_that_are_fine_are_left_alone(text: str) -> None:
    subject = read(entry_of(f"## Response\n\n{text}"))
    for code in ("KB806", "KB807", "KB808", "KB809"):
        assert found(subject, code) == []


def test_files_outside_the_repository_do_not_exist(tmp_path: Path) -> None:
    (tmp_path / "a" / "entries").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("x", encoding="utf-8")
    files = Files(tmp_path / "a" / "entries", tmp_path / "a")
    assert not files.exists("../../secret.md")
    assert files.nearest("../../Secret.md") == ""
    assert files.exists("..")


@pytest.mark.parametrize("piece", ["[", "[]", "![a](", "[a][", "](", "https://a/", "www.", "(a)["])
def test_a_hostile_line_costs_little(piece: str) -> None:
    subject = read(entry_of(f"## Response\n\n{piece * (100_000 // len(piece))}"), PATH)
    start = time.process_time()
    for rule in RULES:
        if rule.family == "links":
            list(rule.check(subject))
    assert time.process_time() - start < 10  # in quadratic time it would be hours
