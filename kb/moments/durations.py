"""How long something took, as people write it, in English and Korean."""

from __future__ import annotations

import re
from functools import cache

from kb.moments.writing import ABOUT, fold

_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_KOREAN_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "열흘": 10, "보름": 15}
_KOREAN_HOURS = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "열": 10}
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9]{1,9}(?:\.[0-9]{1,6})?"
_UNITS = {
    "week": r"w|wks?|weeks?|주일?",
    "day": r"d|days?|일",
    "hour": r"h|hrs?|hours?|시간",
    "minute": r"m|mins?|minutes?|분",
    "second": r"s|secs?|seconds?|초",
}


def parse_duration(text: str) -> int | None:
    """Whole minutes, rounded down, that the whole text names, or None.

    Read are "2h30m", "1d 4h", "1.5 hours", "1,234 minutes", "1 hour and 5 minutes", "half an
    hour", "3시간 20분", "2시간 반", "이틀", with "about", 약 before or 여, 가량, 동안 behind. Units
    go from large to small, each once. A bare number has no unit: None. So has "3:20", which
    could be minutes and seconds.
    """
    if len(text) > 80:
        return None
    folded = fold(text).strip().lower()
    match = _duration().fullmatch(folded)
    if match is None:
        return None
    parts = match.groupdict()
    seconds = sum(
        float(parts[unit].replace(",", "")) * length
        for unit, length in _SECONDS.items()
        if parts[unit]
    )
    seconds += _KOREAN_DAYS.get(parts["korean_days"], 0) * _SECONDS["day"]
    seconds += _KOREAN_HOURS.get(parts["korean_hours"], 0) * _SECONDS["hour"]
    if parts["half"] or parts["half_hour"]:
        seconds += 1_800
    if parts["one_hour"]:
        seconds += 3_600
    # Rounded first: 1.1 hours is 66 minutes, not the 65.99 of binary fractions.
    return int(round(seconds, 3) // 60) if any(parts.values()) else None


def format_duration(minutes: int, language: str = "en") -> str:
    """A number of minutes for people to read: "1 h 26 min", "1시간 26분" for `ko`.

    Nothing is rounded away, so `parse_duration` gives the same minutes back. A negative
    number has a minus sign before it.
    """
    hours, rest_minutes = divmod(abs(minutes), 60)
    days, rest_hours = divmod(hours, 24)
    day, hour, minute = ("일", "시간", "분") if language == "ko" else (" d", " h", " min")
    parts = ((days, day), (rest_hours, hour), (rest_minutes, minute))
    words = [f"{number}{unit}" for number, unit in parts if number]
    return ("-" if minutes < 0 else "") + (" ".join(words) or f"0{minute}")


@cache
def _duration() -> re.Pattern[str]:
    gap = r"(?:[ ]{0,2},?[ ]{0,2}(?:and[ ])?)"
    unit = {
        name: rf"(?:(?P<{name}>{_NUMBER})[ ]?(?:{spelling})(?![a-z]){gap})?"
        for name, spelling in _UNITS.items()
    }
    return re.compile(
        rf"(?:{ABOUT}[ ]?)?"
        + unit["week"]
        + rf"(?:(?P<korean_days>{'|'.join(_KOREAN_DAYS)}){gap})?"
        + unit["day"]
        + r"(?:(?P<half_hour>half an hour)|(?P<one_hour>an hour)(?:[ ]and[ ])?)?"
        + rf"(?:(?P<korean_hours>{'|'.join(_KOREAN_HOURS)})[ ]?시간{gap})?"
        + unit["hour"]
        + r"(?:(?P<half>(?<=시간)반|(?<=시간[ ])반)[ ]?)?"
        + unit["minute"]
        + unit["second"]
        + r"(?:[ ]?(?:여|가량|정도|쯤|남짓))?(?:[ ]?(?:동안|간))?"
    )
