"""Values that a document states beside their names: `Start time: 10:54`, metadata tables.

A label counts wherever it stands outside code: as a list's item, a bold key, a plain line, a
row of a table with the name on the left, or a table whose head holds the names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kb.moments import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.document.markdown import Block

_NAMES = {
    "started": "start; start time; started; started at; start date; incident start; incident began;"
    "outage start; impact start; begin; began; beginning; time of incident; time started;"
    "incident start time; outage start time; start of incident; start of outage; start of impact;"
    "time of occurrence; occurred; occurred at; first impact;"
    "발생; 발생 시각; 발생 시간; 장애 발생; 장애 발생 시각; 장애 발생 시간; 시작; 시작 시각;"
    "시작 시간;"
    "장애 시작; 장애 시작 시각; 장애 시작 시간; 최초 발생; 発生; 発生日時; 発生時刻; 開始;"
    "開始日時",
    "detected": "detected; detected at; first detected; detection time; time of detection;"
    "time detected; incident detected; detection; alerted; alerted at; discovered; discovered at;"
    "first alert; first reported; reported at; identified at; acknowledged;"
    "감지; 감지 시각; 감지 시간; 장애 감지; 인지; 인지 시각; 인지 시간; 장애 인지; 최초 인지;"
    "최초 감지;"
    "탐지; 탐지 시각; 検知; 検知日時; 検知時刻; 発見",
    "declared": "declared; declared at; incident declared; announced; announced at; 공지;"
    "공지 시각;"
    "장애 공지; 선언; 장애 선언",
    "mitigated": "mitigated; mitigated at; mitigation time; time mitigated; repaired; repaired at;"
    "time of mitigation; incident mitigated; 완화; 완화 시각; 임시 복구; 1차 복구",
    "resolved": "end; end time; ended; ended at; end date; incident end; outage end; impact end;"
    "resolved; resolved at; resolution time; time of resolution; time resolved; incident resolved;"
    "incident end time; outage end time; end of incident; end of outage; end of impact; restored;"
    "restored at; recovered; recovered at; recovery time; service restored; fixed; fixed at;"
    "incident ended; closed at;"
    "복구; 복구 시각; 복구 시간; 복구 완료; 복구 완료 시각; 복구 완료 시간; 장애 복구;"
    "장애 복구 시각;"
    "장애 종료; 장애 종료 시각; 장애 종료 시간; 종료; 종료 시각; 종료 시간; 해소; 해소 시각;"
    "정상화;"
    "정상화 시각; 조치 완료; 復旧; 復旧日時; 復旧時刻; 終了; 終了日時; 解消",
    "when": "when; time; incident time; date and time; date/time; outage window; window; period;"
    "time window; time frame; timeframe; incident window; impact window; duration of incident;"
    "duration; incident duration; outage duration; impact duration; incident date;"
    "date of incident;"
    "outage time; downtime; total downtime;"
    "일시; 발생 일시; 장애 일시; 장애 시간; 장애 기간; 장애 지속 시간; 지속 시간; 기간; 발생 기간;"
    "영향 시간; 중단 시간; 発生期間; 障害時間; 期間; 日時",
    "to_detect": "time to detection; time to detect; ttd; mttd; detection delay; 감지 소요 시간;"
    "감지까지 걸린 시간; 탐지 소요 시간; 検知までの時間",
    "to_recover": "time to recovery; time to recover; time to resolution; time to resolve; ttr;"
    "mttr; time to restore; time to fix; 복구 소요 시간; 복구까지 걸린 시간;"
    "해결 소요 시간; 조치 소요 시간; 復旧までの時間",
    "date": "date; incident date; date of incident; date of outage; day; 날짜; 일자; 발생일;"
    "발생일자;"
    "장애일; 장애 발생일; 日付; 発生日",
    "severity": "severity; sev; severity level; incident severity; priority; incident priority;"
    "심각도; 등급; 장애 등급; 우선순위; 重大度; 深刻度",
    "services": "services; service; affected services; services affected; impacted services;"
    "services impacted; affected service; impacted service; service affected; affected systems;"
    "affected components; component; components; affected system; systems affected;"
    "service name; 서비스; 영향 서비스; 대상 서비스; 장애 서비스; 영향받은 서비스;"
    "영향 받은 서비스;"
    "서비스명; 影響サービス; 対象サービス; サービス",
    "causes": "root cause category; cause category; category; categories; root cause type;"
    "cause type;"
    "incident type; 원인 분류; 원인 유형; 장애 유형; 분류; 原因分類",
    "trigger": "trigger; triggered by; 트리거; 계기",
    "detected_by": "detected by; detection method; reported by; how detected; detection source;"
    "감지 방법; 감지 경로; 인지 경로; 인지 방법",
    "authors": "author; authors; written by; postmortem author; report author; postmortem owner;"
    "작성자; 보고자; 作成者; 報告者",
    "timezone": "timezone; time zone; tz; all times in; all times; times; 시간대; タイムゾーン",
}
_LABEL_LINE = re.compile(
    r"^\s*(?:>\s*)?(?:(?:[-*+•]|\d{1,2}[.)])\s+)?(?P<bold>\*\*|__)?(?P<label>[^\W\d][^:：|*_\n]{0,45}?)"
    r"\s*(?:(?:\*\*|__)\s*[:：]|[:：]\s*(?:\*\*|__)?)\s*(?P<value>\S.*?)\s*$"
)
_BOLD_START = re.compile(
    r"^\s*(?:[-*+•]\s+)?(?:\*\*|__)(?P<label>[^:：|*_\n]{1,45})(?:\*\*|__)\s+(?P<value>\d.*?)\s*$"
)
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_NOTE = re.compile(r"\s*\([^()]*\)\s*$")
_FOOTNOTE = re.compile(r"\s*\[\^[^\]]*\]")
_MOST_LABELS_IN_A_ROW = 8
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with the name beside it.

    Attributes:
        field: what the name means, a key of the entry or `when`, `to_detect`, `to_recover`.
        label: the name as it stands there.
        value: as typed, without emphasis around it.
        line: in the Markdown, counted from 1.
    """

    field: str
    label: str
    value: str
    line: int


