"""The charts of the statistics page: which figures become which bars and ranges.

Each is drawn twice, for wide and for narrow screens, since text that shrinks with its picture
cannot be read on a phone; the stylesheet shows one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import url_for

from kb.moments import format_duration
from web.charts import Bars, Layer, Range, Ranges, draw, shortened, text_width
from web.current import knowledge
from web.language import current, gettext, marked
from web.query_text import joined, period, term

if TYPE_CHECKING:
    from markupsafe import Markup

    from kb.stats import AgeBand, Group, Month, Spread, Statistics

WIDE, NARROW = 960, 400
"""The widths of the two drawings, in their units."""
MOST_COLUMNS = {WIDE: 144, NARROW: 40}
"""Bars side by side; with more months than that, years are drawn, and only the latest ones."""
MOST_ROWS = 12
COLOURED = ("sev1", "sev2", "sev3", "sev4")
MEASURES = ("detect", "mitigate", "resolve")

_LABEL_WIDTHS = {WIDE: 240, NARROW: 120}
_TICKS = (0, 1, 10, 60, 360, 1440, 10_080, 43_200, 525_600, 5_256_000)
_TOLD = {
    "detect": marked(
        "%(name)s, time to detect: half within %(median)s, nine of ten within "
        "%(percentile_90)s, stated by %(stated)s of %(entries)s"
    ),
    "mitigate": marked(
        "%(name)s, time to mitigate: half within %(median)s, nine of ten within "
        "%(percentile_90)s, stated by %(stated)s of %(entries)s"
    ),
    "resolve": marked(
        "%(name)s, time to resolve: half within %(median)s, nine of ten within "
        "%(percentile_90)s, stated by %(stated)s of %(entries)s"
    ),
}
_WITHOUT = {
    "service": marked("without a service"),
    "cause": marked("without a cause"),
    "month": marked("without a date"),
    "severity": marked("without a severity"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart for wide and for narrow screens.

    Attributes:
        wide_by_year, narrow_by_year: whether its bars are years and not months.
        rows: how many rows of the table it shows.
    """

    wide: Markup
    narrow: Markup
    wide_by_year: bool = False
    narrow_by_year: bool = False
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A month or a year, and its incidents by severity."""

    name: str
    by_severity: Counter[str]


def months(figures: Statistics, query: str) -> Drawn | None:
    """Incidents a month by severity, the worst at the base; None where no day is known."""
    if not figures.months:
        return None
    wide, narrow = columns_of(figures.months, WIDE), columns_of(figures.months, NARROW)
    return Drawn(
        wide=_months_drawn(wide, query, WIDE),
        narrow=_months_drawn(narrow, query, NARROW),
        wide_by_year=len(wide[0].name) == 4,
        narrow_by_year=len(narrow[0].name) == 4,
    )


def columns_of(stated: Sequence[Month], width: int) -> list[Column]:
    """Each month from the first to the last; years where those are too many, the latest ones.

    Months and years without incidents stand there too: the distance is part of the picture.
    """
    first, last = (_month_number(stated[at].month) for at in (0, -1))
    severities = stated[0].by_severity
    most = MOST_COLUMNS[width]
    if last - first < most:
        names = [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)]
    else:
        years = range(first // 12, last // 12 + 1)[-most:]
        names = [f"{year:04}" for year in years]
    columns = {name: Counter(dict.fromkeys(severities, 0)) for name in names}
    for month in stated:
        column = columns.get(month.month[: len(names[0])])
        if column is not None:
            column.update(month.by_severity)
    return [Column(name, counts) for name, counts in columns.items()]


def _month_number(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _months_drawn(columns: Sequence[Column], query: str, width: int) -> Markup:
    severities = tuple(columns[0].by_severity)
    layers = tuple(_severity_layer(severity, columns, query) for severity in severities)
    labels = month_labels([column.name for column in columns], width)
    chart = Bars(width, 240 if width == WIDE else 220, labels, layers)
    return draw(chart, "months-title", "months-said")


def _severity_layer(severity: str, columns: Sequence[Column], query: str) -> Layer:
    told = term("severity", severity) if severity else "-has:severity"
    name = severity.upper() or gettext("without a severity")
    counts = tuple(column.by_severity[severity] for column in columns)
    return Layer(
        name=severity if severity in COLOURED else "none",
        values=counts,
        words=tuple(
            f"{column.name} · {name}: {count}"
            for column, count in zip(columns, counts, strict=True)
        ),
        addresses=tuple(
            url_for("search.page", q=joined(query, term("date", column.name), told))
            if count
            else ""
            for column, count in zip(columns, counts, strict=True)
        ),
    )


def month_labels(names: Sequence[str], width: int) -> tuple[str, ...]:
    """A label for as many months or years as have room: Januaries by their year, if many."""
    label_width = text_width("2024-07") + 10
    room = (width - 60) / max(len(names), 1)
    if len(names[0]) == 4 or room >= label_width:
        step = int(-(-label_width // room))
        return tuple(name if not at % step else "" for at, name in enumerate(reversed(names)))[::-1]
    januaries = [name for name in names if name.endswith("-01")]
    if len(januaries) < 2:
        return tuple(name if name in {names[0], names[-1]} else "" for name in names)
    step = int(-(-(text_width("2024") + 10) // (room * 12)))
    kept = set(januaries[::step])
    return tuple(name[:4] if name in kept else "" for name in names)


def times(groups: Sequence[Group], by: str, address: Callable[[str], str | None]) -> Drawn | None:
    """Median and 90th percentile of the first groups that state times; None where none does."""
    told = [group for group in groups if any(spread.stated for _, spread in _spreads(group))]
    shown = told[:MOST_ROWS]
    if not shown:
        return None
    wide, narrow = (_times_drawn(shown, by, address, width) for width in (WIDE, NARROW))
    return Drawn(wide, narrow, rows=len(shown))


def _times_drawn(
    groups: Sequence[Group], by: str, address: Callable[[str], str | None], width: int
) -> Markup:
    names = [group_name(by, group.name) for group in groups]
    ranges = tuple(
        one
        for row, group in enumerate(groups)
        for one in _group_ranges(row, names[row], group, address(group.name) or "")
    )
    ticks = _ticks(max(one.high for one in ranges))
    chart = Ranges(
        width,
        labels=tuple(shortened(name, _LABEL_WIDTHS[width]) for name in names),
        kinds=MEASURES,
        ranges=ranges,
        ticks=tuple((minutes, format_duration(minutes, current())) for minutes in ticks),
    )
    return draw(chart, "times-title", "times-said")


def _ticks(highest: int) -> tuple[int, ...]:
    """The marks of the scale from zero to the first one that nothing is above."""
    below = sum(minutes < highest for minutes in _TICKS)
    ends = (highest,) if below == len(_TICKS) else ()
    return (*_TICKS[: max(below + 1, 3)], *ends)


def _group_ranges(row: int, name: str, group: Group, address: str) -> Iterable[Range]:
    for measure, spread in _spreads(group):
        if spread.median is None or spread.percentile_90 is None:
            continue
        words = gettext(_TOLD[measure]) % {
            "name": name,
            "median": format_duration(spread.median, current()),
            "percentile_90": format_duration(spread.percentile_90, current()),
            "stated": spread.stated,
            "entries": group.entries,
        }
        yield Range(row, measure, spread.median, spread.percentile_90, words, address)


def _spreads(group: Group) -> tuple[tuple[str, Spread], ...]:
    return ("detect", group.detect), ("mitigate", group.mitigate), ("resolve", group.resolve)


def group_name(by: str, name: str) -> str:
    """What to call a group in the reader's language."""
    if not name:
        return gettext(_WITHOUT[by])
    return name if by == "month" else knowledge().config.vocabulary.label(by, name, current())


