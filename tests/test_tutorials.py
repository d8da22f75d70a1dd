"""The notebooks run from the first cell to the last, and show what they promise."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parent.parent / "docs/tutorials/first_steps.ipynb"


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return found


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last line, which a notebook shows."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each cell of code shows, by its id."""
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        return {
            cell["id"]: run("".join(cell["source"]), names) for cell in cells() if cell["cell_type"] == "code"
        }


def test_it_has_ten_cells_without_outputs() -> None:
    assert len(cells()) == 10
    assert not any(cell.get("outputs") for cell in cells())
    assert len({cell["id"] for cell in cells()}) == 10


def test_each_step_shows_what_it_promises(shown: dict[str, Any]) -> None:
    polish = {"Kult", "Hey", "Myslovitz", "Maanam", "Perfect"}
    assert len(shown["plays"]) == 5
    assert "Model of frames" in shown["model"]._repr_html_()
    assert set(shown["similar"]["name"][:4]) == polish - {"Kult"}
    assert set(shown["recommend"]["name"][:3]) == polish - {"Hey", "Maanam"}
    assert "mixture" in shown["evaluate"]
    assert shown["save"] is True
