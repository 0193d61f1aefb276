"""KB3xx: durations told in words ("an outage of 45 minutes", 1시간 26분간) against the times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kb.model import minutes_between
from kb.moments import find_moments, format_duration, parse_duration
from kb.review.rule import Problem, Rule
from kb.review.told import value_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.review.prose import Prose
    from kb.review.subject import Subject

_WORDS = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_NUMBER = rf"(?:\d{{1,4}}(?:\.\d)?|{'|'.join(_WORDS)})"
_HOURS, _MINUTES = r"[ -]?(?:hours?|hrs?|h)", r"[ -]?(?:minutes?|mins?|m)"
_ENGLISH = (
    rf"(?:{_NUMBER}[ -]?days?(?:,? (?:and )?{_NUMBER}{_HOURS})?"
    rf"|{_NUMBER}{_HOURS}(?:,? ?(?:and )?{_NUMBER}{_MINUTES})?"
    rf"|{_NUMBER}[ -]?(?:minutes?|mins?)"
    rf"|an hour and {_NUMBER} minutes?|half an hour|an hour)(?![a-z])"
)
_KOREAN = (
    r"(?:\d{1,3}일 ?\d{1,2}시간(?: ?\d{1,2}분)?"
    r"|(?:\d{1,3}|한|두|세|네|다섯|여섯) ?시간(?: ?\d{1,2}분| ?반)?|\d{1,4}분)"
)
_ABOUT = (
    r"(?P<about>about|around|approximately|approx\.?|roughly|nearly|almost|over|more than|at least|"
    r"under|less than|up to|some|약|대략|거의|~) ?"
)
_NEAR = r"(?<![\w.])(?:(?P<near>about|around|nearly|over|almost) )?"
_KOREAN_LENGTH = (
    rf"(?:(?P<ca>약|대략|거의) ?)?(?P<korean>{_KOREAN})"
    r"(?P<or_so> ?(?:여|가량|정도|남짓|넘게|이상))?"
)
_TROUBLE = r"(?:outage|incident|disruption|interruption)"
# "The incident lasted for D", "an outage of D", "a D outage": the length of all of it.
_WHOLE = re.compile(
    rf"(?:\b{_TROUBLE}s?(?: that| which)?(?: has| had)? (?:lasted|lasting|of|took)"
    r"(?: for)?(?: a total of)?|\b(?:total|incident|outage) (?:duration|length|time)(?: was| of|:)+"
    r"|장애 ?(?:지속 ?)?시간[은이:]*)"
    rf" ?(?:{_ABOUT})?(?P<after>{_ENGLISH}|{_KOREAN})"
    rf"|{_NEAR}(?P<before>{_ENGLISH})(?:[ -]long)? (?:of )?"
    rf"(?:(?:complete|total|full|partial|global|service) )?{_TROUBLE}\b"
    rf"|{_KOREAN_LENGTH} ?만에 ?(?:모두 |전면 |완전 |전체 )?(?:복구|정상화|해소|해결)",
    re.IGNORECASE,
)
# "unavailable for D", "D 동안": of a part perhaps, which cannot last longer than the whole.
_PART = re.compile(
    r"\b(?:down|unavailable|unreachable|inaccessible|offline|failing|failed|impacted|affected|"
    rf"degraded)(?: \w+){{0,2}} for(?: a total of)? ?(?:{_ABOUT})?(?P<after>{_ENGLISH})"
    rf"|{_NEAR}(?P<before>{_ENGLISH}) of (?:\w+ )?(?:downtime|unavailability|degradation)\b"
    rf"|{_KOREAN_LENGTH} ?(?:동안|간(?![가-힣])|간의)",
    re.IGNORECASE,
)
# "Time to recovery: 87 minutes", as a line, an item or a row of a table.
_LABELLED = re.compile(
    r"[\s|>*+_-]{0,12}(?:"
    r"(?P<detect>(?:mean )?time to detect(?:ion)?|m?ttd|감지까지(?: 걸린 시간)?|감지 소요 ?시간)"
    r"|(?:mean )?time to (?:mitigat(?:e|ion)|recover(?:y)?|resol(?:ve|ution)|restor(?:e|ation))"
    r"|m?tt[mr]|(?:total |incident |outage )?duration"
    r"|복구까지(?: 걸린 시간)?|복구 소요 ?시간|(?:총 )?장애 ?(?:지속 ?)?시간"
    r")[*_ ]{0,4}[:：|][*_ ]{0,4}(?P<said>[^|\n]{2,60})",
    re.IGNORECASE,
)
_SAID_ENDS = re.compile(r"(?:\[\^?\w+\]|\([^()]*\)|[.|\s])*$")
_RANGE_BEFORE = re.compile(r"\d[^\d.]{0,12}[(（]?(?:약 ?|about |총 ?)?$")
_OTHERS = re.compile(
    r"\b(?:previous|earlier|additional|further|another|last (?:year|month|week)|would|could|might"
    r"|if|SLA|every|per|other)\b|지난|과거|이전|당시|다른|매 |마다|목표|이내|추가",
    re.IGNORECASE,
)
_MOST_EVENTS = 300
"""Far more than a timeline has; each is compared with each."""
_HELP = "Correct one of the two, or give `duration_note:` with the reason."
_HINTS = ("hour", "minute", "min", " day", "hr", "시간", "분")


@dataclass(frozen=True, slots=True)
class _Stated:
    """A duration told in a line: `start` and `end` are its columns, from 0."""

    text: str
    minutes: int
    start: int
    end: int
    about: bool


def _stated(match: re.Match[str], line: str) -> _Stated | None:
    groups = match.groupdict()
    group = next(g for g in ("after", "before", "korean") if groups.get(g))
    text = match[group]
    plain = re.sub(r"[A-Za-z]+", lambda m: _WORDS.get(m[0].lower(), m[0]), text)
    plain = plain.replace("-", " ")
    minutes = parse_duration(plain)
    about = any(groups.get(name) for name in ("about", "near", "ca", "or_so"))
    about = about or bool(
        re.match(r" ?(?:여|가량|정도|남짓|넘게|이상|or so)", line[match.end(group) :])
    )
    start, end = match.span(group)
    return _Stated(text, minutes, start, end, about) if minutes else None


def _tolerance(stated: _Stated, *, exact: bool) -> float:
    """By how many minutes a told duration may be off: as far as its smallest unit rounds.

    Args:
        stated: the duration.
        exact: whether the clock times it is compared with stand directly before it.
    """
    text = stated.text.casefold()
    if "minute" in text or "min" in text or "분" in text:
        if exact and not stated.about:
            return 2.0
        rounded = 5.0 if stated.minutes % 5 else 7.0
    elif "day" in text or "일" in text:
        rounded = 18 * 60.0
    else:
        rounded = 30.0
    return max(rounded, (0.25 if stated.about else 0.05) * stated.minutes)


def _spans(subject: Subject) -> tuple[list[float], float]:
    """The lengths in minutes that a text may mean by the incident, and the longest of all."""
    entry = subject.entry
    keys = ("started", "detected", "declared", "mitigated", "resolved")
    instants: list[datetime] = [at for key in keys if (at := getattr(entry, key)) is not None]
    timeline = entry.timeline[:_MOST_EVENTS]
    events = [at for event in timeline for at in (event.at, event.until) if at]
    begins = [at for at in (entry.started, entry.detected) if at]
    ends = [at for at in (entry.mitigated, entry.resolved) if at]
    begins += [one.at for one in timeline if one.at and one.kind in {"started", "detected"}]
    ends += [one.at for one in timeline if one.at and one.kind in {"mitigated", "resolved"}]
    every = [*instants, *events]
    pairs = [(a, b) for a in begins for b in every] + [(a, b) for a in every for b in ends]
    pairs += [(one.at, one.until) for one in timeline if one.at and one.until]
    spans = [(b - a).total_seconds() / 60 for a, b in pairs if b > a]
    longest = (max(every) - min(every)).total_seconds() / 60 if every else 0.0
    return spans, longest


def _labelled(subject: Subject) -> Iterator[Problem]:
    """Lines that name a length: the time to detection, the time to recovery."""
    entry = subject.entry
    begins, ends = (entry.started, entry.detected), (entry.mitigated, entry.resolved)
    if entry.started is None:
        return
    for prose in subject.prose():
        match = _LABELLED.match(prose.text)
        if match is None:
            continue
        said = _SAID_ENDS.sub("", match["said"][:60])
        told = parse_duration(said)
        pairs = [begins] if match["detect"] else [(a, b) for a in begins for b in ends]
        lengths = [one for a, b in pairs if (one := minutes_between(a, b)) is not None]
        if told is None or not lengths:
            continue
        longest = max(lengths)
        lengths += [
            one
            for event in entry.timeline[:_MOST_EVENTS]
            if (one := minutes_between(entry.started, event.at)) is not None
        ]
        if all(abs(told - one) > max(5, told * 0.05) for one in lengths):
            what = "`started` to `detected`" if match["detect"] else "`started` to the end"
            yield Problem(
                subject.part(prose.line, match.start("said"), match.start("said") + len(said)),
                f"The text says `{said}`, but from {what} it is {format_duration(longest)}.",
                _HELP,
            )


def _check(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    if entry.extra.get("duration_note"):
        return
    yield from _labelled(subject)
    if entry.duration_minutes is None:
        return
    yield from _of_key(subject, entry.duration_minutes)
    known: tuple[list[float], float] | None = None
    for prose in subject.prose():
        if _LABELLED.match(prose.text):
            continue
        if prose.section is None or prose.section.kind not in {"summary", "impact"}:
            continue
        if not any(hint in prose.text for hint in _HINTS) or len(prose.text) > 5000:
            continue
        known = known or _spans(subject)
        for stated, is_whole in _told_in(prose):
            own = _range_of(prose, stated)
            spans, longest = ([own], own) if own else known
            room = _tolerance(stated, exact=bool(own))
            fits = any(abs(span - stated.minutes) <= room for span in spans)
            if fits or (not is_whole and not own and stated.minutes <= longest + room):
                continue
            against = (
                f"the times beside it give {format_duration(int(own))}"
                if own
                else f"from `started` to `resolved` it is {format_duration(entry.duration_minutes)}"
            )
            yield Problem(
                subject.part(prose.line, stated.start, stated.end),
                f"The text says `{stated.text}`, but {against}.",
                _HELP,
            )


def _told_in(prose: Prose) -> Iterator[tuple[_Stated, bool]]:
    """The durations of a line, and whether each is that of the whole incident."""
    taken: set[int] = set()
    for pattern, is_whole in ((_WHOLE, True), (_PART, False)):
        for match in pattern.finditer(prose.text):
            sentence = prose.text[max(0, match.start() - 80) : match.end() + 30]
            stated = _stated(match, prose.text)
            if stated and stated.start not in taken and not _OTHERS.search(sentence):
                taken.add(stated.start)
                yield stated, is_whole


def _range_of(prose: Prose, stated: _Stated) -> float | None:
    """The minutes of a range of clock times directly before a duration, or None."""
    before = prose.text[max(0, stated.start - 60) : stated.start]
    if not _RANGE_BEFORE.search(before[-16:]) and "까지" not in before[-16:]:
        return None
    ranges = [one for one in find_moments(before) if one.clock and one.until]
    if not ranges or ranges[-1].date or ranges[-1].until_date:
        return None
    first, last = ranges[-1].clock, ranges[-1].until
    assert first is not None
    assert last is not None
    return float((last.minutes - first.minutes) % (24 * 60)) or None


def _of_key(subject: Subject, minutes: int) -> Iterator[Problem]:
    for key in ("duration", "duration_minutes"):
        for text in subject.entry.extra.get(key, ()):
            told = int(text) if text.isdigit() and len(text) < 7 else parse_duration(text)
            if told is not None and abs(told - minutes) > 5:
                message = (
                    f"`{key}` is {text}, but from `started` to `resolved` it is "
                    f"{format_duration(minutes)}."
                )
                yield Problem(value_place(subject, key), message, _HELP)


STATED_DURATION = Rule(
    "KB306",
    "stated-duration",
    "time",
    "warning",
    "A duration told in summary or impact is the one between the times.",
    "The sentence is what gets quoted. About and 약 leave room for a quarter, whole hours for "
    "half an hour, and the time to the mitigation counts as well. Where both are right "
    "(maintenance windows, partial recovery), `duration_note:` in the front matter says why.",
    "started: 2024-07-18T10:54:00+09:00\nresolved: 2024-07-18T12:20:00+09:00\n\n"
    "## Summary\n\nThe outage lasted about 4 hours.",
    "started: 2024-07-18T10:54:00+09:00\nresolved: 2024-07-18T12:20:00+09:00\n\n"
    "## Summary\n\nThe outage lasted 86 minutes.",
    _check,
)
