"""Other search engines over the same terms, measured in the same run on the same machine.

They rank and give ten document numbers; facets, snippets, fields and spelling are ours alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Yardstick(Protocol):
    """An engine that is built once from texts of space-separated terms, then asked."""

    name: str
    folder: Path

    def build(self, texts: Iterable[str]) -> None:
        """Index the texts and make the index ready to be asked."""

    def search(self, terms: Sequence[str]) -> int:
        """Rank what holds any of the terms; returns how many of the first ten there are."""


class Fts5:
    """SQLite's full-text table, ranked by its BM25."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = sqlite3.connect(folder / "fts5.sqlite")

    def build(self, texts: Iterable[str]) -> None:
        """Index the texts; our terms pass its tokenizer as they are."""
        tokenizer = r"ascii tokenchars '-./:@+_\'"
        self._connection.execute(
            f'CREATE VIRTUAL TABLE entries USING fts5(terms, tokenize="{tokenizer}")'
        )
        self._connection.executemany("INSERT INTO entries VALUES (?)", ((text,) for text in texts))
        self._connection.commit()

    def search(self, terms: Sequence[str]) -> int:
        """The first ten by BM25."""
        words = " OR ".join(f'"{term}"' for term in terms)
        found = self._connection.execute(
            "SELECT rowid FROM entries WHERE entries MATCH ? ORDER BY rank LIMIT 10", (words,)
        )
        return len(found.fetchall())


class Tantivy:
    """The Rust engine, ranked by its BM25."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("terms", tokenizer_name="whitespace")
        self._engine: Any = tantivy
        self._schema = builder.build()
        self.folder = folder
        self._index = tantivy.Index(self._schema, path=str(folder))

    def build(self, texts: Iterable[str]) -> None:
        """Index the texts with one writer, in one commit."""
        writer = self._index.writer(heap_size=128_000_000, num_threads=1)
        for text in texts:
            writer.add_document(self._engine.Document(terms=[text]))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, terms: Sequence[str]) -> int:
        """The first ten by BM25."""
        query = self._engine.Query
        words = [
            (self._engine.Occur.Should, query.term_query(self._schema, "terms", term))
            for term in terms
        ]
        return len(self._index.searcher().search(query.boolean_query(words), limit=10).hits)


def has_tantivy() -> bool:
    """Whether tantivy is installed; it comes with the extra `bench`."""
    return find_spec("tantivy") is not None


def installed(folder: Path) -> list[Yardstick]:
    """The yardsticks that this machine has, each in a folder of its own below this one."""
    kinds = (Fts5, Tantivy) if has_tantivy() else (Fts5,)
    found: list[Yardstick] = []
    for kind in kinds:
        place = folder / kind.__name__.lower()
        place.mkdir(parents=True)
        found.append(kind(place))
    return found
