"""All benchmarks in one run, as a table of values, budgets and whether they are kept.

    make bench
    python tests/benchmarks/run.py --count 10000 [--json FILE]

Speed is told as a ratio wherever something on the same machine can be set beside it. The
budgets hold for 10,000 entries on two cores; with another count there is no verdict. Ends with
1 where a budget is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import generator, measures, yardsticks
from tests.benchmarks.measures import Row
from tests.benchmarks.processes import Kb

BUDGETED_COUNT = 10_000
SMALLEST_COUNT = 1_000
"""Below this some of the words that are searched for may be in no entry."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """What an engine may take at `BUDGETED_COUNT` entries on two cores.

    Attributes:
        index: seconds and megabytes of the first index.
        whole: `kb search` to a process that imports click, a tenth of the entries and all.
        warm: milliseconds of a search, p50 and p95.
        figures: milliseconds of the first statistics, and of a completion.
        edited: a search after an edit to one without.
    """

    index: tuple[float, float] | None = None
    whole: tuple[float | None, float | None] = (None, None)
    warm: tuple[float, float] | None = None
    figures: tuple[float, float] | None = None
    edited: float | None = None


WHOOSH = Budgets((50, 500), (4, 6), (40, 120), (500, 10), 1.5)
TANTIVY = Budgets((15, 500), (2.5, 3.5), (5, 15), (500, 10), 1.5)


def measure(count: int, folder: Path) -> Iterator[Row]:
    """Generate, index and search in this folder; a row as soon as it is known."""
    judged = count == BUDGETED_COUNT
    small = Kb(folder / "small" / "entries", folder / "small" / "cache")
    large = Kb(folder / "large" / "entries", folder / "large" / "cache")
    generator.write(count // 10, small.entries)
    generator.write(count, large.entries)
    comparable = yield from of_engine(small, large, count, WHOOSH if judged else Budgets())
    texts, seconds = measures.terms_of_entries(large)
    yield Row(f"analysis alone of {count:,}", seconds, "s", note="Markdown text to terms")
    for yardstick in yardsticks.installed(folder / "yardsticks"):
        yield from measures.against(yardstick, texts, comparable)
    if yardsticks.has_tantivy():
        fast = [
            replace(kb, engine="tantivy", cache=kb.cache.with_name("tantivy"))
            for kb in (small, large)
        ]
        for row in of_engine(fast[0], fast[1], count, TANTIVY if judged else Budgets()):
            yield replace(row, what=f"tantivy: {row.what}")


def of_engine(small: Kb, large: Kb, count: int, budgets: Budgets) -> Generator[Row, None, float]:
    """What one engine takes; the median in ms of the queries that yardsticks are asked too."""
    few = count // 10
    markdown = sum(file.stat().st_size for file in large.entries.rglob("*.md"))
    yield from measures.first_index(small, few, None)
    yield from measures.first_index(large, count, budgets.index)
    yield measures.index_size(large, count, markdown)
    yield from measures.whole_search(small, few, budgets.whole[0])
    yield from measures.whole_search(large, count, budgets.whole[1])
    os.environ["KB_CACHE_DIR"] = str(large.cache)
    rows, comparable = measures.warm_search(large, count, budgets.warm)
    yield from rows
    yield from measures.figures(large, count, budgets.figures)
    yield measures.search_after_edit(large, count, budgets.edited)
    return comparable


def table_line(row: Row) -> str:
    """A row as text: what, value, budget, verdict, note."""
    budget = "" if row.budget is None else f"<= {row.budget:g} {row.unit}"
    verdict = {None: "", True: "PASS", False: "FAIL"}[row.passed]
    value = f"{row.value:.2f}" if row.value < 10 else f"{row.value:.0f}"
    return f"{row.what:<44} {value:>7} {row.unit:<2} {budget:<10} {verdict:<5} {row.note}".rstrip()


def missing() -> Iterator[str]:
    """What could be compared with, and is not there."""
    if not yardsticks.has_tantivy():
        yield 'tantivy is not installed: no comparison with it (pip install -e ".[bench]")'
    if not shutil.which("rg"):
        yield "rg (ripgrep) is not installed: no comparison with it"


def main() -> int:
    """Run everything in a temporary folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=BUDGETED_COUNT, help="how many entries")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    options = parser.parse_args()
    if options.count < SMALLEST_COUNT:
        parser.error(f"--count must be {SMALLEST_COUNT} or more")
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    print(f"{options.count:,} entries; {machine}", flush=True)
    rows: list[Row] = []
    with TemporaryDirectory(prefix="kb-bench-") as folder:
        for row in measure(options.count, Path(folder)):
            print(table_line(row), flush=True)
            rows.append(row)
    for line in missing():
        print(line)
    if options.json:
        report = {"count": options.count, "machine": machine}
        listed = [asdict(row) | {"passed": row.passed} for row in rows]
        text = json.dumps(report | {"rows": listed}, ensure_ascii=False, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    failed = [row for row in rows if row.passed is False]
    print(f"{len(failed)} of {sum(row.budget is not None for row in rows)} budgets not kept")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
