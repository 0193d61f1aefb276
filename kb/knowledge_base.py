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
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from kb import config, corpus
from kb.errors import BrokenIndex, CorpusError, IndexFailure, NotFound, UsageError
from kb.finding import Finding
from kb.indexing import Indexer, Progress, read_entry
from kb.search import location
from kb.search.answer import Options, Searcher
from kb.search.documents import fold
from kb.search.engine import Keyword, Request, SearchEngine
from kb.search.lean_import import lean_import
from kb.search.stamps import Album

if TYPE_CHECKING:
    from datetime import date
    from types import ModuleType

    from kb.config import Config
    from kb.model import Postmortem
    from kb.overview import EntrySummary, IndexStatus, NameCount
    from kb.search.results import SearchResults
    from kb.search.sync import SyncStats

__all__ = ["KnowledgeBase"]

ENVIRONMENT = "KB_ENTRIES"

_SAME_ID = 100
"""Entries of one id that are looked at, of which there should be one."""
_Answer = TypeVar("_Answer")


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
        self._config_stat = corpus.stat_of(folder / config.NAME)
        self.config, self.findings = config.load(folder)
        self._notify = notify or (lambda _: None)
        self._lock = RLock()
        self._opened: Indexer | None = None
        self._searcher: Searcher | None = None
        self._searched: tuple[SearchEngine, str, Config] | None = None
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
        try:
            folder = Path(chosen).expanduser() if chosen else corpus.find_folder(Path.cwd())
            folder = folder.absolute()
        except (OSError, RuntimeError) as error:
            raise CorpusError(
                f"The entries folder {chosen or ''} cannot be found: {error}.",
                "Name the folder with its whole path, as --entries or KB_ENTRIES.",
            ) from error
        corpus.require_folder(folder)
        return cls(folder, engine=engine, notify=notify)

    @property
    def _indexer(self) -> Indexer:
        with self._lock:
            if self._opened is None:
                place, notice = location.index_folder(self.folder)
                if notice:
                    self._notify(notice)
                engine = _whoosh_engine().WhooshEngine(place)
                self._opened = Indexer(self.folder, engine, Album(place), self.config, self._notify)
            return self._opened

    @property
    def _engine(self) -> SearchEngine:
        return self._indexer.engine

    def sync(self, progress: Progress | None = None, *, rebuild: bool = False) -> SyncStats:
        """Bring the index up to date with the files and with kb.toml; quick where it is already.

        A broken or old index is made anew, with a notice; where none can be written, one is
        kept in memory for as long as this object lives, with a notice.

        Raises:
            CorpusError: the entries folder cannot be read.
        """
        self._read_config()
        return self._kept(lambda indexer: indexer.sync(progress, rebuild=rebuild))

    def _read_config(self) -> None:
        """Read kb.toml again where it has changed."""
        stat = corpus.stat_of(self.folder / config.NAME)
        with self._lock:
            if stat != self._config_stat:
                self._config_stat = stat
                self.config, self.findings = config.load(self.folder)
                if self._opened is not None:
                    self._opened = replace(self._opened, config=self.config)

    def _kept(self, keep: Callable[[Indexer], SyncStats]) -> SyncStats:
        """Do something to the index; where it cannot be written, to one in memory."""
        indexer = self._indexer
        try:
            return keep(indexer)
        except IndexFailure as error:
            if indexer.album.folder is None:
                raise
            with self._lock:
                if self._indexer.engine is indexer.engine:  # no other thread was here before
                    self._notify(f"{error.message} Searching without it. {error.remedy}")
                    engine = _whoosh_engine().WhooshEngine(None)
                    self._opened = replace(indexer, engine=engine, album=Album(None))
            return keep(self._indexer)

    def _asked(self, ask: Callable[[SearchEngine], _Answer]) -> _Answer:
        """An answer of the engine; once more after it was mended where the index is broken."""
        try:
            return ask(self._engine)
        except BrokenIndex as error:
            broken = error
        self._kept(lambda indexer: indexer.mend(broken))
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
        return self._asked(lambda engine: self._searcher_of(engine).search(text, options, day))

    def _searcher_of(self, engine: SearchEngine) -> Searcher:
        """A searcher for the index as it is now; it remembers what the last one looked up."""
        with self._lock:
            state = (engine, engine.version(), self.config)
            if self._searcher is None or self._searched != state:
                self._searched = state
                self._searcher = Searcher(engine, self.config.vocabulary)
            return self._searcher

    def get(self, entry_id: str) -> Postmortem:
        """One entry, read from its file: by id, former id, path, or a beginning that only it has.

        Raises:
            NotFound: there is none; `nearest` names similar ids.
            CorpusError: its file cannot be read any more.
        """
        path = self._path_of(entry_id)
        return read_entry(self._content(path), path, self.config)

    def raw(self, entry_id: str) -> str:
        """The text of one entry's file. Raises what `get` raises."""
        return self._content(self._path_of(entry_id)).decode("utf-8-sig", "replace")

    def _content(self, path: str) -> bytes:
        content = corpus.read(self.folder, path, corpus.Scan())
        if isinstance(content, Finding):  # its name on disk may be written otherwise
            content = corpus.read(self.folder, path, corpus.scan(self.folder))
        if isinstance(content, Finding):
            raise CorpusError(content.message, content.help)
        return content

    def _path_of(self, name: str) -> str:
        """The path of the entry that a person means; of several of one id, the one so written."""
        wanted = fold(name)
        named = Request(condition=Keyword("id", (wanted,)), limit=_SAME_ID, facets=False)
        hits = self._asked(lambda engine: engine.search(named)).hits
        if hits:
            alike = [hit for hit in hits if fold(hit.shown["id"]) == wanted] or list(hits)
            exact = [hit for hit in alike if hit.shown["id"] == name]
            return min(hit.path for hit in exact or alike)
        rows = self._asked(lambda engine: engine.rows())
        place = fold(self._relative(name))
        for matches in (
            [row.path for row in rows if fold(row.path) == place],
            [row.path for row in rows if wanted and fold(row.id).startswith(wanted)],
        ):
            if len(matches) == 1:
                return matches[0]
        raise _no_such_entry(name, [row.id for row in rows])

    def _relative(self, name: str) -> str:
        """A file's path as an entry's path: as it is, or from the current folder."""
        place = os.path.abspath(name)  # noqa: PTH100 -- a link stays a link
        if os.path.isfile(place):  # noqa: PTH113 -- any text may stand here
            inside = os.path.relpath(place, self.folder)
            if not inside.startswith(os.pardir):
                return inside.replace(os.sep, "/")
        return name.removeprefix("./").removeprefix("entries/")

    def list(self, *, sort: str = "newest") -> tuple[EntrySummary, ...]:
        """Every entry.

        Raises:
            UsageError: there is no such sort.
        """
        order = Options(sort=sort).checked_sort() or "newest"
        count = len(self._asked(lambda engine: engine.rows()))
        found = self._asked(lambda engine: engine.search(Request(sort=order, limit=count)))
        from kb.overview import summary

        return tuple(summary(hit.shown) for hit in found.hits)

    def services(self) -> tuple[NameCount, ...]:
        """The services of the vocabulary, then those that only entries name, by count."""
        from kb.overview import NameCount

        known = [
            NameCount(one.id, label=one.label, owner=one.owner, aliases=one.aliases)
            for one in self.config.vocabulary.services.values()
        ]
        return self._counted("service", known)

    def causes(self) -> tuple[NameCount, ...]:
        """The causes of the vocabulary, then those that only entries name, by count."""
        from kb.overview import NameCount

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
        from kb.overview import counted

        return counted(self._asked(lambda engine: engine.rows()), facet, known)

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
        from kb import new_entry

        identifier = new_entry.entry_id(title, day)
        place = self.folder / f"{day.year:04d}" / f"{identifier}.md"
        self._see_that_new(identifier)
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

    def _see_that_new(self, identifier: str) -> None:
        """Raise CorpusError where an entry of this id exists, in whatever folder."""
        for path in corpus.scan(self.folder).files:
            if fold(path.rpartition("/")[2].rpartition(".")[0]) == fold(identifier):
                raise CorpusError(
                    f"{self.folder / path} exists already.", "Choose another title or date."
                )

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
        place = self._indexer.album.folder
        from kb.overview import IndexStatus

        return IndexStatus(
            engine="whoosh",
            location=str(place) if place else None,
            entries=len(rows),
            problems=sum(row.problems for row in rows),
            size_bytes=location.size(place) if place else 0,
            up_to_date=self._indexer.agrees(),
        )

    def close(self) -> None:
        """Let go of the index's files; the next search opens them again."""
        if self._opened is not None:
            self._opened.engine.close()

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


def _no_such_entry(name: str, ids: Sequence[str]) -> NotFound:
    from kb.vocabulary import near

    holding = [one for one in ids if fold(name) and fold(name) in fold(one)]
    nearest = (*near(name, ids), *holding)[:5]
    remedy = f"Did you mean {', '.join(nearest)}?" if nearest else "`kb list` shows all entries."
    return NotFound(f"There is no entry {name!r}.", remedy, tuple(nearest))
