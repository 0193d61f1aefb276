"""What every search engine must do, whatever it is made of: odd, long and many entries."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

import pytest

from kb.search.engine import (
    Changes,
    Document,
    Keyword,
    Request,
    SearchEngine,
)
from tests.engine_contract import (
    EVERYTHING,
    corpus,
    filled,
    found,
    made,
    paths,
    word,
)

ODD_NAMES = (
    "2024/카카오톡 장애.md",
    "spaces and 'quotes' \"too\".md",
    "emoji-🔥-👩‍💻.md",
    "=x=y=.md",
    "a/b/c/d/e.md",
    "ΑΒΓ-ß-ı-İ.md",
    "한" * 80 + ".md",
    "%FF~!@#$^&()[]{};,.md",
    "مرحبا.md",
    "lone-\udcff-surrogate.md",
    "nul-\x00-and-\x1f.md",
)


def test_odd_paths_and_ids_are_kept_apart(empty: SearchEngine) -> None:
    content = "---\ntitle: {}\n---\n## Summary\nWord{} and zebra.\n"
    filled(empty, [made(path, content.format(n, n)) for n, path in enumerate(ODD_NAMES)])
    assert paths(empty) == set(ODD_NAMES)
    assert empty.search(Request((word("zebra"),), limit=50)).total == len(ODD_NAMES)
    for number, path in enumerate(ODD_NAMES):
        results = empty.search(Request((word(f"word{number}"),)))
        assert [hit.path for hit in results.hits] == [path]
        shown = empty.document(path)
        assert shown is not None
        assert shown["title"] == str(number)
    empty.apply(Changes(frozenset(ODD_NAMES[::2])))
    assert paths(empty) == set(ODD_NAMES[1::2])


def test_values_of_any_kind_are_found_and_counted(empty: SearchEngine) -> None:
    """Quotes and signs, scripts, emoji, letters put together: as written, and kept apart."""
    values = [
        "a=b",
        "'q' \"r\"",
        "back\\slash",
        "x*?~",
        "ΑΒΓ",
        "مرحبا",
        "🔥👩‍💻",
        "é",
        "한글",
        "-1",
    ]
    content = "---\ntitle: {}\ntags: [{}]\nservices: [{}]\n---\n## Summary\nZebra {}.\n"
    quoted = [f"'{value.replace(chr(39), chr(39) * 2)}'" for value in values]
    filled(
        empty,
        [
            made(
                f"{number}.md", content.format(number, each, each, unicodedata.normalize("NFD", v))
            )
            for number, (each, v) in enumerate(zip(quoted, values, strict=True))
        ],
    )
    tags = [value for value, _ in empty.values("tag")]
    assert len(tags) == len(values)
    facet = dict(empty.search(EVERYTHING).facets["service"])
    assert len(facet) == len(values)
    for tag in tags:
        results = empty.search(Request(condition=Keyword("tag", (tag,))))
        assert results.total == 1
        (shown,) = results.facets["service"]
        assert facet[shown[0]] == 1
    for typed, at in (("é", "7"), ("한글", "8"), ("ΑΒΓ", "4"), ("مرحبا", "5")):
        assert found(empty.search(Request((word(typed),)))) == [at]


@pytest.mark.parametrize("value", ["한" * 40_000, "x" * 100_000])
def test_a_value_of_any_length_is_found(empty: SearchEngine, value: str) -> None:
    content = f"---\ntitle: Long\nteam: {value}\nservices: [{value}, x]\n---\n{value}\n"
    filled(empty, [made("long.md", content)])
    for field in ("team", "service"):
        assert empty.search(Request(condition=Keyword(field, (value,)))).total == 1
        assert empty.search(Request(condition=Keyword(field, (value[1:],)))).total == 0
    assert "team" in empty.fields()
    assert "x" in dict(empty.values("service"))
    shown = empty.document("long.md")
    assert shown is not None
    assert shown["services"] == [value, "x"]


def test_a_very_long_entry_is_found_by_all_its_words(empty: SearchEngine) -> None:
    words = [f"unique{number}" for number in range(10_000)]
    text = " ".join(words) + " 데이터베이스" * 3000
    assert len(text) > 100_000
    filled(empty, [made("long.md", f"---\ntitle: Long\n---\n## Summary\n{text}\n"), *corpus()])
    for typed in (words[0], words[5_000], words[-1], "unique4999 unique5000 unique5001"):
        assert found(empty.search(Request((word(typed),)))) == ["long"]
    assert empty.search(Request((word("데이터베이스"),))).total == 3


def many(count: int) -> Iterator[Document]:
    """Entries that hold a word one to three times among few or many others."""
    for number in range(count):
        text = "needle " * (1 + number % 3) + f"hay{number} " * (number % 17)
        yield made(f"{number:04}.md", f"---\ntitle: Entry {number}\n---\n## Summary\n{text}\n")


def test_pages_far_into_many_hits_put_together_are_the_whole(empty: SearchEngine) -> None:
    empty.apply(Changes(documents=many(330)))
    request = Request((word("needle"),), limit=1000)
    whole = [hit.path for hit in empty.search(request).hits]
    assert len(set(whole)) == len(whole) == 330

    def page(offset: int, limit: int) -> list[str]:
        asked = Request((word("needle"),), offset=offset, limit=limit)
        return [hit.path for hit in empty.search(asked).hits]

    for size in (17, 100, 129):
        assert [path for at in range(0, 330, size) for path in page(at, size)] == whole
    for at in (1, 63, 64, 127, 128, 129, 255, 256, 257, 328, 329, 330):
        assert page(at, 1) == whole[at : at + 1]
    assert [one.row.path for one in empty.listed(request)] == whole


def test_entries_of_the_same_day_are_ordered_by_path_across_pages(empty: SearchEngine) -> None:
    paths = [f"{number}.md" for number in range(60)]
    random.Random(3).shuffle(paths)
    day = "---\ntitle: T\ndate: 2024-01-{}\n---\n"
    empty.apply(Changes(documents=[made(p, day.format(10 + len(p) % 2)) for p in paths]))
    expected = sorted(paths, key=lambda path: (-(len(path) % 2), path))
    for size in (7, 60):
        pages = [
            hit.path
            for offset in range(0, 60, size)
            for hit in empty.search(Request(sort="newest", offset=offset, limit=size)).hits
        ]
        assert pages == expected
    for at in (0, 1, 31, 59, 60):
        alone = empty.search(Request(sort="newest", offset=at, limit=1)).hits
        assert [hit.path for hit in alone] == expected[at : at + 1]


def test_documents_are_taken_as_they_come(empty: SearchEngine) -> None:
    def documents() -> Iterator[Document]:
        for number in range(300):
            service = f"s{number % 7}"
            yield made(
                f"{number:03}.md",
                f"---\ntitle: Number {number}\nservices: [{service}]\n---\n"
                f"## Summary\nCommon words and number{number}.\n",
            )

    empty.apply(Changes(documents=documents()))
    results = empty.search(Request((word("common words"),), limit=5))
    assert (results.total, len(results.hits)) == (300, 5)
    assert dict(results.facets["service"]) == {f"s{n}": 43 if n < 6 else 42 for n in range(7)}
    assert found(empty.search(Request((word("number123"),)))) == ["123"]
