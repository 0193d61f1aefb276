"""kb.toml: what it says counts, and what is wrong with it is one finding each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.config import COMMANDS, Config, EngineChoice, ReviewSettings, WebSettings, load, parse
from kb.vocabulary import CAUSES, DEFAULT_VOCABULARY, Service
from kb.vocabulary.glossary import GLOSSARY

ENTRIES = Path(__file__).parent.parent / "entries"

FULL = """\
timezone = "Asia/Seoul"
language = "KO"
edit_url = "https://git.example.com/edit/main/entries/{path}"
ticket_url = "https://tracker.example.com/browse/{ticket}"
engine = { type = "opensearch", hosts = ["http://127.0.0.1:9200"] }
builtin_synonyms = false

[services]
chat = { label = "대화", owner = "Talk", aliases = ["톡", "Chat app"], url = "http://c.example" }
pay = "결제"
map = {}

[services.mail]
label = "Mail"
description = "Sends letters."

[synonyms]
groups = [["카톡", "KakaoTalk"], ["판교", "Pangyo"]]
benefit = ["실업급여", "unemployment benefit"]

[review]
disable = ["wording", "KB9"]
enable = ["KB601"]
levels = { KB204 = "note" }
fail_on = "warning"
ticket = '[A-Z]+-\\d+'

[search]
limit = 20
sort = "newest"

[follow_ups]
owner = "network"

[options.services]
json = true

[options.search]
limit = 5
page-size = 3
"""


def rules(text: str) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in parse(text)[1]]


def test_every_key_is_read() -> None:
    config, findings = parse(FULL)
    assert findings == ()
    assert config.timezone == "Asia/Seoul"
    assert config.language == "ko"
    assert config.edit_url == "https://git.example.com/edit/main/entries/{path}"
    assert config.ticket_url == "https://tracker.example.com/browse/{ticket}"
    assert config.engine == EngineChoice("opensearch", {"hosts": ["http://127.0.0.1:9200"]})
    assert config.vocabulary.services == {
        "chat": Service("chat", "대화", "Talk", ("톡", "Chat app"), url="http://c.example"),
        "pay": Service("pay", "결제"),
        "map": Service("map"),
        "mail": Service("mail", "Mail", description="Sends letters."),
    }
    assert config.vocabulary.synonyms == (
        ("카톡", "KakaoTalk"),
        ("판교", "Pangyo"),
        ("실업급여", "unemployment benefit"),
    )
    assert config.review == ReviewSettings(
        disable=("wording", "KB9"),
        enable=("KB601",),
        levels={"KB204": "note"},
        fail_on="warning",
        ticket=r"[A-Z]+-\d+",
    )
    assert config.options == {
        "services": {"json": True},
        "search": {"limit": 20, "page_size": 3, "sort": "newest"},
        "follow-ups": {"owner": "network"},
    }


def test_an_engine_has_all_its_options() -> None:
    text = """
