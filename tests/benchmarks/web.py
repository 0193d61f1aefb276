"""The web under load: `kb serve` and, in the same run, Datasette over SQLite's full-text search.

    make bench-web
    python tests/benchmarks/web.py --count 10000 --requests 1000

Twenty clients on this machine ask as fast as they are answered, each over a connection that it
keeps, for pages of the same list of queries; then again while entries change every second.
Datasette answers with the first twenty of one table, by rank, and a facet: no snippets, no
filters of dates, none of our analysis. Ends with 1 where a request failed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

from kb import KnowledgeBase
from kb.search import text as analysis
from tests.benchmarks import generator
from tests.benchmarks.queries import COMPARABLE, QUERIES

CLIENTS = 20
MOST_SECONDS = 300.0
"""A load that takes longer ends there."""
MOST_REQUESTS = 20_000
CHANGES_A_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """What one load met; times are in milliseconds, ascending."""

    times: tuple[float, ...]
    failed: tuple[str, ...]
    seconds: float

    def at(self, share: float) -> float:
        """The time that this share of the requests was answered in."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


async def _client(
    host: str, port: int, paths: list[str], times: list[float], failed: list[str]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while paths:
        path = paths.pop()
        begun = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        else:  # chunked, as an ASGI server answers
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        times.append((time.perf_counter() - begun) * 1000)
        if " 200 " not in head.split("\r\n", 1)[0]:
            failed.append(f"{path}: {head.split(chr(13), 1)[0]}")
        if "connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
    writer.close()


def load(address: str, paths: Sequence[str], count: int) -> Load:
    """Ask `count` of these paths, drawn at random and the same ones each time."""
    parts = urlsplit(address)
    random = Random(1)
    drawn = [random.choice(paths) for _ in range(min(count, MOST_REQUESTS))]
    times: list[float] = []
    failed: list[str] = []

    async def all_clients() -> None:
        async with asyncio.timeout(MOST_SECONDS):
            asked = (
                _client(parts.hostname or "", parts.port or 0, drawn, times, failed)
                for _ in range(CLIENTS)
            )
            await asyncio.gather(*asked)

    begun = time.perf_counter()
    try:
        asyncio.run(all_clients())
    except (TimeoutError, OSError, EOFError) as error:
        failed.append(f"{type(error).__name__}: {error}")
    return Load(tuple(sorted(times)) or (0.0,), tuple(failed), time.perf_counter() - begun)


@contextmanager
def serving(
    command: Sequence[str], environment: dict[str, str], address: str
) -> Iterator[tuple[str, int]]:
    """A server as a process, until it answers: its address and its process id.

    `address` may be empty: then the server prints it.
    """
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        with out.open("wb") as written:
            process = subprocess.Popen(command, env=environment, stdout=written, stderr=written)
        try:
            yield _ready(process, out, address), process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _ready(process: subprocess.Popen[bytes], out: Path, address: str) -> str:
    limit = time.monotonic() + MOST_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        found = re.search(r"http://\S+/", out.read_text("utf-8", "replace"))
        place = urlsplit(address or (found.group() if found else ""))
        if place.port:
            try:
                socket.create_connection((place.hostname or "", place.port), 1).close()
            except OSError:
                pass
            else:
                return place.geturl()
        time.sleep(0.1)
    raise SystemExit(f"The server did not start:\n{out.read_text('utf-8', 'replace')}")


def memory(process: int) -> float:
    """Megabytes of a server and its children, shared ones divided (Linux; else 0)."""
    total = 0
    pending = [process]
    while pending:
        number = pending.pop()
        try:
            rollup = Path(f"/proc/{number}/smaps_rollup").read_text()
            children = Path(f"/proc/{number}/task/{number}/children").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        total += int(found[1]) if found else 0
        pending.extend(map(int, children.split()))
    return total / 1000


@contextmanager
def changing(entries: Path) -> Iterator[Callable[[], int]]:
    """Change an entry every second, until the end; gives how many were changed."""
    done = threading.Event()
    files = sorted(entries.rglob("*.md"))
    changed: list[Path] = []

    def change() -> None:
        while not done.wait(1 / CHANGES_A_SECOND):
            place = files[len(changed) * 7 % len(files)]
            temporary = place.with_suffix(".new")
            temporary.write_text(f"{place.read_text('utf-8')}\nSeen again.\n", "utf-8")
            temporary.replace(place)
            changed.append(place)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield lambda: len(changed)
    finally:
        done.set()
        thread.join()


def line(what: str, met: Load, note: str = "") -> str:
    """A load as text."""
    rate = len(met.times) / met.seconds
    figures = " ".join(
        f"{name} {met.at(share):6.0f}"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    )
    return f"{what:<42} {figures} ms {rate:6.0f}/s {len(met.failed)} failed  {note}".rstrip()


def build_fts5(entries: Path, place: Path) -> None:
    """A database as Datasette serves it: one table, its full-text index over our own terms."""
    knowledge = KnowledgeBase.open(entries)
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE entries (id TEXT PRIMARY KEY, title, severity, body)")
    connection.executemany(
        "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)",
        (
            (entry.id, entry.title, entry.severity, _terms(knowledge.raw(entry.id)))
            for entry in knowledge.entries()
        ),
    )
    connection.execute("CREATE VIRTUAL TABLE entries_fts USING fts5(body, content='entries')")
    connection.execute("INSERT INTO entries_fts(entries_fts) VALUES ('rebuild')")
    connection.commit()
    connection.close()
    knowledge.close()


def _terms(text: str) -> str:
    return " ".join(token.term for token in analysis.tokens(analysis.normalise(text)))


def ours(entries: Path, environment: dict[str, str], requests: int) -> Iterator[tuple[str, Load]]:
    """`kb serve`, at rest and while entries change."""
    command = [str(Path(sys.executable).with_name("kb")), "--entries", str(entries), "serve"]
    command += ["--port", "0", "--access-log", "off"]
    pages = [f"/?q={quote(query)}" for _, query in QUERIES]
    api = [f"/api/v1/search?q={quote(query)}&limit=20" for _, query in QUERIES]
    # A server remembers its last answers; queries that end in a word of nobody are all new.
    new = [
        (kind, f"/?q={quote(f'{query} -nowhere{number}')}")
        for number in range(requests)
        for kind, query in QUERIES
    ]
    comparable = [path for kind, path in new if kind in COMPARABLE]
    with serving(command, environment, "") as (address, process):
        load(address, pages, CLIENTS * 5)
        for what, paths in (
            ("kb serve, pages", pages),
            ("kb serve, pages, each query new", [path for _, path in new]),
            ("kb serve, pages of plain words, each new", comparable),
            ("kb serve, API", api),
        ):
            met = load(address, paths, requests)
            yield line(what, met, f"{memory(process):.0f} MB"), met
        with changing(entries) as changed:
            met = load(address, pages, requests)
            note = f"{changed()} entries changed, {memory(process):.0f} MB"
            yield line("kb serve, pages, while entries change", met, note), met


def theirs(database: Path, requests: int) -> Iterator[tuple[str, Load]]:
    """Datasette, with one facet."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", str(database), "-p", str(port)]
    words = [_terms(query).split() for kind, query in QUERIES if kind in COMPARABLE]
    asked = "/entries/entries?_searchmode=raw&_size=20&_facet=severity&_search="
    paths = [asked + quote(" OR ".join(f'"{term}"' for term in terms)) for terms in words]
    with serving(command, dict(os.environ), f"http://127.0.0.1:{port}/") as (address, process):
        load(address, paths, CLIENTS)
        met = load(address, paths, requests)
        yield line("Datasette, pages of plain words", met, f"{memory(process):.0f} MB"), met


def main() -> int:
    """Run both in a temporary folder and print a line for each load."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=10_000, help="how many entries")
    parser.add_argument("--requests", type=int, default=1_000, help="of each load")
    options = parser.parse_args()
    failed = 0
    with TemporaryDirectory(prefix="kb-bench-web-") as name:
        folder = Path(name)
        entries = folder / "entries"
        generator.write(options.count, entries)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KB_")}
        environment["KB_CACHE_DIR"] = os.environ["KB_CACHE_DIR"] = str(folder / "cache")
        print(f"{options.count:,} entries, {CLIENTS} clients, {os.cpu_count()} cores", flush=True)
        database = folder / "entries.db"
        KnowledgeBase.open(entries).sync()
        build_fts5(entries, database)
        loads = [ours(entries, environment, options.requests)]
        if find_spec("datasette"):
            loads.append(theirs(database, options.requests))
        else:
            print('Datasette is not installed: no comparison with it (pip install -e ".[bench]")')
        for load_lines in loads:
            for told, met in load_lines:
                print(told, flush=True)
                failed += len(met.failed)
                for reason in met.failed[:3]:
                    print(f"  {reason}")
        shutil.rmtree(folder / "cache", ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
