from __future__ import annotations

from pathlib import Path

from tigertail.spark.folders import uri_of


def test_a_folder_of_this_machine_becomes_a_uri(tmp_path: Path) -> None:
    assert uri_of(tmp_path) == uri_of(str(tmp_path)) == f"file://{tmp_path}"
