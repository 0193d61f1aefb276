"""Which entries a branch added or changed, asked of git.

A branch is compared with where it left its base (the merge base), uncommitted and untracked
files included: what is reviewed is the work tree. Only names, modes and contents are asked for,
all of them ended by NUL, so that no name of a file can be taken for something else.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

from kb.errors import UsageError
from kb.review.git import Git

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kb.corpus import Scan

Status = Literal["added", "changed", "renamed"]

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FILE = "100"
"""What the mode of an ordinary file begins with; links and submodules have others."""
_DEEPEN = (
    "This is a shallow clone: fetch more of its history, as with "
    "`git fetch --deepen=100 origin main`, or clone with `fetch-depth: 0`."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that is not as it was at the base.

    Attributes:
        path: relative to the entries folder, as `kb.corpus.scan` has it.
        old_path: what it was called at the base; empty for an added one.
        old: its content at the base; None for an added one.
    """

    path: str
    status: Status
    old_path: str = ""
    old: bytes | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the base in an entries folder.

    Attributes:
        entries: by path; what was deleted is left out.
        settings: `kb.toml` as it was at the base, where it differs; empty bytes: there was none.
        notices: what could not be done as asked, one sentence each.
    """

    entries: tuple[Change, ...]
    settings: bytes | None = None
    notices: tuple[str, ...] = ()


def repository_root(folder: Path) -> Path | None:
    """The nearest folder upward that is the root of a work tree, without asking git; or None."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def changes_since(base: str, folder: Path, found: Scan, settings: str) -> Changes:
    """What a branch with its work tree did to the entries since it left the base.

    Args:
        base: a revision as git understands one: `main`, `origin/main`, `HEAD~3`.
        folder: the entries folder.
        found: the entries that are in it now.
        settings: the name of the settings file in the folder.

    Raises:
        UsageError: no git, no repository, no such revision, no commit yet, or git failed.
    """
    git = Git(folder)
    try:
        return _changes_since(git, _locate(git, base), found, settings)
    finally:
        git.close()


def _changes_since(git: Git, place: _Place, found: Scan, settings: str) -> Changes:
    known = {
        normalize("NFC", place.prefix + found.names.get(path, path)): path for path in found.files
    }
    untracked = git.start("ls-files", "-z", "--others", "--exclude-standard", "--full-name")
    compared, notices = _compared_with(git, place)
    differing = list(_records(git.answer(git.start(*_DIFF, compared))))
    settings = place.prefix + settings
    others = [_name(one) for one in git.answer(untracked).split(b"\0") if one]
    new = [one for one in others if one in known or one == settings]
    records = _with_untracked(differing, new, place.root)
    contents = _contents(git, {one.old_blob for one in records if one.old_blob})
    entries = {
        known[one.name]: _change(one, known[one.name], place.prefix, contents)
        for one in records
        if one.name in known
    }
    before = [one for one in records if settings in {one.name, one.old_name}]
    return Changes(
        entries=tuple(entries[path] for path in sorted(entries)),
        settings=contents.get(before[0].old_blob, b"") if before else None,
        notices=notices,
    )


def _change(record: _Record, path: str, prefix: str, contents: Mapping[str, bytes]) -> Change:
    old = contents.get(record.old_blob)
    if old is None:
        return Change(path, "added")
    status: Status = "changed" if record.old_name == record.name else "renamed"
    return Change(path, status, record.old_name.removeprefix(prefix), old)


_DIFF = (
    "diff",
    "--raw",
    "-z",
    "--no-abbrev",
    "--find-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
    "--no-relative",
)


@dataclass(frozen=True, slots=True)
class _Record:
    """One line of a raw diff: names from the root of the work tree, in NFC.

    Attributes:
        name: empty for a deleted file.
        old_blob: the hash of the content at the base; empty where it was no ordinary file.
    """

    name: str
    old_name: str
    old_blob: str


@dataclass(frozen=True, slots=True)
class _Place:
    """The repository that a review is about.

    Attributes:
        prefix: of the entries folder in it, with a slash at its end; empty at the root.
        base, head: commits.
    """

    root: Path
    prefix: str
    base: str
    head: str
    asked: str
    is_shallow: bool


def _locate(git: Git, base: str) -> _Place:
    """The repository of a folder, and the commits that a base and HEAD name."""
    revision = f"{base}^{{commit}}" if base and base[0] not in "-^" else "HEAD^{no such}"
    told = git.run("rev-parse", "--show-toplevel", "--is-shallow-repository", "HEAD", revision)
    lines = os.fsdecode(told.stdout).splitlines()
    if len(lines) < 2:
        _refuse_repository(told.stderr, git.folder)
    root, is_shallow = Path(lines[0]), lines[1] == "true"
    if len(lines) < 3 or not _HASH.fullmatch(lines[2]):
        raise UsageError(
            f"The repository {root} has no commit yet, so nothing can have changed since {base}.",
            "Commit first, or review without --base.",
        )
    if len(lines) != 4 or not _HASH.fullmatch(lines[3]):
        raise _no_such_revision(git, base, is_shallow=is_shallow)
    try:
        inside = git.folder.resolve().relative_to(root.resolve()).as_posix()
    except ValueError as error:
        raise UsageError(
            f"The entries folder {git.folder} is not in the repository {root}.",
            "Review without --base, or unset GIT_DIR and GIT_WORK_TREE.",
        ) from error
    prefix = "" if inside == "." else normalize("NFC", f"{inside}/")
    return _Place(root, prefix, lines[3], lines[2], base, is_shallow)


