"""Reads shapes from the SDK's sources: annotations of its parameters (TypedDicts) and of its resources (classes)."""

import ast
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from .shapes import AnyOf, Anything, ListOf, MapOf, OneOf, Record, Scalar, Shape

_spec = importlib.util.find_spec("stripe")
assert _spec is not None
assert _spec.origin is not None
ROOT = Path(_spec.origin).parent

SCALARS = {"str": "str", "int": "int", "bool": "bool", "float": "float", "Decimal": "str", "None": "None"}
WRAPPERS = {"NotRequired", "Required", "ClassVar"}
LISTS = {"List", "Sequence"}
MAPS = {"Dict", "Mapping", "UntypedStripeObject"}


class Module:
    """One source file: its classes, and what its names were imported as."""

    def __init__(self, dotted: str) -> None:
        path = ROOT.joinpath(*dotted.split(".")[1:])
        path = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        tree = ast.parse(path.read_text())
        self.dotted = dotted
        self.classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self.imports: dict[str, tuple[str, str]] = {}
        self.calls: dict[str, ast.Call] = {}  # _Base = TypedDict("_Base", {"from": ...})
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stripe"):
                self.imports.update({alias.asname or alias.name: (node.module, alias.name) for alias in node.names})
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and isinstance(node.targets[0], ast.Name)
            ):
                self.calls[node.targets[0].id] = node.value


@cache
def module(dotted: str) -> Module:
    return Module(dotted)


Scope = tuple[ast.ClassDef, ...]


class Reader:
    """`of_request` decides what may be absent: what is NotRequired in a request, what is Optional in an answer."""

    def __init__(self, *, of_request: bool) -> None:
        self.optional_word = "NotRequired" if of_request else "Optional"
        self.records: dict[tuple[str, str], Record] = {}

    def shape(self, node: ast.expr, place: Module, scope: Scope = ()) -> Shape:
        node = _unquoted(node)
        if isinstance(node, ast.Constant) and node.value is None:
            return Scalar("None")
        if isinstance(node, ast.BinOp):
            return self._union([node.left, node.right], place, scope)
        if isinstance(node, ast.Name):
            return self._named(node.id, place, scope)
        if isinstance(node, ast.Attribute):
            return self._dotted(node, place)
        assert isinstance(node, ast.Subscript), ast.dump(node)
        return self._subscript(node, place, scope)

    def _subscript(self, node: ast.Subscript, place: Module, scope: Scope) -> Shape:
        head = _head(node)
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head == "Literal":
            return OneOf(tuple(item.value for item in arguments if isinstance(item, ast.Constant)))
        if head in WRAPPERS:
            return self.shape(arguments[0], place, scope)
        if head == "Optional":
            return self._union([*arguments, ast.Constant(None)], place, scope)
        if head == "Union":
            return self._union(arguments, place, scope)
        if head == "ExpandableField":
            return AnyOf((Scalar("str"), self.shape(arguments[0], place, scope)))
        if head in LISTS:
            return ListOf(self.shape(arguments[0], place, scope))
        if head in MAPS:
            return MapOf(self.shape(arguments[-1], place, scope))
        assert head == "ListObject", head
        if place.dotted.startswith("stripe.v2"):
            address = AnyOf((Scalar("str"), Scalar("None")))
            ways = {"next_page_url": address, "previous_page_url": address}
            item = self.shape(arguments[0], place, scope)
            if isinstance(item, Record) and item.name == "Event":  # each kind of event is a class that adds this
                item.fields["related_object"] = Anything()
            return Record("v2 list", {**ways, "data": ListOf(item)}, {*ways, "data"})
        page = {"object": OneOf(("list",)), "has_more": Scalar("bool"), "url": Scalar("str")}
        return Record("list", {**page, "data": ListOf(self.shape(arguments[0], place, scope))}, {*page, "data"})

    def _union(self, nodes: list[ast.expr], place: Module, scope: Scope) -> Shape:
        options: list[Shape] = []
        for node in nodes:
            shape = self.shape(node, place, scope)
            options += shape.options if isinstance(shape, AnyOf) else [shape]
        if any(isinstance(option, OneOf) and option.words != ("",) for option in options):
            options = [option for option in options if option != Scalar("str")]
        return options[0] if len(options) == 1 else AnyOf(tuple(options))

    def _named(self, name: str, place: Module, scope: Scope) -> Shape:
        for depth in range(len(scope), 0, -1):  # the innermost class first
            inner = next(
                (node for node in scope[depth - 1].body if isinstance(node, ast.ClassDef) and node.name == name), None
            )
            if inner is not None:
                return self._record(place, (*scope[:depth], inner))
        if name in place.classes:
            return self._record(place, (place.classes[name],))
        if name in SCALARS:
            return Scalar(SCALARS[name])
        if name in ("Any", "object", "StripeObject", "UntypedStripeObject"):
            return Anything()
        origin, original = place.imports[name]
        return (
            Anything()
            if original in ("StripeObject", "UntypedStripeObject")
            else self._named(original, module(origin), ())
        )

    def _dotted(self, node: ast.Attribute, place: Module) -> Shape:
        assert isinstance(node.value, ast.Name), ast.dump(node)
        origin = module(place.imports[node.value.id][0]) if node.value.id in place.imports else place
        outer = origin.classes[node.value.id]
        inner = next(item for item in outer.body if isinstance(item, ast.ClassDef) and item.name == node.attr)
        return self._record(origin, (outer, inner))

    def _record(self, place: Module, scope: Scope) -> Record:
        name = ".".join(node.name for node in scope)
        if (place.dotted, name) not in self.records:
            record = self.records[place.dotted, name] = Record(name)
            for key, annotation in _fields(scope[-1], place):
                record.fields[key] = self.shape(annotation, place, scope)
                if _head(_unquoted(annotation)) != self.optional_word:
                    record.required.add(key)
        return self.records[place.dotted, name]


def _fields(node: ast.ClassDef, place: Module) -> list[tuple[str, ast.expr]]:
    found: list[tuple[str, ast.expr]] = []
    for base in node.bases:
        call = place.calls.get(base.id) if isinstance(base, ast.Name) else None
        if call is not None and isinstance(call.args[-1], ast.Dict):
            found += [(_text(key), value) for key, value in zip(call.args[-1].keys, call.args[-1].values, strict=True)]
    for item in node.body:
        match item:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if name != "OBJECT_NAME":
                found.append((name, annotation))
    return found


def _text(node: ast.expr | None) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _head(node: ast.expr) -> str:
    value: Any = node.value if isinstance(node, ast.Subscript) else node
    return str(getattr(value, "id", getattr(value, "attr", "")))


def _unquoted(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ast.parse(node.value, mode="eval").body
    return node
