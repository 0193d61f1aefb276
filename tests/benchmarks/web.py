"""The web under load: `kb serve` and, in the same run, Datasette over SQLite's full-text search.

    make bench-web
    python tests/benchmarks/web.py --count 10000 --requests 1000 --engine tantivy

Twenty clients on this machine ask as fast as they are answered, each over a connection that it
keeps, for pages of the same list of queries; then as people do, who read for a second between
two pages; then again while entries change every second. The processor time of a request says
more than the clock does where the machine has other work: that of the server, its keeper left
out, and beside it that of the clients, who take it from the server.
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
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
READING_SECONDS = 1.0
"""What a person takes between two pages."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one load met; times are in milliseconds, ascending.

    Attributes:
        seconds: how long it took.
        clients: the processor time of the clients in seconds.
    """

    times: tuple[float, ...]
    failed: tuple[str, ...]
    seconds: float
    clients: float

    def at(self, share: float) -> float:
        """The time that this share of the requests was answered in."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


async def _client(
    host: str, port: int, paths: list[str], pause: float, met: tuple[list[float], list[str]]
) -> None:
    times, failed = met
    random = Random(len(paths))
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
        if pause:
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # no two in step
    writer.close()


def load(address: str, paths: Sequence[str], count: int, pause: float = 0.0) -> Load:
    """Ask `count` of these paths, drawn at random and the same ones each time.

    Each client waits for about `pause` seconds between an answer and its next request.
    """
    parts = urlsplit(address)
    random = Random(1)
    drawn = [random.choice(paths) for _ in range(min(count, MOST_REQUESTS))]
    times: list[float] = []
    failed: list[str] = []

    async def all_clients() -> None:
        async with asyncio.timeout(MOST_SECONDS):
            asked = (
                _client(parts.hostname or "", parts.port or 0, drawn, pause, (times, failed))
                for _ in range(CLIENTS)
            )
            await asyncio.gather(*asked)

    begun, used = time.perf_counter(), time.process_time()
    try:
        asyncio.run(all_clients())
    except (TimeoutError, OSError, EOFError) as error:
        failed.append(f"{type(error).__name__}: {error}")
    return Load(
        tuple(sorted(times)) or (0.0,),
        tuple(failed),
        time.perf_counter() - begun,
        time.process_time() - used,
    )


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


def family(process: int) -> Iterator[Path]:
    """What the system tells of a process and of all its children (Linux; else nothing)."""
    place = Path(f"/proc/{process}")
    with suppress(OSError):
        children = (place / f"task/{process}/children").read_text()
        yield place
        for child in children.split():
            yield from family(int(child))


def memory(process: int) -> float:
    """Megabytes of a server and its children, shared ones divided (Linux; else 0)."""
    total = 0
    for place in family(process):
        with suppress(OSError):
            rollup = (place / "smaps_rollup").read_text()
            found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
            total += int(found[1]) if found else 0
    return total / 1000


def processor(process: int) -> float:
    """Seconds of processor time of a server and its children but the keeper (Linux; else 0)."""
    ticks = 0
    for place in family(process):
        with suppress(OSError):
            if b"web.freshness" not in (place / "cmdline").read_bytes():
                numbers = (place / "stat").read_text().rpartition(")")[2].split()
                ticks += int(numbers[11]) + int(numbers[12])  # proc(5): utime, stime
    return ticks / os.sysconf("SC_CLK_TCK")


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


def measured(process: int, ask: Callable[[], Load]) -> tuple[Load, str]:
    """A load, and what it cost the server and the clients."""
    before = processor(process)
    met = ask()
    each = (processor(process) - before) / len(met.times) * 1000
    clients = met.clients / len(met.times) * 1000
    note = f"CPU {each:.1f} ms a request, clients {clients:.1f}; {memory(process):.0f} MB"
    return met, note


def line(what: str, met: Load, note: str = "") -> str:
    """A load as text."""
    rate = len(met.times) / met.seconds
    figures = " ".join(
        f"{name} {met.at(share):6.0f}"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    )
    return f"{what:<45} {figures} ms {rate:6.0f}/s {len(met.failed)} failed  {note}".rstrip()


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
        every = [path for _, path in new]
        for what, paths, pause in (
            ("kb serve, pages", pages, 0.0),
            ("kb serve, pages, each query new", every, 0.0),
            ("kb serve, pages of plain words, each new", comparable, 0.0),
            ("kb serve, API", api, 0.0),
            ("kb serve, pages, each new, people", every, READING_SECONDS),
        ):
            ask = partial(load, address, paths, requests, pause)
            met, note = measured(process, ask)
            yield line(what, met, note), met
        with changing(entries) as changed:
            for what, pause in (("", 0.0), (", people", READING_SECONDS)):
                before = changed()
                met, note = measured(process, partial(load, address, pages, requests, pause))
                note = f"{note}, {changed() - before} entries changed"
                yield line(f"kb serve, pages, while entries change{what}", met, note), met


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
    parser.add_argument("--engine", default="", help="of ours; else the usual one")
    options = parser.parse_args()
    failed = 0
    with TemporaryDirectory(prefix="kb-bench-web-") as name:
        folder = Path(name)
        entries = folder / "entries"
        generator.write(options.count, entries)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KB_")}
        if options.engine:
            environment["KB_ENGINE"] = os.environ["KB_ENGINE"] = options.engine
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