def _refuse_repository(said: bytes, folder: Path) -> None:
    """Raise for a folder in which git finds no work tree."""
    words = " ".join(said.decode("utf-8", "replace").split())
    if "not a git repository" in words:
        raise UsageError(
            f"{folder} is not in a git repository.",
            "Review without --base, or change into a clone of the repository.",
        )
    raise UsageError(f"git cannot say what changed in {folder}: {words}", "Review without --base.")


def _no_such_revision(git: Git, base: str, *, is_shallow: bool) -> UsageError:
    from kb.vocabulary import near

    listed = git.run("for-each-ref", "--format=%(refname:short)")
    names = [name for name in os.fsdecode(listed.stdout).splitlines() if name]
    same = [name for name in names if base and name.endswith(f"/{base}")]
    nearest = list(dict.fromkeys((*same, *near(base, names))))[:3]
    advice = [f"Did you mean {', '.join(nearest)}?"] if nearest else []
    advice += [_DEEPEN] if is_shallow else []
    advice += [] if advice else ["Name a branch, a tag or a commit; `git fetch` gets new ones."]
    return UsageError(f"There is no revision {base!r} to compare with.", " ".join(advice))


def _compared_with(git: Git, place: _Place) -> tuple[str, tuple[str, ...]]:
    """The commit at which the branch left its base; in a shallow clone perhaps the base itself.

    Raises:
        UsageError: the two have no history in common.
    """
    told = git.run("merge-base", place.base, place.head)
    if told.returncode == 0:
        return told.stdout.decode().split()[0], ()
    if not place.is_shallow:
        raise UsageError(
            f"HEAD and {place.asked} have no commit in common.",
            "Name as --base the branch that this one is to be merged into.",
        )
    notice = (
        f"Where this branch left {place.asked} is not known, so it is compared with "
        f"{place.asked} as it is now: entries that changed there since may seem changed here."
    )
    return place.base, (f"{notice} {_DEEPEN}",)


def _records(raw: bytes) -> Iterator[_Record]:
    """The lines of a raw diff (git-diff(1), "Raw output format", with -z)."""
    fields = iter(raw.split(b"\0"))
    for head in fields:
        if not head:
            return
        old_mode, new_mode, old_blob, _, status = head.decode("ascii").lstrip(":").split(" ")
        name = old_name = _name(next(fields))
        if status[0] in "RC":
            name = _name(next(fields))
        if status[0] == "U":  # a conflict: its two sides stand in a record of their own
            continue
        was_file, is_file = old_mode.startswith(_FILE), new_mode.startswith(_FILE)
        if was_file or is_file:
            blob = old_blob if was_file else ""
            yield _Record(name if status[0] != "D" else "", old_name if blob else "", blob)


def _with_untracked(
    records: Sequence[_Record], untracked: Sequence[str], root: Path
) -> list[_Record]:
    """The records with the files that git does not know yet.

    One that has the name or the content of a deleted file was moved there by hand.
    """
    deleted = [one for one in records if not one.name and one.old_blob]
    found = list(records)
    for name in untracked:
        old = _moved(name, deleted, root)
        if old is not None:
            deleted.remove(old)
        found.append(_Record(name, old.old_name, old.old_blob) if old else _Record(name, "", ""))
    return found


def _moved(name: str, deleted: Sequence[_Record], root: Path) -> _Record | None:
    """The deleted file that an untracked one was, or None."""
    if not deleted:
        return None
    stem = name.rpartition("/")[2]
    for one in deleted:
        if one.old_name.rpartition("/")[2] == stem:
            return one
    try:
        blob = _blob((root / name).read_bytes(), len(deleted[0].old_blob))
    except OSError:
        return None
    return next((one for one in deleted if one.old_blob == blob), None)


def _blob(content: bytes, length: int) -> str:
    """The hash under which git keeps a content (gitformat-object: `blob`, length, NUL, content)."""
    from hashlib import sha1, sha256

    data = b"blob %d\0%s" % (len(content), content)
    return (sha256(data) if length == 64 else sha1(data, usedforsecurity=False)).hexdigest()


def _contents(git: Git, blobs: Iterable[str]) -> dict[str, bytes]:
    """Hash -> content, all asked for at once."""
    wanted = sorted(blobs)
    if not wanted:
        return {}
    told = git.answer(
        git.start("cat-file", "--batch", asks=True), "".join(f"{one}\n" for one in wanted).encode()
    )
    found: dict[str, bytes] = {}
    at = 0
    for _ in wanted:
        end = told.find(b"\n", at)
        words = told[at:end].split()
        at = end + 1
        if len(words) == 3 and words[1] == b"blob":
            size = int(words[2])
            found[words[0].decode()] = told[at : at + size]
            at += size + 1
    return found


def _name(raw: bytes) -> str:
    """A file's name as the entries folder has it: composed, whatever the file system does."""
    return normalize("NFC", os.fsdecode(raw))
