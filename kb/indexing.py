"""Bringing an index up to date with the files: find, compare, read what changed, apply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Timer
from typing import TYPE_CHECKING

from kb import corpus
from kb.duplicate_ids import duplicates, folded
from kb.errors import BrokenIndex
from kb.finding import Finding
from kb.reading import Reader, fingerprint, resolved, salt
from kb.record import record
from kb.search import seals, stamps, sync
from kb.search.engine import Changes, Document, Keyword, Request, SearchEngine
from kb.search.stamps import Album, Stamps
from kb.search.sync import Indexed, SyncStats

if TYPE_CHECKING:
    from pathlib import Path

    from kb.config import Config
    from kb.search.engine import Row

_OUTDATED = ""
"""In the place of the fingerprint of an entry that the index has in a state of before."""

_FEW = 50
"""Entries that are asked for one by one; for more, all that are there are listed."""

NOTICE_SECONDS = 2.0
"""How long somebody waits for another process before that is said."""
_WAITING = "Waiting for another process, which is bringing the index up to date or has just ended."

Progress = Callable[[int, int], None]
"""Called with how many entries are done and how many there are to do."""


@record
class Indexer:
    """What is needed to keep one index.

    Attributes:
        folder: the entries folder.
        album: where the stamps are kept: beside the index, or in memory with it.
        notify: receives one line when the index had to be made anew.
        meanwhile: what may be done while an engine writes.
    """

    folder: Path
    engine: SearchEngine
    album: Album
    config: Config
    notify: Callable[[str], None]
    meanwhile: Callable[[], object] = lambda: None

    def sync(self, progress: Progress | None = None, *, rebuild: bool = False) -> SyncStats:
        """Make the index agree with the files; quick where it does already.

        An index that is damaged, old or somebody else's is made anew, with a notice.

        Raises:
            CorpusError: the folder cannot be read.
            IndexFailure: the index cannot be written.
        """
        begun = time.perf_counter()
        found = corpus.scan(self.folder)
        before = self._version()
        stats = None if rebuild else self.settled(found)
        if stats is None:
            with self._exclusive():
                if self._version() != before:  # while this one waited, another did its work
                    found = corpus.scan(self.folder)
                stats = self._mended(found, progress, rebuild=rebuild)
        return replace(stats, seconds=time.perf_counter() - begun)

    def mend(self, error: BrokenIndex) -> SyncStats:
        """Make an index anew that was found broken, unless another process just did.

        Raises:
            CorpusError, IndexFailure: as `sync` does.
        """
        before = self._version()
        with self._exclusive():
            found = corpus.scan(self.folder)
            same = self._version() == before
            if same and before != "":
                self._tell(error)
            return self._mended(found, None, rebuild=same)

    def settled(self, found: corpus.Scan) -> SyncStats | None:
        """What a sync says where files and index look as they did when they last agreed.

        Returns:
            None where they do not, so that they must be compared.
        """
        version = self._version()
        known = self.album.load()
        if (
            not version
            or known.version != version
            or known.names != self.names
            or known.stats != found.files
            or _OUTDATED in known.fingerprints.values()
            or (self.album.folder and seals.touched(self.album.folder, known.index))
        ):
            return None
        findings = list(found.findings)
        if len(known.fingerprints) < len(found.files):
            for path in sorted(found.files.keys() - known.fingerprints.keys()):
                content = corpus.read(self.folder, path, found)
                if isinstance(content, bytes):
                    return None
                findings.append(content)
        return SyncStats(unchanged=len(known.fingerprints), findings=tuple(findings))

    def agrees(self) -> bool:
        """Whether a sync would find nothing to do; reads files that changed a moment ago."""
        found = corpus.scan(self.folder)
        if self.settled(found) is not None:
            return True
        known, run = self.album.load(), _Run(self, found, None)
        return (known.version, known.names) == (self._version(), self.names) and (
            run.fingerprints(run.trusted(known)) == known.fingerprints
        )

    def verify(self) -> tuple[Finding, ...]:
        """Compare the index with the files, all of them read; nothing is taken from the stamps.

        Returns:
            What differs, as findings of the rule `index`; then what is wrong in the entries.

        Raises:
            BrokenIndex: the index's own files are damaged.
        """
        run = _Run(self, corpus.scan(self.folder), None)
        run.check_seals(self.album.load(), self.engine.version(), thoroughly=True)
        difference = run.compare(run.fingerprints({}))
        differing = [
            _differs(path, why)
            for why, paths in (
                ("is not in the index", difference.added),
                ("is in the index in an older state", difference.changed),
                ("is in the index, but cannot be read from the folder", difference.removed),
            )
            for path in paths
        ]
        named = {finding.path for finding in differing}
        rows = {row.path: row for row in self.engine.rows()}
        differing.extend(
            _differs(document.path, "is in the index with other content")
            for document in run.documents(tuple(run.found.files))
            if document.path not in named and not self._holds(document, rows)
        )
        return (*differing, *run.found.findings, *run.duplicates(), *run.findings)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold off other processes; say so where one of them has to be waited for."""
        waiting = Timer(NOTICE_SECONDS, self.notify, [_WAITING])
        waiting.daemon = True
        waiting.start()
        try:
            with self.engine.exclusive():
                waiting.cancel()
                yield
        finally:
            waiting.cancel()

    def _holds(self, document: Document, rows: Mapping[str, Row]) -> bool:
        """Whether the index has this very document."""
        from kb.search.columns import Columns

        columns = Columns()
        columns.add(document)
        stored = self.engine.document(document.path)
        return rows.get(document.path) == columns.row(0) and stored == document.shown

    def _mended(self, found: corpus.Scan, progress: Progress | None, *, rebuild: bool) -> SyncStats:
        try:
            return _Run(self, found, progress).run(rebuild=rebuild)
        except BrokenIndex as error:
            if rebuild:
                raise
            self._tell(error)
            return _Run(self, found, progress).run(rebuild=True)

    def _tell(self, error: BrokenIndex) -> None:
        self.notify(f"{error.message} It is made anew from the entries.")

    def _version(self) -> str | None:
        """The index's version, or None where it is no index of ours."""
        try:
            return self.engine.version()
        except BrokenIndex:
            return None

    @property
    def names(self) -> str:
        """What the meaning of an entry depends on beside its file."""
        return f"{salt(self.config)} {self.config.vocabulary.fingerprint()}"


