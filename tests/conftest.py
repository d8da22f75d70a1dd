"""A world whose right answers anyone can see: two scenes whose listeners never meet."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import settings

from tigertail.data.dataset import Dataset
from tigertail.model import Model, ModelConfig, fit

# The first example of a test compiles kernels, so none may be failed for its time.
settings.register_profile("tigertail", deadline=None, derandomize=True)
settings.load_profile("tigertail")

NORTH = {"n1": "Кино", "n2": "Sigur Rós", "n3": "The Cure", "n4": "Nirvana"}
SOUTH = {"s1": "東京事変", "s2": "فيروز", "s3": "Youssou N'Dour", "s4": "Nirvana"}
COLD = {"x9": "Nobody Yet"}


def _plays() -> list[tuple[str, str, float]]:
    """Every listener plays all artists of the scene but one; the north has half as many listeners again."""
    return [
        (f"{scene}-{listener:02}", item, 1.0 + (listener + place) % 3)
        for scene, artists, listeners in (("north", NORTH, 12), ("south", SOUTH, 8))
        for listener in range(listeners)
        for place, item in enumerate(artists)
        if listener % 4 != place
    ]


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two scenes of four artists, 9 listeners each in the north, 6 in the south; one artist has none."""
    items = {**SOUTH, **COLD, **NORTH}
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(_plays(), ["listener_id", "item_id", "plays"], orient="row"),
        "items": pl.DataFrame({"item_id": list(items), "name": list(items.values()), "kind": "artist"}),
    }
    return Dataset.write(tmp_path_factory.mktemp("scenes") / "dataset", tables, name="scenes")


@pytest.fixture(scope="session")
def model(scenes: Dataset) -> Model:
    return fit(scenes, ModelConfig.model_validate({"base": {"factors": 8}}))
