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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb import corpus, entry_files
from kb.errors import CorpusError, UsageError
from kb.kept_index import KeptIndex
from kb.reading import read_entry
from kb.search.engine import DEFAULT_FACETS, Request, SearchEngine
from kb.search.options import Options

if TYPE_CHECKING:
    from datetime import date

    from kb.config import Config
    from kb.figures import Figures
    from kb.follow_ups import FollowUps
    from kb.indexing import Progress
    from kb.model import Postmortem
    from kb.overview import EntrySummary, NameCount
    from kb.recurrences import Recurrence
    from kb.related import RelatedEntries, Relations
    from kb.review.report import Report
    from kb.search.answer import Searcher
    from kb.search.results import SearchResults
    from kb.search.suggestion import Suggestion
    from kb.stats import Statistics

__all__ = ["KnowledgeBase"]

ENVIRONMENT = "KB_ENTRIES"


class KnowledgeBase(KeptIndex):
    """An entries folder with its vocabulary and its index."""

    def __init__(
        self,
        folder: Path,
        *,
        engine: str | None = None,
        notify: Callable[[str], None] | None = None,
        snapshot: Path | None = None,
    ) -> None:
        super().__init__(folder, engine=engine, notify=notify, snapshot=snapshot)
        self._searcher: Searcher | None = None
        self._searched: tuple[SearchEngine, str, Config] | None = None
        self._relations: tuple[tuple[SearchEngine, str, Config], Relations] | None = None
        self._figures: tuple[Searcher, Figures] | None = None

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        engine: str | None = None,
        notify: Callable[[str], None] | None = None,
        snapshot: Path | None = None,
    ) -> KnowledgeBase:
        """Open a knowledge base. Nothing is indexed before `sync`.

        Args:
            path: the entries folder; None: `KB_ENTRIES`, else the nearest `entries` upward.
            engine: the engine's name; None: `KB_ENGINE`, else what kb.toml says.
            notify: receives one-line notices, such as that the index had to be rebuilt.
            snapshot: a folder that `set_aside` filled: answer from that state for good.

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
        return cls(folder, engine=engine, notify=notify, snapshot=snapshot)

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
        facets: Sequence[str] = DEFAULT_FACETS,
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
            facets: what to count the found entries by: of `kb.search.engine.FACETS`.

        Raises:
            UsageError: an unknown sort or facet, a limit out of range, a date that cannot be
                read.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        options = Options(limit, offset, sort, services, causes, severities, since, until, facets)
        day = today or _today()
        return self._asked(lambda engine: self._searcher_of(engine).search(text, options, day))

    def _searcher_of(self, engine: SearchEngine) -> Searcher:
        """A searcher for the index as it is now; it remembers what the last one looked up."""
        from kb.search.answer import Searcher

        with self._lock:
            state = (engine, engine.version(), self.config)
            if self._searcher is None or self._searched != state:
                self._searched = state
                self._searcher = Searcher(engine, self.config.vocabulary)
            return self._searcher

    def stats(
        self, query: str = "", *, by: str = "service", today: date | None = None
    ) -> Statistics:
        """Figures over the entries that match a query well; over all where it is empty.

        Args:
            query: as for `search`.
            by: what to group by: service, cause, month or severity.
            today: the day on which follow-ups are overdue or not; None: the current day.

        Raises:
            UsageError: nothing can be grouped so.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        return self._asked(lambda each: self._figures_of(each).stats(query, by, today or _today()))

    def follow_ups(  # noqa: PLR0913 -- the options, by name
        self,
        query: str = "",
        *,
        open_only: bool = False,
        overdue_only: bool = False,
        owner: str | None = None,
        today: date | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> FollowUps:
        """The follow-ups of the entries that match a query well, the most pressing first.

        Args:
            query: as for `search`.
            open_only: leave out what is done.
            overdue_only: leave out what is done, and what is not past its due day.
            owner: only this owner's: in any case, by the whole name or by words of it that
                stand side by side. None: anybody's, and nobody's.
            today: the day that due days are compared with; None: the current day.
            limit: how many items at most; None: all.
            offset: how many items to leave out before.

        Raises:
            UsageError: a limit or offset out of range.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        from kb.follow_ups import Wanted

        wanted = Wanted(open_only, overdue_only, owner, limit, offset)
        day = today or _today()
        return self._asked(lambda each: self._figures_of(each).follow_ups(query, wanted, day))

    def recurrences(self, *, today: date | None = None) -> tuple[Recurrence, ...]:
        """Services that failed again for the same cause, the latest first.

        Args:
            today: the day that due days are compared with; None: the current day.

        Raises:
            IndexFailure: the index can be neither used nor rebuilt.
        """
        return self._asked(lambda each: self._figures_of(each).recurrences(today or _today()))

    def suggest(self, typed: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
        """What somebody may be about to type who has typed so much of a query.

        Args:
            typed: a query up to where the person stands; its last piece is completed.
            limit: how many at most, up to 1000.

        Raises:
            UsageError: a limit out of range.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        Options(limit).check_range()
        return self._asked(lambda each: self._figures_of(each).suggest(typed, limit))

    def _figures_of(self, engine: SearchEngine) -> Figures:
        """The figures of the index as it is now; they last as long as its searcher."""
        from kb.figures import Figures

        with self._lock:
            searcher = self._searcher_of(engine)
            if self._figures is None or self._figures[0] is not searcher:
                self._figures = searcher, Figures(engine, searcher, self.config.vocabulary)
            return self._figures[1]

    def related(
        self, id_or_text: str | Postmortem, *, limit: int = 5, today: date | None = None
    ) -> RelatedEntries:
        """The entries most like another one, or like any text, with what they have in common.

        Args:
            id_or_text: the id (or former id) of an entry; else a text: an alert, a log, a chat,
                a whole Markdown postmortem, whose front matter counts; or an entry that need
                not be indexed. A text is never an error; to insist on an id, ask `id_of` first.
            limit: how many at most, up to 1000.
            today: when a text without a date is of; None: the current day.

        Raises:
            UsageError: a limit out of range.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        day = today or _today()
        Options(limit).check_range()
        return self._asked(lambda engine: self._relations_of(engine).find(id_or_text, limit, day))

    def _relations_of(self, engine: SearchEngine) -> Relations:
        """What finds related entries in the index as it is now; it remembers what it read."""
        from kb.related import Relations

        with self._lock:
            state = (engine, engine.version(), self.config)
            if self._relations is None or self._relations[0] != state:
                self._relations = (state, Relations(engine, self.config))
            return self._relations[1]

    def review(  # noqa: PLR0913 -- the options of a review, by name
        self,
        paths: Sequence[str | Path] = (),
        *,
        base: str | None = None,
        rules: Sequence[str] = (),
        ignore: Sequence[str] = (),
        baseline: Path | None = None,
        related: bool | None = None,
        online: bool = False,
        today: date | None = None,
        workers: int = 1,
        progress: Progress | None = None,
    ) -> Report:
        """Say what is wrong with entries, and what the team has been through already.

        The index is brought up to date where similar incidents are looked up.

        Args:
            paths: files and folders, from the current folder; none: all entries.
            base: a revision of git: only what was added or changed since this branch left it
                is reviewed, and what was wrong there already is marked as inherited.
            rules: codes, names or families of the only rules to apply; none: as kb.toml says.
            ignore: codes, names or families of rules not to apply.
            baseline: a file of findings that are marked as inherited as well.
            related: whether similar incidents are looked up, for all entries or for none; None:
                for added ones and for files that are named.
            online: whether the pages of other hosts that entries link to are asked for.
            today: the day of the review; None: the current day.
            workers: how many processes may share the work where there is much of it; above 1
                the program's main module must be one that can be imported.
            progress: called with how many entries are done and how many there are to do.

        Raises:
            UsageError: a path, a rule, the base or the baseline does not exist; git failed.
            CorpusError: the entries folder cannot be read.
            IndexFailure: the index can be neither used nor rebuilt.
        """
        from kb.review.ids import holders_in
        from kb.review.reviewing import Index, Review
        from kb.review.reviewing import Options as Choices

        self._read_config()
        if self.reads_index and not paths and base is None:
            raise self._without_files("Entries that are not named cannot be reviewed")
        day = today or _today()
        choices = Choices(base, tuple(rules), tuple(ignore), baseline, related, online, workers)
        found, index = corpus.scan(self.folder), None
        if choices.asks_the_index(paths):
            if self._indexer.settled(found) is None:
                self.sync(progress)
            index = Index(
                holders=lambda name: self._asked(lambda engine: holders_in(engine, name)),
                related=lambda entry, limit: self.related(entry, limit=limit, today=day),
            )
        review = Review(self.folder, self.config, self.findings, choices, day, index, progress)
        return review.run(paths, found)

    def id_of(self, name: str) -> str:
        """The id of the entry that a person means, named as for `get`.

        Raises:
            NotFound: there is none; `nearest` names similar ids.
        """
        path = self._path_of(name)
        shown = self._asked(lambda engine: engine.document(path))
        return str(shown["id"]) if shown else name

    def get(self, entry_id: str) -> Postmortem:
        """One entry, from its text: by id, former id, path, or a beginning that only it has.

        Raises:
            NotFound: there is none; `nearest` names similar ids.
            CorpusError: its file cannot be read any more.
        """
        return read_entry(self._content(path := self._path_of(entry_id)), path, self.config)

    def raw(self, entry_id: str) -> str:
        """The text of one entry's file. Raises what `get` raises."""
        from kb.document import text_of

        return text_of(self._content(self._path_of(entry_id)))

    def _path_of(self, name: str) -> str:
        """The path of the entry that a person means."""
        return self._asked(lambda engine: entry_files.path_of(engine, self.folder, name))

    def list(
        self, *, sort: str = "newest", limit: int | None = None, offset: int = 0
    ) -> tuple[EntrySummary, ...]:
        """Every entry, or a page of them.

        Args:
            sort: newest, oldest or longest.
            limit: how many at most, up to 1000; None: all, and `offset` does not count.
            offset: how many to leave out before.

        Raises:
            UsageError: there is no such sort, or a limit or offset out of range.
        """
        options = Options(limit or 0, offset, sort)
        options.check_range()
        order = options.checked_sort() or "newest"
        from kb.overview import summary

        if limit is None:
            entries = self._asked(lambda engine: engine.listed(Request(sort=order)))
            return tuple(summary(entry.summary) for entry in entries)
        page = Request(sort=order, limit=limit, offset=offset, facets=())
        found = self._asked(lambda engine: engine.search(page))
        return tuple(summary(hit.shown) for hit in found.hits)

    def entries(self) -> Iterator[Postmortem]:
        """Every entry, from its text, by path; one that has just been removed is left out."""
        for path, content in self._contents():
            yield read_entry(content, path, self.config)

    def services(self) -> tuple[NameCount, ...]:
        """The services of the vocabulary, then those that only entries name, by count."""
        return self._counted("service")

    def causes(self) -> tuple[NameCount, ...]:
        """The causes of the vocabulary, then those that only entries name, by count."""
        return self._counted("cause")

    def _counted(self, facet: Literal["service", "cause"]) -> tuple[NameCount, ...]:
        from kb.overview import counted, known_names

        known = known_names(self.config.vocabulary, facet)
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
        new_entry.see_that_new(self.folder, identifier)
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


def _today() -> date:
    from datetime import date

    return date.today()  # noqa: DTZ011 -- the day where the person sits is what they mean
