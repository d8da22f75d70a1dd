"""Modules import in one direction: no two of them need each other, not even inside a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"


def module_of(file: Path) -> str:
    parts = file.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file): file for file in SRC.rglob("*.py")}


def imported(source: str) -> Iterator[str]:
    """Yield the modules of ours that a source imports, wherever it does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)


def in_order(graph: dict[str, set[str]]) -> list[str]:
    return list(TopologicalSorter(graph).static_order())


def test_no_modules_import_one_another() -> None:
    graph = {name: {*imported(file.read_text("utf-8"))} - {name} for name, file in MODULES.items()}
    assert sum(len(used) for used in graph.values()) > 1000  # the graph is not empty by mistake
    assert in_order(graph)[0] != "tigertail.cli"


def test_a_circle_would_be_seen() -> None:
    with pytest.raises(CycleError):
        in_order({"a": {"b"}, "b": {"c"}, "c": {"a"}})
