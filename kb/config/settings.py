"""`entries/kb.toml` read into a Config; what is wrong with it becomes findings, the rest counts.

Every key is optional, and so is the file. Top-level keys must stand above the first table.

    timezone = "Asia/Seoul"     the zone of entries that name none
    language = "ko"             the language of entries that name none
    edit_url = "https://git.example.com/edit/main/entries/{path}"
    ticket_url = "https://tracker.example.com/browse/{ticket}"
    engine = "whoosh"           or { type = "opensearch", hosts = [...] }; see `kb.config.engine`
    builtin_synonyms = true     whether kb.vocabulary.glossary counts
    extend_causes = false       whether [causes] adds to the built-in causes or replaces them
    [services]  id = { label, owner, aliases, description, url }, or id = "label"
    [causes]    id = { label, label_ko, definition, aliases }, or id = "label"
    [synonyms]  groups = [["카톡", "KakaoTalk"]], or any name = ["word", "word"]
    [review]    disable, enable, levels of rules, fail_on, ticket (a pattern) for `kb review`
    [web]       title, base_url, cors_origins, trusted_proxies of the web pages
    [search]    defaults of a command's options, for any command; where the command's name is
                taken by a table above, [options.services]
"""

from __future__ import annotations

import re
import stat
from dataclasses import field
from typing import TYPE_CHECKING
from unicodedata import normalize

from kb.config.engine import ENGINES, EngineChoice, read_engine
from kb.config.known_keys import TOP_LEVEL, read_causes, read_services, read_synonyms
from kb.config.review import ReviewSettings, read_review
from kb.config.toml_table import Reader
from kb.config.toml_text import read_toml
from kb.config.web import WebSettings, read_web
from kb.finding import Finding
from kb.record import record
from kb.vocabulary import DEFAULT_VOCABULARY, Vocabulary, near
from kb.vocabulary.glossary import GLOSSARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kb.config.toml_text import TomlError

NAME = "kb.toml"
COMMANDS = (
    "search",
    "show",
    "list",
    "services",
    "causes",
    "related",
    "stats",
    "follow-ups",
    "new",
    "import",
    "review",
    "rules",
    "index",
    "export",
    "serve",
)
TABLES = ("services", "causes", "synonyms", "review", "web", "options")

# Far above any vocabulary; a larger file is something else by mistake.
_MOST_BYTES = 1 << 20


@record
class Config:
    """What `kb.toml` says; without one, the defaults.

    Attributes:
        timezone: IANA name of the zone of entries that name none, or empty.
        language: `ko`, `en`, ... of entries that name none, or empty: then it is detected.
        edit_url: where an entry is edited, with `{path}` in it, or empty.
        ticket_url: where a follow-up's ticket is found, with `{ticket}` in it, or empty.
        options: command -> option, with underscores -> default.
    """

    vocabulary: Vocabulary = DEFAULT_VOCABULARY
    engine: EngineChoice = field(default_factory=EngineChoice)
    timezone: str = ""
    language: str = ""
    edit_url: str = ""
    ticket_url: str = ""
    review: ReviewSettings = field(default_factory=ReviewSettings)
    web: WebSettings = field(default_factory=WebSettings)
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def load(folder: Path) -> tuple[Config, tuple[Finding, ...]]:
    """What `kb.toml` in the entries folder says, and what is wrong with it.

    A missing file is fine. Nothing raises: what cannot be read is a finding, and the defaults
    stand in for it.
    """
    try:
        data = _read(folder / NAME)
    except OSError as error:
        # Reasons of our own come without a number, those of the system with one.
        why = f"the system says: {error.strerror}" if error.strerror else str(error)
        message = f"{NAME} was not read: {why}."
        remedy = "Make it a readable text file, or remove it."
        return Config(), (Finding("config-file", "error", NAME, 0, message, remedy),)
    if not data:
        return Config(), ()
    try:
        return parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _parse_damaged(data, error.start)


def parse(text: str, path: str = NAME) -> tuple[Config, tuple[Finding, ...]]:
    """The configuration in a TOML text, and what is wrong with it; `path` names it in findings."""
    text = normalize("NFC", text).removeprefix("\ufeff")
    table, errors = read_toml(text)
    reader = Reader(text, path, [_syntax(error, path) for error in errors])
    top = (*TOP_LEVEL, *TABLES)
    commands = {key: table[key] for key in table if key not in top and _command(key) in COMMANDS}
    reader.known_keys((key for key in table if key not in commands), (*top, *COMMANDS))
    config = Config(
        vocabulary=_vocabulary(reader, table),
        engine=read_engine(reader, table.get("engine", ENGINES[0])),
        timezone=_timezone(reader, table),
        language=_language(reader, table),
        edit_url=_address(reader, table, "edit_url", "git.example.com/edit/main/entries/{path}"),
        ticket_url=_address(reader, table, "ticket_url", "tracker.example.com/browse/{ticket}"),
        review=read_review(reader, reader.table(table, "review")),
        web=read_web(reader, reader.table(table, "web")),
        options=_options(reader, table, commands),
    )
    return config, tuple(reader.findings)


