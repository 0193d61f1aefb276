"""What engines are compared on: our own entries, generated ones, and a few hundred queries.

The queries are those of the benchmark and more that are made of the words, names, phrases and
ids of the entries themselves, in Korean and English.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kb import config, document
from kb.search import documents
from kb.search.engine import Changes, Document
from tests.benchmarks import generator
from tests.benchmarks.queries import QUERIES
from tests.conftest import ENTRIES

if TYPE_CHECKING:
    from kb.search.engine import SearchEngine
    from kb.search.results import SearchHit
    from kb.vocabulary import Vocabulary

GENERATED = 500
TODAY = date(2026, 3, 1)
CLEARLY = 1e-4
"""Scores that differ by more than this part of the best differ clearly."""


@cache
def vocabulary() -> Vocabulary:
    """The names of the services that the generated entries are about."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kb.toml").write_text(generator.configuration(), encoding="utf-8")
        return config.load(Path(folder))[0].vocabulary


@cache
def entries() -> Sequence[Document]:
    return tuple(_documents())


def _documents() -> Iterator[Document]:
    sources = [(path.name, path.read_bytes()) for path in sorted(ENTRIES.rglob("*.md"))]
    sources += [(path, text.encode()) for path, text in generator.generate(GENERATED)]
    for path, content in sources:
        entry = document.parse(content, path, vocabulary(), "Asia/Seoul")
        yield documents.build(entry, f"content of {path}", vocabulary().canonical)


@cache
def queries() -> Sequence[str]:
    """What people may type about these entries, the same on every run."""
    chance = random.Random(20_241_122)
    typed = [query for _, query in QUERIES]
    for entry in chance.sample(entries(), 40):
        words = sorted(entry.words)
        text = str(chance.choice(entry.shown["sections"])[3]).replace('"', " ").split()
        start = chance.randrange(max(1, len(text) - 3))
        typed += [
            chance.choice(words),
            " ".join(chance.sample(words, min(4, len(words)))),
            f'"{" ".join(text[start : start + 2])}"',
            f"{chance.choice(words)} -{chance.choice(words)} sort:oldest",
            f"{chance.choice(words)} OR {chance.choice(words)}",
            f"title:{chance.choice(str(entry.shown['title']).split())}",
            f"{chance.choice(words)[:3]}* has:timeline",
            entry.id,
        ]
    return typed


def fill(engine: SearchEngine) -> None:
    """Put the entries in; replace some and remove some afterwards."""
    with engine.exclusive():
        engine.clear()
        engine.apply(Changes(documents=entries()))
    with engine.exclusive():
        gone = frozenset(each.path for each in entries()[100:130])
        engine.apply(Changes(gone, entries()[50:60]))


def in_order(hits: Sequence[SearchHit], scores: Mapping[str, float]) -> bool:
    """Whether these scores (by path) descend, but for those that hardly differ.

    Entries that match well come first whatever the others score.
    """
    tolerance = CLEARLY * max(scores.values(), default=0.0)
    return all(
        scores[first.path] >= scores[second.path] - tolerance
        or (first.matches_well and not second.matches_well)
        for first, second in pairwise(hits)
    )
