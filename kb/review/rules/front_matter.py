"""KB1xx: what stands above the text: whether it can be read, what is missing, what it is called.

The values of single keys have their rules in `values`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.document.fields import day_of_id
from kb.document.front_matter import Scalar, Several, texts_of
from kb.document.front_matter_keys import KEYS
from kb.review.rule import Edit, Fix, Problem, Rule
from kb.review.rules import values
from kb.review.told import told, value_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.document.front_matter import Value
    from kb.finding import Level
    from kb.review.subject import Subject

REQUIRED = ("title", "date", "services", "causes", "severity", "status")
"""The keys that every entry has; `started` stands in for `date`."""

_WHAT_TO_WRITE = {
    "title": "a short line that says what failed, for whom: `title: Login of KakaoTalk failed`",
    "date": "the local day the incident began: `date: 2024-07-18`",
    "services": "what failed, as kb.toml names it: `services: [payments-api]`",
    "causes": "the classes of causes, the leading one first: `causes: [config-change]`",
    "severity": "`severity: sev1` (worst) to `sev4`",
    "status": "`status: draft`, `in-review` or `published`",
}
_ODD_IN_ID = re.compile(r"[^\w.-]|[A-Z]")
_YEAR = re.compile(r"(?:19|20)\d\d")


def _unreadable_file(subject: Subject) -> Iterator[Problem]:
    for slug in ("binary", "encoding", "too-large", "unreadable"):
        yield from told(slug)(subject)


def _missing_keys(subject: Subject) -> Iterator[Problem]:
    if not subject.front.values:
        return  # that there is no front matter is told already
    for key in REQUIRED:
        names = ("date", "started") if key == "date" else (key,)
        if any(_has_text(subject.front.values.get(name)) for name in names):
            continue
        there = next((name for name in names if name in subject.front.values), None)
        message = (
            f"`{there}` is empty." if there else f"The front matter has no `{' or '.join(names)}`."
        )
        place = subject.key(there) if there else subject.line(1)
        level: Level | None = "note" if subject.imported else None
        yield Problem(place, message, f"Write {_WHAT_TO_WRITE[key]}.", level=level)


def _has_text(value: Value | None) -> bool:
    return value is not None and any(texts_of(value))


def _empty_values(subject: Subject) -> Iterator[Problem]:
    for key, value in subject.front.values.items():
        if key in {*REQUIRED, "resolved"} or key not in KEYS:
            continue  # KB103 and KB314 tell these
        items = value.items if isinstance(value, Several) else (value,)
        if any(isinstance(item, Scalar) and not item.text.strip() for item in items):
            what = "is empty" if isinstance(value, Scalar) else "holds an empty value"
            help_ = "Fill it in, or leave it out where it is not known."
            yield Problem(subject.key(key), f"`{key}` {what}.", help_)


def _same_id(subject: Subject) -> Iterator[Problem]:
    from kb.search.keywords import fold

    entry = subject.entry
    for name in dict.fromkeys((entry.id, *entry.aliases)):
        others = [
            path for path in subject.folder.paths_of.get(fold(name), ()) if path != entry.path
        ]
        if others:
            place = subject.line(1) if name == entry.id else value_place(subject, "aliases", name)
            message = f"The id `{name}` belongs to {others[0]} as well."
            help_ = "Rename one of the two files; links and `kb show` take an id for one entry."
            yield Problem(place, message, help_)


def _date_contradiction(subject: Subject) -> Iterator[Problem]:
    for problem in told("date-contradiction")(subject):
        yield Problem(value_place(subject, "date"), problem.message, problem.help)
        break  # that the id says the same as `started` is not news
    entry, named = subject.entry, day_of_id(subject.entry.id)
    if "date" in entry.source_lines or named is None or entry.started is None:
        return
    if entry.date is not None and entry.date != named:
        message = f"`started` is on {entry.date}, but the id says {named}."
        help_ = "The id begins with the local day the incident began: make the two agree."
        yield Problem(value_place(subject, "started"), message, help_)


def _odd_id(subject: Subject) -> Iterator[Problem]:
    name = subject.entry.id
    odd = dict.fromkeys(_ODD_IN_ID.findall(name))
    if odd:
        shown = ", ".join("a space" if mark.isspace() else f"`{mark}`" for mark in odd)
        message = f"The file name `{name[:80]}` holds {shown}."
        help_ = "An id is typed and linked: small letters, digits and hyphens, such as "
        yield Problem(subject.line(1), message, f"{help_}`2024-07-18-login-outage`.")
    elif subject.entry.date is not None and day_of_id(name) is None:
        message = f"The file name `{name[:80]}` does not begin with a day."
        help_ = "Begin it with the local day of the incident: `2024-07-18-login-outage.md`."
        yield Problem(subject.line(1), message, help_, level="note")


def _other_folder(subject: Subject) -> Iterator[Problem]:
    folder, day = subject.entry.path.partition("/")[0], subject.entry.date
    if day and "/" in subject.entry.path and _YEAR.fullmatch(folder) and int(folder) != day.year:
        key = "date" if "date" in subject.entry.source_lines else "started"
        message = f"The incident began in {day.year}, but the file is in the folder {folder}/."
        help_ = f"Move the file into {day.year}/, or correct the date."
        yield Problem(value_place(subject, key), message, help_)


def _misspelt_keys(subject: Subject) -> Iterator[Problem]:
    from rapidfuzz.distance import OSA

    for key in subject.front.values:
        if key in KEYS or len(key) < 4 or not key.isascii():
            continue
        allowed = 1 if len(key) < 8 else 2
        near = [(OSA.distance(key, known, score_cutoff=allowed), known) for known in KEYS]
        distance, known = min(near)
        if distance > allowed:
            continue
        number = subject.entry.source_lines[key]
        line = subject.lines[number - 1]
        start = len(line) - len(line.lstrip())
        end = line.find(":", start)
        place = subject.part(number, start, end) if end > start else subject.line(number)
        free = end > start and known not in subject.front.values
        fix = Fix(f"Write `{known}`.", (Edit(place, known),)) if free else None
        message = f"`{key}` is not a key of an entry."
        yield Problem(place, message, f"Did you mean `{known}`?", fix)


_EXAMPLE = """\
---
title: Login of KakaoTalk failed
date: 2024-07-18
services: [kakaotalk]
causes: [network]
severity: sev2
status: draft
---"""

RULES: tuple[Rule, ...] = (
    Rule(
        "KB101",
        "unreadable-file",
        "front-matter",
        "error",
        "The file is UTF-8 text of a reasonable size.",
        "An entry in another encoding loses letters, first of all Korean ones; a binary file is "
        "not read at all, and of a file above two megabytes only the beginning is.",
        "(a file saved as UTF-16)",
        _EXAMPLE,
        _unreadable_file,
    ),
    Rule(
        "KB102",
        "front-matter-syntax",
        "front-matter",
        "error",
        "The file begins with front matter that YAML can read, each key once.",
        "Services, causes and times are searched as data. Where YAML cannot read them, the entry "
        "is missing from every filter and statistic without anybody noticing. A value with a "
        "colon in it needs quotation marks.",
        "---\ntitle: Login: nobody could sign in\n---",
        '---\ntitle: "Login: nobody could sign in"\n---',
        told("front-matter", level="error"),
    ),
    Rule(
        "KB103",
        "missing-key",
        "front-matter",
        "error",
        "Title, date, services, causes, severity and status are given.",
        "These six are what entries are found and counted by. `started` stands in for `date`. In "
        "an imported entry a missing key is a note.",
        "---\ntitle: Login of KakaoTalk failed\n---",
        _EXAMPLE,
        _missing_keys,
    ),
    Rule(
        "KB104",
        "id-not-unique",
        "front-matter",
        "error",
        "No two entries have the same id, former ids included.",
        "The id is the file's name without `.md`, in whatever folder it stands. Links, `kb show` "
        "and feeds name an entry by it, so that of two with one id only one can be reached.",
        "2023/2024-07-18-login-outage.md beside 2024/2024-07-18-login-outage.md",
        "2024/2024-07-18-login-outage.md beside 2024/2024-07-18-login-outage-2.md",
        _same_id,
    ),
    values.UNREADABLE_TIME,
    values.VALUE_SHAPE,
    values.UNKNOWN_CAUSE,
    values.UNKNOWN_SERVICE,
    values.UNKNOWN_SEVERITY,
    values.UNKNOWN_STATUS,
    values.UNKNOWN_TRIGGER,
    values.UNKNOWN_DETECTED_BY,
    values.UNKNOWN_TIMEZONE,
    Rule(
        "KB114",
        "date-contradiction",
        "front-matter",
        "warning",
        "`date`, `started` and the day in the id agree.",
        "All three are the local day the incident began, in the entry's own time zone. Where they "
        "differ, one of them was typed wrongly or is the day the postmortem was written.",
        "date: 2023-07-18\nstarted: 2024-07-18T10:54:00+09:00",
        "date: 2024-07-18\nstarted: 2024-07-18T10:54:00+09:00",
        _date_contradiction,
    ),
    Rule(
        "KB115",
        "misspelt-key",
        "front-matter",
        "warning",
        "No key is almost the name of another.",
        "Unknown keys are kept and can be searched, so a slip of the keys raises no error: the "
        "value is just not where everybody looks for it.",
        "sevrity: sev2",
        "severity: sev2",
        _misspelt_keys,
    ),
    Rule(
        "KB116",
        "wrong-year-folder",
        "front-matter",
        "warning",
        "The file stands in the folder of the year the incident began.",
        "Folders are how people browse the entries; the wrong year is often a wrong date.",
        "2023/2024-07-18-login-outage.md",
        "2024/2024-07-18-login-outage.md",
        _other_folder,
    ),
    Rule(
        "KB117",
        "odd-id",
        "front-matter",
        "warning",
        "The file name is the day and a few words: small letters of any script, digits, hyphens.",
        "An id is typed, linked and sorted. Spaces and capitals are lost in chats and on some "
        "file systems; without the day the files do not stand in order.",
        "Login Outage (final).md",
        "2024-07-18-login-outage.md",
        _odd_id,
    ),
    values.CAUSE_STAYS_UNKNOWN,
    values.WEAK_TITLE,
    values.LANGUAGE,
    values.REPEATED_VALUE,
    Rule(
        "KB122",
        "empty-value",
        "front-matter",
        "note",
        "An optional key has a value or is left out.",
        "An empty key looks like one that somebody forgot. What is not known is left out.",
        "trigger:",
        "trigger: deploy",
        _empty_values,
    ),
    values.ZONE_ABBREVIATED,
)
