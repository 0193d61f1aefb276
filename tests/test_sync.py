"""Comparing files with an index: against a model that is slow and plain."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from kb.search.sync import Difference, Indexed, changes, compare

paths = st.sampled_from([f"{letter}.md" for letter in "abcdefgh"])
prints = st.sampled_from(["one", "two", "three"])
known_names = st.dictionaries(
    st.tuples(st.just("service"), st.sampled_from("xyz")), st.sampled_from(["X", "Y"])
)
written = st.lists(
    st.tuples(st.just("service"), st.sampled_from("xyz"), st.sampled_from(["X", "Y", "x"])),
    max_size=2,
).map(tuple)
indexes = st.dictionaries(paths, st.builds(Indexed, prints, written))


@given(st.dictionaries(paths, prints), indexes, known_names)
def test_it_is_what_the_definition_says(
    files: Mapping[str, str],
    indexed: Mapping[str, Indexed],
    names: Mapping[tuple[str, str], str],
) -> None:
    def resolve(field: str, name: str) -> str | None:
        return names.get((field, name))

    difference = compare(files, indexed, resolve)
    for path in "abcdefgh":
        path += ".md"  # noqa: PLW2901
        agrees = (
            path in files
            and path in indexed
            and files[path] == indexed[path].fingerprint
            and all(
                became == names.get((field, name), name)
                for field, name, became in indexed[path].written
            )
        )
        assert (path in difference.added) == (path in files and path not in indexed)
        assert (path in difference.removed) == (path in indexed and path not in files)
        assert (path in difference.changed) == (path in files and path in indexed and not agrees)
    assert bool(difference) == (difference != Difference())
    for part in (difference.added, difference.changed, difference.removed):
        assert list(part) == sorted(set(part))


@given(st.dictionaries(paths, prints), st.dictionaries(paths, prints))
def test_doing_what_it_says_leaves_nothing_to_do(
    files: Mapping[str, str], before: Mapping[str, str]
) -> None:
    def nothing(field: str, name: str) -> str | None:
        del field, name
        return None

    difference = compare(files, {path: Indexed(each) for path, each in before.items()}, nothing)
    assert changes(before, files) == difference
    after = {path: each for path, each in before.items() if path not in difference.removed}
    after |= {path: files[path] for path in (*difference.added, *difference.changed)}
    assert after == files
    assert not compare(files, {path: Indexed(each) for path, each in after.items()}, nothing)


def test_only_entries_whose_names_mean_something_else_now_are_changed() -> None:
    indexed = {
        "a.md": Indexed("f", (("service", "카톡", "kakaotalk"),)),
        "b.md": Indexed("f", (("service", "톡", "톡"),)),
        "c.md": Indexed("f", (("cause", "톡", "톡"),)),
    }
    files = dict.fromkeys(indexed, "f")
    names = {("service", "카톡"): "kakaotalk", ("service", "톡"): "kakaotalk"}
    difference = compare(files, indexed, lambda field, name: names.get((field, name)))
    assert difference == Difference(changed=("b.md",))
