"""The services, causes and synonyms that `kb.toml` declares."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from kb.vocabulary import CAUSES, Cause, Service, distinct, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.config.toml_table import Reader

# Keys of the top level. Written below a table's header they fall into that table.
TOP_LEVEL = (
    "timezone",
    "language",
    "edit_url",
    "ticket_url",
    "engine",
    "builtin_synonyms",
    "extend_causes",
)

# Letters and digits of any script, joined by single hyphens, dots or underscores: fit for an
# address of a page and for `service:a,b`.
_ID = re.compile(r"[^\W_]+(?:[-._][^\W_]+)*")
_GROUPS = "groups"

_Named = TypeVar("_Named", Service, Cause)


def read_services(reader: Reader, table: Mapping[str, object]) -> dict[str, Service]:
    """The table `[services]` by id."""
    services: dict[str, Service] = {}
    for id_, fields, place in _declared(reader, table, "services"):
        reader.known_keys(fields, ("label", "owner", "aliases", "description", "url"), place)
        services[id_] = Service(
            id_,
            label=reader.string(fields, *place, "label"),
            owner=reader.string(fields, *place, "owner"),
            aliases=reader.strings(fields, *place, "aliases"),
            description=reader.string(fields, *place, "description"),
            url=reader.string(fields, *place, "url"),
        )
    return _one_owner_each(reader, "services", services)


def read_causes(reader: Reader, table: Mapping[str, object], *, extend: bool) -> dict[str, Cause]:
    """The table `[causes]` by id, or the built-in causes where it declares none.

    It replaces the built-in causes except `unknown`; with `extend` it adds to them, and the
    fields it gives for a built-in cause replace that cause's. A name it gives to a cause is
    no longer an alias of a built-in one.
    """
    built_in = {cause.id: cause for cause in CAUSES}
    declared: dict[str, Cause] = {}
    for id_, fields, place in _declared(reader, table, "causes"):
        if id_ != id_.lower():
            _not_an_id(reader, place)
            continue
        base = built_in.get(id_) if extend else None
        declared[id_] = _cause(reader, fields, place, base or Cause(id_, ""))
    if not declared:
        return built_in
    taken = {
        fold(name)
        for cause in declared.values()
        for name in (cause.id, cause.label, cause.label_ko, *cause.aliases)
    }
    kept = {
        id_: replace(cause, aliases=tuple(one for one in cause.aliases if fold(one) not in taken))
        for id_, cause in built_in.items()
        if id_ not in declared and (extend or id_ == "unknown")
    }
    order = [*built_in, *declared] if extend else [*declared, "unknown"]
    return _one_owner_each(reader, "causes", {id_: (kept | declared)[id_] for id_ in order})


def read_synonyms(reader: Reader, table: Mapping[str, object]) -> tuple[tuple[str, ...], ...]:
    """The groups of the table `[synonyms]`: those of `groups`, and each other key as a group."""
    groups: list[tuple[str, ...]] = []
    for key, value in _in_place(reader, table, "synonyms"):
        place = ("synonyms", key)
        if key == _GROUPS and not isinstance(value, list):
            reader.wrong_kind(value, "a list of lists", 'Write [["…", "…"]].', *place)
            continue
        for words in value if key == _GROUPS and isinstance(value, list) else [value]:
            group = distinct(reader.texts(words, *place))
            if len(group) > 1:
                groups.append(group)
            elif isinstance(words, list):
                said = f' ("{group[0]}")' if group else ""
                message = f"A group of synonyms needs two different words{said}."
                remedy = "Name every word of the group in its list; its key is not one of them."
                word = group[0] if group else "[]"
                reader.report("config-synonyms", "warning", place, message, remedy, holding=word)
    return tuple(groups)


def _cause(
    reader: Reader, fields: Mapping[str, object], place: tuple[str, ...], base: Cause
) -> Cause:
    """The base with the fields that are given; a label without a `label_ko` serves Korean too."""
    reader.known_keys(fields, ("label", "label_ko", "definition", "aliases"), place)
    label = reader.string(fields, *place, "label")
    return Cause(
        base.id,
        label=label or base.label,
        label_ko=reader.string(fields, *place, "label_ko") or ("" if label else base.label_ko),
        definition=reader.string(fields, *place, "definition") or base.definition,
        aliases=reader.strings(fields, *place, "aliases") if "aliases" in fields else base.aliases,
    )


def _declared(
    reader: Reader, table: Mapping[str, object], kind: str
) -> Iterable[tuple[str, Mapping[str, object], tuple[str, ...]]]:
    """Id, fields and place of what a table declares, a plain text taken as the label."""
    seen: dict[str, str] = {}
    for id_, value in _in_place(reader, table, kind):
        place = (kind, id_)
        if not _ID.fullmatch(id_):
            _not_an_id(reader, place)
        elif (first := seen.setdefault(fold(id_), id_)) != id_:
            message = f"{'.'.join(place)} is another spelling of {first}, and is left out."
            reader.report("config-name", "warning", place, message, "Make one of the two.")
        elif isinstance(value, str):
            yield id_, {"label": value}, place
        else:
            yield id_, reader.table(table, *place), place


def _in_place(
    reader: Reader, table: Mapping[str, object], kind: str
) -> Iterable[tuple[str, object]]:
    """The items of a table without the top-level keys that slipped into it."""
    for key, value in table.items():
        if key in TOP_LEVEL and not isinstance(value, dict):
            message = f"{key} stands below [{kind}], so it counts as a part of that table."
            remedy = f"Move {key} to the top of the file, above the first [table]."
            reader.report("config-key", "warning", (kind, key), message, remedy)
        else:
            yield key, value


def _not_an_id(reader: Reader, place: tuple[str, ...]) -> None:
    better = "-".join(re.findall(r"[^\W_]+", place[-1].lower()))
    reader.report(
        "config-name",
        "warning",
        place,
        f'"{place[-1]}" in [{place[0]}] cannot be an id, and is left out.',
        f'Use "{better}" as the id and this as its label.' if better else "Use letters and digits.",
    )


def _one_owner_each(reader: Reader, kind: str, named: dict[str, _Named]) -> dict[str, _Named]:
    """The same, each alias with one id only: an id, a label and what comes first keep it."""
    owners = {fold(id_): id_ for id_ in named}

    def claim(id_: str, name: str) -> bool:
        owner = owners.setdefault(fold(name), id_)
        if owner == id_:
            return True
        message = f'"{name}" of {id_} is a name of {owner} already, and means that one.'
        place = (kind, id_, "aliases")
        remedy = "Leave it with one of the two."
        reader.report("config-name", "warning", place, message, remedy, holding=f'"{name}"')
        return False

    for id_, one in named.items():
        for label in (one.label, getattr(one, "label_ko", "")):
            if label:
                claim(id_, label)
    return {
        id_: replace(one, aliases=tuple(name for name in distinct(one.aliases) if claim(id_, name)))
        for id_, one in named.items()
    }
