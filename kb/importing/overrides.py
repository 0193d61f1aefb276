"""What a person names beside a document comes before what its text says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.importing.reading import Reading
    from kb.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Named:
    """Names given on the command line; empty ones leave the document's."""

    title: str = ""
    services: Sequence[str] = ()
    causes: Sequence[str] = ()
    severity: str = ""

    def put_into(self, reading: Reading, vocabulary: Vocabulary) -> Reading:
        """The reading with these names; they are no guesses.

        Raises:
            UsageError: a cause or a severity that the vocabulary does not have.
        """
        services = tuple(vocabulary.canonical("service", one) or one for one in self.services)
        entry = reading.entry
        given = {
            "title": self.title or entry.title,
            "services": services or entry.services,
            "causes": tuple(_known(vocabulary, "cause", one) for one in self.causes)
            or entry.causes,
            "severity": _known(vocabulary, "severity", self.severity)
            if self.severity
            else entry.severity,
        }
        said = {key for key in given if getattr(self, key)}
        guessed = tuple(key for key in reading.guessed if key not in said)
        return replace(reading, entry=replace(entry, **given), guessed=guessed)  # type: ignore[arg-type]


def _known(vocabulary: Vocabulary, field: str, name: str) -> str:
    canonical = vocabulary.canonical(field, name)
    if canonical is None:
        known = vocabulary.nearest(field, name) or vocabulary.known(field)
        raise UsageError(f"There is no {field} {name!r}.", f"Did you mean {', '.join(known)}?")
    return canonical
