"""Many files at once: worker processes read them, what they read comes back in order.

A worker is a program of its own. A fork would copy the locks of this process's threads (an
engine's, a server's) and may wait for them for ever, and what `multiprocessing` spawns runs the
caller's script again. A worker is told all it has to do before it says anything, so neither
side waits for the other to listen; and a full pipe holds it back, so that memory stays bounded
however slowly an index takes what was read. Where a worker fails, this process reads instead.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from subprocess import Popen
    from typing import Protocol, Self, TypeVar

    _Answer = TypeVar("_Answer")
    _Answer_co = TypeVar("_Answer_co", covariant=True)

    class Reads(Protocol[_Answer_co]):
        """What reads a file, each for itself, and can be sent to another process."""

        def read(self, path: str, /) -> _Answer_co:
            """What becomes of one file."""


FEWEST = 200
"""Files; fewer are read before workers have started."""
_MOST_WORKERS = 4
"""One process writes what they read, and keeps up with about so many."""
_BATCH = 32
"""Files that are answered together."""
_PIPE = 1 << 20
"""Bytes that may wait in a pipe, where the system lets one choose: about two batches."""
_QUOTA = "/sys/fs/cgroup/cpu.max"
"""What a container may use, as quota and period (Linux, cgroup v2)."""
_HEADER = 8


def outcomes(
    reader: Reads[_Answer],
    paths: Sequence[str],
    workers: int | None = None,
    *,
    fewest: int | None = None,
) -> Iterator[_Answer]:
    """What became of each of these files, in their order.

    Args:
        reader: reads a file; sent to the workers.
        paths: relative to the entries folder.
        workers: how many processes may read; as many as there are processors where not given.
        fewest: this process reads fewer files itself; `FEWEST` where not given.
    """
    wanted = min(_MOST_WORKERS, processors()) if workers is None else workers
    fewest = FEWEST if fewest is None else fewest
    if wanted < 2 or len(paths) < fewest or not sys.executable or hasattr(sys, "frozen"):
        yield from map(reader.read, paths)
        return
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    with ExitStack() as stack:
        started = [stack.enter_context(_Worker()) for _ in range(wanted)]
        for number, worker in enumerate(started):
            worker.ask(reader, batches[number::wanted])
        for number, batch in enumerate(batches):
            answer = started[number % wanted].answer()
            yield from map(reader.read, batch) if answer is None else answer


def processors() -> int:
    """How many processors this process may use, its container's quota included; at least 1."""
    if sys.version_info >= (3, 13):
        count = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    with suppress(OSError, ValueError), open(_QUOTA, encoding="ascii") as file:  # noqa: PTH123
        quota, period = file.read().split()
        count = min(count, max(1, int(quota) // int(period)))
    return count


class _Worker:
    """A process that reads; one that fails has no answers any more."""

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        from subprocess import DEVNULL, PIPE, Popen

        places = list(map(str, sys.path))
        task = f"import sys; sys.path[:] = {places}; from {__name__} import work; work()"
        command = (sys.executable, "-c", task)
        with suppress(OSError, ValueError):
            # What goes wrong in it is met again, and told, by whoever reads in its place.
            self._process = Popen(  # noqa: S603 -- this very Python, with nobody's input
                command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, pipesize=_PIPE
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, reader: Reads[object], batches: Sequence[Sequence[str]]) -> None:
        """Have it read these batches."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        try:
            _send(self._process.stdin, (reader, batches))
            self._process.stdin.close()
        except OSError:
            self._end()

    def answer(self) -> list[Any] | None:
        """What became of the files of the next batch; None where it will never be said."""
        if self._process is None:
            return None
        assert self._process.stdout is not None
        from pickle import UnpicklingError

        try:
            said: list[Any] = _receive(self._process.stdout)
        except (OSError, EOFError, UnpicklingError, ImportError, AttributeError, TypeError):
            self._end()
            return None
        return said

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # what could not be sent any more
                stream.close()  # type: ignore[union-attr]  # both are pipes
        process.wait()


def work() -> None:
    """What a worker does: reads what it is asked to, and ends when nobody listens any more."""
    import gc
    import signal

    # An interrupt reaches all processes of a terminal; whoever asked decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reader, batches = _receive(sys.stdin.buffer)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    # Reading leaves next to no cycles; to look for them as often as usual costs a tenth more.
    gc.set_threshold(50_000)
    with suppress(BrokenPipeError):
        for batch in batches:
            _send(answers, [reader.read(path) for path in batch])


def _send(stream: IO[bytes], content: object) -> None:
    import pickle

    data = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_HEADER, "big"))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:  # noqa: ANN401 -- whatever was sent
    """What `_send` wrote at the other end.

    Raises:
        EOFError: there is nothing more, or not all of it.
    """
    import pickle

    size = int.from_bytes(stream.read(_HEADER), "big")
    data = stream.read(size)
    if not size or len(data) < size:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 -- from a process of our own
