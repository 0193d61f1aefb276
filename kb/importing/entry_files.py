"""Entries written from readings: their ids and files, and importing again.

A file is written once. Importing again finds it by the digest of the original, or by the name it
came from: the same content changes nothing, a changed source updates the entry unless somebody
has edited it since, which the hash in the entry tells. A file that an import did not write is
never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from kb import corpus
from kb.document.fields import day_of_id
from kb.document.writing import front_matter, scalar
from kb.errors import CorpusError, UsageError
from kb.finding import Finding
from kb.importing import names, titles
from kb.importing.foreign_fields import BOOKKEEPING
from kb.new_entry import entry_id

if TYPE_CHECKING:
    from kb.importing.reading import Reading

Outcome = Literal["new", "unchanged", "updated", "edited"]

_UNDATED = "undated"
_DATED_STEM = re.compile(r"\d{4}-\d{2}-\d{2}-[\w-]+")
_HASH_LINE = re.compile(r"^imported_text: .*\n", re.MULTILINE)
_HEAD = re.compile(r"^(imported_from|imported_digest|imported_text): *(.*)$", re.MULTILINE)
_LONGEST_HEAD = 20_000
_LIKE_A_DAY = re.compile(r"^(?:\d{4}-\d{2}-\d{2}(?:-|$))+")
_ID_LETTERS = re.compile(r"[^\W_](?:[\w.-]*[^\W_])?")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one document.

    Attributes:
        id: of the entry.
        path: relative to the folder, with forward slashes.
        outcome: `new`, `unchanged`, `updated`, or `edited`: left as somebody made it.
        findings: why a changed source was not taken over.
    """

    id: str
    path: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry in the folder, as far as importing again needs it."""

    path: str
    name: str = ""
    digest: str = ""


class EntryFiles:
    """The folder that entries are imported into.

    Args:
        folder: made with the first entry that is written.
        dry_run: whether nothing is written; ids are given out all the same.
    """

    def __init__(self, folder: Path, *, dry_run: bool = False) -> None:
        self._folder = folder
        self._dry_run = dry_run
        self._by_name: dict[str, _Known] = {}
        self._by_digest: dict[str, _Known] = {}
        self._ids: dict[str, _Known] = {}
        for known in _existing(folder):
            self._remember(known)

    def _remember(self, known: _Known) -> None:
        self._ids[_stem(known.path).casefold()] = known
        if known.name:
            self._by_name[known.name] = known
        if known.digest:
            self._by_digest[known.digest] = known

    def add(self, reading: Reading) -> Written:
        """Write the entry of a reading, unless the folder has it already.

        Raises:
            CorpusError: the file cannot be written.
        """
        document = reading.document
        name = stored_name(document.name)
        same = self._by_digest.get(document.digest)
        if same is not None:
            return Written(_stem(same.path), same.path, "unchanged")
        former = self._by_name.get(name)
        if former is not None:
            return self._update(former, reading, name)
        identifier = self._free_id(propose_id(reading))
        day = reading.entry.date or day_of_id(identifier)
        path = f"{day.year:04d}/{identifier}.md" if day else f"{_UNDATED}/{identifier}.md"
        if not self._dry_run:
            corpus.write_new(self._folder / path, render(reading, name))
        self._remember(_Known(path, name, document.digest))
        return Written(identifier, path, "new")

    def _free_id(self, wanted: str) -> str:
        identifier, count = wanted, 1
        while identifier.casefold() in self._ids:
            count += 1
            identifier = f"{wanted}-{count}"
        return identifier

    def _update(self, former: _Known, reading: Reading, name: str) -> Written:
        identifier = _stem(former.path)
        place = self._folder / former.path
        if place.exists() and _is_edited(place.read_text("utf-8", "replace")):
            message = f"{name} has changed, but {former.path} was edited since its import."
            help_ = "Compare the two by hand, or delete the entry and import again."
            finding = Finding("edited-since-import", "warning", former.path, 0, message, help_)
            return Written(identifier, former.path, "edited", (finding,))
        if not self._dry_run:
            _replace(place, render(reading, name))
        self._remember(replace(former, digest=reading.document.digest))
        return Written(identifier, former.path, "updated")


def stored_name(name: str) -> str:
    """A source's name as an entry keeps it: never the folders above the one it was given in."""
    if "://" in name:
        return name
    path = PurePath(name)
    parts = [part for part in path.parts if part not in {"..", ".", path.anchor}]
    return "/".join(parts[-2:])


