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
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import generator, measures, yardsticks
from tests.benchmarks.measures import Row
from tests.benchmarks.processes import Kb

BUDGETED_COUNT = 10_000
SMALLEST_COUNT = 1_000
"""Below this some of the words that are searched for may be in no entry."""


def measure(count: int, folder: Path) -> Iterator[Row]:
    """Generate, index and search in this folder; a row as soon as it is known."""
    judged = count == BUDGETED_COUNT
    few = count // 10
    small = Kb(folder / "small" / "entries", folder / "small" / "cache")
    large = Kb(folder / "large" / "entries", folder / "large" / "cache")
    generator.write(few, small.entries)
    markdown = generator.write(count, large.entries)
    yield from measures.first_index(small, few, None)
    yield from measures.first_index(large, count, (50, 500) if judged else None)
    yield measures.index_size(large, count, markdown)
    yield from measures.whole_search(small, few, 4 if judged else None)
    yield from measures.whole_search(large, count, 6 if judged else None)
    os.environ["KB_CACHE_DIR"] = str(large.cache)
    rows, comparable = measures.warm_search(large, count, (40, 120) if judged else None)
    yield from rows
    yield from measures.figures(large, count, (500, 10) if judged else None)
    texts, seconds = measures.terms_of_entries(large)
    yield Row(f"analysis alone of {count:,}", seconds, "s", note="Markdown text to terms")
    for yardstick in yardsticks.installed(folder / "yardsticks"):
        yield from measures.against(yardstick, texts, comparable)
    yield measures.search_after_edit(large, count, 1.5 if judged else None)
    if yardsticks.has_tantivy():
        for row in _with_tantivy(small, large, count, judged=judged):
            yield replace(row, what=f"tantivy: {row.what}")


def _with_tantivy(small: Kb, large: Kb, count: int, *, judged: bool) -> Iterator[Row]:
    """The same with the fast engine, over the same entries."""
    few = count // 10
    small, large = (
        replace(kb, engine="tantivy", cache=kb.cache.with_name("tantivy")) for kb in (small, large)
    )
    markdown = sum(file.stat().st_size for file in large.entries.rglob("*.md"))
    yield from measures.first_index(small, few, None)
    yield from measures.first_index(large, count, (15, 500) if judged else None)
    yield measures.index_size(large, count, markdown)
    yield from measures.whole_search(small, few, 2.5 if judged else None)
    yield from measures.whole_search(large, count, 3.5 if judged else None)
    os.environ["KB_CACHE_DIR"] = str(large.cache)
    rows, _ = measures.warm_search(large, count, (5, 15) if judged else None)
    yield from rows
    yield from measures.figures(large, count, (500, 10) if judged else None)
    yield measures.search_after_edit(large, count, 1.5 if judged else None)


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
