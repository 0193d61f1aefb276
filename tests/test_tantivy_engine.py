"""What only a tantivy index goes through; `tests/folder_engines` has what all in folders do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kb.search.engine import Changes
from kb.search.tantivy_engine import TantivyEngine
from kb.search.tantivy_engine_files import COMMIT
from kb.search.tantivy_engine_queries import keyword_term, original, safe
from kb.search.tantivy_engine_writing import needle, packed_weights, weight_in
from tests.engine_contract import CORPUS, EVERYTHING, corpus, filled, made

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[TantivyEngine]:
    engine = TantivyEngine(tmp_path / "index")
    with engine.exclusive():
        filled(engine, corpus())
    yield engine
    engine.close()


@pytest.mark.parametrize(
    "text", ["", "plain", "한글", "\udcff", "a\udcffb", "\uffff", "\uffffÿ", "\x00"]
)
def test_any_text_survives_the_way_to_tantivy_and_back(text: str) -> None:
    safe(text).encode()
    assert original(safe(text)) == text


def test_texts_that_differ_stay_different() -> None:
    texts = ["\udcff", "\uffff\xed\xb3\xbf", "\xed\xb3\xbf", "\uffff", "\uffff\xef\xbf\xbf"]
    assert len(set(map(safe, texts))) == len(texts)


def test_weights_are_found_without_their_neighbours() -> None:
    packed = packed_weights({"a": 3, "ab": 12, "데이": 1, "b": 700})
    weights = [weight_in(packed, needle(term)) for term in ("a", "ab", "데이", "b", "", "3", "데")]
    assert weights == [3, 12, 1, 700, 0, 0, 0]


def test_a_keyword_of_any_length_is_a_term_that_tantivy_keeps() -> None:
    values = ["x=" + letter * length for letter in "a한\udcff" for length in (1, 40_000, 40_001)]
    terms = {keyword_term(value) for value in values}
    assert len(terms) == len(values)
    assert all(len(term.encode()) <= 65_530 for term in terms)


def test_what_a_killed_writer_left_is_no_hindrance_to_the_next(
    engine: TantivyEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    commit = json.loads((folder / COMMIT).read_bytes())
    segment = commit["segments"][0]["segment_id"].replace("-", "")
    left = [f"{segment}.{commit['opstamp'] + number}.del" for number in range(1, 20)]
    for name in left:
        (folder / name).write_bytes(b"half a list of deleted documents")
    managed = folder / ".managed.json"
    managed.write_text(json.dumps([*json.loads(managed.read_text()), *left]))
    engine.apply(Changes(documents=[made("notes.md", "---\ntitle: Notes again\n---\n")]))
    assert engine.search(EVERYTHING).total == len(CORPUS)
    shown = engine.document("notes.md")
    assert shown is not None
    assert shown["title"] == "Notes again"


def test_the_work_of_the_caller_is_done_once_and_told_as_his(engine: TantivyEngine) -> None:
    done: list[str] = []
    changes = Changes(
        documents=[made("notes.md", "---\ntitle: Notes again\n---\n")],
        meanwhile=lambda: done.append(engine.version()),
    )
    before = engine.version()
    engine.apply(changes)
    assert len(done) == 1
    assert engine.version() != before

    def fail() -> None:
        raise ImportError("no fault of the index")

    with pytest.raises(ImportError, match="no fault"):
        engine.apply(Changes(removed=frozenset(["notes.md"]), meanwhile=fail))
    assert engine.search(EVERYTHING).total == len(CORPUS) - 1
    engine.apply(Changes(documents=[made("notes.md", "---\ntitle: Notes\n---\n")]))
    assert engine.search(EVERYTHING).total == len(CORPUS)