def backlog(figures: Statistics, query: str, today: date) -> Drawn | None:
    """Open follow-ups by the age of their entry, the overdue ones apart; None where all is done."""
    bands = figures.backlog.by_age
    if not figures.backlog.open:
        return None
    layers = (
        _band_layer("overdue", [band.overdue for band in bands], bands, query, today),
        _band_layer("open", [band.open - band.overdue for band in bands], bands, query, today),
    )
    labels = tuple(age_label(band) for band in bands)
    height = 34 * len(bands) + 40
    wide, narrow = (
        draw(Bars(width, height, labels, layers, lying=True), "backlog-title", "backlog-said")
        for width in (WIDE, NARROW)
    )
    return Drawn(wide, narrow)


def _band_layer(
    show: str, counts: Sequence[int], bands: Sequence[AgeBand], query: str, today: date
) -> Layer:
    words = {
        "overdue": gettext("%(age)s: %(n)s overdue"),
        "open": gettext("%(age)s: %(n)s not due"),
    }
    return Layer(
        name=show,
        values=tuple(counts),
        words=tuple(
            words[show] % {"age": age_label(band), "n": count}
            for band, count in zip(bands, counts, strict=True)
        ),
        addresses=tuple(band_address(band, query, today, show) for band in bands),
    )


def age_label(band: AgeBand) -> str:
    """How old the entries of a band are, in the reader's language."""
    if band.from_days is None:
        return gettext("without a date")
    if band.to_days is None:
        return gettext("over %(n)s days") % {"n": band.from_days - 1}
    return gettext("%(first)s–%(last)s days") % {"first": band.from_days, "last": band.to_days}


def band_address(band: AgeBand, query: str, today: date, show: str) -> str:
    """The follow-ups of the entries of a band."""
    asked = query
    if band.from_days is not None:
        # Entries of a day to come are counted with the youngest ones.
        last = _day(today, band.from_days) if band.from_days else ""
        first = _day(today, band.to_days) if band.to_days is not None else ""
        asked = joined(query, period(first, last))
    shown = None if show == "open" else show
    return url_for("follow_ups.page", q=asked or None, show=shown)


def _day(today: date, days_before: int) -> str:
    return (today - timedelta(days=days_before)).isoformat()
