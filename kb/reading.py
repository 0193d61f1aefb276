"""One file of the entries folder -> what an index keeps of it, and what is wrong in it.

Pure but for the file: the same content under the same configuration gives the same document,
whichever process reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kb import corpus
from kb.record import record

if TYPE_CHECKING:
    from pathlib import Path

    from kb.config import Config
    from kb.finding import Finding
    from kb.model import Postmortem
    from kb.search.engine import Document

READING = "4"
"""Changes whenever the same file would be read into another document than before."""


def read_entry(content: bytes, path: str, config: Config) -> Postmortem:
    """A file's content as an entry, with what the configuration says of entries that do not."""
    from kb import document

    entry = document.parse(content, path, config.vocabulary, config.timezone)
    if config.language and "language" not in entry.source_lines:
        return replace(entry, language=config.language)
    return entry


@record
class Outcome:
    """What became of one file.

    Attributes:
        document: None where the file cannot be read; then the one finding says why.
    """

    path: str
    document: Document | None
    findings: tuple[Finding, ...]


@record
class Reader:
    """What is needed to read a file; small enough to be handed to another process.

    Attributes:
        folder: the entries folder.
        names: path -> the name on disk, for the paths where the two differ.
        keeps_content: whether documents hold the file's bytes too.
    """

    folder: Path
    config: Config
    names: Mapping[str, str]
    keeps_content: bool = False

    def read(self, path: str) -> Outcome:
        """Read one file; never raises for what stands in it."""
        from kb.search import documents

        content = corpus.read(self.folder, path, corpus.Scan(names=self.names))
        if not isinstance(content, bytes):
            return Outcome(path, None, (content,))
        entry = read_entry(content, path, self.config)
        resolve = partial(resolved, self.config)
        built = documents.build(entry, fingerprint(content, self.config), resolve)
        if self.keeps_content:
            built = replace(built, content=content)
        return Outcome(path, built, entry.findings)


def resolved(config: Config, field: str, name: str) -> str:
    """What a name stands for; of an unknown one, which names it was not found among.

    So an entry is read again not only when its name comes to mean another id, but also
    when it becomes a known one or ceases to be.
    """
    vocabulary = config.vocabulary
    canonical = vocabulary.canonical(field, name)
    if canonical is not None:
        return canonical
    from zlib import crc32

    known = "\n".join(vocabulary.known(field))
    return f"? {crc32(known.encode('utf-8', 'surrogatepass')):08x}"


def salt(config: Config) -> str:
    """What every fingerprint of a content depends on beside the content."""
    return f"{READING} {config.timezone} {config.language}"


def fingerprint(content: bytes, config: Config) -> str:
    """A short text that differs between contents, and between ways of reading them."""
    try:
        from _blake2 import (
            blake2b,
        )  # hashlib's own; to import that loads OpenSSL, a tenth of a sync
    except ImportError:
        from hashlib import blake2b

    return blake2b(content, digest_size=16, key=salt(config).encode()[:64]).hexdigest()
