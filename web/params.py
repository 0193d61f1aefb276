"""What stands in a request's address, as typed values.

A value that cannot be read is a `kb.errors.UsageError`, which `web.errors` answers with status
400 and a way on. A parameter that nobody knows is ignored: links from elsewhere carry such.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from werkzeug.datastructures import MultiDict

MOST_VALUES = 64
"""Values of one parameter, as many as a query may have words."""
_NUMBER = re.compile(r"[0-9]{1,9}")


def text(args: MultiDict[str, str], name: str, default: str = "") -> str:
    """A text, without the spaces around it."""
    return args.get(name, default).strip()


def texts(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """All values of a parameter that may stand more than once, empty ones left out.

    Raises:
        UsageError: they are more than `MOST_VALUES`, those between commas counted.
    """
    typed = args.getlist(name)
    if sum(1 + one.count(",") for one in typed) > MOST_VALUES:
        raise UsageError(
            f"{name} has more than {MOST_VALUES} values.",
            f"Name at most {MOST_VALUES}, or leave {name} out.",
        )
    return tuple(value for one in typed if (value := one.strip()))


def number(
    args: MultiDict[str, str], name: str, default: int, *, least: int = 0, most: int = 10**9 - 1
) -> int:
    """A whole number from `least` to `most`.

    Raises:
        UsageError: it is none, or out of range.
    """
    typed = text(args, name)
    if not typed:
        return default
    if not _NUMBER.fullmatch(typed) or not least <= int(typed) <= most:
        raise UsageError(
            f"{name}={typed[:40]} is not a number from {least} to {most}.",
            f"Leave {name} out of the address, or write a number.",
        )
    return int(typed)


def choice(
    args: MultiDict[str, str], name: str, choices: Collection[str], default: str | None = None
) -> str | None:
    """One of some words.

    Raises:
        UsageError: it is none of them.
    """
    typed = text(args, name)
    if not typed:
        return default
    if typed not in choices:
        raise UsageError(
            f"{name}={typed[:40]} is none of {', '.join(choices)}.",
            f"Leave {name} out of the address, or choose one of these.",
        )
    return typed


def flag(args: MultiDict[str, str], name: str) -> bool:
    """Whether it is switched on: `?open`, `?open=1`, but not `?open=0` or `?open=false`."""
    return name in args and text(args, name).lower() not in {"0", "false", "no", "off"}
