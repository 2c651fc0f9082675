"""The shapes of values in Stripe's requests and answers, and how a value is read against one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Mismatch(Exception):
    """A value that is not of its shape. `path` leads to it from the top."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or 'the whole'}: {message}")


class Shape(Protocol):
    def read(self, value: Any, path: str, *, form: bool) -> Any:
        """The value with its real types. In a form everything arrives as text. Raises Mismatch."""
        ...


@dataclass(frozen=True)
class Anything:
    def read(self, value: Any, path: str, *, form: bool) -> Any:
        return value


@dataclass(frozen=True)
class Scalar:
    """Text, a whole number, a truth value, a number or nothing."""

    name: str

    def read(self, value: Any, path: str, *, form: bool) -> Any:
        if form and isinstance(value, str):
            return self._from_form(value, path)
        if not _FITS[self.name](value):
            raise Mismatch(path, f"{value!r} is not of type {self.name}")
        return value

    def _from_form(self, value: str, path: str) -> Any:
        if self.name == "str":
            return value
        if self.name == "bool" and value in ("true", "false"):
            return value == "true"
        if self.name == "int" and value.lstrip("-").isdigit():
            return int(value)
        raise Mismatch(path, f"{value!r} is not of type {self.name}")


_FITS: dict[str, Callable[[Any], bool]] = {
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "None": lambda value: value is None,
}


@dataclass(frozen=True)
class OneOf:
    """One of some documented words. The SDK leaves most of these lists open; here they are closed."""

    words: tuple[Any, ...]

    def read(self, value: Any, path: str, *, form: bool) -> Any:
        for word in self.words:
            if value == word or (form and isinstance(word, bool) and value == str(word).lower()):
                return word
        raise Mismatch(path, f"{value!r} is none of {self.words}")


@dataclass(frozen=True)
class ListOf:
    item: Shape

    def read(self, value: Any, path: str, *, form: bool) -> Any:
        if form and isinstance(value, dict):
            if list(value) != [str(index) for index in range(len(value))]:
                raise Mismatch(path, f"{value!r} is not a list")
            value = list(value.values())
        if not isinstance(value, list):
            raise Mismatch(path, f"{value!r} is not a list")
        return [self.item.read(item, f"{path}[{index}]", form=form) for index, item in enumerate(value)]


@dataclass(frozen=True)
class MapOf:
    value: Shape

    def read(self, value: Any, path: str, *, form: bool) -> Any:
        if not isinstance(value, dict):
            raise Mismatch(path, f"{value!r} is not an object")
        return {key: self.value.read(item, f"{path}.{key}", form=form) for key, item in value.items()}


@dataclass(frozen=True)
class AnyOf:
    options: tuple[Shape, ...]

    def read(self, value: Any, path: str, *, form: bool) -> Any:
        faults: list[Mismatch] = []
        for option in self.options:
            try:
                return option.read(value, path, form=form)
            except Mismatch as fault:
                faults.append(fault)
        raise max(faults, key=lambda fault: len(str(fault).partition(":")[0]))  # the option that got furthest


@dataclass
class Record:
    """An object of named fields, and no others. Filled in after it is made, for shapes that contain themselves."""

    name: str
    fields: dict[str, Shape] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    def read(self, value: Any, path: str, *, form: bool) -> Any:
        if not isinstance(value, Mapping):
            raise Mismatch(path, f"{value!r} is not an object ({self.name})")
        dot = f"{path}." if path else ""
        if unknown := [key for key in value if key not in self.fields]:
            raise Mismatch(dot + unknown[0], f"{self.name} has no such field")
        if missing := sorted(self.required - set(value)):
            raise Mismatch(dot + missing[0], f"{self.name} needs it")
        return {key: self.fields[key].read(item, dot + key, form=form) for key, item in value.items()}
