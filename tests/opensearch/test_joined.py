"""The whole program on OpenSearch: what `kb` says is what it says on Whoosh, with files or without.

Three machines: one with the entries on Whoosh, one with them on OpenSearch, and a reader that has
nothing but a kb.toml with `source = "index"`.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from opensearchpy import OpenSearch

from kb import KnowledgeBase, config
from kb.errors import IndexFailure, NotFound, UsageError
from kb.search import engines, location
from kb.search import opensearch_engine_documents as kept
from kb.search import opensearch_engine_reading as asking
from kb.search.engine import LARGEST_CONTENT, Changes, Request, Row
from kb.search.opensearch_engine import OpenSearchEngine
from tests.conftest import ENTRIES
from tests.engine_contract import filled, made, word

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.conftest import RunKb
    from tests.opensearch.server import Server

ID = "2024-07-18-kakaotalk-login-outage"
REVIEWED = f"entries/2024/{ID}.md"
COMMANDS = [
    ("search", "database failover", "--json"),
    ("search", "카카오톡 로그인 장애", "--json"),
    ("search", "service:kakaotalk sort:newest", "--json"),
    ("search", "network", "--limit", "3", "--offset", "2", "--json"),
    ("search", "--json"),
    ("search", ID, "--json"),
    ("search", "databse caues:dns", "--json"),
    ("search", "zzqqxx", "--json"),
    ("search", "is:recurrence date:2022..2024", "--ids"),
    ("list", "--json"),
    ("services", "--json"),
    ("causes", "--json"),
    ("show", ID, "--json"),
    ("show", "2024-07-18-kakao", "--json"),
    ("show", ID, "--raw"),
    ("show", "2024-07-18-cacao"),
    ("related", ID, "--json"),
    ("related", "checkout returns 502 since the deploy of the gateway", "--json"),
    ("stats", "--json"),
    ("stats", "network", "--by", "month", "--json"),
    ("follow-ups", "--json"),
    ("follow-ups", "--open", "--owner", "KT", "--json"),
    ("follow-ups", "--ics"),
    ("export", "json"),
    ("export", "csv"),
    ("review", REVIEWED, "--format", "json", "--fail-on", "never"),
]


@contextmanager
def settings(server: Server, *more: str) -> Iterator[str]:
    """A line of kb.toml for an index of its own, of which nothing is left in the end."""
    name = f"kb-{secrets.token_hex(6)}"
    options = ['type = "opensearch"', f'hosts = ["{server.url}"]', f'index = "{name}"']
    yield f"engine = {{ {', '.join([*options, 'replicas = 0', *more])} }}\n"
    with OpenSearch([server.url]) as client:
        for index in client.indices.get(index=f"{name}*"):
            client.indices.delete(index=index)


@pytest.fixture
def line(server: Server) -> Iterator[str]:
    with settings(server) as one:
        yield one


def reading(line: str) -> str:
    """The same for a machine without files."""
    return line.replace("replicas = 0", 'replicas = 0, source = "index"')


def folder(place: Path, line: str, entries: Mapping[str, str | bytes]) -> Path:
    """An entries folder."""
    for path, content in entries.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    place.mkdir(parents=True, exist_ok=True)
    (place / "kb.toml").write_text(line, "utf-8")
    return place


def entry(title: str, text: str = "Text.") -> str:
    return f"---\ntitle: {title}\n---\n## Summary\n{text}\n"


@pytest.fixture(scope="module")
def machines(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folders `whoosh`, `cluster` and `reader`, each with `entries`; the index is filled."""
    root = tmp_path_factory.mktemp("machines")
    with settings(server) as line, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KB_")]:
            patch.delenv(name)
        patch.setenv(location.ENVIRONMENT, str(root / "cache"))
        for name, own in (("whoosh", 'engine = "whoosh"\n'), ("cluster", line)):
            shutil.copytree(ENTRIES, root / name / "entries")
            (root / name / "entries" / "kb.toml").write_text(own, "utf-8")
        KnowledgeBase.open(root / "cluster" / "entries").sync()
        # Only what is reviewed is here, and it is not looked at when entries are read.
        path = REVIEWED.removeprefix("entries/")
        content = (ENTRIES / path).read_bytes()
        folder(root / "reader" / "entries", reading(line), {path: content})
        yield root


