"""What files looked like at the last agreement, and the seals of an index's own files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search import seals
from kb.search.stamps import NAME, Album, Stamps, rested

if TYPE_CHECKING:
    from kb.corpus import Stat

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND

stats = st.tuples(*[st.integers(0, 2**62)] * 4)
stamps = st.builds(
    Stamps,
    version=st.text(),
    names=st.text(),
    stats=st.dictionaries(st.text(), stats, max_size=4),
    fingerprints=st.dictionaries(st.text(), st.text(), max_size=4),
    index=st.dictionaries(st.text(), st.tuples(*[st.integers(0, 2**62)] * 3), max_size=4),
)


@given(stamps)
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, saved: Stamps) -> None:
    folder = tmp_path_factory.mktemp("index")
    Album(folder).save(saved)
    assert Album(folder).load() == saved
    assert [place.name for place in folder.iterdir()] == [NAME]


def test_an_index_in_memory_keeps_its_stamps_there() -> None:
    album = Album(None)
    assert album.load() == Stamps()
    album.save(Stamps("7", "names"))
    assert album.load() == Stamps("7", "names")
    assert Album(None).load() == Stamps()


@pytest.mark.parametrize("damage", [b"", b"\0", b"garbage" * 50])
def test_damaged_stamps_are_no_stamps(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / NAME).write_bytes(damage)
    assert Album(tmp_path).load() == Stamps()


def test_any_flipped_or_missing_byte_of_the_stamps_is_noticed(tmp_path: Path) -> None:
    Album(tmp_path).save(Stamps("3", "names", {"a.md": (1, 2, 3, 4)}, {"a.md": "f"}))
    whole = (tmp_path / NAME).read_bytes()
    for place in range(len(whole)):
        for damaged in (
            whole[:place],
            whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :],
        ):
            (tmp_path / NAME).write_bytes(damaged)
            assert Album(tmp_path).load() == Stamps()


def test_stamps_that_cannot_be_written_are_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "missing", tmp_path / "file", Path("/proc/1")):
        Album(folder).save(Stamps("1"))
        assert Album(folder).load() == Stamps()


@pytest.mark.parametrize(
    ("modified", "changed", "trusted"),
    [
        (NOW - 10 * SECOND, NOW - 10 * SECOND, True),
        (NOW - 10 * SECOND, NOW - SECOND, False),  # its time was set back a second ago
        (NOW - SECOND, NOW - 10 * SECOND, False),
        (NOW, NOW, False),
        (NOW + SECOND, NOW - 10 * SECOND, False),
        (NOW + 3600 * SECOND, NOW - 10 * SECOND, True),  # a wrong clock, long ago
        (0, 0, True),
    ],
)
def test_only_a_file_that_has_rested_is_trusted(
    modified: int, changed: int, *, trusted: bool
) -> None:
    stat: Stat = (modified, changed, 100, 7)
    assert rested({"a.md": stat}, NOW) == ({"a.md": stat} if trusted else {})


def test_seals_are_of_everything_but_locks_and_stamps(tmp_path: Path) -> None:
    for name in ("kb_1.pst", "about.json", "kb_WRITELOCK", "kb_SYNCLOCK", "stamps", "stamps.new"):
        (tmp_path / name).write_text(name)
    (tmp_path / "folder").mkdir()
    assert set(seals.seal(tmp_path, {})) == {"kb_1.pst", "about.json"}
    assert seals.seal(tmp_path / "missing", {}) == {}


def test_a_file_that_is_changed_cut_or_gone_breaks_its_seal(tmp_path: Path) -> None:
    file = tmp_path / "kb_1.pst"
    file.write_bytes(b"postings")
    sealed = seals.seal(tmp_path, {})
    assert not seals.touched(tmp_path, sealed)
    assert seals.broken(tmp_path, sealed) == ()
    for content in (b"Postings", b"post", b""):
        file.write_bytes(content)
        os.utime(file, ns=(NOW, NOW))
        assert seals.touched(tmp_path, sealed)
        assert seals.broken(tmp_path, sealed) == ("kb_1.pst",)
    file.unlink()
    assert seals.touched(tmp_path, sealed)
    assert seals.broken(tmp_path, sealed) == ("kb_1.pst",)


def test_another_time_alone_breaks_no_seal(tmp_path: Path) -> None:
    file = tmp_path / "kb_1.pst"
    file.write_bytes(b"postings")
    sealed = seals.seal(tmp_path, {})
    os.utime(file, ns=(NOW, NOW))
    assert seals.touched(tmp_path, sealed)
    assert seals.broken(tmp_path, sealed) == ()
    assert not seals.touched(tmp_path, seals.seal(tmp_path, sealed))


def test_a_change_that_kept_size_and_time_is_found_by_looking_thoroughly(tmp_path: Path) -> None:
    file = tmp_path / "kb_1.pst"
    file.write_bytes(b"postings")
    os.utime(file, ns=(NOW, NOW))
    sealed = seals.seal(tmp_path, {})
    file.write_bytes(b"postinGs")
    os.utime(file, ns=(NOW, NOW))
    assert seals.broken(tmp_path, sealed) == ()
    assert seals.broken(tmp_path, sealed, thoroughly=True) == ("kb_1.pst",)
