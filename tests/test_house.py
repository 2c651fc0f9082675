"""The rules of the house that a machine can check. CONTRIBUTING.md says them to people."""

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

import market.facts
import market.rules
import market.states
import payments.facts
import payments.rules
import payments.states
import schema
from core.tables import Table
from core.work import Fact
from server.reactions import REACTIONS

HOUSE = Path(__file__).parent.parent
ROOMS = ("core", "market", "payments", "schema", "resolvers", "server")
SOURCE = sorted(file for room in ROOMS for file in (HOUSE / room).rglob("*.py"))
WRITTEN = sorted(
    [*SOURCE, *(HOUSE / "migrations").glob("*.py"), *(HOUSE / "bench").rglob("*.py"), *(HOUSE / "tests").rglob("*.py")]
)
TREES = {file: ast.parse(file.read_text()) for file in WRITTEN}

FUNCTION_LINES = 70
FILE_LINES = 400
NOT_A_PLACE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "service",
    "services",
    "misc",
    "base",
}
SQL = {"select", "insert", "update", "delete", "text", "union_all", "exec_driver_sql"}

MAY_SPEAK_SQL = {
    "market/showing.py": "triggers and indexes are written in SQL",
    "server/database.py": "a unit of work begins by asking the clock",
}

NO_AMOUNT = {"cutoff", "timeout", "seconds"}
"""Arguments that may be floats even beside money."""

TOLD_BY_OTHERS = {"PayeeStatus": "the payment service may say anything of a payee, at any time"}


def place(file: Path, node: ast.AST | None = None) -> str:
    name = file.relative_to(HOUSE).as_posix()
    return f"{name}:{getattr(node, 'lineno', 1)}" if node is not None else name


def is_store(file: Path) -> bool:
    return file.name == "store.py" or "store" in file.relative_to(HOUSE).parts[:-1]


def is_tables(file: Path) -> bool:
    """Constraints and defaults are written in SQL."""
    return file.stem == "tables" or "tables" in file.relative_to(HOUSE).parts[:-1]


# ------------------------------------------------------------------ shape


def test_files_are_short() -> None:
    assert [
        f"{place(file)} has {lines} lines"
        for file in WRITTEN
        if (lines := len(file.read_text().splitlines())) > FILE_LINES
    ] == []


def test_functions_are_short() -> None:
    assert [
        f"{place(file, node)} {node.name}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ] == []


def test_every_module_opens_with_what_it_holds() -> None:
    """Not so the tests: their names say it."""
    silent = (file for file, tree in TREES.items() if tree.body and not ast.get_docstring(tree))
    assert [place(file) for file in silent if file.relative_to(HOUSE).parts[0] != "tests"] == []


def test_nothing_is_called_utils() -> None:
    assert [place(file) for file in WRITTEN if NOT_A_PLACE & {file.stem, *file.relative_to(HOUSE).parts[:-1]}] == []


def test_imports_stand_at_the_top() -> None:
    assert [
        place(file, inner)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ] == []


def test_nothing_is_left_for_later() -> None:
    apology = re.compile(r"\b(TODO|FIXME|HACK)\b")
    assert [place(file) for file in WRITTEN if file != Path(__file__) and apology.search(file.read_text())] == []


def test_no_machine_is_named() -> None:
    """Paths of whoever wrote it help nobody who runs it."""
    somewhere = re.compile(r"(?<![\w.])/(work|home|root|Users)/\w")
    texts = (file for ending in ("*.py", "*.md", "*.toml", "*.yaml", "*.ini") for file in HOUSE.rglob(ending))
    ours = (file for file in texts if not {".venv", "var", "node_modules", ".git"} & set(file.relative_to(HOUSE).parts))
    assert [place(file) for file in ours if file != Path(__file__) and somewhere.search(file.read_text())] == []


# ------------------------------------------------------------------ names


def test_no_module_hides_another() -> None:
    """A module named after the standard library, or after a dependency, is imported by mistake one day."""
    taken = {*sys.stdlib_module_names, *(name for name in packages_distributions() if name not in ROOMS)}
    tops = {file.stem for file in WRITTEN if file.parent == HOUSE} | {*ROOMS, "migrations", "tests", "bench"}
    assert tops & set(sys.stdlib_module_names) == set()
    assert [place(file) for file in SOURCE if file.stem != "__init__" and file.stem in taken] == []


def test_our_rooms_are_ours() -> None:
    """There are packages of the same names; one that was installed would land in our folders."""
    lock = tomllib.loads((HOUSE / "uv.lock").read_text())
    assert {package["name"] for package in lock["package"]} & {*ROOMS, "migrations", "bench"} == set()
    assert schema.__file__ is not None
    assert Path(schema.__file__).parent == HOUSE / "schema"


# ------------------------------------------------------------------ money and SQL


def test_only_stores_speak_sql() -> None:
    elsewhere = (file for file in SOURCE if not (is_store(file) or is_tables(file) or place(file) in MAY_SPEAK_SQL))
    assert [f"{place(file, node)} {name}" for file in elsewhere for name, node in sql_calls(TREES[file])] == []


def sql_calls(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"sqlalchemy", "sqlmodel"}
        for alias in node.names
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sa" | "sqlalchemy" | "sqlmodel"), attr=name)) if (
                name in SQL
            ):
                yield name, node
            case ast.Call(func=ast.Attribute(attr="exec_driver_sql")):
                yield "exec_driver_sql", node
            case ast.Call(func=ast.Name(id=name)) if name in SQL & imported:
                yield name, node


