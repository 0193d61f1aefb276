"""Clock times as people write them, in English and Korean.

The midnight that ends a day (자정, 밤 12시, midnight, 24:00) is hour 24 of that day, so that
"18일 밤 12시" falls on the 19th and a timeline does not jump back; 12 AM, 오전 12시, 새벽 12시
and 0시 are hour 0, the midnight that begins it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kb.moments.writing import AFTER_HANGUL, NO_HANGUL
from kb.patterns import pattern
from kb.record import record

DAY_PART = r"오전|오후|새벽|아침|낮|점심|저녁|한밤중?|밤|심야|AM|PM"
_HALF = r"[AaPp]\.[Mm]\.|[AaPp][Mm](?![A-Za-z])"
_HOUR = rf"""
    (?:(?P<part>{DAY_PART})[ \t]{{0,2}})?
    (?P<hour>[0-9]{{1,2}})(?![0-9])
    """
_COLON = pattern(
    rf"""{_HOUR}
    :(?P<minute>[0-9]{{2}})(?![0-9])
    (?: :(?P<second>[0-9]{{2}})(?![0-9]) (?:[.,][0-9]{{1,9}})? )?
    (?! :[0-9?] | :[0-9A-Fa-f]{{2}}: | \.[0-9] | [ ]?(?:ratio|비율) )
    (?: [ \t]{{0,2}}(?P<half>{_HALF}) | (?! (?!(?:ish|h|z|utc|kst)(?![a-z])) [a-z_] ) )
    """,
    re.VERBOSE,
)
_SPELT = pattern(
    rf"""{_HOUR}
    (?:
        [ ]?(?:시{AFTER_HANGUL}|時(?!間))
        (?: [ ]?(?P<half_past>반){AFTER_HANGUL}
          | [ ]?정각
          | [ ]?(?P<minute>[0-9]{{1,2}})[ ]?(?:분(?![간여의율])|分(?!間))
            (?: [ ]?(?P<second>[0-9]{{1,2}})[ ]?초 )?
        )?
      | (?= [ ]?[-~][ ]?[0-9]{{1,2}}[ ]?시{AFTER_HANGUL} )
      | [ \t]?(?P<half>{_HALF})
    )
    """,
    re.VERBOSE,
)
_DAY_PARTS = tuple(DAY_PART.replace("중?", "").split("|"))
_SPELLING = frozenset("시時AaPp")
"""Letters of which a spelt clock time has one, and how many characters it may take to that."""
_SPELLING_WITHIN = 16
_WORD = pattern(
    rf"""
    (?P<noon>정오{AFTER_HANGUL}|(?i:noon)\b)
  | (?P<midnight>자정(?![ ]?(?:노력|작용|능력|기능|운동|결의|활동|장치)){AFTER_HANGUL}
    |(?i:midnight)\b)
    """,
    re.VERBOSE,
)
_WORDS = ("정오", "자정", "noon", "midnight")
_ABOUT_AFTER = pattern(
    rf"[ ]?(?:쯤|경|께(?!서)|무렵|즈음)(?=$|{NO_HANGUL}|에|부터|까지|이|의|엔|으로|도|만)"
    r"|ish(?![a-z])|\?(?![?:])"
)
_ABOUT_BEGINS = ("쯤", "경", "께", "무렵", "즈음", "ish", "?")
_PLACEHOLDER = pattern(r"(?=[0-9:]{0,3}[?XxHhMm])[0-9?XxHh]{1,2}:[0-9?XxMm]{2}(?![0-9A-Za-z?])")


@record
class Clock:
    """A clock time as written, on a 24-hour clock.

    Attributes:
        hour: 0 to 24; 24 is the midnight that ends the day, and after it 밤 12시 30분 is 24:30.
        approximate: whether it was given as about (`~14:05`, 쯤).
    """

    hour: int
    minute: int
    second: int = 0
    approximate: bool = False

    def __str__(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"

    @property
    def minutes(self) -> int:
        """Whole minutes since the day began."""
        return self.hour * 60 + self.minute


@record
class WrittenClock:
    """A clock time as it stands in a text.

    Attributes:
        part: the half or part of the day that was named (`am`, `pm`, 낮, 밤, ...), or None.
        end: the offset just after it, marks such as 쯤 included.
    """

    clock: Clock
    part: str | None
    end: int


def read_clock(text: str, start: int) -> WrittenClock | None:
    """The clock time that begins exactly at `start` of a folded text, or None."""
    match = None
    if text[start : start + 1].isdecimal() or text.startswith(_DAY_PARTS, start):
        match = _COLON.match(text, start)
        if match is None and not _SPELLING.isdisjoint(text[start : start + _SPELLING_WITHIN]):
            match = _SPELT.match(text, start)
    read = _from_numbers(match) if match else _from_word(text, start)
    if read is None:
        return None
    behind = read.end + text.startswith(" ", read.end)
    about = text.startswith(_ABOUT_BEGINS, behind) and _ABOUT_AFTER.match(text, read.end)
    if not about:
        return read
    return WrittenClock(replace(read.clock, approximate=True), read.part, about.end())


def skip_placeholder(text: str, start: int) -> int | None:
    """The offset after a time left open ("HH:mm", "14:??", "2X:XX"), or None."""
    if ":" not in text[start + 1 : start + 3]:
        return None
    match = _PLACEHOLDER.match(text, start)
    return match.end() if match else None


def agree(first: WrittenClock, second: WrittenClock) -> tuple[Clock, Clock]:
    """Both ends of a range, where one of them leaves its half of the day to the other.

    "오후 1시부터 3시까지" ends at 15:00 and "오전 11시부터 1시까지" at 13:00: the first reading
    that is later than the start. "9:15-9:45 PM" begins at 21:15, "11:30-1:00 PM" at 11:30.
    """
    start, end = first.clock, second.clock
    if first.part and not second.part and end.hour <= 12 and end.minutes <= start.minutes:
        later = replace(end, hour=end.hour + 12)
        if later.minutes > start.minutes:
            end = later
    if second.part and not first.part and start.hour <= 12:
        same_half = hour_of_day(start.hour, second.part)
        moved = replace(start, hour=same_half)
        if start.minutes < moved.minutes <= end.minutes:
            start = moved
    return start, end


def hour_of_day(hour: int, part: str | None) -> int:
    """The hour on a 24-hour clock, given the half or part of the day beside it.

    An hour above 12 is already on a 24-hour clock, whatever stands beside it ("13:06 PM").
    밤 from 6 to 11 is the afternoon, 밤 12시 ends the day, 밤 1시 is the small hours.
    """
    if hour > 12 or part is None:
        return hour
    if part in {"am", "오전", "새벽"}:
        return hour % 12
    if part in {"pm", "오후"}:
        return hour % 12 + 12
    if part in {"낮", "점심"}:
        afternoon = 1 <= hour <= 6
    else:
        afternoon = part == "저녁" or (part != "아침" and hour >= 6)
    return hour + 12 if afternoon else hour


def _from_numbers(match: re.Match[str]) -> WrittenClock | None:
    half = match["half"]
    part = half.replace(".", "") if half else match["part"]
    part = part.lower() if part else None
    written_hour = int(match["hour"])
    hour = hour_of_day(written_hour, part)
    half_past = match.groupdict().get("half_past")
    minute = 30 if half_past else int(match["minute"] or 0)
    second = int(match["second"] or 0)
    past_midnight = written_hour == 24 and (minute or second)
    if hour > 24 or minute > 59 or second > 59 or past_midnight:
        return None
    return WrittenClock(Clock(hour, minute, second), part, match.end())


def _from_word(text: str, start: int) -> WrittenClock | None:
    if not text[start : start + 8].lower().startswith(_WORDS):
        return None
    match = _WORD.match(text, start)
    if match is None:
        return None
    clock = Clock(12, 0) if match["noon"] else Clock(24, 0)
    return WrittenClock(clock, match[0], match.end())
