"""Query -> what an engine is asked, what the person is told, and what is marked in results.

A part that cannot be used becomes a notice and its words are searched as text, so that nothing
is silently not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, get_args

from kb.record import record
from kb.search import filters, meanings
from kb.search.engine import (
    SYNONYM_WEIGHT,
    AllOf,
    AnyOf,
    Condition,
    Except,
    Sort,
    TermSequence,
    Word,
)
from kb.search.filters import MOST_EXPANSIONS, nothing_in, spell
from kb.search.query_fields import FIELD_ALIASES, FIELDS
from kb.search.query_tree import Either, Filter, Group, Item, Not, Query, Text
from kb.search.results import Notice
from kb.search.synonyms import LONGEST, key

if TYPE_CHECKING:
    from kb.search.meanings import Context

SORTS: tuple[str, ...] = get_args(Sort)
SHORTEST_SPACED, LONGEST_SPACED = 4, 12
"""Syllables of a Korean word that is looked for with a space in it as well."""

_MIXED = r"[^\W\d_가-힣]{2,}|[가-힣]{2,}"
_SPOKEN_SORTS = {
    "relevance": "best match first",
    "newest": "newest first",
    "oldest": "oldest first",
    "longest": "longest first",
}


@record
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
    compiler = _Compiler(context)
    for notice in query.notices:
        compiler.take_notice(notice)
    return compiler.compile(query.items)


class _Demand(NamedTuple):
    """What an entry must fulfil, in words, and what it says with a minus before it."""

    condition: Condition
    understood: str
    denied: str


class _Taken:
    """A word that need not match.

    Attributes:
        plain: whether it may stand for other words, alone or together with its neighbours.
    """

    def __init__(self, word: Word, part: str, *, plain: bool) -> None:
        self.word = word
        self.part = part
        self.plain = plain


class _Compiler:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.notices: list[Notice] = []
        self.unknown: set[str] = set()
        self.taken: list[_Taken] = []
        self.marked: list[Word] = []
        self.idle: list[str] = []
        self.sort: Sort | None = None
        self.denying = False

    def take_notice(self, notice: Notice) -> None:
        """A notice of the parser; a field that does not exist gets the nearest that does."""
        if notice.suggestion != "?":
            self.notices.append(notice)
        elif not self.context.engine.words(notice.part.lower()):
            self.unknown.add(notice.part)
            self.notices.append(_with_suggestion(notice))

    def compile(self, items: Sequence[Item]) -> Compiled:
        demands: list[_Demand] = []
        for item in _flattened(items):
            if self._take_sort(item) or self._take_soft(item):
                continue
            demand = self._filter_or_words(item) if isinstance(item, Filter) else self._demand(item)
            if demand is not None:
                demands.append(demand)
        spoken = [demand.understood for demand in demands]
        if self.taken:
            spoken.append("text matches " + " ".join(taken.word.text for taken in self.taken))
        elif self.idle and not demands:
            typed = " ".join(self.idle)
            self.notices.append(Notice(typed[:80], f"{nothing_in(typed)}; left out"))
        self._widen()
        words = tuple(taken.word for taken in self.taken)
        order = f", {_SPOKEN_SORTS[self.sort]}" if self.sort else ""
        return Compiled(
            words=words,
            typed=tuple(taken.part for taken in self.taken),
            condition=AllOf(tuple(demand.condition for demand in demands)),
            marked=(*words, *self.marked),
            sort=self.sort,
            understood=(", and ".join(spoken) or "every entry") + order,
            notices=tuple(dict.fromkeys(self.notices)),
        )

    def _take_sort(self, item: Item) -> bool:
        if not isinstance(item, Filter) or item.field != "sort":
            return False
        order = next((sort for sort in get_args(Sort) if sort == item.values[0].lower()), None)
        if order is None or item.comparison or len(item.values) > 1:
            from kb.vocabulary import near

            nearest = near(item.values[0], SORTS, limit=1) or ("newest",)
            message = f"entries can be sorted by {', '.join(SORTS)}"
            self.notices.append(Notice(item.part, message, f"sort:{nearest[0]}"))
        else:
            self.sort = order
        return True

    def _take_soft(self, item: Item) -> bool:
        """Words that need not match: plain ones, and a choice between texts."""
        if isinstance(item, Text):
            for each in self._split(item) if item.kind == "word" else [item]:
                self._take_text(each)
            return True
        if isinstance(item, Either) and all(map(_is_text, item.items)):
            shown = " OR ".join(map(_shown, item.items))
            self._take(Word(f"({shown})", self._choices(item.items)), shown, plain=False)
            return True
        return False

    def _take_text(self, item: Text) -> None:
        spellings = self._spellings(item)
        part = item.part or item.text
        if not spellings and item.kind == "phrase" and len(item.text.split()) > 1:
            self.notices.append(Notice(part, f"{nothing_in(item.text)}; left out"))
        elif not spellings and item.kind != "prefix":
            self.idle.append(part)
        self._take(Word(_shown(item), spellings), part, plain=item.kind == "word")

    def _take(self, word: Word, part: str, *, plain: bool) -> None:
        if word.spellings and all(taken.word.spellings != word.spellings for taken in self.taken):
            self.taken.append(_Taken(word, part, plain=plain))

    def _choices(self, items: Sequence[Item]) -> tuple[TermSequence, ...]:
        """The spellings of any of these; what must not be there is meant as it is typed."""
        spellings: list[TermSequence] = []
        for item in items:
            spellings.extend(self._spellings(item))
            if isinstance(item, Text) and item.kind == "word" and not self.denying:
                spellings.extend(
                    meanings.other_spellings(key(item.text), SYNONYM_WEIGHT, self.context)
                )
        return tuple(dict.fromkeys(spellings))

    def _split(self, item: Text) -> list[Text]:
        """`DB장애` is two words, unless the vocabulary knows it as one (`카카오T`).

        So is what looks like a field that does not exist.
        """
        if item.part in self.unknown:
            return [Text(part, "word", part) for part in re.split('[:,\\s"]+', item.text) if part]
        runs = () if item.text.isascii() else re.findall(_MIXED, item.text)
        if len(runs) < 2 or "".join(runs) != item.text or self.context.synonyms.of(key(item.text)):
            return [item]
        return [Text(run, "word", run) for run in runs]

    def _spellings(self, item: Item) -> tuple[TermSequence, ...]:
        if isinstance(item, Group):
            joined = [s for each in item.items for s in self._spellings(each)[:1]]
            terms = tuple(term for sequence in joined for term in sequence.terms)
            return (TermSequence(terms),) if terms else ()
        if not isinstance(item, Text):
            return ()
        if item.kind == "prefix":
            found = self.context.engine.words(item.text.lower())
            # A joined word (`checkout-worker-7`) begins with one of its parts, which is found.
            parts = [pair for pair in found if pair[0].isalnum()]
            meant = [word for word, _ in sorted(parts or found, key=lambda pair: -pair[1])]
        elif item.kind == "typo":
            meant = [item.text, *self.context.similar_words(item.text)]
        else:
            meant = [item.text, *self._with_space(item)]
        spelled = (
            spell(word, adjacent=item.kind != "word" or word != item.text)
            for word in meant[:MOST_EXPANSIONS]
        )
        spellings = tuple(sequence for sequence in spelled if sequence)
        if item.kind == "prefix" and not spellings:
            message = f"no word begins with {item.text}"
            self.notices.append(Notice(item.part or _shown(item), message))
        return spellings

    def _with_space(self, item: Text) -> Sequence[str]:
        """Korean is spaced freely: where no `결제시스템` is held, `결제 시스템` may be."""
        word = item.text
        if item.kind != "word" or not all("가" <= letter <= "힣" for letter in word):
            return ()
        if not SHORTEST_SPACED <= len(word) <= LONGEST_SPACED or meanings.is_held(
            word, self.context
        ):
            return ()
        return [f"{word[:at]} {word[at:]}" for at in range(2, len(word) - 1)]

    def _widen(self) -> None:
        """Add synonyms to the plain words, also where several together are one name."""
        keys = [
            tuple(term for term, _ in taken.word.spellings[0].terms) if taken.plain else None
            for taken in self.taken
        ]
        for length in range(min(LONGEST, len(keys)), 0, -1):
            for start in range(len(keys) - length + 1):
                window = keys[start : start + length]
                name = [term for terms in window if terms for term in terms]
                if None not in window:
                    self._widen_together(self.taken[start : start + length], tuple(name))

    def _widen_together(self, window: Sequence[_Taken], name: tuple[str, ...]) -> None:
        others = meanings.other_spellings(name, SYNONYM_WEIGHT / len(window), self.context)
        typed = " ".join(taken.word.text for taken in window)
        causes, services = (
            meanings.causes(typed, self.context),
            meanings.services(typed, self.context),
        )
        for taken in window if others or causes or services else ():
            taken.word = replace(
                taken.word,
                spellings=tuple(dict.fromkeys((*taken.word.spellings, *others))),
                keywords=tuple(dict.fromkeys((*taken.word.keywords, *causes))),
                named=tuple(dict.fromkeys((*taken.word.named, *services))),
            )

    def _demand(self, item: Item) -> _Demand | None:
        """What an item demands of an entry; None where it demands nothing."""
        if isinstance(item, Filter):
            return self._filter(item)
        if isinstance(item, Text):
            return self._demanded_text(item)
        if isinstance(item, Not):
            return self._denied(item)
        found = [self._demand(each) for each in item.items]
        demands = [demand for demand in found if demand is not None]
        if len(demands) < 2:
            return demands[0] if demands else None
        either = isinstance(item, Either)
        spoken = dict.fromkeys(demand.understood for demand in demands)
        joined = (" or " if either else " and ").join(spoken)
        condition = (AnyOf if either else AllOf)(tuple(demand.condition for demand in demands))
        return _Demand(condition, f"({joined})", f"not ({joined})")

    def _denied(self, item: Not) -> _Demand | None:
        marked, denying = len(self.marked), self.denying
        self.denying = True
        demand = self._demand(item.item)
        self.denying = denying
        del self.marked[marked:]
        if demand is None:
            return None
        return _Demand(Except(demand.condition), demand.denied, demand.understood)

    def _demanded_text(self, item: Text) -> _Demand | None:
        spellings = self._choices([item])
        part = item.part or item.text
        if not spellings:
            if item.kind != "prefix":
                self.notices.append(Notice(part, f"{nothing_in(item.text)}; left out"))
            return None
        word = Word(item.text, spellings)
        self.marked.append(word)
        shown = _shown(item) if item.kind == "phrase" else f"“{_shown(item)}”"
        what = f"the phrase {shown}" if item.kind == "phrase" else shown
        return _Demand(word, f"text has {what}", f"text does not have {what}")

    def _filter(self, item: Filter) -> _Demand | None:
        """A filter inside of something else; where it cannot be used, its words as text."""
        if item.field == "sort":
            self.notices.append(Notice(item.part, "sort: counts at the top of a query only"))
            return None
        demand = self._resolved(item)
        if demand is not None:
            return demand
        texts = [Group(tuple(_words_of(value))) for value in item.values if value.strip()]
        return self._demand(Either(tuple(texts))) if self._searchable(item) else None

    def _filter_or_words(self, item: Filter) -> _Demand | None:
        """A filter at the top; where it cannot be used, its words count like any others."""
        demand = self._resolved(item)
        if demand is None and self._searchable(item):
            for value in item.values:
                for word in _words_of(value):
                    self._take_soft(word)
        return demand

    def _resolved(self, item: Filter) -> _Demand | None:
        answer = filters.resolve(item, self.context)
        if answer.notice:
            outcome = "searched as text" if self._searchable(item) else "left out"
            message = f"{answer.notice.message}; {outcome}"
            self.notices.append(replace(answer.notice, message=message))
        if answer.condition is None:
            return None
        self.marked.extend(answer.words)
        return _Demand(answer.condition, answer.understood, answer.denied)

    def _searchable(self, item: Filter) -> bool:
        return any(spell(value, adjacent=False) for value in item.values)


def _words_of(value: str) -> Iterator[Text]:
    """The words of an unusable filter's value, as text."""
    for word in value.split():
        if any(map(str.isalnum, word)):
            yield Text(word, "word", word)


def _flattened(items: Sequence[Item]) -> Iterator[Item]:
    """At the top, parentheses change nothing."""
    for item in items:
        if isinstance(item, Group):
            yield from _flattened(item.items)
        else:
            yield item


def _is_text(item: Item) -> bool:
    """Whether it can be one of the spellings of a word."""
    if isinstance(item, Group):
        return all(isinstance(each, Text) and each.kind == "word" for each in item.items)
    return isinstance(item, Text)


def _shown(item: Item) -> str:
    if isinstance(item, Group):
        return f"({' '.join(map(_shown, item.items))})"
    assert isinstance(item, Text)
    shown = {"prefix": f"{item.text}*", "typo": f"{item.text}~", "phrase": f"“{item.text}”"}
    return shown.get(item.kind, item.text)


def _with_suggestion(notice: Notice) -> Notice:
    """The nearest field for a field that does not exist."""
    from kb.vocabulary import near

    name, _, value = notice.part.partition(":")
    nearest = near(name, (*FIELDS, *FIELD_ALIASES), limit=1)
    suggestion = f"{FIELD_ALIASES.get(nearest[0], nearest[0])}:{value}" if nearest else ""
    return replace(notice, message=f"{notice.message}; searched as text", suggestion=suggestion)
