"""Sources -> documents, one after the other: whatever is wrong with one, the others are read.

A source is a file, a folder, a glob, `-` for standard input, or the address of a web page. At any
time one file is in memory, however many there are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from kb.importing.fetching import fetch, is_address
from kb.importing.original import MAXIMUM_BYTES, original_of, too_large
from kb.importing.places import find_places, printable
from kb.importing.recognition import documents_in
from kb.importing.source import Failure, SourceDocument, UnreadableSource

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Failure", "SourceDocument", "read_document", "read_sources"]


def standard_input() -> bytes:
    """What is piped in, or more than `MAXIMUM_BYTES` of it."""
    return sys.stdin.buffer.read(MAXIMUM_BYTES + 1)


def read_sources(
    sources: Sequence[str], *, online: bool = False, stdin: Callable[[], bytes] = standard_input
) -> Iterator[SourceDocument | Failure]:
    """Read documents, in the order of the sources; never raises for what they hold.

    Args:
        sources: files, folders (read to their ends, sorted by name), globs, `-`, addresses.
        online: whether addresses may be asked for; without it they are failures.
        stdin: gives the bytes for `-`.
    """
    for source in sources:
        if source == "-":
            yield from read_document("-", stdin)
        elif is_address(source):
            yield from _read_address(source, online=online)
        else:
            for place in find_places(source):
                yield from [place] if isinstance(place, Failure) else _read_file(place)


def read_document(
    name: str, get: Callable[[], bytes], charset: str = ""
) -> Iterator[SourceDocument | Failure]:
    """The documents in what one source gives, or the failure that says why there are none.

    Args:
        name: the source as given.
        get: gives its bytes.
        charset: the encoding its server names, if any.
    """
    try:
        original = original_of(name, get(), charset)
        yield from documents_in(original)
    except UnreadableSource as error:
        yield Failure(name, error.message, error.remedy)
    except OSError as error:
        reason = error.strerror or str(error)
        yield Failure(name, f"{name} cannot be read: {reason}.", "Check your right to read it.")


def _read_file(path: Path) -> Iterator[SourceDocument | Failure]:
    name = printable(path)

    def content() -> bytes:
        if not path.is_file():
            raise UnreadableSource(f"{name} is no ordinary file.", "Pipe it in, and name `-`.")
        if path.stat().st_size > MAXIMUM_BYTES:
            raise too_large(name)
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES + 1)

    return read_document(name, content)


def _read_address(address: str, *, online: bool) -> Iterator[SourceDocument | Failure]:
    if not online:
        message = f"{address} is not asked for: importing stays offline."
        yield Failure(address, message, "Add --online, or save the page and import the file.")
        return
    try:
        fetched = fetch(address)
    except UnreadableSource as error:
        yield Failure(address, error.message, error.remedy)
        return
    yield from read_document(address, lambda: fetched.raw, fetched.charset)
