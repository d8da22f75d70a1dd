"""A world in which one space has no room for a country: many Americans, fewer Poles, and three Ukrainians."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.model import Model, ModelConfig, fit

SETTINGS = {"base": {"factors": 1}, "listening": {"min_group_size": 10, "shrinkage": 20.0}}


@pytest.fixture(scope="session")
def nations(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Each of 120 Americans plays 4 of u0..u7, each of 40 Poles 4 of p0..p7, each of 3 Ukrainians u0..u3."""
    rows = [
        (f"{country}{listener:03}", f"{scene}{(listener + place) % 8}", 1.0)
        for country, scene, listeners in (("US", "u", 120), ("PL", "p", 40))
        for listener in range(listeners)
        for place in range(4)
    ]
    rows += [(f"UA{listener}", item, 1.0) for listener in range(3) for item in ("u0", "u1", "u2", "u3")]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    listeners = plays.select(pl.col("listener_id").unique().sort()).with_columns(
        country=pl.col("listener_id").str.head(2)
    )
    path = tmp_path_factory.mktemp("nations") / "dataset"
    return Dataset.write(path, {"plays": plays, "listeners": listeners}, name="nations")


@pytest.fixture(scope="session")
def squeezed(nations: Dataset) -> Model:
    """A model of one factor, which goes to the Americans."""
    return fit(nations, ModelConfig.model_validate(SETTINGS))
