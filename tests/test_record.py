"""A record is to its users what a frozen dataclass with slots is."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from inspect import signature

import pytest

from kb.record import record


@record
class Word:
    """A word."""

    text: str
    part: str = field(default="", compare=False)
    zones: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list, repr=False, compare=False)


@record
class Phrase(Word):
    distance: int = 0


@record
class Nothing:
    pass


@record
class Only:
    value: str


@record
class Other:
    value: str


def twin(name: str) -> type:
    """The same class as the library makes it."""
    if name == "Word":

        @dataclass(frozen=True, slots=True)
        class Word:
            text: str
            part: str = field(default="", compare=False)
            zones: tuple[str, ...] = ()
            notes: list[str] = field(default_factory=list, repr=False, compare=False)

        Word.__qualname__ = name
        return Word

    @dataclass(frozen=True, slots=True)
    class Only:
        value: str

    Only.__qualname__ = name
    return Only


@pytest.mark.parametrize(
    ("made", "given", "named"),
    [
        (Word, ("disk",), {}),
        (Word, ("disk", "full"), {"zones": ("title",)}),
        (Only, ("x",), {}),
    ],
)
def test_it_is_shown_compared_and_hashed_as_a_dataclass_is(
    made: type, given: tuple[str, ...], named: dict[str, object]
) -> None:
    library = twin(made.__name__)
    ours, theirs = made(*given, **named), library(*given, **named)
    assert repr(ours) == repr(theirs)
    assert hash(ours) == hash(theirs)
    assert asdict(ours) == asdict(theirs)
    assert list(signature(made).parameters) == list(signature(library).parameters)
    assert made.__match_args__ == library.__match_args__  # type: ignore[attr-defined]
    assert not hasattr(ours, "__dict__")
    assert made(*given, **named) == ours


def test_what_is_left_out_of_comparing_makes_no_difference() -> None:
    assert Word("disk", "disk") == Word("disk", "Disk", notes=["x"])
    assert hash(Word("disk", "disk")) == hash(Word("disk", "Disk"))
    assert Word("disk") != Word("full")


def test_records_of_different_classes_differ() -> None:
    others: list[object] = [Other("x"), "x"]
    assert Only("x") not in others
    assert Word("x") != Phrase("x")
    assert Nothing() == Nothing()


def test_it_cannot_be_changed() -> None:
    one = Only("x")
    with pytest.raises(FrozenInstanceError):
        one.value = "y"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del one.value
    with pytest.raises(FrozenInstanceError):
        one.other = "y"  # type: ignore[attr-defined]


def test_each_has_its_own_default_of_a_factory() -> None:
    one, two = Word("x"), Word("x")
    one.notes.append("seen")
    assert two.notes == []


@pytest.mark.parametrize(
    "one", [Word("disk", zones=("title",)), Phrase("a", distance=2), Nothing()]
)
def test_it_can_be_copied_and_sent_to_another_process(one: object) -> None:
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one
    assert copy.copy(one) == one


def test_one_that_inherits_has_the_fields_of_both() -> None:
    assert [each.name for each in fields(Phrase)] == ["text", "part", "zones", "notes", "distance"]
    assert replace(Phrase("a", distance=2), text="b") == Phrase("b", distance=2)


def test_a_value_that_is_missing_or_too_many_is_an_error() -> None:
    with pytest.raises(TypeError, match="value"):
        Only()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Only("x", "y")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="other"):
        Only(value="x", other="y")  # type: ignore[call-arg]


def test_it_is_matched_by_its_fields() -> None:
    match Phrase("a", "b"):
        case Phrase(text, part):
            assert (text, part) == ("a", "b")
        case _:
            pytest.fail("not matched")
