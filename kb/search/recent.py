"""The answers that were given last, for whoever asks again: to turn back a page, to share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

_Answer = TypeVar("_Answer")


class Recent(Generic[_Answer]):
    """At most so many answers; the one that was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable) -> _Answer | None:
        """The answer that was given to this question, or None."""
        with self._lock:
            answer = self._answers.get(question)
            if answer is not None:
                self._answers.move_to_end(question)
            return answer

    def keep(self, question: Hashable, answer: _Answer) -> None:
        """Remember an answer."""
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
