"""`kb review` as people and CI run it: formats, files, exit codes, what is wrong use."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from kb.review.reports import FORMATS
from tests.review_examples import SETTINGS as SERVICES
from tests.review_examples import entry_of
from tests.review_repository import Repository, no_settings_of_git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunKb

__all__ = ["no_settings_of_git"]

NAME = "entries/2024/2024-07-18-login-outage.md"
# What is due some day would be overdue on the day that somebody runs the tests.
SETTINGS = f'{SERVICES}[review]\ndisable = ["overdue"]\n'
BAD = "severity: huge"
MISSPELT = "severity: sev2\nsevrity: sev2"


@pytest.fixture
def team(
    plain_environment: Path,  # noqa: ARG001 - it sets the scene
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Repository:
    """One entry without fault on main, the branch `topic` checked out, at its root."""
    made = Repository(tmp_path / "team")
    made.write("kb.toml", SETTINGS)
    made.write(NAME.removeprefix("entries/"), entry_of())
    made.commit()
    made.git("switch", "-q", "-c", "topic")
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(made.root)
    return made


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def spoil(team: Repository, example: str = BAD) -> None:
    team.write(NAME.removeprefix("entries/"), entry_of(example))


class TestExitCodes:
    @pytest.mark.usefixtures("team")
    def test_clean_is_0(self, run_kb: RunKb) -> None:
        result = run_kb("review")
        assert (result.exit_code, result.stdout) == (0, "1 entry reviewed: no findings.\n")

    @pytest.mark.parametrize(
        ("example", "fail_on", "code"),
        [
            (BAD, None, 1),
            (BAD, "never", 0),
            (MISSPELT, None, 0),
            (MISSPELT, "error", 0),
            (MISSPELT, "warning", 1),
            (MISSPELT, "note", 1),
        ],
    )
    def test_1_from_the_level_on_that_is_asked_for(
        self, team: Repository, run_kb: RunKb, example: str, fail_on: str | None, code: int
    ) -> None:
        spoil(team, example)
        options = ["--fail-on", fail_on] if fail_on else []
        assert run_kb("review", *options).exit_code == code

    def test_the_command_line_counts_before_the_environment_and_that_before_kb_toml(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        spoil(team, MISSPELT)
        team.write("kb.toml", f'{SETTINGS}fail_on = "warning"\n')
        assert run_kb("review").exit_code == 1
        assert run_kb("review", KB_REVIEW_FAIL_ON="error").exit_code == 0
        assert run_kb("review", "--fail-on", "note", KB_REVIEW_FAIL_ON="error").exit_code == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ["no-such-file.md"],
            ["--base", "no-such-branch"],
            ["--base", "-p"],
            ["--format", "xml"],
            ["--format", "sarif:"],
            ["--format", "sarif", "--format", "json"],
            ["--format", "sarif:a", "--format", "json:a"],
            ["--format", "sarif:a", "--output", "b"],
            ["--format", "sarif:no/such/folder/a"],
            ["--output", "entries"],
            ["--fail-on", "fatal"],
            ["--rule", "KB1O9"],
            ["--baseline", "none.json"],
            ["--write-baseline", "no/such/folder/a"],
            ["--fix", "--diff", "--no-such-option"],
        ],
    )
    def test_wrong_use_is_2_with_a_word_of_advice_and_nothing_on_standard_output(
        self, team: Repository, run_kb: RunKb, arguments: list[str]
    ) -> None:
        result = run_kb("review", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "Error" in result.stderr
        assert "Traceback" not in result.stderr
        assert names(team.root) == [".git", "entries"]


class TestFormats:
    @pytest.mark.parametrize("name", FORMATS)
    def test_each_tells_of_the_finding(self, team: Repository, run_kb: RunKb, name: str) -> None:
        spoil(team)
        result = run_kb("review", "--format", name)
        assert result.exit_code == 1
        assert "KB109" in result.stdout
        assert NAME in result.stdout

    def test_several_are_written_in_one_run(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team)
        named = [f"--format={name}:{name}.out" for name in FORMATS]
        result = run_kb("review", *named)
        assert (result.exit_code, result.stdout) == (1, "")
        for name in FORMATS:
            assert "KB109" in (team.root / f"{name}.out").read_text("utf-8")

    def test_one_is_printed_beside_files(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team)
        result = run_kb("review", "--format=github", "--format=sarif:kb.sarif")
        assert result.stdout.startswith("::error file=")
        assert json.loads((team.root / "kb.sarif").read_text("utf-8"))["version"] == "2.1.0"

    def test_json_is_the_contract(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team, MISSPELT)
        document = json.loads(run_kb("review", "--json").stdout)
        assert document["schema_version"] == 1
        (finding,) = document["findings"]
        keys = "rule level path line column end_line end_column message help fix"
        assert set(keys.split()) <= set(finding)
        assert finding["path"] == NAME

    def test_json_and_another_format_may_be_asked_together(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        result = run_kb("review", "--json", "--format", "text:report.txt")
        assert json.loads(result.stdout)["findings"] == []
        assert "no findings" in (team.root / "report.txt").read_text("utf-8")

    def test_output_names_the_file_of_the_one_format(self, team: Repository, run_kb: RunKb) -> None:
        result = run_kb("review", "--output", "report.json", "--json")
        assert (result.exit_code, result.stdout) == (0, "")
        assert json.loads((team.root / "report.json").read_text("utf-8"))["findings"] == []

    def test_text_names_files_from_the_current_folder(
        self, team: Repository, run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spoil(team)
        monkeypatch.chdir(team.folder / "2024")
        assert run_kb("review").stdout.startswith("2024-07-18-login-outage.md:")
        assert json.loads(run_kb("review", "--json").stdout)["findings"][0]["path"] == NAME

    def test_colour_is_only_for_terminals_and_where_it_is_asked_for(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        spoil(team)
        assert "\x1b[" not in run_kb("review").stdout
        assert "\x1b[" in run_kb("--color", "always", "review").stdout
        run_kb("--color", "always", "review", "--output", "report.txt")
        assert "\x1b[" not in (team.root / "report.txt").read_text("utf-8")


class TestFiles:
    def test_a_file_that_stands_there_is_replaced_and_keeps_its_mode(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        place = team.root / "report.txt"
        place.write_text("before", "utf-8")
        place.chmod(0o640)
        run_kb("review", "--output", "report.txt")
        assert place.read_text("utf-8") == "1 entry reviewed: no findings.\n"
        assert stat.S_IMODE(place.stat().st_mode) == 0o640

    def test_where_one_cannot_be_written_none_is(self, team: Repository, run_kb: RunKb) -> None:
        place = team.root / "report.txt"
        place.write_text("before", "utf-8")
        result = run_kb("review", "--format=text:report.txt", "--format=json:no/folder/a")
        assert (result.exit_code, place.read_text("utf-8")) == (2, "before")
        assert "no/folder/a cannot be written" in result.stderr
        assert names(team.root) == [".git", "entries", "report.txt"]


class TestBaseline:
    def test_what_is_written_is_known_from_then_on(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team)
        written = run_kb("review", "--write-baseline", "known.json")
        assert (written.exit_code, written.stdout) == (0, "")
        assert "known.json: 1 finding is known now." in written.stderr
        assert run_kb("review").exit_code == 1
        assert run_kb("review", "--baseline", "known.json").exit_code == 0

    def test_kb_toml_may_name_it(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team)
        run_kb("review", "--write-baseline", "known.json")
        team.write("kb.toml", f'{SETTINGS}[options.review]\nbaseline = "known.json"\n')
        assert run_kb("review").exit_code == 0


class TestFixes:
    def test_fix_mends_the_file_and_tells_what_is_left(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        spoil(team, "causes: [netwrok]")
        result = run_kb("review", "--fix")
        assert result.exit_code == 0
        assert "Made 1 fix in 1 file." in result.stderr
        assert (team.root / NAME).read_text("utf-8") == entry_of()

    def test_diff_prints_what_fix_would_change_and_changes_nothing(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        spoil(team, "causes: [netwrok]")
        before = (team.root / NAME).read_bytes()
        result = run_kb("review", "--diff")
        assert result.exit_code == 1
        assert f"--- a/{NAME}\n+++ b/{NAME}\n" in result.stdout
        assert "-causes: [netwrok]\n+causes: [network]\n" in result.stdout
        assert (team.root / NAME).read_bytes() == before

    def test_a_difference_applies_with_git(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team, "causes: [netwrok]")
        (team.root / "fix.diff").write_text(run_kb("review", "--diff").stdout, "utf-8")
        team.git("apply", "fix.diff")
        assert (team.root / NAME).read_text("utf-8") == entry_of()

    def test_what_the_base_had_is_left_alone(self, team: Repository, run_kb: RunKb) -> None:
        spoil(team, "causes: [netwrok]")
        team.commit()
        spoil(team, "causes: [netwrok]\ntrigger: deploy")
        before = (team.root / NAME).read_bytes()
        assert run_kb("review", "--base", "HEAD", "--fix").exit_code == 0
        assert (team.root / NAME).read_bytes() == before

    def test_a_fix_shows_no_secret_beside_it(self, team: Repository, run_kb: RunKb) -> None:
        token = "AKIA" + "Q3ZB" * 4
        spoil(team, f"causes: [netwrok]\ntags: [{token}]")
        told = run_kb("review", "--diff").stdout
        assert "netwrok" in told
        assert token not in told


class TestWithABase:
    def test_a_repeat_of_an_old_outage_is_told_with_what_is_open(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        text = entry_of().replace("2024-07-18", "2024-07-25")
        team.write("2024/2024-07-25-login-again.md", text)
        told = run_kb("review", "--base", "main").stdout
        assert "happened before:" in told
        assert "(2024-07-18-login-outage)" in told
        assert "Add a second link" in told
        without = run_kb("review", "--base", "main", "--no-related").stdout
        assert "happened before" not in without

    def test_three_flawed_entries_are_told_in_every_format(
        self, team: Repository, run_kb: RunKb
    ) -> None:
        for number, example in enumerate((BAD, "causes: [netwrok]", "timezone: Mars")):
            text = entry_of(example).replace("2024-07-18", f"2024-07-2{number}")
            team.write(f"2024/2024-07-2{number}-flawed.md", text)
        for name in FORMATS:
            told = run_kb("review", "--base", "main", "--format", name).stdout
            assert all(f"2024-07-2{number}-flawed" in told for number in range(3)), name
            assert f"{NAME}:" not in told, name

    def test_a_shallow_clone_says_how_to_deepen_beside_a_file_too(
        self, team: Repository, run_kb: RunKb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        team.commit()
        place = tmp_path / "clone"
        team.git("clone", "-q", "--depth=1", "-b", "main", f"file://{team.root}", str(place))
        team.git("-C", str(place), "fetch", "-q", "--depth=1", "origin", "topic")
        team.git("-C", str(place), "switch", "-q", "-d", "FETCH_HEAD")
        monkeypatch.chdir(place)
        result = run_kb("review", "--base", "origin/main", "--format", "json:a.json")
        assert result.exit_code == 0
        assert "git fetch --deepen" in result.stderr


def test_what_is_wrong_with_kb_toml_is_a_finding_too(team: Repository, run_kb: RunKb) -> None:
    team.write("kb.toml", f'{SETTINGS}enable = ["KB1O9"]\n')
    told = run_kb("review").stdout
    assert "entries/kb.toml:" in told
    assert '"KB1O9" in [review] is no rule.' in told


def test_a_merge_conflict_left_in_is_told(team: Repository, run_kb: RunKb) -> None:
    conflict = "<<<<<<< HEAD\nOurs.\n=======\nTheirs.\n>>>>>>> topic"
    spoil(team, f"## Response\n\n{conflict}")
    result = run_kb("review")
    assert result.exit_code == 1
    assert "conflict" in result.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("KB10", "KB101"), ("unknown-sev", "unknown-severity")],
)
def test_rules_are_completed(run_kb: RunKb, typed: str, offered: str) -> None:
    result = run_kb(
        _KB_COMPLETE="bash_complete", COMP_WORDS=f"kb review --rule {typed}", COMP_CWORD="3"
    )
    assert f"plain,{offered}" in result.stdout
