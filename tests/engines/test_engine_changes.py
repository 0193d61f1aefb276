"""What every search engine must do, whatever it is made of: what changes it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kb.errors import BrokenIndex, IndexFailure
from kb.search.engine import (
    DEFAULT_FACETS,
    Changes,
    Document,
    Keyword,
    Request,
    Results,
    SearchEngine,
    TermSequence,
    is_shared,
)
from kb.search.sync import Difference, Indexed, compare
from tests.engine_contract import (
    CASES,
    CORPUS,
    ENGINES,
    EVERYTHING,
    VOCABULARY,
    Case,
    corpus,
    edition,
    filled,
    found,
    made,
    paths,
    stem,
    word,
)

if TYPE_CHECKING:
    from pathlib import Path


def another(request: pytest.FixtureRequest, place: Path) -> SearchEngine:
    """An engine of the kind of `empty`, without an index, in another place."""
    return ENGINES[request.node.callspec.params["empty"]](place)


def test_where_no_index_was_made_there_is_none(
    empty: SearchEngine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert empty.version() != ""
    none = another(request, tmp_path / "none")
    assert none.version() == ""
    for ask in (
        none.rows,
        lambda: none.search(EVERYTHING),
        lambda: none.apply(Changes(documents=corpus())),
    ):
        with pytest.raises(BrokenIndex, match="missing") as caught:
            ask()
        assert caught.value.remedy.startswith("`kb index --rebuild`")
    assert none.version() == ""
    none.close()


def test_an_engine_can_do_what_it_declares_and_no_more(empty: SearchEngine, tmp_path: Path) -> None:
    """Putting states aside is held by `tests.test_folder_engines`."""
    files = {
        "plain.md": b"---\ntitle: Plain\n---\nWords.\n",
        "카톡.md": "\ufeff---\r\ntitle: 카톡\r\n---\r\n".encode("utf-16"),
        "none.md": b"",
        "odd.md": bytes(range(256)) * 300,
    }
    known = [replace(made(path, ""), content=content) for path, content in files.items()]
    empty.apply(Changes(documents=known))
    shared = "shared" in empty.capabilities
    assert is_shared(empty) == shared
    assert hasattr(empty, "place") == hasattr(empty, "contents") == shared
    if is_shared(empty):
        assert empty.contents([*files, "gone.md"]) == files
        assert empty.contents([]) == {}
        assert empty.size() > 0
        empty.apply(Changes(frozenset({"odd.md"}), [replace(known[0], content=b"new")]))
        del files["odd.md"]
        assert empty.contents([*files, "odd.md"]) == files | {"plain.md": b"new"}
    if "set-aside" not in empty.capabilities:
        with pytest.raises(IndexFailure, match="cannot be set aside"):
            empty.set_aside(tmp_path)


def test_a_listing_follows_every_change(empty: SearchEngine) -> None:
    def listed() -> dict[str, str]:
        return {one.row.path: one.summary["title"] for one in empty.listed(Request())}

    assert listed() == {}
    entries = [made(f"{number}.md", f"---\ntitle: first {number}\n---\n") for number in range(20)]
    for entry in entries:  # so many commits that segments are merged
        empty.apply(Changes(documents=[entry]))
    again = made("7.md", "---\ntitle: second\n---\n")
    empty.apply(Changes(frozenset({"3.md"}), [again]))
    expected = {entry.path: entry.shown["title"] for entry in entries} | {"7.md": "second"}
    del expected["3.md"]
    assert listed() == expected


def test_frequencies_of_an_empty_index_are_none(empty: SearchEngine) -> None:
    assert list(empty.frequencies(["databas"])) == [0]


def test_an_empty_index_answers(empty: SearchEngine) -> None:
    request = Request((word("database"), word("로그인")), Keyword("service", ("x",)))
    for each in (EVERYTHING, request):
        results = empty.search(each)
        assert (results.total, results.total_any, results.hits) == (0, 0, ())
        assert results.word_totals == (0,) * len(each.words)
        assert set(results.facets) == set(DEFAULT_FACETS)
    assert (list(empty.rows()), list(empty.words("")), list(empty.fields())) == ([], [], [])
    assert list(empty.listed(EVERYTHING)) == []
    assert empty.document("x.md") is None
    assert empty.version() != ""


def test_each_change_of_the_index_changes_its_version(empty: SearchEngine) -> None:
    versions = [empty.version()]

    def apply(*documents: Document, removed: tuple[str, ...] = ()) -> None:
        empty.apply(Changes(frozenset(removed), documents))
        versions.append(empty.version())

    one, two = corpus()[:2]
    apply(one)
    apply(two)
    apply(one)
    apply(removed=(one.path,))
    empty.clear()
    versions.append(empty.version())
    apply(one)
    assert len(set(versions)) == len(versions)
    empty.search(EVERYTHING)
    empty.rows()
    assert empty.version() == versions[-1]
    empty.apply(Changes())
    assert empty.version() == versions[-1], "nothing was to be done"


def test_added_replaced_and_removed_documents_are_seen_at_once(empty: SearchEngine) -> None:
    first = made("a.md", "---\ntitle: One\nservices: [x]\n---\n## Summary\nA zebra and a lion.\n")
    second = made("a.md", "---\ntitle: Two\nservices: [y]\n---\n## Summary\nA tiger and a lion.\n")
    other = made("b.md", "---\ntitle: Other\n---\n## Summary\nA lion alone.\n")

    def seen(typed: str) -> list[str]:
        return sorted(str(hit.shown["title"]) for hit in empty.search(Request((word(typed),))).hits)

    empty.apply(Changes(documents=[first]))
    assert (seen("zebra"), seen("lion")) == (["One"], ["One"])
    empty.apply(Changes(documents=[second, other]))
    assert (seen("zebra"), seen("tiger"), seen("lion")) == ([], ["Two"], ["Other", "Two"])
    assert empty.search(Request((word("tiger and a lion"),))).total == 1
    assert list(empty.words("zebra")) == []
    assert list(empty.values("service")) == [("y", 1)]
    empty.apply(Changes(frozenset({"a.md", "never-there.md"})))
    assert (seen("tiger"), seen("lion")) == ([], ["Other"])
    assert paths(empty) == {"b.md"}
    assert "service" not in empty.fields()
    empty.apply(Changes(frozenset({"b.md"}), [first]))
    assert (seen("lion"), paths(empty)) == (["One"], {"a.md"})
    empty.apply(Changes(frozenset({"a.md"}), [second]))
    assert (seen("lion"), paths(empty)) == (["Two"], {"a.md"})


def test_what_is_removed_or_replaced_counts_nowhere(empty: SearchEngine) -> None:
    filled(empty, corpus())
    databases = Request((word("database"),))
    with_word = frozenset(hit.path for hit in empty.search(databases).hits)
    assert "database" in dict(empty.words("data"))
    assert "ledger" in dict(empty.values("service"))
    empty.apply(Changes(with_word - {"notes.md"}, [made("notes.md", "---\ntitle: Kafka\n---\n")]))
    results = empty.search(databases)
    assert (results.total_any, results.word_totals) == (0, (0,))
    assert "database" not in dict(empty.words("data"))
    assert "database" not in dict(empty.words(""))
    assert empty.words("kafka") == [("kafka", 2)]
    assert empty.search(Request(condition=Keyword("service", ("ledger",)))).total == 0
    assert "ledger" not in dict(empty.values("service"))
    assert "ledger" not in dict(empty.search(EVERYTHING).facets["service"])


def test_frequencies_after_changes_count_at_most_what_was_there_lately(
    empty: SearchEngine,
) -> None:
    filled(empty, corpus())
    terms = ["databas", "kafka", "데이"]
    before = empty.frequencies(terms)
    empty.apply(Changes(frozenset({"notes.md"}), [made("2024/login.md", CORPUS["2022/kafka.md"])]))
    now = [
        empty.search(Request((replace(word("x"), spellings=(TermSequence(((term, 0),)),)),))).total
        for term in terms
    ]
    assert now == [1, 2, 1]
    for least, told, most in zip(now, empty.frequencies(terms), before, strict=True):
        assert least <= told <= most + 1
    empty.clear()
    filled(empty, corpus())
    assert empty.frequencies(terms) == before


def canonical(field: str, name: str) -> str | None:
    return "accounts" if (field, name) == ("service", "account") else None


def test_a_sync_does_what_is_to_be_done_and_then_nothing_is(empty: SearchEngine) -> None:
    """An index tells enough of its entries to be compared with any state of the files."""
    kafka = CORPUS["2022/kafka.md"]
    edited = CORPUS | {"notes.md": kafka, "new.md": kafka}
    renamed = {"2022/카프카.md": kafka, **edited}
    del renamed["2022/kafka.md"], renamed["new.md"]
    of_before = VOCABULARY.canonical
    for files, resolve, expected in (
        (CORPUS, of_before, Difference(added=tuple(sorted(CORPUS)))),
        (edited, of_before, Difference(("new.md",), ("notes.md",))),
        (renamed, of_before, Difference(("2022/카프카.md",), (), ("2022/kafka.md", "new.md"))),
        (renamed, canonical, Difference(changed=("2024/login.md",))),
        (dict[str, str](), canonical, Difference(removed=tuple(sorted(renamed)))),
    ):
        todo = difference(files, empty, resolve)
        assert todo == expected
        documents = [
            made(path, files[path], fingerprint=files[path], resolve=resolve)
            for path in (*todo.added, *todo.changed)
        ]
        with empty.exclusive():
            empty.apply(Changes(frozenset(todo.removed), documents))
        assert not difference(files, empty, resolve)
        assert paths(empty) == set(files)
        assert empty.search(EVERYTHING).total == len(files)


def difference(
    files: Mapping[str, str], engine: SearchEngine, resolve: Callable[[str, str], str | None]
) -> Difference:
    indexed = {row.path: Indexed(row.fingerprint, row.written) for row in engine.rows()}
    return compare(files, indexed, resolve)


def test_a_renamed_entry_is_there_once_under_its_new_path(empty: SearchEngine) -> None:
    filled(empty, corpus())
    for old, new in (("2022/kafka.md", "2022/카프카.md"), ("2022/카프카.md", "KAFKA.md")):
        empty.apply(Changes(frozenset({old}), [made(new, CORPUS["2022/kafka.md"])]))
        assert found(empty.search(Request((word("kafka"),)))) == [stem(new)]
        assert paths(empty) == (set(CORPUS) - {"2022/kafka.md"}) | {new}
        assert empty.document(old) is None
        assert empty.search(Request(condition=Keyword("id", (stem(new).lower(),)))).total == 1


def test_clearing_forgets_everything(empty: SearchEngine) -> None:
    filled(empty, corpus())
    empty.clear()
    assert (empty.search(EVERYTHING).total_any, list(empty.rows())) == (0, [])
    filled(empty, corpus()[:2])
    assert len(empty.rows()) == 2


def test_an_index_answers_alike_however_it_came_about(
    empty: SearchEngine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Sixty random changes later, merges included, all answers are those of a fresh index."""
    chance = random.Random(20_240_718)
    texts = list(CORPUS.values())
    current: dict[str, str] = {}
    for _ in range(60):
        removed = frozenset(path for path in current if chance.random() < 0.1)
        changed = {
            f"{chance.randrange(12)}.md": chance.choice(texts) for _ in range(chance.randrange(4))
        }
        current = {path: text for path, text in current.items() if path not in removed} | changed
        empty.apply(Changes(removed, [made(path, text) for path, text in changed.items()]))
    assert len(current) > 4
    name = request.node.callspec.params["empty"]
    fresh = ENGINES[name](tmp_path / "fresh")
    with fresh.exclusive():
        filled(fresh, [made(path, text) for path, text in current.items()])
    for case in CASES:
        assert empty.search(case.request) == fresh.search(case.request), case.name
    assert empty.words("") == fresh.words("")
    assert empty.fields() == fresh.fields()
    for field in fresh.fields():
        assert empty.values(field) == fresh.values(field)
    key = lambda row: row.path  # noqa: E731
    assert sorted(empty.rows(), key=key) == sorted(fresh.rows(), key=key)
    fresh.close()


