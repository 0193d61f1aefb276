"""Time zones as people name them: abbreviations, offsets, IANA names, in English and Korean.

An abbreviation is taken at its word: PST is UTC-8 and CET is UTC+1 on every day of the
year, even where a writer forgot summer time. Only names that leave it open (PT, ET, MT, CT,
"Pacific Time") follow the daylight saving of their country. Offsets: tz database, 2024.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache

from kb.moments.writing import fold
from kb.patterns import pattern

_LONGEST_NAME = 64
# Hours east of UTC. Three names are ambiguous, see `is_ambiguous_zone`.
_HOURS = {
    "UTC GMT Z WET": 0.0,
    "BST CET WEST": 1.0,
    "CEST EET SAST": 2.0,
    "EEST MSK TRT": 3.0,
    "GST": 4.0,
    "PKT": 5.0,
    "IST": 5.5,
    "ICT WIB": 7.0,
    "AWST HKT SGT": 8.0,
    "JST KST": 9.0,
    "ACST": 9.5,
    "AEST": 10.0,
    "ACDT": 10.5,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
    "NDT": -2.5,
    "ADT BRT": -3.0,
    "NST": -3.5,
    "AST EDT": -4.0,
    "CDT EST": -5.0,
    "CST MDT": -6.0,
    "MST PDT": -7.0,
    "AKDT PST": -8.0,
    "AKST": -9.0,
    "HST": -10.0,
}
_OFFSETS = {
    name: timedelta(hours=hours) for names, hours in _HOURS.items() for name in names.split()
}
_PLACES = {
    "PT": "America/Los_Angeles",
    "MT": "America/Denver",
    "CT": "America/Chicago",
    "ET": "America/New_York",
}
_NAMES = {
    "COORDINATED UNIVERSAL TIME": "UTC",
    "GREENWICH MEAN TIME": "GMT",
    "BRITISH SUMMER TIME": "BST",
    "CENTRAL EUROPEAN TIME": "CET",
    "CENTRAL EUROPEAN SUMMER TIME": "CEST",
    "KOREA STANDARD TIME": "KST",
    "KOREAN STANDARD TIME": "KST",
    "JAPAN STANDARD TIME": "JST",
    "PACIFIC TIME": "PT",
    "MOUNTAIN TIME": "MT",
    "CENTRAL TIME": "CT",
    "EASTERN TIME": "ET",
    "한국시간": "KST",
    "한국표준시": "KST",
    "일본시간": "JST",
    "협정세계시": "UTC",
    "세계표준시": "UTC",
}
_AMBIGUOUS = frozenset({"BST", "CST", "IST"})
# Small letters are a zone only right behind a clock time, and only where no word is spelt so.
_SMALL = r"utc|gmt|kst|jst|cest|cet|pst|pdt|est|edt|cst|cdt|mst|mdt|bst"

_AREA = (
    "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Etc|Europe"
    "|Indian|Mexico|Pacific|US"
)
_IANA = rf"(?:{_AREA})/[A-Z][A-Za-z0-9_+-]{{1,30}}(?:/[A-Z][A-Za-z_]{{1,30}})?"
_FROM_UTC = r"(?:UTC|GMT)[ ]?[+-][0-9]{1,2}(?::?[0-9]{2})?(?![0-9])"
_KOREAN = r"한국[ ]?시간|한국[ ]?표준시|일본[ ]?시간|협정[ ]?세계시|세계[ ]?표준시"
_LONG = "|".join(rf"(?i:{name})" for name in _NAMES if name.isascii())

# Every zone's name has one of these; most lines have none, and the exact patterns are long.
_HINT = pattern(r"[A-Z]{2}|/|한국|일본|협정|세계|(?i:time)(?![A-Za-z])")


def _capitals() -> str:
    return "|".join(sorted({*_OFFSETS, *_PLACES} - {"Z"}, key=len, reverse=True))


def _named() -> str:
    capitals = rf"(?:{_capitals()})(?!_?[A-Za-z0-9/-]|[ ]al\b)"
    return rf"{_FROM_UTC}|{_IANA}|{capitals}|{_KOREAN}|(?:{_LONG})(?![A-Za-z])"


_OFFSET = r"\+[0-9]{2}:?[0-9]{2}(?![0-9])|\+[0-9]{2}(?![0-9:])|-[0-9]{4}(?![0-9:])"
_NAMED = rf"{_named()}|(?:{_SMALL})(?![A-Za-z0-9_])"
_BEHIND = pattern(
    rf"[ \t]?(?:(?P<zone>[Zz](?![A-Za-z0-9])|{_OFFSET}|{_NAMED})"
    rf"|\((?P<bracketed>{_NAMED})(?:[ ]?기준)?\))"
)
# Most zones are an abbreviation and no more; to look it up costs less than all that may stand.
_ABBREVIATION = pattern(r"[ \t]?(?P<zone>[A-Z]{2,5})(?![A-Za-z0-9/_+-]| ?[+-]| al\b)")
_BEHIND_BEGINS = frozenset("+-(한일협세zugkjcpembaniZ")
_MINUS = pattern(r"(?P<zone>-(?:0[0-9]|1[0-2])(?::(?:00|30|45))?)(?![0-9:])")
_BEFORE = pattern(rf"\(?(?P<zone>{_KOREAN})(?:[ ]?기준)?\)?(?:으로|[은,:])?[ \t]{{1,2}}")
_BEFORE_BEGINS = frozenset("(한일협세")


@lru_cache(maxsize=256)
def resolve_zone(zone: str) -> tzinfo | None:
    """The zone of that name, or None where there is none. Never raises.

    Read are the usual abbreviations, "Z", offsets ("+09:00", "UTC+9", "GMT-3"), Korean names
    (한국시간) and IANA names in any case. Ambiguous abbreviations have one meaning here: CST is
    UTC-6 (America), IST is UTC+5:30 (India), BST is UTC+1 (Britain).
    """
    if len(zone) > _LONGEST_NAME:
        return None
    name = fold(zone).strip().strip("()[]").strip()
    key = name.upper() if name.isascii() else name.replace(" ", "")
    key = _NAMES.get(key, key)
    if key in _OFFSETS:
        return timezone(_OFFSETS[key])
    if key in _PLACES:
        return _place(_PLACES[key])
    return _offset(key) or _place(name)


def zone_offset(zone: str, day: date | datetime) -> timedelta | None:
    """How far the zone is ahead of UTC on a day (at noon) or at a local time, or None."""
    found = resolve_zone(zone)
    local = day if isinstance(day, datetime) else datetime.combine(day, time(12))
    return found.utcoffset(local.replace(tzinfo=None)) if found else None


def is_ambiguous_zone(zone: str) -> bool:
    """Whether the abbreviation is in use for several zones: BST, CST and IST."""
    return zone.strip().upper() in _AMBIGUOUS


def find_zone(text: str) -> str | None:
    """The zone that a line declares for the times around it, as written, or None.

    "All times in UTC.", "Time (UTC)", "모든 시각은 KST" declare one; "fixed at 10:54 UTC" and
    "EST was slow" do not. Where an offset stands beside the abbreviation, as in
    "PST (UTC-7)", the offset is given: it cannot be misread.
    """
    line = fold(text[:1000]).translate({ord("*"): None, ord("`"): None})
    if _HINT.search(line) is None:
        return None
    for declaration in _declarations():
        match = declaration.search(line)
        if match:
            return match.groupdict().get("exact") or match["zone"]
    return None


def read_zone(text: str, start: int, *, dashes: bool = False) -> tuple[str, int] | None:
    """The zone right behind a clock time that ends at `start`, and the offset after it.

    Args:
        text: folded text.
        start: where the clock time ends.
        dashes: whether "-05:00" is an offset here; between two bare clock times the hyphen
            makes a range.
    """
    plain = _ABBREVIATION.match(text, start)
    if plain and (plain["zone"] in _OFFSETS or plain["zone"] in _PLACES):
        return plain["zone"], plain.end()
    begins = text[start : start + 2].lstrip(" \t")[:1]
    if begins not in _BEHIND_BEGINS and not "A" <= begins <= "Z":
        return None
    match = _BEHIND.match(text, start) or (_MINUS.match(text, start) if dashes else None)
    return (match[match.lastgroup or 0], match.end()) if match else None


def read_zone_before(text: str, start: int) -> tuple[str, int] | None:
    """The Korean zone in front of a date or clock time ("한국시간으로 18일 ..."), or None."""
    if text[start : start + 1] not in _BEFORE_BEGINS:
        return None
    match = _BEFORE.match(text, start)
    return (match["zone"], match.end()) if match else None


def _offset(name: str) -> tzinfo | None:
    match = re.fullmatch(r"(?:UTC|GMT)? ?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", name)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    # No place on earth is more than 14 hours ahead of UTC, or 12 behind it.
    if int(match[3] or 0) > 59 or minutes > (12 if match[1] == "-" else 14) * 60:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _place(name: str) -> tzinfo | None:
    """The zone of an IANA name; only names of places, never a path."""
    if not re.fullmatch(rf"(?i:{_AREA})(?:/[A-Za-z0-9_+-]+){{1,2}}", name):
        return None
    from zoneinfo import ZoneInfo  # few searches need it

    for spelling in (name, name.title()):
        try:
            return ZoneInfo(spelling)
        except (LookupError, OSError, ValueError):
            continue
    return None


@cache
def _declarations() -> tuple[re.Pattern[str], ...]:
    subject = (
        r"(?:\b(?i:time|times|timestamps?|timeline|time ?zones?|tz|clocks?|dates?)\b"
        r"|시간대|시간|시각|일시|타임라인|타임존)"
    )
    link = (
        r"(?:[(:=][ ]{0,8}|\b(?i:in|are|is|as|use|using|uses)[ ](?:the[ ])?"
        r"|[은는][ ]{0,4}|모두[ ]|전부[ ]|[-–—][ ]?)"
    )
    named = rf"(?P<zone>{_named()})(?:[ ]?\((?P<exact>{_FROM_UTC})\))?"
    # A name such as "UC/Pacific" (published) names a zone even though none is called so.
    misspelt = rf"{subject}[ ](?:are[ ])?in[ ](?P<zone>[A-Z]{{2}}/[A-Z][a-z]+)"
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"{subject}[^.\n|;]{{0,40}}?{link}{named}",
            rf"{subject}[ ]{{1,2}}{named}",
            rf"(?<![0-9] )(?<![A-Za-z0-9]){named}\)?[ ]?(?:(?i:times?|timezone)\b|기준|시간대)",
            rf"\A[\W_]{{0,20}}{named}[\W_]{{0,20}}\Z",
            rf"\A[^0-9\n]{{0,60}}\({named}\)[^0-9\n]{{0,20}}\Z",
            rf"\b(?i:all)\b[^.\n|;]{{0,40}}\bin[ ]{named}",
            misspelt,
        )
    )
