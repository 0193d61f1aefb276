"""Bringing an index up to date with the files: find, compare, read what changed, apply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb import corpus
from kb.errors import BrokenIndex
from kb.search import stamps, sync
from kb.search.engine import Changes, Document, SearchEngine
from kb.search.sync import Indexed, SyncStats

if TYPE_CHECKING:
    from pathlib import Path

    from kb.config import Config
    from kb.model import Finding

READING = "1"
"""Changes whenever the same file would be read into another document than before."""

Progress = Callable[[int, int], None]
"""Called with how many entries are done and how many there are to do."""


@dataclass(frozen=True, slots=True)
class Indexer:
    """What is needed to keep one index.

    Attributes:
        folder: the entries folder.
        beside: where stamps are kept, or None for an index in memory.
    """

    folder: Path
    engine: SearchEngine
    beside: Path | None
    config: Config

    def sync(self, progress: Progress | None = None, *, rebuild: bool = False) -> SyncStats:
        """Make the index agree with the files; quick where it does already.

        Raises:
            CorpusError: the folder cannot be read.
            BrokenIndex: the index must be made anew; call again with `rebuild`.
            IndexFailure: it cannot be written.
        """
        begun = time.perf_counter()
        found = corpus.scan(self.folder)
        if not rebuild and self.is_fresh(found):
            return SyncStats(unchanged=len(found.files), findings=found.findings)
        with self.engine.exclusive():
            if rebuild or not self.engine.version():
                self.engine.clear()
            stats = _Run(self, found, progress).run()
        return replace(stats, rebuilt=rebuild, seconds=time.perf_counter() - begun)

    def is_fresh(self, found: corpus.Scan) -> bool:
        """Whether the files look as they did when the index last agreed with them."""
        version = self.engine.version()
        known = stamps.load(self.beside)
        return (
            bool(version)
            and known.version == version
            and known.names == self.names
            and known.stats == found.files
        )

    def verify(self) -> tuple[Finding, ...]:
        """Compare the index with the files, all of them read; nothing is taken from the stamps.

        Returns:
            What differs, as findings of the rule `index`; then what is wrong in the entries.
        """
        run = _Run(self, corpus.scan(self.folder), None)
        difference = run.compare(run.fingerprints({}))
        differing = [
            _differs(path, why)
            for why, paths in (
                ("is not in the index", difference.added),
                ("is in the index in an older state", difference.changed),
                ("is in the index but not in the folder", difference.removed),
            )
            for path in paths
        ]
        named = {finding.path for finding in differing}
        for document in run.documents(tuple(run.found.files)):
            stored = self.engine.document(document.path)
            if document.path not in named and stored != document.shown:
                differing.append(_differs(document.path, "is in the index with other content"))
        return (*differing, *run.found.findings, *dict.fromkeys(run.findings))

    @property
    def names(self) -> str:
        """What the meaning of an entry depends on beside its file."""
        return f"{self.salt} {self.config.vocabulary.fingerprint()}"

    @property
    def salt(self) -> str:
        """What every fingerprint of a content depends on beside the content."""
        return f"{READING} {self.config.timezone} {self.config.language}"


@dataclass(slots=True)
class _Run:
    """One sync: the files as they were found, and what was met on the way."""

    indexer: Indexer
    found: corpus.Scan
    progress: Progress | None
    findings: list[Finding] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)

    def run(self) -> SyncStats:
        indexer = self.indexer
        known = stamps.load(indexer.beside)
        if not known.names.startswith(f"{indexer.salt} "):
            known = stamps.Stamps()
        trusted = {
            path: known.fingerprints[path]
            for path, stat in self.found.files.items()
            if known.stats.get(path) == stat and path in known.fingerprints
        }
        fingerprints = self.fingerprints(trusted)
        difference = self.compare(fingerprints)
        if difference:
            paths = (*difference.added, *difference.changed)
            removed = frozenset(difference.removed)
            indexer.engine.apply(Changes(removed, self.documents(paths)))
        fingerprints.update(self.read)
        for path in {*difference.added, *difference.changed} - self.read.keys():
            fingerprints.pop(path, None)
        version = indexer.engine.version()
        current = stamps.Stamps(version, indexer.names, self.found.files, fingerprints)
        stamps.save(indexer.beside, current)
        return SyncStats(
            added=len(difference.added),
            changed=len(difference.changed),
            removed=len(difference.removed),
            unchanged=len(fingerprints) - len(difference.added) - len(difference.changed),
            findings=(*self.found.findings, *self.findings),
        )

    def fingerprints(self, trusted: Mapping[str, str]) -> dict[str, str]:
        """Path -> fingerprint of the content, for every file that can be read."""
        known = dict(trusted)
        for path in self.found.files:
            if path not in known:
                content = corpus.read(self.indexer.folder, path, self.found)
                if isinstance(content, bytes):
                    known[path] = self._fingerprint(content)
                else:
                    self.findings.append(content)
        return known

    def compare(self, fingerprints: Mapping[str, str]) -> sync.Difference:
        """How these contents differ from what the index knows."""
        rows = self.indexer.engine.rows()
        indexed = {row.path: Indexed(row.fingerprint, row.written) for row in rows}
        if len(indexed) < len(rows):
            raise BrokenIndex("The index holds an entry twice.")
        return sync.compare(fingerprints, indexed, self.indexer.config.vocabulary.canonical)

    def documents(self, paths: tuple[str, ...]) -> Iterator[Document]:
        """The entries at these paths, read one after the other."""
        from kb import document
        from kb.search import documents

        config = self.indexer.config
        for number, path in enumerate(paths):
            content = corpus.read(self.indexer.folder, path, self.found)
            if isinstance(content, bytes):
                entry = document.parse(content, path, config.vocabulary, config.timezone)
                if config.language and not entry.language:
                    entry = replace(entry, language=config.language)
                self.findings.extend(entry.findings)
                self.read[path] = self._fingerprint(content)
                yield documents.build(entry, self.read[path], config.vocabulary.canonical)
            if self.progress:
                self.progress(number + 1, len(paths))

    def _fingerprint(self, content: bytes) -> str:
        from hashlib import blake2b

        key = self.indexer.salt.encode()[:64]
        return blake2b(content, digest_size=16, key=key).hexdigest()


def _differs(path: str, why: str) -> Finding:
    from kb.model import Finding

    return Finding(
        rule="index",
        level="warning",
        path=path,
        line=0,
        message=f"{path} {why}",
        help="The next search mends it; `kb index --rebuild` makes the index anew.",
    )
