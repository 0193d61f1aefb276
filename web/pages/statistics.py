"""How often, how long, when: the figures over the entries, each with its definition."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from kb.stats import GROUPINGS
from web import params
from web.current import knowledge
from web.language import gettext, marked
from web.pages import statistics_charts
from web.query_text import joined, term

if TYPE_CHECKING:
    from kb.stats import Group, Statistics

blueprint = Blueprint("statistics", __name__)

GROUPS_TOLD = 200
"""Groups in the table; a narrower query tells of the others."""
HEAT_LEVELS = 5

_NAMES = {
    "entries": marked("Entries"),
    "groups": marked("Groups"),
    "detect": marked("Time to detect"),
    "mitigate": marked("Time to mitigate"),
    "resolve": marked("Time to resolve"),
    "stated": marked("Stated by"),
    "median": marked("Median"),
    "percentile_90": marked("90th percentile"),
    "months": marked("Incidents a month"),
    "week_hours": marked("Weekday and hour"),
    "open": marked("Open"),
    "overdue": marked("Overdue"),
    "without_due": marked("Without a due date"),
    "without_owner": marked("Without an owner"),
    "done": marked("Done"),
    "by_age": marked("Age"),
}
"""What the page calls the figures that `kb.stats.DEFINITIONS` defines, in the page's order."""


@blueprint.get("/stats")
def page() -> str:
    """The figures: `?q=&by=service|cause|month|severity`."""
    query = params.text(request.args, "q")
    by = params.choice(request.args, "by", GROUPINGS, GROUPINGS[0]) or GROUPINGS[0]
    today = date.today()  # noqa: DTZ011 -- the server's day, as the figures have it
    figures = knowledge().stats(query, by=by, today=today)
    groups = _in_order(figures)

    def narrowed(name: str) -> str | None:
        """The search that lists the entries of a group; no query asks for entries without a day."""
        if by == "month" and not name:
            return None
        told = term("date" if by == "month" else by, name) if name else f"-has:{by}"
        return url_for("search.page", q=joined(query, told))

    return render_template(
        "statistics.html",
        query=query,
        by=by,
        groupings=GROUPINGS,
        figures=figures,
        groups=groups[:GROUPS_TOLD],
        more_groups=max(0, len(groups) - GROUPS_TOLD),
        narrowed=narrowed,
        group_name=statistics_charts.group_name,
        age_label=statistics_charts.age_label,
        band_address=lambda band, show: statistics_charts.band_address(band, query, today, show),
        months=statistics_charts.months(figures, query),
        times=statistics_charts.times(groups, by, narrowed),
        backlog=statistics_charts.backlog(figures, query, today),
        heat=_heat(figures),
        month_rows=[month for month in reversed(figures.months) if month.total],
        narrowed_month=lambda month: url_for("search.page", q=joined(query, term("date", month))),
        definitions=[
            (gettext(name), gettext(figures.definitions[key])) for key, name in _NAMES.items()
        ],
    )


def _in_order(figures: Statistics) -> list[Group]:
    """The groups as one looks for them: months latest first, severities worst first."""
    groups = list(figures.groups)
    if figures.by == "month":
        groups.sort(key=lambda group: group.name, reverse=True)
    elif figures.by == "severity":
        groups.sort(key=lambda group: (not group.name, group.name))
    return groups


def _heat(figures: Statistics) -> list[list[tuple[int, int]]]:
    """For each hour of the week how many incidents, and how strong the colour: 0 to 5."""
    most = max(map(max, figures.week_hours), default=0)
    return [
        [(count, -(-count * HEAT_LEVELS // most) if most else 0) for count in hours]
        for hours in figures.week_hours
    ]
