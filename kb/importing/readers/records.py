"""What readers of records share: Markdown put together from values, and names for the parts."""

from __future__ import annotations

import re

_PLAIN_ID = re.compile(r"[\w.:-]{1,80}")


class MarkdownLines:
    """Markdown in the making, each line with the line of the original that it comes from."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._numbers: list[int] = []

    def add(self, text: str, number: int) -> None:
        """Add one or more lines that come from one place."""
        for line in text.strip("\n").split("\n"):
            self._lines.append(line.rstrip())
            self._numbers.append(number)

    def section(self, heading: str, text: str, number: int) -> None:
        """Add a heading of level 2 and what stands below it, with blank lines around."""
        if self._lines and self._lines[-1]:
            self.add("", number)
        self.add(f"## {heading}", number)
        self.add("", number)
        if text:
            self.add(text, number)

    def whole(self, default: int) -> tuple[str, tuple[int, ...]]:
        """The Markdown and the line numbers; of an empty one, `default`."""
        return "\n".join(self._lines), tuple(self._numbers) or (default,)


class Names:
    """Names for the parts of one source: by the id they state, else by their number."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._taken: set[str] = set()
        self._count = 0

    def next(self, stated_id: str = "") -> str:
        """The name of the next part."""
        self._count += 1
        part = stated_id if _PLAIN_ID.fullmatch(stated_id) else ""
        if not part or part in self._taken:
            part = str(self._count)
            if self._count == 1:
                return self._source
        self._taken.add(part)
        return f"{self._source}#{part}"
