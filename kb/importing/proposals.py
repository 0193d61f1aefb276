"""Services and causes that a document seems to be about, by the names that it uses.

A name counts by where it stands: a title says what a document is about, a passing mention does
not. What is proposed here is a guess, and is marked as one in the entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.vocabulary import Cause, Service, Vocabulary

_MOST_SERVICES = 6
_MOST_CAUSES = 3
_ENOUGH_FOR_SERVICE = 2.0
_ENOUGH_FOR_CAUSE = 3.0
_HANGUL = re.compile("[가-힣]")
# Said on it, not about it.
_CHANNEL = re.compile(r"\b(?:on|via|over|through|in|from) (?:the |our )?$|#$", re.IGNORECASE)
_CHANNEL_LONGEST = 20
"""Characters before a name in which such a word is looked for."""
# Too common in any report to tell a cause; as the name of a field they still count.
_COMMON = frozenset(
    """
    code config configuration data database databases db deploy update release server storage
    load software hardware switch limit limits limitation query external provider upstream token
    time human operations procedure process automation conflict conflicts scaling spike fire leak
    attack security identity permission permissions secret secrets credential credentials network
    routing router power upgrade migration rollback rollout deployment dependency capacity traffic
    partition provider supplier vendor connectivity schema auth unknown release battery cooling
    설정 배포 외부 데이터 서버 장비 통신 네트워크 데이터베이스 프로그램 운영 절차 권한 인증
    토큰 복제 쿼리 트래픽 부하 용량 보안 공격 유출 업데이트 스위치 회선 전원 전력 코드
    """.split()
)
# In every report of an incident, whatever its cause.
_EVERYWHERE = frozenset("time human external 시간 시각 시간대 날짜 외부".split())
_WEAK = 0.5
_WORD = re.compile(r"(?<![0-9A-Za-z_/.@-])[0-9A-Za-z]+|[가-힣]+")
_GOES_ON = re.compile(r"[0-9A-Za-z_@]|[./-][0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document and how much a name in it counts.

    Attributes:
        line: of the original, on which it begins.
        where: what to call it when saying why.
        weight: for the first mention of a service in it.
        cause_weight: for the first mention of a cause.
    """

    text: str
    line: int
    where: str
    weight: float
    cause_weight: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name of the vocabulary that the text speaks for.

    Attributes:
        id: of the service or cause.
        line: of the strongest passage that names it.
        why: which word stands where.
    """

    id: str
    line: int
    why: str
    score: float


def propose_services(passages: Sequence[Passage], vocabulary: Vocabulary) -> tuple[Proposal, ...]:
    """The services that a document is about, the clearest first; empty where none is clear."""
    names = _service_names(tuple(vocabulary.services.values()))
    found = _scored(passages, names, services=True)
    return tuple(one for one in found if one.score >= _ENOUGH_FOR_SERVICE)[:_MOST_SERVICES]


def propose_causes(passages: Sequence[Passage], vocabulary: Vocabulary) -> tuple[Proposal, ...]:
    """The causes that a document speaks of, the likeliest first; empty where none is clear."""
    found = [
        one
        for one in _scored(
            passages, _cause_names(tuple(vocabulary.causes.values())), services=False
        )
        if one.score >= _ENOUGH_FOR_CAUSE
    ]
    if not found:
        return ()
    enough = found[0].score * 0.6
    return tuple(one for one in found if one.score >= enough)[:_MOST_CAUSES]


def named_services(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The services that a text names, in the order of the first mention."""
    return tuple(
        dict.fromkeys(
            service
            for service, *_ in _mentions(text, _service_names(tuple(vocabulary.services.values())))
        )
    )


@dataclass(frozen=True, slots=True)
class _Name:
    """One way to write what a vocabulary knows.

    Attributes:
        worth: how much it tells, 1 for a name that means nothing else.
        exact: whether capitals must be as written.
        closed: whether a letter or digit behind it makes another word; a Korean particle does not.
    """

    written: str
    id: str
    worth: float
    exact: bool
    closed: bool


_Names = Mapping[str, Sequence[_Name]]
"""Names by their first two characters in small letters, the longest first."""


def _scored(passages: Sequence[Passage], names: _Names, *, services: bool) -> tuple[Proposal, ...]:
    scores: dict[str, float] = {}
    best: dict[str, tuple[float, int, str]] = {}
    for passage in passages:
        counted: dict[str, set[str]] = {}
        weight = passage.weight if services else passage.cause_weight
        for one, word, worth, start in _mentions(passage.text, names):
            before = max(0, start - _CHANNEL_LONGEST)
            if services and weight < 3 and _CHANNEL.search(passage.text, before, start):
                continue
            words = counted.setdefault(one, set())
            gain = 0.1 if word.casefold() in words else weight * worth * (0.5 if words else 1.0)
            words.add(word.casefold())
            scores[one] = scores.get(one, 0.0) + gain
            if gain > best.get(one, (0.0, 0, ""))[0]:
                line = passage.line + passage.text.count("\n", 0, start)
                best[one] = (gain, line, f"{word!r} stands in the {passage.where}")
    ranked = sorted(scores, key=lambda one: -scores[one])
    return tuple(
        Proposal(one, best[one][1], best[one][2], scores[one]) for one in ranked if one in best
    )


def _mentions(text: str, names: _Names) -> Iterator[tuple[str, str, float, int]]:
    """The names in a text: id, the words, what they are worth, where."""
    end = 0
    for word in _WORD.finditer(text):
        start = word.start()
        if start < end:
            continue
        for name in names.get(text[start : start + 2].casefold(), ()):
            stop = start + len(name.written)
            said = text[start:stop]
            same = said == name.written if name.exact else said.casefold() == name.written
            if same and not (name.closed and _GOES_ON.match(text, stop)):
                yield name.id, said, name.worth, start
                end = stop
                break


def _indexed(names: Iterable[_Name]) -> _Names:
    found: dict[str, list[_Name]] = {}
    known: set[str] = set()
    for name in sorted(names, key=lambda one: -len(one.written)):
        if len(name.written) >= 2 and name.written not in known:
            known.add(name.written)
            found.setdefault(name.written[:2].casefold(), []).append(name)
    return found


def _name(written: str, one: str, worth: float, *, exact: bool) -> _Name:
    closed = _HANGUL.match(written[-1]) is None
    return _Name(written, one, worth, exact, closed)


@lru_cache(maxsize=8)
def _service_names(services: tuple[Service, ...]) -> _Names:
    """Labels and aliases in their own capitals, ids in any; plain words in small letters never."""
    names = []
    for one in services:
        names += [
            _name(written, one.id, 1.0, exact=True)
            for written in (one.label, *one.aliases)
            if written
        ]
        if not one.id.isalpha():
            names.append(_name(one.id.casefold(), one.id, 1.0, exact=False))
    return _indexed(names)


@lru_cache(maxsize=8)
def _cause_names(causes: tuple[Cause, ...]) -> _Names:
    names = []
    for one in causes:
        if one.id == "unknown":
            continue
        for written in (one.label, one.label_ko, *one.aliases, one.id.replace("-", " ")):
            folded = written.casefold()
            if len(folded) < 2 or folded in _EVERYWHERE:
                continue
            short = len(folded) <= 3 and folded.isascii()
            worth = _WEAK if short or folded in _COMMON else 1.0
            names.append(_name(folded, one.id, worth, exact=False))
            if folded.isascii() and folded.isalpha():
                names.append(_name(f"{folded}s", one.id, worth, exact=False))
    return _indexed(names)