[engine]
type = "opensearch"
hosts = ["https://a.example:9200", "http://[::1]:9200/prefix"]
index = "장애-2024"
ca = "/ca.pem"
timeout = 2.5
shards = 3
replicas = 0
source = "index"
"""
    config, findings = parse(text)
    assert findings == ()
    assert (config.engine.type, config.engine.source) == ("opensearch", "index")
    assert config.engine.options == {
        "hosts": ["https://a.example:9200", "http://[::1]:9200/prefix"],
        "index": "장애-2024",
        "ca": "/ca.pem",
        "timeout": 2.5,
        "shards": 3,
        "replicas": 0,
    }


@pytest.mark.parametrize(
    "option",
    [
        'password = "hush"',
        'user = "hush"',
        'api_key = "hush"',
        'token = "hush"',
        'hosts = ["https://me:hush@a.example"]',
        'hosts = "https://me:hush@a.example"',
    ],
)
def test_secrets_in_the_file_are_found_and_not_quoted(option: str) -> None:
    (finding,) = parse(f'[engine]\ntype = "opensearch"\n{option}\n')[1]
    assert "hush" not in str(finding)
    assert finding.level == "error"
    assert "KB_OPENSEARCH_PASSWORD" in finding.help
    assert "in the environment" in finding.help


def test_an_empty_text_is_the_defaults() -> None:
    config, findings = parse("")
    assert findings == ()
    assert config == Config()
    assert config.vocabulary == DEFAULT_VOCABULARY
    assert config.engine.type == "whoosh"


def test_synonyms_add_to_the_glossary_unless_it_is_left_out() -> None:
    own = '[synonyms]\ngroups = [["카톡", "KakaoTalk"]]\n'
    assert parse(own)[0].vocabulary.synonyms == (*GLOSSARY, ("카톡", "KakaoTalk"))
    without = parse(f"builtin_synonyms = false\n{own}")[0].vocabulary
    assert without.synonyms == (("카톡", "KakaoTalk"),)


def test_names_written_apart_by_a_file_system_are_put_together() -> None:
    config, _ = parse('[services]\nchat = "\u110f\u1161\u1110\u1169\u11a8"\n')
    assert config.vocabulary.label("service", "chat") == "카톡"


class TestCauses:
    def test_a_table_replaces_the_built_in_ones_but_unknown(self) -> None:
        text = '[causes]\nweather = { label = "Weather", label_ko = "날씨", aliases = ["rain"] }\n'
        vocabulary = parse(text)[0].vocabulary
        assert vocabulary.known("cause") == ("weather", "unknown")
        assert vocabulary.canonical("cause", "rain") == "weather"
        assert vocabulary.canonical("cause", "network") is None
        assert vocabulary.label("cause", "weather", "ko") == "날씨"

    def test_extending_adds_to_them(self) -> None:
        text = 'extend_causes = true\n[causes]\nweather = "Weather"\n'
        vocabulary = parse(text)[0].vocabulary
        assert vocabulary.known("cause") == (*(cause.id for cause in CAUSES), "weather")

    def test_extending_overrides_only_the_fields_that_are_given(self) -> None:
        text = 'extend_causes = true\n[causes]\nnetwork = "망"\n'
        vocabulary = parse(text)[0].vocabulary
        assert vocabulary.label("cause", "network", "en") == "망"
        assert vocabulary.label("cause", "network", "ko") == "망"
        assert vocabulary.canonical("cause", "BGP") == "network"

    def test_a_new_cause_takes_an_alias_from_a_built_in_one(self) -> None:
        text = 'extend_causes = true\n[causes]\nnaming = { label = "Naming", aliases = ["DNS"] }\n'
        config, findings = parse(text)
        assert findings == ()
        assert config.vocabulary.canonical("cause", "dns") == "naming"
        assert config.vocabulary.canonical("cause", "bgp") == "network"

    def test_a_table_that_declares_nothing_leaves_the_built_in_ones(self) -> None:
        assert parse("[causes]\n")[0].vocabulary == DEFAULT_VOCABULARY

    @pytest.mark.parametrize("id_", ["Human Error", "Rain", "a/b", "-", "a--b"])
    def test_an_id_that_is_no_slug_is_left_out(self, id_: str) -> None:
        config, findings = parse(f'[causes]\nfine = "Fine"\n"{id_}" = "Odd"\n')
        assert config.vocabulary.known("cause") == ("fine", "unknown")
        assert [(one.rule, one.line) for one in findings] == [("config-name", 3)]

    def test_the_remedy_for_an_id_is_a_slug(self) -> None:
        (finding,) = parse('[causes]\n"Human Error" = "x"\n')[1]
        assert '"human-error"' in finding.help


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("language = 1", [("config-value", 1)]),
        ('language = "Korean!"', [("config-value", 1)]),
        ("\ntimezone = true", [("config-value", 2)]),
        ('timezone = "Asia/Soeul"', [("config-value", 1)]),
        ('timezone = "../../etc/passwd"', [("config-value", 1)]),
        ('edit_url = "javascript:alert({path})"', [("config-value", 1)]),
        ('edit_url = "https://git.example.com"', [("config-value", 1)]),
        ('ticket_url = "https://tracker.example.com/{path}"', [("config-value", 1)]),
        ('ticket_url = "javascript:{ticket}"', [("config-value", 1)]),
        ('edit_url = "https://git.example.com/{path}/{path.x}"', [("config-value", 1)]),
        ('engine = "lucene"', [("config-value", 1)]),
        ("engine = 7", [("config-value", 1)]),
        ("[engine]\ntype = 7", [("config-value", 1)]),
        ('[engine]\ntype = "whoosh"\nhosts = []', [("config-key", 3)]),
        ('[engine]\ntype = "opensearch"\nhosst = []', [("config-key", 3)]),
        ('[engine]\ntype = "opensearch"\nhosts = []', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nhosts = "http://a"', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nhosts = ["a:9200"]', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\npassword = "p"', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\napi_key = "p"', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nindex = "a,b"', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nindex = "Upper"', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\ntimeout = true', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\ntimeout = 0', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nshards = 0', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nreplicas = -1', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nca = ""', [("config-value", 3)]),
        ('[engine]\ntype = "opensearch"\nsource = "idx"', [("config-value", 3)]),
        ('[engine]\ntype = "tantivy"\nsource = "index"', [("config-value", 3)]),
        ('builtin_synonyms = "no"', [("config-value", 1)]),
        ("services = []", [("config-value", 1)]),
        ("causes = 3", [("config-value", 1)]),
        ("review = 3", [("config-value", 1)]),
        ('[review]\nfail-on = "error"', [("config-key", 2)]),
        ('[review]\nfail_on = "notes"', [("config-value", 2)]),
        ('[review]\nlevels = "note"', [("config-value", 2)]),
        ('[review.levels]\nKB204 = "note"\nKB205 = "off"', [("config-value", 3)]),
        ('[review]\ndisable = "KB204"', [("config-value", 2)]),
        ("[review]\nticket = '['", [("config-value", 2)]),
        ("[review]\nticket = '[[A-Z]+-1'", [("config-value", 2)]),
        ("search = 3", [("config-value", 1)]),
        ("[options]\nlimit = 3", [("config-key", 2)]),
        ("[options]\nsearch = 3", [("config-value", 2)]),
        ("[search]\nlimit = {}", [("config-value", 2)]),
        ("[search]\nsince = 2024-01-01", [("config-value", 2)]),
        ("[services]\na = 3", [("config-value", 2)]),
        ("[services]\na = { label = 3 }", [("config-value", 2)]),
        ("[services.a]\n\nlabel = 3", [("config-value", 3)]),
        ('[services]\na = { aliases = "b" }', [("config-value", 2)]),
        ('[services]\na = { aliases = ["b", 3] }', [("config-value", 2)]),
        ('[services]\na = { alias = ["b"] }', [("config-key", 2)]),
        ('[services]\n"a b" = {}', [("config-name", 2)]),
        ("[services]\na-b = {}\na_b = {}", [("config-name", 3)]),
        ('[services]\na = {}\ntimezone = "UTC"', [("config-key", 3)]),
        ("[synonyms]\nbuiltin_synonyms = false", [("config-key", 2)]),
        ('[synonyms]\ngroups = [["a", "b"], ["c"]]', [("config-synonyms", 2)]),
        ('[synonyms]\ngroups = [\n["a", "b"],\n["c"],\n]', [("config-synonyms", 4)]),
        ('[services]\na = {}\n[services.b]\naliases = [\n"c",\n"A",\n]', [("config-name", 6)]),
        ('[services]\na = { aliases = ["b", "B"] }\nb = {}', [("config-name", 2)]),
        ("\ufeff[servces]\n", [("config-key", 1)]),
        ('[synonyms]\ngroups = [["a", "A"]]', [("config-synonyms", 2)]),
        ("[synonyms]\ngroups = [[]]", [("config-synonyms", 2)]),
        ('[synonyms]\ndb = ["database"]', [("config-synonyms", 2)]),
        ('[synonyms]\ndb = "database"', [("config-value", 2)]),
        ('[synonyms]\ngroups = ["a", "b"]', [("config-value", 2), ("config-value", 2)]),
        ('[synonyms]\ngroups = "a"', [("config-value", 2)]),
        ("[servces]\n", [("config-key", 1)]),
        ("colour = true", [("config-key", 1)]),
    ],
)
def test_what_is_wrong_is_found_at_its_line(text: str, expected: list[tuple[str, int]]) -> None:
    assert rules(text) == expected


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("[servces]\n", "services"),
        ("time_zone = 1", "timezone"),
        ("[services.a]\nalias = []", "aliases"),
        ('engine = "tantivi"', "tantivy"),
        ('engine = { type = "opensearch", hosst = [] }', "hosts"),
        ('timezone = "Asia/Soeul"', "Asia/Seoul"),
        ("[options.serch]\nlimit = 1", "search"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest(text: str, remedy: str) -> None:
    (finding,) = parse(text)[1]
    assert remedy in finding.help


def test_an_alias_of_two_services_stays_with_the_first() -> None:
    text = '[services]\na = { aliases = ["톡"] }\nb = { aliases = ["톡", "tok"] }\n'
    config, (finding,) = parse(text)
    assert (finding.rule, finding.line) == ("config-name", 3)
    assert "톡" in finding.message
    assert config.vocabulary.canonical("service", "톡") == "a"
    assert config.vocabulary.services["b"].aliases == ("tok",)


def test_an_id_keeps_its_name_from_an_alias_above_it() -> None:
    config, findings = parse('[services]\na = { aliases = ["B"] }\nb = {}\n')
    assert [finding.rule for finding in findings] == ["config-name"]
    assert config.vocabulary.canonical("service", "b") == "b"


def test_a_service_may_repeat_its_own_names() -> None:
    text = '[services]\nchat = { label = "Chat", aliases = ["chat", "CHAT", "Chat"] }\n'
    assert parse(text)[1] == ()


class TestBrokenToml:
    def test_one_broken_line_costs_that_line(self) -> None:
        text = '[services]\na = "A"\nb = { label = \nc = "C"\n[search]\nlimit = 3\n'
        config, (finding,) = parse(text)
        assert (finding.rule, finding.line, finding.level) == ("config-syntax", 3, "error")
        assert finding.column > 0
        assert config.vocabulary.known("service") == ("a", "c")
        assert config.options == {"search": {"limit": 3}}

    def test_each_broken_line_is_a_finding(self) -> None:
        text = '[services]\na = \nb = "B"\nb = "again"\nc = "C"\n'
        config, findings = parse(text)
        assert [finding.line for finding in findings] == [2, 4]
        assert config.vocabulary.known("service") == ("b", "c")

    def test_a_table_that_stands_twice_costs_the_second(self) -> None:
        text = '[services]\na = "A"\n[search]\nlimit = 3\n[services]\nb = "B"\n'
        config, (finding,) = parse(text)
        assert finding.line == 5
        assert config.vocabulary.known("service") == ("a",)
        assert config.options == {"search": {"limit": 3}}

    def test_a_bracket_that_is_never_closed_costs_its_table(self) -> None:
        text = '[services]\na = "A"\n[synonyms]\ngroups = [\n  ["b", "c"],\n  ["d", "e"],\n'
        config, findings = parse(text)
        assert [finding.rule for finding in findings] == ["config-syntax"]
        assert config.vocabulary.known("service") == ("a",)

    def test_many_mistakes_are_one_finding_and_the_defaults(self) -> None:
        config, findings = parse("not toml at all\n" * 50)
        assert [(one.rule, one.line) for one in findings] == [("config-syntax", 1)]
        assert config == Config()

    @pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "9" * 5000])
    def test_what_python_refuses_is_a_finding_too(self, text: str) -> None:
        config, (finding,) = parse(text)
        assert (finding.rule, finding.line) == ("config-syntax", 0)
        assert config == Config()

    @given(st.text(alphabet="ab=[]{}\",.#\n\r' 1톡\ufeff\0", max_size=60))
    def test_nothing_raises(self, text: str) -> None:
        config, findings = parse(text)
        assert config.vocabulary.known("cause")
        lines = text.count("\n") + 1
        assert all(0 <= finding.line <= lines and finding.message for finding in findings)

    @given(st.integers(0, len(FULL)), st.sampled_from(['"', "[", "=", "\n", "#"]))
    def test_a_slip_anywhere_raises_nothing(self, at: int, slip: str) -> None:
        config, _ = parse(FULL[:at] + slip + FULL[at:])
        assert config.vocabulary.known("cause")


class TestFile:
    def test_no_file_is_fine(self, tmp_path: Path) -> None:
        assert load(tmp_path) == (Config(), ())
        assert load(tmp_path / "missing") == (Config(), ())

    def test_what_an_editor_of_windows_saves_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "kb.toml").write_bytes('[services]\r\nchat = "카톡"\r\n'.encode("utf-8-sig"))
        config, findings = load(tmp_path)
        assert findings == ()
        assert config.vocabulary.canonical("service", "카톡") == "chat"

    def test_of_a_file_in_another_encoding_the_ids_count(self, tmp_path: Path) -> None:
        text = '[services]\npay = "Pay"\nchat = { label = "카톡", aliases = ["톡", "chat app"] }\n'
        (tmp_path / "kb.toml").write_bytes(text.encode("cp949"))
        config, (finding,) = load(tmp_path)
        assert (finding.rule, finding.line) == ("config-file", 3)
        assert config.vocabulary.services == {
            "pay": Service("pay", "Pay"),
            "chat": Service("chat", aliases=("chat app",)),
        }

    def test_a_file_in_utf_16_is_one_finding(self, tmp_path: Path) -> None:
        (tmp_path / "kb.toml").write_bytes('[services]\nchat = "카톡"\n'.encode("utf-16"))
        config, (finding,) = load(tmp_path)
        assert finding.rule == "config-file"
        assert config.vocabulary == DEFAULT_VOCABULARY

    def test_a_file_far_too_large_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "kb.toml").write_bytes(b"#" * 20_000_000)
        config, (finding,) = load(tmp_path)
        assert finding.rule == "config-file"
        assert "20,000,000 bytes" in finding.message
        assert config == Config()

    def test_what_is_no_file_is_a_finding(self, tmp_path: Path) -> None:
        (tmp_path / "kb.toml").mkdir()
        assert [finding.rule for finding in load(tmp_path)[1]] == ["config-file"]

    def test_a_pipe_does_not_hang(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "kb.toml")
        assert [finding.rule for finding in load(tmp_path)[1]] == ["config-file"]

    def test_a_link_to_nothing_is_a_finding(self, tmp_path: Path) -> None:
        (tmp_path / "kb.toml").symlink_to(tmp_path / "gone.toml")
        assert [finding.rule for finding in load(tmp_path)[1]] == ["config-file"]

    def test_a_link_in_a_circle_is_a_finding(self, tmp_path: Path) -> None:
        (tmp_path / "kb.toml").symlink_to(tmp_path / "kb.toml")
        assert [finding.rule for finding in load(tmp_path)[1]] == ["config-file"]


def test_options_of_every_command_can_be_given() -> None:
    text = "\n".join(f"[options.{command}]\nlimit = 1" for command in COMMANDS)
    config, findings = parse(text)
    assert findings == ()
    assert set(config.options) == set(COMMANDS)


def test_the_vocabulary_of_this_knowledge_base_has_no_fault() -> None:
    config, findings = load(ENTRIES)
    assert findings == ()
    vocabulary = config.vocabulary
    assert vocabulary.canonical("service", "카톡") == "kakaotalk"
    assert vocabulary.canonical("service", "고용 24") == "work24"
    assert vocabulary.canonical("cause", "디비") == "database"
    assert ("실업급여", "구직급여", "unemployment benefit") in vocabulary.synonym_groups()
    assert config.timezone == ""


def test_the_keys_that_its_comment_explains_are_the_keys_there_are() -> None:
    comment = (ENTRIES / "kb.toml").read_text(encoding="utf-8").partition("[services]\n")[0]
    named = (
        "timezone",
        "language",
        "engine",
        "edit_url",
        "ticket_url",
        "builtin_synonyms",
        "extend_causes",
    )
    examples = [
        line.lstrip("# ")
        for line in comment.splitlines()
        if line.startswith("#   ") and line.lstrip("# ").startswith(named)
    ]
    settings = "\n".join(line.partition("   ")[0] for line in examples)
    assert len(examples) == len(named)
    assert parse(settings)[1] == ()


def test_the_web_pages_have_settings() -> None:
    text = """
    [web]
    title = "Incidents"
    base_url = "https://example.com/postmortems/"
    cors_origins = ["https://status.example.com", "http://localhost:3000"]
    trusted_proxies = 1
    """
    config, findings = parse(text)
    assert not findings
    origins = ("https://status.example.com", "http://localhost:3000")
    assert config.web == WebSettings("Incidents", "https://example.com/postmortems", origins, 1)
    assert parse("")[0].web == WebSettings()
    assert parse('[web]\ncors_origins = ["*", "https://a.example"]')[0].web.cors_origins == ("*",)


@pytest.mark.parametrize(
    "line",
    [
        'base_url = "example.com"',
        'base_url = "https://example.com/?a=b"',
        'base_url = "javascript://example.com/"',
        'base_url = "https://example.com/\\"><script>"',
        "base_url = 3",
        'cors_origins = "https://status.example.com"',
        'cors_origins = ["https://status.example.com/path"]',
        'cors_origins = ["null"]',
        'trusted_proxies = "1"',
        "trusted_proxies = true",
        "trusted_proxies = -1",
        "trusted_proxies = 99",
        'titel = "Incidents"',
        "title = 3",
    ],
)
def test_a_web_setting_that_cannot_be_used_is_a_finding_and_its_default_counts(line: str) -> None:
    config, findings = parse(f"[web]\n{line}\n")
    assert config.web == WebSettings()
    assert [(finding.line, finding.help != "") for finding in findings] == [(2, True)]
