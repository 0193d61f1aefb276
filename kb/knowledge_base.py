"""The one door to a knowledge base for the command line, the web and other programs.

    knowledge_base = KnowledgeBase.open("entries")
    knowledge_base.sync()
    for hit in knowledge_base.search("카카오톡 로그인 장애").hits:
        print(hit.id, hit.title)

It wires the parts together and holds no knowledge of its own: what a file says is
`kb.document`'s, what a query means `kb.search.compile`'s, how an index is kept `kb.indexing`'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kb import config, corpus, new_entry
from kb.errors import BrokenIndex, CorpusError, IndexFailure, NotFound, UsageError
from kb.indexing import Indexer, Progress
from kb.model import Finding
from kb.search import location
from kb.search.answer import Options, Searcher
from kb.search.documents import fold
from kb.search.engine import Keyword, Request, SearchEngine
from kb.search.lean_import import lean_import

if TYPE_CHECKING:
    from datetime import date
    from types import ModuleType

    from kb.model import Postmortem
    from kb.search.results import SearchResults
    from kb.search.sync import SyncStats

ENVIRONMENT = "KB_ENTRIES"

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """One entry in a list. Dates and instants are ISO 8601 text or None."""

    id: str
    path: str
    title: str
    date: str | None
    services: tuple[str, ...]
    causes: tuple[str, ...]
    severity: str
    status: str
    started: str | None
    resolved: str | None
    duration_minutes: int | None
    open_follow_ups: int
    problems: int


@dataclass(frozen=True, slots=True)
class NameCount:
    """A service or a cause, and how often entries name it.

    Attributes:
        latest: the day of the latest entry that names it, ISO 8601, or None.
        known: whether the vocabulary has it.
    """

    id: str
    label: str = ""
    label_ko: str = ""
    owner: str = ""
    definition: str = ""
    aliases: tuple[str, ...] = ()
    count: int = 0
    latest: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What can be said of the index without comparing every file.

    Attributes:
        location: the index's folder, or None where it is in memory.
        problems: how many findings the entries have.
        size_bytes: of the index on disk.
    """

    engine: str
    location: str | None
    entries: int
    problems: int
    size_bytes: int
    up_to_date: bool


