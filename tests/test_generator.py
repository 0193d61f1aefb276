from __future__ import annotations

import re
import tomllib
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from kb import config, document
from kb.model import REQUIRED_SECTIONS
from tests.benchmarks.generator import Word, configuration, generate, services, write

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = list(generate(600))


def _words(entries: list[tuple[str, str]]) -> list[str]:
    return [word for _, text in entries for word in re.findall(r"\w+", text)]


def test_a_seed_gives_the_same_entries_again() -> None:
    assert list(generate(30, seed=7)) == list(generate(30, seed=7))
    assert list(generate(30, seed=7)) != list(generate(30, seed=8))


def test_a_larger_collection_begins_with_the_smaller_one() -> None:
    assert list(generate(50)) == ENTRIES[:50]


def test_paths_are_unique_and_stand_in_the_folder_of_their_year() -> None:
    paths = [path for path, _ in ENTRIES]
    assert len(set(paths)) == len(paths)
    for path, text in ENTRIES:
        assert re.fullmatch(r"(\d{4})/\1-\d\d-\d\d-[a-z0-9-]+\.md", path)
        assert f"\ndate: {path[5:15]}\n" in text


def test_entries_are_about_2400_bytes() -> None:
    sizes = [len(text.encode()) for _, text in ENTRIES]
    assert 2200 < sum(sizes) / len(sizes) < 2600
    assert min(sizes) > 1000
    assert max(sizes) < 5000


def test_entries_are_korean_english_and_mixed_in_turn() -> None:
    bodies = [text.split("---\n", 2)[2] for _, text in ENTRIES]
    assert all(re.search("[가-힣]", body) for body in bodies[0::3])
    assert not any(re.search("[가-힣]", body) for body in bodies[1::3])
    mixed = [body for body in bodies[2::3] if re.search("## [A-Z]", body)]
    assert any(re.search("## [가-힣]", body) for body in mixed)


def test_a_few_words_are_everywhere_and_most_are_rare() -> None:
    counts = Counter(_words(ENTRIES))
    ordered = [count for _, count in counts.most_common()]
    assert sum(ordered[:100]) > sum(ordered) / 3
    assert sum(1 for count in ordered if count == 1) > len(ordered) / 3


def test_new_words_keep_coming() -> None:
    seen: set[str] = set()
    sizes = []
    for start in range(0, 600, 150):
        seen.update(_words(ENTRIES[start : start + 150]))
        sizes.append(len(seen))
    growth = [after - before for before, after in pairwise(sizes)]
    assert all(new > 500 for new in growth)
    assert growth[0] < sizes[0]


def test_every_slot_is_filled() -> None:
    assert not [path for path, text in ENTRIES if re.search(r"\{\w*(:\w+)?\}", text)]


def test_the_configuration_names_every_service_in_use() -> None:
    named = set(tomllib.loads(configuration())["services"])
    used = {
        name
        for _, text in ENTRIES
        for line in re.findall(r"^services: \[(.+)\]$", text, re.MULTILINE)
        for name in line.split(", ")
    }
    assert named == {one.id for one in services()}
    assert len(named) == 40
    assert used <= named
    assert len(used) > 30


def test_every_entry_is_understood_in_full() -> None:
    settings, findings = config.parse(configuration())
    assert findings == ()
    for path, text in ENTRIES:
        entry = document.parse(text.encode(), path, settings.vocabulary)
        assert entry.findings == ()
        assert {section.kind for section in entry.sections} >= {"summary", *REQUIRED_SECTIONS}
        assert len(entry.timeline) == text.count(" KST — ") + text.count(" UTC — ")
        assert entry.timeline[0].at == entry.started
        assert entry.timeline[-1].at == entry.resolved
        turns = [event.kind for event in (*entry.timeline[:2], *entry.timeline[-2:])]
        assert turns == ["started", "detected", "mitigated", "resolved"]
        assert len(entry.follow_ups) == text.count("- [")
        assert all(task.owner and task.due and task.ticket for task in entry.follow_ups)


@pytest.mark.parametrize(
    ("word", "form", "written"),
    [
        ("결제", "은", "결제는"),
        ("주문", "은", "주문은"),
        ("지연", "이", "지연이"),
        ("장애", "이", "장애가"),
        ("메일", "으로", "메일로"),
        ("매장", "으로", "매장으로"),
        ("3", "으로", "3으로"),
        ("PostgreSQL", "을", "PostgreSQL을"),
        ("PostgreSQL", "으로", "PostgreSQL로"),
        ("orders-web-4", "을", "orders-web-4를"),
        ("설정", "였다", "설정이었다"),
        ("a fault", "^", "A fault"),
        ("plain", "", "plain"),
    ],
)
def test_a_particle_fits_the_word_before_it(word: str, form: str, written: str) -> None:
    assert format(Word(word), form) == written


def test_write_makes_a_folder_that_can_be_searched(tmp_path: Path) -> None:
    size = write(5, tmp_path / "entries")
    files = sorted((tmp_path / "entries").rglob("*.md"))
    assert len(files) == 5
    assert size == sum(file.stat().st_size for file in files)
    assert (tmp_path / "entries" / "kb.toml").read_text(encoding="utf-8") == configuration()
