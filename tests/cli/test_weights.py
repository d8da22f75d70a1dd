"""tigertail weights: a table, JSON and a picture."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support import run_cli


def test_weights_are_shown_as_a_table_json_and_a_picture(folder: Path, tmp_path: Path) -> None:
    plot = tmp_path / "weights.svg"
    table = run_cli("weights", folder, "--plot", plot).stdout
    assert re.search(r"listeners +listening", table)
    assert "<svg" in plot.read_text("utf-8")
    rows = json.loads(run_cli("weights", folder, "--json").stdout)
    assert [row["listeners"] for row in rows] == [0, 1, 2, 5, 9]
