"""Similar past incidents, asked of a knowledge base with real files and a real index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kb import KnowledgeBase
from kb.errors import NotFound, UsageError
from kb.reading import read_entry
from kb.related import OpenFollowUp, RelatedEntries, RelatedEntry
from kb.related.incident import LONGEST_TEXT

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
timezone = "Asia/Seoul"
[services]
kakaotalk = { label = "카카오톡", aliases = ["카톡", "KakaoTalk"] }
payments-api = { label = "결제", aliases = ["Payments"] }
"""

TODAY = date(2024, 9, 1)


def entry(title: str, day: str, front: str = "", **sections: str) -> str:
    """An entry's text; the sections by the first word of their headings."""
    text = f"---\ntitle: {title}\ndate: {day}\nseverity: sev2\nstatus: published\n{front}---\n\n"
    return text + "\n".join(f"## {name}\n\n{body}\n" for name, body in sections.items())


def service(name: str, cause: str = "unknown", more: str = "") -> str:
    return f"services: [{name}]\ncauses: [{cause}]\n{more}"


ENTRIES = {
    "2022-login": entry(
        "Login failed after a switch was replaced",
        "2022-05-01",
        service("kakaotalk", "network"),
        Summary="The network switch lost packets, and nobody could sign in.",
    )
    + "## Follow-ups\n\n"
    "- [ ] Replace the firmware — owner: network team, due: 2022-06-30, ticket: NET-1\n"
    "- [x] Tell the vendor — owner: network team\n",
    "2023-login-ko": entry(
        "네트워크 스위치 오류로 로그인 장애",
        "2023-05-01",
        service("kakaotalk", "network"),
        요약="스위치를 교체한 뒤 패킷이 유실되어 로그인할 수 없었다.",
    ),
    "2024-kafka": entry(
        "Kafka consumers lagged behind",
        "2024-01-10",
        service("payments-api", "capacity", "aliases: [kafka-lag]\n"),
        Summary="Kafka consumers rebalanced without end; partitions had no leader.",
    ),
    "2024-kafka-again": entry(
        "Kafka partitions without a leader",
        "2024-03-10",
        service("payments-api", "capacity"),
        Summary="Kafka partitions had no leader, consumers rebalanced.",
    ),
    "2024-fire": entry(
        "Fire in the data centre",
        "2024-04-01",
        service("storage", "hardware-power"),
        Summary="A battery burned, and the racks lost power.",
    ),
}