def labelled_values(lines: Sequence[str], blocks: Sequence[Block]) -> tuple[Labelled, ...]:
    """The values of a document whose names are known, in the order of its lines."""
    found = [*_in_lines(lines), *_in_tables(blocks)]
    return tuple(sorted(found, key=lambda one: one.line))


def minutes_of(value: str) -> int | None:
    """The minutes that a stated duration means, notes and footnotes behind it left out."""
    bare = _NOTE.sub("", _FOOTNOTE.sub("", value)).strip(" .*_~").lower()
    return parse_duration(bare)


def _in_lines(lines: Sequence[str]) -> Iterator[Labelled]:
    fenced = False
    for number, line in enumerate(lines, 1):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced or len(line) > _LONGEST_LINE:
            continue
        if ":" not in line and "：" not in line:
            match = _BOLD_START.match(line) if "**" in line or "__" in line else None
        else:
            match = _LABEL_LINE.match(line) or _BOLD_START.match(line)
        if match and (field := _field(match["label"])):
            yield Labelled(field, _bare(match["label"]), _bare(match["value"]), number)


def _in_tables(blocks: Sequence[Block]) -> Iterator[Labelled]:
    for block in blocks:
        if block.kind in {"list", "item", "quote"}:
            yield from _in_tables(block.children)
        elif block.kind == "table":
            head = block.rows[0].cells
            if len(block.rows) == 2 and sum(1 for cell in head if _field(cell)) >= 2:
                row = block.rows[1]
                yield from _paired(zip(head, row.cells, strict=False), row.line)
                continue
            for row in block.rows:
                if len(row.cells) <= _MOST_LABELS_IN_A_ROW and len(row.cells) % 2 == 0:
                    yield from _paired(zip(row.cells[::2], row.cells[1::2], strict=True), row.line)


def _paired(pairs: Iterable[tuple[str, str]], line: int) -> Iterator[Labelled]:
    for label, value in pairs:
        field = _field(label)
        if field and value.strip():
            yield Labelled(field, _bare(label), _bare(value), line)


def _bare(text: str) -> str:
    return text.strip().strip("*_").strip().removesuffix("<br>").strip()


@cache
def _field(label: str) -> str | None:
    """The field that a label names, or None."""
    if len(label) > 60:
        return None
    even = " ".join(label.casefold().replace("_", " ").split())
    folded = _EDGES.sub("", even)
    bare = _EDGES.sub("", _NOTE.sub("", even.strip("* ")))
    return _table().get(folded) or _table().get(bare)


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for field, names in _NAMES.items():
        for name in names.split(";"):
            table.setdefault(name.strip(), field)
    return table
