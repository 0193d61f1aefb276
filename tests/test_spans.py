"""Lengths of time in words."""

from __future__ import annotations

import pytest

from kb.spans import short_duration


@pytest.mark.parametrize(
    ("minutes", "english", "korean"),
    [
        (0, "0 min", "0분"),
        (59, "59 min", "59분"),
        (60, "1 h", "1시간"),
        (86, "1 h 26 min", "1시간 26분"),
        (1440, "1 d", "1일"),
        (1500, "1 d 1 h", "1일 1시간"),
        (136_800, "95 d", "95일"),
    ],
)
def test_durations_use_their_two_largest_units(minutes: int, english: str, korean: str) -> None:
    assert short_duration(minutes) == english
    assert short_duration(minutes, "ko") == short_duration(minutes, "ko-KR") == korean
    assert short_duration(minutes, "de") == english
