"""tigertail weights: a table, JSON and a picture."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support import SMALL_MODEL, run_cli, tiny_world

import tigertail
from tigertail.model import save


def test_weights_are_shown_as_a_table_json_and_a_picture(folder: Path, tmp_path: Path) -> None:
    plot = tmp_path / "weights.svg"
    table = run_cli("weights", folder, "--plot", plot).stdout
    assert re.search(r"listeners +listening", table)
    assert "<svg" in plot.read_text("utf-8")
    rows = json.loads(run_cli("weights", folder, "--json").stdout)
    assert [row["listeners"] for row in rows] == [0, 1, 2, 5, 9]


def test_of_a_simulated_world_it_says_so(folder: Path, tmp_path: Path) -> None:
    save(tigertail.fit(tiny_world(tmp_path / "world"), config=SMALL_MODEL), tmp_path / "model")
    assert "SIMULATED" in run_cli("weights", tmp_path / "model").stdout
    assert "SIMULATED" not in run_cli("weights", folder).stdout
