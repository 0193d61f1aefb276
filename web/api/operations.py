"""What the API can be asked: one table, for the routes, for its description and for the help.

for operation in OPERATIONS:
    print(operation.address, operation.summary, [p.name for p in operation.parameters])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web.api import parameters as p
from web.language import marked

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the API answers.

    Attributes:
        name: the endpoint in the blueprint `api`.
        path: below `PREFIX`, with `<names>` as Flask has them.
        summary: what it answers, in English; translated where it is shown.
        answer: the name of the answer's type in `kb.shapes`.
        parameters: those of the address's query.
        in_path: the one that stands in the path.
        command: the command that prints the same JSON, or empty.
        counted: the key of the answer that says how many there are on all pages, where it has
            pages; then it takes `limit` and `offset` and sends a `Link` to the next one.
        varies: whether two answers of one state may differ in how long they took.
        takes_text: whether a text may be sent to it as well (POST).
    """

    name: str
    path: str
    summary: str
    answer: str
    parameters: tuple[p.Parameter[Any], ...] = ()
    in_path: p.Parameter[Any] | None = None
    command: str = ""
    counted: str = ""
    varies: bool = False
    takes_text: bool = False

    @property
    def address(self) -> str:
        """Its whole path, with names in braces, as OpenAPI has it."""
        return PREFIX + self.path.replace("<", "{").replace(">", "}")


SEARCH = Operation(
    "search",
    "/search",
    marked("Entries that match a query, best first, with facets."),
    "SearchAnswer",
    (
        p.QUERY,
        p.SERVICE,
        p.CAUSE,
        p.SEVERITY,
        p.SINCE,
        p.UNTIL,
        p.SORT,
        p.SEARCH_LIMIT,
        p.OFFSET,
    ),
    command="kb search --json",
    counted="total_any",
    varies=True,
)
ENTRIES = Operation(
    "entries",
    "/entries",
    marked("All entries, page by page."),
    "EntryPage",
    (p.LIST_SORT, p.LIST_LIMIT, p.OFFSET),
    command="kb list --json",
    counted="total",
)
ENTRY = Operation(
    "entry",
    "/entries/<entry_id>",
    marked("One entry in full. Former and shortened ids are redirected to the id."),
    "Entry",
    in_path=p.ENTRY_ID,
    command="kb show --json",
)
RELATED = Operation(
    "related",
    "/related",
    marked("The entries most like another one or like a text, with the reasons."),
    "RelatedAnswer",
    (p.RELATED_ID, p.RELATED_TEXT, p.RELATED_LIMIT),
    command="kb related --json",
    takes_text=True,
)
SUGGEST = Operation(
    "suggest",
    "/suggest",
    marked("Ways to go on typing a query."),
    "SuggestAnswer",
    (p.TYPED, p.SUGGEST_LIMIT, p.FORMAT),
)
STATS = Operation(
    "stats",
    "/stats",
    marked("Figures over the entries that match a query well."),
    "StatisticsAnswer",
    (p.QUERY, p.BY),
    command="kb stats --json",
)
FOLLOW_UPS = Operation(
    "follow_ups",
    "/follow-ups",
    marked("Follow-ups of the entries that match a query well, the most pressing first."),
    "FollowUpsAnswer",
    (p.QUERY, p.OPEN, p.OVERDUE, p.OWNER, p.LIST_LIMIT, p.OFFSET),
    command="kb follow-ups --json",
    counted="total",
)
SERVICES = Operation(
    "services",
    "/services",
    marked("The services, with how many entries each has."),
    "ServicesAnswer",
    command="kb services --json",
)
CAUSES = Operation(
    "causes",
    "/causes",
    marked("The causes, with how many entries each has."),
    "CausesAnswer",
    command="kb causes --json",
)
RECURRENCES = Operation(
    "recurrences",
    "/recurrences",
    marked("Services that failed again for the same cause, with what was left undone before."),
    "RecurrencesAnswer",
    (p.RECURRENCE_LIMIT, p.OFFSET),
    counted="total",
)

OPERATIONS = (
    SEARCH,
    ENTRIES,
    ENTRY,
    RELATED,
    SUGGEST,
    STATS,
    FOLLOW_UPS,
    SERVICES,
    CAUSES,
    RECURRENCES,
)
