"""The answers that were given last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from kb.search.recent import Recent


def test_the_answer_not_asked_for_longest_goes_first() -> None:
    recent: Recent[str] = Recent(2)
    recent.keep("a", "first")
    recent.keep("b", "second")
    assert recent.get("a") == "first"
    recent.keep("c", "third")
    assert [recent.get(each) for each in "abc"] == ["first", None, "third"]


def test_an_answer_kept_again_takes_the_place_of_the_old_one() -> None:
    recent: Recent[str] = Recent(2)
    for question, answer in (("a", "old"), ("b", "other"), ("a", "new"), ("c", "third")):
        recent.keep(question, answer)
    assert [recent.get(each) for each in "abc"] == ["new", None, "third"]


def test_many_may_ask_at_once() -> None:
    recent: Recent[int] = Recent(8)

    def ask(number: int) -> int | None:
        recent.keep(number % 32, number % 32)
        return recent.get(number % 32)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(4_000)))
    assert all(answer in {None, number % 32} for number, answer in enumerate(answers))
