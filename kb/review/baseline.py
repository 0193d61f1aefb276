"""A baseline: the findings that a team knows of and does not hold against a change.

A file of JSON that is kept in the repository. Findings are known again by rule, entry and
message, not by line, so that a baseline lasts while entries are edited; where one stands twice,
it counts twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kb.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kb.review.rule import ReviewFinding

SCHEMA_VERSION = 1

_AGE = re.compile(r"\b\d+ days?\b")
"""What of a message grows from day to day."""


def fingerprint(finding: ReviewFinding) -> str:
    """What a finding is known by: 32 hexadecimal digits, the same wherever its line moves.

    The entry counts by its id, so that a file may move to another folder.
    """
    name = PurePosixPath(finding.path).stem.casefold()
    message = _AGE.sub("days", " ".join(finding.message.split()))
    parts = (finding.rule, name, message)
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def text_of(findings: Iterable[ReviewFinding]) -> str:
    """Findings as the text of a baseline file, in an order that keeps differences small."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in findings:
        counts[one.path, one.rule, one.message, fingerprint(one)] += 1
    listed = [
        {"path": path, "rule": rule, "message": message, "fingerprint": key, "count": count}
        for (path, rule, message, key), count in sorted(counts.items())
    ]
    document = {"schema_version": SCHEMA_VERSION, "findings": listed}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read(place: Path) -> Counter[str]:
    """Fingerprint -> how often, of a baseline file.

    Raises:
        UsageError: there is none, or it is none.
    """
    try:
        document = json.loads(place.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no baseline {place}.", f"Write one with --write-baseline {place}."
        ) from error
    except OSError as error:
        raise UsageError(f"The baseline {place} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise _no_baseline(place, "is no JSON") from error
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        raise _no_baseline(place, f"has no schema_version {SCHEMA_VERSION}")
    listed = document.get("findings")
    known: Counter[str] = Counter()
    for one in listed if isinstance(listed, list) else [None]:
        key = one.get("fingerprint") if isinstance(one, dict) else None
        count = one.get("count", 1) if isinstance(one, dict) else None
        if not isinstance(key, str) or not isinstance(count, int):
            raise _no_baseline(place, "holds something else than findings")
        known[key] += count
    return known


def _no_baseline(place: Path, why: str) -> UsageError:
    return UsageError(
        f"{place} is no baseline: it {why}.",
        f"Write it anew with --write-baseline {place}; conflicts of a merge go that way too.",
    )


def marked(
    findings: Iterable[ReviewFinding], known: Mapping[str, int]
) -> tuple[ReviewFinding, ...]:
    """The findings, those that the baseline knows marked as inherited."""
    left = Counter(known)
    marked: list[ReviewFinding] = []
    for one in findings:
        key = fingerprint(one)
        is_known = left[key] > 0 and not one.inherited
        if is_known:
            left[key] -= 1
        marked.append(replace(one, inherited=True) if is_known else one)
    return tuple(marked)
