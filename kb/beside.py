"""One piece of work in a thread beside this one: for what waits, or works outside Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Begin work in another thread, run the body, wait for the work to end.

    It has always ended afterwards, whatever happens in the body, and whoever interrupts.

    Raises:
        BaseException: what the work raised, unless the body raised.
    """
    raised: list[BaseException] = []
    ended = Event()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 -- raised again in the other thread
            raised.append(error)
        finally:
            ended.set()

    Thread(target=run).start()
    try:
        yield
    finally:
        _wait(ended)
    if raised:
        raise raised[0]


def _wait(ended: Event) -> None:
    """Wait for the end; an interrupt counts only then.

    Not `Thread.join`: an interrupted one takes the thread for ended (Python 3.11).
    """
    try:
        ended.wait()
    except KeyboardInterrupt:
        _wait(ended)
        raise
