"""Names: whatever way they are written, they lead to one id, and groups hold equivalents."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.vocabulary import (
    CAUSES,
    DEFAULT_VOCABULARY,
    DETECTED_BY,
    SEVERITIES,
    STATUSES,
    TRIGGERS,
    Cause,
    Service,
    Term,
    Vocabulary,
    fold,
    near,
)
from kb.vocabulary.glossary import GLOSSARY

CHAT = Service("kakaotalk", "카카오톡", "Kakao", ("카톡", "KakaoTalk"))
ACCOUNT = Service("kakao-account", "카카오계정", "Kakao", ("Kakao account",))
OURS = Vocabulary(services={one.id: one for one in (CHAT, ACCOUNT)})

FIXED: dict[str, tuple[Cause | Term, ...]] = {
    "cause": CAUSES,
    "severity": SEVERITIES,
    "status": STATUSES,
    "trigger": TRIGGERS,
    "detected-by": DETECTED_BY,
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SEV-1", "sev 1"),
        ("sev1", "ｓｅｖ１"),
        ("in_review", "In Review"),
        ("카카오 톡", "카카오톡"),
        ("하드웨어·전원", "하드웨어 전원"),
        ("하드웨어ㆍ전원", "하드웨어전원"),
        ("카톡", "\u110f\u1161\u1110\u1169\u11a8"),
        ("config–change", "config_change"),
        ("kakao\u200btalk", "KakaoTalk"),
    ],
)
def test_spellings_of_one_name_fold_to_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_folding_keeps_what_tells_names_apart() -> None:
    assert len({fold(name) for name in ("gov24", "gov2", "github.com", "github", "c++", "c")}) == 6


@given(st.text(max_size=12))
@example("\u1100-\u1161")
@example("ſ İ ŉ ﬁ")
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("field", "name", "expected"),
    [
        ("service", "카톡", "kakaotalk"),
        ("service", "KAKAOTALK", "kakaotalk"),
        ("service", "Kakao_Account", "kakao-account"),
        ("service", "line", None),
        ("service", "", None),
        ("service", " - ", None),
        ("cause", "misconfiguration", "config-change"),
        ("cause", "Code Defect", "code-defect"),
        ("cause", "binary push", "deployment"),
        ("cause", "cross-service", "dependency"),
        ("cause", "resource exhaustion", "capacity"),
        ("cause", "thundering herd", "traffic"),
        ("cause", "metastable", "cascading-failure"),
        ("cause", "DNS", "network"),
        ("cause", "DB", "database"),
        ("cause", "데이타베이스", "database"),
        ("cause", "processing pipeline", "data"),
        ("cause", "data centre", "hardware-power"),
        ("cause", "정전", "hardware-power"),
        ("cause", "TLS expiry", "certificate-time"),
        ("cause", "IAM", "auth-secret"),
        ("cause", "랜섬웨어", "security"),
        ("cause", "human error", "process"),
        ("cause", "원인 미상", "unknown"),
        ("cause", "the moon", None),
        ("severity", "P0", "sev1"),
        ("severity", "P1", "sev1"),
        ("severity", "SEV-2", "sev2"),
        ("severity", "minor", "sev3"),
        ("severity", "sev5", "sev4"),
        ("severity", "심각", "sev1"),
        ("severity", "3 등급", "sev3"),
        ("severity", "sev9", None),
        ("status", "in_review", "in-review"),
        ("status", "초안", "draft"),
        ("status", "final", "published"),
        ("trigger", "config push", "config-push"),
        ("trigger", "인증서 만료", "expiry"),
        ("detected-by", "모니터링", "alert"),
        ("detected-by", "고객 문의", "customer"),
        ("title", "KakaoTalk", None),
    ],
)
def test_a_name_leads_to_its_id(field: str, name: str, expected: str | None) -> None:
    assert OURS.canonical(field, name) == expected


@pytest.mark.parametrize("field", FIXED)
def test_every_id_label_and_alias_leads_to_its_own_value(field: str) -> None:
    names = [
        (name, term.id)
        for term in FIXED[field]
        for name in (term.id, term.label, term.label_ko, *term.aliases)
    ]
    assert [(name, OURS.canonical(field, name)) for name, _ in names] == names


def test_an_alias_is_listed_once() -> None:
    repeated = {
        name: times
        for terms in FIXED.values()
        for name, times in Counter(
            (term.id, fold(alias)) for term in terms for alias in term.aliases
        ).items()
        if times > 1
    }
    assert repeated == {}


def test_the_known_values_are_those_of_the_format() -> None:
    assert OURS.known("service") == ("kakaotalk", "kakao-account")
    assert OURS.known("severity") == ("sev1", "sev2", "sev3", "sev4")
    assert OURS.known("status") == ("draft", "in-review", "published")
    assert OURS.known("detected-by") == ("alert", "customer", "staff", "partner", "audit")
    assert len(OURS.known("cause")) == 16
    assert OURS.known("cause")[-1] == "unknown"
    assert OURS.known("owner") == ()


def test_an_id_wins_over_a_label_and_a_label_over_an_alias() -> None:
    contested = Vocabulary(
        services={
            "a": Service("a", aliases=("pay", "till")),
            "b": Service("b", label="till"),
            "pay": Service("pay"),
        }
    )
    assert contested.canonical("service", "pay") == "pay"
    assert contested.canonical("service", "till") == "b"


@pytest.mark.parametrize(
    ("field", "name", "expected"),
    [
        ("cause", "databse", ("database",)),
        ("cause", "netwrok", ("network",)),
        ("cause", "네트워그", ("network",)),
        ("cause", "cert expiri", ("certificate-time",)),
        ("cause", "dep", ("deployment", "dependency")),
        ("service", "kakaotlak", ("kakaotalk",)),
        ("service", "카카오통", ("kakaotalk",)),
        ("service", "kakaotalk-pc", ("kakaotalk",)),
        ("severity", "criticl", ("sev1",)),
        ("cause", "xyzzy", ()),
        ("cause", "", ()),
        ("title", "database", ()),
    ],
)
def test_a_slip_or_an_unfinished_word_finds_the_id(
    field: str, name: str, expected: tuple[str, ...]
) -> None:
    assert OURS.nearest(field, name) == expected


def test_no_more_suggestions_than_asked_for() -> None:
    assert OURS.nearest("severity", "sev7", limit=2) == ("sev1", "sev2")


def test_nearness_among_plain_names_answers_with_the_name() -> None:
    assert near("aliasses", ["label", "aliases", "owner"]) == ("aliases",)


@pytest.mark.parametrize(
    ("field", "id_", "language", "expected"),
    [
        ("cause", "network", "en", "Network"),
        ("cause", "network", "ko", "네트워크"),
        ("severity", "sev1", "ko-KR", "1등급 (심각)"),
        ("status", "in-review", "en", "In review"),
        ("service", "kakaotalk", "en", "카카오톡"),
        ("service", "unheard-of", "en", "unheard-of"),
        ("owner", "kim", "ko", "kim"),
    ],
)
def test_labels_follow_the_language(field: str, id_: str, language: str, expected: str) -> None:
    assert OURS.label(field, id_, language) == expected


def test_a_service_without_a_label_is_called_by_its_id() -> None:
    bare = Vocabulary(services={"turnstile": Service("turnstile")})
    assert bare.label("service", "turnstile", "ko") == "turnstile"


def test_services_and_causes_are_synonym_groups_of_their_names() -> None:
    groups = OURS.synonym_groups()
    assert ("kakaotalk", "카카오톡", "카톡") in groups
    assert ("network", "네트워크") in groups
    assert set(GLOSSARY) <= set(groups)
    assert all(len(group) > 1 for group in groups)
    assert not any("DNS" in group for group in groups), "an alias is narrower than its cause"


def test_a_glossary_word_stands_in_one_group_once() -> None:
    times = Counter(fold(word) for group in GLOSSARY for word in {*map(fold, group)})
    assert [word for word, count in times.items() if count > 1] == []


def test_every_glossary_group_joins_korean_and_another_script() -> None:
    def is_korean(word: str) -> bool:
        return any("가" <= letter <= "힣" for letter in word)

    assert [group for group in GLOSSARY if len({is_korean(word) for word in group}) != 2] == []


def test_the_fingerprint_follows_names_and_nothing_else() -> None:
    def changed(**fields: object) -> str:
        service = replace(CHAT, **fields)  # type: ignore[arg-type]  # any field
        return replace(OURS, services={**OURS.services, service.id: service}).fingerprint()

    before = OURS.fingerprint()
    assert changed(aliases=("카톡",)) != before
    assert changed(label="톡") != before
    assert replace(OURS, services={CHAT.id: CHAT}).fingerprint() != before
    assert replace(OURS, causes={}).fingerprint() != before
    assert changed(owner="Daum") == before
    assert changed(description="Chat") == before
    assert replace(OURS, synonyms=()).fingerprint() == before


def test_moving_an_alias_between_services_changes_the_fingerprint() -> None:
    one = Vocabulary(services={"a": Service("a", aliases=("x",)), "b": Service("b")})
    other = Vocabulary(services={"a": Service("a"), "b": Service("b", aliases=("x",))})
    assert one.fingerprint() != other.fingerprint()


def test_the_default_vocabulary_knows_causes_but_no_service() -> None:
    assert DEFAULT_VOCABULARY.known("service") == ()
    assert DEFAULT_VOCABULARY.canonical("cause", "디비") == "database"
