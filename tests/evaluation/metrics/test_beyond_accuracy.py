"""What lists show: each figure on a world small enough to see it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation.metrics.beyond_accuracy import home_divergence
from tigertail.evaluation.metrics.country_cohesion import cohesion
from tigertail.evaluation.metrics.locality import item_homes, listener_countries
from tigertail.signals.factors import FactorAffinity
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out


def two_countries(path: Path, homes: bool) -> Dataset:
    """Thirty Poles play p0..p5, thirty Brazilians b0..b5, four of the six each."""
    rows = [
        (f"{country}{listener:02}", f"{country}{(listener + place) % 6}", 1.0)
        for country in ("p", "b")
        for listener in range(30)
        for place in range(4)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    listeners = plays.select(pl.col("listener_id").unique().sort()).with_columns(
        country=pl.when(pl.col("listener_id").str.starts_with("p")).then(pl.lit("PL")).otherwise(pl.lit("BR"))
    )
    items = plays.select(pl.col("item_id").unique().sort()).with_columns(
        name=pl.col("item_id"), kind=pl.lit("artist")
    )
    if homes:  # the catalogue says that all of them are Swedish
        items = items.with_columns(country=pl.lit("SE"))
    return Dataset.write(path, {"plays": plays, "listeners": listeners, "items": items}, name="two")


@pytest.fixture
def trial(tmp_path: Path) -> Split:
    return hold_out(two_countries(tmp_path / "two", homes=False), ProtocolConfig())


def test_an_item_is_at_home_where_most_of_its_listeners_live(trial: Split) -> None:
    homes = dict(zip(trial.interactions.item_ids, item_homes(trial), strict=True))
    assert homes == {f"p{n}": "PL" for n in range(6)} | {f"b{n}": "BR" for n in range(6)}


def test_the_catalogue_knows_better(tmp_path: Path) -> None:
    trial = hold_out(two_countries(tmp_path / "two", homes=True), ProtocolConfig())
    assert set(item_homes(trial)) == {"SE"}


def test_lists_of_home_music_for_home_listeners_diverge_by_nothing(trial: Split) -> None:
    homes = item_homes(trial)
    lives = listener_countries(trial)[1][trial.query_listeners]
    at_home = np.stack([np.flatnonzero(homes == country)[:3] for country in lives]).astype(np.int32)
    abroad = np.stack([np.flatnonzero(homes != country)[:3] for country in lives]).astype(np.int32)
    assert home_divergence(at_home, lives, homes, trial) == 0
    assert home_divergence(abroad, lives, homes, trial) == 1


def test_a_space_in_which_a_country_is_one_point_clumps() -> None:
    """Ten listeners of one country tell its two scenes apart; a model that does not, clumps."""
    scenes = np.repeat([[1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0]], 10, axis=0)
    world = np.repeat([[0, 0, 0, 0, 0, 0, 1, 1]], 10, axis=0)
    matrix = np.concatenate([scenes, world])
    rows, columns = np.nonzero(matrix)
    plays = CSR.from_coo(rows, columns, np.ones(len(rows)), matrix.shape)
    lives = np.array(["PL"] * 20 + ["US"] * 10)
    homes = np.array(["PL"] * 6 + ["US"] * 2)
    apart = FactorAffinity(np.repeat(np.eye(3, dtype=np.float32), [3, 3, 2], axis=0), beta=1)
    lumped = FactorAffinity(np.repeat(np.eye(2, dtype=np.float32), [6, 2], axis=0), beta=1)
    assert cohesion(lumped, plays, lives, homes) > cohesion(apart, plays, lives, homes) + 0.3
    assert cohesion(apart, plays, lives, homes) == pytest.approx(0, abs=0.05)
