"""TOML that may be broken, read as far as it goes, and the line a key stands on.

One mistyped line must not cost a knowledge base its whole vocabulary: the statement with the
mistake is left out, and the rest is read.
"""

from __future__ import annotations

import re

from kb.record import record

# More mistakes than this, and what is left says little about what was meant.
_MOST_ATTEMPTS = 12

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]=,]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_STATEMENT = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")
_PART = re.compile(_KEY)


@record
class TomlError:
    """A statement that is not TOML: line and column from 1, column 0 where it is unknown."""

    line: int
    column: int
    message: str


def read_toml(text: str) -> tuple[dict[str, object], tuple[TomlError, ...]]:
    """The values of a TOML text, and what could not be read of it.

    A statement with a mistake is left out, with a broken table header the table; so is the
    table of a bracket or quote that is never closed. Where that does not help within a few
    attempts, there are no values, and the first mistake stands for all.
    """
    # tomllib counts lines by line feeds alone.
    lines = text.replace("\r\n", "\n").split("\n")
    errors: list[TomlError] = []
    for _ in range(_MOST_ATTEMPTS):
        values, error = _attempt(lines)
        if error is None:
            return values, tuple(errors)
        if not error.line:
            errors.append(error)
            break
        at = error.line - 1
        if errors and not error.column and not errors[-1].column:
            # The end was reached again: what is open was opened further up.
            at = next((above for above in range(at, 0, -1) if _HEADER.match(lines[above])), 0)
        else:
            errors.append(error)
        _leave_out(lines, at)
    return {}, tuple(errors[:1])


def line_of(text: str, *path: str, holding: str = "") -> int:
    """The line, from 1, of the key at a path of tables, or of the nearest table above; else 0.

    With `holding`, the line of the key's value on which that text stands, if there is one.
    """
    lines = text.split("\n")
    best_depth, best_line = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            here = table = _parts(header[1])
        elif statement := _STATEMENT.match(line):
            here = (*table, *_parts(statement[1]))
        else:
            continue
        if len(here) > best_depth and here == path[: len(here)]:
            best_depth, best_line = len(here), number
    for number in range(best_line, len(lines) + 1) if holding and best_line else ():
        line = lines[number - 1]
        if number > best_line and (_HEADER.match(line) or _STATEMENT.match(line)):
            break
        if holding in line:
            return number
    return best_line


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(key))


def _attempt(lines: list[str]) -> tuple[dict[str, object], TomlError | None]:
    """The values of the lines, or none and the first mistake."""
    import tomllib

    try:
        return tomllib.loads("\n".join(lines)), None
    except RecursionError:
        return {}, TomlError(0, 0, "brackets are nested too deeply")
    except ValueError as error:
        message = str(error)
    position = _POSITION.search(message)
    if position is None:
        # Python itself refuses a number of thousands of digits, and does not say where.
        return {}, TomlError(0, 0, message.partition(":")[0])
    message = message[: position.start()]
    if position[1]:
        return {}, TomlError(int(position[1]), int(position[2]), message)
    last = next((at for at in range(len(lines), 0, -1) if lines[at - 1].strip()), 0)
    return {}, TomlError(last, 0, message)


def _leave_out(lines: list[str], at: int) -> None:
    """Blank the line, and with a table header all of its table."""
    if lines[at].lstrip().startswith("["):
        for below in range(at + 1, len(lines)):
            if _HEADER.match(lines[below]):
                break
            lines[below] = ""
    lines[at] = ""