def propose_id(reading: Reading) -> str:
    """The id for an entry: its file's name where that is one already, else day and title."""
    entry = reading.entry
    stem = names.stem_of(reading.document.name) if "#" not in reading.document.name else ""
    if reading.own and _ID_LETTERS.fullmatch(stem):
        return stem
    if _DATED_STEM.fullmatch(stem) and entry.date == day_of_id(stem):
        return stem.lower()
    words = titles.without_date(entry.title)
    return _slug(words, entry.date) or _slug(stem, entry.date) or _slug("untitled", entry.date)


def _slug(words: str, day: date | None) -> str:
    try:
        made = entry_id(words, day or date(2000, 1, 1))
    except UsageError:
        return ""
    # Without a day an id must not begin like one: it would be read as the entry's date.
    return made if day else _LIKE_A_DAY.sub("", made.removeprefix("2000-01-01-"))


def render(reading: Reading, name: str) -> str:
    """The text of an entry's file: front matter, the original text, and what was drafted."""
    entry = reading.entry
    extra = {key: value for key, value in entry.extra.items() if key not in BOOKKEEPING}
    front = list(front_matter(replace(entry, extra=extra)))
    if reading.guessed:
        front.append(f"guessed: [{', '.join(reading.guessed)}]")
    front += [
        "imported: true",
        f"imported_from: {scalar(name)}",
        f"imported_digest: {scalar(reading.document.digest)}",
    ]
    body = reading.document.markdown.strip("\n")
    parts = [body, reading.draft, _kept_head(reading)]
    text = "\n\n".join(part for part in parts if part.strip())
    return _with_hash(["---", *front, "---", "", text])


def _kept_head(reading: Reading) -> str:
    """The original's metadata as it stood, where reading it may have lost something."""
    document = reading.document
    unreadable = any(
        one.rule in {"front-matter", "encoding"} and one.line for one in document.findings
    )
    first = document.lines[0] if document.lines else 1
    head = document.original.split("\n")[: max(first - 1, 0)]
    commented = any(re.search(r"(?:^|\s)#\s", line) for line in head)
    if document.format not in {"markdown", "html"} or not head or not (unreadable or commented):
        return ""
    block = "\n".join(head).strip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", block)), default=0))
    return f"## Original notes\n\n{fence}yaml\n{block}\n{fence}"


def _with_hash(lines: list[str]) -> str:
    """The file's text with the hash of all its other lines at the end of the front matter."""
    text = "\n".join(lines).rstrip("\n") + "\n"
    end = text.index("\n---\n", 3) + 1
    return f"{text[:end]}imported_text: {_digest(text)}\n{text[end:]}"


def _is_edited(text: str) -> bool:
    """Whether a file differs from what an import wrote."""
    said = dict(_HEAD.findall(text[:_LONGEST_HEAD])).get("imported_text", "").strip("'\" ")
    return bool(said != _digest(_HASH_LINE.sub("", text, count=1)))


def _digest(text: str) -> str:
    return "t" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _existing(folder: Path) -> Iterator[_Known]:
    """The entries in a folder; of each only the beginning is read."""
    if not folder.is_dir():
        return
    found = corpus.scan(folder)
    for path in found.files:
        place = folder / found.names.get(path, path)
        try:
            with place.open("rb") as file:
                head = file.read(_LONGEST_HEAD).decode("utf-8", "replace")
        except OSError:
            head = ""
        front = head.partition("\n---\n")[0] if head.startswith("---") else ""
        said = dict(_HEAD.findall(front))
        name = _unquoted(said.get("imported_from", ""))
        yield _Known(path, name, _unquoted(said.get("imported_digest", "")))


def _unquoted(text: str) -> str:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        import json

        try:
            return str(json.loads(text))
        except ValueError:
            return text.strip('"')
    return text.strip()


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _replace(place: Path, content: str) -> None:
    """Put a file in the place of another, whole or not at all."""
    beside = place.with_name(f".{place.name}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(content, "utf-8", newline="\n")
        beside.replace(place)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CorpusError(
            f"{place} cannot be written: {error.strerror}.",
            "Check that you may write there and that the disk is not full.",
        ) from error
