"""Work beside other work ends before anything goes on, whatever happens."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from kb.beside import beside


def test_body_and_work_run_at_the_same_time_and_both_end() -> None:
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        if let_go.wait(10):
            ended.set()

    with beside(work):
        assert begun.wait(10)
        assert not ended.is_set()
        let_go.set()
    assert ended.is_set()


def fail() -> None:
    raise LookupError("the work")


def test_what_the_work_raises_is_raised_where_it_is_waited_for() -> None:
    reached = False
    with pytest.raises(LookupError, match="the work"), beside(fail):
        reached = True
    assert reached


def test_what_the_body_raises_comes_first() -> None:
    with pytest.raises(ValueError, match="the body"), beside(fail):
        raise ValueError("the body")


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads here")
def test_an_interrupt_waits_for_the_work() -> None:
    main = threading.main_thread().ident
    assert main is not None
    ended = threading.Event()

    def work() -> None:
        for _ in range(2):
            time.sleep(0.1)
            signal.pthread_kill(main, signal.SIGINT)
        time.sleep(0.1)
        ended.set()

    with pytest.raises(KeyboardInterrupt), beside(work):
        pass
    assert ended.is_set()
