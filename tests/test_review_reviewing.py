"""A review from end to end, in real folders and repositories."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import pytest

from kb import KnowledgeBase
from kb.errors import UsageError
from kb.review import baseline, examining_many, inherited
from kb.review.choice import choose
from kb.review.rule import Place, ReviewFinding
from tests.review_examples import SETTINGS, entry_of
from tests.review_repository import Options, Repository, no_settings_of_git

if TYPE_CHECKING:
    from kb.review.report import Report

__all__ = ["no_settings_of_git"]

NAME = "2024/2024-07-18-login-outage.md"
TODAY = date(2024, 8, 1)
BAD = "severity: huge"
WORSE = "severity: huge\ncauses: [netwrok]"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CACHE_DIR", str(tmp_path / "cache"))


class Team(Repository):
    """A repository with entries that are reviewed."""

    def review(self, *paths: str | Path, **options: Unpack[Options]) -> Report:
        knowledge = KnowledgeBase.open(self.folder)
        try:
            return knowledge.review(paths, today=TODAY, **options)
        finally:
            knowledge.close()

    def codes(self, *paths: str | Path, **options: Unpack[Options]) -> list[str]:
        return [one.rule for one in self.review(*paths, **options).findings]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """One entry without fault on main; the branch `topic` is checked out."""
    made = Team(tmp_path / "repository")
    made.write("kb.toml", SETTINGS)
    made.write(NAME, entry_of())
    made.commit()
    made.git("switch", "-q", "-c", "topic")
    monkeypatch.chdir(made.root)
    return made


def levels(report: Report) -> list[tuple[str, str, bool]]:
    return [(one.rule, one.level, one.inherited) for one in report.findings]


class TestWhatIsReviewed:
    def test_an_entry_without_fault_has_no_finding(self, team: Team) -> None:
        report = team.review()
        assert (report.findings, report.notices, report.base) == ((), (), None)
        (entry,) = report.entries
        assert (entry.id, entry.path, entry.status) == (
            "2024-07-18-login-outage",
            f"entries/{NAME}",
            "whole",
        )

    def test_a_finding_says_where_and_quotes_the_line(self, team: Team) -> None:
        team.write(NAME, entry_of(BAD))
        (finding,) = team.review().findings
        assert (finding.rule, finding.level, finding.path) == ("KB109", "error", f"entries/{NAME}")
        assert finding.text == "severity: huge"
        assert finding.text[finding.place.column - 1 : finding.place.end_column - 1] == "huge"

    def test_paths_are_told_from_the_root_wherever_one_stands(
        self, team: Team, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(team.folder / "2024")
        assert team.review(Path(NAME).name).entries[0].path == f"entries/{NAME}"

    def test_without_a_repository_paths_are_told_from_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "plain" / "notes").mkdir(parents=True)
        (tmp_path / "plain" / "notes" / "a.md").write_text("x", "utf-8")
        monkeypatch.chdir(tmp_path / "plain")
        report = KnowledgeBase.open("notes").review(today=TODAY)
        assert report.entries[0].path == "notes/a.md"
        monkeypatch.chdir(tmp_path / "cache" if (tmp_path / "cache").exists() else "/")
        report = KnowledgeBase.open(tmp_path / "plain" / "notes").review(today=TODAY)
        assert report.entries[0].path.endswith("plain/notes/a.md")

    def test_files_and_folders_are_chosen_and_none_twice(self, team: Team) -> None:
        team.write("2023/2023-01-01-other.md", entry_of())
        paths = [one.path for one in team.review("entries/2024", f"entries/{NAME}").entries]
        assert paths == [f"entries/{NAME}"]
        assert len(team.review("entries").entries) == 2

    @pytest.mark.parametrize(
        ("named", "message"),
        [
            ("entries/2024/gone.md", "There is no file or folder"),
            ("elsewhere.md", "is not in the entries folder"),
            ("..", "is not in the entries folder"),
            ("a\0b", "There is no file or folder"),
        ],
    )
    def test_a_path_that_cannot_be_reviewed_is_wrong_use(
        self, team: Team, named: str, message: str
    ) -> None:
        (team.root / "elsewhere.md").write_text("x", "utf-8")
        with pytest.raises(UsageError, match=message):
            team.review(named)

    def test_the_nearest_entry_is_named(self, team: Team) -> None:
        with pytest.raises(UsageError) as error:
            team.review("entries/2024-07-18-login-outagee.md")
        assert error.value.remedy == f"Did you mean entries/{NAME}?"

    def test_what_is_no_entry_is_noticed(self, team: Team) -> None:
        report = team.review("entries/kb.toml")
        assert report.entries == ()
        assert "entries/kb.toml is no entry" in report.notices[0]

    @pytest.mark.parametrize("content", [b"\x00\x01\x02PNG", b"\xff\xfe\x00", b""])
    def test_a_binary_or_an_empty_file_is_a_finding(self, team: Team, content: bytes) -> None:
        team.write(NAME, content)
        report = team.review(f"entries/{NAME}")
        assert report.fails("error")

    def test_what_is_no_file_is_a_finding(self, team: Team) -> None:
        os.mkfifo(team.folder / "pipe.md")
        assert team.codes("entries/pipe.md") == ["KB101"]

    def test_a_link_to_nothing_is_a_finding(self, team: Team) -> None:
        (team.folder / "lost.md").symlink_to("nowhere.md")
        assert team.codes() == ["KB101"]

    def test_an_id_is_looked_for_in_the_whole_folder(self, team: Team) -> None:
        team.write("archive/2024-07-18-login-outage.md", entry_of())
        assert "KB104" in team.codes(f"entries/{NAME}")

    @pytest.mark.parametrize("related", [True, False])
    def test_a_former_id_of_another_entry_counts_with_an_index_and_without(
        self, team: Team, *, related: bool
    ) -> None:
        alias = "aliases: [2024-07-18-login-outage]"
        team.write("2024/2024-07-19-other.md", entry_of(f"date: 2024-07-19\n{alias}"))
        assert "KB104" in team.codes(f"entries/{NAME}", related=related)


class TestWithABase:
    def test_only_what_changed_is_reviewed(self, team: Team) -> None:
        team.write("2024/2024-07-18-second.md", entry_of(BAD))
        report = team.review(base="main")
        assert [(one.id, one.status) for one in report.entries] == [("2024-07-18-second", "added")]
        assert report.base == "main"
        assert levels(report) == [("KB109", "error", False)]

    def test_paths_narrow_it(self, team: Team) -> None:
        team.write("2024/2024-07-18-second.md", entry_of(BAD))
        team.write("2023/2024-07-18-third.md", entry_of(BAD))
        report = team.review("entries/2024", base="main")
        assert [one.id for one in report.entries] == ["2024-07-18-second"]

    def test_what_was_wrong_before_fails_nothing_wherever_its_line_has_moved(
        self, team: Team
    ) -> None:
        team.write(NAME, entry_of(BAD))
        team.commit()
        text = entry_of(BAD).replace("timezone:", "trigger: deploy\ntimezone:")
        team.write(NAME, "\n\n".join((text.replace("severity: huge", "severity:   huge"), "More.")))
        report = team.review(base="HEAD")
        assert levels(report) == [("KB109", "error", True)]
        assert not report.fails("note")

    def test_what_the_change_added_counts(self, team: Team) -> None:
        team.write(NAME, entry_of(BAD))
        team.commit()
        team.write(NAME, entry_of(WORSE))
        report = team.review(base="HEAD")
        assert ("KB107", "error", False) in levels(report)
        assert ("KB109", "error", True) in levels(report)
        assert report.fails("error")

    def test_a_renamed_entry_keeps_what_it_inherited(self, team: Team) -> None:
        team.write(NAME, entry_of(BAD))
        team.commit()
        team.git("mv", f"entries/{NAME}", "entries/2024/2024-07-18-renamed.md")
        report = team.review(base="HEAD")
        assert [one.status for one in report.entries] == ["renamed"]
        assert levels(report) == [("KB109", "error", True)]

    def test_a_removed_waiver_brings_its_finding_back(self, team: Team) -> None:
        waiver = "<!-- kb: allow KB109 because the old scale had such a level -->\n\n"
        text = entry_of(BAD)
        waived = text.replace("## Summary", f"{waiver}## Summary", 1)
        team.write(NAME, waived)
        report = team.review()
        assert (report.findings, [one.finding.rule for one in report.waived]) == ((), ["KB109"])
        assert report.waived[0].reason == "the old scale had such a level"
        team.commit()
        team.write(NAME, text)
        assert levels(team.review(base="HEAD")) == [("KB109", "error", False)]

    def test_an_imported_entry_is_held_to_a_lower_standard(self, team: Team) -> None:
        team.write("2024/2024-07-18-old.md", entry_of("severity: huge\nimported: true"))
        assert levels(team.review(base="main")) == [("KB109", "warning", False)]

    def test_nothing_changed_is_no_finding(self, team: Team) -> None:
        report = team.review(base="main")
        assert (report.entries, report.findings) == ((), ())


class TestChoosing:
    @pytest.mark.parametrize("name", ["KB109", "kb109", "unknown-severity", "front-matter", "KB1"])
    def test_rules_are_named_in_many_ways(self, team: Team, name: str) -> None:
        team.write(NAME, entry_of(WORSE))
        assert "KB109" in team.codes(rules=[name])
        assert "KB109" not in team.codes(ignore=[name])

    def test_only_the_rules_that_are_named_apply(self, team: Team) -> None:
        team.write(NAME, entry_of(WORSE))
        report = team.review(rules=["KB107"])
        assert [one.code for one in report.rules] == ["KB107"]
        assert levels(report) == [("KB107", "error", False)]

    @pytest.mark.parametrize("options", [Options(rules=["KB1O9"]), Options(ignore=["KB1O9"])])
    def test_a_rule_that_is_none_is_wrong_use(self, team: Team, options: Options) -> None:
        with pytest.raises(UsageError, match="There is no rule 'KB1O9'") as error:
            team.review(**options)
        assert "KB109" in error.value.remedy

    def test_settings_choose_rules_and_levels(self, team: Team) -> None:
        team.write(NAME, entry_of(WORSE))
        review = '[review]\ndisable = ["front-matter"]\nenable = ["KB107", "KB109"]\n'
        team.write("kb.toml", f'{SETTINGS}{review}levels = {{ KB109 = "note", KB1 = "warning" }}\n')
        assert levels(team.review()) == [("KB107", "warning", False), ("KB109", "note", False)]

    def test_a_level_of_one_rule_counts_before_that_of_its_family(self, team: Team) -> None:
        knowledge = KnowledgeBase.open(team.folder)
        settings = replace(
            knowledge.config.review, levels={"KB109": "note", "front-matter": "warning"}
        )
        choice = choose(settings)
        assert (choice.levels["KB109"], choice.levels["KB107"]) == ("note", "warning")

    def test_a_raised_level_leaves_imported_entries_alone(self, team: Team) -> None:
        team.write(NAME, entry_of("severity: huge\nimported: true"))
        team.write("kb.toml", f'{SETTINGS}[review]\nlevels = {{ KB109 = "error" }}\n')
        assert levels(team.review()) == [("KB109", "warning", False)]


class TestSettings:
    WRONG = f'{SETTINGS}[review]\ndisable = ["KB1O9"]\nfail_on = "erorr"\n'

    def test_what_is_wrong_with_them_is_found_on_its_line(self, team: Team) -> None:
        team.write("kb.toml", self.WRONG)
        found = team.review().findings
        assert {(one.rule, one.path, one.text) for one in found} == {
            ("KB010", "entries/kb.toml", 'disable = ["KB1O9"]'),
            ("KB010", "entries/kb.toml", 'fail_on = "erorr"'),
        }

    def test_with_a_base_only_new_mistakes_count(self, team: Team) -> None:
        team.write("kb.toml", self.WRONG)
        team.commit()
        assert [one.inherited for one in team.review(base="HEAD").findings] == [True, True]
        team.write("kb.toml", f"{self.WRONG}enable = [3]\n")
        assert sorted(one.inherited for one in team.review(base="HEAD").findings) == [
            False,
            True,
            True,
        ]

    def test_they_are_left_out_where_entries_are_named_or_their_rule_is_off(
        self, team: Team
    ) -> None:
        team.write("kb.toml", self.WRONG)
        assert team.codes(f"entries/{NAME}") == []
        assert team.codes(ignore=["settings"]) == []


class TestBaseline:
    def test_what_it_holds_is_inherited_and_the_rest_counts(self, team: Team) -> None:
        team.write(NAME, entry_of(BAD))
        place = team.root / "baseline.json"
        place.write_text(baseline.text_of(team.review().findings), "utf-8")
        team.write(NAME, entry_of(f"title: Another title of it\n{WORSE}"))
        report = team.review(baseline=place)
        assert sorted(levels(report)) == [("KB107", "error", False), ("KB109", "error", True)]

    def test_it_lasts_when_lines_move_and_the_file_moves_folder(self) -> None:
        one = finding()
        moved = replace(one, path="entries/archive/a.md", place=Place(9, 1, 9, 2), text="other")
        assert baseline.fingerprint(one) == baseline.fingerprint(moved)
        assert baseline.fingerprint(one) != baseline.fingerprint(replace(one, message="Other."))
        assert baseline.fingerprint(one) != baseline.fingerprint(replace(one, rule="KB102"))
        assert baseline.fingerprint(one) != baseline.fingerprint(replace(one, path="entries/b.md"))

    def test_it_does_not_grow_old(self) -> None:
        young, old = finding(message="Unknown, 30 days after."), finding(message="Unknown, 1 day.")
        older = finding(message="Unknown, 31 days after.")
        assert baseline.fingerprint(young) == baseline.fingerprint(older)
        assert baseline.fingerprint(young) != baseline.fingerprint(old)

    def test_each_known_finding_counts_once(self, tmp_path: Path) -> None:
        place = tmp_path / "baseline.json"
        place.write_text(baseline.text_of([finding(), finding()]), "utf-8")
        marked = baseline.marked([finding()] * 3, baseline.read(place))
        assert [one.inherited for one in marked] == [True, True, False]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[]",
            "{}",
            "\0",
            '{"schema_version": 1}',
            '{"schema_version": 1, "findings": [3]}',
            '{"schema_version": 1, "findings": [{"fingerprint": 3}]}',
            '{"schema_version": 1, "findings": [{"fingerprint": "a", "count": "b"}]}',
            '{"schema_version": 2, "findings": []}',
            "<<<<<<< HEAD\n{}\n",
            "[" * 100_000,
        ],
    )
    def test_what_is_no_baseline_is_wrong_use(self, team: Team, text: str) -> None:
        place = team.root / "baseline.json"
        place.write_text(text, "utf-8")
        with pytest.raises(UsageError, match="is no baseline"):
            team.review(baseline=place)

    def test_a_missing_one_is_wrong_use(self, team: Team) -> None:
        with pytest.raises(UsageError, match="There is no baseline"):
            team.review(baseline=team.root / "none.json")

    def test_it_is_the_same_text_in_any_order(self) -> None:
        findings = [finding(), finding(message="Other."), finding(path="entries/b.md")]
        text = baseline.text_of(findings)
        assert text == baseline.text_of(reversed(findings))
        assert json.loads(text)["findings"][0]["path"] == "entries/2024/a.md"


class TestInherited:
    def test_a_finding_is_known_by_its_message_or_its_line(self) -> None:
        for new in (
            finding(),
            replace(finding(), place=Place(70, 1, 70, 2)),
            finding(text="quite another line"),
            finding(message="Said otherwise."),
        ):
            assert inherited.marked([new], [finding()])[0].inherited

    def test_a_finding_that_shares_neither_is_new(self) -> None:
        for new in (
            finding(message="Said otherwise.", text="quite another line"),
            replace(finding(), rule="KB102"),
        ):
            assert not inherited.marked([new], [finding()])[0].inherited

    def test_the_same_mistake_once_more_counts_once(self) -> None:
        marked = inherited.marked([finding()] * 3, [finding()] * 2)
        assert [one.inherited for one in marked] == [True, True, False]

    def test_a_line_that_says_nothing_is_no_likeness(self) -> None:
        old, new = finding(text="---"), finding(text="---", message="Another key is missing.")
        assert not inherited.marked([new], [old])[0].inherited

    def test_the_surest_likeness_is_taken_first(self) -> None:
        old = [finding(text="the first line of two"), finding(message="Else.", text="the second")]
        new = [finding(text="the first line of two", message="Changed."), old[0]]
        assert [one.inherited for one in inherited.marked(new, old)] == [False, True]


def test_the_report_says_which_lines_need_counting(team: Team) -> None:
    team.write(NAME, entry_of("title: 로그인 실패\nseverity: 아주 심각함"))
    report = team.review()
    assert list(report.lines) == [f"entries/{NAME}"]


def test_a_secret_is_shown_nowhere(team: Team) -> None:
    token = "AKIA" + "Q3ZB" * 4
    team.write(NAME, entry_of(f"severity: {token}\n\n## Response\n\nWe used {token}."))
    report = team.review(rules=["KB109"])
    assert levels(report) == [("KB109", "error", False)]
    assert token not in repr(replace(report, lines={}))


def test_many_entries_are_reviewed_by_several_processes_alike(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining_many, "LEAST", 50)
    for number in range(60):
        text = entry_of(BAD if number % 10 == 0 else "")
        team.write(f"2024/2024-07-18-number-{number}.md", text)
    knowledge = KnowledgeBase.open(team.folder)
    told: list[tuple[int, int]] = []
    alone = knowledge.review(today=TODAY)
    together = knowledge.review(
        today=TODAY, workers=2, progress=lambda *counts: told.append(counts)
    )
    assert together == alone
    assert len([one for one in together.findings if one.rule == "KB109"]) == 6
    assert told[-1] == (61, 61)


def finding(
    message: str = "Something is wrong.", text: str = "a line of the entry", path: str = "a.md"
) -> ReviewFinding:
    path = path if "/" in path else f"entries/2024/{path}"
    return ReviewFinding("KB101", "error", path, Place(3, 1, 3, 5), message, "", None, text)