Make = Callable[..., KnowledgeBase]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Open a knowledge base of these entries (id -> text)."""
    for name in os.environ:
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))

    def opened(entries: dict[str, str] = ENTRIES) -> KnowledgeBase:
        folder = tmp_path / "entries"
        folder.mkdir(exist_ok=True)
        (folder / "kb.toml").write_text(CONFIG, "utf-8")
        for name, text in entries.items():
            (folder / f"{name}.md").write_text(text, "utf-8")
        knowledge = KnowledgeBase.open(folder)
        knowledge.sync()
        return knowledge

    return opened


def ids(found: RelatedEntries) -> list[str]:
    return [hit.id for hit in found.hits]


def kinds(hit: RelatedEntry) -> set[str]:
    return {reason.kind for reason in hit.reasons}


def test_the_most_alike_entry_comes_first_and_never_the_entry_itself(make: Make) -> None:
    found = make().related("2024-kafka")
    assert ids(found)[0] == "2024-kafka-again"
    assert "2024-kafka" not in ids(found)
    assert "2024-fire" not in ids(found)


def test_korean_finds_its_english_sibling_and_the_other_way_round(make: Make) -> None:
    entries = {
        name: text.replace("[kakaotalk]", f"[{name}]").replace("[network]", "[unknown]")
        for name, text in ENTRIES.items()
    }
    knowledge = make(entries)
    assert ids(knowledge.related("2023-login-ko"))[0] == "2022-login"
    assert ids(knowledge.related("2022-login"))[0] == "2023-login-ko"


def test_each_hit_says_why_with_values_that_stand_alone(make: Make) -> None:
    hit = make().related("2024-kafka").hits[0]
    by_kind = {reason.kind: reason for reason in hit.reasons}
    assert by_kind["service"].values == ("payments-api",)
    assert by_kind["service"].text == "same service: payments-api"
    assert by_kind["cause"].text == "same cause: capacity"
    assert {"Kafka", "partitions", "leader"} <= set(by_kind["words"].values)
    assert by_kind["words"].text == f"shared words: {', '.join(by_kind['words'].values)}"


def test_every_hit_has_a_reason_and_a_score_within_bounds(make: Make) -> None:
    knowledge = make()
    for name in ENTRIES:
        hits = knowledge.related(name, limit=10).hits
        assert all(hit.reasons and 0 < hit.score <= 1 for hit in hits)
        assert [hit.score for hit in hits] == sorted((h.score for h in hits), reverse=True)


def test_what_happened_before_is_a_recurrence_and_what_came_later_is_none(make: Make) -> None:
    knowledge = make()
    (later,) = [h for h in knowledge.related("2024-kafka").hits if h.id == "2024-kafka-again"]
    assert (later.earlier, later.is_recurrence) == (False, False)
    (before,) = [h for h in knowledge.related("2024-kafka-again").hits if h.id == "2024-kafka"]
    assert (before.earlier, before.is_recurrence) == (True, True)


def test_an_unknown_cause_makes_no_recurrence(make: Make) -> None:
    entries = {name: text.replace("[capacity]", "[unknown]") for name, text in ENTRIES.items()}
    hits = make(entries).related("2024-kafka-again").hits
    assert hits[0].id == "2024-kafka"
    assert not hits[0].is_recurrence
    assert "cause" not in kinds(hits[0])


def test_only_unfinished_follow_ups_are_told(make: Make) -> None:
    (hit,) = [h for h in make().related("2023-login-ko").hits if h.id == "2022-login"]
    (item,) = hit.open_follow_ups
    assert item == OpenFollowUp(
        "Replace the firmware", "network team", "2022-06-30", "NET-1", item.line
    )
    lines = ENTRIES["2022-login"].splitlines()
    assert "Replace the firmware" in lines[item.line - 1]


def test_what_goes_on_at_one_time_in_one_service_overlaps(make: Make) -> None:
    times = "started: {}T10:00:00+09:00\nresolved: {}T12:00:00+09:00\n"
    entries = ENTRIES | {
        f"copy-{day}": entry(
            "Checkout slow", day, service("kakaotalk", more=times.format(day, day))
        )
        for day in ("2024-07-17", "2024-07-18")
    }
    knowledge = make(entries)
    same = entry(
        "Wholly other words",
        "2024-07-18",
        service("kakaotalk", more=times.format(*["2024-07-18"] * 2)),
    )
    hits = {hit.id: hit for hit in knowledge.related(same).hits}
    assert hits["copy-2024-07-18"].overlaps
    assert not any(hit.overlaps for name, hit in hits.items() if name != "copy-2024-07-18")


def test_a_former_id_is_the_entry(make: Make) -> None:
    knowledge = make()
    assert knowledge.related("kafka-lag") == knowledge.related("2024-kafka")


def test_an_id_may_be_typed_in_any_case_and_composition(make: Make) -> None:
    knowledge = make(ENTRIES | {"2024-카프카": ENTRIES["2024-kafka"]})
    written = knowledge.related("2024-카프카")
    assert knowledge.related(unicodedata.normalize("NFD", "2024-카프카")) == written
    assert knowledge.related("2024-KAFKA") == knowledge.related("2024-kafka")


def test_the_id_of_an_entry_is_told_by_its_beginning_or_not_at_all(make: Make) -> None:
    knowledge = make()
    assert knowledge.id_of("2022-l") == "2022-login"
    assert knowledge.id_of("kafka-lag") == "2024-kafka"
    with pytest.raises(NotFound) as error:
        knowledge.id_of("2022-logni")
    assert error.value.nearest == ("2022-login",)


def test_a_text_finds_what_it_speaks_of(make: Make) -> None:
    knowledge = make()
    assert ids(knowledge.related("FIRING: kafka consumers lag, partitions without leader"))[0] in {
        "2024-kafka",
        "2024-kafka-again",
    }
    assert ids(knowledge.related("배터리 화재로 전원이 나감")) == ["2024-fire"]


def test_a_service_that_a_text_names_is_a_reason(make: Make) -> None:
    hits = (
        make().related("카카오톡 로그인이 안 돼요. 네트워크 스위치 때문인가요?", today=TODAY).hits
    )
    assert {"2022-login", "2023-login-ko"} == {hit.id for hit in hits}
    assert all("service" in kinds(hit) and hit.earlier for hit in hits)
    assert not any(hit.is_recurrence for hit in hits)


def test_a_guessed_service_counts_less_than_a_stated_one(make: Make) -> None:
    knowledge = make()
    body = "Nobody could sign in to 카카오톡, says 카카오톡."
    stated = entry("Sign-in", "2024-08-01", service("kakaotalk"), Summary=body)
    silent = entry("Sign-in", "2024-08-01", Summary=body)
    scores = [
        {hit.id: hit.score for hit in knowledge.related(text).hits} for text in (stated, silent)
    ]
    assert scores[0]["2022-login"] > scores[1]["2022-login"]


def test_the_front_matter_of_a_whole_postmortem_counts(make: Make) -> None:
    knowledge = make()
    text = entry("Unheard of", "2024-08-01", service("kakaotalk", "network"), Summary="Nothing.")
    hits = knowledge.related(text).hits
    assert {hit.id for hit in hits} == {"2022-login", "2023-login-ko"}
    assert all(hit.is_recurrence for hit in hits)


def test_an_entry_that_is_not_indexed_yet_is_compared_as_one(make: Make) -> None:
    knowledge = make()
    raw = ENTRIES["2024-kafka"].encode()
    fresh = read_entry(raw, "2024/new.md", knowledge.config)
    assert ids(knowledge.related(fresh))[0] == "2024-kafka"
    changed = read_entry(raw, "2024-kafka.md", knowledge.config)
    assert knowledge.related(changed) == knowledge.related("2024-kafka")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "\n\n",
            "\0",
            "—",
            "the",
            "2024",
            "(((",
            "a:b:c",
            "---\n---\n",
            "---\ntitle: [",
            "# ",
        ),
        "\ud800 half a letter",
        "qwertz",
        "x" * 5_000,
        "*" * 5_000,
        "[](" * 2_000,
        "kafka " * 3,
    ],
)
def test_no_text_is_an_error(make: Make, text: str) -> None:
    assert isinstance(make().related(text), RelatedEntries)


def test_of_a_long_text_beginning_and_end_are_read(make: Make) -> None:
    knowledge = make()
    filler = "qwertz " * (LONGEST_TEXT // 4)
    middle = f"{filler}kafka partitions leader {filler}"
    assert not knowledge.related(middle).hits
    assert knowledge.related(f"{middle} kafka partitions leader").hits


def test_an_empty_knowledge_base_has_nothing_alike(make: Make) -> None:
    knowledge = make({})
    assert knowledge.related("kafka") == RelatedEntries(())
    assert knowledge.related("").hits == ()


def test_a_single_entry_has_nothing_alike(make: Make) -> None:
    assert make({"2024-kafka": ENTRIES["2024-kafka"]}).related("2024-kafka").hits == ()


def test_boilerplate_of_a_template_is_nothing_in_common(make: Make) -> None:
    boiler = (
        "This is a blameless postmortem. What went well: the team responded in time. "
        "What went wrong: customers noticed first. Where we got lucky: nothing. "
        "Root cause, impact, timeline, action items and lessons learned: see below."
    )
    entries = {
        f"2024-{name}": entry(f"Trouble with {name}", "2024-01-01", Summary=f"{boiler} {name}.")
        for name in ("kafka", "redis", "nginx", "consul")
    }
    assert make(entries).related("2024-kafka").hits == ()


def test_the_limit_is_kept_and_checked(make: Make) -> None:
    knowledge = make({f"2024-{n}": ENTRIES["2024-kafka"] for n in range(8)})
    assert len(knowledge.related("2024-1", limit=3).hits) == 3
    assert len(knowledge.related("2024-1").hits) == 5
    assert knowledge.related("2024-1", limit=0).hits == ()
    for limit in (-1, 1001):
        with pytest.raises(UsageError):
            knowledge.related("2024-1", limit=limit)


def test_a_changed_index_is_seen(make: Make) -> None:
    knowledge = make()
    assert "2024-kafka-again" in ids(knowledge.related("2024-kafka"))
    (knowledge.folder / "2024-kafka-again.md").unlink()
    knowledge.sync()
    assert "2024-kafka-again" not in ids(knowledge.related("2024-kafka"))
    assert "2024-kafka-again" not in ids(knowledge.related("kafka partitions leader"))


def test_the_json_is_the_contract(make: Make) -> None:
    found = make().related("2024-kafka-again").to_json()
    assert found == json.loads(json.dumps(found))
    assert found.keys() == {"schema_version", "hits"}
    hit = found["hits"][0]
    assert {"id", "title", "date", "score", "reasons", "open_follow_ups"} <= hit.keys()
    assert all(isinstance(reason, str) for reason in hit["reasons"])
    assert [each["kind"] for each in hit["why"]][:1] == ["words"]
    assert hit["is_recurrence"] is True


def test_an_indexed_entry_is_compared_without_reading_markdown(make: Make) -> None:
    folder = make().folder
    code = (
        "import sys; from kb import KnowledgeBase; knowledge = KnowledgeBase.open(sys.argv[1])\n"
        "knowledge.sync(); assert knowledge.related('2024-kafka').hits\n"
        "print(*sorted(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code, str(folder)], check=True, capture_output=True, text=True
    ).stdout.split()
    assert {"mistune", "yaml", "frontmatter", "kb.importing.proposals"}.isdisjoint(loaded)
