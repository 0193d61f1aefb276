"""web/timeline_drawing.py, web/timeline_scale.py: what stands where, nothing above anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations, pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.timeline_drawing import Drawing, Happening, Mark, Turn, draw
from web.timeline_scale import text_width

if TYPE_CHECKING:
    from kb.model import EventKind

SEOUL = timezone(timedelta(hours=9))
START = datetime(2024, 7, 18, 10, 54, tzinfo=SEOUL)
KINDS: tuple[EventKind, ...] = ("started", "detected", "declared", "mitigated", "resolved")


def words(minutes: int) -> str:
    return f"{minutes} min"


def turn(kind: EventKind, minutes: float, span: str = "") -> Turn:
    return Turn(kind, START + timedelta(minutes=minutes), f"{kind} label", f"t-{kind}", span)


def event(minutes: float, *, until: float | None = None, name: str = "e") -> Happening:
    end = None if until is None else START + timedelta(minutes=until)
    return Happening(START + timedelta(minutes=minutes), f"t-{name}", name, end)


def drawn(*parts: Turn | Happening, width: float = 860) -> Drawing:
    turns = [one for one in parts if isinstance(one, Turn)]
    happenings = [one for one in parts if isinstance(one, Happening)]
    drawing = draw(turns, happenings, SEOUL, width, words)
    assert drawing is not None
    return drawing


@pytest.mark.parametrize(
    "happenings", [[], [event(0)], [event(0), event(0, name="same")]], ids=["none", "one", "same"]
)
def test_without_two_instants_there_is_nothing_to_draw(happenings: list[Happening]) -> None:
    assert draw([], happenings, SEOUL, 860, words) is None


def test_places_are_to_scale() -> None:
    drawing = drawn(turn("started", 0), turn("mitigated", 25), turn("resolved", 100), event(50))
    start, mitigated, resolved = (mark.x for mark in drawing.marks)
    assert (mitigated - start) / (resolved - start) == pytest.approx(0.25, abs=0.01)
    assert drawing.ticks[0].x == pytest.approx((start + resolved) / 2, abs=0.2)
    assert drawing.breaks == ()


def test_the_line_tells_the_phases_apart() -> None:
    drawing = drawn(
        event(-10), *(turn(kind, 10 * n) for n, kind in enumerate(KINDS)), event(60, name="after")
    )
    assert [one.kind for one in drawing.stretches] == ["", "started", "detected", "mitigated", ""]
    for left, right in pairwise(drawing.stretches):
        assert left.x + left.width == pytest.approx(right.x, abs=0.3)


def test_an_incident_that_is_not_over_keeps_its_colour_to_the_end() -> None:
    drawing = drawn(turn("started", 0), turn("detected", 10), event(60))
    assert [one.kind for one in drawing.stretches] == ["started", "detected"]


def test_a_long_silence_after_the_incident_is_cut_short_and_said() -> None:
    drawing = drawn(turn("started", 0), turn("resolved", 86), event(66 * 1440))
    assert [one.label for one in drawing.breaks] == [f"{66 * 1440 - 86} min"]
    assert drawing.marks[1].x - drawing.marks[0].x > 600
    assert drawing.ticks[0].x <= 860


def test_a_long_time_to_detect_is_drawn_as_long_as_it_was() -> None:
    drawing = drawn(turn("started", 0), turn("detected", 600), turn("resolved", 660))
    assert drawing.breaks == ()


def test_no_more_than_three_stretches_are_cut() -> None:
    events = [event(10**n, name=str(n)) for n in range(7)]
    assert len(drawn(*events).breaks) <= 3


def test_events_close_together_are_one_tick_that_counts_them() -> None:
    near = [event(n / 60, name=str(n)) for n in range(10)]
    drawing = drawn(turn("started", -60), turn("resolved", 600), *near)
    assert [(tick.count, tick.anchor, len(tick.titles)) for tick in drawing.ticks] == [
        (10, "t-0", 5)
    ]


def test_ten_thousand_events_make_no_more_ticks_than_have_room() -> None:
    drawing = drawn(*(event(n, name=str(n)) for n in range(10_000)))
    assert len(drawing.ticks) <= 860 / 7 + 1
    assert sum(tick.count for tick in drawing.ticks) == 10_000


def test_a_range_is_as_wide_as_it_took() -> None:
    drawing = drawn(turn("started", 0), turn("resolved", 100), event(20, until=70))
    assert drawing.ticks[0].width == pytest.approx(420, abs=1)


def test_a_range_that_ends_before_it_begins_has_no_width() -> None:
    drawing = drawn(turn("started", 0), turn("resolved", 100), event(20, until=10))
    assert drawing.ticks[0].width == 0


def test_bars_measure_from_the_start() -> None:
    drawing = drawn(
        event(-30),
        turn("started", 0),
        turn("detected", 5, "5 min to detect"),
        turn("resolved", 90, "90 min to resolve"),
    )
    short, long = drawing.spans
    assert short.x == long.x == drawing.marks[0].x
    assert short.text_x > short.x + short.width
    assert long.x < long.text_x < long.x + long.width


@pytest.mark.parametrize(
    ("minutes", "labels"),
    [
        (86, ["11:00", "11:10"]),
        (3 * 1440, ["2024-07-19", "12:00"]),
        (400 * 1440, ["2024-"]),
    ],
)
def test_the_scale_has_round_times_of_the_zone(minutes: int, labels: list[str]) -> None:
    drawing = drawn(turn("started", 0), turn("resolved", minutes))
    shown = [one.label for one in drawing.scale]
    assert all(any(one.startswith(label) for one in shown) for label in labels)
    for left, right in pairwise(drawing.scale):
        assert left.x + text_width(left.label) < right.x


def test_the_scale_stays_round_where_clocks_change() -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2024, 3, 10, 0, 0, tzinfo=zone)
    turns = [
        Turn("started", start, "Started"),
        Turn("resolved", start + timedelta(hours=30), "Resolved"),
    ]
    drawing = draw(turns, [], zone, 860, words)
    assert drawing is not None
    assert all(one.label.endswith(":00") or "-" in one.label for one in drawing.scale)


def _box(mark: Mark) -> tuple[float, float]:
    long = text_width(mark.label)
    return (
        (mark.text_x, mark.text_x + long)
        if mark.end == "start"
        else (
            mark.text_x - long,
            mark.text_x,
        )
    )


@given(
    minutes=st.lists(st.integers(0, 5000), min_size=5, max_size=5),
    others=st.lists(st.integers(-5000, 200_000), max_size=20),
    width=st.sampled_from([340.0, 860.0]),
)
def test_labels_never_overlap_and_all_lies_within(
    minutes: list[int], others: list[int], width: float
) -> None:
    turns = [turn(kind, at, f"{at} min") for kind, at in zip(KINDS, minutes, strict=True)]
    happenings = [event(at, name=str(at)) for at in others]
    drawing = draw(turns, happenings, UTC, width, words)
    if drawing is None:
        assert len({*minutes, *others}) < 2
        return
    for one, other in combinations(drawing.marks, 2):
        if one.text_y == other.text_y:
            (left, right), (start, end) = _box(one), _box(other)
            assert right <= start or end <= left
    for mark in drawing.marks:
        left, right = _box(mark)
        assert left >= -0.1
        assert right <= width + 0.1
        assert mark.text_y > 0
    for gap in drawing.breaks:
        half = text_width(gap.label) / 2
        assert gap.text_x - half >= -0.1
        assert gap.text_x + half <= width + 0.1
    places = [mark.x for mark in drawing.marks] + [tick.x for tick in drawing.ticks]
    assert all(0 <= x <= width for x in places)
    assert [mark.x for mark in drawing.marks] == sorted(mark.x for mark in drawing.marks)
