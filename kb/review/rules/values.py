"""KB1xx: the values of front-matter keys: names of the vocabulary, titles, languages, zones."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kb.document.entry import language_of
from kb.document.front_matter import Several, texts_of
from kb.moments import resolve_zone
from kb.review.rule import Edit, Fix, Problem, Rule
from kb.review.told import told, value_place
from kb.vocabulary import fold, letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.finding import Level
    from kb.review.rule import Check, Place
    from kb.review.subject import Subject

DAYS_TO_FIND_THE_CAUSE = 30

_MOST_UNKNOWN = 50
"""Unknown names of one key that are told; more are no list somebody typed."""

_KEYS = {
    "service": "services",
    "cause": "causes",
    "severity": "severity",
    "status": "status",
    "trigger": "trigger",
    "detected-by": "detected_by",
}
_LISTS = ("services", "causes", "tags", "authors", "aliases")
_SEPARATORS = re.compile(r"\s*[,;，、]\s*")
# Words that say what kind of document it is, or that something failed, but not what.
_GENERIC = frozenset(
    "a an the and of on in for at our new title untitled test postmortem post mortem incident "
    "outage report service system issue problem failure error down major minor production prod "
    "disruption draft analysis review summary template tbd "
    "장애 보고서 보고 사고 포스트모템 서비스 시스템 오류 문제 발생 인시던트 리뷰 분석 제목 무제 "
    "초안 건 회고 및 관련 서버".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile(r"[가-힣]+")
_ENDS_A_SENTENCE = re.compile(r"(?<=[^\W_]{3})[.。]$|(?<=[가-힣])[.。]$")
_COUNTRY_ZONES = {"KST": "Asia/Seoul", "JST": "Asia/Tokyo"}
_ABBREVIATION = re.compile(r"[A-Za-z]{1,5}|[A-Za-z]+(?: [A-Za-z]+)+|[가-힣 ]+")


def _unknown(field: str) -> Check:
    """A check for names of a field that the vocabulary does not have."""

    def check(subject: Subject) -> Iterator[Problem]:
        vocabulary, key = subject.config.vocabulary, _KEYS[field]
        known = vocabulary.known(field)
        if not known:
            return
        written = [text for of, text in subject.entry.written if of == field]
        unknown = [text for text in written if vocabulary.canonical(field, text) is None]
        for text in unknown[:_MOST_UNKNOWN]:
            place = value_place(subject, key, text)
            nearest = vocabulary.nearest(field, text)
            message = f"`{text}` is not a known {field.replace('-', ' ')}."
            yield Problem(
                place, message, _remedy(field, key, nearest, known), _fix(place, text, nearest)
            )

    return check


def _remedy(field: str, key: str, nearest: tuple[str, ...], known: tuple[str, ...]) -> str:
    add = f"add it to `[{key}]` in kb.toml"
    if nearest:
        named = " or ".join(f"`{name}`" for name in nearest)
        return f"Did you mean {named}?" + (f" Else {add}." if field == "service" else "")
    if field == "service":
        return f"Use a name from there, or {add}."
    return f"Use one of: {', '.join(known)}."


def _fix(place: Place, text: str, nearest: tuple[str, ...]) -> Fix | None:
    """Put the id in the place of a name that is one slip away from it, and from no other."""
    from rapidfuzz.distance import OSA

    written = place.end_line == place.line and place.end_column - place.column == len(text)
    if len(nearest) != 1 or not written or len(text) < 4:
        return None
    if OSA.distance(letters(fold(text)), letters(fold(nearest[0])), score_cutoff=1) > 1:
        return None
    return Fix(f"Write `{nearest[0]}`.", (Edit(place, nearest[0]),))


def _unreadable_times(subject: Subject) -> Iterator[Problem]:
    yield from told("unreadable-date", "front matter")(subject)


def _cause_stays_unknown(subject: Subject) -> Iterator[Problem]:
    entry = subject.entry
    if entry.causes[:1] != ("unknown",) or entry.date is None:
        return
    days = (subject.today - entry.date).days
    if days > DAYS_TO_FIND_THE_CAUSE:
        message = f"The cause is still `unknown`, {days} days after the incident."
        help_ = "Name the class of causes that is known by now; `kb causes` lists them."
        level: Level | None = "note" if subject.imported else None
        yield Problem(value_place(subject, "causes"), message, help_, level=level)


def _weak_title(subject: Subject) -> Iterator[Problem]:
    title, key = subject.entry.title, "title"
    if not title or key not in subject.front.values:
        return
    words = [word.casefold() for word in _WORD.findall(title)]
    place = value_place(subject, key)
    if all(word in _GENERIC for word in words):
        help_ = "Say what failed and how it showed: `Login of KakaoTalk failed on PC`."
        yield Problem(place, f"The title `{title[:80]}` fits any incident.", help_)
    elif (end := _ENDS_A_SENTENCE.search(title)) and ". " not in title:
        where = value_place(subject, key, title)
        point = subject.part(where.line, where.end_column - 2, where.end_column - 1)
        exact = where.end_column - where.column == len(title)
        fix = Fix("Remove the full stop.", (Edit(point, ""),)) if exact else None
        message = f"The title ends in `{end[0]}`."
        yield Problem(point if exact else place, message, "A title is no sentence.", fix)


def _other_language(subject: Subject) -> Iterator[Problem]:
    named = subject.entry.language.partition("-")[0]
    if "language" not in subject.front.values or named not in {"ko", "en"}:
        return
    text = "".join(" ".join(subject.lines[subject.body_line - 1 :]).split())
    hangul = 0 if text.isascii() else sum(map(len, _HANGUL.findall(text)))
    much, little = hangul * 2 > len(text), hangul * 50 < len(text)
    if len(text) >= 200 and ((named == "ko" and little) or (named == "en" and much)):
        seems = language_of(subject.lines[subject.body_line - 1 :])
        message = f"`language` is {named}, but the text is nearly all in another one ({seems})."
        help_ = f"Write `language: {seems}`, or leave the line out: it is detected."
        yield Problem(value_place(subject, "language"), message, help_)


def _repeated(subject: Subject) -> Iterator[Problem]:
    vocabulary = subject.config.vocabulary
    fields = {key: field for field, key in _KEYS.items()}
    for key in _LISTS:
        value = subject.front.values.get(key)
        if value is None:
            continue
        texts = list(texts_of(value)) if isinstance(value, Several) else _split(value)
        seen: dict[str, str] = {}
        for text in texts:
            name = fold(text)
            if key in fields:
                name = vocabulary.canonical(fields[key], text) or name
            if name in seen:
                again = "" if seen[name] == text else f", as `{seen[name]}`"
                message = f"`{key}` names `{text}` twice{again}."
                yield Problem(value_place(subject, key), message, "Keep one of the two.")
            seen.setdefault(name, text)


def _split(value: object) -> list[str]:
    text = getattr(value, "text", "")
    return [part for part in _SEPARATORS.split(text) if part.strip()]


def _abbreviated_zone(subject: Subject) -> Iterator[Problem]:
    zone = subject.entry.timezone.strip()
    if not _ABBREVIATION.fullmatch(zone) or resolve_zone(zone) is None or _is_iana(zone):
        return
    place = value_place(subject, "timezone", zone)
    name = _COUNTRY_ZONES.get(zone.upper())
    help_ = f"Write `timezone: {name}`." if name else "Write a name such as `Europe/Paris`."
    fix = Fix(f"Write `{name}`.", (Edit(place, name),)) if name else None
    message = f"`{zone}` is not the IANA name of a time zone."
    yield Problem(place, message, help_, fix)


@cache
def _is_iana(zone: str) -> bool:
    """Whether the tz database has a zone of this very name (`UTC`, `CET`)."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (LookupError, OSError, ValueError):
        return False
    return True


