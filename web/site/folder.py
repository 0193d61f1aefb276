"""A folder of files that this program made: complete or as before, nobody else's touched."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = ".kb-site.json"
"""Names the files that the last export wrote."""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write into; in the end its files take their places in `target` all at once.

    Files of an earlier export that are not written again are removed. Where writing fails,
    `target` stays as it was.

    Raises:
        UsageError: `target` holds something, and no export of ours.
        KbError: it cannot be written.
    """
    before = _before(target)
    try:
        target.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".kb-site-", dir=target))
        try:
            yield made
            _take_over(made, target, before)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise KbError(
            f"{error.filename or target} cannot be written: {error.strerror}.",
            "Check that you may write there and that the disk is not full.",
        ) from error


def _before(target: Path) -> list[str]:
    """The files of the export before."""
    try:
        if not any(target.iterdir()):
            return []
        return [str(name) for name in json.loads((target / MARKER).read_bytes())["files"]]
    except FileNotFoundError:
        if not target.exists():
            return []
    except NotADirectoryError as error:
        raise UsageError(f"{target} is not a folder.", "Choose another with --to.") from error
    except (OSError, ValueError, TypeError, KeyError):
        pass
    raise UsageError(
        f"{target} is not empty, and no `kb export site` made it.",
        "Choose an empty or a new folder with --to.",
    )


def _take_over(made: Path, target: Path, before: list[str]) -> None:
    files = sorted(
        place.relative_to(made).as_posix() for place in made.rglob("*") if place.is_file()
    )
    for name in files:
        place = target / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)  # an earlier export had a folder here
        place.parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(place)
    for name in set(before) - set(files):
        place = target / name
        if target.resolve() in place.resolve().parents and place.is_file():
            place.unlink()
            for folder in place.parents:
                if folder == target or any(folder.iterdir()):
                    break
                folder.rmdir()
    temporary = made / MARKER
    temporary.write_text(json.dumps({"files": files}, ensure_ascii=False, indent=0), "utf-8")
    temporary.replace(target / MARKER)