class KnowledgeBase:
    """An entries folder with its vocabulary and its index.

    Attributes:
        folder: the entries folder, absolute.
        config: what its kb.toml says.
        findings: what is wrong with its kb.toml.
    """

    def __init__(
        self,
        folder: Path,
        *,
        engine: str | None = None,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = folder
        self.config, self.findings = config.load(folder)
        self._notify = notify or (lambda _: None)
        self._searchers: tuple[tuple[SearchEngine, str], Searcher] | None = None
        chosen = engine or os.environ.get("KB_ENGINE") or self.config.engine.type
        if chosen != "whoosh":
            raise UsageError(f"There is no search engine {chosen!r}.", "Use the engine whoosh.")

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        engine: str | None = None,
        notify: Callable[[str], None] | None = None,
    ) -> KnowledgeBase:
        """Open a knowledge base. Nothing is indexed before `sync`.

        Args:
            path: the entries folder; None: `KB_ENTRIES`, else the nearest `entries` upward.
            engine: the engine's name; None: `KB_ENGINE`, else what kb.toml says.
            notify: receives one-line notices, such as that the index had to be rebuilt.

        Raises:
            CorpusError: there is no such folder, or it cannot be read.
            UsageError: there is no such engine.
        """
        chosen = path or os.environ.get(ENVIRONMENT)
        folder = Path(chosen).expanduser() if chosen else corpus.find_folder(Path.cwd())
        folder = folder.absolute()
        corpus.require_folder(folder)
        return cls(folder, engine=engine, notify=notify)

    @cached_property
    def _indexer(self) -> Indexer:
        place, notice = location.index_folder(self.folder)
        if notice:
            self._notify(notice)
        return Indexer(self.folder, _whoosh_engine().WhooshEngine(place), place, self.config)

    @property
    def _engine(self) -> SearchEngine:
        return self._indexer.engine

    def sync(self, progress: Progress | None = None, *, rebuild: bool = False) -> SyncStats:
        """Bring the index up to date with the files; quick where it is already.

        A broken or old index is made anew, with a notice; where none can be written, one is
        kept in memory for as long as this object lives, with a notice.

        Raises:
            CorpusError: the entries folder cannot be read.
        """
        try:
            return self._synced(progress, rebuild=rebuild)
        except IndexFailure as error:
            self._notify(f"{error.message} Searching without it. {error.remedy}")
            self._indexer = replace(
                self._indexer, engine=_whoosh_engine().WhooshEngine(None), beside=None
            )
            return self._indexer.sync(progress)

    def _synced(self, progress: Progress | None, *, rebuild: bool) -> SyncStats:
        indexer = self._indexer
        try:
            if indexer.beside is not None and not rebuild:
                rebuild = not _whoosh_engine().exists(indexer.beside)
            return indexer.sync(progress, rebuild=rebuild)
        except BrokenIndex as error:
            self._notify(f"{error.message} It is made anew from the entries.")
            return indexer.sync(progress, rebuild=True)

    def _asked(self, ask: Callable[[SearchEngine], _Answer]) -> _Answer:
        """An answer of the engine; once more after a rebuild where the index is broken."""
        try:
            return ask(self._engine)
        except BrokenIndex as error:
            self._notify(f"{error.message} It is made anew from the entries.")
            self.sync(rebuild=True)
            return ask(self._engine)

    def search(  # noqa: PLR0913 -- the options of a search, by name
        self,
        text: str,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: str | None = None,
        services: Sequence[str] = (),
        causes: Sequence[str] = (),
        severities: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        today: date | None = None,
    ) -> SearchResults:
        """Search what was last synced.

        Args:
            text: a query (see README, "What to type"); anything at all may stand in it.
            limit: how many hits at most, up to 1000.
            offset: how many hits to leave out before.
            sort: relevance, newest, oldest or longest; None: as the query asks.
            services: like `service:a,b` in the query.
            causes: like `cause:a,b` in the query.
            severities: like `severity:a,b` in the query.
            since: like `since:` in the query; the day itself counts.
            until: like `until:` in the query; the day itself counts.
            today: the day that `7d` and the like count from; None: the current day.

        Raises:
            UsageError: an unknown sort, a limit out of range, a date that cannot be read.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        options = Options(limit, offset, sort, services, causes, severities, since, until)
        day = today or _today()
        return self._asked(lambda engine: self._searcher(engine).search(text, options, day))

    def _searcher(self, engine: SearchEngine) -> Searcher:
        """A searcher for the index as it is now; it remembers what the last one looked up."""
        state = (engine, engine.version())
        if self._searchers is None or self._searchers[0] != state:
            self._searchers = (state, Searcher(engine, self.config.vocabulary))
        return self._searchers[1]

    def get(self, entry_id: str) -> Postmortem:
        """One entry, read from its file: by id, former id, path, or a beginning that only it has.

        Raises:
            NotFound: there is none; `nearest` names similar ids.
            CorpusError: its file cannot be read any more.
        """
        from kb import document

        path = self._path_of(entry_id)
        content = self._content(path)
        return document.parse(content, path, self.config.vocabulary, self.config.timezone)

    def raw(self, entry_id: str) -> str:
        """The text of one entry's file. Raises what `get` raises."""
        return self._content(self._path_of(entry_id)).decode("utf-8-sig", "replace")

    def _content(self, path: str) -> bytes:
        content = corpus.read(self.folder, path, corpus.scan(self.folder))
        if isinstance(content, Finding):
            raise CorpusError(content.message, content.help)
        return content

    def _path_of(self, name: str) -> str:
        wanted = fold(name)
        found = self._asked(
            lambda engine: engine.search(Request(condition=Keyword("id", (wanted,)), limit=1))
        )
        if found.hits:
            return found.hits[0].path
        rows = self._asked(lambda engine: engine.rows())
        for matches in (
            [row.path for row in rows if fold(row.path) == wanted.removeprefix("entries/")],
            [row.path for row in rows if wanted and fold(row.id).startswith(wanted)],
        ):
            if len(matches) == 1:
                return matches[0]
        raise _no_such_entry(name, [row.id for row in rows])

    def list(self, *, sort: str = "newest") -> tuple[EntrySummary, ...]:
        """Every entry.

        Raises:
            UsageError: there is no such sort.
        """
        order = Options(sort=sort).checked_sort() or "newest"
        count = len(self._asked(lambda engine: engine.rows()))
        found = self._asked(lambda engine: engine.search(Request(sort=order, limit=count)))
        return tuple(_summary(hit.shown) for hit in found.hits)

    def services(self) -> tuple[NameCount, ...]:
        """The services of the vocabulary, then those that only entries name, by count."""
        known = [
            NameCount(one.id, label=one.label, owner=one.owner, aliases=one.aliases)
            for one in self.config.vocabulary.services.values()
        ]
        return self._counted("service", known)

    def causes(self) -> tuple[NameCount, ...]:
        """The causes of the vocabulary, then those that only entries name, by count."""
        known = [
            NameCount(
                one.id,
                label=one.label,
                label_ko=one.label_ko,
                definition=one.definition,
                aliases=one.aliases,
            )
            for one in self.config.vocabulary.causes.values()
        ]
        return self._counted("cause", known)

    def _counted(self, facet: str, known: Sequence[NameCount]) -> tuple[NameCount, ...]:
        counts: dict[str, list[int]] = {}
        for row in self._asked(lambda engine: engine.rows()):
            for name in row.facets[facet]:
                counts.setdefault(name, []).append(row.numbers.get("date", 0))
        ids = {name.id for name in known}
        unknown = [NameCount(name, known=False) for name in sorted(counts) if name not in ids]
        counted = (
            replace(name, count=len(days), latest=_iso(max(days)))
            if (days := counts.get(name.id))
            else name
            for name in (*known, *unknown)
        )
        return tuple(sorted(counted, key=lambda name: -name.count))

    def new(
        self,
        title: str,
        *,
        services: Sequence[str] = (),
        causes: Sequence[str] = (),
        severity: str = "",
        today: date | None = None,
    ) -> Path:
        """Write a new draft into the folder of its year; never overwrites.

        Raises:
            UsageError: no title, or a cause or severity that the vocabulary does not have.
            CorpusError: the file exists, or cannot be written.
        """
        day = today or _today()
        identifier = new_entry.entry_id(title, day)
        place = self.folder / f"{day.year:04d}" / f"{identifier}.md"
        content = new_entry.template(
            title,
            day,
            services=[
                self.config.vocabulary.canonical("service", name) or name for name in services
            ],
            causes=[self._resolved("cause", name) for name in causes],
            severity=self._resolved("severity", severity) if severity else "",
            timezone=self.config.timezone,
        )
        corpus.write_new(place, content)
        return place

    def _resolved(self, field: str, name: str) -> str:
        canonical = self.config.vocabulary.canonical(field, name)
        if canonical is None:
            nearest = self.config.vocabulary.nearest(field, name)
            known = nearest or self.config.vocabulary.known(field)
            raise UsageError(f"There is no {field} {name!r}.", f"Did you mean {', '.join(known)}?")
        return canonical

    def status(self) -> IndexStatus:
        """What can be said of the index without reading every file."""
        rows = self._asked(lambda engine: engine.rows())
        place = self._indexer.beside
        return IndexStatus(
            engine="whoosh",
            location=str(place) if place else None,
            entries=len(rows),
            problems=sum(row.problems for row in rows),
            size_bytes=sum(f.stat().st_size for f in place.iterdir()) if place else 0,
            up_to_date=self._indexer.is_fresh(corpus.scan(self.folder)),
        )

    def close(self) -> None:
        """Let go of the index's files; the next search opens them again."""
        if "_indexer" in self.__dict__:
            self._engine.close()

    def verify(self) -> tuple[Finding, ...]:
        """What differs between index and files, each file read; then every entry's findings."""
        return self._asked(lambda _: self._indexer.verify())