def _unknown_rule(code: str, field: str, level: Level, why: str, example: tuple[str, str]) -> Rule:
    key = _KEYS[field]
    return Rule(
        code,
        f"unknown-{field}",
        "front-matter",
        level,
        f"`{key}` is a name that the vocabulary knows, by id, label or alias.",
        why,
        example[0],
        example[1],
        _unknown(field),
    )


UNREADABLE_TIME = Rule(
    "KB105",
    "unreadable-date",
    "front-matter",
    "error",
    "Dates and times in the front matter can be read.",
    "A time that cannot be read counts as unknown: the incident has no duration then, and is "
    "missing from the statistics.",
    "started: 2024-07-18T25:54:00+09:00",
    "started: 2024-07-18T10:54:00+09:00",
    _unreadable_times,
)
VALUE_SHAPE = Rule(
    "KB106",
    "value-shape",
    "front-matter",
    "warning",
    "Each key has the shape of value it needs: one text, or a plain list.",
    "A list where one value belongs, a table in a list, tabs as indentation: the reader makes the "
    "best of it, which may not be what was meant.",
    "severity: [sev1, sev2]",
    "severity: sev1",
    told("front-matter", level="warning"),
)
UNKNOWN_CAUSE = _unknown_rule(
    "KB107",
    "cause",
    "error",
    "Incidents of one cause are found and counted together only if they name it alike. "
    "`kb causes` lists the names; kb.toml may add some.",
    ("causes: [netwrok]", "causes: [network]"),
)
UNKNOWN_SERVICE = _unknown_rule(
    "KB108",
    "service",
    "warning",
    "A service that kb.toml does not know has no page, no owner and no recurrence. `kb services` "
    "lists the names. Nothing is said where kb.toml has no services at all.",
    ("services: [kakotalk]", "services: [kakaotalk]"),
)
UNKNOWN_SEVERITY = _unknown_rule(
    "KB109",
    "severity",
    "error",
    "Four levels, sev1 the worst. P0 to P5, `critical`, 심각 and the like are understood.",
    ("severity: huge", "severity: sev1"),
)
UNKNOWN_STATUS = _unknown_rule(
    "KB110",
    "status",
    "error",
    "An entry is a draft, in review or published; only then does everybody know how far it can "
    "be relied on.",
    ("status: almost", "status: in-review"),
)
UNKNOWN_TRIGGER = _unknown_rule(
    "KB111",
    "trigger",
    "warning",
    "What set the incident off is counted apart from why it was possible, in a few fixed classes.",
    ("trigger: friday", "trigger: deploy"),
)
UNKNOWN_DETECTED_BY = _unknown_rule(
    "KB112",
    "detected-by",
    "warning",
    "Who noticed first, in one of five words, tells whether monitoring works.",
    ("detected_by: luck", "detected_by: customer"),
)
UNKNOWN_TIMEZONE = Rule(
    "KB113",
    "unknown-timezone",
    "front-matter",
    "error",
    "`timezone` is a time zone.",
    "It is what times without a zone mean in the whole entry. Where nobody knows the zone, none "
    "of them is a point in time.",
    "timezone: Asia/Soul",
    "timezone: Asia/Seoul",
    told("unknown-timezone"),
)
CAUSE_STAYS_UNKNOWN = Rule(
    "KB118",
    "cause-stays-unknown",
    "front-matter",
    "warning",
    "Thirty days after the incident its cause is known.",
    "`unknown` is right while people look. A month later it mostly means that nobody came back to "
    "the entry.",
    "date: 2020-01-16\ncauses: [unknown]",
    "date: 2020-01-16\ncauses: [network]",
    _cause_stays_unknown,
)
WEAK_TITLE = Rule(
    "KB119",
    "weak-title",
    "front-matter",
    "note",
    "The title says what failed, and is no sentence.",
    "Titles are read in lists. One that fits any incident (`Service outage`, 장애 보고서) helps "
    "nobody to find this one.",
    "title: Incident report",
    "title: Login of KakaoTalk failed on PC",
    _weak_title,
)
LANGUAGE = Rule(
    "KB120",
    "other-language",
    "front-matter",
    "note",
    "`language` is the one the text is written in.",
    "Pages are labelled by it, and screen readers speak in it. A text in two languages may name "
    "either. Without the key the language is detected.",
    "language: ko, above a text in English",
    "language: en, above a text in English",
    _other_language,
)
REPEATED_VALUE = Rule(
    "KB121",
    "repeated-value",
    "front-matter",
    "note",
    "A list names nothing twice.",
    "Often the second one was meant to be another: two aliases of one service are one service.",
    "tags: [login, messenger, Login]",
    "tags: [login, messenger]",
    _repeated,
)
ZONE_ABBREVIATED = Rule(
    "KB123",
    "zone-abbreviated",
    "front-matter",
    "note",
    "`timezone` is an IANA name.",
    "An abbreviation has one offset on every day of the year, so that summer time is an hour off; "
    "and some stand for several zones.",
    "timezone: KST",
    "timezone: Asia/Seoul",
    _abbreviated_zone,
)
