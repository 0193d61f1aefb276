"""A table of incidents in CSV, one row an incident -> source documents.

Sheets differ in delimiter, language and columns. A column is told by its name: a field of an
entry, a section (`Root cause`, `영향`), or a field of its own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kb.document.front_matter_keys import KEYS, canonical_key
from kb.document.headings import meaning
from kb.finding import Finding
from kb.importing.original import digest_of
from kb.importing.readers.metadata import Gathering, fold
from kb.importing.readers.records import MarkdownLines, Names
from kb.importing.source import Failure, SourceDocument

if TYPE_CHECKING:
    from kb.importing.original import Original

_DELIMITERS = ("\t", ";", ",", "|")
_COLUMNS = {
    "title": """
        name subject headline incident incident_name incident_title summary_title
        장애명 장애_명 사건명 장애_제목 건명 タイトル 件名
        """,
    "id": "incident_id number no key incident_number 번호 장애번호 장애_번호 사건번호 番号",
    "date": "day incident_day occurred occurred_on 발생일자 장애일 장애일자 발생_일자 日付 発生日",
    "started": """
        began begin start_date occurred_at incident_start outage_start 시작일시 시작_일시 발생일시
        발생_일시 장애_시작 장애발생일시 장애_발생_일시 開始 発生日時
        """,
    "detected": "detected_on discovered discovered_at 감지일시 감지_일시 인지일시 인지_일시 検知",
    "resolved": """
        end_date finished fixed closed closed_at restored recovered incident_end outage_end
        복구일시 복구_일시 종료일시 종료_일시 해결 해결일시 해결_일시 해결_시각 조치완료
        復旧 復旧日時
        """,
    "services": """
        affected_service affected_services component components system systems product
        시스템 영향서비스 대상서비스 대상_시스템 サービス
        """,
    "causes": "category cause_category root_cause_category 원인분류 원인_분류 분류",
    "severity": "priority level 장애등급 중요도 重大度",
}
_FIELD_OF = {name: key for key, names in _COLUMNS.items() for name in names.split()}
_TELLING = frozenset({"title", "date", "started", "summary"})
_SEPARATOR = re.compile(r"sep=(.)$")
_ITEMS = re.compile(r"\s*(?:\n|;\s)\s*")
_LISTED = re.compile(r"[-*•·]\s+|\d{1,2}[.)]\s+")
_SAMPLE_LINES = 60
_LONGEST_HEADER = 80


class _Row(NamedTuple):
    """A record: its cells, the line it begins on, and itself below the header as written."""

    cells: list[str]
    line: int
    raw: str


def is_table(lines: Sequence[str], name: str) -> bool:
    """Whether a text is a table of incidents: its first row names columns that are known.

    In a file that ends in `.csv` or `.tsv` any names will do.
    """
    shape = _shape(lines)
    if shape is None:
        return False
    header, rows, _ = shape
    kinds = [_kind(cell) for cell in header]
    known = {kind for kind in kinds if kind}
    if name.endswith((".csv", ".tsv")):
        return len(header) > 1
    return len(known) >= 2 and bool(known & _TELLING) and rows > 0


def _shape(lines: Sequence[str]) -> tuple[list[str], int, str] | None:
    """The header, how many of the next rows are as wide, and the delimiter; None if no table."""
    sample = [line[:2000] for line in lines[:_SAMPLE_LINES] if line.strip()]
    if sample and (stated := _SEPARATOR.match(sample[0])):
        delimiters: Sequence[str] = (stated[1],)
        sample = sample[1:]
    else:
        delimiters = _DELIMITERS
    best: tuple[list[str], int, str] | None = None
    for delimiter in delimiters:
        if not sample or sample[0].lstrip()[:1] in {"|", "#", "<", ">", "{"}:
            return None
        try:
            rows = list(csv.reader((f"{line}\n" for line in sample), delimiter=delimiter))
        except (csv.Error, TypeError, ValueError):
            continue
        header = [cell.strip() for cell in rows[0]]
        if len(header) < 2 or any(len(cell) > _LONGEST_HEADER for cell in header):
            continue
        alike = sum(len(row) > 1 for row in rows[1:])
        if best is None or len(header) > len(best[0]):
            best = (header, alike, delimiter)
    return best


def _kind(header: str) -> str:
    """The field or section a column stands for; empty where its name says neither."""
    folded = fold(header)
    if folded in {"id", "title"}:
        return folded
    field = _FIELD_OF.get(folded) or canonical_key(header)
    if field in KEYS or field == "id":
        return field
    section = meaning(header).kind
    return "" if section == "other" else section


def read_csv(original: Original) -> Iterator[SourceDocument | Failure]:
    """Every row of a table, as a document of its own; rows without any value are passed over."""
    lines = original.text.split("\n")
    shape = _shape(lines)
    assert shape is not None, "is_table said so"
    first = next(n for n, line in enumerate(lines) if line.strip())
    if _SEPARATOR.match(lines[first]):
        first += 1
    rows = csv.reader((f"{line}\n" for line in lines[first:]), delimiter=shape[2])
    names = Names(original.name)
    header: list[str] = []
    while True:
        start = first + rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"{original.name} cannot be read from line {start:,} on: {error}."
            yield Failure(original.name, message, "Look for a quotation mark that never closes.")
            return
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = [cell.strip() or f"column {n}" for n, cell in enumerate(row, 1)]
            header_end = first + rows.line_num
            continue
        raw = "\n".join([*lines[first:header_end], *lines[start - 1 : first + rows.line_num]])
        yield _document(original, names, header, _Row(row, start, raw))


def _document(original: Original, names: Names, header: list[str], row: _Row) -> SourceDocument:
    line = row.line
    gathered = Gathering()
    body = MarkdownLines()
    columns = [*header, *(f"column {n}" for n in range(len(header) + 1, len(row.cells) + 1))]
    for column, cell in zip(columns, row.cells, strict=False):
        value = cell.replace("\r\n", "\n").strip()
        kind = _kind(column)
        if not value:
            continue
        if kind in {"title", "id"} or kind in KEYS:
            several = kind in {"services", "causes", "tags", "authors"}
            values = re.split(r"\s*[,;\n]\s*", value) if several else [value]
            gathered.add(kind, values, line)
        elif kind:
            body.section(column, _items(value) if kind == "follow-ups" else value, line)
        else:
            gathered.add(column, [value], line)
    title = " ".join(" ".join(gathered.fields.get("title", ())).split())
    markdown, numbers = body.whole(line)
    return SourceDocument(
        name=names.next("".join(gathered.fields.get("id", ()))),
        format="csv",
        title=title,
        fields=gathered.fields,
        field_lines=gathered.lines,
        markdown=markdown,
        lines=numbers,
        original=row.raw,
        digest=digest_of(row.raw.encode("utf-8", "replace")),
        findings=(*original.findings, *_ragged(original.name, header, row)),
    )


def _items(value: str) -> str:
    """Actions in one cell, one a line or parted by semicolons, as a list."""
    parts = [part for part in _ITEMS.split(value) if part]
    return "\n".join(part if _LISTED.match(part) else f"- {part}" for part in parts)


def _ragged(name: str, header: list[str], row: _Row) -> list[Finding]:
    if len(row.cells) == len(header):
        return []
    message = f"The row has {len(row.cells)} values under {len(header)} columns."
    return [Finding("ragged-row", "warning", name, row.line, message, "Look for missing quotes.")]
