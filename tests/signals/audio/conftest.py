"""A world of two sounds: the loud and the quiet have listeners of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions

ARTISTS = 100
Made = tuple[Dataset, Interactions]
Make = Callable[..., Made]


def sounds(seed: int = 0) -> pl.DataFrame:
    """Return descriptors: the first tells the two sounds apart, the others say nothing."""
    rng = np.random.default_rng(seed)
    loud = np.arange(ARTISTS) % 2
    noise = {f"noise_{number}": rng.normal(size=ARTISTS) for number in range(6)}
    return pl.DataFrame(
        {
            "item_id": [f"a{n:02}" for n in range(ARTISTS)],
            "energy": loud + rng.normal(0, 0.1, ARTISTS),
            **noise,
            "popularity": np.arange(ARTISTS),
        }
    )


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a dataset with a table of audio; the last two artists have not been heard by anybody."""

    def made(audio: pl.DataFrame | None, **tables: pl.DataFrame) -> Made:
        rng = np.random.default_rng(1)
        plays = [
            (f"l{listener:02}", f"a{artist:02}", 1.0)
            for listener in range(80)
            for artist in rng.choice(np.arange(listener % 2, ARTISTS - 2, 2), 8, replace=False)
        ]
        items = pl.DataFrame({"item_id": [f"a{n:02}" for n in range(ARTISTS)]})
        found = {
            "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
            "items": items.with_columns(name="item_id", kind=pl.lit("artist")),
            **tables,
        } | ({} if audio is None else {"audio": audio})
        path = tmp_path / f"dataset-{len(list(tmp_path.iterdir()))}"
        dataset = Dataset.write(path, found, name="sounds")
        return dataset, Interactions.of(dataset)

    return made


def code(interactions: Interactions, item: str) -> int:
    return interactions.items.ids.to_list().index(item)