def _whoosh_engine() -> ModuleType:
    """The engine's module, imported when it is first needed."""
    with lean_import():
        from kb.search import whoosh_engine

    return whoosh_engine


def _today() -> date:
    from datetime import date

    return date.today()  # noqa: DTZ011 -- the day where the person sits is what they mean


def _iso(ordinal: int) -> str | None:
    from datetime import date

    return date.fromordinal(ordinal).isoformat() if ordinal else None


def _summary(shown: Mapping[str, Any]) -> EntrySummary:
    return EntrySummary(
        id=shown["id"],
        path=shown["path"],
        title=shown["title"],
        date=shown["date"],
        services=tuple(shown["services"]),
        causes=tuple(shown["causes"]),
        severity=shown["severity"],
        status=shown["status"],
        started=shown["started"],
        resolved=shown["resolved"],
        duration_minutes=shown["duration_minutes"],
        open_follow_ups=shown["open_follow_ups"],
        problems=len(shown["findings"]),
    )


def _no_such_entry(name: str, ids: Sequence[str]) -> NotFound:
    from kb.vocabulary import near

    holding = [one for one in ids if fold(name) and fold(name) in fold(one)]
    nearest = (*near(name, ids), *holding)[:5]
    remedy = f"Did you mean {', '.join(nearest)}?" if nearest else "`kb list` shows all entries."
    return NotFound(f"There is no entry {name!r}.", remedy, tuple(nearest))
