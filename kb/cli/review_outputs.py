"""Where a review goes: formats, their files, and files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file it is written into; None: standard output."""

    format: str
    place: Path | None = None


class FormatType(click.ParamType[Output]):
    """`sarif` or `sarif:kb.sarif`."""

    name = "format"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Output:
        """Read one value of the option."""
        if isinstance(value, Output):
            return value
        name, colon, place = str(value).partition(":")
        from kb.review.reports import FORMATS

        if name not in FORMATS:
            from kb.vocabulary import near

            nearest = near(name, tuple(FORMATS), limit=1)
            advice = f"Did you mean {nearest[0]}?" if nearest else f"Known: {', '.join(FORMATS)}."
            self.fail(f"There is no format {name!r}. {advice}", param, ctx)
        if colon and not place:
            self.fail(f"{value!r} names no file after the colon.", param, ctx)
        return Output(name, Path(place) if place else None)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The formats' names."""
        from click.shell_completion import CompletionItem

        from kb.review.reports import FORMATS

        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


def outputs_of(formats: Sequence[Output], place: Path | None, *, as_json: bool) -> list[Output]:
    """What goes where, each place used once.

    Raises:
        click.UsageError: two formats for one place, or a file for no format.
    """
    found = [*formats, *([Output("json")] if as_json and Output("json") not in formats else [])]
    found = found or [Output("text")]
    without = [one for one in found if one.place is None]
    if len(without) > 1:
        names = " and ".join(one.format for one in without)
        raise click.UsageError(f"{names} cannot both be printed: name a file, as in sarif:FILE.")
    if place is not None:
        if not without:
            raise click.UsageError("--output is for a format that names no file itself.")
        found[found.index(without[0])] = Output(without[0].format, place)
    places = [os.path.abspath(one.place) for one in found if one.place]  # noqa: PTH100 -- may not exist
    if len(set(places)) < len(places):
        raise click.UsageError("Two formats would be written into one file.")
    return found


def write_whole(files: Mapping[Path, str]) -> None:
    """Write files, all of them whole: what stood there stays until all are written aside.

    Raises:
        UsageError: one of them cannot be written.
    """
    aside: dict[Path, str] = {}
    try:
        for place, text in files.items():
            try:
                aside[place] = _written_aside(place, text)
            except OSError as error:
                raise UsageError(
                    f"{place} cannot be written: {error.strerror}.",
                    "Name a file in a folder that exists and that you may write into.",
                ) from error
        for place in files:
            Path(aside[place]).replace(place)
            del aside[place]
    finally:
        for left in aside.values():
            with suppress(OSError):
                Path(left).unlink()


def _written_aside(place: Path, text: str) -> str:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            # A lone surrogate, from a damaged name, cannot be written as it is.
            file.write(text.encode("utf-8", "replace"))
        # A temporary file is its owner's alone; what takes its place has what it had.
        Path(name).chmod(place.stat().st_mode & 0o777 if place.exists() else _READABLE)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name
