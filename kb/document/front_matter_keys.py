"""The keys of an entry's front matter, and the other names they go by, Korean ones included."""

from __future__ import annotations

import re

_KEYS = {
    "title": "제목",
    "date": "날짜 일자 발생일 incident_date",
    "services": "service 서비스 영향_서비스 대상_서비스",
    "causes": "cause 원인",
    "severity": "심각도 등급 장애_등급 sev",
    "status": "상태 state",
    "timezone": "time_zone tz 시간대 표준시",
    "started": "start start_time started_at 시작 발생 발생_시각 시작_시각",
    "detected": "detected_at detection_time 감지 인지 감지_시각 인지_시각",
    "declared": "declared_at announced announced_at 공지 선언 공지_시각",
    "mitigated": "mitigated_at mitigation_time 완화 일부_복구 완화_시각",
    "resolved": "resolved_at end end_time ended 복구 해소 종료 복구_시각 종료_시각",
    "trigger": "트리거 계기",
    "detected_by": "감지_방법 감지_경로 인지_경로",
    "language": "lang 언어",
    "authors": "author 작성자 저자",
    "tags": "tag 태그 labels keywords",
    "aliases": "alias 별칭 이전_id",
    "sources": "source 출처 references",
}
_ALIASES = {alias: key for key, names in _KEYS.items() for alias in (key, *names.split())}
KEYS: tuple[str, ...] = tuple(_KEYS)


def canonical_key(typed: str) -> str:
    """A key as the format names it: case, `-`, `_` and spaces do not matter, Korean counts."""
    folded = re.sub(r"[\s_\-]+", "_", typed.strip().casefold())
    return _ALIASES.get(folded, folded)