def test_money_knows_no_fractions_of_a_cent() -> None:
    """No float, and no division that makes one: amounts are whole numbers, and shares of them exact Fractions."""
    money = {file: tree for file, tree in TREES.items() if file.relative_to(HOUSE).parts[0] in {"market", "payments"}}
    assert [place(file, node) for file, tree in money.items() for node in inexact(tree)] == []


def inexact(tree: ast.Module) -> Iterator[ast.AST]:
    no_amounts = {id(word.value) for word in ast.walk(tree) if isinstance(word, ast.keyword) and word.arg in NO_AMOUNT}
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) | ast.Call(func=ast.Name(id="float")):
                yield node
            case ast.Constant(value=float()) if id(node) not in no_amounts:
                yield node


# ------------------------------------------------------------------ states and facts


def statuses() -> list[type[StrEnum]]:
    found = [member for module in (market.states, payments.states) for member in vars(module).values()]
    return [
        member
        for member in found
        if isinstance(member, type) and issubclass(member, StrEnum) and member.__name__.endswith("Status")
    ]


def moves(module: ModuleType) -> list[dict[StrEnum, Any]]:
    """Every table of moves in a rules module, wherever it is nested."""
    found: list[dict[StrEnum, Any]] = []
    waiting = [value for name, value in vars(module).items() if name.endswith("MOVES")]
    while waiting:
        table = waiting.pop()
        if isinstance(table, dict):
            if all(isinstance(key, StrEnum) for key in table):
                found.append(table)
            else:
                waiting.extend(table.values())
    return found


@pytest.mark.parametrize("status", [status for status in statuses() if status.__name__ not in TOLD_BY_OTHERS])
def test_every_status_says_where_it_may_go(status: type[StrEnum]) -> None:
    tables = [table for module in (market.rules, payments.rules) for table in moves(module)]
    assert any(set(table) == set(status) for table in tables), f"no MOVES walk through every {status.__name__}"


def test_the_database_repeats_every_list_of_values() -> None:
    unlisted = [
        f"{table.name}.{column.name}"
        for table in Table.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.Enum)
        if not any(
            isinstance(rule, sa.CheckConstraint)
            and all(repr(value) in str(rule.sqltext) for value in column.type.enums)
            for rule in table.constraints
        )
    ]
    assert unlisted == []


def facts() -> list[type[Fact]]:
    """Every fact that can be recorded: those of which no other is a kind."""
    everything = [member for module in (market.facts, payments.facts) for member in vars(module).values()]
    kinds = [
        member for member in everything if isinstance(member, type) and issubclass(member, Fact) and member is not Fact
    ]
    return [kind for kind in kinds if not any(other is not kind and issubclass(other, kind) for other in kinds)]


def test_every_fact_has_its_place_on_the_page_of_reactions() -> None:
    """Also one from which nothing follows: then the page says so."""
    assert {kind.__name__ for kind in facts()} - {kind.__name__ for kind in REACTIONS} == set()


# ------------------------------------------------------------------ words


def test_every_decision_is_listed() -> None:
    decisions = HOUSE / "docs" / "decisions"
    written = sorted(file.name for file in decisions.glob("[0-9]*.md"))
    index = (decisions / "README.md").read_text()
    assert [name for name in written if f"({name})" not in index] == []
    assert [int(name[:4]) for name in written] == list(range(1, len(written) + 1))


def test_every_room_says_what_it_is() -> None:
    rooms = [importlib.import_module(room) for room in ROOMS]
    assert [room.__name__ for room in rooms if not (room.__doc__ or "").strip()] == []
