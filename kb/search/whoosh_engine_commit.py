"""One commit of a Whoosh index: what comes, what goes, and the files beside each segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from whoosh import index, reading, writing

from kb.search.columns import Columns
from kb.search.summaries import Summaries
from kb.search.tallies import Tally
from kb.search.whoosh_engine_files import Memory
from kb.search.whoosh_engine_reading import (
    COLUMNS_ENDING,
    SUMMARIES_ENDING,
    VALUES_ENDING,
    WORDS_ENDING,
    Content,
    Segment,
    read_summaries,
    read_values,
    read_words,
)
from kb.search.whoosh_engine_writing import Codec, Pool, choose_merges, fields_of, keywords_of

if TYPE_CHECKING:
    from kb.search.engine import Document
    from kb.search.whoosh_engine_files import Files

NAME = "kb"
LOCK_SECONDS = 600.0


class Commit:
    """One commit: documents out, documents in, small segments merged."""

    def __init__(
        self, files: Files | Memory, contents: Callable[[Files | Memory, str], Content]
    ) -> None:
        self._files = files
        self._contents = contents
        self._added = Columns()
        self._summaries = Summaries()
        self._tally = Tally()

    def run(self, removed: frozenset[str], documents: Sequence[Document]) -> None:
        """Make it; an error leaves the index as it was, and files to be discarded."""
        writer = writing.SegmentWriter(
            index.FileIndex(self._files, indexname=NAME),
            timeout=LOCK_SECONDS,
            codec=Codec(),
            compound=False,
        )
        writer.pool = Pool()
        try:
            replaced = removed.union(document.path for document in documents)
            for segment in writer.segments:
                known = self._contents(self._files, segment.segment_id()).columns.by_path
                for path in known.keys() & replaced:
                    segment.delete_document(known[path])
            for document in documents:
                writer.add_document(**fields_of(document))
                self._added.add(document)
                self._summaries.add(document.summary)
                self._tally.add(document.words, keywords_of(document))
            writer.commit(mergetype=self._merge)
        except BaseException:
            if not writer.is_closed and isinstance(self._files, Memory):
                writer.writelock.release()
            raise

    def _merge(self, writer: Any, segments: list[Any]) -> list[Any]:  # noqa: ANN401 -- untyped
        """Whoosh's hook before a commit: choose segments to merge, write the new columns."""
        chosen, kept = choose_merges(segments)
        for segment in chosen:
            self._take(writer, segment)
        if len(self._added):
            name = writer.newsegment.segment_id()
            self._write(name + COLUMNS_ENDING, self._added.to_bytes())
            self._write(name + SUMMARIES_ENDING, self._summaries.to_bytes())
            self._write(name + WORDS_ENDING, self._tally.pack_words())
            self._write(name + VALUES_ENDING, self._tally.pack_values())
        return kept

    def _take(self, writer: Any, segment: Any) -> None:  # noqa: ANN401 -- untyped
        """Everything of an old segment that is not deleted."""
        name = segment.segment_id()
        reader = reading.SegmentReader(self._files, writer.schema, segment)
        content = self._contents(self._files, name)
        known, deleted = content.columns, frozenset(segment.deleted_docs())
        old = Segment(content, reader, deleted)
        writer.add_reader(reader)
        live = [number for number in range(len(known)) if number not in deleted]
        self._added.extend(known, live)
        self._summaries.extend(read_summaries(self._files, name), live)
        self._tally.take(read_words(self._files, name), read_values(self._files, name).all())
        for number in deleted:
            self._tally.add(*old.terms(number), sign=-1)

    def _write(self, name: str, content: bytes) -> None:
        with self._files.create_file(name) as file:
            file.write(content)
