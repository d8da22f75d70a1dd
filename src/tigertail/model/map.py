"""The map of a model's catalogue, where one was made."""

from __future__ import annotations

from pathlib import Path

import polars as pl


def read_map(path: Path, version: str) -> pl.DataFrame | None:
    """Return the map of a version; None where there is none."""
    return None