def said(result: Result) -> object:
    """What a command printed, as data where it is; without the time it took."""
    try:
        document = json.loads(result.stdout)
    except ValueError:
        return result.stdout
    if isinstance(document, dict):
        document.pop("took_ms", None)
    return document


def alike(one: object, other: object) -> bool:
    """Whether two documents are the same but for the last digits of numbers."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-3)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other


@pytest.mark.parametrize("machine", ["cluster", "reader"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_says_what_it_says_on_whoosh(
    command: Sequence[str],
    machine: str,
    machines: Path,
    run_kb: RunKb,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(location.ENVIRONMENT, str(machines / "cache"))
    monkeypatch.chdir(machines / "whoosh")
    expected = run_kb(*command)
    monkeypatch.chdir(machines / machine)
    result = run_kb(*command)
    assert result.exit_code == expected.exit_code, result.output
    assert alike(said(result), said(expected)), result.output
    assert result.stderr == expected.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("index",), "read from the index"),
        (("index", "--rebuild"), "made anew"),
        (("index", "--verify"), "compared"),
        (("review",), "not named"),
    ],
)
def test_a_machine_without_files_says_what_it_cannot_do(
    command: Sequence[str],
    said: str,
    machines: Path,
    run_kb: RunKb,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(machines / "reader")
    result = run_kb(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "files are" in result.stderr


def test_a_machine_without_files_tells_of_the_index(
    machines: Path, run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(machines / "reader")
    status = json.loads(run_kb("index", "--status", "--json").stdout)["status"]
    assert (status["engine"], status["entries"], status["up_to_date"]) == ("opensearch", 28, None)
    assert "OpenSearch at http://" in status["location"]
    assert status["size_bytes"] > 0
    assert run_kb("new", "A new one").exit_code == 0
    assert "28" in run_kb("index", "--status").stdout


def test_switching_engines_and_back_loses_nothing(
    line: str, tmp_path: Path, run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(location.ENVIRONMENT, str(tmp_path / "cache"))
    texts = {"one.md": entry("하나", "알파"), "two.md": entry("Two", "Beta")}
    place = folder(tmp_path / "entries", "", texts)
    there = {"one", "two"}
    chosen = ["", 'engine = "tantivy"\n', line, 'engine = "whoosh"\n', line, 'engine = "tantivy"\n']
    for turn, engine in enumerate(chosen):
        (place / "kb.toml").write_text(engine, "utf-8")
        (place / f"new{turn}.md").write_text(entry(f"New {turn}", f"gamma{turn}"), "utf-8")
        (place / "one.md").write_text(entry(f"하나 {turn}", f"알파 delta{turn}"), "utf-8")
        there.add(f"new{turn}")
        if turn == 3:
            (place / "two.md").unlink()
            there.remove("two")
        listed = json.loads(run_kb("--entries", str(place), "list", "--json").stdout)
        assert {each["id"] for each in listed["entries"]} == there, engine
        found = run_kb("--entries", str(place), "search", f"delta{turn}", "--ids").stdout.split()
        assert found == ["one"], engine
        assert run_kb("--entries", str(place), "search", f"delta{turn - 1}").exit_code == 1
        assert run_kb("--entries", str(place), "index", "--verify").output.startswith(
            "The index agrees with the files"
        )


def test_two_indices_are_kept_apart(server: Server, tmp_path: Path, line: str) -> None:
    """The stamps of one index say nothing of another, whether by name or by engine."""
    place = folder(tmp_path / "entries", line, {"one.md": entry("One", "zebra")})
    assert KnowledgeBase.open(place).sync().added == 1
    with settings(server) as other:
        folder(place, other, {})
        stats = KnowledgeBase.open(place).sync()
        assert (stats.added, stats.rebuilt) == (1, True)
    folder(place, line, {"two.md": entry("Two", "zebra")})
    base = KnowledgeBase.open(place)
    assert (base.sync().added, base.search("zebra").total) == (1, 2)


ODD: dict[str, str | bytes] = {
    "nfd.md": entry(normalize("NFD", "나누어 적은 제목"), normalize("NFD", "한글 본문")),
    "crlf.md": entry("CR LF").replace("\n", "\r\n"),
    "bom.md": "\ufeff" + entry("BOM"),
    "cp949.md": entry("완성형", "장애 보고서 본문이다").encode("cp949"),
    "bytes.md": b"---\ntitle: Odd\n---\n## Summary\n\xff\xfe\x00 odd \x80 bytes",
    "long.md": entry("Long", "가나다라 마바사 " * 12_500),
    "empty.md": b"",
    "2024/깊은 곳/nested & odd.md": entry("Nested"),
}


def test_texts_survive_byte_for_byte(line: str, tmp_path: Path) -> None:
    writer = KnowledgeBase.open(folder(tmp_path / "writer", line, ODD))
    writer.sync()
    reader = KnowledgeBase.open(folder(tmp_path / "reader", reading(line), {}))
    reader.sync()
    assert [one.path for one in reader.entries()] == [one.path for one in writer.entries()]
    for path, content in ODD.items():
        assert reader.raw(path) == writer.raw(path)
        assert reader.get(path) == writer.get(path)
        told = content.encode() if isinstance(content, str) else content
        assert reader._content(path) == told, path  # noqa: SLF001 -- bytes have no public door
    with pytest.raises(NotFound):
        reader.get("nowhere")


def test_a_file_too_large_to_be_kept_is_found_and_said_to_be(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "LARGEST_CONTENT", 10_000)
    assert LARGEST_CONTENT > 1_000_000
    texts = {"large.md": entry("Large", "zebra " * 10_000), "small.md": entry("Small", "zebra")}
    KnowledgeBase.open(folder(tmp_path / "writer", line, texts)).sync()
    reader = KnowledgeBase.open(folder(tmp_path / "reader", reading(line), {}))
    assert reader.search("zebra").total == 2
    with pytest.raises(Exception, match="does not hold the text of large"):
        reader.get("large")
    assert [one.id for one in reader.entries()] == ["small"]


def test_a_reader_never_writes(line: str, tmp_path: Path) -> None:
    reader = KnowledgeBase.open(
        folder(tmp_path / "reader", reading(line), {"draft.md": entry("Draft")})
    )
    with pytest.raises(IndexFailure, match="no index of entries yet") as caught:
        reader.sync()
    assert "kb index" in caught.value.remedy
    with pytest.raises(IndexFailure):
        reader.search("zebra")
    with pytest.raises(UsageError):
        reader.sync(rebuild=True)
    writer = KnowledgeBase.open(folder(tmp_path / "writer", line, {"one.md": entry("One")}))
    writer.sync()
    before = writer.state()
    reader.sync()
    assert [one.id for one in reader.list()] == ["one"]
    assert writer.state() == before
    assert (reader.shared, reader.reads_index, writer.reads_index) == (True, True, False)


def test_a_reader_never_makes_an_index_of_another_version_anew(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "SCHEMA", "opensearch 0")
    KnowledgeBase.open(folder(tmp_path / "writer", line, {"one.md": entry("One")})).sync()
    monkeypatch.undo()
    reader = KnowledgeBase.open(folder(tmp_path / "reader", reading(line), {}))
    with pytest.raises(IndexFailure, match="another version") as caught:
        reader.search("one")
    assert "where the entries' files are" in caught.value.remedy


def test_an_empty_folder_does_not_empty_the_index_of_all(line: str, tmp_path: Path) -> None:
    writer = KnowledgeBase.open(folder(tmp_path / "writer", line, {"one.md": entry("One")}))
    writer.sync()
    empty = KnowledgeBase.open(folder(tmp_path / "empty", line, {"README.md": "Nothing."}))
    with pytest.raises(IndexFailure, match="holds no entries") as caught:
        empty.sync()
    assert 'source = "index"' in caught.value.remedy
    assert [one.id for one in writer.list()] == ["one"]
    assert empty.sync(rebuild=True).rebuilt
    assert writer.list() == ()


def test_nothing_is_kept_in_memory_instead(tmp_path: Path, run_kb: RunKb) -> None:
    place = folder(tmp_path / "entries", "", {"one.md": entry("One", "zebra")})
    gone = {"KB_ENGINE": "opensearch", engines.HOSTS: "http://127.0.0.1:9"}
    for command in (["search", "zebra"], ["index"], ["related", "one"], ["stats"]):
        result = run_kb("--entries", str(place), *command, **gone)
        assert (result.exit_code, result.stdout) == (2, ""), command
        assert "OpenSearch at http://127.0.0.1:9 is not there" in result.stderr
    base = KnowledgeBase.open(place)
    assert not base.shared


def test_the_environment_names_the_cluster(
    server: Server, tmp_path: Path, run_kb: RunKb, line: str
) -> None:
    wrong = line.replace(server.url, "http://127.0.0.1:9")
    place = folder(tmp_path / "entries", wrong, {"one.md": entry("One", "zebra")})
    hosts = {engines.HOSTS: f"http://127.0.0.1:9, {server.url}"}
    result = run_kb("--entries", str(place), "search", "zebra", "--ids", **hosts)
    assert (result.exit_code, result.stdout) == (0, "one\n")


def test_a_state_cannot_be_set_aside(line: str, tmp_path: Path) -> None:
    base = KnowledgeBase.open(folder(tmp_path / "entries", line, {"one.md": entry("One")}))
    base.sync()
    with pytest.raises(IndexFailure, match="not kept"):
        base.set_aside(tmp_path / "aside")
    assert not (tmp_path / "aside").exists()


def test_one_search_is_of_one_state(line: str, tmp_path: Path) -> None:
    """While entries come and go, figures of one answer agree with each other."""
    even = {f"{number}.md": entry(f"Number {number}", "zebra") for number in range(20)}
    place = folder(tmp_path / "writer", line, even)
    writer = KnowledgeBase.open(place)
    writer.sync()
    reader = KnowledgeBase.open(folder(tmp_path / "reader", reading(line), {}))
    ended = threading.Event()
    wrong: list[tuple[int, ...]] = []
    asked = []

    def ask() -> None:
        engine = reader._engine  # noqa: SLF001 -- without what is remembered above it
        request = Request((word("zebra"),), limit=100, facets=("status",))
        while not ended.is_set():
            found = engine.search(request)
            asked.append(found.total)
            figures = (found.total, len(found.hits), found.total_any, *found.word_totals)
            if len(set(figures)) > 1 or len(engine.rows()) not in {20, 40}:
                wrong.append(figures)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for _ in range(6):
            for number in range(20, 40):
                (place / f"{number}.md").write_text(entry(f"Number {number}", "zebra"), "utf-8")
            writer.sync()
            for number in range(20, 40):
                (place / f"{number}.md").unlink()
            writer.sync()
    finally:
        ended.set()
        thread.join()
    assert wrong == []
    assert set(asked) == {20, 40}


def test_what_is_known_of_all_entries_is_brought_up_to_date(line: str, tmp_path: Path) -> None:
    texts = {f"{number}.md": entry(f"Number {number}") for number in range(30)}
    place = folder(tmp_path / "writer", line, texts)
    writer = KnowledgeBase.open(place)
    writer.sync()
    reader = KnowledgeBase.open(folder(tmp_path / "reader", reading(line), {}))
    engine = reader._engine  # noqa: SLF001

    def agree() -> None:
        fresh = KnowledgeBase.open(tmp_path / "reader")._engine  # noqa: SLF001
        order = Request(sort="newest")
        assert sorted(map(str, engine.rows())) == sorted(map(str, fresh.rows()))
        assert engine.listed(order) == fresh.listed(order)

    agree()
    for change in (
        lambda: (place / "3.md").write_text(entry("Another title"), "utf-8"),
        lambda: (place / "new.md").write_text(entry("New"), "utf-8"),
        lambda: (place / "5.md").rename(place / "6a.md"),
        (place / "7.md").unlink,
        lambda: (place / "kb.toml").write_text(f"{line}[services]\na = {{}}\n", "utf-8"),
    ):
        change()
        writer.sync()
        agree()
    writer.sync(rebuild=True)
    agree()


def test_one_change_elsewhere_does_not_cost_reading_all(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"{number}.md": entry(f"Number {number}") for number in range(30)}
    place = folder(tmp_path / "writer", line, texts)
    writer = KnowledgeBase.open(place)
    writer.sync()
    reader = KnowledgeBase.open(folder(tmp_path / "reader", reading(line), {}))
    reader._engine.rows()  # noqa: SLF001
    (place / "3.md").write_text(entry("Another title"), "utf-8")
    writer.sync()
    read: list[str] = []
    row = kept.row

    def noted(packed: str) -> Row:
        read.append(packed)
        return row(packed)

    monkeypatch.setattr(kept, "row", noted)
    assert len(reader._engine.rows()) == 30  # noqa: SLF001
    assert len(reader._engine.rows()) == 30  # noqa: SLF001
    assert len(read) == 1


def test_a_facet_of_more_values_than_are_counted_at_once_is_exact(
    server: Server, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_MOST_OF_A_FACET", 5)
    monkeypatch.setattr(asking, "_PAGE", 7)
    options = config.parse(line)[0].engine.options
    assert options["hosts"] == [server.url]
    engine = OpenSearchEngine(options)
    text = "---\ntitle: T\nservices: [common, s{0}]\n---\n## Summary\nzebra w{0}\n"
    filled(engine, [made(f"{number}.md", text.format(number)) for number in range(40)])
    (first, *others) = engine.search(Request(facets=("service",))).facets["service"]
    assert first == ("common", 40)
    assert dict(others) == {f"s{number}": 1 for number in range(40)}
    engine.apply(Changes(frozenset(f"{number}.md" for number in range(1, 40))))
    assert engine.search(Request(facets=("service",))).facets["service"] == (
        ("common", 1),
        ("s0", 1),
    )
    engine.close()


NAMES = [f"word-{number}" for number in range(2000)]


@pytest.fixture(scope="module")
def many_words(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Entries that hold some of the names; the folder is on OpenSearch."""
    texts = {
        f"{number}.md": entry(NAMES[number], " ".join(NAMES[number : number + 20]))
        for number in range(0, 300, 9)
    }
    with settings(server) as line:
        yield folder(tmp_path_factory.mktemp("many"), line, texts)


