"""Queries that the pages write themselves: what a link asks the search page for."""

from __future__ import annotations

from kb.search.query_tree import Filter, write


def term(field: str, value: str) -> str:
    """A filter as a person would type it: `service:kakaotalk`, `tag:"two words"`."""
    return write(Filter(field, (value,)))


def period(first: str, last: str) -> str:
    """The entries of a span of days, both included; an empty end is open."""
    return write(Filter("date", (first, last), ".."))


def joined(*parts: str) -> str:
    """A query that asks for all of its parts; empty ones are left out."""
    return " ".join(part for part in parts if part)
