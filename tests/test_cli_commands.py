"""What the commands do besides printing text: JSON, exit codes, where options come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb.cli.root import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import RunKb

FAILOVER = "2024-03-12-payments-database-failover"


def test_search_prints_the_json_of_the_contract(run_kb: RunKb) -> None:
    result = run_kb("search", "로그인 장애", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    keys = "schema_version query understood notices did_you_mean total total_any took_ms"
    assert list(document) == [*keys.split(), "hits", "facets"]
    assert document["hits"][0]["id"] == "2024-07-18-login-network-outage"
    assert set(document["facets"]) >= {"service", "cause", "severity", "year", "status"}
    assert "로그인" in result.stdout


def test_json_of_nothing_found_is_a_document_too(run_kb: RunKb) -> None:
    result = run_kb("search", "zzzzqqq", "--json")
    assert (result.exit_code, json.loads(result.stdout)["hits"]) == (1, [])


def test_messages_stay_out_of_what_programs_read(run_kb: RunKb) -> None:
    result = run_kb("search", "caues:network", "--ids")
    assert result.stdout
    assert all(line.startswith("20") for line in result.stdout.splitlines())
    assert "caues" in result.stderr


def test_nothing_found_leaves_standard_output_empty(run_kb: RunKb) -> None:
    result = run_kb("search", "zzzzqqq")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing found" in result.stderr


def test_paths_can_be_opened_from_the_current_folder(run_kb: RunKb) -> None:
    (path,) = run_kb("search", "kafka", "--paths", "--limit", "1").stdout.splitlines()
    assert Path(path).is_file()


def test_paths_outside_the_current_folder_are_absolute(
    run_kb: RunKb, own_entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_entries / "2024")
    (path,) = run_kb("search", "kafka", "--paths", "--limit", "1").stdout.splitlines()
    assert Path(path).is_absolute()
    assert Path(path).is_file()


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["route", "leak"], "route leak"),
        (["route leak"], "route leak"),
        (['"route leak" OR BGP'], '"route leak" OR BGP'),
        (["-cause:network", "is:open"], "-cause:network is:open"),
        (["kafka", "-dns"], "kafka -dns"),
        (["kafka", "--limit", "3", "-dns"], "kafka -dns"),
        (["--limit=3", "kafka"], "kafka"),
        (["--", "--limit", "-x"], "--limit -x"),
        (["-"], "-"),
        (["a", "--service", "-b", "c"], "a c"),
        (["\udcff"], "?"),
    ],
)
def test_words_may_begin_with_a_hyphen(run_kb: RunKb, arguments: list[str], query: str) -> None:
    options = ["--json"] if "--" not in arguments else []
    document = json.loads(run_kb("search", *options, *arguments, KB_SEARCH_JSON="1").stdout)
    assert document["query"] == query


def test_show_prints_every_field_as_json(run_kb: RunKb) -> None:
    document = json.loads(run_kb("show", FAILOVER, "--json").stdout)
    assert document["schema_version"] == 1
    assert document["services"] == ["payments-api", "checkout"]
    assert [event["time"] for event in document["timeline"]][:2] == ["14:02", "14:05"]
    assert document["follow_ups"][1]["ticket"] == "DB-42"
    assert document["extra"] == {"runbook": ["RB-7"]}


def test_show_prints_the_file_as_it_is(run_kb: RunKb, plain_environment: Path) -> None:
    raw = (plain_environment / "entries/2024" / f"{FAILOVER}.md").read_text("utf-8")
    assert run_kb("show", FAILOVER, "--raw").stdout == raw


def test_an_unknown_id_is_answered_with_the_nearest(run_kb: RunKb) -> None:
    result = run_kb("show", "2023-11-02-kafka-consumer-lga")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "2023-11-02-kafka-consumer-lag" in result.stderr


@pytest.mark.parametrize("command", ["list", "services", "causes"])
def test_lists_print_json(run_kb: RunKb, command: str) -> None:
    document = json.loads(run_kb(command, "--json").stdout)
    assert document.pop("schema_version") == 1
    ((name, listed),) = document.items()
    assert name == ("entries" if command == "list" else command)
    assert all(one["id"] for one in listed)


def test_a_new_entry_is_written_printed_and_found(run_kb: RunKb, own_entries: Path) -> None:
    result = run_kb("new", "결제 오류 급증", "--service", "payments-api", "--severity", "sev2")
    path = Path(result.stdout.strip())
    assert path.is_file()
    assert own_entries in path.absolute().parents
    assert "결제 오류 급증" in path.read_text("utf-8")
    assert run_kb("search", "급증", "--ids").stdout.strip() == path.stem


def test_a_new_entry_never_takes_the_place_of_another(run_kb: RunKb, own_entries: Path) -> None:
    paths = {run_kb("new", "Same title").stdout for _ in range(2)} - {""}
    before = {path: path.read_text("utf-8") for path in own_entries.rglob("*.md")}
    run_kb("new", "Same title")
    assert paths
    assert all(path.read_text("utf-8") == text for path, text in before.items())


def test_the_command_line_wins_over_the_environment_and_that_over_kb_toml(
    run_kb: RunKb, own_entries: Path
) -> None:
    settings = own_entries / "kb.toml"
    settings.write_text(f"{settings.read_text('utf-8')}\n[search]\nlimit = 3\n", "utf-8")

    def found(*arguments: str, **environment: str) -> int:
        return len(run_kb("search", "--ids", *arguments, **environment).stdout.splitlines())

    assert found() == 3
    assert found(KB_SEARCH_LIMIT="2") == 2
    assert found("--limit", "1", KB_SEARCH_LIMIT="2") == 1


def test_kb_toml_may_set_one_service_or_several(run_kb: RunKb, own_entries: Path) -> None:
    settings = own_entries / "kb.toml"
    vocabulary = settings.read_text("utf-8")
    for value, count in (('"login"', 2), ('["login", "cdn"]', 3)):
        settings.write_text(f"{vocabulary}\n[search]\nservice = {value}\n", "utf-8")
        assert len(run_kb("search", "--ids").stdout.splitlines()) == count


def test_a_form_on_the_command_line_wins_over_another_from_elsewhere(run_kb: RunKb) -> None:
    result = run_kb("search", "kafka", "--limit", "1", "--ids", KB_SEARCH_JSON="1")
    assert result.stdout == "2023-11-02-kafka-consumer-lag\n"


def test_a_bad_value_is_told_with_the_place_it_stands_in(run_kb: RunKb, own_entries: Path) -> None:
    assert "$KB_SEARCH_LIMIT" in run_kb("search", "x", KB_SEARCH_LIMIT="many").output
    (own_entries / "kb.toml").write_text('[search]\nlimit = "many"\nlimt = 3\n', "utf-8")
    result = run_kb("search", "x")
    assert result.exit_code == 2
    assert "kb.toml, below [search]" in result.output
    assert "no option 'limt'" in result.output


def test_entries_are_named_by_option_or_environment(
    run_kb: RunKb, own_entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    other = tmp_path / "other"
    other.mkdir()
    assert len(run_kb("list", "--ids", KB_ENTRIES=str(own_entries)).stdout.splitlines()) == 8
    result = run_kb("--entries", str(other), "list", "--ids", KB_ENTRIES=str(own_entries))
    assert result.stdout == ""


def test_findings_are_told_five_at_most_and_only_once(run_kb: RunKb, own_entries: Path) -> None:
    for number in range(7):
        (own_entries / f"2024-01-0{number + 1}-x.md").write_text(
            "---\ntitle: X\nseverity: huge\n---\n", "utf-8"
        )
    first = run_kb("search", "kafka", "--ids")
    *told, more = first.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == [
        f"entries/2024-01-0{number + 1}-x.md" for number in range(5)
    ]
    assert more.endswith("more: kb index --verify")
    assert run_kb("search", "kafka", "--ids").stderr == ""


def test_an_edit_is_found_by_the_next_search(run_kb: RunKb, own_entries: Path) -> None:
    assert run_kb("search", "walrus", "--ids").exit_code == 1
    path = own_entries / "2021/2021-06-30-dns-typo.md"
    path.write_text(path.read_text("utf-8").replace("some minutes", "a walrus"), "utf-8")
    assert run_kb("search", "walrus", "--ids").stdout == "2021-06-30-dns-typo\n"


def test_the_index_tells_what_it_did_and_how_it_is(run_kb: RunKb, own_entries: Path) -> None:
    assert "8 entries" in run_kb("index").stdout
    (own_entries / "2021/2021-06-30-dns-typo.md").unlink()
    assert run_kb("index").stdout == "Index of 7 entries is up to date: 1 removed.\n"
    assert run_kb("index", "--rebuild").stdout == "Built the index anew: 7 entries.\n"
    status = json.loads(run_kb("index", "--status", "--json").stdout)
    assert status["changes"] is None
    assert status["status"]["entries"] == 7
    assert "Entries        7" in run_kb("index", "--status").stdout


def test_verify_lists_what_is_wrong_and_ends_with_0(run_kb: RunKb, own_entries: Path) -> None:
    run_kb("index")
    assert "agrees with the files" in run_kb("index", "--verify").stdout
    (own_entries / "2024-01-01-x.md").write_text("---\ntitle: X\nseverity: huge\n---\n", "utf-8")
    result = run_kb("index", "--verify")
    assert result.exit_code == 0
    assert "2024-01-01-x.md" in result.stdout


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "new"])
def test_without_entries_every_command_says_what_to_do(
    run_kb: RunKb, tmp_path: Path, name: str
) -> None:
    needed = {"show": "x", "search": "x", "import": "x", "related": "x", "export": "json"}
    arguments = [needed[name]] if name in needed else []
    result = run_kb("--entries", str(tmp_path / "none"), name, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 2


def test_an_empty_folder_is_no_error(run_kb: RunKb, tmp_path: Path) -> None:
    (tmp_path / "entries").mkdir()
    entries = ["--entries", str(tmp_path / "entries")]
    assert run_kb(*entries, "list").output == "There are no entries yet. Begin one: kb new TITLE\n"
    assert run_kb(*entries, "search").exit_code == 1
    assert run_kb(*entries, "causes").exit_code == 0


def test_colour_is_for_those_who_ask_or_watch(run_kb: RunKb) -> None:
    assert "\x1b[" not in run_kb("search", "kafka").output
    assert "\x1b[" in run_kb("--color", "always", "search", "kafka").output
    assert "\x1b[" in run_kb("search", "kafka", KB_COLOR="always", NO_COLOR="1").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["search", "--limt", "3"], "--limit"),
        (["search", "--limit", "ten"], "--limit"),
        (["search", "--limit", "0"], "--limit"),
        (["search", "--offset", "-1"], "--offset"),
        (["list", "--sort", "best"], "longest"),
        (["new"], "TITLE"),
        (["show"], "ID"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what(
    run_kb: RunKb, arguments: list[str], told: str
) -> None:
    result = run_kb(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr.splitlines()[-1]
