"""Typed values out of parsed TOML: what is of another kind becomes a finding and is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.config.toml_text import line_of
from kb.finding import Finding
from kb.vocabulary import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.finding import Level

_KINDS = {str: "text", bool: "true or false", dict: "a table", list: "a list"}

# What stands where bytes were not UTF-8: such a text is lost, the names around it are not.
_LOST = "\ufffd"


@dataclass(slots=True)
class Reader:
    """Takes values out of the tables of one file and notes what is wrong with them.

    A place is the path of tables and keys to a value: `("services", "kakaotalk", "label")`.
    """

    text: str
    path: str
    findings: list[Finding] = field(default_factory=list)

    def report(  # noqa: PLR0913 - the parts of a finding
        self,
        rule: str,
        level: Level,
        place: tuple[str, ...],
        message: str,
        remedy: str,
        *,
        holding: str = "",
    ) -> None:
        """Note a finding at the line of a place (where `holding` stands), or of a table above."""
        line = line_of(self.text, *place, holding=holding)
        self.findings.append(Finding(rule, level, self.path, line, message, remedy))

    def string(self, table: Mapping[str, object], *place: str) -> str:
        """The text at a place without spaces around it; empty where there is none."""
        value = table.get(place[-1], "")
        if not isinstance(value, str):
            self.wrong_kind(value, "text", 'Put it in quotes: "…".', *place)
            return ""
        return "" if _LOST in value else value.strip()

    def strings(self, table: Mapping[str, object], *place: str) -> tuple[str, ...]:
        """The texts of the list at a place, empty ones left out."""
        return self.texts(table.get(place[-1], []), *place)

    def texts(self, value: object, *place: str) -> tuple[str, ...]:
        """The texts of a list that was found at a place, empty ones left out."""
        if not isinstance(value, list):
            self.wrong_kind(value, "a list of texts", 'Write it as ["…", "…"].', *place)
            return ()
        for odd in (one for one in value if not isinstance(one, str)):
            self.wrong_kind(odd, "text", 'Put each in quotes: ["…", "…"].', *place)
        texts = (one.strip() for one in value if isinstance(one, str) and _LOST not in one)
        return tuple(text for text in texts if text)

    def flag(self, table: Mapping[str, object], *, default: bool, key: str) -> bool:
        """True or false at a top-level key."""
        value = table.get(key, default)
        if not isinstance(value, bool):
            self.wrong_kind(value, "true or false", "Write true or false without quotes.", key)
            return default
        return value

    def table(self, table: Mapping[str, object], *place: str) -> Mapping[str, object]:
        """The table at a place; empty where there is none."""
        value = table.get(place[-1], {})
        if not isinstance(value, dict):
            remedy = f"Write [{'.'.join(place)}] on a line of its own and the keys below it."
            self.wrong_kind(value, "a table", remedy, *place)
            return {}
        return value

    def wrong_kind(self, value: object, wanted: str, remedy: str, *place: str) -> None:
        """Note that a value is of another kind than it must be."""
        kind = _KINDS.get(type(value), "a number or date")
        message = f"{'.'.join(place)} must be {wanted}, but it is {kind}."
        self.report("config-value", "error", place, message, remedy)

    def known_keys(
        self, table: Iterable[str], known: Iterable[str], where: tuple[str, ...] = ()
    ) -> None:
        """Note the keys of a table that mean nothing, with the nearest that does."""
        allowed = tuple(known)
        for key in table:
            if key in allowed:
                continue
            nearest = near(key, allowed, limit=1)
            remedy = f"Did you mean {nearest[0]}?" if nearest else f"Known: {', '.join(allowed)}."
            place = (*where, key)
            self.report("config-key", "warning", place, f"{'.'.join(place)} is no setting.", remedy)
