"""A hundred thousand or a million entries: streamed into an engine, then searched.

    python tests/benchmarks/scale.py --count 1000000 --to FOLDER
    python tests/benchmarks/scale.py --count 100000 --to FOLDER --nodes 3

With `--nodes` the engine is OpenSearch, on so many nodes that are started here, a JVM each.

Entries are generated, read and analysed in worker processes and go straight to the engine that
this process writes: no entry is ever a file, so the disk holds the index alone. Generating them
is part of the workers' time; what the engine itself took is told apart. Then the queries of
`queries.py`, with facets and ten snippets, and the look-up of similar incidents for entries that
are not in the index. `--only-ask` asks an index that was made before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import count as count_from
from pathlib import Path
from statistics import median
from time import perf_counter

from kb import KnowledgeBase, config
from kb.reading import read_entry
from kb.search import documents, engines, location
from kb.search.engine import Changes, Document
from tests.benchmarks import generator
from tests.benchmarks.measures import FIRST_DAY, Row
from tests.benchmarks.queries import QUERIES
from tests.benchmarks.run import table_line
from tests.opensearch.server import Server, cluster

CHUNK = 250
"""Entries that a worker is given at once."""
AHEAD = 8
"""Chunks that are worked on or waiting to be written, so that memory stays bounded."""
STEP = 50_000
"""Entries after which the rate is told."""
PASSES = 3
UNSEEN = 20
"""Entries beyond the indexed ones, whose similar incidents are looked for."""
HEAP = "1g"
COMPILED = ("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseG1GC")
"""As a server runs; the tests' nodes save processor time instead."""


@cache
def _configuration() -> config.Config:
    read, _ = config.parse(generator.configuration())
    return read


def made(numbers: range) -> list[Document]:
    """The entries of these numbers as the engine takes them."""
    settings = _configuration()

    def resolved(field: str, name: str) -> str:
        return settings.vocabulary.canonical(field, name) or f"? {name}"

    built = []
    for number in numbers:
        path, text = generator.entry(number)
        entry = read_entry(text.encode(), path, settings)
        built.append(documents.build(entry, f"{number:032x}", resolved))
    return built


@dataclass(slots=True)
class Stream:
    """Documents out of worker processes, in order, and how long the engine waited for them."""

    count: int
    workers: int
    waited: float = 0.0
    begun: float = field(default_factory=perf_counter)

    def documents(self) -> Iterator[Document]:
        """All of them; the rate is told on the way."""
        done = 0
        chunks = iter(
            range(first, min(first + CHUNK, self.count)) for first in range(0, self.count, CHUNK)
        )
        with ProcessPoolExecutor(self.workers) as pool:
            waiting = [
                pool.submit(made, chunk) for _, chunk in zip(range(AHEAD), chunks, strict=False)
            ]
            while waiting:
                started = perf_counter()
                chunk = waiting.pop(0).result()
                self.waited += perf_counter() - started
                waiting.extend(
                    pool.submit(made, each) for _, each in zip((0,), chunks, strict=False)
                )
                yield from chunk
                done += len(chunk)
                if done % STEP == 0:
                    self._tell(done)

    def _tell(self, done: int) -> None:
        taken = perf_counter() - self.begun
        print(f"  {done:,} after {taken:.0f} s, {done / taken:.0f}/s", file=sys.stderr, flush=True)


def fill(engine: str, options: dict[str, object], folder: Path, stream: Stream) -> list[Row]:
    """Write every entry into a new index of this folder (or server)."""
    opened = engines.opened(engine, folder, options)
    started = perf_counter()
    with opened.exclusive():
        opened.clear()
        opened.apply(Changes(documents=stream.documents()))
    taken = perf_counter() - started
    opened.close()
    ours = taken - stream.waited
    rate = f"{stream.count / taken:.0f} entries/s with {stream.workers} workers"
    return [
        Row(f"indexed {stream.count:,}", taken, "s", note=rate),
        Row("  of that the engine alone", ours, "s", note=f"{stream.count / ours:.0f} entries/s"),
        Row("  memory of the writing process", _peak() / 1e6, "MB"),
    ]