@pytest.mark.parametrize(
    "typed",
    [
        " ".join(NAMES[:300]),
        " ".join(f'"{one} {other}"' for one, other in pairwise(NAMES[:65])),
        f"({' OR '.join(NAMES[:150])})",
        " ".join(f"-{name}" for name in NAMES),
    ],
    ids=["words", "phrases", "alternatives", "exclusions"],
)
def test_a_long_query_is_answered(typed: str, many_words: Path) -> None:
    """A server takes a thousand clauses of one query."""
    local = KnowledgeBase.open(many_words, engine="whoosh")
    base = KnowledgeBase.open(many_words)
    local.sync()
    base.sync()
    expected, found = local.search(typed), base.search(typed)
    assert (found.total, found.total_any) == (expected.total, expected.total_any)
    scores = {hit.id: pytest.approx(hit.score, rel=1e-4) for hit in expected.hits}
    assert {hit.id: hit.score for hit in found.hits} == scores


def test_a_query_that_is_too_long_says_so(many_words: Path) -> None:
    base = KnowledgeBase.open(many_words)
    base.sync()
    with pytest.raises(IndexFailure, match="more parts than OpenSearch") as caught:
        base.search(f"tag:{','.join(NAMES)}")
    assert "max_clause_count" in caught.value.remedy
