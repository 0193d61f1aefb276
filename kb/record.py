"""Records: frozen classes of values that cost little to define.

`dataclass(frozen=True, slots=True)` writes and compiles six functions for every class, a third of
a millisecond each time a process starts, and a search defines sixty such classes in a process
that lives for a tenth of a second. A record behaves the same and is a dataclass to `replace`,
`fields` and `asdict`; but of its functions only `__init__` is compiled, the others are shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[_Class]) -> type[_Class]:
    """Make a class of annotated fields what `dataclass(frozen=True, slots=True)` makes of it.

    Every field is one of `__init__`, and may have a default and be left out of comparing and
    showing; there is no `__post_init__`.
    """
    cls.__doc__ = cls.__doc__ or cls.__name__  # to write one takes a dataclass a millisecond
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    known = fields(made)
    values = _values(tuple(each.name for each in known))
    compared = _values(tuple(each.name for each in known if each.compare))
    made.__init__ = _initialiser(made, known)
    made.__setattr__ = _refuse_to_assign
    made.__delattr__ = _refuse_to_delete
    made.__repr__ = _shown

    def equal(self: object, other: object) -> object:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    made.__eq__ = equal
    made.__hash__ = lambda self: hash(compared(self))
    made.__reduce__ = lambda self: (self.__class__, values(self))
    return made  # type: ignore[no-any-return]  # it is the class, with more methods


def _values(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    """What gives the values of an object's attributes, in this order."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda each: tuple(getattr(each, name) for name in names)


def _initialiser(made: type, known: tuple[Field[Any], ...]) -> Callable[..., None]:
    """`__init__` with a parameter for each field, and its default."""
    names: dict[str, Any] = {"MISSING": MISSING}
    parameters, body = ["self"], []
    for each in known:
        name = each.name
        names[f"set_{name}"] = getattr(made, name).__set__
        value = name
        if each.default_factory is not MISSING:
            names[f"default_{name}"] = each.default_factory
            value = f"default_{name}() if {name} is MISSING else {name}"
            parameters.append(f"{name}=MISSING")
        elif each.default is not MISSING:
            names[f"default_{name}"] = each.default
            parameters.append(f"{name}=default_{name}")
        else:
            parameters.append(name)
        body.append(f"    set_{name}(self, {value})")
    source = "\n".join([f"def __init__({', '.join(parameters)}):", *(body or ["    pass"])])
    exec(source, names)  # noqa: S102 -- made of the names of fields alone, as dataclasses do it
    initialiser: Callable[..., None] = names["__init__"]
    return initialiser


def _refuse_to_assign(_: object, name: str, __: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _shown(self: Any) -> str:  # noqa: ANN401 -- a record of any class
    shown = ", ".join(
        f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr
    )
    return f"{self.__class__.__qualname__}({shown})"
