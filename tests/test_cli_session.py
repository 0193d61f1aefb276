"""The width of a screen is what the system, or whoever sets COLUMNS, says it is."""

from __future__ import annotations

import shutil

import pytest

from kb.cli.session import table_width, terminal_width


@pytest.mark.parametrize("columns", ["", "20", "72", "500", "-1", "many", "٨٠"])
def test_it_is_as_the_library_has_it(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    known = shutil.get_terminal_size().columns
    assert terminal_width() == max(40, min(known, 100))
    assert table_width() in {None, max(40, known)}


def test_without_a_screen_it_is_80(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.__stdout__", None)
    assert terminal_width() == 80