def test_what_fails_halfway_leaves_the_index_as_it_was(empty: SearchEngine) -> None:
    filled(empty, corpus())
    version = empty.version()

    def failing() -> Iterator[Document]:
        yield made("new.md", CORPUS["notes.md"])
        raise RuntimeError("the source of documents dried up")

    with pytest.raises(RuntimeError, match="dried up"):
        empty.apply(Changes(frozenset({"notes.md"}), failing()))
    assert empty.version() == version
    assert paths(empty) == set(CORPUS)
    empty.apply(Changes(frozenset({"notes.md"})))
    assert len(empty.rows()) == len(CORPUS) - 1


def test_a_closed_engine_opens_again_when_asked(empty: SearchEngine) -> None:
    filled(empty, corpus())
    empty.close()
    assert empty.search(EVERYTHING).total == len(CORPUS)
    empty.close()
    empty.close()


def test_threads_that_ask_one_engine_never_mix_their_answers(empty: SearchEngine) -> None:
    """Each sees the five entries of an edition, all of the same one, and all else as it was."""
    filled(empty, [*corpus(), *edition(0).documents])
    right = {case.name: without_editions(empty.search(case.request)) for case in CASES}
    failures: list[object] = []
    done = threading.Event()

    def ask(seed: int) -> None:
        cases = random.Random(seed).sample(CASES, len(CASES))
        try:
            failures.extend(mixed_up(empty, cases, right))
            while not done.is_set():
                failures.extend(mixed_up(empty, cases, right))
        except Exception as error:  # noqa: BLE001 -- shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for number in range(12):
        empty.apply(edition(number))
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


def mixed_up(
    engine: SearchEngine, cases: Sequence[Case], right: Mapping[str, object]
) -> Iterator[object]:
    """The answers that are of no one state."""
    for case in cases:
        answer = without_editions(engine.search(case.request))
        if answer != right[case.name]:
            yield case.name, answer
    results = engine.search(Request((word("edition"),)))
    titles = {hit.shown["title"] for hit in results.hits}
    if (results.total, len(titles)) != (5, 1):
        yield results.total, titles


def without_editions(results: Results) -> object:
    """What an answer says that is the same whichever edition is there."""
    well = {hit.path: hit.well for hit in results.hits}
    return results.total, results.total_any, results.word_totals, results.facets, well
