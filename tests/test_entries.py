"""The entries of this repository: well formed, and found by what people type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase, config, corpus, document
from kb.model import REQUIRED_SECTIONS, Postmortem

FOLDER = Path(__file__).parents[1] / "entries"
CONFIG, CONFIG_FINDINGS = config.load(FOLDER)


def _entries() -> list[Postmortem]:
    found = corpus.scan(FOLDER)
    entries = []
    for path in sorted(found.files):
        content = corpus.read(FOLDER, path, found)
        assert isinstance(content, bytes)
        entries.append(document.parse(content, path, CONFIG.vocabulary, CONFIG.timezone))
    return entries


ENTRIES = _entries()
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def test_there_are_28_and_each_has_an_id_of_its_own() -> None:
    assert len(ENTRIES) == 28
    assert len({entry.id.casefold() for entry in ENTRIES}) == 28
    assert corpus.scan(FOLDER).findings == ()


def test_the_configuration_is_right() -> None:
    assert CONFIG_FINDINGS == ()
    assert len(CONFIG.vocabulary.services) > 28


@each_entry
def test_an_entry_is_read_without_a_finding(entry: Postmortem) -> None:
    assert entry.findings == ()
    assert entry.title
    assert entry.date is not None
    assert entry.timezone
    assert entry.status == "published"
    assert entry.severity in {"sev1", "sev2", "sev3", "sev4"}
    assert entry.path == f"{entry.date.year}/{entry.id}.md"
    assert entry.id.startswith(entry.date.isoformat())


@each_entry
def test_its_services_and_causes_are_known(entry: Postmortem) -> None:
    assert entry.services
    assert entry.causes
    assert set(entry.services) <= CONFIG.vocabulary.services.keys()
    assert set(entry.causes) <= CONFIG.vocabulary.causes.keys()


@each_entry
def test_every_reference_has_its_source_and_every_source_says_what_it_is(entry: Postmortem) -> None:
    text = (FOLDER / entry.path).read_text(encoding="utf-8")
    referred = {int(number) for number in re.findall(r"\[(\d{1,2})\](?!\()", text)}
    assert referred, "what is said is not backed by a source"
    assert referred <= set(range(1, len(entry.sources) + 1))
    assert all(source.title or source.url for source in entry.sources if not source.publisher)
    assert all(re.match("https?://|$", source.url) for source in entry.sources)


@each_entry
def test_it_has_the_required_sections_with_something_in_them(entry: Postmortem) -> None:
    filled = {section.kind for section in entry.sections if section.text.strip()}
    assert {"summary", *REQUIRED_SECTIONS} <= filled
    assert entry.timeline


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        knowledge = KnowledgeBase.open(FOLDER)
        assert knowledge.sync().findings == ()
    yield knowledge
    knowledge.close()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("카카오톡 로그인 장애", "2024-07-18-kakaotalk-login-outage"),
        ("kakaotalk login outage", "2024-07-18-kakaotalk-login-outage"),
        ("고용24 데이터베이스", "2024-07-18-work24-worknet-employment-insurance"),
        ("work24 database", "2024-07-18-work24-worknet-employment-insurance"),
        ("데이터센터 화재 카카오", "2022-10-15-kakao-pangyo-datacentre-fire"),
        ("regex waf", "2019-07-02-cloudflare-waf-regex"),
        ("2018-10-21-github-mysql-failover", "2018-10-21-github-mysql-failover"),
    ],
)
def test_what_people_type_finds_it_first(knowledge: KnowledgeBase, typed: str, first: str) -> None:
    assert knowledge.search(typed).hits[0].id == first


def test_a_short_name_finds_the_service_itself(knowledge: KnowledgeBase) -> None:
    results = knowledge.search("카톡", limit=28)
    of_kakaotalk = {entry.id for entry in ENTRIES if "kakaotalk" in entry.services}
    assert of_kakaotalk <= {hit.id for hit in results.hits if hit.matches_well}


def test_a_spelling_of_old_finds_what_the_usual_one_finds(knowledge: KnowledgeBase) -> None:
    old, usual = (knowledge.search(each, limit=28) for each in ("데이타베이스", "데이터베이스"))
    assert old.total > 0
    assert {hit.id for hit in old.hits} == {hit.id for hit in usual.hits}


def test_a_service_in_a_month(knowledge: KnowledgeBase) -> None:
    results = knowledge.search("service:kakaotalk date:2024-05")
    assert {hit.id for hit in results.hits} == {
        "2024-05-13-kakaotalk-messaging-outage",
        "2024-05-20-kakaotalk-messaging-outage",
        "2024-05-21-kakaotalk-pc-outage",
    }
    assert (results.total, results.total_any, results.notices) == (3, 3, ())


def test_either_of_two_texts(knowledge: KnowledgeBase) -> None:
    results = knowledge.search('"route leak" OR BGP', limit=28)
    found = {hit.id for hit in results.hits}
    assert {"2021-10-04-facebook-backbone-bgp", "2021-10-25-kt-routing-outage"} <= found
    holding = {
        entry.id
        for entry in ENTRIES
        if re.search(r"\bBGP\b|route leak", (FOLDER / entry.path).read_text(), re.IGNORECASE)
    }
    assert holding <= found


def test_every_entry_is_found_by_its_own_title_and_id(knowledge: KnowledgeBase) -> None:
    for entry in ENTRIES:
        assert knowledge.search(entry.id).hits[0].id == entry.id
        assert entry.id in {hit.id for hit in knowledge.search(entry.title).hits[:3]}


def test_the_index_agrees_with_the_files(knowledge: KnowledgeBase) -> None:
    assert knowledge.verify() == ()
    assert (knowledge.status().entries, knowledge.status().problems) == (28, 0)
