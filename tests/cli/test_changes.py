"""tigertail changes: what a new model would change, before it is deployed."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import complaint
from tests.support import run_cli


def test_of_the_same_model_nothing_changes(folder: Path) -> None:
    said = run_cli("changes", folder, folder).stdout
    assert said.startswith("0 items new, 0 items gone\n")
    assert re.search(r"stratum +lists +answers kept +first kept +listeners before +after", said)
    assert re.search(r"head .* 100.0% +100.0%", said)
    last = ["Every list keeps half of its answers or more.", f"Next: tigertail deploy {folder} {folder}"]
    assert said.splitlines()[-2:] == last


def test_every_list_is_written_to_a_file(folder: Path, tmp_path: Path) -> None:
    run_cli("changes", folder, folder, "--out", tmp_path / "changes.parquet")
    table = pl.read_parquet(tmp_path / "changes.parquet")
    assert table.columns[:2] == ["item_id", "name"]
    assert set(table["kept"]) == {1.0}
    written = run_cli("changes", folder, folder, "--out", "-").stdout
    assert written.splitlines()[0] == ",".join(table.columns)
    assert len(written.splitlines()) == len(table) + 1


def test_models_of_nothing_in_common_cannot_be_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, local: Path
) -> None:
    lines = complaint(monkeypatch, capsys, "changes", folder, local)
    assert "no item in common" in lines[0]
