"""What the contract suite runs on: the engines, a small corpus in two languages, requests.

Another engine joins by one line in `ENGINES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import document
from kb.search import documents, text
from kb.search.columns import Columns
from kb.search.engine import (
    AllOf,
    AnyOf,
    Between,
    Changes,
    Condition,
    Document,
    Except,
    Keyword,
    Listed,
    Paths,
    Request,
    Results,
    SearchEngine,
    TermSequence,
    Word,
)
from kb.search.tantivy_engine import TantivyEngine
from kb.search.whoosh_engine import WhooshEngine
from kb.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

ENGINES: dict[str, Callable[[Path], SearchEngine]] = {
    "whoosh": WhooshEngine,
    "whoosh in memory": lambda _: WhooshEngine(None),
    "tantivy": TantivyEngine,
    "tantivy in memory": lambda _: TantivyEngine(None),
}

VOCABULARY = Vocabulary()
EVERYTHING = Request(limit=1000)

CORPUS = {
    "2024/failover.md": """\
---
title: Payments database failover was slow
date: 2024-01-10
services: [payments-api, ledger]
causes: [database, capacity]
severity: sev1
status: published
timezone: Asia/Seoul
started: 2024-01-10T10:00:00+09:00
detected: 2024-01-10T10:05:00+09:00
resolved: 2024-01-10T12:30:00+09:00
tags: [failover]
authors: [Kim Min-ji]
aliases: [pay-2024-01]
organisation: Example Bank
---
## Summary
The primary database stopped and the replica took over after two hours.
## Impact
Payments failed for every third customer.
## Root cause
The connection pool of the replica was exhausted.
## Follow-ups
- [ ] Test the failover of the database every month — owner: storage, due: 2024-02-01
- [x] Raise the size of the pool
""",
    "2024/login.md": """\
---
title: 로그인 장애
date: 2024-02-20
services: [account]
causes: [network]
severity: sev2
status: published
timezone: Asia/Seoul
started: 2024-02-20T09:00:00+09:00
resolved: 2024-02-20T09:40:00+09:00
tags: [로그인]
---
## 요약
네트워크 장비의 오류로 로그인이 되지 않았다. 데이터베이스는 정상이었다.
## 원인
스위치의 메모리가 고갈되어 패킷을 버렸다.
""",
    "2023/route-leak.md": """\
---
title: BGP route leak took the CDN away
date: 2023-05-05
services: [cdn]
causes: [network]
severity: sev2
status: published
started: 2023-05-05T00:00:00Z
---
## Summary
A provider announced our prefixes; the route leak lasted all night.
## Impact
The network was slow in Europe.
""",
    "2023/dns-typo.md": """\
---
title: A typo in the zone broke DNS
date: 2023-06-30
services: [dns, cdn]
causes: [config-change]
severity: sev3
status: in-review
started: 2023-06-30T08:00:00Z
resolved: 2023-06-30T08:30:00Z
---
## Summary
Names did not resolve. The leak of a secret had nothing to do with the route.
## Response
The zone was rolled back at 10.0.0.1 with payments-api offline.
""",
    "2022/kafka.md": """\
---
title: Kafka consumers lagged behind
date: 2022-03-03
services: [orders]
causes: [capacity]
severity: sev4
status: published
started: 2022-03-03T01:00:00Z
resolved: 2022-03-05T01:00:00Z
---
## Summary
The consumers of the order topic could not keep up. Kafka, Kafka, Kafka.
## Follow-ups
- [ ] Add partitions — owner: orders
""",
    "2021/워크넷-지연.md": """\
---
title: 워크넷 접속 지연
date: 2021-12-01
services: [worknet]
causes: [capacity]
severity: sev3
status: published
started: 2021-12-01T00:00:00Z
resolved: 2021-12-01T05:00:00Z
---
## 요약
채용 공고가 몰려 워크넷 접속이 지연되었다. 데이터베이스 연결이 고갈되었다.
""",
    "notes.md": """\
---
title: Undated notes
status: draft
---
Route tables, and a leak of memory. No database here but the word.
## Lessons
A platypus is no database.
""",
}


def made(
    path: str,
    content: str,
    *,
    fingerprint: str = "",
    resolve: Callable[[str, str], str | None] = VOCABULARY.canonical,
) -> Document:
    """A document as an index gets it."""
    entry = document.parse(content.encode(), path, VOCABULARY, "")
    return documents.build(entry, fingerprint or f"content of {path}", resolve)


def listed(content: Mapping[str, str]) -> tuple[Listed, ...]:
    """Documents as an engine lists them: path -> Markdown in, in this order."""
    columns = Columns()
    entries = [made(path, text) for path, text in content.items()]
    for entry in entries:
        columns.add(entry)
    return tuple(Listed(columns.row(at), entry.summary) for at, entry in enumerate(entries))


def corpus() -> list[Document]:
    return [made(path, content) for path, content in CORPUS.items()]


def filled(engine: SearchEngine, content: Iterable[Document]) -> SearchEngine:
    """The engine with an index of these documents."""
    engine.clear()
    engine.apply(Changes(documents=content))
    return engine


def edition(number: int) -> Changes:
    """Five documents that are always replaced together."""
    content = f"---\ntitle: Edition {number}\nstatus: draft\n---\nedition\n"
    return Changes(documents=[made(f"e{n}.md", content) for n in range(5)])


def stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md")


def found(results: Results) -> list[str]:
    """The stems of the files that were found, in order."""
    return [stem(hit.path) for hit in results.hits]


def paths(engine: SearchEngine) -> set[str]:
    """Those that the engine's index knows."""
    return {row.path for row in engine.rows()}


