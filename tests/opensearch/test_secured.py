"""TLS, passwords and tokens on a real OpenSearch with its security plug-in."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from kb.errors import BrokenIndex, IndexFailure, UsageError
from kb.search.engine import Changes, Request
from kb.search.opensearch_engine import OpenSearchEngine
from kb.search.opensearch_engine_connection import API_KEY, PASSWORD, USER
from tests.engine_contract import CORPUS, corpus, filled
from tests.opensearch.folder import Machine, machine
from tests.opensearch.secured import READER, STRANGER, WRITER, Secured

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Request(limit=1_000)
Opened = Callable[..., OpenSearchEngine]


@pytest.fixture
def name(safe: Secured) -> Iterator[str]:
    made_up = f"kb-{secrets.token_hex(6)}"
    yield made_up
    with safe.client() as client:
        for index in client.indices.get(index=f"{made_up}*"):
            client.indices.delete(index=index)


@pytest.fixture
def opened(safe: Secured, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """An engine of a user; what it is not told it knows."""
    engines: list[OpenSearchEngine] = []

    def another(user: str = "", password: str | None = None, **options: object) -> OpenSearchEngine:
        for variable in (USER, PASSWORD, API_KEY):
            monkeypatch.delenv(variable, raising=False)
        if user:
            monkeypatch.setenv(USER, user)
            monkeypatch.setenv(PASSWORD, password or safe.passwords[user])
        known = {"hosts": [safe.url], "index": name, "replicas": 0, "ca": str(safe.ca)}
        engine = OpenSearchEngine({**known, **options})
        engines.append(engine)
        return engine

    yield another
    for engine in engines:
        engine.close()


@pytest.fixture
def at(safe: Secured, name: str, tmp_path: Path) -> Callable[..., Machine]:
    """A machine whose environment is given."""

    def made(ca: Path | None = safe.ca, **environment: str) -> Machine:
        new = machine(tmp_path / secrets.token_hex(4), **environment)
        options = {} if ca is None else {"ca": str(ca)}
        new.configure([safe.url], name, replicas=0, **options)
        new.fill(5)
        return new

    return made


def refused(ask: Callable[[], object]) -> IndexFailure:
    with pytest.raises(IndexFailure) as caught:
        ask()
    assert not isinstance(caught.value, BrokenIndex), "a new index would not help"
    assert caught.value.remedy
    return caught.value


def test_a_user_with_a_password_writes_and_searches_over_tls(opened: Opened) -> None:
    engine = opened(WRITER)
    filled(engine, corpus())
    assert engine.search(EVERYTHING).total == len(CORPUS)
    with engine.exclusive():
        engine.apply(Changes(removed=frozenset(list(CORPUS)[:1])))
    assert opened(WRITER).search(EVERYTHING).total == len(CORPUS) - 1


def test_a_token_stands_for_a_user(
    opened: Opened, safe: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened()
    monkeypatch.setenv(API_KEY, f"Bearer {safe.token('robot', 'writes')}")
    filled(engine, corpus())
    assert engine.search(EVERYTHING).total == len(CORPUS)


def test_a_user_who_may_only_read_searches_and_is_told_so_where_he_writes(opened: Opened) -> None:
    filled(opened(WRITER), corpus())
    engine = opened(READER)
    assert engine.search(EVERYTHING).total == len(CORPUS)
    assert len(engine.rows()) == len(CORPUS)
    for write in (engine.clear, lambda: engine.apply(Changes(documents=corpus()))):
        error = refused(write)
        assert "does not allow this" in error.message
        assert f"all rights on {engine.settings.index}*" in error.remedy
    assert opened(WRITER).search(EVERYTHING).total == len(CORPUS)


def test_a_user_without_rights_is_told_which(opened: Opened) -> None:
    filled(opened(WRITER), corpus())
    engine = opened(STRANGER)
    for ask in (engine.version, lambda: engine.search(EVERYTHING), engine.clear):
        error = refused(ask)
        assert "does not allow this" in error.message
        assert "no permissions for [indices:" in error.message


@pytest.mark.parametrize("user", [WRITER, "nobody", ""])
def test_a_wrong_password_is_told_with_the_variables_to_set(opened: Opened, user: str) -> None:
    wrong = secrets.token_urlsafe(12)
    error = refused(opened(user, wrong).version)
    assert "does not know this user" in error.message
    assert all(variable in error.remedy for variable in (USER, PASSWORD, API_KEY))
    assert wrong not in str(error)


def test_a_wrong_key_is_told_with_the_variables_to_set(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened()
    monkeypatch.setenv(API_KEY, "c2VjcmV0OmtleQ==")
    assert "does not know this user" in refused(engine.version).message


@pytest.mark.parametrize("key", ["abc\ndef", "비밀", "abc\x00"])
def test_a_key_that_no_header_can_hold_is_not_quoted(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    engine = opened()
    if "\x00" in key:
        monkeypatch.setattr("os.environ", {API_KEY: key})
    else:
        monkeypatch.setenv(API_KEY, key)
    with pytest.raises(UsageError, match=API_KEY) as caught:
        engine.version()
    assert key not in str(caught.value)


def test_a_certificate_of_another_authority_is_not_trusted(opened: Opened, safe: Secured) -> None:
    for ask in (opened(WRITER, ca=str(safe.other_ca)).version, opened_without(opened)):
        error = refused(ask)
        assert "certificate of OpenSearch at https://localhost" in error.message
        assert "is not trusted" in error.message
        assert "ca = " in error.remedy


def opened_without(opened: Opened) -> Callable[[], object]:
    """The question of an engine that trusts what the system trusts."""
    engine = opened(WRITER)
    settings = engine.settings
    return OpenSearchEngine({"hosts": list(settings.hosts), "index": settings.index}).version


def test_a_certificate_for_another_name_is_not_trusted(opened: Opened, safe: Secured) -> None:
    error = refused(opened(WRITER, hosts=[f"https://127.0.0.1:{safe.server.http}"]).version)
    assert "is not trusted" in error.message
    assert "127.0.0.1" in error.message.partition("(")[2], "the reason tells which name is wrong"


def test_tls_and_plain_http_are_not_mistaken(opened: Opened, safe: Secured) -> None:
    plain = refused(opened(WRITER, hosts=[f"http://localhost:{safe.server.http}"]).version)
    assert "https://" in plain.remedy


def test_a_file_of_certificates_that_is_none_is_named(opened: Opened, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate", encoding="utf-8")
    for file in (bad, tmp_path / "missing.pem", tmp_path):
        with pytest.raises(UsageError, match="cannot be read") as caught:
            opened(WRITER, ca=str(file)).version()
        assert str(file) in caught.value.message
        assert "ca = " in caught.value.remedy


def test_nothing_that_is_secret_is_ever_said(
    opened: Opened, safe: Secured, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """At any level of any logger, in any message, in what debuggers print."""
    caplog.set_level(logging.DEBUG)
    wrong = secrets.token_urlsafe(12)
    said: list[str] = []
    for user, password in ((WRITER, None), (STRANGER, None), (WRITER, wrong)):
        engine = opened(user, password)
        for ask in (engine.clear, lambda engine=engine: engine.search(EVERYTHING), engine.version):
            try:
                ask()
            except IndexFailure as error:
                said.extend((str(error), repr(error), repr(error.__cause__)))
        said.extend(map(repr, (engine, engine.settings, vars(engine))))
        said.extend(map(repr, (engine._connection, vars(engine._connection))))  # noqa: SLF001
    everything = "\n".join((caplog.text, *said))
    assert name in everything, "something was logged"
    tokens = [*safe.passwords.values(), wrong]
    for secret in tokens:
        assert secret not in everything
    assert not re.search(r"(?i)\bbasic [a-z0-9+/=]{8}|authorization\W*:", everything)


@pytest.mark.parametrize("arguments", [("search", "database"), ("index",), ("index", "--rebuild")])
def test_the_command_line_says_what_is_wrong_and_ends_with_2(
    safe: Secured, at: Callable[..., Machine], arguments: tuple[str, ...]
) -> None:
    right = {USER: WRITER, PASSWORD: safe.passwords[WRITER]}
    wrong = {USER: WRITER, PASSWORD: "wrong-password"}
    for made, expected in (
        (at(**right), ""),
        (at(**wrong), "does not know this user"),
        (at(), "does not know this user"),
        (at(ca=safe.other_ca, **right), "is not trusted"),
        (at(ca=None, **right), "is not trusted"),
        (at(**{**right, USER: STRANGER, PASSWORD: safe.passwords[STRANGER]}), "does not allow"),
    ):
        code, printed, said = made.kb(*arguments)
        assert not expected or expected in said
        assert code == (2 if expected else 0), said
        assert made.environment.get(PASSWORD, "wrong-password") not in printed + said
        assert "Traceback" not in said


def test_the_authority_may_come_from_the_system(
    opened: Opened, safe: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = opened_without(opened)
    monkeypatch.setenv("SSL_CERT_FILE", str(safe.ca))
    assert ask() == ""


def test_a_file_may_hold_the_authority_of_before_and_the_new_one(
    safe: Secured, opened: Opened, tmp_path: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_text(safe.other_ca.read_text() + safe.ca.read_text())
    assert opened(WRITER, ca=str(both)).version() == ""
