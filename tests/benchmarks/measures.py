"""The measurements, each one a function that returns rows of the report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count as count_from
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from kb import KnowledgeBase
from kb.search import text as analysis
from tests.benchmarks import processes
from tests.benchmarks.queries import COMPARABLE, QUERIES, TYPED, WHOLE_PROCESS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.processes import Kb
    from tests.benchmarks.yardsticks import Yardstick

_Asked = TypeVar("_Asked")

ROUNDS = 15
EDITS = 25
PASSES = 5
FIRST_DAY = date(2030, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report.

    Attributes:
        unit: `x` is a ratio; others as written.
        budget: the most the value may be, or None where the row only informs.
    """

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the value keeps its budget; None without one."""
        return None if self.budget is None else self.value <= self.budget


def first_index(kb: Kb, count: int, limits: tuple[float, float] | None) -> list[Row]:
    """Markdown to searchable in a fresh cache; limits are seconds and megabytes."""
    taken, peak = processes.seconds_and_memory(kb.command("index"), kb.environment)
    most_seconds, most_memory = limits or (None, None)
    return [
        Row(
            f"first index of {count:,}", taken, "s", most_seconds, f"{count / taken:.0f} entries/s"
        ),
        Row(f"peak memory of that, {count:,}", peak / 1e6, "MB", most_memory),
    ]


def index_size(kb: Kb, count: int, markdown: int) -> Row:
    """How large the index is on disk."""
    size = _size(kb.cache)
    note = f"{size / markdown:.2f} x the Markdown"
    return Row(f"index size of {count:,}", size / 1e6, "MB", note=note)


def whole_search(kb: Kb, count: int, budget: float | None) -> list[Row]:
    """`kb search WORD` from the shell, in turns with the processes it is compared with."""
    commands: dict[str, Callable[[str], tuple[str, ...]]] = {
        "click": lambda _word: processes.ONLY_CLICK,
        "kb": lambda word: kb.command("search", word),
    }
    ripgrep = shutil.which("rg")
    if ripgrep:
        commands["rg"] = lambda word: (ripgrep, "-l", word, str(kb.entries))
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(-1, ROUNDS):  # the first turn only fills the system's file cache
        for name, command in commands.items():
            word = WHOLE_PROCESS[turn % len(WHOLE_PROCESS)]
            one = processes.seconds(command(word), kb.environment)
            if turn >= 0:
                taken[name].append(one)
    middle = {name: median(times) for name, times in taken.items()}
    ours, least = middle["kb"], middle["click"]
    note = f"{ours * 1000:.0f} ms against {least * 1000:.0f} ms"
    rows = [Row(f"kb search WORD, {count:,}, to import click", ours / least, "x", budget, note)]
    if ripgrep:
        note = f"rg -l: {middle['rg'] * 1000:.0f} ms"
        rows.append(
            Row(f"kb search WORD, {count:,}, to rg -l", ours / middle["rg"], "x", note=note)
        )
    return rows


def search_after_edit(kb: Kb, count: int, budget: float | None) -> Row:
    """`kb search` after one entry was edited, in turns with one where nothing was.

    Each edit adds a word that no other entry has, and the search is for that word: it succeeds
    only where the edit was seen.
    """
    files = sorted(kb.entries.rglob("*.md"))[: EDITS + 1]
    edited: list[float] = []
    unchanged: list[float] = []
    for turn, file in enumerate(files):
        word = f"benchmark{turn}edit"
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"\nSeen again as {word}.\n")
        for times in (edited, unchanged):
            times.append(processes.seconds(kb.command("search", word), kb.environment))
    after, before = median(edited[1:]), median(unchanged[1:])
    note = f"{after * 1000:.0f} ms against {before * 1000:.0f} ms"
    return Row(f"one of {count:,} edited, then kb search", after / before, "x", budget, note)


def warm_search(kb: Kb, count: int, limits: tuple[float, float] | None) -> tuple[list[Row], float]:
    """Searches in one process, with facets and ten snippets; limits are p50 and p95 in ms.

    Returns the rows, and the median in ms over the queries that yardsticks are asked too.
    """
    knowledge = KnowledgeBase.open(kb.entries, engine=kb.engine)
    knowledge.sync()
    # Each time another day, which no query asks about: else it would be answered from memory.
    days = (date.fromordinal(FIRST_DAY + number) for number in count_from())
    times = _median_times(
        lambda query: knowledge.search(query, today=next(days)), [query for _, query in QUERIES]
    )
    by_kind: dict[str, list[float]] = {}
    for (kind, _), taken in zip(QUERIES, times, strict=True):
        by_kind.setdefault(kind, []).append(taken)
    middle, high = median(times), quantiles(times, n=20)[-1]
    most_middle, most_high = limits or (None, None)
    slowest = QUERIES[times.index(max(times))][1]
    rows = [
        Row(f"warm search, {count:,}, p50", middle, "ms", most_middle, f"{len(times)} queries"),
        Row(f"warm search, {count:,}, p95", high, "ms", most_high, f"slowest: {slowest}"),
        *(
            Row(f"  of kind {kind}, p50", median(kinds), "ms", note=f"{len(kinds)} queries")
            for kind, kinds in by_kind.items()
        ),
    ]
    comparable = [taken for kind in COMPARABLE for taken in by_kind[kind]]
    return rows, median(comparable)


def figures(kb: Kb, count: int, limits: tuple[float, float] | None) -> list[Row]:
    """Statistics asked for the first time, and completions while typing; limits are in ms."""
    knowledge = KnowledgeBase.open(kb.entries, engine=kb.engine)
    knowledge.sync()
    knowledge.search("kafka")  # opens the index
    first, typed = limits or (None, None)
    times = {}
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("stats", knowledge.stats),
        ("follow-ups", knowledge.follow_ups),
        ("recurrences", knowledge.recurrences),
        ("suggest", lambda: knowledge.suggest("warm")),
    )
    for name, ask in asked:
        started = perf_counter()
        ask()
        times[name] = (perf_counter() - started) * 1000
    completed = _median_times(knowledge.suggest, TYPED)
    slowest = TYPED[completed.index(max(completed))]
    return [
        Row(f"stats over {count:,}, first time", times["stats"], "ms", first),
        Row(f"follow-ups of {count:,}, first time", times["follow-ups"], "ms"),
        Row(f"recurrences of {count:,}, first time", times["recurrences"], "ms"),
        Row(f"suggest, {count:,}, first time", times["suggest"], "ms"),
        Row(f"suggest, {count:,}, slowest", max(completed), "ms", typed, f"typed: {slowest}"),
    ]


def against(yardstick: Yardstick, texts: Sequence[str], ours: float) -> list[Row]:
    """Another engine over the same terms; `ours` is our median in ms for the same queries."""
    started = perf_counter()
    yardstick.build(texts)
    built = perf_counter() - started
    asked = [_terms(query).split() for kind, query in QUERIES if kind in COMPARABLE]
    middle = median(_median_times(yardstick.search, asked))
    name = yardstick.name
    return [
        Row(f"warm search p50, to {name}", ours / middle, "x", note=f"{name}: {middle:.2f} ms"),
        Row(
            f"{name}: build from ready terms",
            built,
            "s",
            note=f"{_size(yardstick.folder) / 1e6:.0f} MB",
        ),
    ]


def terms_of_entries(kb: Kb) -> tuple[list[str], float]:
    """The terms of every entry, joined by spaces, and the seconds that analysis took."""
    sources = [file.read_text(encoding="utf-8") for file in sorted(kb.entries.rglob("*.md"))]
    started = perf_counter()
    texts = [_terms(source) for source in sources]
    return texts, perf_counter() - started


def _terms(text: str) -> str:
    return " ".join(token.term for token in analysis.tokens(analysis.normalise(text)))


def _median_times(ask: Callable[[_Asked], object], queries: Sequence[_Asked]) -> list[float]:
    """Milliseconds for each query: the median of some passes over all, after one to warm up."""
    times: list[list[float]] = [[] for _ in queries]
    for turn in range(PASSES + 1):
        for query, taken in zip(queries, times, strict=True):
            started = perf_counter()
            ask(query)
            if turn:
                taken.append((perf_counter() - started) * 1000)
    return [median(taken) for taken in times]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