def sequence(typed: str, *, adjacent: bool = True) -> TermSequence:
    tokens = [token for token in text.tokens(text.normalise(typed)) if not token.whole]
    first = tokens[0].position
    return TermSequence(
        tuple((token.term, token.position - first) for token in tokens),
        adjacent=adjacent and len(tokens) > 1,
    )


def word(typed: str, *others: str, zone: str | None = None, adjacent: bool = True) -> Word:
    """A word or phrase as typed, with other spellings of it."""
    spellings = (sequence(each, adjacent=adjacent) for each in (typed, *others))
    return Word(typed, tuple(spellings), zone)


@dataclass(frozen=True, slots=True)
class Case:
    """A request and what it finds: the stems of the files, those that match well first."""

    name: str
    request: Request
    well: frozenset[str]
    rest: frozenset[str] = frozenset()


def _words(name: str, words: tuple[Word, ...], well: str, rest: str = "") -> Case:
    return Case(name, Request(words, limit=50), frozenset(well.split()), frozenset(rest.split()))


def _filter(name: str, condition: Condition, well: str) -> Case:
    return Case(name, Request(condition=condition, limit=50), frozenset(well.split()))


_EVERYTHING = "failover login route-leak dns-typo kafka 워크넷-지연 notes"
_SEVERAL = AllOf((Keyword("cause", ("network",)), Between("date", 738_645, None)))

CASES = (
    _words("no word and no condition finds everything", (), _EVERYTHING),
    _words("a word in English", (word("database"),), "failover notes"),
    _words("a word by its stem", (word("consumer"),), "kafka"),
    _words("a word in Korean", (word("데이터베이스"),), "login 워크넷-지연"),
    _words("a word in Korean under its particle", (word("로그인이"),), "login"),
    _words("a word that holds parts of another", (word("워크넷"),), "워크넷-지연"),
    _words("a word that nothing holds", (word("zeppelin"),), ""),
    _words(
        "two spellings of one word",
        (word("database", "데이터베이스"),),
        "failover notes login 워크넷-지연",
    ),
    _words("two words, one entry has both", (word("database"), word("pool")), "failover", "notes"),
    _words(
        "three words, none has all: those with the most and one fewer",
        (word("typo"), word("secret"), word("kafka")),
        "dns-typo kafka",
    ),
    _words(
        "four words, one entry has three",
        (word("typo"), word("secret"), word("route"), word("kafka")),
        "dns-typo",
        "kafka route-leak notes",
    ),
    _words("a phrase", (word("route leak"),), "route-leak"),
    _words(
        "the same words in any order",
        (word("route leak", adjacent=False),),
        "route-leak dns-typo notes",
    ),
    _words("a phrase over a stop word", (word("leak of memory"),), "notes"),
    _words("a phrase with an address in it", (word("10.0.0.1"),), "dns-typo"),
    _words("a joined word", (word("payments-api"),), "failover dns-typo"),
    _words("a word in the title", (word("failover", zone="title"),), "failover"),
    _words("a word in a section", (word("route", zone="summary"),), "route-leak dns-typo notes"),
    _words("a word in no such place", (word("kafka", zone="impact"),), ""),
    _words("a phrase in a section", (word("connection pool", zone="root-cause"),), "failover"),
    _words("a phrase in another section", (word("connection pool", zone="summary"),), ""),
    _words("a Korean word in a section", (word("고갈", zone="root-cause"),), "login"),
    _words("a word in a section of another kind", (word("platypus", zone="other"),), "notes"),
    _words("a word of a follow-up", (word("partitions", zone="follow-ups"),), "kafka"),
    _filter("a keyword", Keyword("service", ("cdn",)), "route-leak dns-typo"),
    _filter("one of several keywords", Keyword("service", ("dns", "orders")), "dns-typo kafka"),
    _filter("a keyword that nothing has", Keyword("service", ("nope",)), ""),
    _filter("any value of a field", Keyword("tag", ()), "failover login"),
    _filter("a Korean keyword", Keyword("tag", ("로그인",)), "login"),
    _filter("a keyword of an unknown key", Keyword("organisation", ("example bank",)), "failover"),
    _filter("a word of a keyword", Keyword("author~", ("kim",)), "failover"),
    _filter("a former id", Keyword("id", ("pay-2024-01",)), "failover"),
    _filter("a number between", Between("duration", 31, 150), "failover login"),
    _filter("a number from", Between("duration", 300, None), "kafka 워크넷-지연"),
    _filter("a number up to", Between("duration", None, 30), "dns-typo"),
    _filter("a number that is known", Between("due", None, None), "failover"),
    _filter("no number between", Between("duration", 5, 4), ""),
    _filter("two things at once", _SEVERAL, "route-leak login"),
    _filter("nothing at all is one of none", AnyOf(()), ""),
    _filter(
        "either",
        AnyOf((Keyword("severity", ("sev1",)), Keyword("status", ("draft",)))),
        "failover notes",
    ),
    _filter("not", Except(Keyword("status", ("published",))), "dns-typo notes"),
    _filter("not not", Except(Except(Keyword("service", ("cdn",)))), "route-leak dns-typo"),
    _filter(
        "neither",
        AllOf((Except(Keyword("has", ("service",))), Except(Keyword("id", ("x",))))),
        "notes",
    ),
    _filter("a word as a condition", word("database"), "failover notes"),
    _filter("not a word", Except(word("database")), "login route-leak dns-typo kafka 워크넷-지연"),
    _filter(
        "a phrase as a condition",
        Except(word("route leak")),
        "failover login dns-typo kafka 워크넷-지연 notes",
    ),
    _filter(
        "these paths",
        Paths(frozenset({"2022/kafka.md", "2021/워크넷-지연.md", "gone.md"})),
        "kafka 워크넷-지연",
    ),
    _filter("no path", Paths(frozenset()), ""),
)
