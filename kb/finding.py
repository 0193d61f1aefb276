"""What is wrong, or worth a look, in an entry or in the configuration: bad data as data.

Apart from `kb.model` because every search may meet one, and seldom anything else of an entry.
"""

from __future__ import annotations

from typing import Literal

from kb.record import record

Level = Literal["error", "warning", "note"]


@record
class Finding:
    """Something wrong, or worth a look, in one entry or in the configuration.

    Attributes:
        rule: a short stable name, such as `front-matter` or `unknown-cause`.
        path: the file, as a path relative to the entries folder.
        line: counted from 1; 0 where the finding is about the file as a whole.
        column: in characters from 1; 0 where it is about the whole line.
        message: what is wrong, in one sentence.
        help: the remedy, in one sentence.
    """

    rule: str
    level: Level
    path: str
    line: int
    message: str
    help: str = ""
    column: int = 0
