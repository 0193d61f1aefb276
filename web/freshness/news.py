"""What the keeper tells the followers: where the newest state is, and what is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "news.json"


@dataclass(frozen=True, slots=True)
class News:
    """The last the keeper had to tell.

    Attributes:
        number: of the state, counted from 1; 0 before the first.
        trouble: why the folder cannot be followed just now, or empty.
    """

    number: int = 0
    trouble: str = ""

    def place(self, folder: Path) -> Path:
        """The folder of the state, in the folder that the keeper has for its states."""
        return folder / f"{self.number:08d}"


def read(folder: Path) -> News:
    """The last news; empty ones where there are none."""
    try:
        return News(**json.loads((folder / NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return News()


def write(folder: Path, news: News) -> None:
    """Replace the news in one step."""
    temporary = folder / f"{NAME}.new"
    temporary.write_text(json.dumps(asdict(news), ensure_ascii=False), encoding="utf-8")
    temporary.replace(folder / NAME)
