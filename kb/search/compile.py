"""Query -> what an engine is asked, what the person is told, and what is marked in results.

A part that cannot be used becomes a notice and its words are searched as text, so that nothing
is silently not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from kb.search import filters
from kb.search.engine import AllOf, AnyOf, Condition, Except, Sort, TermSequence, Word
from kb.search.filters import spell
from kb.search.query import FIELD_ALIASES, FIELDS, Either, Filter, Group, Item, Not, Query, Text
from kb.search.ranking import SYNONYM_WEIGHT
from kb.search.results import Notice
from kb.search.synonyms import LONGEST, Synonyms, key

MOST_EXPANSIONS = 50
"""Words that a prefix or a word with a typo may stand for."""
SORTS: tuple[str, ...] = get_args(Sort)

_MIXED = re.compile(r"[^\W\d_가-힣]{2,}|[가-힣]{2,}")


@dataclass(frozen=True, slots=True)
class Context(filters.Context):
    """What a query is read against.

    Attributes:
        similar_words: a word with a possible typo -> the indexed words it may be, best first.
    """

    synonyms: Synonyms
    similar_words: Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query ready to be asked.

    Attributes:
        words: what an entry should match.
        typed: the part of the query each of the words came from, in the same order.
        condition: what it must fulfil.
        marked: all words to mark in results, those of the condition included.
        sort: as the query asks, or None.
        understood: the query in words.
    """

    words: tuple[Word, ...]
    typed: tuple[str, ...]
    condition: Condition
    marked: tuple[Word, ...]
    sort: Sort | None
    understood: str
    notices: tuple[Notice, ...]


def compile_query(query: Query, context: Context) -> Compiled:
    """Turn a parsed query into words and conditions. Never raises for anything typed."""
    unknown = frozenset(notice.part for notice in query.notices if notice.suggestion == "?")
    notices = [_with_suggestion(notice) for notice in query.notices]
    compiler = _Compiler(context, notices, unknown)
    return compiler.compile(query.items)