def ask(knowledge: KnowledgeBase, indexed: int) -> Iterator[Row]:
    """Searches as people make them, similar incidents, figures; the first of each apart."""
    # Each time another day, which no query asks about: else it would be answered from memory.
    days = (date.fromordinal(FIRST_DAY + number) for number in count_from())
    started = perf_counter()
    knowledge.search("rollback", today=next(days))
    yield Row("first search of a process", (perf_counter() - started) * 1000, "ms")
    queries = [query for _, query in QUERIES]
    times = _times(lambda query: knowledge.search(query, today=next(days)), queries)
    yield from _spread("search with facets and ten snippets", times)
    slowest = max(zip(times, queries, strict=False))
    yield Row("  slowest", slowest[0], "ms", note=slowest[1])
    texts = [generator.entry(number)[1] for number in range(indexed, indexed + UNSEEN)]
    yield from _spread("related of a new entry", _times(knowledge.related, texts))
    for name, figures in (("stats", knowledge.stats), ("follow-ups", knowledge.follow_ups)):
        started = perf_counter()
        figures()
        yield Row(f"{name} over all, first time", (perf_counter() - started) * 1000, "ms")
    yield Row("memory of the asking process", _peak() / 1e6, "MB")


def _times(asked: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """Milliseconds of each, all passes but the first."""
    taken = []
    for turn in range(PASSES + 1):
        for text in texts:
            started = perf_counter()
            asked(text)
            if turn:
                taken.append((perf_counter() - started) * 1000)
    return taken


def _spread(what: str, times: list[float]) -> Iterator[Row]:
    ordered = sorted(times)
    yield Row(f"{what}, p50", median(ordered), "ms", note=f"{len(ordered)} times")
    yield Row(f"{what}, p99", ordered[int(len(ordered) * 0.99)], "ms")


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=100_000, help="how many entries")
    parser.add_argument("--to", type=Path, required=True, help="the folder to work in")
    parser.add_argument("--nodes", type=int, default=0, help="of OpenSearch; else tantivy is used")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only-ask", action="store_true", help="the index is there already")
    return parser.parse_args()


@contextmanager
def started(given: argparse.Namespace) -> Iterator[tuple[dict[str, object], list[Server]]]:
    """The engine's options, and the nodes of the cluster they lead to, which ends with the body."""
    if not given.nodes:
        yield {}, []
        return
    with cluster(count=given.nodes, heap=HEAP, options=COMPILED) as nodes:
        options: dict[str, object] = {"hosts": [node.url for node in nodes], "index": "kb-scale"}
        yield options | {"shards": given.shards, "replicas": min(1, given.nodes - 1)}, nodes


def main() -> None:
    """Index and ask; the folder holds a kb.toml and, with tantivy, the index afterwards."""
    given = _arguments()
    place: Path = given.to.absolute()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = "opensearch" if given.nodes else "tantivy"
    with started(given) as (options, nodes):
        settings = generator.configuration()
        if nodes:
            pairs = {"type": engine, **options, "source": "index"}.items()
            table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in pairs)
            settings = f"engine = {{ {table} }}\n{settings}"
        (place / "kb.toml").write_text(settings, encoding="utf-8")
        (place / "engine").write_text(engine, encoding="utf-8")
        if not given.only_ask:
            for row in fill(engine, options, place, Stream(given.count, given.workers)):
                print(table_line(row), flush=True)
        # A state that was set aside is an index without a folder of entries: just what this is.
        knowledge = KnowledgeBase.open(place, engine=engine, snapshot=None if nodes else place)
        for row in (*size(knowledge, place, given.count), *memory(nodes)):
            print(table_line(row), flush=True)
        for row in ask(knowledge, given.count):
            print(table_line(row), flush=True)
        for row in memory(nodes):
            print(table_line(row), flush=True)
        knowledge.close()


def size(knowledge: KnowledgeBase, place: Path, count: int) -> Iterator[Row]:
    """What the index takes on disk, replicas included."""
    taken = knowledge.status().size_bytes if knowledge.shared else location.size(place)
    yield Row("index size", taken / 1e6, "MB", note=f"{taken / count:.0f} bytes an entry")


def memory(nodes: list[Server]) -> Iterator[Row]:
    """What each node has in memory."""
    for node in nodes:
        yield Row(f"memory of {node.name}", node.memory / 1e6, "MB", note=f"heap {HEAP}")


if __name__ == "__main__":
    main()