def _read(path: Path) -> bytes:
    """The bytes of the file, none where there is none; OSError where it cannot be ours."""
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise OSError("it is a link to nothing") from None
        return b""
    if not stat.S_ISREG(about.st_mode):
        raise OSError("it is not a file")
    if about.st_size > _MOST_BYTES:
        raise OSError(f"it has {about.st_size:,} bytes, and {_MOST_BYTES:,} are allowed")
    return path.read_bytes()


def _parse_damaged(data: bytes, at: int) -> tuple[Config, tuple[Finding, ...]]:
    """The configuration of a file that is not UTF-8: texts that are damaged are left out."""
    config, findings = parse(data.decode("utf-8", "replace"))
    line = data.count(b"\n", 0, at) + 1
    message = f"{NAME} is not UTF-8 text; what is damaged is left out."
    remedy = "Save the file as UTF-8."
    damaged = Finding("config-file", "error", NAME, line, message, remedy)
    # Syntax that the damage broke is no mistake of its own.
    return config, (damaged, *(one for one in findings if one.rule != "config-syntax"))


def _syntax(error: TomlError, path: str) -> Finding:
    message = f"This is not TOML, and is left out: {error.message}."
    remedy = 'Write key = "value", every text in quotes and every bracket closed.'
    return Finding("config-syntax", "error", path, error.line, message, remedy, error.column)


def _vocabulary(reader: Reader, table: Mapping[str, object]) -> Vocabulary:
    extend = reader.flag(table, default=False, key="extend_causes")
    built_in = reader.flag(table, default=True, key="builtin_synonyms")
    return Vocabulary(
        services=read_services(reader, reader.table(table, "services")),
        causes=read_causes(reader, reader.table(table, "causes"), extend=extend),
        synonyms=(GLOSSARY if built_in else ())
        + read_synonyms(reader, reader.table(table, "synonyms")),
    )


def _timezone(reader: Reader, table: Mapping[str, object]) -> str:
    name = reader.string(table, "timezone")
    if not name:
        return ""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        nearest = near(name, zoneinfo.available_timezones(), limit=1) if "/" in name else ()
        example = nearest[0] if nearest else "Asia/Seoul"
        message = f'"{name}" is no time zone.'
        remedy = f"Write the IANA name of a zone, such as {example}."
        reader.report("config-value", "error", ("timezone",), message, remedy)
        return ""
    return name


def _language(reader: Reader, table: Mapping[str, object]) -> str:
    language = reader.string(table, "language")
    if language and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        message = f'"{language}" is no language code.'
        reader.report("config-value", "error", ("language",), message, "Write ko, en, or another.")
        return ""
    return language.lower()


def _address(reader: Reader, table: Mapping[str, object], key: str, example: str) -> str:
    """The web address at a key, which must hold the part in braces that its example has."""
    url = reader.string(table, key)
    part = example[example.index("{") : example.index("}") + 1]
    before, found, after = url.partition(part)
    fits = before.startswith(("https://", "http://")) and not set("{}") & {*before, *after}
    if url and not (found and fits):
        message = f'{key} "{url}" is no web address with {part} in it, and is left out.'
        reader.report("config-value", "error", (key,), message, f'Write it as "https://{example}".')
        return ""
    return url


def _options(
    reader: Reader, table: Mapping[str, object], commands: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    """Command -> option -> default, of `[options.COMMAND]` and of `[COMMAND]`, which wins."""
    nested = reader.table(table, "options")
    reader.known_keys(map(_command, nested), COMMANDS, ("options",))
    options: dict[str, dict[str, object]] = {}
    named = [(nested, ("options", key)) for key in nested if _command(key) in COMMANDS]
    for holder, place in (*named, *((commands, (key,)) for key in commands)):
        defaults = options.setdefault(_command(place[-1]), {})
        for option, value in reader.table(holder, *place).items():
            if _plain(value):
                defaults[option.replace("-", "_")] = value
            else:
                remedy = "Write what you would type after the option."
                reader.wrong_kind(value, "a text, a number, or a list", remedy, *place, option)
    return options


def _command(key: str) -> str:
    return key.replace("_", "-")


def _plain(value: object) -> bool:
    """Whether it is something that can be typed after an option."""
    if isinstance(value, list):
        return all(isinstance(one, str | int | float) for one in value)
    return isinstance(value, str | int | float)
