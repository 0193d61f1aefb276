"""Lengths of time in words, short: what lists, tables and pages show.

A module of its own beside `kb.moments`, which reads what people write and takes long to import.
`kb.moments.format_duration` writes a length in full.
"""

from __future__ import annotations

_UNITS = {"en": (" d", " h", " min"), "ko": ("일", "시간", "분")}


def short_duration(minutes: int, language: str = "en") -> str:
    """A number of minutes in its two largest units: `45 min`, `1 h 26 min`, `3 d 4 h`.

    Args:
        minutes: 0 or more; what is below the second unit is left out.
        language: `ko` for `1시간 26분`; any other is English.
    """
    day, hour, minute = _UNITS["ko" if language.startswith("ko") else "en"]
    hours, rest = divmod(minutes, 60)
    days, hours_of_day = divmod(hours, 24)
    if days:
        return f"{days}{day} {hours_of_day}{hour}" if hours_of_day else f"{days}{day}"
    if hours:
        return f"{hours}{hour} {rest}{minute}" if rest else f"{hours}{hour}"
    return f"{rest}{minute}"