@dataclass(slots=True)
class _Compiler:
    context: Context
    notices: list[Notice]
    unknown: frozenset[str]
    words: list[Word] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    marked: list[Word] = field(default_factory=list)
    sort: Sort | None = None

    def compile(self, items: Sequence[Item]) -> Compiled:
        conditions: list[Condition] = []
        spoken: list[str] = []
        for item in _flattened(items):
            if self._take_sort(item) or self._take_soft(item):
                continue
            condition, understood = self._condition(item)
            if condition is not None:
                conditions.append(condition)
                spoken.append(understood)
        if self.words:
            spoken.append("text matches " + " ".join(word.text for word in self.words))
        self._widen()
        return Compiled(
            words=tuple(self.words),
            typed=tuple(self.typed),
            condition=AllOf(tuple(conditions)),
            marked=(*self.words, *self.marked),
            sort=self.sort,
            understood=", and ".join(spoken) or "every entry",
            notices=tuple(dict.fromkeys(self.notices)),
        )

    def _take_sort(self, item: Item) -> bool:
        if not isinstance(item, Filter) or item.field != "sort":
            return False
        order = next((sort for sort in get_args(Sort) if sort == item.values[0].lower()), None)
        if order is None or item.comparison or len(item.values) > 1:
            message = f"entries can be sorted by {', '.join(SORTS)}"
            self.notices.append(Notice(item.part, message, f"sort:{SORTS[1]}"))
        else:
            self.sort = order
        return True

    def _take_soft(self, item: Item) -> bool:
        """Words that need not match: plain ones, and a choice between texts."""
        if isinstance(item, Text):
            taken = self._split(item) if item.kind == "word" else [item]
            for each in taken:
                self._add_word(each.text, self._spellings(each), each.part)
            return True
        if isinstance(item, Either) and all(map(_is_text, item.items)):
            spellings = tuple(s for each in item.items for s in self._spellings(each))
            shown = " OR ".join(_shown(each) for each in item.items)
            self._add_word(f"({shown})", spellings, shown)
            return True
        return False

    def _add_word(self, shown: str, spellings: tuple[TermSequence, ...], part: str) -> None:
        if spellings and all(word.spellings != spellings for word in self.words):
            self.words.append(Word(shown, spellings))
            self.typed.append(part)

    def _split(self, item: Text) -> list[Text]:
        """`DB장애` is two words, unless the vocabulary knows it as one (`카카오T`).

        So is what looks like a field that does not exist, unless some entry holds it as it is.
        """
        if item.part in self.unknown and not self.context.engine.words(item.text.lower()):
            return [Text(part, "word", part) for part in re.split("[:,]+", item.text) if part]
        runs = _MIXED.findall(item.text)
        if len(runs) < 2 or "".join(runs) != item.text or self.context.synonyms.of(key(item.text)):
            return [item]
        return [Text(run, "word", run) for run in runs]

    def _spellings(self, item: Item) -> tuple[TermSequence, ...]:
        if isinstance(item, Group):
            joined = [s for each in item.items for s in self._spellings(each)]
            terms = tuple(term for sequence in joined for term in sequence.terms)
            return (TermSequence(terms),) if terms else ()
        if not isinstance(item, Text):
            return ()
        if item.kind == "prefix":
            found = self.context.engine.words(item.text.lower())
            meant = [word for word, _ in sorted(found, key=lambda pair: -pair[1])]
        elif item.kind == "typo":
            meant = [item.text, *self.context.similar_words(item.text)]
        else:
            meant = [item.text]
        adjacent = item.kind != "word"
        spelled = (spell(word, adjacent=adjacent) for word in meant[:MOST_EXPANSIONS])
        spellings = tuple(sequence for sequence in spelled if sequence)
        if item.kind == "prefix" and not spellings:
            self.notices.append(Notice(item.part, f"no word begins with {item.text}"))
        return spellings

    def _widen(self) -> None:
        """Add synonyms to the words, also where several words together are one name."""
        keys = [tuple(term for term, _ in word.spellings[0].terms) for word in self.words]
        for length in range(min(LONGEST, len(keys)), 0, -1):
            for start in range(len(keys) - length + 1):
                window = range(start, start + length)
                name = tuple(term for number in window for term in keys[number])
                others = self._other_spellings(name, SYNONYM_WEIGHT / length)
                typed = " ".join(self.words[number].text for number in window)
                causes = self._causes(typed)
                for number in window if others or causes else ():
                    word = self.words[number]
                    self.words[number] = replace(
                        word,
                        spellings=tuple(dict.fromkeys((*word.spellings, *others))),
                        keywords=tuple(dict.fromkeys((*word.keywords, *causes))),
                    )

    def _other_spellings(self, name: tuple[str, ...], share: float) -> tuple[TermSequence, ...]:
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
            for other in self.context.synonyms.of(name)
        )
        return tuple(sequence for sequence in spelled if sequence)

    def _causes(self, typed: str) -> tuple[tuple[str, str], ...]:
        """The cause that a word names counts as a match (`misconfiguration`: config-change)."""
        cause = self.context.vocabulary.canonical("cause", typed)
        return () if cause is None or cause == "unknown" else (("cause", cause),)

    def _condition(self, item: Item) -> tuple[Condition | None, str]:
        """What an item demands, and the demand in words; (None, "") where it demands nothing."""
        if isinstance(item, Filter):
            return self._filter(item)
        if isinstance(item, Text):
            return self._demanded_text(item)
        if isinstance(item, Not):
            marked = len(self.marked)
            condition, understood = self._condition(item.item)
            del self.marked[marked:]
            return (None, "") if condition is None else (Except(condition), f"not: {understood}")
        found = [self._condition(each) for each in item.items]
        conditions = tuple(condition for condition, _ in found if condition is not None)
        if not conditions:
            return None, ""
        either = isinstance(item, Either)
        joined = (" or " if either else " and ").join(said for _, said in found if said)
        return (AnyOf if either else AllOf)(conditions), f"({joined})"

    def _demanded_text(self, item: Text) -> tuple[Condition | None, str]:
        spellings = self._spellings(item)
        if not spellings:
            if item.kind != "prefix":
                message = "only words that are in almost every text"
                self.notices.append(Notice(item.part or item.text, message))
            return None, ""
        word = Word(item.text, spellings)
        self.marked.append(word)
        verb = "has the phrase" if item.kind == "phrase" else "has"
        return word, f"text {verb} “{_shown(item)}”"

    def _filter(self, item: Filter) -> tuple[Condition | None, str]:
        if item.field == "sort":
            self.notices.append(Notice(item.part, "sort: counts at the top of a query only"))
            return None, ""
        resolved = filters.resolve(item, self.context)
        if resolved.notice:
            self.notices.append(resolved.notice)
        if resolved.condition is not None:
            self.marked.extend(resolved.words)
            return resolved.condition, resolved.understood
        return self._as_text(item)

    def _as_text(self, item: Filter) -> tuple[Condition | None, str]:
        """The words of an unusable filter, searched like any others."""
        for value in item.values:
            for word in value.split():
                self._take_soft(Text(word, "word", word))
        return None, ""


def _flattened(items: Sequence[Item]) -> Iterator[Item]:
    """At the top, parentheses around words alone change nothing."""
    for item in items:
        if isinstance(item, Group) and all(map(_is_text, item.items)):
            yield from _flattened(item.items)
        else:
            yield item


def _is_text(item: Item) -> bool:
    if isinstance(item, Group):
        return all(isinstance(each, Text) for each in item.items)
    return isinstance(item, Text)


def _shown(item: Item) -> str:
    if isinstance(item, Group):
        return f"({' '.join(map(_shown, item.items))})"
    assert isinstance(item, Text)
    return {"prefix": f"{item.text}*", "typo": f"{item.text}~"}.get(item.kind, item.text)


def _with_suggestion(notice: Notice) -> Notice:
    """The nearest field for a field that does not exist."""
    if notice.suggestion != "?":
        return notice
    from kb.vocabulary import near

    name, _, value = notice.part.partition(":")
    nearest = near(name, (*FIELDS, *FIELD_ALIASES), limit=1)
    suggestion = f"{FIELD_ALIASES.get(nearest[0], nearest[0])}:{value}" if nearest else ""
    return replace(notice, message=f"{notice.message}; searched as text", suggestion=suggestion)
