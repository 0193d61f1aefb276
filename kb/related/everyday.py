"""Words that tell nothing of what an incident was about, since any report may hold them.

Three kinds: what every report of an incident speaks of (`outage`, `원인`), common words of the
language that the analysis keeps (`kept`, `않았다`), and numbers and digests but for the codes of
HTTP errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_NUMBER = re.compile(r"[\d.,:/+-]+(?:st|nd|rd|th|am|pm|h|m|s|d|x|k|ms|kb|mb|gb|tb|min|utc|kst)?")
# Parts of digests, ids and generated names.
_HEXADECIMAL = re.compile(r"(?=[a-f]*\d)[0-9a-f]{7,}")
_STATUS_CODE = re.compile(r"[45]\d\d")
_HANGUL = re.compile("[가-힣]+")

OF_REPORTS = """
    incident outage downtime postmortem post-mortem issue problem error failure fail service
    system user customer team engineer people person cause root reason impact affect timeline
    summary response respond detection detect mitigation mitigate resolve resolution recovery
    recover restore fix lesson learn luck lucky action item follow-up blameless report notice
    investigate investigation identify declare page start begin began end stop time day hour minute
    second week month year today yesterday tomorrow morning afternoon
    evening night utc kst pst pdt est edt cet cest gmt jst am pm january february march april
    june july august september october november december jan feb mar apr jun jul aug sep sept oct
    nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    owner due ticket status open done tbd todo n/a na information detail http https www com org
    장애 먹통 인시던트 오류 에러 실패 문제 이슈 사고 원인 영향 요약 타임라인 대응 후속 조치 탐지
    감지 복구 완화 해결 재발 방지 교훈 서비스 시스템 사용자 이용자 고객 담당 담당자 팀 시작 종료
    발생 발견 확인 시간 시각 오전 오후 오늘 어제 내일 이날 당시 당일 이후 이전 이번 현재 정상 공지
    안내 진행 완료 예정 상태 작업 조사 발표 보도 기사 출처 자료 월요일 화요일 수요일 목요일 금요일
    토요일 일요일 주말 새벽 저녁
"""

OF_LANGUAGE = """
    able about according across act actual actually allow almost alone along already also
    although always among amount announce another answer anyone anything appear apply around ask
    away back bad become became behind believe best better big bit bring brought call came case
    certain clear close come common complete completely consider contain continue correct
    could cut deal decide degree despite different difficult directly done early earlier easy
    effect either else enough entire especially even eventually ever every everyone everything
    exact exactly expect explain extra fact fall far fast fault few figure final finally find first
    five follow forward found four full fully further gave general get give given go goes gone good
    got great group grow half hand happen hard help hence here high however
    immediately important improve include including initially instead intend involve keep
    kept kind knew know known large last late later lead least leave led left less let like
    likely list little long longer look lot low made main mainly major make many may mean
    meant meanwhile might million minor moment moreover most move much multiple must name near
    nearly need never new next nine normal normally note nothing number occur often old once one
    original others otherwise part partial partially particular pass past perform perhaps
    place plan plus point possible possibly potential present prevent previous previously prior
    properly provide put quick quickly quite rather reach ready real really recent recently
    regard remain require right round said saw say see seem seen set
    seven several shall short should show significant similar simple simply since single six
    slow slowly small somebody someone something sometimes soon sort specific step still
    subsequent subsequently success successful successfully such sudden suddenly suspect take taken
    tell ten tens then thing think third though thought thousand three thus together told took total
    toward try turn twice two type under unable unclear understand until unusual upon use useful
    usual usually various via wait want way well went whether whole wide will within without
    won work worldwide would write wrong yes yet zero aren couldn didn doesn don hadn hasn haven isn
    ll re shouldn ve wasn weren wouldn
    동안 정도 일부 전체 모든 여러 경우 관련 통해 위해 대해 대한 따라 따른 때문 해당 위한 의한 인해
    가능 필요 다른 다시 모두 같은 이런 그런 어떤 어떻게 무엇 언제 누가 하나 가지 이상 이하 먼저
    가장 매우 조금 많은 많이 함께 각각 바로 즉시 계속 결과 내용 부분 방법 이유 사실 하지만 그러나
    그리고 또는 또한 따라서 알려지지 않은 없는 있는 없이 있어 없어 일어난 밝힌 피해 불편 사람 기간
    처음 다음 지난 최초 최근 약간 추정 추가 기준 이용 사용 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 첫째
    둘째
"""

_COUNTED = "명 일 만 년 월 시 분 초 건 개 번 차 것 등 수 때 중 후 전 뒤 곳 회 간 날 말 그 이 저"
_PARTICLES = "이 가 을 를 은 는 에 의 로 도 와 과 만"
# Final consonants (Unicode, Hangul syllables: (code - 0xAC00) % 28) of verbs before an ending.
_PAST, _PRESENT, _NOT_THERE = 20, 4, 18


def is_everyday(word: str, indexed_as: Callable[[str], tuple[str, ...]]) -> bool:
    """Whether a word (in small letters, as `kb.search.text.words` gives it) tells nothing.

    Args:
        word: the word.
        indexed_as: a word -> its terms, so that all its forms are known by one.
    """
    if _NUMBER.fullmatch(word):
        return _STATUS_CODE.fullmatch(word) is None
    if _HEXADECIMAL.fullmatch(word) or (_HANGUL.fullmatch(word) and _is_verb(word)):
        return True
    return indexed_as(word) in _listed(indexed_as)


def _is_verb(word: str) -> bool:
    """Whether a Korean word is a verb in the past (`않았고`) or a ence's last (`한다`)."""
    finals = [(ord(syllable) - 0xAC00) % 28 for syllable in word]
    if _PAST in finals[1:] or finals[0] == _PAST:
        return True
    return word.endswith("다") and len(word) > 1 and finals[-2] in {_PRESENT, _NOT_THERE}


@lru_cache(maxsize=1)
def _listed(indexed_as: Callable[[str], tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    counted = [one + particle for one in _COUNTED.split() for particle in _PARTICLES.split()]
    words = (*OF_REPORTS.split(), *OF_LANGUAGE.split(), *_COUNTED.split(), *counted)
    return frozenset(map(indexed_as, words))
