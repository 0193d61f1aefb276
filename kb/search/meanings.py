"""What the words of a query stand for beside themselves: synonyms, services, causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.record import record
from kb.search import keywords, resolved
from kb.search.engine import Request, TermSequence, Word
from kb.search.filters import spell
from kb.search.synonyms import Synonyms, key


@record
class Context(resolved.Context):
    """What a query is read against.

    Attributes:
        similar_words: a word with a possible typo -> the indexed words it may be, best first.
    """

    synonyms: Synonyms
    similar_words: Callable[[str], Sequence[str]]


def other_spellings(
    name: tuple[str, ...], share: float, context: Context
) -> tuple[TermSequence, ...]:
    """The synonyms of a name, weighed so that all its terms together count the `share`.

    A Korean word is indexed as several pairs of syllables, an English one as one term; each
    pair scores, so that without this the Korean synonym would outweigh the English word.
    """
    spelled = (
        spell(
            other,
            adjacent=len(other.split()) > 1,
            weight=share * len(name) / max(1, len(key(other))),
        )
        for other in context.synonyms.of(name)
    )
    return tuple(sequence for sequence in spelled if sequence)


def is_held(typed: str, context: Context) -> bool:
    """Whether an entry holds these words themselves, side by side."""
    whole = spell(typed, adjacent=len(typed.split()) > 1)
    asked = Request(condition=Word(typed, (whole,) if whole else ()), limit=0, facets=())
    return whole is not None and context.engine.search(asked).total > 0


def services(typed: str, context: Context) -> tuple[tuple[str, str], ...]:
    """The service that a word is a name of."""
    service = context.vocabulary.canonical("service", typed)
    return () if service is None else (("service", keywords.fold(service)),)


def causes(typed: str, context: Context) -> tuple[tuple[str, str], ...]:
    """The cause that words name counts as a match.

    An alias may be narrower than its cause (`BGP`: network), so it counts only where no
    entry holds it (`misconfiguration`: config-change).
    """
    from kb.vocabulary import fold

    cause = context.vocabulary.canonical("cause", typed)
    known = context.vocabulary.causes.get(cause or "")
    if known is None or cause == "unknown":
        return ()
    named = fold(typed) in map(fold, (known.id, known.label, known.label_ko))
    return (("cause", known.id),) if named or not is_held(typed, context) else ()
