"""The parameters of the API: one table that reads them and describes them.

A view reads a parameter only through `Asked`, which knows those that its operation lists; so
what `/api/openapi.json` says is what is read. Descriptions are English and marked to be
translated where a page shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from kb.search.options import MOST_HITS
from kb.stats import GROUPINGS
from web import params
from web.language import marked

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Value_co]):
    """A parameter in an address.

    Attributes:
        description: what it means, in English; translated where it is shown.
        example: a value as typed, or empty.
    """

    name: str
    description: str
    example: str = ""

    def read(self, args: MultiDict[str, str]) -> Value_co:
        """Its value in an address; UsageError where that makes no sense."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        raise NotImplementedError


class Text(Parameter[str]):
    """A text; empty where it is left out."""

    __slots__ = ()

    def read(self, args: MultiDict[str, str]) -> str:
        """The text without the spaces around it."""
        return params.text(args, self.name)

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "default": ""}


class OptionalText(Parameter[str | None]):
    """A text; None where it is left out or empty."""

    __slots__ = ()

    def read(self, args: MultiDict[str, str]) -> str | None:
        """The text without the spaces around it, or None."""
        return params.text(args, self.name) or None

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string"}


class Texts(Parameter[tuple[str, ...]]):
    """Any number of texts: the parameter may stand more than once."""

    __slots__ = ()

    def read(self, args: MultiDict[str, str]) -> tuple[str, ...]:
        """The texts, empty ones left out."""
        return params.texts(args, self.name)

    def schema(self) -> dict[str, Any]:
        """An array of strings."""
        return {"type": "array", "items": {"type": "string"}}


class Flag(Parameter[bool]):
    """On or off: `?open`, `?open=1`; off where it is left out, and with `0` or `false`."""

    __slots__ = ()

    def read(self, args: MultiDict[str, str]) -> bool:
        """Whether it is on."""
        return params.flag(args, self.name)

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean", "default": False}


@dataclass(frozen=True, slots=True)
class Number(Parameter[int]):
    """A whole number from 0 to `most`."""

    default: int = 0
    most: int = 10**9 - 1

    def read(self, args: MultiDict[str, str]) -> int:
        """The number, or the default."""
        return params.number(args, self.name, self.default, most=self.most)

    def schema(self) -> dict[str, Any]:
        """An integer within its bounds."""
        return {"type": "integer", "minimum": 0, "maximum": self.most, "default": self.default}


@dataclass(frozen=True, slots=True)
class Choice(Parameter[str | None]):
    """One of some words; `default`, which may be None, where it is left out."""

    choices: tuple[str, ...] = ()
    default: str | None = None

    def read(self, args: MultiDict[str, str]) -> str | None:
        """The word, or the default."""
        return params.choice(args, self.name, self.choices, self.default)

    def schema(self) -> dict[str, Any]:
        """A string out of these."""
        found: dict[str, Any] = {"type": "string", "enum": list(self.choices)}
        return found if self.default is None else found | {"default": self.default}


class Asked:
    """The values of an operation's parameters in one request.

    Attributes:
        today: the day of the request.
    """

    def __init__(
        self,
        parameters: tuple[Parameter[Any], ...],
        args: MultiDict[str, str],
        today: date,
    ) -> None:
        """Read all of them; UsageError where one makes no sense."""
        self.today = today
        self._values: Mapping[str, object] = {one.name: one.read(args) for one in parameters}

    def __getitem__(self, parameter: Parameter[Value_co]) -> Value_co:
        return cast("Value_co", self._values[parameter.name])

    @property
    def page(self) -> tuple[int, int]:
        """`limit` and `offset`, of an operation that has pages."""
        return cast("int", self._values["limit"]), cast("int", self._values["offset"])


QUERY = Text(
    "q",
    marked("What is looked for, in the language of the search box; empty: every entry."),
    "service:kakaotalk 로그인",
)
SERVICE = Texts(
    "service",
    marked("Only entries of this service; given twice, of either."),
    "kakaotalk",
)
CAUSE = Texts("cause", marked("Only entries with this cause; given twice, with either."), "network")
SEVERITY = Texts("severity", marked("Only entries of this severity, sev1 (worst) to sev4."), "sev1")
SINCE = OptionalText(
    "since", marked("Only from this day on: 2024-07-18, 2024-07, 2024, 30d."), "2024-07"
)
UNTIL = OptionalText(
    "until", marked("Only up to this day, month or year, all of it."), "2024-07-18"
)
SORT = Choice(
    "sort",
    marked("The order; by itself relevance, and newest where no words are given."),
    choices=("relevance", "newest", "oldest", "longest"),
)
LIST_SORT = Choice(
    "sort", marked("The order."), choices=("newest", "oldest", "longest"), default="newest"
)
OFFSET = Number("offset", marked("How many to leave out before."))
_AT_MOST = marked("How many at most.")
SEARCH_LIMIT = Number("limit", _AT_MOST, default=10, most=MOST_HITS)
LIST_LIMIT = Number("limit", _AT_MOST, default=100, most=MOST_HITS)
RECURRENCE_LIMIT = Number("limit", _AT_MOST, default=20, most=MOST_HITS)
RELATED_LIMIT = Number("limit", _AT_MOST, default=5, most=MOST_HITS)
SUGGEST_LIMIT = Number("limit", _AT_MOST, default=8, most=50)
ENTRY_ID = Text("entry_id", marked("The entry's id."), "2024-07-18-kakaotalk-login-outage")
RELATED_ID = OptionalText(
    "id",
    marked("The id of the entry that others are compared with; this or a text is needed."),
    "2024-07-18-kakaotalk-login-outage",
)
RELATED_TEXT = OptionalText(
    "text",
    marked("A text that entries are compared with: an alert, a log, a chat. POST a long one."),
    "DNS resolution failures in us-east-1",
)
TYPED = Text("q", marked("A query as far as it has been typed; its last piece is completed."), "ka")
FORMAT = Choice(
    "format",
    marked("`opensearch` answers in the form that browsers ask for."),
    choices=("json", "opensearch"),
    default="json",
)
BY = Choice("by", marked("What the figures are grouped by."), choices=GROUPINGS, default="service")
OPEN = Flag("open", marked("Leave out what is done."))
OVERDUE = Flag("overdue", marked("Only what is not done and past its due day."))
OWNER = OptionalText("owner", marked("Only this owner's, by the whole name or words of it."))