@dataclass(slots=True)
class _Run:
    """One sync: the files as they were found, and what was met on the way."""

    indexer: Indexer
    found: corpus.Scan
    progress: Progress | None
    findings: list[Finding] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    stats: Mapping[str, corpus.Stat] = field(default_factory=dict)
    packed: bytes | None = None

    def run(self, *, rebuild: bool) -> SyncStats:
        """Compare, apply, remember."""
        indexer = self.indexer
        album, engine = indexer.album, indexer.engine
        if rebuild or not engine.version():
            rebuild = True
            album.save(Stamps())
            engine.clear()
        self.stats = stamps.rested(self.found.files, self.found.seen)
        known, version = album.load(), engine.version()
        self.check_seals(known, version)
        fingerprints = self.fingerprints(self.trusted(known))
        if (known.version, known.names) == (version, indexer.names):
            # The stamps are of this very state, and cost less to read than the index.
            difference = sync.changes(known.fingerprints, fingerprints)
        else:
            difference = self.compare(fingerprints)
        self._apply(difference, fingerprints)
        self._remember(known, fingerprints)
        added = [path for path in difference.added if path in self.read]
        changed = [path for path in difference.changed if path in self.read]
        return SyncStats(
            added=len(added),
            changed=len(changed),
            removed=len(difference.removed),
            unchanged=len(fingerprints) - len(added) - len(changed),
            rebuilt=rebuild,
            findings=(
                *self.found.findings,
                *self._duplicates_of((*added, *changed)),
                *self.findings,
            ),
        )

    def check_seals(self, known: Stamps, version: str, *, thoroughly: bool = False) -> None:
        """See that the index's own files are as they were written.

        Raises:
            BrokenIndex: some are not, or are gone.
        """
        folder = self.indexer.album.folder
        if folder is None:
            return
        names = seals.broken(folder, known.index, thoroughly=thoroughly)
        if known.version != version:  # a sync that was cut short may have merged some away
            names = tuple(name for name in names if (folder / name).exists())
        if names:
            raise BrokenIndex(
                f"The index in {folder} is damaged ({', '.join(names[:3])}).",
                "`kb index --rebuild` makes it anew from the entries.",
            )

    def trusted(self, known: Stamps) -> Mapping[str, str]:
        """The fingerprints of the files that look as they did."""
        if not known.names.startswith(f"{salt(self.indexer.config)} "):
            return {}
        fingerprints, stats, files = dict(known.fingerprints), known.stats, self.found.files
        for path in fingerprints.keys() - files.keys():
            del fingerprints[path]
        for path in [path for path, stat in files.items() if stats.get(path) != stat]:
            fingerprints.pop(path, None)
        if _OUTDATED in fingerprints.values():
            return {path: each for path, each in fingerprints.items() if each != _OUTDATED}
        return fingerprints

    def _apply(self, difference: sync.Difference, fingerprints: dict[str, str]) -> None:
        """Read what differs and write it into the index."""
        paths = (*difference.added, *difference.changed)
        changes = Changes(frozenset(difference.removed), self.documents(paths))
        if len(paths) > _FEW:
            self.indexer.engine.apply(changes)
            self._settle(difference, fingerprints)
            return
        # Read first, so that all is known which can be done while an engine writes.
        changes = replace(
            changes,
            documents=tuple(changes.documents),
            meanwhile=partial(self._prepare, fingerprints),
        )
        self._settle(difference, fingerprints)
        if difference:
            self.indexer.engine.apply(changes)

    def _settle(self, difference: sync.Difference, fingerprints: dict[str, str]) -> None:
        """Put the fingerprints of what was read in the place of what was seen before."""
        fingerprints.update(self.read)
        for path in {*difference.added, *difference.changed} - self.read.keys():
            del fingerprints[path]  # gone between two looks at it
            if path in difference.changed:
                fingerprints[path] = _OUTDATED
        for path in difference.removed:
            self.ids.pop(path, None)

    def _prepare(self, fingerprints: Mapping[str, str]) -> None:
        if self.indexer.album.folder is not None:
            self.packed = stamps.packed(self.stats, fingerprints)
        self.indexer.meanwhile()

    def _remember(self, known: Stamps, fingerprints: Mapping[str, str]) -> None:
        album = self.indexer.album
        index = {} if album.folder is None else seals.seal(album.folder, known.index)
        current = Stamps(
            version=self.indexer.engine.version(),
            names=self.indexer.names,
            stats=self.stats,
            fingerprints=fingerprints,
            index=index,
        )
        if current != known:
            album.save(current, self.packed)

    def fingerprints(self, trusted: Mapping[str, str]) -> dict[str, str]:
        """Path -> fingerprint of the content, for every file that can be read."""
        known = dict(trusted)
        for path in self.found.files:
            if path not in known:
                content = corpus.read(self.indexer.folder, path, self.found)
                if isinstance(content, bytes):
                    known[path] = fingerprint(content, self.indexer.config)
                else:
                    self.findings.append(content)
        return known

    def compare(self, fingerprints: Mapping[str, str]) -> sync.Difference:
        """How these contents differ from what the index knows."""
        rows = self.indexer.engine.rows()
        indexed = {row.path: Indexed(row.fingerprint, row.written) for row in rows}
        if len(indexed) < len(rows):
            raise BrokenIndex("The index holds an entry twice.")
        self.ids = {row.path: row.id for row in rows}
        return sync.compare(fingerprints, indexed, partial(resolved, self.indexer.config))

    def documents(self, paths: tuple[str, ...]) -> Iterator[Document]:
        """The entries at these paths, in their order."""
        from kb import parallel_reading

        engine = self.indexer.engine
        reader = Reader(
            folder=self.indexer.folder,
            config=self.indexer.config,
            names=self.found.names,
            keeps_content="contents" in engine.capabilities,
        )
        for number, outcome in enumerate(parallel_reading.outcomes(reader, paths), 1):
            document = outcome.document
            if document is not None:
                self.findings.extend(outcome.findings)
                self.read[outcome.path] = document.fingerprint
                self.ids[outcome.path] = document.id
                yield document
            else:
                self.findings.extend(one for one in outcome.findings if one not in self.findings)
            if self.progress:
                self.progress(number, len(paths))

    def duplicates(self) -> Iterator[Finding]:
        """A finding for each file whose id another file has, among all that were compared."""
        yield from duplicates(self.ids)

    def _duplicates_of(self, paths: Sequence[str]) -> Iterator[Finding]:
        """The findings of `duplicates` in which one of these paths has a part."""
        if len(paths) > _FEW:
            self.ids = {row.path: row.id for row in self.indexer.engine.rows()}
        for same in {folded(self.ids[path]) for path in paths if len(paths) <= _FEW}:
            named = Request(condition=Keyword("id", (same,)), limit=_FEW, facets=())
            hits = self.indexer.engine.search(named).hits
            self.ids.update((hit.path, hit.shown["id"]) for hit in hits)
        touched = frozenset(paths)
        yield from duplicates(self.ids, touched)


def _differs(path: str, why: str) -> Finding:
    return Finding(
        rule="index",
        level="warning",
        path=path,
        line=0,
        message=f"{path} {why}.",
        help="The next search mends it; `kb index --rebuild` makes the index anew.",
    )
